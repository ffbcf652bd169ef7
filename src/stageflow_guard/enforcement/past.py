"""What happened before this guard was opened, as the signed records of its log say.

Read once, in full, when a guard is opened; from then on its own decisions are counted as they are
made. Time is that of records' monotonic clocks, which nobody can set: while a machine was off it
stood still, so that nothing is forgotten too early.

A sibling's record that no checkpoint of this guard's key commits to can only make a rule stricter:
it counts for `never` and `at_most`, and never for what `only` waits for.
"""

from __future__ import annotations

import json
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.query import LogEntry, iter_rows
from stageflow_guard.audit.read.signed_head import key_line
from stageflow_guard.audit.records.record import boot_id
from stageflow_guard.errors import AuditUnavailable, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from stageflow_guard.audit.read.lookup import OpenLog
    from stageflow_guard.policy.engine.flow import Flow, Marks

Place = tuple[str, str, str]  # within, tenant, name of the session or subject

# canonical bytes: keys are sorted and quotes in texts escaped, so that the first match is the field
_MONO = re.compile(rb'"boot":("[^"]*").*?"mono_ns":(\d+)', re.DOTALL)
_CAUSE = re.compile(rb'"decision_index":(\d+)')
_PERMIT, _EFFECT = b'"decision":"permit"', b'"kind":"effect"'
_START, _END = b'"kind":"run_start"', b'"kind":"run_end"'
TRIES = 100  # of reading a row of our own that is being signed meanwhile


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing on record: seconds since its log began, where, and what. `obj` None: untold."""

    at: float
    places: dict[str, Place]
    kind: str
    obj: str | None
    act: str
    ended: bool
    sure: bool


def past(flow: Flow, log: OpenLog, siblings: Sequence[Path]) -> dict[Place, Marks]:
    """Return the marks of sessions and subjects; times are those of `time.monotonic`.

    Raises `ConfigError` where the log was pruned of what a rule looks back to, `VerificationError`
    for a log that does not hold, `AuditUnavailable` when it cannot be read.
    """
    found: list[tuple[float, Happened]] = []
    trusted = key_line(log.folder).split("+", 2)[-1]
    for folder in (log.folder, *siblings):
        own = folder == log.folder
        sure = own or key_line(folder).split("+", 2)[-1] == trusted
        reading = _Reading(flow)
        for index, entry, signed in _own_rows(log) if own else _rows(folder):
            reading.take(index, entry, sure=sure and signed)
        now = reading.now()
        if read_minimum(folder) > 0:
            _require_covered(flow, folder, reading.elapsed)
        here = time.monotonic()
        found += [(here - (now - one.at), one) for one in reading.happened]
    marks: dict[Place, Marks] = {}
    for at, one in sorted(found, key=lambda pair: pair[0]):
        _mark(flow, marks, at, one)
    return marks


def _mark(flow: Flow, marks: dict[Place, Marks], at: float, one: Happened) -> None:
    for name, rule in flow.marked(one.kind, one.obj, one.act, ended=one.ended):
        place = one.places.get(rule.within)
        if place is None or (rule.only is not None and not one.sure):
            continue
        held = marks.setdefault(place, {})
        held.setdefault(name, deque(maxlen=rule.at_most or 1)).append(at)


def _require_covered(flow: Flow, folder: Path, covered: float) -> None:
    for name, rule in flow.wide.items():
        if rule.window is not None and rule.window > covered:
            raise ConfigError(
                f"{flow.where(name)}: rule `{name}` looks back {rule.window:g} s, and `{folder}` "
                f"was pruned to its last {covered:.0f} s; keep more of it, or shorten `window`"
            )


def _rows(folder: Path) -> Iterator[tuple[int, bytes, bool]]:
    for row in iter_rows(folder, read_minimum(folder)):
        yield row.index, row.entry, row.signed


def _own_rows(log: OpenLog) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the rows of the log that this process writes; the newest as it appended them."""
    start = read_minimum(log.folder)
    for _ in range(TRIES):
        for row in iter_rows(log.folder, start):
            entry = row.entry if row.signed else log.unsigned(row.index)
            if entry is None:  # signed meanwhile: read it again
                break
            yield row.index, entry, True
            start = row.index + 1
        else:
            return
        time.sleep(0.01)
    raise AuditUnavailable("the log could not be read back")


@dataclass(slots=True)
class _Reading:
    """One log, row by row."""

    flow: Flow
    elapsed: float = 0.0
    boot: bytes = b""
    mono: int = 0
    happened: list[Happened] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)  # by run, while it is open
    waiting: dict[int, Happened] = field(default_factory=dict)  # permits whose end counts

    def take(self, index: int, entry: bytes, *, sure: bool) -> None:
        """Go on to the next row."""
        self._clock(entry)
        if _PERMIT in entry:
            self._permit(index, LogEntry(index, entry, signed=True).stored, sure=sure)
        elif _EFFECT in entry:
            if self.waiting:
                self._effect(entry, sure=sure)
        elif _START in entry or _END in entry:
            self._run(LogEntry(index, entry, signed=True).stored)

    def now(self) -> float:
        """Return the seconds from the log's beginning until now."""
        same = self.boot == json.dumps(boot_id()).encode()
        return self.elapsed + (max(0, time.monotonic_ns() - self.mono) / 1e9 if same else 0.0)

    def _clock(self, entry: bytes) -> None:
        told = _MONO.search(entry)
        if told is None:  # another release's record; it takes no time
            return
        boot, mono = told[1], int(told[2])
        if boot == self.boot:
            self.elapsed += max(0, mono - self.mono) / 1e9
            self.mono = max(mono, self.mono)
        else:
            self.boot, self.mono = boot, mono

    def _run(self, record: dict[str, Any]) -> None:
        run = str(record.get("run"))
        if record.get("kind") == "run_end":
            self.sessions.pop(run, None)
            return
        session = self.sessions.get(str(record.get("parent_run"))) or record.get("session")
        if session is not None:
            self.sessions[run] = str(session)

    def _permit(self, index: int, record: dict[str, Any], *, sure: bool) -> None:
        kind, colon, obj = str(record.get("resource") or "").partition(":")
        act, tenant = record.get("action"), record.get("tenant")
        subject = (record.get("actor") or {}).get("subject")
        if record.get("kind") != "decision" or not (colon and act and tenant and subject):
            return
        places: dict[str, Place] = {"subject": ("subject", str(tenant), str(subject))}
        session = self.sessions.get(str(record.get("run")))
        if session is not None:
            places["session"] = ("session", str(tenant), session)
        untold = obj.startswith("sha256:") and "+" in obj  # a name too long for a record
        one = Happened(
            self.elapsed, places, kind, None if untold else obj, str(act), ended=False, sure=sure
        )
        if any(self.flow.marked(one.kind, one.obj, one.act, ended=False)):
            self.happened.append(one)
        if any(self.flow.marked(one.kind, one.obj, one.act, ended=True)):
            if (record.get("note") or {}).get("done") is True:  # it ended with its answer
                self._end(one, sure=sure)
            else:
                self.waiting[index] = one

    def _effect(self, entry: bytes, *, sure: bool) -> None:
        cause = _CAUSE.search(entry)
        one = None if cause is None else self.waiting.pop(int(cause[1]), None)
        if one is not None and b'"outcome":"ok"' in entry:
            self._end(one, sure=sure)

    def _end(self, one: Happened, *, sure: bool) -> None:
        self.happened.append(
            Happened(
                self.elapsed,
                one.places,
                one.kind,
                one.obj,
                one.act,
                ended=True,
                sure=sure and one.sure,
            )
        )
