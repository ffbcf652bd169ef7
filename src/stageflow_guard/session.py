"""Who is calling, right here: a closable handle behind a ContextVar.

A ContextVar alone is not enough: a background task copies the context and would keep an identity
after the session that lent it is over. So the variable holds a handle, and closing the handle ends
it for everyone who copied it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from stageflow_guard.model import Principal


class Session:
    """A credential (until the first run) and a principal (from then on), until closed."""

    __slots__ = ("_credential", "_guard_id", "closed", "principal", "run")

    def __init__(
        self,
        guard_id: int,
        *,
        credential: object = None,
        principal: Principal | None = None,
        run: Any = None,
    ) -> None:
        self._guard_id = guard_id
        self._credential = credential
        self.principal = principal
        self.run = run
        self.closed = False

    def belongs_to(self, guard_id: int) -> bool:
        """Say whether this session was opened by the guard with that identity."""
        return self._guard_id == guard_id

    def credential(self) -> object:
        """Return what was bound, or None once closed."""
        return None if self.closed else self._credential

    def close(self) -> None:
        """End the session for every task that holds it; drop the credential."""
        self.closed = True
        self._credential = None
        self.principal = None

    def __repr__(self) -> str:
        """Show the state, never the credential."""
        return f"<Session {'closed' if self.closed else 'open'}>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a session cannot be pickled")


# The default is None and immutable: a mutable default would be shared by every context.
_current: ContextVar[Session | None] = ContextVar("stageflow_guard_session", default=None)


def current_session() -> Session | None:
    """Return the open session of this context, or None."""
    session = _current.get()
    if session is None or session.closed:
        return None
    # a child's run that outlives its parent's is nobody's any more
    return None if session.run is not None and session.run.over else session


def current_principal() -> Principal | None:
    """Return who is calling, or None outside a guarded run and after it."""
    session = current_session()
    if session is None or session.run is None:
        return None if session is None else session.principal
    principal: Principal = session.run.principal  # a renewal in mid-run reaches everyone
    return principal


def bind(session: Session) -> Any:
    """Make `session` the current one; return the token for `unbind`."""
    return _current.set(session)


def unbind(token: Any) -> None:
    """Restore what was current before; harmless in another context."""
    try:
        _current.reset(token)
    except ValueError:  # entered in one task, left in another: the closed handle already ends it
        return
