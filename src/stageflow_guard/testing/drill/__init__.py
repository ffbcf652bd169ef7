"""A drill: run a pipeline while each collaborator of the guard fails, and see that nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.testing.drill.drill import drill
    from stageflow_guard.testing.drill.report import DrillReport, DrillRow

_WHERE = {"DrillReport": "report", "DrillRow": "report", "drill": "drill"}

__all__ = ["DrillReport", "DrillRow", "drill"]

__getattr__ = lazy(__name__, _WHERE)
