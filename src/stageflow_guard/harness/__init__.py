"""Run a guarded pipeline over many inputs: checks first, bounded concurrency, a log, results.

What the harness writes is redacted by construction: the run log holds names, numbers and codes,
results hold what the guard let out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.harness.calls import external_call, gauge
    from stageflow_guard.harness.checks import (
        Check,
        CheckFailed,
        credential_present,
        model_listed,
        reachable,
    )
    from stageflow_guard.harness.inputs import Input, read_inputs
    from stageflow_guard.harness.results import Row, Summary
    from stageflow_guard.harness.run_log import RunLog
    from stageflow_guard.harness.runner import Harness

_WHERE = {
    "Check": "checks",
    "CheckFailed": "checks",
    "Harness": "runner",
    "Input": "inputs",
    "Row": "results",
    "RunLog": "run_log",
    "Summary": "results",
    "credential_present": "checks",
    "external_call": "calls",
    "gauge": "calls",
    "model_listed": "checks",
    "reachable": "checks",
    "read_inputs": "inputs",
}

__all__ = [
    "Check",
    "CheckFailed",
    "Harness",
    "Input",
    "Row",
    "RunLog",
    "Summary",
    "credential_present",
    "external_call",
    "gauge",
    "model_listed",
    "reachable",
    "read_inputs",
]

__getattr__ = lazy(__name__, _WHERE)
