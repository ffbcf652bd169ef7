"""A copy of every checkpoint in a second place: the anchor against a rollback.

A permit depends on the log's own disk only; the second place holds no record. Losing it stops no
open run: a warning, a `checkpoint_copy` record and `health()` say it. After the grace no new run
begins until it is back. Opening a log needs it at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stageflow_guard.base.durable import write_durably

logger = logging.getLogger("stageflow_guard")

RETRY = 1.0  # seconds between attempts while it is away
GRACE = 60.0


class CheckpointCopy:
    """Keeps the newest checkpoint at `path`, on a thread of its own, so that it may hang.

    `tell` is called with what is to go on record, whenever the place is lost or back.
    """

    def __init__(
        self, path: Path, *, grace: float, tell: Callable[[dict[str, Any]], object]
    ) -> None:
        self.path = path
        self._grace = grace
        self._tell = tell
        self._news = threading.Condition()
        self._note: bytes | None = None  # what is not yet there
        self._since = 0.0  # since when it is due
        self._lost = False
        self._why = ""
        self._losses = 0
        self._ending = False
        self._thread: threading.Thread | None = None

    def begin(self, note: bytes) -> None:
        """Put the first checkpoint there, then go on in the background; raises `OSError`."""
        write_durably(self.path, note)
        self._thread = threading.Thread(target=self._keep_forever, name="audit-copy", daemon=True)
        self._thread.start()

    def keep(self, note: bytes) -> None:
        """Take the newest checkpoint; it is there a moment later, or its absence is told."""
        with self._news:
            if self._note is None:
                self._since = time.monotonic()
            self._note = note
            self._news.notify_all()

    @property
    def behind(self) -> float:
        """For how many seconds a newer checkpoint has been waiting to get there; 0 for none."""
        # asked before every record: without the lock, and right to within one checkpoint
        return time.monotonic() - self._since if self._note is not None else 0.0

    def refuses(self) -> str | None:
        """Say why no new run may begin, or None."""
        behind = self.behind
        if behind <= self._grace:
            return None
        return f"the second place of checkpoints has not answered for {behind:.0f} s"

    def health(self) -> dict[str, Any]:
        """Return state without secrets."""
        behind = self.behind
        return {
            "reachable": not self._lost and behind <= max(RETRY, 1.0),
            "behind_s": round(behind, 1),
            "refuses": self.refuses() is not None,
            "losses": self._losses,
            "why": self._why or None,
        }

    def end(self, patience: float) -> None:
        """Wait so long for the last checkpoint to get there; say so when it does not."""
        with self._news:
            self._ending = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(patience)
        if self._note is not None:
            logger.warning(
                "checkpoint_copy `%s` was not reachable at the end; it holds an older checkpoint",
                self.path,
            )

    def _keep_forever(self) -> None:
        while True:
            with self._news:
                while self._note is None and not self._ending:
                    self._news.wait()
                note, ending = self._note, self._ending
            if note is None:
                return
            try:
                write_durably(self.path, note)
            except Exception as exc:  # whatever it was: the place did not take it
                self._failed(getattr(exc, "strerror", None) or type(exc).__name__)
                if ending:
                    return
                with self._news:
                    if not self._ending:
                        self._news.wait_for(lambda: self._ending, RETRY)
                continue
            self._arrived(note)

    def _failed(self, why: str) -> None:
        self._why = why
        if self._lost:
            return
        self._lost = True
        self._losses += 1
        logger.warning("checkpoint_copy `%s` is not reachable: %s", self.path, why)
        self._record("lost", {"why": why})

    def _arrived(self, note: bytes) -> None:
        away = self.behind
        with self._news:
            if self._note is note:
                self._note = None
            else:
                self._since = time.monotonic()
        if not self._lost:
            return
        self._lost, self._why = False, ""
        logger.warning("checkpoint_copy `%s` is reachable again after %.0f s", self.path, away)
        self._record("restored", {"away_s": int(away)})

    def _record(self, outcome: str, note: dict[str, Any]) -> None:
        try:
            self._tell({"kind": "checkpoint_copy", "outcome": outcome, "note": note})
        except Exception:  # the log is closed or poisoned, and says so itself
            logger.warning("checkpoint_copy was %s; that could not be recorded", outcome)
