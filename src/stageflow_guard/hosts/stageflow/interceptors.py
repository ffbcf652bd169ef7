"""For people who only add interceptors to a builder: authentication, authorization, audit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow.pipeline.interceptors import BaseInterceptor, ErrorAction, InterceptorResult

from stageflow_guard.enforcement.run import Identity, Run
from stageflow_guard.enforcement.session import current_session
from stageflow_guard.errors import GuardError, NotAuthenticated, PolicyUnavailable
from stageflow_guard.hosts.stageflow.errors import for_host

if TYPE_CHECKING:
    from stageflow.stages.context import PipelineContext

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit
    from stageflow_guard.model import Principal


RUN_KEY = "stageflow_guard.enforcement.run"
KEPT = 4096  # runs whose caller is remembered


class GuardInterceptor(BaseInterceptor):
    """Fail-closed authentication, authorization and audit for a graph built by hand.

    Each stage call is authenticated: a `TokenManager` (bound by `guard.session`, or in
    `data[token_key]`) refreshes between stages, and the caller must stay the same.

    It **cannot redact**: an interceptor never sees what a stage reads. It cannot stop an
    interceptor with a lower priority number that answers instead of it, a stage that the host
    skips as conditional, or child pipelines, which lose their interceptors. `guard.mount` does all
    of that; prefer it. The token is read from `data[token_key]` and stays there, where the host
    keeps it. The policy's name for the pipeline is the context's `topology`.
    """

    name = "stageflow_guard"
    priority = -(2**31)

    def __init__(self, pep: PolicyEnforcementPoint, token_key: str, *, sessions: int) -> None:
        self._pep = pep
        self._token_key = token_key
        self._sessions = sessions  # whose `guard.session` counts here
        self._callers: dict[
            tuple[int, str], Principal
        ] = {}  # one run, one caller, whatever is refreshed
        self._open: dict[tuple[int, str], tuple[Run, Permit]] = {}

    async def before(self, stage_name: str, ctx: PipelineContext) -> InterceptorResult | None:
        """Let the host go on only behind a durable permit."""
        try:
            session = current_session(self._sessions)
            bound = session.credential() if session else None
            credential = ctx.data.get(self._token_key) if bound is None else bound
            # one id per context: a run without an id of its own is one run all the same
            run_id = str(ctx.pipeline_run_id or ctx.data.setdefault(RUN_KEY, str(uuid4())))
            name = str(ctx.topology or "pipeline")
            given = ctx.data.get(self._token_key)
            if bound is not None and given is not None and bound is not given and (
                type(bound) is not str or type(given) is not str or bound != given
            ):  # fmt: skip
                await self._pep.refuse(
                    NotAuthenticated(
                        "credential_conflict", "the session and `data` carry different tokens"
                    ),
                    run=run_id, pipeline=name, step="authenticate",
                )  # fmt: skip
            who = await self._pep.authenticate(credential, run=run_id, pipeline=name)
            await self._pep.same(self._callers.setdefault((id(ctx), run_id), who), who, run=run_id)
            if len(self._callers) > KEPT:
                self._callers.pop(next(iter(self._callers)))
            run = Run(
                run_id, name, Identity(who, credential), parent=None, scope=None,
                session_id=str(ctx.session_id) if ctx.session_id else None,
            )  # fmt: skip
            permit = await self._pep.enter(run, stage_name, None)
            await self._pep.spend(run, permit)
        except GuardError as error:
            raise for_host(error) from None
        except Exception:  # the host would swallow it and run the stage
            raise for_host(PolicyUnavailable("the decision point failed")) from None
        self._open[id(ctx), stage_name] = (run, permit)
        return None

    async def after(self, stage_name: str, result: Any, ctx: PipelineContext) -> None:
        """Record the effect; an unrecordable one withholds the result."""
        opened = self._open.pop((id(ctx), stage_name), None)
        if opened is None or asyncio.current_task() is None:
            return
        try:
            self._pep.effect(opened[0], opened[1], str(getattr(result, "status", "unknown")))
        except GuardError as error:
            raise for_host(error) from None

    async def on_error(
        self, stage_name: str, error: Exception, ctx: PipelineContext
    ) -> ErrorAction:
        """Leave the error as it is; `after` records it."""
        return ErrorAction.FAIL
