"""No tenant has more than its turn of the inspector's threads and processes."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction.inspector.fair_queue import FairQueue

FOREVER = 60.0


@pytest.fixture
def opened():
    """Make queues, and end what is left at their places."""
    ends: list[threading.Event] = []
    queues: list[FairQueue] = []

    def make(places, **options):
        queue = FairQueue("test", places, **options)
        queues.append(queue)
        return queue

    def gate():
        ends.append(threading.Event())
        return ends[-1]

    yield make, gate
    for end in ends:
        end.set()
    for queue in queues:
        queue.close()


async def started(*marks):
    for mark in marks:
        await asyncio.to_thread(mark.wait, FOREVER)


def holding(gate, mark=None):
    """Return work that says that it began, and ends when the gate opens."""

    def work(place):
        if mark is not None:
            mark.set()
        gate.wait(FOREVER)
        return place

    return work


async def test_tenants_take_turns(opened):
    """The second tenant's first work comes before the first tenant's third."""
    make, gate = opened
    queue, first, order = make(1, budget=1), gate(), []
    mark = threading.Event()
    busy = asyncio.create_task(queue.run("acme", 1, holding(first, mark), FOREVER))
    await started(mark)

    def told(name):
        return lambda _: order.append(name)

    waiting = [
        asyncio.create_task(queue.run(tenant, 1, told(name), FOREVER))
        for tenant, name in [
            ("acme", "a1"), ("acme", "a2"), ("acme", "a3"), ("globex", "g1"), ("initech", "i1"),
            ("globex", "g2"),
        ]
    ]  # fmt: skip
    await asyncio.sleep(0)
    first.set()
    await asyncio.gather(busy, *waiting)
    assert order.index("g1") < order.index("a2") and order.index("i1") < order.index("a2")
    assert order.index("g2") < order.index("a3")
    assert [name for name in order if name.startswith("a")] == ["a1", "a2", "a3"]


async def test_a_tenant_has_at_most_its_budget(opened):
    """Two places, a budget of one: another tenant's work is done beside the first one's."""
    make, gate = opened
    queue, end, mark = make(2, budget=1), gate(), threading.Event()
    long = asyncio.create_task(queue.run("acme", 1, holding(end, mark), FOREVER))
    second = threading.Event()
    more = asyncio.create_task(queue.run("acme", 1, holding(end, second), FOREVER))
    await started(mark)
    await queue.run("globex", 1, lambda place: place, FOREVER)
    assert not second.is_set()
    end.set()
    await asyncio.gather(long, more)


async def test_the_last_place_takes_only_what_is_short(opened):
    """All other places are taken by long work: short work of any tenant goes on."""
    make, gate = opened
    queue, end = make(2, budget=2, short=10), gate()
    mark, second = threading.Event(), threading.Event()
    one = asyncio.create_task(queue.run("acme", 11, holding(end, mark), FOREVER))
    two = asyncio.create_task(queue.run("globex", 11, holding(end, second), FOREVER))
    await started(mark)
    assert await queue.run("globex", 10, lambda place: place, FOREVER) == 1
    assert not second.is_set()
    end.set()
    await asyncio.gather(one, two)
    assert second.is_set()


async def test_work_that_never_ends_is_given_up_after_the_deadline(opened):
    """Its caller is told, its end is asked for, and the place does the next work."""
    make, gate = opened
    given_up: list[int] = []
    queue, end = make(1, budget=1, give_up=given_up.append), gate()
    with pytest.raises(TimeoutError):
        await queue.run("acme", 1, holding(end), 0.05)
    assert given_up == [0]
    assert await queue.run("globex", 1, lambda place: place, FOREVER) == 0


async def test_work_of_a_cancelled_caller_is_given_up_at_its_deadline(opened):
    """A caller that goes away leaves no thread that is never missed."""
    make, gate = opened
    given_up: list[int] = []
    queue, end, mark = make(1, budget=1, give_up=given_up.append), gate(), threading.Event()
    gone = asyncio.create_task(queue.run("acme", 1, holding(end, mark), 0.2))
    await started(mark)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await queue.run("globex", 1, lambda place: place, FOREVER) == 0
    assert given_up == [0]


async def test_who_waits_too_long_ends_nobodys_work(opened):
    """A deadline in the queue takes the work out of it, and leaves who is at the place alone."""
    make, gate = opened
    given_up: list[int] = []
    queue, end, mark = make(1, budget=1, give_up=given_up.append), gate(), threading.Event()
    held = asyncio.create_task(queue.run("acme", 1, holding(end, mark), FOREVER))
    await started(mark)
    ran = threading.Event()
    with pytest.raises(TimeoutError):
        await queue.run("globex", 1, lambda _: ran.set(), 0.05)
    assert given_up == []
    end.set()
    assert await held == 0
    assert await queue.run("initech", 1, lambda place: place, FOREVER) == 0
    assert not ran.is_set()


async def test_threads_that_never_come_back_are_counted(opened):
    """After as many as are allowed no other is started; when they come back, work goes on."""
    from stageflow_guard.redaction.inspector.fair_queue import LOST

    make, gate = opened
    queue, end = make(1, budget=1), gate()
    marks: list[threading.Event] = []
    while sum(mark.is_set() for mark in marks) <= LOST:  # on a busy machine one may not begin
        marks.append(threading.Event())
        with pytest.raises(TimeoutError):
            await queue.run("acme", 1, holding(end, marks[-1]), 0.01)
    with pytest.raises(TimeoutError):
        await queue.run("acme", 1, lambda place: place, 0.05)
    end.set()
    assert await queue.run("acme", 1, lambda place: place, FOREVER) == 0


class Odd(BaseException):
    """What no collaborator should raise."""


@pytest.mark.parametrize("error", [ValueError, Odd, SystemExit])
async def test_what_work_raises_reaches_its_caller_and_nobody_else(opened, error):
    """Of any type; the place does the next work, and no frame of the work is kept."""
    make, _ = opened
    queue = make(1, budget=1)

    def broken(_):
        text = "ada@example.com"
        raise error(len(text))

    try:
        await queue.run("acme", 1, broken, FOREVER)
    except error as exc:
        frames, at = [], exc.__traceback__
        while at is not None:
            frames.append(at.tb_frame.f_code.co_name)
            at = at.tb_next
        assert "broken" not in frames
    else:
        pytest.fail("nothing was raised")
    assert await queue.run("globex", 1, lambda place: place, FOREVER) == 0


async def test_nothing_of_ended_work_is_kept(opened):
    """What the work held is gone once it has ended."""
    make, _ = opened
    queue = make(1, budget=1)

    class Held:
        pass

    held = Held()
    seen = weakref.ref(held)
    await queue.run("acme", 1, lambda _, kept=held: kept is None, FOREVER)
    del held
    await queue.run("acme", 1, lambda _: None, FOREVER)
    gc.collect()
    assert seen() is None


def test_callers_of_several_loops_share_the_places(opened):
    """Each event loop gets its own answers."""
    make, _ = opened
    queue, answers = make(2, budget=2), []

    def other():
        async def ask():
            return await asyncio.gather(
                *(queue.run("acme", 1, lambda _, n=n: n, FOREVER) for n in range(50))
            )

        answers.append(asyncio.run(ask()))

    threads = [threading.Thread(target=other) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FOREVER)
    assert answers == [list(range(50))] * 4


async def test_a_closed_queue_takes_nothing(opened):
    """What waits is refused, and what comes."""
    make, gate = opened
    queue, end, mark = make(1, budget=1), gate(), threading.Event()
    held = asyncio.create_task(queue.run("acme", 1, holding(end, mark), FOREVER))
    await started(mark)
    waiting = asyncio.create_task(queue.run("acme", 1, lambda _: None, FOREVER))
    await asyncio.sleep(0)
    queue.close()
    with pytest.raises(InspectorUnavailable):
        await waiting
    with pytest.raises(InspectorUnavailable):
        await queue.run("acme", 1, lambda _: None, FOREVER)
    end.set()
    await held
