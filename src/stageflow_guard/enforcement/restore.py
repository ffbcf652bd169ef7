"""The way back: originals for who may see them, asked by hand, on record before it happens."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from stageflow_guard.enforcement.answers import shaped_from
from stageflow_guard.enforcement.authentication import RENEWABLE
from stageflow_guard.enforcement.pep import forged_in
from stageflow_guard.enforcement.records import actor_of, resource_name
from stageflow_guard.enforcement.resources import asked_name, decide
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.ports import StreamingInspector

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.model import Principal
    from stageflow_guard.ports import Scope, TextStream

T = TypeVar("T")


class Revealing:
    """A permit to reveal, in use: what it restores, in which scope, for whom, until when.

    It ends with the session or run that it was given in. Placeholders that its scope did not mint
    are on record, and so is what refuses.
    """

    def __init__(
        self, pep: PolicyEnforcementPoint, who: Principal, session: Session | None, *,
        inspector: StreamingInspector, scope: Scope, resource: str,
    ) -> None:  # fmt: skip
        self._pep, self._who, self._session = pep, who, session
        self._run: Run | None = None if session is None else session.run
        self._inspector, self._scope, self._resource = inspector, scope, resource

    async def restore(self, value: Any) -> Any:
        """Return `value` with the originals of the scope."""
        answer = await self._watched(self._inspector.restore(value, scope=self._scope))
        return shaped_from(answer, value)

    def stream(self) -> TextStream:
        """Return a stream that does so chunk by chunk."""
        return _Stream(self, self._inspector.restore_stream(self._scope))

    async def _watched(self, work: Awaitable[T]) -> T:
        before = forged_in(self._scope)
        try:
            self._require_caller()
            return await self._pep.inspected(work)
        except Exception as failed:
            error = (
                failed
                if isinstance(failed, GuardError)
                else InspectorUnavailable("the originals could not be restored")
            )
            await self._pep.refuse(
                error, run=self._run or str(uuid4()), step="inspect_input", action="restore",
                **self._said(),
            )  # fmt: skip
        finally:
            if hasattr(work, "close"):
                work.close()  # when it was never begun
            await self._pep.record_forgeries(self._run, self._scope, before, **self._said())

    def _require_caller(self) -> None:
        """Raise once the session is over, or its caller was revoked."""
        over = self._session is None or self._session.closed
        if over or (self._run is not None and self._run.ended):
            raise NotAuthenticated("run_closed", "the session is over; nothing more comes back")
        try:
            self._pep.callers.recheck(self._who)
        except NotAuthenticated as gone:
            if gone.reason not in RENEWABLE:  # a call under way outlives its token, like a stage's
                raise

    def _said(self) -> dict[str, Any]:
        who = self._who
        return {"resource": self._resource, "tenant": who.tenant, "actor": actor_of(who)}


class _Stream:
    """Text with placeholders in, in chunks; out comes the text with the originals."""

    def __init__(self, revealing: Revealing, inner: TextStream) -> None:
        self._revealing, self._inner = revealing, inner

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change."""
        return await self._revealing._watched(self._inner.feed(chunk))

    async def finish(self) -> str:
        """Return the rest."""
        return await self._revealing._watched(self._inner.finish())


async def revealed(
    pep: PolicyEnforcementPoint,
    who: Principal,
    session: Session | None,
    *,
    kind: str,
    obj: str,
    owner: str,
    session_id: str | None,
    subject: str | None,
) -> Revealing:
    """Return what restores, once a permit to `reveal` is on disk.

    The scope is the run's own, else that of (the caller's tenant, `session_id`), kept for `subject`
    or the caller. Raises `ConfigError` where there is neither, `AccessDenied` on record.
    """
    run: Run | None = None if session is None else session.run
    inspector = pep.inspector
    if not isinstance(inspector, StreamingInspector):
        raise InspectorUnavailable("this guard's inspector restores nothing")
    if run is None and session_id is None:
        raise ConfigError("outside a run, name the `session_id` whose pseudonyms come back")
    if run is not None and session_id is not None:
        raise ConfigError("inside a run its own scope counts; leave out `session_id`")
    whose: dict[str, Any] = {}
    if run is None:  # a session id may be a credential elsewhere: its digest is enough to ask by
        digest = hashlib.sha256(str(session_id).encode("utf-8", "surrogatepass")).hexdigest()
        whose = {"conversation": f"sha256:{digest}", "of": subject or who.subject}
    decision = await decide(
        pep, who, run, kind=kind, obj=obj, act="reveal", owner=owner, note=whose
    )
    if not decision.permitted:
        denied = AccessDenied(decision, act="reveal")
        pep.recorder.raise_denied(denied, decision.ref, run, asked_name(kind, obj))
    scope = run.scope if run is not None else None
    key, resource = str(session_id), resource_name(kind, obj)
    try:
        if scope is None:
            scope = await pep.open_scope(who, key, subject)
        return Revealing(pep, who, session, inspector=inspector, scope=scope, resource=resource)
    except GuardError as exc:
        broken = exc
    except Exception:  # a vault that cannot be read restores nothing
        broken = InspectorUnavailable("the inspector gave no scope")
    await pep.refuse(
        broken, run=run or str(uuid4()), step="inspect_input", action="restore",
        resource=resource, tenant=who.tenant, actor=actor_of(who),
    )  # fmt: skip
