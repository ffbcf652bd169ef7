"""What a log does not say: permits without an effect, runs without an end, silence, late changes.

One pass in order; memory holds what is open, not what is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stageflow_guard.audit.records.followed import effect_follows

SILENCE = 600.0  # seconds between two records of one process that are worth a look
KINDS = ("permit_without_effect", "run_without_end", "silence", "policy_changed_at_opening",
         "unused_token")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap: `kind` is one of KINDS, `ref` is where to look, `told` is a sentence."""

    kind: str
    ref: str
    told: str
    wall_ns: int


@dataclass(slots=True)
class _Open:
    """A run that has begun: which of its permits have no effect yet, and whether it decided."""

    ref: str
    wall_ns: int
    who: str
    permits: dict[int, tuple[str, int]] = field(default_factory=dict)
    decided: bool = False


def gaps(
    origin: str, records: Iterable[tuple[int, Mapping[str, Any]]], *, silence: float = SILENCE
) -> Iterator[Gap]:
    """Yield the gaps of one log, given as (index, record) in order.

    A run whose end lies behind the last record is reported as one without an end: it may be open.
    """
    runs: dict[str, _Open] = {}
    last: dict[str, int] = {}
    for index, record in records:
        ref, wall = f"{origin}#{index}", int(record.get("wall_ns") or 0)
        before = last.get(boot := str(record.get("boot")))
        last[boot] = wall
        if before is not None and wall - before > silence * 1e9:
            minutes = round((wall - before) / 6e10)
            yield Gap("silence", ref, f"{minutes} minutes without a record before this one", wall)
        kind, run = record.get("kind"), record.get("run")
        if kind == "policy_change" and record.get("action") == "open":
            told = "policies were changed while nothing ran"
            yield Gap("policy_changed_at_opening", ref, told, wall)
        if not isinstance(run, str):
            continue
        if kind == "run_start":
            runs[run] = _Open(ref, wall, _who(record))
        elif kind == "decision" and run in runs:
            runs[run].decided = True
            if record.get("decision") == "permit" and effect_follows(record):
                place = str(record.get("resource") or record.get("stage"))
                runs[run].permits[index] = (place, wall)
        elif kind == "effect" and run in runs:
            runs[run].permits.pop(int(record.get("decision_index", -1)), None)
        elif kind == "run_end" and run in runs:
            yield from _ended(origin, runs.pop(run))
    for state in runs.values():
        yield Gap("run_without_end", state.ref, f"a run of {state.who} has no end", state.wall_ns)
        yield from _permits(origin, state)


def _ended(origin: str, state: _Open) -> Iterator[Gap]:
    yield from _permits(origin, state)
    if not state.decided:
        told = f"{state.who} was let in, and nothing was decided"
        yield Gap("unused_token", state.ref, told, state.wall_ns)


def _permits(origin: str, state: _Open) -> Iterator[Gap]:
    for index, (place, wall) in state.permits.items():
        told = f"`{place}` was permitted to {state.who}, and what came of it is not on record"
        yield Gap("permit_without_effect", f"{origin}#{index}", told, wall)


def _who(record: Mapping[str, Any]) -> str:
    actor = record.get("actor")
    subject = actor.get("subject") if isinstance(actor, Mapping) else None
    return f"{subject or 'nobody'} ({record.get('tenant') or 'no tenant'})"
