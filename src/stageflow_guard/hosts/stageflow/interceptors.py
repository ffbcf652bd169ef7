"""For people who only add interceptors to a builder: authentication, authorization, audit."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from stageflow.core import StageStatus
from stageflow.pipeline.interceptors import BaseInterceptor, ErrorAction, InterceptorResult

from stageflow_guard.enforcement.run import Identity, Run
from stageflow_guard.enforcement.session import current_session
from stageflow_guard.enforcement.step import stage_step
from stageflow_guard.errors import GuardError, NotAuthenticated, PolicyUnavailable
from stageflow_guard.hosts.stageflow.errors import as_host_error

if TYPE_CHECKING:
    from stageflow.stages.context import PipelineContext

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit
    from stageflow_guard.model import Principal


RUN_KEY = "stageflow_guard.run"


class _Lifetime:
    """Lives as long as the context that it hangs on; the host's contexts take no weak reference.

    It hangs where the host keeps its hooks, which no stage is handed, and does nothing as one.
    """

    __slots__ = ("__weakref__",)

    async def __call__(self, *_: Any) -> None:
        """Let the stage start: the interceptor decides."""


class _Caller(NamedTuple):
    """The caller of one host run, for as long as its context exists."""

    lifetime: weakref.ref[_Lifetime]
    principal: Principal


OUTCOMES = ("started", "completed", "failed")  # of the host's `StageResult`


class GuardInterceptor(BaseInterceptor):
    """Fail-closed authentication, authorization and audit for a graph built by hand.

    Each stage call is authenticated: a `TokenManager` (bound by `guard.session`, or in
    `data[token_key]`) refreshes between stages, and the caller must stay the same for as long as
    the host's context exists.

    It **cannot redact**: an interceptor never sees what a stage reads. It cannot stop an
    interceptor with a lower priority number that answers instead of it, a stage that the host
    skips as conditional, or child pipelines, which lose their interceptors. `guard.mount` does all
    of that; prefer it. The token is read from `data[token_key]` and stays there, where the host
    keeps it. The policy's name for the pipeline is the context's `topology`.
    """

    name = "stageflow_guard"
    priority = -(2**31)

    def __init__(self, pep: PolicyEnforcementPoint, token_key: str) -> None:
        self._pep = pep
        self._token_key = token_key
        self._callers: dict[tuple[int, str], _Caller] = {}
        self._open: dict[tuple[int, str], tuple[Run, Permit]] = {}

    async def before(self, stage_name: str, ctx: PipelineContext) -> InterceptorResult | None:
        """Let the host go on only behind a durable permit."""
        try:
            run, permit = await self._permitted(stage_name, ctx)
        except GuardError as error:
            raise as_host_error(error) from None
        except Exception:  # the host would swallow it and run the stage
            try:
                await self._pep.refuse(
                    PolicyUnavailable("the decision point failed"), run=None, step="authorize"
                )
            except GuardError as error:
                raise as_host_error(error) from None
        self._open[id(ctx), stage_name] = (run, permit)
        return None

    async def _permitted(self, stage_name: str, ctx: PipelineContext) -> tuple[Run, Permit]:
        pep = self._pep
        session = current_session(id(pep))
        bound = session.credential() if session else None
        given = ctx.data.get(self._token_key)
        # one id per context: a run without an id of its own is one run all the same
        run_id = str(ctx.pipeline_run_id or ctx.data.setdefault(RUN_KEY, str(uuid4())))
        name = str(ctx.topology or "pipeline")
        session_id = str(ctx.session_id) if ctx.session_id else None
        await pep.require_ids(name, run_id, session_id)
        if bound is not None and given is not None and bound is not given and (
            type(bound) is not str or type(given) is not str or bound != given
        ):  # fmt: skip
            await pep.refuse(
                NotAuthenticated(
                    "credential_conflict", "the session and `data` carry different tokens"
                ),
                run=run_id, pipeline=name, step="authenticate",
            )  # fmt: skip
        credential = given if bound is None else bound
        who = await pep.authenticate(credential, run=run_id, pipeline=name)
        await pep.ensure_same_identity(self._caller_of(ctx, run_id, who), who, run=run_id)
        run = Run(
            run_id, name, Identity(who, credential), parent=None, session_id=session_id,
            host="stageflow", inspected=False,
        )  # fmt: skip
        pep.runs.add(run)  # closing the guard waits for its effect
        try:
            permit = await pep.authorize_step(run, stage_step(name, stage_name))
            await pep.consume_permit(run, permit)
        except BaseException:
            self._end(run)
            raise
        return run, permit

    def _caller_of(self, ctx: PipelineContext, run_id: str, who: Principal) -> Principal:
        """Return the caller of this context's run: the first one, until the context is gone."""
        key = (id(ctx), run_id)
        known = self._callers.get(key)
        if known is not None and known.lifetime() is not None:
            return known.principal
        lifetime = _Lifetime()
        ctx._before_stage_start_hooks.append(lifetime)
        self._callers[key] = _Caller(weakref.ref(lifetime, lambda _: self._forget(key)), who)
        return who

    def _forget(self, key: tuple[int, str]) -> None:
        """Drop what was kept of a context that no longer exists; its open stages have no end."""
        self._callers.pop(key, None)
        for open_key in [one for one in self._open if one[0] == key[0]]:
            run, permit = self._open.pop(open_key)
            with contextlib.suppress(GuardError):  # the count of refusals has it
                self._pep.effect(run, permit, "unknown")
            self._end(run)

    def _end(self, run: Run) -> None:
        run.closed = True
        self._pep.runs.discard(run)

    async def after(self, stage_name: str, result: Any, ctx: PipelineContext) -> None:
        """Record the effect; an unrecordable one withholds the result."""
        opened = self._open.pop((id(ctx), stage_name), None)
        if opened is None or asyncio.current_task() is None:
            return
        run, permit = opened
        try:
            self._pep.effect(run, permit, _outcome_of(result))
        except GuardError as error:
            raise as_host_error(error) from None
        finally:
            self._end(run)

    async def on_error(
        self, stage_name: str, error: Exception, ctx: PipelineContext
    ) -> ErrorAction:
        """Leave the error as it is; `after` records it."""
        return ErrorAction.FAIL


def _outcome_of(result: Any) -> str:
    """Return the outcome on record: one of the host's own, whatever the result says."""
    try:
        status = result.status
    except Exception:  # a result whose own methods fail; its text may hold anything
        return "unknown"
    if type(status) is StageStatus:
        return status.value
    return status if type(status) is str and status in OUTCOMES else "unknown"
