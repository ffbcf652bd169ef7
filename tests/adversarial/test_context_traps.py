"""Context variables: each trap that is known, and what keeps an identity from outliving its session."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind

from stageflow_guard import current_principal
from stageflow_guard.enforcement.session import Session, _current, bind, current_session
from stageflow_guard.errors import NotAuthenticated


async def who(guard):
    """Return whom the guard takes the caller for."""
    try:
        await guard.authorize(kind="data", obj="x", act="run", owner="acme")
    except NotAuthenticated as error:
        return error.reason
    return "somebody"


def test_the_default_is_nothing_that_can_be_changed():
    """A mutable default would be one object for every context of the process."""
    empty = contextvars.Context()
    assert empty.run(_current.get) == ()
    assert empty.run(current_session) is None
    assert empty.run(current_principal) is None


async def test_an_executor_thread_keeps_no_tenant(world):
    """A pool's threads run tasks of many tenants: none of them remembers the last."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        loop = asyncio.get_running_loop()
        async with world.guard.session("acme:ada"):
            inside = contextvars.copy_context()
            assert await loop.run_in_executor(pool, inside.run, current_session) is not None
        assert await loop.run_in_executor(pool, current_session) is None
        # the copy that a task still holds is of a session that is over
        assert await loop.run_in_executor(pool, inside.run, current_session) is None
        assert await asyncio.to_thread(current_principal) is None


async def test_a_set_inside_an_async_generator_does_not_reach_its_consumer(world):
    """An async generator shares its consumer's context: what it binds has to end with it."""

    async def tokens():
        async with world.guard.session("acme:ada"):
            yield "one"
            yield "two"

    stream = tokens()
    async for _ in stream:
        break  # left half-way: the generator is still suspended inside its session
    await stream.aclose()
    assert current_session() is None
    assert await who(world.guard) == "missing"


async def test_a_background_task_loses_the_session_with_its_end(world):
    """A task copies the context; closing the handle ends it there, too."""
    ready, go = asyncio.Event(), asyncio.Event()

    async def later():
        ready.set()
        await go.wait()
        return current_session(), await who(world.guard)

    async with world.guard.session("acme:ada"):
        task = asyncio.create_task(later())
        await ready.wait()
        assert await who(world.guard) == "somebody"
    go.set()
    assert await task == (None, "missing")


async def test_a_reset_in_another_context_is_harmless(world):
    """Entered in one task, left in another: the closed handle already ended it for everybody."""
    session = world.guard.session("acme:ada")
    await asyncio.create_task(session.__aenter__())
    await session.__aexit__(None, None, None)
    assert current_session() is None


async def test_an_inner_session_ends_before_the_outer_goes_on(world):
    """After an elevated block the caller is who they were, in this task and its children."""
    async with world.guard.session("acme:ada"):
        outer = current_session()
        async with world.guard.session("acme:root"):
            assert current_session() is not outer
        assert current_session() is outer
        assert await asyncio.create_task(_session()) is outer
    assert current_session() is None


async def test_a_hundred_tasks_keep_their_own(world):
    """Concurrent sessions mix up none, whatever the order they end in."""

    async def one(i):
        async with world.guard.session(f"t{i}:u{i}") as mine:
            for _ in range(3):
                await asyncio.sleep((i * 7 % 5) / 1000)
                assert current_session() is mine

    await asyncio.gather(*(one(i) for i in range(100)))
    assert current_session() is None


async def _session():
    return current_session()


def test_a_session_bound_by_hand_ends_when_it_is_closed():
    """The variable may go on pointing to it; it answers nothing."""

    def inside():
        session = Session(1, credential="x")
        bind(session)
        assert current_session() is session
        session.close()
        return current_session()

    assert contextvars.copy_context().run(inside) is None


@pytest.fixture(autouse=True)
def _nothing_leaks():
    yield
    assert current_session() is None


async def test_sessions_of_two_guards_do_not_hide_each_other(world):
    """An application with two guards: each finds its own caller, in either order and in a run."""
    other = type(world)()

    async def act(_ctx):
        async with other.guard.session("acme:bob"):
            await child.run(input_text="x")  # of the guard whose stage this is
            await elsewhere.run(input_text="x")

    def one(name, act):
        return Pipeline(name=name).with_stage("s", act, StageKind.WORK)

    async def nothing(_ctx):
        return None

    child = world.guard.mount(one("child", nothing))
    elsewhere = other.guard.mount(one("elsewhere", nothing))
    outer = world.guard.mount(one("outer", act))
    async with world.guard.session("acme:ada"), other.guard.session("acme:carol"):
        await outer.run(input_text="x")
        await elsewhere.run(input_text="x")
    starts = [(r.pipeline, r.actor["subject"]) for r in world.log.kinds("run_start")]
    assert starts == [("outer", "user:ada"), ("child", "user:ada")]
    assert world.log.kinds("run_start")[1].parent_run == world.log.records[0].run
    assert [r.actor["subject"] for r in other.log.kinds("run_start")] == ["user:bob", "user:carol"]


async def test_a_session_that_is_over_hides_the_one_around_it(world):
    """A task that outlives its session is nobody; it does not become who opened the outer one."""
    go, said = asyncio.Event(), []

    async def later():
        await go.wait()
        said.append(await who(world.guard))

    async with world.guard.session("acme:ada"):
        async with world.guard.session("acme:bob"):
            task = asyncio.create_task(later())
        go.set()
        await task
    assert said == ["missing"]
