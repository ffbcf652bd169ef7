"""What leaves a graph before its end: tokens of models, and what nodes write themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessageChunk, BaseMessageChunk

from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.errors import InspectorUnavailable

if TYPE_CHECKING:
    from stageflow_guard.enforcement.channels import Deliver, TextChannel
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.enforcement.seam import Seam

PIECES = (
    "what nodes wrote to the stream holds personal data in pieces; write text as `str`, which is "
    "held back"
)
# modes that are made of what nodes gave, which is inspected
CHECKED = ("values", "updates", "tasks", "checkpoints", "debug")


class HeldBack:
    """Holds tokens back until nothing later can change what was found; inspects the rest whole."""

    def __init__(self, seam: Seam, run: Run) -> None:
        self._seam, self._run = seam, run
        self._egress: dict[str, StepEgress] = {}
        self._texts: dict[Any, TextChannel] = {}
        self._number = 0
        self._out: list[Any] = []
        self._written: list[Any] = []  # chunks of the nodes' own, until one of them has ended

    async def heard(self, chunk: Any) -> list[Any]:
        """Return what may leave after this chunk: tuples that end in mode and payload."""
        *where, mode, payload = chunk
        if mode == "messages":
            message, metadata = payload
            if isinstance(message, BaseMessageChunk):  # what is no text in it leaves with its end
                text = message.content if type(message.content) is str else str(message.text)
                await self._said((where, message.id), text, metadata)
            else:
                await self._flush()
                message, _ = await self._inspected(message)
                self._out.append((*where, mode, (message, metadata)))
        elif mode in CHECKED:
            await self._flush()
            self._out.append(chunk)
        elif type(payload) is str:
            await self._wrote(where, mode, payload)
        else:
            self._written.append(chunk)
        out, self._out = self._out, []
        return out

    async def ended(self) -> list[Any]:
        """Return what was held back at the end."""
        await self._flush()
        out, self._out = self._out, []
        return out

    async def close(self) -> None:
        """Let nothing more out; put on record how each channel ended."""
        for egress in self._egress.values():
            await egress.stop()
            egress.close("ok" if self._run.refusal is None else "refused")
            if egress in self._run.egress:
                self._run.egress.remove(egress)

    async def _said(self, key: tuple[list[Any], Any], text: str, metadata: Any) -> None:
        where, message_id = key

        async def say(released: str) -> None:
            chunk = AIMessageChunk(content=released, id=message_id)
            self._out.append((*where, "messages", (chunk, metadata)))

        await self._hold((str(where), message_id), metadata.get("langgraph_node"), say, text)

    async def _wrote(self, where: list[Any], mode: str, text: str) -> None:
        async def say(released: str) -> None:
            self._out.append((*where, mode, released))

        await self._hold((str(where), mode, ""), None, say, text)

    async def _hold(self, key: Any, node: Any, say: Deliver, text: str) -> None:
        if key not in self._texts:
            await self._flush()  # order: what was said before leaves before
            egress = self._channel("" if node is None else str(node))
            self._number += 1
            self._texts[key] = egress.text(f"text-{self._number}", say)
        if text:
            await self._texts[key].send(text)

    async def _flush(self) -> None:
        """Release what is held: a node has ended, or another one speaks."""
        texts, self._texts = self._texts, {}
        for text in texts.values():
            await text.end()
        written, self._written = self._written, []
        if not written:
            return
        payloads = [payload for *_, payload in written]
        apart, found = await self._inspected(payloads)
        _, joined = await self._inspected(_joined(payloads))
        if sum(f.count for f in joined) > sum(f.count for f in found):
            await self._seam.pep.refuse(
                InspectorUnavailable(PIECES), run=self._run, step="inspect_output"
            )
        for (*start, _), payload in zip(written, apart, strict=True):
            self._out.append((*start, payload))

    def _channel(self, node: str) -> StepEgress:
        if node not in self._egress:
            permit = self._permit(node)
            egress = StepEgress(self._seam.pep, self._run, permit, self._seam.join)
            self._run.egress.append(egress)
            self._egress[node] = egress
        return self._egress[node]

    def _permit(self, node: str) -> Permit:
        """Return the permit of the node that is speaking."""
        for name, permit in reversed(self._run.by_step.items()):
            if name == node or name.rpartition("/")[2].rpartition(".")[2] == node:
                return permit
        return next(reversed(self._run.by_step.values()))  # the node may have ended by now

    async def _inspected(self, value: Any) -> Any:
        step = next(reversed(self._run.permits.values())).step if self._run.permits else None
        return await self._seam.pep.inspect(self._run, value, direction="output", step=step)


def _joined(payloads: list[Any]) -> list[str]:
    """Return the texts at each place of the payloads, joined: pieces make one text."""
    texts: dict[Any, list[str]] = {}

    def walk(value: Any, place: tuple[Any, ...]) -> None:
        if type(value) is str:
            texts.setdefault(place, []).append(value)
        elif isinstance(value, dict):
            for key, one in value.items():
                walk(one, (*place, str(key)))
        elif isinstance(value, list | tuple):
            for one in value:
                walk(one, (*place, ""))
        elif hasattr(value, "__dict__"):
            walk(vars(value), place)

    for payload in payloads:
        walk(payload, ())
    return ["".join(parts) for parts in texts.values() if len(parts) > 1]
