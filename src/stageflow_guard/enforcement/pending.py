"""An authorization that was asked for. A forgotten `await` cannot pass: the step is refused.

`await guard.authorize(…)` is the only way to the answer. The object knows whether it was awaited to
its end, and the step in whose code it was made cannot end well before.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import GuardError

if TYPE_CHECKING:
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.model import Decision

# the permit under which this context runs
current_permit: ContextVar[Permit | None] = ContextVar("stageflow_guard_permit", default=None)

DROPPED = "`guard.authorize(…)` was called and not awaited; write `await guard.authorize(…)`"


class PendingAuthorization(Coroutine[Any, Any, "Decision"]):
    """The coroutine that `guard.authorize` returns.

    Awaited directly it returns the decision or raises `AccessDenied`. In a task of its own a denial
    refuses the step as well, since no one may look at the task.
    """

    __slots__ = ("_ask", "_direct", "_run", "_work", "permit")

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Decision]], run: Run | None) -> None:
        self._ask = ask
        self._work: Coroutine[Any, Any, Decision] | None = None
        self._run = run
        self._direct = False
        self.permit = current_permit.get()
        if run is not None:
            run.pledges.add(self)

    def __await__(self) -> Generator[Any, None, Decision]:
        """Ask, and return the answer."""
        self._direct = True
        try:
            decision = yield from self._begun().__await__()
        except GuardError:
            self._settle()
            raise
        self._settle()
        return decision

    def _begun(self) -> Coroutine[Any, Any, Decision]:
        if self._work is None:
            self._work = self._ask()
        return self._work

    def _settle(self) -> None:
        if self._run is not None:
            self._run.pledges.discard(self)

    def send(self, value: Any) -> Any:
        """Go on; this is how a task drives it."""
        try:
            return self._begun().send(value)
        except StopIteration:
            self._settle()
            raise
        except GuardError as error:
            self._settle()
            if self._run is not None:
                self._run.refuse(error)
            raise

    def throw(self, *error: Any) -> Any:
        """Raise `error` where it waits."""
        try:
            return self._begun().throw(*error)
        except StopIteration:
            self._settle()
            raise

    def close(self) -> None:
        """End it without an answer; the step stays refused."""
        if self._work is not None:
            self._work.close()


def unawaited(run: Run, permit: Permit | None) -> bool:
    """Say whether an authorization of this step, or of the run outside steps, has no answer yet."""
    return any(one.permit is permit for one in run.pledges)
