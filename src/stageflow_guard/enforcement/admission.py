"""What the enforcement point asks of a tool's call after the permit, and what it gets to record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from stageflow_guard.enforcement.counters.counter import Take

if TYPE_CHECKING:
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import AccessRequest, Decision, Principal
    from stageflow_guard.policy.engine.tool_rules import ToolControls


Held = tuple[tuple[str, Take], ...]  # what a call took: of what, and in which count


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool, and the policy's permit for it. `arguments` are by name."""

    request: AccessRequest
    who: Principal
    run: Run | None
    decision: Decision
    arguments: object


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a permit's record says of the arguments: their digest, the grant that was used up."""

    digest: str | None = None
    approval: str | None = None
    over: tuple[str, ...] = ()  # soft limits
    held: Held = ()

    def note(self) -> dict[str, Any]:
        """Return it as a record's note."""
        said = {"arguments": self.digest, "approval": self.approval, "over": list(self.over)}
        return {name: value for name, value in said.items() if value}


NOTHING = Admitted()  # no control is about this step


class CallControls(Protocol):
    """`enforcement.controls.Controls`, as the enforcement point sees it."""

    def of(self, request: AccessRequest, who: Principal) -> ToolControls | None:
        """Return what counts for this call, or None where nothing does."""
        ...

    @property
    def counts(self) -> bool:
        """Say whether there are limits or a flow: then every step is asked about."""
        ...

    def follow(self, call: ToolCall) -> None:
        """Ask whether a permitted question may follow on what has happened; remember it."""
        ...

    def foresee(self, call: ToolCall) -> None:
        """Ask whether a call may follow on what has happened; remember nothing."""
        ...

    async def prepare(self) -> None:
        """Make ready what a question is asked about: the history, where it is kept."""
        ...

    def waits_for(self, kind: str, obj: str, act: str) -> bool:
        """Say whether something else has to come after the end of this."""
        ...

    def ended_well(self, run: Run | None, who: Principal, kind: str, obj: str, act: str) -> None:
        """Remember what ended well."""
        ...

    async def child(self, parent: Run) -> None:
        """Count one more child run; raise a `GuardError` when there may be no more."""
        ...

    def run_ended(self, run: Run) -> None:
        """Forget what is counted for this run alone."""
        ...

    def ended(self, held: Held, seconds: float) -> None:
        """Count that a call ended."""
        ...

    async def admit(self, controls: ToolControls | None, call: ToolCall) -> Admitted:
        """Return what is on record of an admitted call; raise a `GuardError` otherwise."""
        ...
