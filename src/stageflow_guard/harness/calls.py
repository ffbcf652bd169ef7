"""External calls and gauges of stages: counted and timed by stage, for the run log.

`async with external_call("model", "groq"):` around a call of a client is all that a stage does.
Outside of a harness it does nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from stageflow_guard.enforcement.pending import current_permit

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
OUTSIDE = "-"  # a call that no stage made


@dataclass(slots=True)
class CallCount:
    """Calls of one client by one stage: how many, how many failed, attempts beyond the first."""

    calls: int = 0
    failed: int = 0
    retries: int = 0
    ms: float = 0.0


@dataclass(slots=True)
class Calls:
    """What the stages of one run called, by stage and `kind:name`; gauges by name."""

    counts: dict[str, dict[str, CallCount]] = field(default_factory=dict)
    gauges: dict[str, Callable[[], int]] = field(default_factory=dict)

    def count(self, stage: str, client: str) -> CallCount:
        """Return the counter of a stage's client."""
        return self.counts.setdefault(stage, {}).setdefault(client, CallCount())


_current: ContextVar[Calls | None] = ContextVar("stageflow_guard_calls", default=None)


@contextmanager
def collecting() -> Iterator[Calls]:
    """Collect what runs inside."""
    calls = Calls()
    token = _current.set(calls)
    try:
        yield calls
    finally:
        _current.reset(token)


@asynccontextmanager
async def external_call(kind: str, name: str, *, attempt: int = 1) -> AsyncIterator[None]:
    """Count and time one call: `kind` and `name` are words (letters, digits, `_.:-`), no content.

    `attempt` is 2 for the first retry. An exception counts as failed and passes. Raises
    `ValueError` for a name that could hold content: names stand in the log.
    """
    if not NAME.match(kind) or not NAME.match(name):
        raise ValueError("`kind` and `name` are short words, not content")
    calls = _current.get()
    if calls is None:
        yield
        return
    counter = calls.count(_stage(), f"{kind}:{name}")
    counter.calls += 1
    counter.retries += attempt > 1
    start = time.perf_counter_ns()
    try:
        yield
    except BaseException:
        counter.failed += 1
        raise
    finally:
        counter.ms += (time.perf_counter_ns() - start) / 1e6


def gauge(name: str, read: Callable[[], int]) -> None:
    """Have the run log read `read()` at each stage's end: a queue's depth, a backlog.

    A gauge that fails is left out of the log; it never fails a run.
    """
    if not NAME.match(name):
        raise ValueError("a gauge's name is a short word")
    calls = _current.get()
    if calls is not None:
        calls.gauges[name] = read


def read_gauges(calls: Calls) -> dict[str, int]:
    """Return the gauges that can be read."""
    found = {}
    for name, read in tuple(calls.gauges.items()):
        try:
            found[name] = int(read())
        except Exception:  # noqa: S112 - a reading is never worth a run
            continue
    return found


def _stage() -> str:
    permit = current_permit.get()
    return OUTSIDE if permit is None else permit.step.obj.rpartition("/")[2]
