"""`guard.run` and `guard.session`: a run, and a credential, of code without a host. Sync and async.

One object serves both `async with` and `with`. `with` inside a running loop is a `ConfigError`,
because what it waits for would stop the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from stageflow_guard.base.portal import Portal, require_no_loop
from stageflow_guard.enforcement.session import Session, bind, unbind
from stageflow_guard.errors import GuardError, InspectorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.seam import Gate, Seam


class BoundSession:
    """A credential bound to everything that runs inside; validated at each run, not here."""

    def __init__(self, guard_id: int, credential: object) -> None:
        self._make: Callable[[], Session] | None = lambda: Session(guard_id, credential=credential)
        self._session: Session | None = None
        self._token: Any = None

    def __repr__(self) -> str:
        """Show the state, never the credential."""
        return f"<session {'bound' if self._session is not None else 'not bound'}>"

    def _open(self) -> Session:
        make, self._make = self._make, None
        if make is None:
            raise RuntimeError("a session is entered once; ask `guard.session` for another")
        self._session = make()
        self._token = bind(self._session)
        return self._session

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()
            unbind(self._token)

    async def __aenter__(self) -> Session:
        """Bind the credential."""
        return self._open()

    async def __aexit__(self, *error: object) -> None:
        """End the session for every task that holds it; drop the credential."""
        self._close()

    def __enter__(self) -> Session:
        """Bind the credential; raise `ConfigError` inside a running loop."""
        require_no_loop("async with guard.session(token):")
        return self._open()

    def __exit__(self, *error: object) -> None:
        """End the session for every thread that holds it; drop the credential."""
        self._close()


class GuardedRun:
    """The run gate of code without a mount of its own.

    `id` is the run's id on record. `input` is the redacted input, once the run is open.
    """

    def __init__(
        self,
        seam: Seam,
        portal: Portal,
        pipeline: str,
        *,
        input: Any,
        run_id: str | None,
        session_id: str | None,
    ) -> None:
        self._seam = seam
        self._portal = portal
        self._gate: Gate | None = seam.gate(
            pipeline=pipeline, run_id=run_id, session_id=session_id,
            text=input if type(input) is str else None,
        )  # fmt: skip
        self._given = [input]  # emptied when the run is open: raw text is no attribute of a run
        self.input: Any = None
        self.id: str | None = None

    def __repr__(self) -> str:
        """Show the run's id, never its input."""
        return f"<guarded run {self.id or 'not open'}>"

    async def _open(self) -> Gate:
        gate, self._gate = self._gate, None
        if gate is None:
            raise RuntimeError("a run is entered once; ask `guard.run` for another")
        run = await gate.open()
        self.id = run.id
        given = self._given.pop()
        try:
            if given is not None:
                self.input = await self._inspected(run, given)
        except BaseException as error:
            await gate.close(error)
            raise
        return gate

    async def _inspected(self, run: Run, given: Any) -> Any:
        try:
            redacted, run.findings = await self._seam.pep.inspect(run, given, direction="input")
            return redacted
        except GuardError:
            raise
        except Exception:
            await self._seam.pep.refuse(
                InspectorUnavailable("the run's input could not be prepared"), run=run,
                step="inspect_input",
            )  # fmt: skip

    async def __aenter__(self) -> Self:
        """Authenticate, open the run, inspect its input; raise a `GuardError`, on record."""
        self._opened = await self._open()
        self._opened.bind()
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End the run; raise its refusal again when the code inside swallowed it."""
        self._opened.unbind()
        await self._opened.close(error)

    def __enter__(self) -> Self:
        """Authenticate, open the run, inspect its input; `ConfigError` inside a running loop."""
        require_no_loop("async with guard.run(…):")
        self._opened = self._portal.call(self._open())
        self._opened.bind()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End the run; raise its refusal again when the code inside swallowed it."""
        self._opened.unbind()
        self._portal.call(self._opened.close(error))
