"""How much personal data was found: a run's input counts once, however many steps it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any


class FindingCounts:
    """Takes records in order; `total` holds (entity, direction) -> how often it was found.

    Runs of several logs are told apart where records say their `origin`.

    Each decision of a run repeats what the run's input held, so the largest count among them is
    the run's. What an effect says was found in one step's output, and is added.
    """

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self._inputs: dict[str, dict[tuple[str, str], int]] = {}

    def take(self, record: Mapping[str, Any]) -> list[tuple[str, str, int]]:
        """Take one record of any kind; return (entity, direction, how many) that it adds."""
        added: list[tuple[str, str, int]] = []
        kind, run = record.get("kind"), record.get("run")
        if isinstance(run, str) and "origin" in record:
            run = f"{record['origin']}\0{run}"
        for entity, direction, count in findings_of(record):
            if kind != "decision" or not isinstance(run, str):
                added.append((entity, direction, count))
                continue
            counted = self._inputs.setdefault(run, {})
            more = count - counted.get((entity, direction), 0)
            if more > 0:
                counted[entity, direction] = count
                added.append((entity, direction, more))
        for entity, direction, count in added:
            self.total[entity, direction] += count
        if kind == "run_end" and isinstance(run, str):
            self._inputs.pop(run, None)
        return added

    def state(self) -> dict[str, Any]:
        """Return totals and runs under way, as JSON takes them: a later reading goes on here."""
        return {
            "total": [[*key, n] for key, n in self.total.items()],
            "runs": {
                run: [[*key, n] for key, n in held.items()] for run, held in self._inputs.items()
            },
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> FindingCounts:
        """Return the counts that `state` was taken of."""
        made = cls()
        made.total.update({(entity, direction): n for entity, direction, n in state["total"]})
        for run, held in state["runs"].items():
            made._inputs[run] = {(entity, direction): n for entity, direction, n in held}
        return made

    def by_entity(self) -> Counter[str]:
        """Return how often each entity was found, in either direction."""
        found: Counter[str] = Counter()
        for (entity, _), count in self.total.items():
            found[entity] += count
        return found


def findings_of(record: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Return (entity, direction, count) of each find that a record names; of none for others."""
    found = record.get("findings")
    if not isinstance(found, list):
        return []
    return [
        (str(one.get("entity")), str(one.get("direction") or "-"), one["count"])
        for one in found
        if isinstance(one, Mapping) and type(one.get("count")) is int
    ]
