"""From the log to a sink: a durable cursor, at least once, in order, nothing lost in silence.

1. at every connection, compare the cursor with what the sink says that it holds: another log of
   this origin is a fork, records that it has lost are sent again
2. read on from the cursor, up to the signed checkpoint: what a sink holds is never ahead of it
3. send; what is refused for good goes to the dead letters, durable
4. move the cursor, durable: a crash before this step sends the batch again
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stageflow_guard.audit.export.dead_letters import DeadLetter, DeadLetters
from stageflow_guard.audit.export.sink import Inventory, Shipped, Sink, SinkUnavailable, slug
from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.signed_entries import attested
from stageflow_guard.audit.read.signed_head import require_attested_minimum, signed_head
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, parse
from stageflow_guard.audit.tlog.consistency import require_prefix
from stageflow_guard.audit.tlog.storage import entry_at
from stageflow_guard.base.durable import make_dirs, take_lock, write_durably
from stageflow_guard.base.opening import require_own
from stageflow_guard.errors import ConfigError, GuardError, VerificationError

LONGEST_WAIT = 60.0  # seconds between two tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far a sink is behind: records that are signed and not there, and what went wrong last.

    `seconds` is the age of the oldest of them; `lost` counts those that were there once, are not
    any more, and cannot be sent again.
    """

    sink: str
    origin: str
    records: int
    seconds: float
    dead: int
    lost: int = 0
    error: str | None = None


class ForkedSink(VerificationError):
    """The sink holds records of another log under this log's origin."""

    code = "forked"


class Exporter:
    """Ships one log to one sink. One exporter per (log, sink) at a time, held by a file lock."""

    def __init__(self, log: str | Path, sink: Sink, state: str | Path) -> None:
        self._log = Path(log)
        self._sink = sink
        self._state = Path(state)
        self._lost = 0
        self._confirmed = False
        self._error: str | None = None
        self._failures = 0
        make_dirs(self._state.absolute(), above=Path("/"))
        require_own(self._state)
        self.origin = signed_head(self._log)[0].origin
        name = slug(self.origin)
        self._cursor = self._state / f"{name}.cursor"
        self.dead = DeadLetters(self._state / f"{name}.dead.jsonl", self.origin)

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
                    rejected = self._sink.send(batch, note)
                    self.dead.add(rejected)
                    sent += len(batch)
                    self._commit_cursor(batch[-1].index + 1, note)
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
            at = self._position(head)
            try:
                self._confirmed = False
                again = self._confirm(at, head, read_minimum(self._log))
            except GuardError as error:
                self._note(error)
                raise
            if again < at:
                self._commit_cursor(again, note)

    def lag(self) -> Lag:
        """Return how far the sink is behind."""
        head, _ = signed_head(self._log)
        at = max(self.next, read_minimum(self._log))
        return Lag(
            sink=self._sink.kind, origin=self.origin, records=max(0, head.size - at) + self._lost,
            seconds=self._age(at, head), dead=self.dead.count(), lost=self._lost,
            error=self._error,
        )  # fmt: skip

    @property
    def kind(self) -> str:
        """The sink's kind."""
        return self._sink.kind

    @property
    def next(self) -> int:
        """The index that is shipped next: every record below it was there once."""
        return self._read_cursor()[0]

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
            for letter in letters:
                batch = [
                    Shipped(self.origin, i, entry_at(self._log, i, head.size))
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
        spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
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
        def entries() -> Iterator[Shipped]:
            for first, found in attested(self._log, head, at):
                for offset, entry in enumerate(found):
                    if first + offset >= at:
                        yield Shipped(self.origin, first + offset, entry)

        flow = entries()
        while batch := list(islice(flow, self._sink.batch)):
            yield batch

    def _position(self, head: Checkpoint) -> int:
        """Return the cursor; raise when the log is not the one that it was taken from."""
        at, note = self._read_cursor()
        if note is None:
            return at
        require_prefix(self._log, parse(note)[0], head)
        return at

    def _confirm(self, at: int, head: Checkpoint, minimum: int) -> int:
        """Return where to go on: `at`, or the first record that the sink has lost."""
        if self._confirmed:
            return at
        held = self._sink.inventory(self.origin)
        self._lost = 0
        if held is not None:
            self._require_same_log(held, head)
            at = self._require_complete(held, at, minimum)
        self._confirmed = True
        return at

    def _require_same_log(self, held: Inventory, head: Checkpoint) -> None:
        theirs = parse(held.note)[0] if held.note is not None else None
        try:
            if theirs is not None:
                require_prefix(self._log, theirs, head)
        except VerificationError as exc:
            if exc.path is not None:  # a tile of this log is missing: that is another finding
                raise
            size = theirs.size if theirs is not None else 0
            raise ForkedSink(
                f"fork: the sink `{self._sink.kind}` holds a checkpoint of {size} records of "
                f"another log under `{self.origin}`; give this log a new shard or origin "
                "(docs/how-to/central-log.md)",
                index=max(0, size - 1),
            ) from None
        if held.count and held.last >= head.size and theirs is None:
            raise ForkedSink(
                f"fork: the sink `{self._sink.kind}` holds record {held.last} of "
                f"`{self.origin}`, which this log does not have; give it a new shard or origin "
                "(docs/how-to/central-log.md)"
            )

    def _require_complete(self, held: Inventory, at: int, minimum: int) -> int:
        if not held.count:
            return min(at, minimum)
        if not held.whole or held.first > minimum:
            if not self._sink.refills:
                self._lost = held.last + 1 - min(minimum, held.first) - held.count
            else:
                return min(at, minimum)
        return min(at, held.last + 1)

    def _read_cursor(self) -> tuple[int, bytes | None]:
        try:
            content = json.loads(self._cursor.read_text(encoding="utf-8"))
            at, note = content["next"], content["checkpoint"]
            if type(at) is not int or type(note) is not str:
                raise ValueError("not a cursor")
            if not 0 <= at <= parse(note.encode())[0].size:  # it would pass over what was not sent
                raise ValueError("not a cursor")
        except FileNotFoundError:
            return 0, None
        except (ValueError, KeyError, TypeError, VerificationError):
            raise ConfigError(
                f"cursor `{self._cursor}` is damaged; remove it to ship everything again"
            ) from None
        return at, note.encode()

    def _commit_cursor(self, at: int, note: bytes) -> None:
        content = {"origin": self.origin, "next": at, "checkpoint": note.decode()}
        write_durably(self._cursor, json.dumps(content).encode())

    def _note(self, error: GuardError | None) -> None:
        self._error = str(error) if error is not None else None
        self._failures = self._failures + 1 if error is not None else 0
        if error is not None:
            self._confirmed = False  # the next connection asks again what is there

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            fd = take_lock(self._cursor.with_suffix(".lock"), seconds=0)
        except BlockingIOError:
            raise SinkUnavailable("another process ships this log to this sink") from None
        try:
            yield
        finally:
            os.close(fd)
