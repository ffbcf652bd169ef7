"""From the log to a sink: a durable cursor, at least once, in order, nothing lost in silence.

1. at every connection, compare the cursor with what the sink says that it holds: another log of
   this origin is a fork, records that it has lost are sent again
2. read on from the cursor, up to the signed checkpoint: what a sink holds is never ahead of it
3. send; what is refused for good goes to the dead letters, durable
4. move the cursor, durable: a crash before this step sends the batch again
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stageflow_guard.audit.export.dead_letters import DeadLetter, DeadLetters
from stageflow_guard.audit.export.progress import Progress
from stageflow_guard.audit.export.reading import LogReading
from stageflow_guard.audit.export.sink import (
    ForkedSink,
    Inventory,
    Shipped,
    Sink,
    SinkUnavailable,
)
from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.signed_head import require_attested_minimum, signed_head
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, parse
from stageflow_guard.audit.tlog.consistency import grew_out_of, require_prefix
from stageflow_guard.audit.tlog.storage import entry_at
from stageflow_guard.base.durable import make_dirs, take_lock
from stageflow_guard.base.opening import require_own
from stageflow_guard.base.version import page
from stageflow_guard.errors import GuardError, VerificationError

__all__ = ["Exporter", "ForkedSink", "Lag"]

LONGEST_WAIT = 60.0  # seconds between two tries
LONGEST_TURN = 2.0  # seconds that a worker waits for another one's batch
# not the module's own numbers: a thread of ours would change what the application draws from a seed
_SPREAD = random.Random()  # noqa: S311 - spreads retries, guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far a sink is behind: records that are signed and not there, and what went wrong last.

    `seconds` is the age of the oldest of them; `lost` counts those that were there once, are not
    any more, and cannot be sent again. `log` is the log's id, empty before its first record.
    """

    sink: str
    origin: str
    log: str
    records: int
    seconds: float
    dead: int
    lost: int = 0
    error: str | None = None


class Exporter:
    """Ships one log to one sink. One exporter per (log, sink) at a time, held by a file lock.

    `known` are ids of other logs of this origin that a person has looked at: they may be at the
    sink, and nothing of theirs is touched. Any other is a fork. Exporters of one log may share its
    `reading`.
    """

    def __init__(
        self, log: str | Path, sink: Sink, state: str | Path, *, known: Iterable[str] = (),
        reading: LogReading | None = None,
    ) -> None:  # fmt: skip
        self._log = Path(log)
        self._reading = reading or LogReading(self._log)
        self._sink = sink
        self._known = frozenset(known)
        self._lost = 0
        self._confirmed = False
        self._error: str | None = None
        self._failures = 0
        make_dirs(Path(state).absolute(), above=Path("/"))
        require_own(Path(state))
        self.origin = signed_head(self._log)[0].origin
        self._progress = Progress(Path(state), self.origin)
        self._turns = Path(state) / "turn.lock"
        self._log_id = self._name = ""  # as the log says, as the sink calls it

    def run(self, *, final: bool = True) -> int:
        """Ship what is signed and not yet there; return how many records went.

        With `final`, small remainders too. Raises `SinkUnavailable` when the sink did not answer,
        `ForkedSink` when it holds another log under this origin, `VerificationError` when the
        cursor belongs to another history than the log's, when the log's key did not sign the
        checkpoint, and before a bundle that is not in its tree is sent.
        """
        with self._alone():
            minimum = read_minimum(self._log)
            head, note = signed_head(self._log)
            try:
                at = self._confirm(self._position(head), head, minimum)
            except GuardError as error:
                self._note(error)
                raise
            if at < minimum:  # a sink that came after the pruning gets what is left
                require_attested_minimum(self._log, head, minimum)
                at = minimum
            sent = 0
            if head.size == at or (head.size - at < self._sink.least and not final):
                self._note(None)
                return 0
            try:
                for batch in self._batches(at, head):
                    with self._turn():
                        rejected = self._sink.send(batch, note)
                    self.dead.add(rejected)
                    sent += len(batch)
                    self._progress.commit(batch[-1].index + 1, note)
            except GuardError as error:
                self._note(error)
                raise
            self._note(None)
            return sent

    def check(self) -> None:
        """Compare the cursor with what the sink holds; `lag` counts what it has lost.

        Raises `ForkedSink` for another log's records, `SinkUnavailable` without an answer.
        """
        with self._alone():
            head, note = signed_head(self._log)
            try:
                at = self._position(head)
                self._confirmed = False
                again = self._confirm(at, head, read_minimum(self._log))
            except GuardError as error:
                self._note(error)
                raise
            if again < at:
                self._progress.commit(again, note)

    def lag(self) -> Lag:
        """Return how far the sink is behind; a log that does not hold is its `error`."""
        head, _ = signed_head(self._log)
        try:
            self._recognize(head)
        except (VerificationError, OSError) as error:
            self._error = self._error or str(error)
        at = max(self._progress.read()[0], read_minimum(self._log))
        return Lag(
            sink=self._sink.kind, origin=self.origin, log=self._log_id,
            records=max(0, head.size - at) + self._lost,
            seconds=self._age(at, head), dead=self._progress.dead.count(), lost=self._lost,
            error=self._error,
        )  # fmt: skip

    @property
    def kind(self) -> str:
        """The sink's kind."""
        return self._sink.kind

    @property
    def next(self) -> int:
        """The index that is shipped next: every record below it was there once."""
        self._recognize(signed_head(self._log)[0])
        return self._progress.read()[0]

    @property
    def dead(self) -> DeadLetters:
        """What the intake refused for good."""
        self._recognize(signed_head(self._log)[0])
        return self._progress.dead

    def _age(self, at: int, head: Checkpoint) -> float:
        """Return the age of the oldest record that is signed and not shipped, in seconds."""
        if at >= head.size:
            return 0.0
        try:
            wall = readable(entry_at(self._log, at, head.size)).get("wall_ns")
        except (VerificationError, OSError, ValueError, RecursionError):
            wall = None
        return round(max(0.0, time.time() - wall / 1e9), 3) if type(wall) is int else 0.0

    def dead_letters(self) -> list[DeadLetter]:
        """Return what the intake refused for good."""
        return self.dead.read()

    def resend(self) -> tuple[int, int]:
        """Send the dead letters once more; return how many records went, and how many stay."""
        with self._alone():
            letters = self.dead.read()
            head, note = signed_head(self._log)
            minimum, went, stay = read_minimum(self._log), 0, list[DeadLetter]()
            self._confirm(self._position(head), head, minimum)
            self._confirmed = False  # where to go on is not kept here
            for letter in letters:
                batch = [
                    Shipped(self.origin, i, entry_at(self._log, i, head.size), self._name)
                    for i in letter.indices
                    if minimum <= i < head.size
                ]
                rejected = self._sink.send(batch, note) if batch else []
                went += len(batch) - sum(one.count for one in rejected)
                stay += [
                    DeadLetter(one.index, f"{self.origin}#{one.index}", one.reason, one.last,
                               one.count)
                    for one in rejected
                ]  # fmt: skip
            if letters:
                self.dead.keep_only(stay)
            return went, sum(one.count for one in stay)

    def wait(self, error: GuardError) -> float:
        """Return how many seconds to wait before the next try: what the intake asked, else more."""
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return float(min(asked, LONGEST_WAIT))
        spread = _SPREAD.uniform(0.5, 1.0)
        return float(min(LONGEST_WAIT, 0.25 * 2**self._failures)) * spread

    def close(self) -> None:
        """Let the sink's connections go."""
        self._sink.close()

    def failed(self, exc: Exception) -> SinkUnavailable:
        """Take note of a failure that the sink did not translate; its text may hold anything."""
        error = SinkUnavailable(f"the sink failed ({type(exc).__name__})")
        self._note(error)
        return error

    # -- one step at a time ------------------------------------------------------------------------

    def _batches(self, at: int, head: Checkpoint) -> Iterator[list[Shipped]]:
        flow = (
            Shipped(self.origin, index, entry, self._name, shared)
            for index, entry, shared in self._reading.entries(head, at)
        )
        while batch := list(islice(flow, self._sink.batch)):
            yield batch

    def _recognize(self, head: Checkpoint) -> None:
        """Learn the log's id, which it has from its first record on."""
        if not self._log_id and head.size:
            self._log_id = self._name = log_id(self._log, head)
            self._progress.take(self._log_id, lambda note: self._grew_out_of(note, head))

    def _position(self, head: Checkpoint) -> int:
        """Return the cursor; raise when the log is not the one that it was taken from."""
        self._recognize(head)
        for other in sorted(self._progress.others() - self._known):
            if other or not self._known:
                raise self._fork(f"was shipped another log before ({other or 'no id'})")
        at, note = self._progress.read()
        if note is not None:
            require_prefix(self._log, parse(note)[0], head, by=f"the sink `{self._sink.kind}`")
        return at

    def _confirm(self, at: int, head: Checkpoint, minimum: int) -> int:
        """Return where to go on: `at`, or the first record that the sink has lost."""
        if self._confirmed:
            return at
        held = self._sink.inventory(self.origin)
        self._lost = 0
        if held is not None:
            own = self._own(held, head)
            if own is not None:
                self._require_same_log(own, head)
            at = self._require_complete(own, at, minimum)
        self._confirmed = True
        return at

    def _own(self, held: list[Inventory], head: Checkpoint) -> Inventory | None:
        """Return what the sink holds of this log; raise `ForkedSink` for any log nobody knows.

        A copy whose checkpoint this log grew out of is its own, whatever it is called there.
        """
        by_id = {one.log: one for one in held if one.count}
        own = by_id.pop(self._log_id, None) if self._log_id else None
        self._name = self._log_id
        for one in by_id.values():
            if one.note is not None and self._grew_out_of(one.note, head):
                if own is None:
                    own, self._name = one, one.log
            elif one.log not in self._known and (one.log or not self._known):
                raise self._fork(
                    f"holds {one.count} records of another log ({one.log or 'no id'})",
                    max(0, one.last),
                )
        return own

    def _grew_out_of(self, note: bytes, head: Checkpoint) -> bool:
        return grew_out_of(self._log, parse(note)[0], head)

    def _fork(self, what: str, index: int | None = None) -> ForkedSink:
        own = f"; this log is {self._log_id}" if self._log_id else ""
        return ForkedSink(
            f"fork: the sink `{self._sink.kind}` {what} under `{self.origin}`{own}; give this log "
            f"a new shard or origin, or restore the other ({page('how-to/lost-log')})",
            index=index,
        )

    def _require_same_log(self, held: Inventory, head: Checkpoint) -> None:
        if held.note is not None and not self._grew_out_of(held.note, head):
            size = parse(held.note)[0].size
            raise self._fork(
                f"holds a checkpoint of {size} records that this log did not grow out of",
                max(0, size - 1),
            )
        if held.last >= head.size and held.note is None:
            raise self._fork(f"holds record {held.last}, which this log does not have")

    def _require_complete(self, held: Inventory | None, at: int, minimum: int) -> int:
        if held is None:
            return min(at, minimum)
        if not held.whole or held.first > minimum:
            if not self._sink.refills:
                self._lost = held.last + 1 - min(minimum, held.first) - held.count
            else:
                return min(at, minimum)
        return min(at, held.last + 1)

    def _note(self, error: GuardError | None) -> None:
        self._error = str(error) if error is not None else None
        self._failures = self._failures + 1 if error is not None else 0
        if error is not None:
            self._confirmed = False  # the next connection asks again what is there

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the workers of this host send one after the other, where their sink gains by it.

        One that stays in its turn for long holds up nobody: each sink is right without turns.
        """
        fd = None
        if getattr(self._sink, "in_turns", False):
            with contextlib.suppress(BlockingIOError):
                fd = take_lock(self._turns, seconds=LONGEST_TURN)
        try:
            yield
        finally:
            if fd is not None:
                os.close(fd)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            fd = take_lock(self._progress.lock, seconds=0)
        except BlockingIOError:
            raise SinkUnavailable("another process ships this log to this sink") from None
        try:
            yield
        finally:
            os.close(fd)
