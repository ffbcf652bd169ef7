"""One model request as a step: what goes to the provider and what comes back, inspected."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import (
    BaseToolCallPart,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel

from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.seam import Answer, Call
from stageflow_guard.enforcement.step import Step

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic_ai import RunContext
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

    from stageflow_guard.enforcement.channels import TextChannel
    from stageflow_guard.enforcement.seam import Seam

_DONE = object()


class GuardedModel(WrapperModel):
    """A model whose every request is a step: kind `model`, object its name, act `call`."""

    def __init__(self, wrapped: Model, seam: Seam, known: set[bytes]) -> None:
        super().__init__(wrapped)
        self._seam = seam
        self._known = known  # digests of messages that the guard has inspected in this run

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Return the provider's answer, inspected."""
        try:
            call, hosted, messages, parameters = await self._begin(
                messages, model_request_parameters
            )
            work = self.wrapped.request(messages, model_settings, parameters)
            del messages, model_request_parameters, parameters
            answer = await self._seam.run_step(call, work)
            response: ModelResponse = await self._seam.conclude(call, answer)
            await self._conclude_hosted(hosted)
            return response
        except BaseException as error:
            drop_frames(error)  # their locals hold what the model was told
            raise

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Give the provider's stream, held back until nothing later can change what was found."""
        call, hosted, messages, parameters = await self._begin(messages, model_request_parameters)
        pep, run, permit = self._seam.pep, call.run, call.permit
        egress = StepEgress(pep, run, permit, self._seam.join)
        run.egress.append(egress)
        outcome = "cancelled"
        try:
            async with self.wrapped.request_stream(
                messages, model_settings, parameters, run_context
            ) as inner:
                yield HeldBackResponse(inner, parameters, self._seam, call, egress)
            outcome = "ok"
        except BaseException as error:
            if permit.outcome is not None:  # told while the stream was read
                raise
            answer = self._seam.failed(call, error)
        finally:
            await egress.stop()
            found = egress.close(outcome)
            if egress in run.egress:
                run.egress.remove(egress)
            if outcome == "ok":
                pep.effect(run, permit, "ok", findings=found)
        if outcome != "ok":
            await self._seam.conclude(call, answer)  # raises how it failed
        await self._conclude_hosted(hosted)

    async def _begin(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters
    ) -> tuple[Call, list[Call], list[ModelMessage], ModelRequestParameters]:
        """Return the request's call, the provider's tools' calls, and what may be told."""
        seam = self._seam
        fresh = [at for at, one in enumerate(messages) if _digest(one) not in self._known]
        told = {
            "messages": [messages[at] for at in fresh],
            "instructions": parameters.instruction_parts,
        }
        step = Step(kind="model", obj=self.wrapped.model_name, act="call")
        call, told = await seam.begin(step, told)
        inspected = list(messages)
        for at, one in zip(fresh, told["messages"], strict=True):
            inspected[at] = one
        if call.permit.reveal:  # the older ones, too: the model is told originals, or none
            inspected = await seam.restored(call.run, call.permit, inspected)
        else:
            self._known.update(_digest(one) for one in told["messages"])
        hosted: list[Call] = []
        try:
            for tool in parameters.native_tools:  # they run at the provider: no hook sees them
                named = Step(kind="tool", obj=f"provider/{tool.kind}", act="call")
                hosted.append((await seam.begin(named))[0])
        except BaseException:
            for one in (call, *hosted):
                seam.pep.effect(one.run, one.permit, "not_run")
            raise
        told_of = replace(parameters, instruction_parts=told["instructions"])
        return call, hosted, inspected, told_of

    async def _conclude_hosted(self, hosted: list[Call]) -> None:
        for one in hosted:
            answer = Answer()
            answer.values.append(None)  # what they gave is a part of the model's answer
            await self._seam.conclude(one, answer)


class HeldBackResponse(StreamedResponse):
    """A provider's stream whose text leaves once it is inspected; other parts leave whole."""

    def __init__(
        self,
        inner: StreamedResponse,
        parameters: ModelRequestParameters,
        seam: Seam,
        call: Call,
        egress: StepEgress,
    ) -> None:
        super().__init__(parameters)
        self._inner, self._seam, self._call, self._egress = inner, seam, call, egress
        self._events: list[ModelResponseStreamEvent] = []  # released, not yet given
        self._text: TextChannel | None = None  # of the part that is being said
        self._whole = egress.calls("parts")

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        source = self._inner.__aiter__()
        while (event := await self._next(source)) is not _DONE:
            await self._hear(event)
            while self._events:
                yield self._events.pop(0)
        await self._end_text()
        await self._egress.finish()
        while self._events:
            yield self._events.pop(0)
        self._take_over()

    async def _next(self, source: AsyncIterator[Any]) -> Any:
        answer = await self._seam.run_step(self._call, _next_of(source))
        if not answer.values:
            await self._seam.conclude(self._call, answer)  # raises how it failed
        return answer.values.pop()

    async def _hear(self, event: Any) -> None:
        """Take one event of the provider's: text is held back, other parts are taken whole."""
        if isinstance(event, PartStartEvent):
            await self._end_text()
            if isinstance(event.part, TextPart):
                self._text = self._egress.text(f"text-{event.index}", self._say)
                await self._text.send(event.part.content)
            elif not isinstance(event.part, ThinkingPart | BaseToolCallPart):
                await self._whole.call(self._give, event.part)
        elif isinstance(event, PartDeltaEvent):
            if self._text is not None and isinstance(event.delta, TextPartDelta):
                await self._text.send(event.delta.content_delta)
        elif isinstance(event, PartEndEvent) and not isinstance(event.part, TextPart):
            await self._whole.call(self._give, event.part)

    async def _end_text(self) -> None:
        text, self._text = self._text, None
        if text is not None:
            await text.end()

    async def _say(self, text: str) -> None:
        self._events += self._parts_manager.handle_text_delta(vendor_part_id=None, content=text)

    async def _give(self, part: Any) -> None:
        self._events.append(self._parts_manager.handle_part(vendor_part_id=None, part=part))

    def _take_over(self) -> None:
        """Say of this stream what the provider's says of its own, but for free text."""
        inner = self._inner
        self._usage = inner.usage if not callable(inner.usage) else inner.usage()
        self.provider_response_id = inner.provider_response_id
        self.finish_reason = inner.finish_reason
        self.state = inner.state

    async def close_stream(self) -> None:
        """Close the provider's stream."""
        await self._inner.close_stream()

    @property
    def model_name(self) -> str:
        """The model's name."""
        return self._inner.model_name

    @property
    def provider_name(self) -> str | None:
        """The provider's name."""
        return self._inner.provider_name

    @property
    def provider_url(self) -> str | None:
        """The provider's address."""
        return self._inner.provider_url

    @property
    def timestamp(self) -> datetime:
        """When the answer began."""
        return self._inner.timestamp


def _digest(message: ModelMessage) -> bytes:
    """Return the digest of all that a message says: one that is changed is another message."""
    return sha256(ModelMessagesTypeAdapter.dump_json([message])).digest()


async def _next_of(source: AsyncIterator[Any]) -> Any:
    """Return the next event, or `_DONE`: the end of a stream is no failure."""
    try:
        return await anext(source)
    except StopAsyncIteration:
        return _DONE
