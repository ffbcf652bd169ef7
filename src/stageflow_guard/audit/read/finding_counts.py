"""How much personal data was found: a run's input counts once, however many steps it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any


class FindingCounts:
    """Takes records in order; `total` holds (entity, direction) -> how often it was found.

    Runs of several logs are told apart where records say their `origin`.

    Each decision of a run repeats what the run's input held, so the largest count among them is
    the run's. What an effect says was found in one step's output, and is added; what the step
    streamed has an effect of its own, and is in the step's again.
    """

    def __init__(self) -> None:
        self.total: Counter[tuple[str, str]] = Counter()
        self._inputs: dict[str, dict[tuple[str, str], int]] = {}
        self._streamed: dict[str, dict[str, Counter[tuple[str, str]]]] = {}  # by run and step

    def take(self, record: Mapping[str, Any]) -> list[tuple[str, str, int]]:
        """Take one record of any kind; return (entity, direction, how many) that it adds."""
        added: list[tuple[str, str, int]] = []
        kind, run = record.get("kind"), record.get("run")
        if isinstance(run, str) and "origin" in record:
            run = f"{record['origin']}\0{run}"
        found = findings_of(record)
        if kind == "effect" and isinstance(run, str):
            found = self._of_step(run, record, found)
        for entity, direction, count in found:
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
            self._streamed.pop(run, None)
        return added

    def _of_step(
        self, run: str, record: Mapping[str, Any], found: list[tuple[str, str, int]]
    ) -> list[tuple[str, str, int]]:
        """Return what an effect adds: a step's without what its streams' effects said before."""
        step = str(record.get("stage") or record.get("call"))
        if record.get("action") == "stream":
            seen = self._streamed.setdefault(run, {}).setdefault(step, Counter())
            for entity, direction, count in found:
                seen[entity, direction] += count
            return found
        streamed = self._streamed.get(run, {}).pop(step, None)
        if streamed is None:
            return found
        held: Counter[tuple[str, str]] = Counter()
        for entity, direction, count in found:
            held[entity, direction] += count
        return [(*key, count) for key, count in (held - streamed).items()]

    def state(self) -> dict[str, Any]:
        """Return totals and runs under way, as JSON takes them: a later reading goes on here."""
        return {
            "total": [[*key, n] for key, n in self.total.items()],
            "runs": {
                run: [[*key, n] for key, n in held.items()] for run, held in self._inputs.items()
            },
            "streamed": {
                run: {step: [[*key, n] for key, n in held.items()] for step, held in steps.items()}
                for run, steps in self._streamed.items()
            },
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> FindingCounts:
        """Return the counts that `state` was taken of."""
        made = cls()
        made.total.update({(entity, direction): n for entity, direction, n in state["total"]})
        for run, held in state["runs"].items():
            made._inputs[run] = {(entity, direction): n for entity, direction, n in held}
        for run, steps in state.get("streamed", {}).items():
            made._streamed[run] = {
                step: Counter({(entity, direction): n for entity, direction, n in held})
                for step, held in steps.items()
            }
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
