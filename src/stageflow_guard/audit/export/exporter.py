"""From the log to a sink: a durable cursor, at least once, in order, nothing lost in silence.

1. read on from the cursor, up to the signed checkpoint: what a sink holds is never ahead of it
2. send; what is refused for good goes to the dead letters, durable
3. move the cursor, durable: a crash before this step sends the batch again
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stageflow_guard.audit.export.sink import RejectedRecord, Shipped, Sink, SinkUnavailable, slug
from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.signed_entries import attested
from stageflow_guard.audit.read.signed_head import require_attested_minimum, signed_head
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, parse
from stageflow_guard.audit.tlog.consistency import require_prefix
from stageflow_guard.base.durable import append_durably, make_dirs, take_lock, write_durably
from stageflow_guard.base.opening import require_own
from stageflow_guard.errors import ConfigError, GuardError, VerificationError

LONGEST_WAIT = 60.0  # seconds between two tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far a sink is behind: records that are signed and not there, and what went wrong last."""

    sink: str
    origin: str
    records: int
    seconds: float
    dead: int
    error: str | None = None


class Exporter:
    """Ships one log to one sink. One exporter per (log, sink) at a time, held by a file lock."""

    def __init__(self, log: str | Path, sink: Sink, state: str | Path) -> None:
        self._log = Path(log)
        self._sink = sink
        self._state = Path(state)
        self._since: float | None = None
        self._error: str | None = None
        self._failures = 0
        make_dirs(self._state.absolute(), above=Path("/"))
        require_own(self._state)
        self.origin = signed_head(self._log)[0].origin
        name = slug(self.origin)
        self._cursor = self._state / f"{name}.cursor"
        self._dead = self._state / f"{name}.dead.jsonl"

    def run(self, *, final: bool = True) -> int:
        """Ship what is signed and not yet there; return how many records went.

        With `final`, small remainders too. Raises `SinkUnavailable` when the sink did not answer,
        `VerificationError` when the cursor belongs to another history than the log's, when the
        log's key did not sign the checkpoint, and before a bundle that is not in its tree is sent.
        """
        with self._alone():
            minimum = read_minimum(self._log)
            head, note = signed_head(self._log)
            at = self._position(head)
            if at < minimum:  # a sink that came after the pruning gets what is left
                require_attested_minimum(self._log, head, minimum)
                at = minimum
            sent = 0
            if head.size == at or (head.size - at < self._sink.least and not final):
                self._note(head.size - at, None)
                return 0
            try:
                for batch in self._batches(at, head):
                    rejected = self._sink.send(batch, note)
                    self._dead_letter(batch, rejected)
                    sent += len(batch)
                    self._commit_cursor(batch[-1].index + 1, note)
            except GuardError as error:
                self._note(head.size - at - sent, error)
                raise
            self._note(0, None)
            return sent

    def lag(self) -> Lag:
        """Return how far the sink is behind."""
        head, _ = signed_head(self._log)
        at = self._read_cursor()[0]
        since = time.monotonic() - self._since if self._since is not None else 0.0
        return Lag(
            sink=self._sink.kind, origin=self.origin, records=max(0, head.size - at),
            seconds=round(since, 3), dead=len(self.dead_letters()), error=self._error,
        )  # fmt: skip

    def dead_letters(self) -> list[dict[str, object]]:
        """Return what the intake refused for good: index, reason."""
        if not self._dead.exists():
            return []
        lines = self._dead.read_text(encoding="utf-8").splitlines()
        return list({one["index"]: one for one in map(json.loads, lines)}.values())

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
        self._note(1, error)
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

    def _dead_letter(self, batch: Sequence[Shipped], rejected: list[RejectedRecord]) -> None:
        if not rejected:
            return
        keys = {one.index: one.key for one in batch}
        lines = "".join(
            json.dumps({"index": r.index, "ref": keys[r.index], "reason": r.reason}) + "\n"
            for r in rejected
        )
        append_durably(self._dead, lines.encode())

    def _note(self, behind: int, error: GuardError | None) -> None:
        self._error = str(error) if error is not None else None
        self._failures = self._failures + 1 if error is not None else 0
        if behind == 0:
            self._since = None
        elif self._since is None:
            self._since = time.monotonic()

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


class Shipping:
    """A thread that keeps exporters going beside a writer; a sink that fails stops no pipeline."""

    def __init__(self, exporters: Sequence[Exporter], *, every: float = 1.0) -> None:
        self._exporters = list(exporters)
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="audit-sinks", daemon=True)
        self._thread.start()

    def _go_on(self) -> None:
        due = dict.fromkeys(self._exporters, 0.0)
        while not self._stop.wait(self._every):
            for one in self._exporters:
                if time.monotonic() >= due[one]:
                    due[one] = time.monotonic() + _attempt(one, final=False)

    def stop(self, deadline: float) -> list[Lag]:
        """Ship the rest, for at most `deadline` seconds; return how far each sink is behind."""
        self._stop.set()
        last = threading.Thread(target=self._finish, name="audit-sinks-last", daemon=True)
        last.start()
        last.join(deadline)
        return self.lags()

    def _finish(self) -> None:
        self._thread.join()
        for one in self._exporters:
            _attempt(one, final=True)
            one.close()

    def lags(self) -> list[Lag]:
        """Return how far each sink is behind."""
        return [one.lag() for one in self._exporters]


def _attempt(exporter: Exporter, *, final: bool) -> float:
    """Ship once; return the seconds to wait before the next time."""
    try:
        exporter.run(final=final)
    except GuardError as error:
        return exporter.wait(error)
    except Exception as exc:  # a client's own failure is the sink's, never the pipeline's
        return exporter.wait(exporter.failed(exc))
    return 0.0
