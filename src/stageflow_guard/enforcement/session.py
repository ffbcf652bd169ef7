"""Who is calling, right here: a closable handle behind a ContextVar.

A ContextVar alone is not enough: a background task copies the context and would keep an identity
after the session that lent it is over. So the variable holds a handle, and closing the handle ends
it for everyone who copied it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from stageflow_guard.model import Principal


class Session:
    """A credential (until the first run) and a principal (from then on), until closed.

    Runs refer to the session that lends it, so the credential is no attribute of it. `within` is
    the run whose stage opened it, if any.
    """

    __slots__ = ("__weakref__", "_guard_id", "closed", "principal", "run", "within")

    def __init__(
        self,
        guard_id: int,
        *,
        credential: object = None,
        principal: Principal | None = None,
        run: Any = None,
    ) -> None:
        self._guard_id = guard_id
        _CREDENTIALS[self] = credential
        self.principal = principal
        self.run = run
        around = current_session(guard_id) if run is None else None
        self.within: Any = around.run or around.within if around is not None else None
        self.closed = False

    def credential(self) -> object:
        """Return what was bound, or None once closed."""
        return None if self.closed else _CREDENTIALS.get(self)

    def close(self) -> None:
        """End the session for every task that holds it; drop the credential and the run.

        Contexts outlive runs: a timer that a host cancelled keeps its own until it would be due.
        """
        self.closed = True
        _CREDENTIALS.pop(self, None)
        self.principal = self.run = self.within = None

    def __repr__(self) -> str:
        """Show the state, never the credential."""
        return f"<Session {'closed' if self.closed else 'open'}>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a session cannot be pickled")


_CREDENTIALS: WeakKeyDictionary[Session, object] = WeakKeyDictionary()

# One per guard, the innermost first. The default is empty and immutable: a mutable default would be
# shared by every context.
_current: ContextVar[tuple[Session, ...]] = ContextVar("stageflow_guard_session", default=())


def current_session(guard_id: int | None = None) -> Session | None:
    """Return the open session of this context, or None; with `guard_id`, that guard's.

    One guard's session does not hide another's. A closed inner session still shadows the outer one:
    a task MUST NOT fall back to another identity when its session ends.
    """
    for session in _current.get():
        if guard_id is None or session._guard_id == guard_id:
            break
    else:
        return None
    if session.closed:
        return None
    # a child's run that outlives its parent's has no caller any more
    return None if session.run is not None and session.run.ended else session


def current_principal() -> Principal | None:
    """Return who is calling, or None outside a guarded run and after it."""
    session = current_session()
    if session is None or session.run is None:
        return None if session is None else session.principal
    principal: Principal = session.run.principal  # a renewal in mid-run reaches everyone
    return principal


def bind(session: Session) -> Any:
    """Make `session` the current one; return the token for `unbind`."""
    others = (one for one in _current.get() if one._guard_id != session._guard_id)
    return _current.set((session, *others))


def unbind(token: Any) -> None:
    """Restore what was current before; harmless in another context."""
    try:
        _current.reset(token)
    except ValueError:  # entered in one task, left in another: the closed handle already ends it
        return
