"""`Guard`, the front door: assembles the four answers from settings, and mounts them."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar
from uuid import uuid4

from stageflow_guard import hosts
from stageflow_guard.audit.open import ClosedLog
from stageflow_guard.base.portal import Portal, require_no_loop
from stageflow_guard.base.shared import SharedOpening
from stageflow_guard.enforcement.approvals import load_request, require_grant, settle
from stageflow_guard.enforcement.controls import Controls
from stageflow_guard.enforcement.counters.counter import Counters, MemoryCounters
from stageflow_guard.enforcement.deciding import asked_of_store, decide_request, request_named
from stageflow_guard.enforcement.definitions import Pins
from stageflow_guard.enforcement.grants import Grants, PendingApproval
from stageflow_guard.enforcement.inspection import judge, redacted, require_bytes, screened
from stageflow_guard.enforcement.leaving import without_frames
from stageflow_guard.enforcement.lifecycle import Lifecycle
from stageflow_guard.enforcement.limiting import Limiter
from stageflow_guard.enforcement.pending import PendingAuthorization
from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
from stageflow_guard.enforcement.plain import BoundSession, GuardedRun
from stageflow_guard.enforcement.protect import Protection, protected
from stageflow_guard.enforcement.resources import asked_name, decide, filter_permitted, may
from stageflow_guard.enforcement.restore import revealed
from stageflow_guard.enforcement.retrieval import permitted_hits
from stageflow_guard.enforcement.rowstores.rows import MemoryRows
from stageflow_guard.enforcement.scoping import scoped_key
from stageflow_guard.enforcement.seam import Seam
from stageflow_guard.enforcement.session import current_session
from stageflow_guard.enforcement.spending import spent
from stageflow_guard.enforcement.token_exchange import exchange_token
from stageflow_guard.enforcement.tracing import of_session
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    ContentBlocked,
    GuardError,
    NotAuthenticated,
)
from stageflow_guard.model import NO_TENANT
from stageflow_guard.ports import (
    GuardrailInspector,
    GuardrailSource,
    HealthSource,
    ProblemSource,
    Revoker,
    StreamingInspector,
    TokenSource,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from stageflow_guard.auth.exchange import Exchanged
    from stageflow_guard.auth.oauth import OAuthClient
    from stageflow_guard.enforcement.observers import FlowTimer
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Decision, Principal, Redaction
    from stageflow_guard.policy.live.reload import Reloader
    from stageflow_guard.ports import (
        AuditLog,
        Authenticator,
        DecisionPoint,
        Guardrails,
        Inspector,
        TextStream,
    )
    from stageflow_guard.settings import Settings


T = TypeVar("T")


class Guard:
    """Mounts governance onto pipelines. Open it with `async with`, or `with` where no loop runs.

    The constructor takes the four collaborators; `from_settings` builds them from `guard.toml`.
    `guardrails` are the decision point's own unless they are given. A guard opens its log in the
    process that uses it: after a fork, open a new one.
    """

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        decisions: DecisionPoint,
        inspector: Inspector,
        log: AuditLog | None = None,
        settings: Settings | None = None,
        token_key: str = "auth_token",
        block: bool = False,
        guardrails: Guardrails | None = None,
        ceiling: Callable[[Principal, str, str], bool] | None = None,
        clients: Mapping[str, OAuthClient] | None = None,
        drain: float = 10.0,
        approvals: Grants | None = None,
        counters: Counters | None = None,
    ) -> None:
        if log is None and settings is None:
            raise ConfigError("a guard needs a log, or the settings to open one")
        self._settings = settings
        self._token_key = token_key
        self._clients = dict(clients or {})
        self._portal = Portal()
        self._shared = SharedOpening()
        self._pep = PolicyEnforcementPoint(
            authenticator=authenticator,
            decisions=decisions,
            inspector=inspector,
            log=log if log is not None else ClosedLog(),
            block=block,
            ceiling=ceiling,
        )
        limiter = Limiter(self._pep, counters or MemoryCounters())
        self._controls = Controls(
            self._pep, approvals or Grants(MemoryRows(), os.urandom(32)), limiter
        )
        self._pep.controls = self._controls
        self._life = Lifecycle(
            self._pep, self._controls, settings=settings, log=log, drain=drain,
            grants=approvals is not None, counters=counters is not None, last=self._portal.stop,
        )  # fmt: skip
        self._seam = Seam(self._pep, host="python")
        self._pins = Pins(self._pep)
        self._apply_guardrails(guardrails)

    def _apply_guardrails(self, given: Guardrails | None) -> None:
        """Let the inspector ask for the guardrails in force at each call; a reload swaps them."""
        pep = self._pep
        taken: list[Any] = [None, None]  # a decision point, and itself where it has guardrails

        def in_force() -> Guardrails | None:
            if given is not None:
                return given
            source = pep.decisions
            if source is not taken[0]:  # such a check costs more than the question
                taken[:] = source, source if isinstance(source, GuardrailSource) else None
            rules: Guardrails | None = None if taken[1] is None else taken[1].guardrails
            return rules

        if given is None and not isinstance(pep.decisions, GuardrailSource):
            return
        if isinstance(pep.inspector, GuardrailInspector):
            pep.inspector.rules = in_force
        elif in_force() is not None:
            raise ConfigError(
                "policy has guardrails and this guard's inspector cannot apply them; give one "
                "that has `rules` and `blocked_at`"
            )

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Build a guard from validated settings; raises `ConfigError` for what is unusable."""
        return cls(**cls._parts(settings), settings=settings)

    @staticmethod
    def _parts(settings: Settings) -> dict[str, Any]:
        """Return what settings describe, but for what is opened: log, approvals, limits."""
        from stageflow_guard.auth.build_verifier import (
            clients_from,
            scope_limits_from,
            verifier_from,
        )
        from stageflow_guard.keys.assemble import ring_from
        from stageflow_guard.policy.live.build_policies import live_from
        from stageflow_guard.redaction.inspector.assemble import inspector_from

        chosen = settings.redaction
        return {
            "authenticator": verifier_from(settings.auth),
            "decisions": live_from(settings.policy),
            "inspector": inspector_from(chosen, lambda: ring_from(settings)),
            "token_key": settings.auth.token_key,
            "block": chosen.on_finding == "block",
            "ceiling": scope_limits_from(settings.auth),
            "clients": clients_from(settings.auth),
        }

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return `Guard.from_settings(Settings.load(path))`; raises `ConfigError`."""
        from stageflow_guard.settings import Settings

        return cls.from_settings(Settings.load(path))

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a guard cannot be pickled; build one where it is used")

    def __repr__(self) -> str:
        """Show the state, no settings."""
        return f"<Guard {self._pep.log.origin}>"

    # -- life ------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Open the log, keep the policy revision with it; raises `ConfigError`.

        Several tasks, and several threads with a loop each, share one opening.
        """
        await self._shared.enter(self._life.open)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop admission, let open runs end (`drain` seconds), close the log with a checkpoint.

        The last user of a shared opening does it.
        """
        await self._shared.leave(self._life.close)

    def __enter__(self) -> Self:
        """Open the guard for code without a loop; raises `ConfigError` inside a running one."""
        require_no_loop("async with guard:")
        self._portal.call(self.__aenter__())
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the guard, as `async with` does."""
        try:
            self._portal.call(self.__aexit__(*exc))
        finally:
            self._portal.stop()

    # -- where it attaches -----------------------------------------------------------------------

    def mount(self, target: Any, *, name: str | None = None, **options: Any) -> Any:
        """Return `target` behind the flow, by its type. `name` is what policy lines call it.

        `options` are the adapter's own: `owner` and `credential` of an MCP server,
        `strict_children` of Stageflow (no unmounted graph runs inside its runs). Raises
        `ConfigError` for a type that no adapter takes, and for what cannot be guarded.
        """
        return hosts.mount(self._pep, target, name=name, token_key=self._token_key, **options)

    def mount_tools(self, target: Any) -> Any:
        """Guard every tool of a Stageflow `ToolRegistry` or `AdvancedToolExecutor`, now and later.

        Returns the same object. A tool's name in policy is its `action_type`. A call outside a run
        is refused; a denial ends the run unless the catalogue says `on_denied: tell_model`. Raises
        `ConfigError` for another type, and for a tool that cannot be guarded.
        """
        adapter: Any = hosts.adapter("stageflow")
        return adapter.mount_tools(self._pep, target, approvals=self.approvals())

    def on_record(self, observer: Callable[[Mapping[str, Any]], object]) -> Callable[[], None]:
        """Tell `observer` of every record after it was taken; return a function that ends that.

        For telemetry: an observer gets what stands on record (fields by name, `index`), runs in
        the flow, MUST be quick, and changes nothing; what it raises is logged by type.
        """
        return self._pep.recorder.observe(observer)

    def on_flow(self, timer: FlowTimer) -> Callable[[], None]:
        """Tell `timer` how long each part of the flow took; return a function that ends that.

        It gets the part (authenticate, authorize, inspect_input, record, inspect_output), the run's
        id, the step as policy calls it or None, begin and end (`time.perf_counter_ns`). It runs in
        the flow, MUST be quick, and changes nothing; what it raises is logged by type.
        """
        return self._pep.timers.add(timer)

    def interceptors(self) -> list[Any]:
        """Return Stageflow interceptors: authentication, authorization and audit only.

        They cannot redact, and cannot stop an interceptor with a lower priority number, a
        conditional skip or a child pipeline (see `GuardInterceptor`). Prefer `mount`.
        """
        adapter: Any = hosts.adapter("stageflow")
        made: list[Any] = adapter.interceptors(self._pep, self._token_key)
        return made

    def protect(
        self,
        *,
        kind: str,
        obj: str | Callable[..., str],
        act: str | None = None,
        owner: str | Callable[..., str | None] | None = None,
        uninspected: Collection[str] = (),
        definition: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
    ) -> Callable[[T], T]:
        """Return a decorator that makes a function or method a guarded step.

        `obj` and `owner` are text, or functions of those arguments that they have parameters for.
        `act` defaults to the kind's own (stage: run, tool and model: call, pipeline: spawn); `data`
        and `memory` need `act` and `owner`. Arguments are inspected, but for the parameters that
        `uninspected` names and a method's receiver. `definition` is what a model is told of a tool
        (`description`, `input_schema`), or a function that tells it: once changed the tool is
        refused until `policy tools accept`. Raises `ConfigError` when decorating; a call
        raises a `GuardError` (outside a run: `NotAuthenticated`), or `StageFailure` with the
        redacted text of what the function itself raised.
        """

        def decorate(function: T) -> T:
            call: Any = function
            protection = Protection(
                call, kind=kind, obj=obj, act=act, owner=owner, uninspected=uninspected,
                definition=definition, pins=self._pins,
            )  # fmt: skip
            guarded: T = protected(self._seam, self._portal, call, protection)
            return guarded

        return decorate

    def retriever(
        self,
        name: str,
        *,
        obj: Callable[[Any], str],
        owner: Callable[[Any], str | None],
        kind: str = "data",
        act: str = "read",
    ) -> Callable[[T], T]:
        """Return a decorator for an async search: its hits are the caller's own, and inspected.

        The search is a step (`kind`, `name`, `act`) of the caller's tenant. Each hit is asked about
        as `filter` does: `obj` and `owner` tell its name and the tenant that owns it, as stored.
        What is left is redacted. Raises `ConfigError` when decorating what is no async function.
        """

        def own() -> str | None:
            run = self._run()
            return None if run is None else run.principal.tenant

        def decorate(function: T) -> T:
            call: Any = function
            hits = permitted_hits(
                call, lambda found: self.filter(found, kind=kind, act=act, obj=obj, owner=owner)
            )
            guarded: T = self.protect(kind=kind, obj=name, act=act, owner=own)(hits)
            return guarded

        return decorate

    def run(
        self,
        pipeline: str,
        *,
        input: Any = None,
        run_id: str | None = None,
        session_id: str | None = None,
    ) -> GuardedRun:
        """Return the run gate of code without a mount: use it with `async with`, or `with`.

        `run.input` is the redacted `input`. Entering raises a `GuardError`; leaving raises the
        run's refusal again when the code inside swallowed it.
        """
        return GuardedRun(
            self._seam, self._portal, pipeline, input=input, run_id=run_id, session_id=session_id
        )

    def session(self, credential: object) -> BoundSession:
        """Bind a credential to everything run inside; it is validated at each run, not here.

        A token, or a `TokenSource` such as `TokenManager`: with one, a run whose token expires
        between two steps goes on with the next. Use it with `async with`, or `with`.
        """
        if isinstance(credential, TokenSource):
            self._life.sources.add(credential)
        return BoundSession(id(self._pep), credential)

    def run_sync(self, guarded: Any, *, credential: object, **kwargs: Any) -> Any:
        """Run a guarded pipeline from a script or a notebook cell without a loop.

        Raises `ConfigError` inside a running loop, else what `guarded.run` raises.
        """
        require_no_loop("await guarded.run(...)` inside `async with guard.session(token)")
        work = self._once(guarded, credential, kwargs)
        del credential, kwargs  # an error tracker sends the locals of this frame, too
        return asyncio.run(without_frames(work))

    async def _once(self, guarded: Any, credential: object, kwargs: dict[str, Any]) -> Any:
        async with self, self.session(credential):
            return await guarded.run(**kwargs)

    # -- the four answers, one at a time -----------------------------------------------------------

    async def authenticate(self, credential: object) -> Principal:
        """Return who holds `credential`; raises `NotAuthenticated`, on record."""
        return await self._pep.authenticate(credential, run=str(uuid4()))

    async def caller(self) -> Principal:
        """Return the current principal, validated now; raises `NotAuthenticated`, on record."""
        return await self._caller()

    def _run(self) -> Run | None:
        """Return the run of this context when it is one of this guard's."""
        session = current_session(id(self._pep))
        return session.run if session is not None else None

    async def _caller(self) -> Principal:
        session = current_session(id(self._pep))
        if session is not None:
            run: Run | None = session.run
            if run is not None:
                try:
                    await self._pep.ensure_caller_valid(run)
                except GuardError as error:
                    await self._pep.refuse(error, run=run, step="authenticate")
                return run.principal
            return await self._pep.authenticate(session.credential(), run=str(uuid4()))
        await self._pep.refuse(
            NotAuthenticated("missing", "no session is open here"), run=str(uuid4()),
            step="authenticate",
        )  # fmt: skip

    async def decide(
        self, principal: Principal, *, kind: str, obj: str, act: str, owner: str
    ) -> Decision:
        """Return the recorded decision for one request; it is durable when this returns.

        `principal` is one that this guard's authenticator made (`authenticate`,
        `current_principal`). Raises `NotAuthenticated` for every other, `PolicyUnavailable` or
        `AuditUnavailable`.
        """
        return await decide(
            self._pep, principal, self._run(), kind=kind, obj=obj, act=act, owner=owner
        )

    def authorize(
        self, *, kind: str, obj: str, act: str, owner: str,
        arguments: Mapping[str, Any] | None = None,
    ) -> PendingAuthorization:  # fmt: skip
        """Decide for the current principal; awaiting it raises `AccessDenied` unless permitted.

        It MUST be awaited: a step that drops it is refused. `arguments` are what a tool is about to
        be called with, by name; bounds and approvals speak of them. Raises `ApprovalRequired` for a
        call that waits for one, else as `decide` does.
        """
        run = self._run()

        async def ask() -> Decision:
            who = await self._caller()
            decision = await decide(
                self._pep, who, run, kind=kind, obj=obj, act=act, owner=owner,
                arguments=arguments, ask=True,
            )  # fmt: skip
            if not decision.permitted:
                self._pep.recorder.raise_denied(
                    AccessDenied(decision, act=decision_act(act)), decision.ref, run,
                    asked_name(kind, obj),
                )  # fmt: skip
            return decision

        return PendingAuthorization(ask, run)

    async def may(self, *, kind: str, obj: str, act: str, owner: str) -> bool:
        """Say whether the current principal may do something: to show a button, or leave it out.

        A question is off the record, counts for no limit and no rule of `flow.yaml`, and gives no
        right: what is done is asked by `authorize`, `restore` or `filter`, on record. False for a
        tool's call that needs an approval. Raises `NotAuthenticated` or `PolicyUnavailable`.
        """
        return await may(
            self._pep, await self._caller(), self._run(), kind=kind, obj=obj, act=act, owner=owner
        )

    def scoped_key(self, *parts: str) -> str:
        """Return a key of the current principal's own: for memories, caches, idempotency.

        It is `TENANT:` and the SHA-256 of tenant, subject and `parts`, each with its length, so
        that no other caller, and no other split of the same text, has it. Raises `NotAuthenticated`
        where no run of a caller is open; `ConfigError` without parts or for one that is no text.
        """
        if not parts or any(type(part) is not str for part in parts):
            raise ConfigError("`scoped_key` takes at least one text")
        run = self._run()
        if run is None:
            raise NotAuthenticated("missing", "a scoped key belongs to a caller; open a run first")
        return scoped_key(run.principal, parts)

    async def filter(
        self,
        items: Iterable[T],
        *,
        kind: str,
        obj: Callable[[T], str],
        owner: Callable[[T], str | None],
        act: str = "read",
    ) -> list[T]:
        """Return what the current principal may see of a list of records or search hits, in order.

        `obj` and `owner` tell an item's name and the tenant that owns it, as stored. An item that
        belongs to another tenant, or to none, or is not permitted is dropped; each item's decision
        is on record before this returns. Raises `NotAuthenticated`, `PolicyUnavailable` or
        `AuditUnavailable`: then nothing returns.
        """
        return await filter_permitted(
            self._pep, await self._caller(), self._run(), items,
            kind=kind, act=act, obj=obj, owner=owner,
        )  # fmt: skip

    async def approve(self, ref: str) -> str:
        """Grant, as the current principal, what `ref` asks for; return the answer's own ref.

        `ref` is that of an `ApprovalRequired` (or its `.approval`), or of a permit to be confirmed.
        The approver is of the same tenant, is neither the requester nor an identity that acted for
        it, and holds `approve` on that kind and object.
        Durable, with the approver, when this returns; raises `AccessDenied` (on record) otherwise.
        """
        return await self._settle(ref, granted=True)

    async def deny(self, ref: str) -> str:
        """Deny, as the current principal, what the permit `ref` asks for; return the answer.

        Under the terms of `approve`.
        """
        return await self._settle(ref, granted=False)

    async def _settle(self, ref: str, *, granted: bool) -> str:
        who = await self._caller()
        asked = await request_named(self._pep, self._controls, who, ref)
        if asked is not None:
            return await decide_request(self._pep, self._controls, who, asked, granted=granted)
        request = await load_request(self._pep, who, ref)
        return await settle(self._pep, who, request, granted=granted)

    async def spend(self, unit: str, amount: float) -> None:
        """Count what the current run spent of `unit` (tokens, euros, ...) against `limits.yaml`.

        It counts in any case; with a hard limit over, `LimitExceeded` ends the run. Raises
        `NotAuthenticated` outside a run, `LimitsUnavailable` when it cannot be counted, and
        `ConfigError` for an amount that is negative or no number.
        """
        await spent(self._pep, self._controls, self._run(), unit, amount)

    async def pending_approvals(self) -> list[PendingApproval]:
        """Return the requests that wait in the current principal's tenant, arguments redacted."""
        who = await self._caller()
        found: list[PendingApproval] = await asked_of_store(
            self._pep, self._controls, who, self._controls.grants.opened, who.tenant
        )
        return found

    def on_approval(self, hear: Callable[[PendingApproval], None]) -> None:
        """Let `hear` know of every new request for approval: quickly, it runs in the flow.

        What it raises is logged by type and changes nothing.
        """
        self._controls.hearers.append(hear)

    async def require_approval(
        self, approval: str, *, of: str, within: float | None = None
    ) -> None:
        """Raise `AccessDenied` (on record) unless `approval` is another person's grant of `of`.

        Both are refs; `within` is in seconds. To be called where it counts, by the requester.
        That the grant was used is on record when this returns.
        """
        await require_grant(
            self._pep, await self._caller(), approval, of=of, within=within, run=self._run()
        )

    def approvals(self, *, timeout: float = 60.0) -> Any:
        """Return Stageflow's approval service with this guard's authority behind it.

        For `AdvancedToolExecutor(approval_service=guard.approvals())`; one per application. Its
        requests are kept in this process; `approval: required` in the catalogue keeps its own in
        the store of `[approvals]`.
        """

        def run() -> str | None:
            found = self._run()
            return found.id if found is not None else None

        return hosts.adapter("stageflow").approvals(self._pep, self._caller, run, timeout=timeout)

    async def revoke(
        self,
        issuer: str,
        *,
        token_id: str | None = None,
        session_id: str | None = None,
        subject: str | None = None,
        issued_before: float | None = None,
    ) -> None:
        """Refuse a token, a session or a subject's tokens from now on, running ones included.

        It counts here before anything else happens, then it is kept where `[auth.denylist]` says
        and recorded. Raises `TokenUnavailable` when it counts in this process only, `ConfigError`
        for an authenticator without a denylist.
        """
        revoker = self._pep.authenticator
        if not isinstance(revoker, Revoker):
            raise ConfigError("this guard's authenticator keeps no denylist")
        what = {"jti": token_id, "sid": session_id, "sub": subject}
        if all(value is None for value in what.values()):
            raise ConfigError("name what is revoked: `token_id`, `session_id` or `subject`")
        try:
            await asyncio.to_thread(
                revoker.deny, issuer, token_id=token_id, session_id=session_id, subject=subject,
                issued_before=issued_before,
            )  # fmt: skip
        finally:
            await self._pep.record_event(
                kind="auth", action="revoke", step="authenticate", resource=f"issuer:{issuer}",
                note={"revoked": [name for name, value in what.items() if value is not None]},
            )  # fmt: skip

    async def exchange_token(self, *, audience: str, scopes: set[str] | None = None) -> Exchanged:
        """Return a token with which the current caller's request goes on to `audience`.

        Never the inbound token: that one is meant for this application. It is exchanged (RFC 8693)
        at the caller's issuer, which needs `token_endpoint` and `client` there; scopes only get
        narrower. On record with the chain of actors. Raises `NotAuthenticated` or
        `TokenUnavailable`.
        """
        who = await self._caller()
        return await exchange_token(
            self._pep, self._clients.get(who.issuer), who, current_session(id(self._pep)),
            audience=audience, scopes=scopes,
        )  # fmt: skip

    def trace_headers(self) -> dict[str, str]:
        """Return the `traceparent` header (W3C Trace Context) for a request to another service.

        It names the trace that stands on the records of the current run or request; empty outside
        of both. A guard there continues it, so that one id finds the records of both services.
        """
        trace = of_session(current_session(id(self._pep)))
        return {} if trace is None else {"traceparent": trace.header}

    async def outgoing_headers(
        self, *, audience: str, scopes: set[str] | None = None
    ) -> dict[str, str]:
        """Return the headers with which the current caller's request goes on to `audience`.

        The caller's exchanged token, as `exchange_token` gives it, and the trace: for one request
        or connection of this caller, never for a client that several callers share. Raises as
        `exchange_token` does.
        """
        exchanged = await self.exchange_token(audience=audience, scopes=scopes)
        token = exchanged.token.reveal()
        return {"authorization": f"Bearer {token}", **self.trace_headers()}

    async def redact(self, value: Any, *, stage: str | None = None) -> Redaction:
        """Return `value` redacted: in the current run's scope, else in one of its own.

        Bytes in it are refused, on record by length and digest, unless `stage`
        (`<pipeline>/<stage>`) is where it goes and the current caller may hand bytes there. Raises
        `ContentBlocked` or `InspectorUnavailable`, on record.
        """
        run = self._run()
        redaction = await redacted(self._pep, run, value)
        binary = tuple(one for one in redaction.findings if not one.personal)
        if binary and stage is None:
            await self._pep.refuse(
                ContentBlocked(binary, reason="bytes_refused"), run=run or str(uuid4()),
                step="inspect_input",
            )  # fmt: skip
        if binary:
            await require_bytes(self._pep, await self._caller(), run, str(stage), binary)
        return redaction

    async def restore(
        self, value: Any, *, kind: str, obj: str, owner: str, session_id: str | None = None,
        subject: str | None = None,
    ) -> Any:  # fmt: skip
        """Return `value` with its pseudonyms replaced by the originals, for a caller with `reveal`.

        For a tool call's arguments, or an answer on its way to a person. Inside a run the run's own
        pseudonyms come back; outside, those of the conversation `session_id` in the caller's
        tenant, which belongs to `subject` or else the caller. The decision about (`kind`, `obj`,
        `reveal`) is on record before anything comes back. Raises `AccessDenied`,
        `NotAuthenticated`, `ConfigError`, or another `GuardError`.
        """
        revealing = await revealed(
            self._pep, await self._caller(), current_session(id(self._pep)),
            kind=kind, obj=obj, owner=owner, session_id=session_id, subject=subject,
        )  # fmt: skip
        return await revealing.restore(value)

    async def restore_stream(
        self, *, kind: str, obj: str, owner: str, session_id: str | None = None,
        subject: str | None = None,
    ) -> TextStream:  # fmt: skip
        """Return a stream that restores text chunk by chunk, under the terms of `restore`.

        It ends with the session or run that it was asked for in.
        """
        revealing = await revealed(
            self._pep, await self._caller(), current_session(id(self._pep)),
            kind=kind, obj=obj, owner=owner, session_id=session_id, subject=subject,
        )  # fmt: skip
        return revealing.stream()

    def redact_stream(self) -> TextStream:
        """Return a stream that redacts text chunk by chunk: for ways out that the host has not.

        In the current run's scope, else in one of its own. What the host's ports let out is
        inspected without it. Raises `ConfigError` for an inspector that knows no streams.
        """
        inspector = self._pep.inspector
        if not isinstance(inspector, StreamingInspector):
            raise ConfigError("this guard's inspector inspects whole texts only")
        run = self._run()
        scope = run.scope if run is not None else None
        if scope is None:
            scope = self._pep.inspector.scope(NO_TENANT, str(uuid4()))
        found: TextStream = inspector.stream(scope)
        return found

    async def _screen(self, text: str, *, stage: str | None = None) -> Redaction:
        """Redact `text` for an explicit guard stage, or refuse as `on_finding` says.

        Inside a mounted run the text was redacted at the gate: it comes back as it is. Raises
        `ContentBlocked` (on record) when findings block, `InspectorUnavailable` on failure.
        """
        return await screened(self._pep, self._run(), text, stage=stage)

    async def _judge(
        self, verdicts: list[Any], found: list[Any], *, block: bool, stage: str | None = None
    ) -> None:
        """Record what checks said of a text; raise `ContentBlocked` when `block` and one found.

        Rule names and scores go on record, never the text.
        """
        await judge(self._pep, self._run(), verdicts, found, block=block, stage=stage)

    async def _refuse(self, error: GuardError, *, stage: str | None) -> NoReturn:
        """Refuse an explicit guard stage, on record once."""
        await self._pep.refuse(
            error, run=self._run() or str(uuid4()), stage=stage, step="inspect_input"
        )

    # -- policies in force, state ------------------------------------------------------------------

    async def reload(self) -> str:
        """Load the policies again; counts from the next decision. Returns the revision in force.

        Raises `ConfigError` when they cannot be taken: the last good ones go on.
        """
        return await self._changes().reload("reload")

    async def rollback(self, revision: str) -> str:
        """Put a revision that was kept with the log in force, until the files change again.

        `revision` may be cut short where it is still one. Suspensions stay as they are now: where
        they differ from then, another revision is in force, which is returned. `stageflow-guard
        policy rollback` puts its files back, too. Raises `ConfigError`.
        """
        return await self._changes().rollback(revision)

    def _changes(self) -> Reloader:
        if self._settings is None:
            raise ConfigError("a guard built from parts has no policy path to reload")
        if self._life.reloader is None:
            raise ConfigError("the guard is not open; use `async with guard:`")
        return self._life.reloader

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with policy files, whose tenants therefore deny, and with keys left out."""
        sources = (self._pep.decisions, self._pep.authenticator)
        return tuple(
            str(problem)
            for source in sources
            if isinstance(source, ProblemSource)
            for problem in source.problems
        )

    def health(self) -> dict[str, Any]:
        """Return what an operator needs to know; no secrets. A probe asks `ready`."""
        log, decisions, who = self._pep.log, self._pep.decisions, self._pep.callers.authenticator
        return {
            "open": not isinstance(log, ClosedLog),
            "policy_revision": decisions.revision,
            "policy_problems": len(self.problems),
            "policy": decisions.health() if isinstance(decisions, HealthSource) else {},
            "auth": who.health() if isinstance(who, HealthSource) else {},
            "refusals": dict(self._pep.recorder.refusals),
            "runs": len(self._pep.runs),
            "audit": log.health() if isinstance(log, HealthSource) else {},
            "sinks": [asdict(lag) for lag in self._life.lags()],
        }

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether a new run would be admitted, and the reasons why not.

        What a readiness probe asks. A poisoned log needs a restart; a full disk needs room.
        """
        reasons: list[str] = []
        log = self._pep.log
        if isinstance(log, ClosedLog):
            reasons.append("the guard is not open")
        if self._pep.closing:
            reasons.append("the guard is closing")
        try:
            state = log.health() if isinstance(log, HealthSource) else {}
        except Exception:  # a log that cannot tell its state is not one to write to
            reasons.append("the log does not tell its state")
            state = {}
        if state.get("poisoned"):
            reasons.append("the log is poisoned: restart this process")
        if state.get("disk_low"):
            reasons.append("the log's disk is nearly full")
        if state.get("closed"):
            reasons.append("the log is closed")
        if (state.get("checkpoint_copy") or {}).get("refuses"):
            reasons.append("the second place of checkpoints cannot be reached")
        return not reasons, tuple(reasons)


def decision_act(act: object) -> str:
    """Return the act that a denial names."""
    return act if type(act) is str else "run"
