"""A worker per sink: one that is silent, slow or failing holds up no pipeline and no other sink."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from stageflow_guard.audit.export.exporter import Exporter, Lag
from stageflow_guard.errors import GuardError


class Shipping:
    """Keeps exporters going beside a writer, each on a thread of its own."""

    def __init__(self, exporters: Sequence[Exporter], *, every: float = 1.0) -> None:
        self._exporters = list(exporters)
        self._every = every
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._go_on, args=(one,), name="audit-sink", daemon=True)
            for one in self._exporters
        ]
        for thread in self._threads:
            thread.start()

    def _go_on(self, exporter: Exporter) -> None:
        wait = self._every
        while not self._stop.wait(wait):
            wait = max(self._every, _attempt(exporter, final=False))
        _attempt(exporter, final=True)
        exporter.close()

    def stop(self, deadline: float) -> list[Lag]:
        """Ship the rest, for at most `deadline` seconds; return how far each sink is behind."""
        until = time.monotonic() + deadline
        self._stop.set()
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return self.lags()

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
