"""May they? Strict files, pycasbin as the reference, an index that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.policy.files import Problem
    from stageflow_guard.policy.policyset import PolicySet

_WHERE = {"PolicySet": "policyset", "Problem": "files"}

__all__ = ["PolicySet", "Problem"]

__getattr__ = lazy(__name__, _WHERE)
