"""The guarded graph: the run gate."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID, uuid4

from stageflow.core import StageOutput, StageStatus
from stageflow.pipeline.dag import (
    UnifiedPipelineCancelled,
    UnifiedStageExecutionError,
    UnifiedStageGraph,
)
from stageflow.pipeline.results import PipelineResults
from stageflow.stages.context import PipelineContext

from stageflow_guard.enforcement.run import credential_of
from stageflow_guard.enforcement.session import Session, bind, current_session, unbind
from stageflow_guard.errors import Bypassed, GuardError, InspectorUnavailable, NotAuthenticated
from stageflow_guard.hosts.stageflow.carriers import (
    GuardedPorts,
    blanked,
    handed_in,
    inputs_of,
    is_plain,
)
from stageflow_guard.hosts.stageflow.errors import for_host, outward
from stageflow_guard.hosts.stageflow.event_sink import GuardedSink
from stageflow_guard.hosts.stageflow.runner import before_stage, current_run
from stageflow_guard.model import NO_TENANT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal

_IDENTITY_HINT = (
    "`{field}` contradicts the token; leave it out, or pass `pipeline_ctx=` with the caller's own "
    "when a runner invents one"
)


logger = logging.getLogger("stageflow_guard")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHORT = re.compile(r"[A-Za-z0-9._:/|=+~-]{1,128}")


async def refuse_bypass(pep: PolicyEnforcementPoint, run: Run | None, stage: str) -> NoReturn:
    """Record that `stage` answered without its runner, and refuse."""
    try:
        await pep.refuse(
            Bypassed(f"stage `{stage}` reported a result that its guarded runner did not produce"),
            run=run, stage=stage, step="run",
        )  # fmt: skip
    except GuardError as error:
        raise for_host(error) from None


class GuardedGraph(UnifiedStageGraph):
    """A host graph whose `run` is the gate."""

    _pep: PolicyEnforcementPoint
    _token_key: str

    @classmethod
    def over(
        cls, graph: UnifiedStageGraph, pep: PolicyEnforcementPoint, *, token_key: str,
        name: str,
    ) -> GuardedGraph:  # fmt: skip
        """Take over a host graph that was built from guarded runners."""
        guarded = cls.__new__(cls)
        guarded.__dict__.update(graph.__dict__)
        guarded._pep = pep
        guarded._token_key = token_key
        guarded._pipeline_name = name
        # a list of our own: the caller's can be cleared after the build
        guarded._interceptors = list(graph._interceptors)
        return guarded

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
        return await outward(work)

    async def _entered(self, ctx: Any) -> PipelineResults:
        wrong = None
        if not isinstance(ctx, PipelineContext):
            wrong = "a guarded run takes a `PipelineContext`"
        elif not issubclass(type(ctx.data), dict):  # `isinstance` would ask the object itself
            wrong = "the context's `data` is no dict"
        if wrong is None:
            return await self._gate(ctx)
        await self._pep.refuse(
            NotAuthenticated("unsupported_context", wrong),
            run=str(uuid4()), pipeline=self._pipeline_name, step="authenticate",
        )  # fmt: skip

    async def _gate(self, ctx: PipelineContext) -> PipelineResults:
        pep, name = self._pep, str(self._pipeline_name)
        parent = current_run(pep) or self._around()
        run_id, session_id = await self._named(ctx)
        credential, lender = await self._credential(ctx, parent, run_id)
        run = await pep.admit(
            credential,
            run_id=run_id,
            pipeline=name,
            session_id=session_id,
            parent=parent,
            text=ctx.input_text if type(ctx.input_text) is str else None,
            lender=lender,
        )
        session = Session(id(pep), principal=run.principal, run=run)
        token = bind(session)
        outcome = "error"
        try:
            guarded, sink = await self._prepared(ctx, run, run_id)
            try:
                results = await super(GuardedGraph, copy.copy(self)).run(guarded)
            except Exception:  # what the stages had to say until then is no secret of the failure
                with contextlib.suppress(GuardError):
                    await sink.release()
                raise
            await self._require_proof(run, results)
            await sink.release()
            if run.blocked is not None and run.refusal is None:  # no stage was reached to refuse it
                await pep.refuse(run.blocked, run=run, step="inspect_input")
            if run.refusal is not None:
                raise run.refusal
            outcome = "ok"
        except UnifiedStageExecutionError as exc:
            if run.refusal is not None:
                raise run.refusal from None
            if isinstance(exc.original, GuardError):
                raise exc.original from None
            raise
        except UnifiedPipelineCancelled:
            if run.refusal is not None:
                raise run.refusal from None
            outcome = "cancel"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except GuardError as error:
            outcome = "refused"
            raise run.refusal or error from None
        finally:
            unbind(token)
            await self._close(run, session, outcome if run.refusal is None else "refused")
        return PipelineResults(results)

    def _around(self) -> Run | None:
        """Return the run whose stage opened the current session: what runs in it is its child."""
        session = current_session(id(self._pep))
        run: Run | None = None if session is None else session.within
        return None if run is None or run.over else run

    async def _named(self, ctx: PipelineContext) -> tuple[str, str | None]:
        """Return the run's id and its session's: both go on record as they are."""
        try:
            run_id = str(ctx.pipeline_run_id or uuid4())
            session_id = str(ctx.session_id) if ctx.session_id else None
            for name in (run_id, session_id):
                if name is not None and not await self._may_stand_on_record(name):
                    break
            else:
                return run_id, session_id
        except GuardError:
            raise
        except Exception:  # an id whose own methods fail; its text may hold anything
            wrong = "the context's ids cannot be read"
        else:
            wrong = "an id that is no UUID holds more than an id: use a UUID"
        await self._pep.refuse(
            NotAuthenticated("unsupported_context", wrong),
            run=str(uuid4()), pipeline=self._pipeline_name, step="authenticate",
        )  # fmt: skip

    async def _may_stand_on_record(self, name: str) -> bool:
        """Say whether an id is a UUID, or else a short name without personal data in it."""
        if _UUID.fullmatch(name):
            return True
        inspector = self._pep.inspector
        if not _SHORT.fullmatch(name) or inspector is None:
            return False
        scope = inspector.scope(NO_TENANT, str(uuid4()))
        _, found = await inspector.redact(name, scope=scope, direction="input")
        return not found

    async def _credential(
        self, ctx: PipelineContext, parent: Run | None, run_id: str
    ) -> tuple[object, Session | None]:
        """Return what a root run is to be authenticated by, and the session that lends it."""
        session = current_session(id(self._pep))
        bound = None if session is None or parent is not None else session.credential()
        try:
            given = ctx.data.get(self._token_key)
            conflict = given is not None and (
                parent is not None or (bound is not None and bound != given)
            )
            if parent is not None and session is not None and session.run is None:
                conflict = conflict or session.credential() != credential_of(parent.identity)
        except Exception:  # a token whose own methods fail; its text may hold it
            await self._pep.refuse(
                NotAuthenticated("unsupported_context", "the credential cannot be read"),
                run=parent or run_id, pipeline=self._pipeline_name, step="authenticate",
            )  # fmt: skip
        if conflict:
            await self._pep.refuse(
                NotAuthenticated(
                    "credential_conflict",
                    "the session and `data` carry different tokens"
                    if parent is None
                    else "a child run takes no token of its own",
                ),
                run=parent or run_id, pipeline=self._pipeline_name, step="authenticate",
            )  # fmt: skip
        return (given, None) if bound is None else (bound, session)

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
        if ports is not None and (given := handed_in(ports)):
            raw["ports"] = given
        redacted: dict[str, Any] = {}
        if raw:
            redacted, run.findings = await pep.inspect(run, raw, direction="input")
            if run.blocked is not None:
                redacted = blanked(raw)
            if redacted.keys() != raw.keys():
                await pep.refuse(
                    InspectorUnavailable("the inspector lost a part of the input"),
                    run=run, step="inspect_input",
                )  # fmt: skip
        run.given = redacted.pop("ports", None) or {}
        run.streams = ports is not None  # what it does not offer now, it may offer later

        async def redact_events(value: Any) -> Any:
            return (await pep.inspect(run, value, direction="output"))[0]

        sink = GuardedSink(ctx.event_sink, redact_events)

        async def hook(name: str, kind: Any, stage: Any, _ctx: Any) -> None:
            skipped = _unproven(run, stage.inputs.prior_outputs)
            if skipped is not None:
                await refuse_bypass(pep, run, skipped)
            await before_stage(pep, run, name, kind, stage.inputs.prior_outputs)

        guarded = replace(
            ctx,
            **redacted,
            pipeline_run_id=ctx.pipeline_run_id or UUID(run_id),
            user_id=user,
            org_id=org,
            data={k: v for k, v in ctx.data.items() if k != self._token_key},
            db=None if ports is None else ctx.db,
            ports=GuardedPorts(ports, run.identity, run.given),  # type: ignore[arg-type]  # delegates
            event_sink=sink,
            # ours first: nothing of the application's runs before the decision
            _before_stage_start_hooks=[hook, *_foreign(ctx._before_stage_start_hooks)],
        )
        run.plain = is_plain(guarded)
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
        stage = _unproven(run, answers)
        if stage is not None:
            await refuse_bypass(self._pep, run, stage)

    async def _close(self, run: Run, session: Session, outcome: str) -> None:
        """End the run for everyone: tasks, identity, permits, record."""
        run.closed = True
        here = asyncio.current_task()
        orphans = [t for t in run.tasks if not t.done() and t is not here]
        for task in orphans:  # the host leaves its stage tasks behind when the caller goes away
            task.cancel()
        try:
            if orphans:
                await _shielded(asyncio.wait(orphans, timeout=self._pep.patience))
                deaf = sum(not task.done() for task in orphans)
                if deaf:  # nobody can stop them; they hold a spent permit and a closed session
                    logger.warning("stages that ignore cancellation: %d run=%s", deaf, run.id)
        finally:
            session.close()
            try:
                await self._silence(run)
            finally:
                await self._pep.finish(run, outcome)

    async def _silence(self, run: Run) -> None:
        """End the ways out of stages that go on all the same: their records come before the end."""
        left = [*run.outlets]
        try:
            for outlets in left:
                await _shielded(outlets.cease())
        finally:
            for outlets in left:
                with contextlib.suppress(GuardError):  # the run knows
                    outlets.close("unknown")


def _unproven(run: Run, answers: Mapping[str, StageOutput]) -> str | None:
    """Return the first stage whose answer did not come from its runner, or None.

    Asked before each stage about those it builds on, and at the end about all: an answer that an
    interceptor made up goes no further, wherever it stands in the chain.
    """
    for stage, output in answers.items():
        permit = run.permits.get(stage)
        if permit is not None and (permit.executed or output.status is StageStatus.SKIP):
            continue
        return stage
    return None


def _foreign(hooks: list[Any]) -> list[Any]:
    return [hook for hook in hooks if not getattr(hook, "_stageflow_guard", False)]


async def _shielded(work: Any) -> None:
    """Await `work` to its end, even when the caller is cancelled meanwhile; then be cancelled."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError
