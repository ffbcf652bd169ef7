"""The seam, broken on purpose in one place: what a row of the matrix MUST notice.

Each mutant patches the enforcement for the time of a `with`. They are for tests only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
from stageflow_guard.enforcement.records import StepRequests
from stageflow_guard.enforcement.run import Identity, Permit, Run
from stageflow_guard.enforcement.seam import Gate, Seam
from stageflow_guard.model import Principal
from stageflow_guard.testing.conformance.driver import PIPELINE


@contextmanager
def _patched(cls: type, name: str, new: Any) -> Iterator[None]:
    with patch.object(cls, name, new):
        yield


def no_permit() -> AbstractContextManager[None]:
    """Steps run without a question and without a record."""

    async def authorize_step(self: PolicyEnforcementPoint, run: Run, step: Any, **_: Any) -> Permit:
        asked = StepRequests(run.principal, run.pipeline, step)
        permit = Permit(step, "0", 1, 0, reveal=False, effect=asked.effect)
        run.permits["0"] = permit
        if step.stage is not None:
            run.by_step[step.stage] = permit
        return permit

    return _patched(PolicyEnforcementPoint, "authorize_step", authorize_step)


def _not_inspected(direction: str) -> AbstractContextManager[None]:
    inspect = PolicyEnforcementPoint.inspect

    async def skip(self: PolicyEnforcementPoint, run: Run, value: Any, **how: Any) -> Any:
        if how["direction"] == direction:
            return value, ()
        return await inspect(self, run, value, **how)

    return _patched(PolicyEnforcementPoint, "inspect", skip)


def input_not_inspected() -> AbstractContextManager[None]:
    """Steps are given raw text."""
    return _not_inspected("input")


def output_not_inspected() -> AbstractContextManager[None]:
    """Answers and error texts leave raw."""
    return _not_inspected("output")


def runs_outside() -> AbstractContextManager[None]:
    """A step outside a run runs as a caller that no token established."""
    current = Seam.current_run

    def anyone(self: Seam) -> Run | None:
        run = current(self)
        if run is None:
            who = Identity(Principal(subject="user:anyone", tenant="acme"), None)
            run = Run("mutant", PIPELINE, who, session_id=None, parent=None)
            run.scope = self.pep.inspector.scope("acme", "mutant")
        return run

    surrounding = Seam.surrounding_run

    @contextmanager
    def both() -> Iterator[None]:
        with (
            patch.object(Seam, "current_run", anyone),
            patch.object(
                Seam,
                "surrounding_run",
                lambda self: current(self) or surrounding_session(self, surrounding),
            ),
        ):
            yield

    return both()


def surrounding_session(seam: Seam, surrounding: Callable[[Seam], Run | None]) -> Run | None:
    """Return the session's surrounding run, without the mutant's own."""
    run = surrounding(seam)
    return None if run is None or run.id == "mutant" else run


def permit_not_used() -> AbstractContextManager[None]:
    """A permit is not used up, and the caller not asked again, before the body."""

    async def consume_permit(self: PolicyEnforcementPoint, run: Run, permit: Permit) -> None:
        permit.executed = True

    return _patched(PolicyEnforcementPoint, "consume_permit", consume_permit)


def gate_lets_go() -> AbstractContextManager[None]:
    """The gate believes what the host returns."""

    async def verdict(self: Gate, run: Run, error: BaseException | None) -> Any:
        run.refusal = None
        return ("ok" if error is None else "error"), error

    return _patched(Gate, "_verdict", verdict)


def no_effect() -> AbstractContextManager[None]:
    """How a step ended is not recorded."""

    def effect(
        self: PolicyEnforcementPoint, run: Run, permit: Permit, outcome: str, **_: Any
    ) -> None:
        permit.outcome = outcome

    return _patched(PolicyEnforcementPoint, "effect", effect)


MUTANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "no permit is asked for": no_permit,
    "input is not inspected": input_not_inspected,
    "output is not inspected": output_not_inspected,
    "steps run outside a run": runs_outside,
    "a permit is not used up": permit_not_used,
    "the gate does not raise again": gate_lets_go,
    "no effect is recorded": no_effect,
}
