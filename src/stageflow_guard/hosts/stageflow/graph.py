"""The guarded graph: the run gate."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID, uuid4

from stageflow.core import StageOutput, StageStatus
from stageflow.pipeline.dag import UnifiedPipelineCancelled, UnifiedStageGraph
from stageflow.pipeline.idempotency import IdempotencyInterceptor, InMemoryIdempotencyStore
from stageflow.stages.context import PipelineContext

from stageflow_guard.enforcement.leaving import without_frames
from stageflow_guard.enforcement.seam import Seam
from stageflow_guard.errors import Bypassed, GuardError, InspectorUnavailable, NotAuthenticated
from stageflow_guard.hosts.stageflow.carriers import (
    GuardedPorts,
    emptied,
    inputs_of,
    is_plain,
    own_snapshot,
    port_inputs_of,
)
from stageflow_guard.hosts.stageflow.errors import as_host_error
from stageflow_guard.hosts.stageflow.event_sink import GuardedSink
from stageflow_guard.hosts.stageflow.outputs import copied, prior_outputs, results_of
from stageflow_guard.hosts.stageflow.runner import before_stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow.pipeline.results import PipelineResults

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal

_IDENTITY_HINT = (
    "`{field}` contradicts the token; leave it out, or pass `pipeline_ctx=` with the caller's own "
    "when a runner invents one"
)

RETRY_STRATEGY = (
    "`guard_retry_strategy` publishes a draft to other stages before its GUARD has judged it; "
    "repeat inside the stage that writes the draft, and leave the strategy out"
)


CACHED = (
    "a guarded run takes no `idempotency_key`: its cache would answer for a step without asking "
    "for whom; let the stage look up `guard.scoped_key(...)`"
)


def is_default(interceptor: object) -> bool:
    """Say whether this is the idempotency among the host's default interceptors."""
    return (
        type(interceptor) is IdempotencyInterceptor
        and type(interceptor._store) is InMemoryIdempotencyStore
        and interceptor._key_extractor is IdempotencyInterceptor._default_key_extractor
    )


async def refuse_bypass(pep: PolicyEnforcementPoint, run: Run | None, stage: str) -> NoReturn:
    """Record that `stage` answered without its runner, and refuse."""
    try:
        await pep.refuse(
            Bypassed(f"stage `{stage}` reported a result that its guarded runner did not produce"),
            run=run, stage=stage, step="run",
        )  # fmt: skip
    except GuardError as error:
        raise as_host_error(error) from None


class GuardedGraph(UnifiedStageGraph):
    """A host graph whose `run` is the gate."""

    _seam: Seam
    _token_key: str
    _strict: bool

    @classmethod
    def over(
        cls, graph: UnifiedStageGraph, seam: Seam, *, token_key: str, name: str
    ) -> GuardedGraph:
        """Take over a host graph that was built from guarded runners."""
        guarded = cls.__new__(cls)
        guarded.__dict__.update(graph.__dict__)
        guarded._seam = seam
        guarded._token_key = token_key
        guarded._pipeline_name = name
        guarded._strict = False
        # a list of our own: the caller's can be cleared after the build
        guarded._interceptors = [one for one in graph._interceptors if not is_default(one)]
        return guarded

    @property
    def _pep(self) -> PolicyEnforcementPoint:
        return self._seam.pep

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a guarded graph cannot be pickled; mount it where it runs")

    def __copy__(self) -> GuardedGraph:
        """Separate the host's per-run state: concurrent runs must not share a cancel token."""
        clone = type(self).__new__(type(self))
        clone.__dict__.update(self.__dict__)
        clone._interceptors = list(self._interceptors)
        return clone

    async def run(self, ctx: Any) -> PipelineResults:
        """Authenticate, rebuild the context without secrets and raw text, run, record the end."""
        work = self._entered(ctx)
        del ctx
        return await without_frames(work, as_host_error)

    async def _entered(self, ctx: Any) -> PipelineResults:
        wrong = None
        if not isinstance(ctx, PipelineContext):
            wrong = "a guarded run takes a `PipelineContext`"
        elif not issubclass(type(ctx.data), dict):  # `isinstance` would ask the object itself
            wrong = "the context's `data` is no dict"
        elif dict.__contains__(ctx.data, "idempotency_key"):
            wrong = CACHED
        if wrong is None:
            return await self._run_guarded(ctx)
        await self._pep.refuse(
            NotAuthenticated("unsupported_context", wrong),
            run=str(uuid4()), pipeline=self._pipeline_name, step="authenticate",
        )  # fmt: skip

    async def _run_guarded(self, ctx: PipelineContext) -> PipelineResults:
        run_id, session_id = await self._ids(ctx)
        gate = self._seam.gate(
            pipeline=str(self._pipeline_name),
            run_id=run_id,
            session_id=session_id,
            text=ctx.input_text if type(ctx.input_text) is str else None,
            credential=lambda: ctx.data.get(self._token_key),
        )
        async with gate as run:
            run.strict_children = self._strict or run.strict_children
            if self._guard_retry_strategy is not None:  # set after the build
                await self._pep.refuse(Bypassed(RETRY_STRATEGY), run=run, step="run")
            guarded, sink = await self._prepared(ctx, run, run_id)
            try:
                results = await super(GuardedGraph, copy.copy(self)).run(guarded)
                await self._require_proof(run, results)
            except asyncio.CancelledError:  # inspection would hold up who cancels
                with contextlib.suppress(GuardError):  # the run knows
                    await sink.discard()
                raise
            except Exception as error:  # what was said until then is no secret of the failure
                with contextlib.suppress(GuardError):
                    await sink.release()
                if issubclass(type(error), UnifiedPipelineCancelled):
                    _with_own_results(error, run)
                raise
            await sink.release()
            return results_of(run, results)

    async def _ids(self, ctx: PipelineContext) -> tuple[str, str | None]:
        """Return the run's id and its session's as text; the gate says whether they may be kept."""
        try:
            session_id = str(ctx.session_id) if ctx.session_id else None
            return str(ctx.pipeline_run_id or uuid4()), session_id
        except Exception:  # an id whose own methods fail; its text may hold anything
            wrong = "the context's ids cannot be read"
        await self._pep.refuse(
            NotAuthenticated("unsupported_context", wrong),
            run=str(uuid4()), pipeline=self._pipeline_name, step="authenticate",
        )  # fmt: skip

    async def _prepared(
        self, ctx: PipelineContext, run: Run, run_id: str
    ) -> tuple[PipelineContext, GuardedSink]:
        try:
            return await self._context(ctx, run, run_id)
        except GuardError:
            raise
        except Exception:  # its text may hold what the context holds
            await self._pep.refuse(
                InspectorUnavailable("the run's input could not be prepared"),
                run=run, step="inspect_input",
            )  # fmt: skip

    async def _context(
        self, ctx: PipelineContext, run: Run, run_id: str
    ) -> tuple[PipelineContext, GuardedSink]:
        pep = self._pep
        user, org = await self._identity(ctx, run)
        raw = inputs_of(ctx, known=run.pipeline)
        ports = ctx._effective_ports()
        if ports is not None and (given := port_inputs_of(ports)):
            raw["ports"] = given
        redacted: dict[str, Any] = {}
        if raw:
            redacted, run.findings = await pep.inspect(run, raw, direction="input")
            if run.blocked is not None:
                redacted = emptied(raw)
            if redacted.keys() != raw.keys():
                await pep.refuse(
                    InspectorUnavailable("the inspector lost a part of the input"),
                    run=run, step="inspect_input",
                )  # fmt: skip
        run.port_inputs = redacted.pop("ports", None) or {}
        run.streams = ports is not None  # what it does not offer now, it may offer later

        async def redact_events(value: Any) -> Any:
            return (await pep.inspect(run, value, direction="output"))[0]

        async def report(lost: int) -> int:
            return await pep.record_event(
                run, kind="decision", step="inspect_output", decision="deny",
                reason="events_dropped", note={"events_dropped": lost},
            )  # fmt: skip

        sink = GuardedSink(ctx.event_sink, redact_events, report)

        async def hook(name: str, kind: Any, stage: Any, host: PipelineContext) -> None:
            if run.snapshot is None:
                run.snapshot = own_snapshot(stage, plain=run.immutable_input)
            skipped = _unexecuted_stage(run, stage.inputs.prior_outputs)
            if skipped is not None:
                await refuse_bypass(pep, run, skipped)
            await before_stage(self._seam, run, name, kind, stage.inputs.prior_outputs)
            if len(host._before_stage_start_hooks) > 1:
                run.hooked = True
            if self._specs[name].conditional:
                _decide_skip(run, name, stage.inputs)

        guarded = replace(
            ctx,
            **redacted,
            # an id of another type is what was read of it, and nothing that hangs on it
            pipeline_run_id=_id_of(ctx.pipeline_run_id, run_id) or UUID(run_id),
            session_id=_id_of(ctx.session_id, run.session_id),
            user_id=user,
            org_id=org,
            data={k: v for k, v in ctx.data.items() if k != self._token_key},
            db=None if ports is None else ctx.db,
            ports=None if ports is None else GuardedPorts(ports, run.identity, run.port_inputs),  # type: ignore[arg-type]  # delegates
            event_sink=sink,
            # ours first: nothing of the application's runs before the decision
            _before_stage_start_hooks=[hook, *_foreign(ctx._before_stage_start_hooks)],
        )
        run.immutable_input = is_plain(guarded)
        hook._stageflow_guard = True  # type: ignore[attr-defined]  # a fork must not ask for its parent's run
        return guarded, sink

    async def _identity(self, ctx: PipelineContext, run: Run) -> tuple[UUID | None, UUID | None]:
        who: Principal = run.principal
        user = UUID(who.host_user_id) if who.host_user_id else None
        org = UUID(who.host_org_id) if who.host_org_id else None
        for field, given, known in (("user_id", ctx.user_id, user), ("org_id", ctx.org_id, org)):
            if given is not None and str(given) != str(known):
                await self._pep.refuse(
                    NotAuthenticated("identity_conflict", _IDENTITY_HINT.format(field=field)),
                    run=run, step="authenticate",
                )  # fmt: skip
        return user, org

    async def _require_proof(self, run: Run, answers: Mapping[str, StageOutput]) -> None:
        """Refuse when something else answered for a stage than its own guarded runner."""
        stage = _unexecuted_stage(run, answers)
        if stage is not None:
            await refuse_bypass(self._pep, run, stage)


def _unexecuted_stage(run: Run, answers: Mapping[str, StageOutput]) -> str | None:
    """Return the first stage whose answer did not come from its runner, or None.

    Asked before each stage about those it builds on, and at the end about all: an answer that an
    interceptor made up goes no further, wherever it stands in the chain.
    """
    for stage, output in answers.items():
        permit = run.by_step.get(stage)
        own = run.outputs.get(stage)
        if permit is None or own is None:
            return stage
        if permit.executed or output.status is own.status is StageStatus.SKIP:
            continue
        return stage
    return None


def _decide_skip(run: Run, name: str, inputs: Any) -> None:
    """Let the host decide about a conditional stage from the guard's own outputs.

    The host makes the skipped stage's output; the guard's own says the same from its own reason.
    """
    inputs.prior_outputs.update(prior_outputs(run, inputs.prior_outputs))
    reason = inputs.get("skip_reason")
    if reason:
        run.outputs[name] = StageOutput.skip(reason=copied(reason))


def _with_own_results(error: Any, run: Run) -> None:
    """Put the guard's own outputs into the error by which the host ends a cancelled run."""
    own = run.outputs.get(error.stage)
    error.results = results_of(run, error.results)
    if own is not None:
        data = own.data if type(own.data) is dict else {}
        error.reason = data.get("cancel_reason", "Pipeline cancelled")
        error.args = (f"Pipeline cancelled by stage '{error.stage}': {error.reason}",)


def _id_of(given: Any, read: str | None) -> Any:
    return given if given is None or type(given) is UUID else read


def _foreign(hooks: list[Any]) -> list[Any]:
    return [hook for hook in hooks if not getattr(hook, "_stageflow_guard", False)]
