"""What the enforcement point asks of a tool's call after the permit, and what it gets to record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import AccessRequest, Decision, Principal
    from stageflow_guard.policy.engine.tool_rules import ToolControls


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

    digest: str
    approval: str | None = None

    def note(self) -> dict[str, Any]:
        """Return it as a record's note."""
        note = {"arguments": self.digest}
        return note if self.approval is None else {**note, "approval": self.approval}


class CallControls(Protocol):
    """`enforcement.controls.Controls`, as the enforcement point sees it."""

    def of(self, request: AccessRequest, who: Principal) -> ToolControls | None:
        """Return what counts for this call, or None where nothing does."""
        ...

    async def admit(self, controls: ToolControls, call: ToolCall) -> Admitted:
        """Return what is on record of an admitted call; raise a `GuardError` otherwise."""
        ...
