"""The drill itself.

1. a control run, where nothing fails, says which stages run and how often each port is asked
2. for each port and fault: the run again, failing at the port's first, middle and last call
3. a stage that starts must have its permit on record by then, and must not see personal data
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from stageflow_guard.base.awaited import awaited
from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.testing.conformance.environment import ADA, MAIL, TEXT, Environment
from stageflow_guard.testing.drill.faults import FAULTS, PORTS, FaultyPort, Port, applies
from stageflow_guard.testing.drill.probes import Watch, probed
from stageflow_guard.testing.drill.report import DrillReport, DrillRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.guard import Guard

Make = Callable[["Guard"], Any]
PATIENCE = 0.2  # seconds that the drilled guard waits for a collaborator
DEADLINE = 20.0  # seconds for one run; one that is not over by then does not hold


async def drill(
    make: Make, *, name: str | None = None, text: str = TEXT,
    ports: Callable[[], Any] | None = None,
) -> DrillReport:  # fmt: skip
    """Return how the pipeline that `make(guard)` returns fares.

    The guard is one of the test kit's, whose policy permits everything: what is drilled is the
    enforcement around this pipeline's stages. Stages run as they are, so give them doubles of what
    they call. `text` is the input, behind the personal data that no stage may see; `ports` makes
    the host's ports of each run. Raises `ConfigError` when the control run fails: what does not
    run cannot be drilled.
    """
    if MAIL not in text:
        text = f"{text} {MAIL}"
    given = _Input(text, ports or (lambda: None))
    with _quiet():
        called, counts, control = await _control(make, name, given)
        rows = []
        for port in PORTS:
            for fault in FAULTS:
                if not applies(port, fault):
                    continue
                for at in _places(counts[port.name]):
                    rows.append(await _failing(make, called, given, _Failure(port, fault, at)))
    return DrillReport(called, control, tuple(rows))


def _places(calls: int) -> list[int]:
    return sorted({1, (calls + 1) // 2, calls} - {0})


async def _control(
    make: Make, name: str | None, given: _Input
) -> tuple[str, dict[str, int], tuple[str, ...]]:
    counts: dict[str, int] = {}
    called, watch = "", Watch(Environment())
    for port in PORTS:
        env = Environment()
        counter = FaultyPort(env, port)
        watch = Watch(env)
        pipeline = await awaited(make(env.guard))
        called = name or getattr(pipeline, "name", "") or "drilled"
        error = await _run(env, watch, pipeline, called, given)
        if error is not None:
            raise ConfigError(
                f"the control run failed: {watch.failed or _code(error)}; give the stages doubles "
                "of what they call, the run its ports (`--ports`), and see that the pipeline runs "
                "by itself"
            )
        counts[port.name] = counter.calls
    return called, counts, tuple(dict.fromkeys(watch.started))


class _Input(NamedTuple):
    """What every run is given."""

    text: str
    ports: Callable[[], Any]


class _Failure(NamedTuple):
    """Which port fails, how, and from which call on."""

    port: Port
    fault: str
    at: int


async def _failing(make: Make, name: str, given: _Input, failure: _Failure) -> DrillRow:
    env = Environment()
    _hurry(env.guard)
    faulty = FaultyPort(env, *failure)
    watch = Watch(env)
    error: BaseException | None
    try:
        async with asyncio.timeout(DEADLINE):
            error = await _run(env, watch, await awaited(make(env.guard)), name, given)
        ended = True
    except TimeoutError:
        error, ended = None, False
    await _end_leftovers()
    refused = isinstance(error, GuardError) and faulty.failed
    return DrillRow(
        failure.port.name, failure.fault, failure.at, _code(error) if refused else "",
        getattr(error, "ref", None) or "", tuple(watch.started), tuple(watch.unguarded),
        tuple(watch.raw), ended,
    )  # fmt: skip


async def _run(
    env: Environment, watch: Watch, pipeline: Any, name: str, given: _Input
) -> BaseException | None:
    """Run once; return what it raised. The host's own wrapping of the guard's error is undone."""
    mounted = env.guard.mount(probed(pipeline, watch), name=name)
    try:
        async with env.guard, env.guard.session(ADA):
            ports = given.ports()
            more = {} if ports is None else {"ports": ports}
            await mounted.run(input_text=given.text, **more)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if type(error).__name__ == "UnifiedPipelineCancelled":  # an end that a stage chose
            return None
        return error
    return None


async def _end_leftovers() -> None:
    """Cancel what still waits for a collaborator that hangs."""
    own = asyncio.current_task()
    left = [task for task in asyncio.all_tasks() if task is not own]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _hurry(guard: Guard) -> None:
    """Have the drilled guard wait a moment for its collaborators instead of seconds."""
    pep = guard._pep
    pep.callers._timeout = PATIENCE
    pep.recorder._timeout = PATIENCE
    pep.stop_timeout = pep.inspect_timeout = PATIENCE


def _code(error: BaseException | None) -> str:
    return getattr(error, "code", None) or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Refusals are what is wanted here: their log lines would bury the table."""
    names = ("stageflow_guard", "stageflow_guard.lint", "pipeline_dag", "interceptors")
    levels = {one: one.level for one in map(logging.getLogger, names)}
    for one in levels:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in levels.items():
            one.setLevel(level)
