"""Work on a few threads, of which no tenant has more than its turn.

Tenants wait in a ring: each place that falls free takes the oldest work of the next tenant. A
tenant has at most its budget of places at a time. The last place takes only what is short, so that
it never waits for something long.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from stageflow_guard.errors import InspectorUnavailable

T = TypeVar("T")
CLOSED = "the inspector is closed"
LOST = 16  # threads that never came back, for which another was started


class _Work:
    """What one caller waits for. `place` is where it is done, once it is."""

    __slots__ = ("answer", "place", "size", "tenant", "work")

    def __init__(self, tenant: str, size: int, work: Callable[[int], Any]) -> None:
        self.tenant, self.size, self.work = tenant, size, work
        self.answer: Future[Any] = Future()
        self.place: int | None = None


class FairQueue:
    """`places` pieces of work are done at once, of one tenant at most `budget`.

    `short` is the most that the last place takes; 0: anything. `size` of a piece is its length in
    characters. `give_up(place)` is called when a caller waits no longer for work that goes on at
    `place`, to end it. Serves callers of any number of event loops.
    """

    def __init__(
        self, name: str, places: int, *, budget: int, short: int = 0,
        give_up: Callable[[int], None] = lambda place: None,
    ) -> None:  # fmt: skip
        self._places, self._budget, self._short = places, budget, short
        self._give_up = give_up
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[_Work]] = OrderedDict()
        self._busy: dict[int, _Work | None] = {}  # None: a thread comes, or looks for work
        self._lost = 0
        self._closed = False
        self._threads = ThreadPoolExecutor(places + LOST, thread_name_prefix=name)

    async def run(self, tenant: str, size: int, work: Callable[[int], T], seconds: float) -> T:
        """Return what `work(place)` returns; raise what it raises.

        Raises `InspectorUnavailable` once the queue is closed, `TimeoutError` after `seconds`, in
        the queue or at work; then the place is given up and another thread has it. What a cancelled
        caller began goes on until then.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        one = _Work(tenant, size, work)
        with self._lock:
            if self._closed:
                raise InspectorUnavailable(CLOSED)
            self._waiting.setdefault(tenant, deque()).append(one)
            self._start(size)
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.wrap_future(one.answer)
        except TimeoutError:
            self._abandon(one)
            raise
        except asyncio.CancelledError:
            loop.call_at(until, self._abandon, one)
            raise

    def close(self) -> None:
        """Take no more work; what waits is refused."""
        with self._lock:
            self._closed = True
            waiting = [one for line in self._waiting.values() for one in line]
            self._waiting.clear()
        for one in waiting:
            if one.answer.set_running_or_notify_cancel():
                one.answer.set_exception(InspectorUnavailable(CLOSED))
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _start(self, size: int) -> None:
        """Wake the first idle place that takes work of this size. Under the lock."""
        for place in range(self._places):
            if place not in self._busy and self._takes(place, size):
                self._busy[place] = None
                self._threads.submit(self._serve, place)
                return

    def _takes(self, place: int, size: int) -> bool:
        return not self._short or place < self._places - 1 or size <= self._short

    def _next(self, place: int) -> _Work | None:
        """Take the oldest work of the next tenant that has some for `place`. Under the lock."""
        for tenant, line in list(self._waiting.items()):
            while line and line[0].answer.cancelled():
                line.popleft()
            found = None
            if (
                sum(b is not None and b.tenant == tenant for b in self._busy.values())
                < self._budget
            ):
                found = next((one for one in line if self._takes(place, one.size)), None)
            if found is not None:
                line.remove(found)
                self._waiting.move_to_end(tenant)
            if not line:
                del self._waiting[tenant]
            if found is not None:
                return found
        return None

    def _serve(self, place: int) -> None:
        """Do what waits for `place`, until nothing does."""
        while True:
            with self._lock:
                self._busy[place] = None
                one = self._next(place)
                if one is None:
                    del self._busy[place]
                    return
                one.place = place
                self._busy[place] = one
            if one.answer.set_running_or_notify_cancel():
                _do(one, place)
            with self._lock:
                if self._busy.get(place) is not one:  # given up: another thread has the place
                    self._lost -= 1
                    return

    def _abandon(self, one: _Work) -> None:
        """Give up what nobody waits for: another thread has its place, once its work is ended."""
        with self._lock:
            place = one.place
            if place is None or self._busy.get(place) is not one or one.answer.done():
                return
            self._give_up(place)
            if self._lost < LOST:
                self._lost += 1
                self._busy[place] = None
                self._threads.submit(self._serve, place)


def _do(one: _Work, place: int) -> None:
    try:
        answer = one.work(place)
    except BaseException as exc:  # told to who waits, whatever it is
        one.answer.set_exception(exc.with_traceback(None))  # frames hold the text
    else:
        one.answer.set_result(answer)
