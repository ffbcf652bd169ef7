"""`Guard`, the front door: assembles the four answers from settings, and mounts them."""

from __future__ import annotations

import asyncio
import os
import weakref
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar
from uuid import uuid4

from stageflow_guard.audit.open import ClosedLog, close_log, opened
from stageflow_guard.base.shared import SharedOpening
from stageflow_guard.enforcement.approvals import matter_of, require, settle
from stageflow_guard.enforcement.inspection import judged, redacted, require_bytes, screened
from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
from stageflow_guard.enforcement.resources import decided, permitted_items
from stageflow_guard.enforcement.restore import revealed
from stageflow_guard.enforcement.session import (
    Session,
    bind,
    current_session,
    unbind,
)
from stageflow_guard.enforcement.token_exchange import outgoing_token
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    ContentBlocked,
    GuardError,
    NotAuthenticated,
    VerificationError,
)
from stageflow_guard.model import NO_TENANT
from stageflow_guard.ports import Streaming, TokenSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from stageflow_guard.audit.export.background import BackgroundWork
    from stageflow_guard.auth.exchange import Exchanged
    from stageflow_guard.auth.oauth import OAuthClient
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Decision, Principal, Redaction
    from stageflow_guard.policy.live.reload import Reloader
    from stageflow_guard.ports import AuditLog, Authenticator, DecisionPoint, Inspector, TextStream
    from stageflow_guard.settings import Settings


T = TypeVar("T")


class Guard:
    """Mounts governance onto Stageflow pipelines. Open it with `async with`.

    The constructor takes the four collaborators; `from_settings` builds them from `guard.toml`.
    A guard opens its log in the process that uses it: after a fork, open a new one.
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
        ceiling: Callable[[Principal, str, str], bool] | None = None,
        clients: Mapping[str, OAuthClient] | None = None,
        drain: float = 10.0,
    ) -> None:
        if log is None and settings is None:
            raise ConfigError("a guard needs a log, or the settings to open one")
        self._settings = settings
        self._token_key = token_key
        self._inspector = inspector
        self._given_log = log
        self._shared = SharedOpening()
        self._clients = dict(clients or {})
        self._sources: weakref.WeakSet[Any] = weakref.WeakSet()
        self._beside: BackgroundWork | None = None
        self._drain = drain
        self._reloader: Reloader | None = None
        self._pid = os.getpid()
        common: dict[str, Any] = {
            "authenticator": authenticator,
            "decisions": decisions,
            "log": log if log is not None else ClosedLog(),
            "block": block,
            "ceiling": ceiling,
        }
        self._pep = PolicyEnforcementPoint(inspector=inspector, **common)
        self._bare = PolicyEnforcementPoint(inspector=None, **common)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Build a guard from validated settings; raises `ConfigError` for what is unusable."""
        from stageflow_guard.auth.build_verifier import (
            clients_from,
            scope_limits_from,
            verifier_from,
        )
        from stageflow_guard.keys.assemble import ring_from
        from stageflow_guard.policy.live.build_policies import live_from
        from stageflow_guard.redaction.inspector.assemble import inspector_from

        chosen = settings.redaction
        inspector = inspector_from(chosen, lambda: ring_from(settings))
        guard = cls(
            authenticator=verifier_from(settings.auth),
            decisions=live_from(settings.policy),
            inspector=inspector,
            settings=settings,
            token_key=settings.auth.token_key,
            block=chosen.on_finding == "block",
            ceiling=scope_limits_from(settings.auth),
            clients=clients_from(settings.auth),
        )
        # what policy says of finds; a reload swaps the decision point, and with it the rules
        inspector.rules = lambda: getattr(guard._pep.decisions, "guardrails", None)
        return guard

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return `Guard.from_settings(Settings.load(path))`."""
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
        """Open the log, keep the policy revision beside it.

        Several tasks, and several threads with a loop each, share one opening.
        """
        if os.getpid() != self._pid:
            raise ConfigError("this guard was built before a fork; build one in each worker")
        await self._shared.enter(self._open)
        return self

    async def _open(self) -> None:
        self._use(await self._open_log() if self._given_log is None else self._given_log)
        if self._settings is not None:
            from stageflow_guard.policy.live.build_policies import reloader_from

            try:
                self._reloader = await reloader_from(
                    self._pep.decisions, self._settings, record=self._pep.note,
                    clock=getattr(self._pep.authenticator, "clock", None),
                )  # fmt: skip
                await self._note_policies()
            except GuardError:
                await self._close()
                raise

    async def _note_policies(self) -> None:
        """Record that the policies are others than when the log was closed."""
        folder = getattr(self._pep.log, "folder", None)
        if folder is None or self._reloader is None:
            return
        from stageflow_guard.audit.read.last_policy import last_revision

        try:
            before = await asyncio.to_thread(last_revision, folder)
        except VerificationError as exc:
            raise ConfigError(f"log `{folder}` does not hold: {exc.message}") from None
        now = self._pep.decisions.revision
        if before not in (None, now):
            await self._pep.note(
                kind="policy_change", action="open", policy={"sha256": now},
                note={"source": "opening", "previous": before},
            )  # fmt: skip

    async def __aexit__(self, *exc: object) -> None:
        """Stop admission, let open runs end (`drain` seconds), close the log with a checkpoint.

        The last user of a shared opening does it.
        """
        await self._shared.leave(self._close)

    async def _close(self) -> None:
        log: Any = self._pep.log
        try:
            if self._reloader is not None:
                await self._reloader.stop()
                self._reloader = None
            await self._pep.drain(self._drain)
            for source in list(self._sources):  # a rotated token must reach its store
                if hasattr(source, "drain"):
                    await source.drain()
        finally:  # cancelled while waiting: the log is closed all the same
            beside, self._beside = self._beside, None
            self._use(ClosedLog())
            try:
                if beside is not None:
                    await beside.stop_heartbeat()
                if hasattr(self._inspector, "stop_worker"):  # no process outlives the guard
                    await asyncio.to_thread(self._inspector.stop_worker)
                if hasattr(log, "close"):
                    await close_log(log)
            finally:
                if beside is not None:
                    await beside.drain_sinks(self._drain)

    def _use(self, log: Any) -> None:
        self._pep.closing = False
        self._pep.log = log
        self._bare.log = log

    async def _open_log(self) -> AuditLog:
        assert self._settings is not None  # noqa: S101 - the constructor saw to it
        log, marker, self._beside = await opened(self._settings)
        self._pep.marker = self._bare.marker = marker
        return log

    # -- the mount -------------------------------------------------------------------------------

    def mount(self, pipeline: Any, *, name: str | None = None) -> Any:
        """Return `pipeline` behind the flow. `name` is what policy lines call it."""
        from stageflow.pipeline.pipeline import Pipeline

        from stageflow_guard.hosts.stageflow.pipeline import GuardedPipeline

        if not isinstance(pipeline, Pipeline):
            raise ConfigError(
                f"`guard.mount` takes a stageflow `Pipeline`, not `{type(pipeline).__name__}`"
            )
        return GuardedPipeline(
            self._pep, name or pipeline.name, dict(pipeline.stages), token_key=self._token_key
        )

    def interceptors(self) -> list[Any]:
        """Return interceptors for a builder: authentication, authorization and audit only.

        They cannot redact, and cannot stop an interceptor with a lower priority number, a
        conditional skip or a child pipeline (see `GuardInterceptor`). Prefer `mount`.
        """
        from stageflow_guard.hosts.stageflow.interceptors import GuardInterceptor

        return [GuardInterceptor(self._bare, self._token_key, sessions=id(self._pep))]

    @asynccontextmanager
    async def session(self, credential: object) -> AsyncIterator[Session]:
        """Bind a credential to everything run inside; it is validated at `run`, not here.

        A token, or a `TokenSource` such as `TokenManager`: with one, a run whose token expires
        between two stages goes on with the next.
        """
        session = Session(id(self._pep), credential=credential)
        if isinstance(credential, TokenSource):
            self._sources.add(credential)
        token = bind(session)
        try:
            yield session
        finally:
            session.close()
            unbind(token)

    def run_sync(self, guarded: Any, *, credential: object, **kwargs: Any) -> Any:
        """Run a guarded pipeline from a script or a notebook cell without a loop."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise ConfigError(
                "`run_sync` was called inside a running event loop; "
                "write `await guarded.run(...)` inside `async with guard.session(token)`"
            )

        from stageflow_guard.hosts.stageflow.errors import outward

        work = self._once(guarded, credential, kwargs)
        del credential, kwargs  # an error tracker sends the locals of this frame, too
        return asyncio.run(outward(work))

    async def _once(self, guarded: Any, credential: object, kwargs: dict[str, Any]) -> Any:
        async with self, self.session(credential):
            return await guarded.run(**kwargs)

    # -- the four answers, one at a time -----------------------------------------------------------

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
                    await self._pep.still(run)
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
        """Return the recorded decision for one request; it is durable when this returns."""
        return await decided(
            self._pep, principal, self._run(), kind=kind, obj=obj, act=act, owner=owner
        )

    async def authorize(self, *, kind: str, obj: str, act: str, owner: str) -> Decision:
        """Decide for the current principal; raise `AccessDenied` unless permitted."""
        decision = await self.decide(await self._caller(), kind=kind, obj=obj, act=act, owner=owner)
        if not decision.permitted:
            self._pep.recorder.deny(AccessDenied(decision), decision.ref)
        return decision

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

        `obj` and `owner` tell an item's name and the tenant that owns it, as stored. What belongs
        to another tenant, to nobody, or is not permitted is dropped; each item's decision is on
        record before this returns. Raises `NotAuthenticated`, `PolicyUnavailable` or
        `AuditUnavailable`: then nothing returns.
        """
        return await permitted_items(
            self._pep, await self._caller(), self._run(), items,
            kind=kind, act=act, obj=obj, owner=owner,
        )  # fmt: skip

    async def approve(self, ref: str, *, granted: bool = True) -> str:
        """Settle, as the current principal, what the permit `ref` asks for; return the answer.

        `ref` is a decision's (`decision.ref`). Whoever settles it is of the same tenant, is neither
        who asked nor anybody who acted for them, and holds `approve` on that kind and object.
        Durable, with the approver, when this returns; raises `AccessDenied` (on record) otherwise.
        """
        who = await self._caller()
        matter = await matter_of(self._pep, who, ref)
        return await settle(self._pep, who, matter, granted=granted)

    async def require_approval(
        self, approval: str, *, of: str, within: float | None = None
    ) -> None:
        """Raise `AccessDenied` (on record) unless `approval` is a grant of `of` by somebody else.

        Both are refs; `within` is in seconds. To be called where it counts, by who asked.
        """
        await require(self._pep, await self._caller(), approval, of=of, within=within)

    def approvals(self, *, timeout: float = 60.0) -> Any:
        """Return the host's approval service with this guard's authority behind it.

        For `AdvancedToolExecutor(approval_service=guard.approvals())`; one per application.
        """
        from stageflow_guard.hosts.stageflow.approvals import GuardedApprovals

        def run() -> str | None:
            found = self._run()
            return found.id if found is not None else None

        return GuardedApprovals(self._pep, self._caller, run, timeout=timeout)

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
        and recorded. Raises `TokenUnavailable` when it counts in this process only.
        """
        verifier: Any = self._pep.authenticator
        if not hasattr(verifier, "deny"):
            raise ConfigError("this guard's authenticator keeps no denylist")
        what = {"jti": token_id, "sid": session_id, "sub": subject}
        if all(value is None for value in what.values()):
            raise ConfigError("name what is revoked: `token_id`, `session_id` or `subject`")
        try:
            await asyncio.to_thread(
                verifier.deny, issuer, token_id=token_id, session_id=session_id, subject=subject,
                issued_before=issued_before,
            )  # fmt: skip
        finally:
            await self._pep.note(
                kind="auth", action="revoke", step="authenticate", resource=f"issuer:{issuer}",
                note={"revoked": [name for name, value in what.items() if value is not None]},
            )  # fmt: skip

    async def outgoing(self, *, audience: str, scopes: set[str] | None = None) -> Exchanged:
        """Return a token with which the current caller's request goes on to `audience`.

        Never the inbound token: that one is meant for this application. It is exchanged (RFC 8693)
        at the caller's issuer, which needs `token_endpoint` and `client` there; scopes only get
        narrower. On record with the chain of actors. Raises `NotAuthenticated` or
        `TokenUnavailable`.
        """
        who = await self._caller()
        return await outgoing_token(
            self._pep, self._clients.get(who.issuer), who, current_session(id(self._pep)),
            audience=audience, scopes=scopes,
        )  # fmt: skip

    async def redact(self, value: Any, *, stage: str | None = None) -> Redaction:
        """Return `value` redacted: in the current run's scope, else in one of its own.

        Bytes in it are refused, on record by length and digest, unless `stage`
        (`<pipeline>/<stage>`) is where it goes and the current caller may hand bytes there.
        """
        run = self._run()
        redaction = await redacted(self._inspector, run, value)
        blobs = tuple(one for one in redaction.findings if not one.personal)
        if blobs and stage is None:
            await self._pep.refuse(
                ContentBlocked(blobs, reason="bytes_refused"), run=run or str(uuid4()),
                step="inspect_input",
            )  # fmt: skip
        if blobs:
            await require_bytes(self._pep, await self._caller(), run, str(stage), blobs)
        return redaction

    async def restore(
        self, value: Any, *, kind: str, obj: str, owner: str, session_id: str | None = None,
        subject: str | None = None,
    ) -> Any:  # fmt: skip
        """Return `value` with its pseudonyms replaced by the originals, for who may `reveal`.

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

    async def restoring(
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

    def stream(self) -> TextStream:
        """Return a stream that redacts text chunk by chunk: for ways out that the host has not.

        In the current run's scope, else in one of its own. What the host's ports let out is
        inspected without it.
        """
        inspector = self._inspector
        if not isinstance(inspector, Streaming):
            raise ConfigError("this guard's inspector inspects whole texts only")
        run = self._run()
        scope = run.scope if run is not None else None
        found: TextStream = inspector.stream(scope or inspector.scope(NO_TENANT, str(uuid4())))
        return found

    async def screen(self, text: str, *, stage: str | None = None) -> Redaction:
        """Redact `text` for an explicit guard stage, or refuse as `on_finding` says.

        Inside a mounted run the text was redacted at the gate: it comes back as it is. Raises
        `ContentBlocked` (on record) when findings block, `InspectorUnavailable` on failure.
        """
        return await screened(self._pep, self._inspector, self._run(), text, stage=stage)

    async def judged(
        self, verdicts: list[Any], found: list[Any], *, block: bool, stage: str | None = None
    ) -> None:
        """Record what checks said of a text; raise `ContentBlocked` when `block` and one found.

        Rule names and scores go on record, never the text.
        """
        await judged(self._pep, self._run(), verdicts, found, block=block, stage=stage)

    async def reload(self) -> str:
        """Load the policies again; counts from the next decision. Returns the revision in force.

        Raises `ConfigError` when they cannot be taken: the last good ones go on.
        """
        return await self._changes().reload("reload")

    async def rollback(self, revision: str) -> str:
        """Put a revision that was kept beside the log in force, until the files change again.

        `revision` may be cut short where it is still one. `stageflow-guard policy rollback` puts
        its files back, too.
        """
        return await self._changes().rollback(revision)

    def _changes(self) -> Reloader:
        if self._settings is None:
            raise ConfigError("a guard built from parts has no policy path to reload")
        if self._reloader is None:
            raise ConfigError("the guard is not open; use `async with guard:`")
        return self._reloader

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with policy files whose tenants therefore deny: file, line, reason."""
        keys = getattr(self._pep.authenticator, "problems", ())
        return (*(str(p) for p in getattr(self._pep.decisions, "problems", ())), *keys)

    def health(self) -> dict[str, Any]:
        """Return what a readiness probe needs; no secrets."""
        log: Any = self._pep.log
        state = log.health() if hasattr(log, "health") else {}
        return {
            "open": not isinstance(log, ClosedLog),
            "policy_revision": self._pep.decisions.revision,
            "policy_problems": len(self.problems),
            "policy": self._pep.decisions.health()
            if hasattr(self._pep.decisions, "health")
            else {},
            "refusals": dict(self._pep.recorder.refusals),
            "audit": state,
            "sinks": [asdict(lag) for lag in self._beside.lags()] if self._beside else [],
        }
