"""One model request as a step: what goes to the provider and what comes back, inspected."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from agents import FunctionTool, Model

from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.seam import Answer, Call
from stageflow_guard.enforcement.step import Step
from stageflow_guard.errors import Bypassed, ConfigError
from stageflow_guard.hosts.openai_agents.tools import Invoke

if TYPE_CHECKING:
    from agents import ModelResponse, ModelSettings, Tool
    from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest

    from stageflow_guard.enforcement.channels import TextChannel
    from stageflow_guard.enforcement.seam import Seam

_DONE = object()
LOOKED_AT = {
    "background", "conversation", "conversation_id", "include", "input", "instructions", "messages",
    "previous_response_id", "prompt", "tools", "top_logprobs", "web_search_options",
}  # fmt: skip
SERVER_SIDE = (
    "`{name}` continues a history that the provider keeps and no gate has seen; pass a `session`"
)


class GuardedModel(Model):
    """A model whose every request is a step: kind `model`, object its name, act `call`."""

    def __init__(self, inner: Model, seam: Seam, known: set[bytes], name: str | None) -> None:
        self._inner, self._seam, self._known = inner, seam, known
        told = name or getattr(inner, "model", None)
        self._name = told if type(told) is str and told else type(inner).__name__

    async def get_response(
        self,
        system_instructions: str | None,
        input: Any,
        model_settings: ModelSettings,
        tools: list[Tool],
        *rest: Any,
        **how: Any,
    ) -> ModelResponse:
        """Return the provider's answer, inspected."""
        try:
            call, hosted, system_instructions, input = await self._begin(
                system_instructions, input, model_settings, tools, how
            )
            work = self._inner.get_response(
                system_instructions, input, model_settings, tools, *rest, **how
            )
            del system_instructions, input
            answer = await self._seam.run_step(call, work)
            response: ModelResponse = await self._seam.conclude(call, answer)
            await self._conclude_hosted(hosted)
            return response
        except BaseException as error:
            drop_frames(error)  # their locals hold what the model was told
            raise

    async def stream_response(
        self,
        system_instructions: str | None,
        input: Any,
        model_settings: ModelSettings,
        tools: list[Tool],
        *rest: Any,
        **how: Any,
    ) -> AsyncIterator[Any]:
        """Give the provider's events; text is held back until it is inspected."""
        call, hosted, system_instructions, input = await self._begin(
            system_instructions, input, model_settings, tools, how
        )
        source = self._inner.stream_response(
            system_instructions, input, model_settings, tools, *rest, **how
        )
        del system_instructions, input
        pep, run, permit = self._seam.pep, call.run, call.permit
        egress = StepEgress(pep, run, permit, self._seam.join)
        run.egress.append(egress)
        events, outcome = Events(egress), "cancelled"
        try:
            while True:
                answer = await self._seam.run_step(call, _next_of(source))
                if not answer.values:
                    await self._seam.conclude(call, answer)  # raises how it failed
                event = answer.values.pop()
                if event is _DONE:
                    break
                for one in await events.heard(event):
                    yield one
            for one in await events.ended():
                yield one
            await egress.finish()
            outcome = "ok"
        finally:
            await egress.stop()
            found = egress.close(outcome)
            if egress in run.egress:
                run.egress.remove(egress)
            if permit.outcome is None:
                pep.effect(run, permit, outcome, findings=found)
        await self._conclude_hosted(hosted)

    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        """Return None: what the model raised has left as another error, so nothing is known."""
        return None

    async def close(self) -> None:
        """Close the inner model."""
        await self._inner.close()

    async def _begin(
        self,
        instructions: str | None,
        given: Any,
        settings: ModelSettings,
        tools: list[Tool],
        how: dict[str, Any],
    ) -> tuple[Call, list[Call], str | None, Any]:
        """Return the request's call, the hosted tools' calls, and what the model may be told."""
        seam = self._seam
        run = seam.current_run()
        step = Step(kind="model", obj=self._name, act="call")
        for name in ("previous_response_id", "conversation_id"):
            if how.get(name) is not None:
                raise ConfigError(SERVER_SIDE.format(name=name))
        if settings.top_logprobs:
            raise ConfigError("`top_logprobs` gives an answer's tokens one by one, uninspected")
        _require_no_more_than_parameters(settings)
        hosted = [] if how.get("prompt") is None else ["prompt"]
        for tool in tools:
            if not isinstance(tool, FunctionTool):
                hosted.append(tool.name)
            elif not isinstance(tool.on_invoke_tool, Invoke) and run is not None:
                await seam.pep.refuse_step(
                    Bypassed(f"tool `{tool.name}` came in behind the guard"), run, step, "run"
                )
        items = given if isinstance(given, list) else [given]
        fresh = [at for at, one in enumerate(items) if _digest(one) not in self._known]
        told = {"input": [items[at] for at in fresh], "instructions": instructions}
        call, told = await seam.begin(step, told)
        inspected = list(items)
        for at, one in zip(fresh, told["input"], strict=True):
            inspected[at] = one
        if call.permit.reveal:  # the older ones, too: the model is told originals, or none
            inspected = await seam.restored(call.run, call.permit, inspected)
        else:
            self._known.update(_digest(one) for one in told["input"])
        calls: list[Call] = []
        try:
            for name in hosted:  # they run at the provider or in the host: no wrapper sees them
                named = Step(kind="tool", obj=f"provider/{name}", act="call")
                calls.append((await seam.begin(named))[0])
        except BaseException:
            for one in (call, *calls):
                seam.pep.effect(one.run, one.permit, "not_run")
            raise
        whole = inspected if isinstance(given, list) else inspected[0]
        return call, calls, told["instructions"], whole

    async def _conclude_hosted(self, hosted: list[Call]) -> None:
        for one in hosted:
            answer = Answer()
            answer.values.append(None)  # what they gave is a part of the model's answer
            await self._seam.conclude(one, answer)


def _require_no_more_than_parameters(settings: ModelSettings) -> None:
    """Refuse what would reach the provider past the host's parameters, which are looked at."""
    for name in ("extra_body", "extra_args", "extra_query"):
        found = sorted(set(getattr(settings, name, None) or ()) & LOOKED_AT)
        if found:
            raise ConfigError(
                f"`{name}` may not hold `{found[0]}`: the provider is told it past the guard"
            )


class Events:
    """The events of one answer: pieces of text are held back, everything else leaves whole."""

    def __init__(self, egress: StepEgress) -> None:
        self._egress = egress
        self._whole = egress.calls("events")
        self._open: TextChannel | None = None
        self._key: tuple[Any, ...] = ()
        self._like: Any = None  # the latest event of the text that is being said
        self._out: list[Any] = []

    async def heard(self, event: Any) -> list[Any]:
        """Return what may leave after this event."""
        delta = getattr(event, "delta", None)
        if type(delta) is str:
            key = (event.type, getattr(event, "item_id", ""), getattr(event, "content_index", 0))
            if key != self._key:
                await self._end_text()
                self._key = key
                self._open = self._egress.text(f"text-{len(key[1])}-{id(event)}", self._say)
            self._like = event
            assert self._open is not None  # noqa: S101 - opened with its key
            await self._open.send(delta)
        else:
            await self._end_text()
            await self._whole.call(self._give, event)
        return self._taken()

    async def ended(self) -> list[Any]:
        """Return what was held back at the end."""
        await self._end_text()
        return self._taken()

    async def _end_text(self) -> None:
        text, self._open, self._key = self._open, None, ()
        if text is not None:
            await text.end()

    def _taken(self) -> list[Any]:
        out, self._out = self._out, []
        return out

    async def _say(self, text: str) -> None:
        changed: dict[str, Any] = {"delta": text}
        if hasattr(self._like, "logprobs"):
            changed["logprobs"] = []  # they hold the tokens
        self._out.append(self._like.model_copy(update=changed))

    async def _give(self, event: Any) -> None:
        self._out.append(event)


def _digest(item: Any) -> bytes:
    """Return the digest of all that an item says: one that is changed is another item."""
    return sha256(json.dumps(item, sort_keys=True, default=repr).encode()).digest()


async def _next_of(source: AsyncIterator[Any]) -> Any:
    """Return the next event, or `_DONE`: the end of a stream is no failure."""
    try:
        return await anext(source)
    except StopAsyncIteration:
        return _DONE
