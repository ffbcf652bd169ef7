"""This package's guard, deciding as one try of the bypass suite says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stageflow_guard.testing.conformance.environment import Environment, KitInspector, KitRules

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest, Decision, Finding
    from stageflow_guard.testing.conformance.bypass import Attempt

TOOL = "refund"  # what contenders call the guarded work


def governed(attempt: Attempt) -> Environment:
    """Return an environment whose guard permits everything but what the try refuses.

    Asked about `refund`, or about a tool at the provider, it does what `attempt.decision` says;
    a hang is the inspector's, which is the one collaborator that a guard waits for.
    """
    return Environment(rules=_Rules(attempt), inspector=_Inspector(attempt))


class _Rules(KitRules):
    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self._attempt = attempt

    def decide(self, request: AccessRequest) -> Decision:
        """Answer as the try says."""
        name = request.obj.rpartition("/")[2].rpartition(".")[2]
        asked = name == TOOL or request.obj.startswith("provider/")
        self.broken = asked and self._attempt.decision == "raise"
        (self.denied.add if self._attempt.decision == "deny" and asked else self.denied.discard)(
            name
        )
        return super().decide(request)


class _Inspector(KitInspector):
    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self._attempt = attempt

    async def redact(
        self, value: Any, *, scope: Any, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy, or never."""
        if self._attempt.decision == "hang":
            await asyncio.Event().wait()
        return await super().redact(value, scope=scope, direction=direction)
