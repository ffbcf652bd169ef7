"""Who met which personal data, as what: by step, by caller, and from one step's output to the next.

A permit to `reveal` is no sight of an original. The effect says whether one went out (`restored`);
a permit without an effect on the page counts as what it allowed. A step that reads another one's
output names it (`reads`); the other one's effect says what was found there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stageflow_guard.audit.read.finding_counts import findings_of
from stageflow_guard.audit.read.finds_followed import given_by, reads_of
from stageflow_guard.audit.records.outcome_words import NOT_BEGUN
from stageflow_guard.cli.audit_cells import Record, tenant_of, what_of, who_of
from stageflow_guard.model import BYTES

Finds = list[tuple[str, int]]
BEFORE = "(of an earlier run)"  # what comes back of a conversation was found there
CALLER = "the step that called it"
BY_HAND = "(asked for by hand)"
WAYS = ("pseudonym", "original", "unread")


@dataclass(slots=True)
class _Open:
    """A permit whose effect is to come: what the step met, and from where."""

    record: Record
    finds: Finds
    reads: dict[str, Finds]
    before: dict[str, Finds]  # in every output of the run so far


class FindsMet:
    """Takes permits, effects and ends of runs in order.

    `met` counts finds by (entity, step, how), `callers` steps by (tenant, who, entity, how), `flows`
    steps by (entity, step that gave it, step that read it, how). How is one of WAYS.
    """

    def __init__(self) -> None:
        self.met: Counter[tuple[str, str, str]] = Counter()
        self.callers: Counter[tuple[str, str, str, str]] = Counter()
        self.flows: Counter[tuple[str, str, str, str]] = Counter()
        self._open: dict[tuple[str, int], _Open] = {}
        self._outputs: dict[tuple[str, str], dict[str, Finds]] = {}

    def permit(self, record: Record) -> None:
        """Take a permit that an effect follows."""
        outputs = self._outputs.get(_run(record), {})
        self._open[record["origin"], record["index"]] = _Open(
            record=record,
            finds=[(entity, count) for entity, _, count in findings_of(record)],
            reads={name: outputs.get(name, []) for name in reads_of(record)},
            before=dict(outputs),
        )

    def by_hand(self, record: Record) -> None:
        """Take a permit to reveal that was asked for by hand: no effect says what came of it."""
        self.callers[tenant_of(record), who_of(record), BY_HAND, "original"] += 1

    def effect(self, record: Record) -> tuple[Record | None, bool]:
        """Take an effect; return its permit, and whether an original went out."""
        finds = given_by(record)
        if finds and record.get("stage"):
            self._outputs.setdefault(_run(record), {})[str(record["stage"])] = finds
        permit = self._open.pop((record["origin"], int(record.get("decision_index", -1))), None)
        if permit is None:
            return None, False
        if permit.record.get("stage") is None and record.get("action") != "stream":
            self._answered(permit.record, finds)
        return permit.record, self._settle(permit, record)

    def _answered(self, permit: Record, finds: Finds) -> None:
        """Count what a call's answer held: the step that made the call reads it."""
        source = str(permit.get("resource") or "-")
        for entity in {entity for entity, _ in finds}:
            way = _way(entity, "pseudonym") or "pseudonym"
            self.flows[entity, source, CALLER, way] += 1
            self.callers[tenant_of(permit), who_of(permit), entity, way] += 1

    def run_end(self, record: Record) -> None:
        """Take the end of a run: nothing reads its outputs any more."""
        self._outputs.pop(_run(record), None)

    def rest(self) -> list[Record]:
        """Count what has no effect here as its permit allowed; return where an original may be."""
        left, self._open = list(self._open.values()), {}
        return [one.record for one in left if self._settle(one, None)]

    def _settle(self, permit: _Open, effect: Record | None) -> bool:
        if effect is not None and effect.get("outcome") in NOT_BEGUN:
            return False
        record = permit.record
        may = "reveal" in {record.get("action"), *(record.get("obligations") or ())}
        restored = may and (effect is None or _note(effect).get("restored") is True)
        how = "original" if restored else None if may else "pseudonym"
        place = _place(record)
        entities: dict[str, str] = {}
        called_with = findings_of(effect) if effect is not None else ()
        own = [*permit.finds, *((entity, n) for entity, way, n in called_with if way == "input")]
        # an original that comes back may have been found further up than in what the step reads
        given = permit.reads or (permit.before if restored else {})
        read = [one for finds in given.values() for one in finds]
        for entity, count in (*own, *read):
            if way := _way(entity, how):
                self.met[entity, place, way] += count
                entities[entity] = way
        for source, finds in given.items():
            for entity in {entity for entity, _ in finds}:
                if way := _way(entity, how):
                    self.flows[entity, _beside(record, source), place, way] += 1
        if effect is not None and restored and "original" not in entities.values():
            entities[BEFORE] = "original"
            self.met[BEFORE, place, "original"] += 1
        for entity, way in entities.items():
            self.callers[tenant_of(record), who_of(record), entity, way] += 1
        # without an effect, only what was found tells that there was an original to see
        return restored and "original" in entities.values()


def _way(entity: str, how: str | None) -> str | None:
    # bytes passed as they are, whoever may see originals
    return "unread" if entity.startswith(BYTES) else how


def _place(record: Record) -> str:
    """Return a step by its pipeline and name: two pipelines may have steps of one name."""
    return what_of(record).removeprefix("stage:")


def _beside(record: Record, stage: str) -> str:
    pipeline = record.get("pipeline")
    return f"{pipeline}/{stage}" if pipeline else stage


def _run(record: Record) -> tuple[str, str]:
    return str(record["origin"]), str(record.get("run"))


def _note(record: Record) -> Mapping[str, Any]:
    note = record.get("note")
    return note if isinstance(note, Mapping) else {}
