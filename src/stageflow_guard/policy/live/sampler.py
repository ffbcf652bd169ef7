"""A sample of decisions, asked of pycasbin again, on a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy.engine.policyset import PolicySet

logger = logging.getLogger("stageflow_guard")
WAITING = 64  # a burst may drop samples; it may not grow memory, or slow a decision
LARGEST = 2000  # lines of a tenant: pycasbin walks them all at every question


class Sampler:
    """Compares index and pycasbin on a thread that starts with the first sample."""

    def __init__(self, alarm: Callable[[AccessRequest], None]) -> None:
        self._alarm = alarm
        self._queue: queue.Queue[tuple[PolicySet, AccessRequest] | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.checked = 0

    def take(self, policies: PolicySet, request: AccessRequest) -> None:
        """Queue one question; never waits, never raises for a full queue."""
        if not policies.indexed or self._closed:
            return
        if self._thread is None:
            self._start()
        try:
            self._queue.put_nowait((policies, request))
        except queue.Full:
            return

    def close(self) -> None:
        """Stop after the question at hand."""
        self._closed = True
        if self._thread is None:
            return
        with contextlib.suppress(queue.Full):  # the thread looks at `_closed` anyway
            self._queue.put_nowait(None)
        self._thread.join(5.0)
        with self._lock:  # a guard that is opened again checks again
            self._thread = None
            self._queue = queue.Queue(WAITING)
            self._closed = False

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="stageflow-guard-sampler", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        waiting = self._queue
        while not self._closed and waiting is self._queue:
            item = waiting.get()
            if item is None:
                return
            policies, request = item
            if policies.knows(request.ten) and len(policies.tenant(request.ten).rules) > LARGEST:
                continue
            try:
                same = policies.agrees(request)
            except Exception:  # a check that cannot be made has not agreed
                same = False
            self.checked += 1
            if not same:
                logger.error(
                    "index and pycasbin differ; pycasbin decides from now on: tenant=%s kind=%s",
                    request.ten, request.kind,
                )  # fmt: skip
                self._alarm(request)
