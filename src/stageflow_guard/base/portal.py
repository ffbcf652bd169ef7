"""One event loop on one thread, for callers that have none.

A call takes the caller's context along, so that the session of the calling thread counts.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


def require_no_loop(instead: str) -> None:
    """Raise `ConfigError` inside a running event loop; `instead` is what to write there."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise ConfigError(f"this was called inside a running event loop; write `{instead}`")


class Portal:
    """Runs coroutines for synchronous callers. The thread begins with the first call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns, run on the portal's loop; the caller's thread waits.

        Raises what `work` raises, and `ConfigError` on the portal's own thread or after a fork.
        """
        try:
            loop = self._running()
        except BaseException:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        if os.getpid() != self._pid:
            raise ConfigError("this guard was built before a fork; build one in each worker")
        with self._lock:
            if self._thread is threading.current_thread():
                raise ConfigError("a synchronous call on the guard's own loop waits for itself")
            if self._loop is None:
                started = threading.Event()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._serve, args=(self._loop, started), name="guard-portal", daemon=True
                )
                self._thread.start()
                started.wait()
            return self._loop

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop, started: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(started.set)
        try:
            loop.run_forever()
        finally:
            loop.close()

    def stop(self) -> None:
        """End the thread; the next call starts another. Does nothing on the portal's own thread."""
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
            if thread is threading.current_thread():
                self._loop = loop
                return
            self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
