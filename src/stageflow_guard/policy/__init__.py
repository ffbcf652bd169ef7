"""May they? Strict files, pycasbin as the reference, an index that decides.

Questions about policies live in modules of their own: `explain`, `reverse` (who can, what can),
`diff`, `replay`, `lint`, `prove`, `cases`, `mutate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.guardrails import Guardrails, GuardrailVerdict
    from stageflow_guard.policy.engine.policyset import PolicySet
    from stageflow_guard.policy.engine.text import Problem

_WHERE = {
    "Guardrails": "engine.guardrails",
    "PolicySet": "engine.policyset",
    "Problem": "engine.text",
    "GuardrailVerdict": "engine.guardrails",
}

__all__ = ["GuardrailVerdict", "Guardrails", "PolicySet", "Problem"]

__getattr__ = lazy(__name__, _WHERE)
