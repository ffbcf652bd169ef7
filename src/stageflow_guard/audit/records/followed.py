"""Which permits an effect follows: those to run a step. One answer for every reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERDICT = "judge"  # the action of a guardrail's verdict: its step has a permit of its own


def effect_follows(record: Mapping[str, Any]) -> bool:
    """Say whether what came of this decision is to be on record.

    A permit to run a step has an attempt; one for what leaves a step has the step's name. A
    decision that was asked for by hand has neither, and a guardrail's verdict runs nothing.
    """
    if record.get("attempt") is not None:
        return True
    return record.get("stage") is not None and record.get("action") != VERDICT
