"""What leaves a graph before its end: tokens of models, and what nodes write themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessageChunk

from stageflow_guard.enforcement.egress import StepEgress

if TYPE_CHECKING:
    from stageflow_guard.enforcement.channels import TextChannel
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.enforcement.seam import Seam

# modes that are made of what nodes gave, which is inspected
CHECKED = ("values", "updates", "tasks", "checkpoints", "debug")


class HeldBack:
    """Holds tokens back until nothing later can change what was found; inspects the rest whole."""

    def __init__(self, seam: Seam, run: Run) -> None:
        self._seam, self._run = seam, run
        self._egress: dict[str, StepEgress] = {}
        self._texts: dict[Any, tuple[TextChannel, list[Any]]] = {}
        self._out: list[Any] = []

    async def heard(self, chunk: Any) -> list[Any]:
        """Return what may leave after this chunk: tuples that end in mode and payload."""
        *where, mode, payload = chunk
        if mode == "messages":
            message, metadata = payload
            node = str(metadata.get("langgraph_node", ""))
            if isinstance(message, AIMessageChunk) and type(message.content) is str:
                await self._said(where, message, metadata, node)
            else:
                message, _ = await self._inspected(message)
                self._out.append((*where, mode, (message, metadata)))
        elif mode in CHECKED:
            await self._flush()
            self._out.append(chunk)
        else:
            payload, _ = await self._inspected(payload)
            self._out.append((*where, mode, payload))
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

    async def _said(
        self, where: list[Any], message: AIMessageChunk, metadata: Any, node: str
    ) -> None:
        key = (tuple(map(str, where)), node, message.id)
        if key not in self._texts:
            await self._flush()  # order: what was said before leaves before
            like: list[Any] = [message]

            async def say(text: str) -> None:
                chunk = AIMessageChunk(content=text, id=like[0].id)
                self._out.append((*where, "messages", (chunk, metadata)))

            name = f"text-{len(self._texts)}"
            self._texts[key] = (self._channel(node).text(name, say), like)
        text, _ = self._texts[key]
        if message.content:
            await text.send(str(message.content))

    async def _flush(self) -> None:
        for key in list(self._texts):
            text, _ = self._texts[key]
            await text.end()

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
        return next(reversed(self._run.permits.values()))

    async def _inspected(self, value: Any) -> Any:
        step = next(reversed(self._run.permits.values())).step if self._run.permits else None
        return await self._seam.pep.inspect(self._run, value, direction="output", step=step)
