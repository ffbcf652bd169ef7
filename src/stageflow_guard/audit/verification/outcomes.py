"""What was decided against what happened: derived from the records, never claimed by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stageflow_guard.audit.records.followed import effect_follows
from stageflow_guard.errors import VerificationError

_PERMIT, _DENY, _DONE = 1, 2, 3
CLOCK_SLACK = 1_000_000_000  # ns; records of two threads may be a moment out of order


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How many decisions their effects bear out.

    `agree`: a permit with an effect, or a denial without one. `unknown`: a permit whose effect is
    missing or is `unknown`. `disagree`: a denial with an effect, each an alarm.
    """

    agree: int = 0
    disagree: int = 0
    unknown: int = 0


class Tally:
    """Takes records in order of index. One byte of memory per record."""

    def __init__(self, minimum: int = 0) -> None:
        self._minimum = minimum
        self._state = bytearray()
        self._effects = {_PERMIT: 0, _DENY: 0}
        self._clock: dict[str, int] = {}
        self.alarms: list[int] = []
        self.clock_back: list[int] = []
        self.denied = 0
        self.permitted = 0

    def take(self, index: int, record: dict[str, Any]) -> None:
        """Count one record; raise `VerificationError` for an effect without its decision."""
        kind = record.get("kind")
        state = 0
        if kind == "effect":
            self._effect(index, record)
        elif kind == "decision":
            if record.get("decision") == "deny":
                state = _DENY
                self.denied += 1
            else:
                state = _PERMIT
                self.permitted += effect_follows(record)
        self._state.append(state)
        wall, boot = record.get("wall_ns"), record.get("boot")
        if type(wall) is int and type(boot) is str:
            last = self._clock.get(boot, wall)
            if wall < last - CLOCK_SLACK:
                self.clock_back.append(index)
            self._clock[boot] = wall
            if len(self._clock) > 64:
                self._clock = {boot: wall}

    def _effect(self, index: int, record: dict[str, Any]) -> None:
        cause = record.get("decision_index")
        if type(cause) is int and 0 <= cause < self._minimum:
            return  # its decision was pruned
        at = cause - self._minimum if type(cause) is int else -1
        state = self._state[at] if 0 <= at < len(self._state) else 0
        if state == _DENY:
            self.alarms.append(index)
        elif state == _PERMIT:
            self._state[at] = _DONE
            if record.get("outcome") != "unknown":
                self._effects[_PERMIT] += 1
        else:
            raise VerificationError(f"effect {index} has no decision before it", index=index)

    def result(self) -> Agreement:
        """Return the counts so far."""
        disagree = len(self.alarms)
        return Agreement(
            agree=self._effects[_PERMIT] + self.denied - disagree,
            disagree=disagree,
            unknown=max(0, self.permitted - self._effects[_PERMIT]),
        )
