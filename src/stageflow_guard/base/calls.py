"""Calls to a store or a server that may hang: on a few threads of their own, each by a deadline.

The event loop's default threads serve everybody, and the interpreter waits for them when it ends. A
store that does not answer would take one after the other, and then hold up the process. So each
store has its own, which nobody waits for.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Future[Any], Callable[[], Any]]

MOST = 8  # calls of one store at a time; further ones wait, by their own deadline
WAITING = 10_000  # calls that may wait; a store that hangs for good must not fill the memory
TURN = 7.0  # seconds for another call of the same connection
IDLE = 10.0  # seconds after which a thread without work ends


@contextmanager
def turn(lock: threading.Lock, seconds: float = TURN) -> Iterator[None]:
    """Hold `lock`; raise `TimeoutError` when whoever has it hangs: one thread hangs, not all."""
    if not lock.acquire(timeout=seconds):
        raise TimeoutError
    try:
        yield
    finally:
        lock.release()


class Calls:
    """The calls of one store. Serves any number of event loops; forgets what hangs."""

    __slots__ = ("_jobs", "_lock", "_most", "_name", "_threads", "_waiting")

    def __init__(self, name: str, most: int = MOST) -> None:
        self._name, self._most = name, most
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()  # None: end
        self._lock = threading.Lock()
        self._jobs = 0  # that wait or are done; each has a thread of its own, up to `most`
        self._threads = 0

    async def answer(self, seconds: float, work: Callable[[], T]) -> T:
        """Return what `work` returns on another thread; raise what it raises.

        Raises `TimeoutError` after `seconds`, and at once where too many wait already. Work that
        has begun by then goes on by itself, and its answer counts for nothing; work that has not
        begun never does.
        """
        job: Future[T] = Future()
        with self._lock:
            if self._jobs >= WAITING:
                raise TimeoutError
            self._jobs += 1
            self._waiting.put((job, work))
            if self._threads < min(self._jobs, self._most):
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()
                self._threads += 1
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(job)

    def _serve(self) -> None:
        while True:
            try:
                found = self._waiting.get(timeout=IDLE)
            except queue.Empty:
                found = None
            if found is not None:
                self._do(*found)
            with self._lock:
                if found is not None:
                    self._jobs -= 1
                elif self._jobs < self._threads:  # the others are enough
                    self._threads -= 1
                    return
            del found  # its answer may hold text

    def end(self) -> None:
        """End the threads, those that hang when they come back. A later call starts others."""
        with self._lock:
            for _ in range(self._threads):
                self._waiting.put(None)

    @staticmethod
    def _do(job: Future[Any], work: Callable[[], Any]) -> None:
        if not job.set_running_or_notify_cancel():
            return
        try:
            answer = work()
        except BaseException as error:
            job.set_exception(error)
        else:
            job.set_result(answer)
