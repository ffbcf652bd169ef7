"""What the mount costs on the allow path, against the host's own run of the same pipeline.

    python bench/mount.py [rounds] [--disk DIR] [--profile]

A chain of ten stages, cached identity and policy, empty text; the baseline is the host with its
default interceptors and a run id of its own. Log: records that are counted and not kept, durable on
a RAM disk, durable on a disk (`--disk`, by default /var/tmp). Load: one run after the other, and
100 at once. Stages: at once (0 ms), and waiting for 20 ms. Everything takes turns in one process.

CPU is of the whole process, threads included. *Added* is wall time, for each place between two
stages, before the first (with the gate) and behind the last (with the run's end): what it took
above the host's median at that place. Each ratio is the median over the rounds. What was loaded
before the first round is frozen (`gc.freeze`): the host alone would not have the guard's modules
in its heap, and its collections would not walk through them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import uuid4

from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.audit import Log
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.policy import PolicySet
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing import IdentityProvider

ROOT = Path(__file__).parents[1]
STAGES, TOGETHER, WAIT = 10, 100, 0.02
LOGS = {"counted": "counted", "ram": "durable, RAM disk", "disk": "durable, disk"}
HOST = "host"
# load: (name, runs of a round one after the other, runs at once, seconds that a stage waits)
LOADS = (
    ("one by one", 20, 1, 0.0),
    (f"{TOGETHER} at once", 1, TOGETHER, 0.0),
    (f"one by one, {WAIT * 1000:.0f} ms", 3, 1, WAIT),
    (f"{TOGETHER} at once, {WAIT * 1000:.0f} ms", 1, TOGETHER, WAIT),
)
SEQUENTIAL, MANY, SLOW, MANY_SLOW = (name for name, *_ in LOADS)

# of one run: when a stage's own code began and ended
_marks: ContextVar[list[float]] = ContextVar("marks")


class Counting:
    """Counts records and keeps none: the bench's stand-in for a log."""

    origin = "bench"

    def __init__(self) -> None:
        self.n = 0

    def enqueue(self, record: object) -> int:
        """Take a record."""
        self.n += 1
        return self.n

    async def append(self, record: object) -> int:
        """Take a record, durable at once."""
        return self.enqueue(record)


def chain(seconds: float) -> Pipeline:
    """Return a chain of stages that wait so long."""

    async def stage(ctx: Any) -> StageOutput:
        marks = _marks.get()
        marks.append(time.perf_counter())
        if seconds:
            await asyncio.sleep(seconds)
        marks.append(time.perf_counter())
        return StageOutput.ok()

    pipeline, before = Pipeline(name="support"), None
    for i in range(STAGES):
        pipeline = pipeline.with_stage(f"s{i}", stage, StageKind.TRANSFORM, after=before or ())
        before = f"s{i}"
    return pipeline


class Taken:
    """What the rounds of one graph under one load took."""

    def __init__(self) -> None:
        self.cpu: list[float] = []  # us per stage, by round
        self.rate: list[float] = []  # runs per second, by round
        self.gaps: list[list[float]] = []  # by run: seconds at each place

    def places(self) -> list[float]:
        """Return the median of each place."""
        return [statistics.median(column) for column in zip(*self.gaps, strict=True)]

    def added(self, host: Taken) -> list[float]:
        """Return what each place of each run took above the host's median, sorted, in ms."""
        usual = host.places()
        pairs = (zip(run, usual, strict=True) for run in self.gaps)
        return sorted((took - base) * 1000 for run in pairs for took, base in run)


async def one_run(graph: Any, data: dict[str, Any]) -> list[float]:
    """Run once; return the seconds at each place outside the stages' own code."""
    marks: list[float] = []
    _marks.set(marks)
    began = time.perf_counter()
    await graph.run(
        PipelineContext.create(topology="support", data=dict(data), pipeline_run_id=uuid4())
    )
    edges = [began, *marks, time.perf_counter()]
    return [edges[i + 1] - edges[i] for i in range(0, len(edges), 2)]


async def measure(taken: Taken, graph: Any, data: dict[str, Any], load: tuple[Any, ...]) -> None:
    """Add one round."""
    _, after, at_once, _ = load
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(after):
        if at_once == 1:
            taken.gaps.append(await one_run(graph, data))
        else:
            taken.gaps += await asyncio.gather(*(one_run(graph, data) for _ in range(at_once)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    taken.cpu.append(cpu / (after * at_once * STAGES) * 1e6)
    taken.rate.append(after * at_once / wall)


@contextlib.asynccontextmanager
async def graphs(disk: str) -> Any:
    """Yield the graph of each log for stages that wait so long, and what their runs carry."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with (
        tempfile.TemporaryDirectory(dir=memory) as ram,
        tempfile.TemporaryDirectory(dir=disk) as slow,
    ):
        idp = IdentityProvider()
        idp.write_jwks(Path(ram) / "jwks.json")
        issuer = IssuerPolicy(
            issuer=idp.issuer, audiences=frozenset({"pipelines"}), tenant_claim="org_id",
            algorithms=frozenset({"RS256"}), roles_claim="roles",
        )  # fmt: skip
        token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], ttl=3600)
        logs: dict[str, Any] = {"counted": Counting()}
        for name, folder in (("ram", ram), ("disk", slow)):
            logs[name] = await Log.open(
                Path(folder) / "audit", origin="bench", key_file=Path(folder) / "key"
            )
        made: dict[tuple[str, float], tuple[Any, dict[str, Any]]] = {}
        for seconds in (0.0, WAIT):
            made[HOST, seconds] = chain(seconds).build(), {}
        for name, log in logs.items():
            guard = Guard(
                authenticator=TokenVerifier([(issuer, FileKeys(Path(ram) / "jwks.json"))]),
                decisions=PolicySet.load(ROOT / "policies"),
                inspector=OffLoopInspector(Redactor(), Vault()), log=log,
            )  # fmt: skip
            for seconds in (0.0, WAIT):
                made[name, seconds] = guard.mount(chain(seconds)).build(), {"auth_token": token}
        yield made
        for name in ("ram", "disk"):
            await logs[name].close()


def percentile(ordered: list[float], share: float) -> float:
    """Return the value below which that share lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def report(taken: dict[tuple[str, str], Taken]) -> bool:
    """Print a row for each log and load, then the bars; say whether all are met."""
    print(
        f"{'':<34} {'CPU us':>7} {'added':>6} {'ratio':>6}   {'added ms p50':>12} {'p99':>7}   "
        f"{'runs/s':>7} {'of host':>7}"
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for load, *_ in LOADS:
        host = taken[HOST, load]
        print(f"{'host, ' + load:<34} {statistics.median(host.cpu):>7.0f} "
              f"{'':>6} {'':>6}   {'':>12} {'':>7}   {statistics.median(host.rate):>7.0f}")  # fmt: skip
        for log, text in LOGS.items():
            one = taken[log, load]
            pairs = list(zip(one.cpu, host.cpu, strict=True))
            added = one.added(host)
            row = found[log, load] = {
                "us": statistics.median(own - bare for own, bare in pairs),
                "ratio": statistics.median(own / bare for own, bare in pairs),
                "p50": percentile(added, 0.5), "p99": percentile(added, 0.99),
                "rate": statistics.median(
                    own / bare for own, bare in zip(one.rate, host.rate, strict=True)
                ),
            }  # fmt: skip
            print(
                f"{f'{text}, {load}':<34} {statistics.median(one.cpu):>7.0f} {row['us']:>6.0f} "
                f"{row['ratio']:>5.2f}x   {row['p50']:>12.3f} {row['p99']:>7.3f}   "
                f"{statistics.median(one.rate):>7.0f} {row['rate']:>7.2f}"
            )
    bars = (
        ("counted: CPU, times the host's", "counted", SEQUENTIAL, "ratio", "<=", 1.40),
        ("counted: us of CPU added per stage", "counted", SEQUENTIAL, "us", "<=", 35),
        ("RAM disk: CPU, times the host's", "ram", SEQUENTIAL, "ratio", "<=", 3.4),
        (f"RAM disk, {MANY}: CPU, times", "ram", MANY, "ratio", "<=", 1.6),
        (f"disk, {SLOW}: added p50, ms", "disk", SLOW, "p50", "<=", 0.7),
        (f"disk, {SLOW}: added p99, ms", "disk", SLOW, "p99", "<=", 2.5),
        (f"disk, {MANY_SLOW}: of host's runs/s", "disk", MANY_SLOW, "rate", ">=", 0.75),
    )
    met = True
    for text, log, load, what, way, bar in bars:
        value = found[log, load][what]
        holds = value <= bar if way == "<=" else value >= bar
        met = met and holds
        print(f"bar: {text:<44} {value:>7.2f}  ({way} {bar:g}) {'met' if holds else 'MISSED'}")
    return met


async def profiled(work: Callable[[], Awaitable[object]]) -> None:
    """Print where the time of `work` goes, by function."""
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.enable()
    await work()
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(50)


async def main(rounds: int, disk: str, *, profile: bool) -> bool:
    """Measure and print; say whether all bars are met."""
    logging.disable(logging.CRITICAL)
    async with graphs(disk) as made:
        gc.collect()
        gc.freeze()
        if profile:
            load = ("", 300, 1, 0.0)
            await measure(Taken(), *made["counted", 0.0], load)
            await profiled(lambda: measure(Taken(), *made["counted", 0.0], load))
            return True
        taken = {(log, load): Taken() for log in (HOST, *LOGS) for load, *_ in LOADS}
        for load in LOADS:
            slow = bool(load[3])
            for turn in range((rounds // 3 if slow else rounds) + 1):
                for log in (HOST, *LOGS):
                    into = taken[log, load[0]] if turn else Taken()  # the first round warms up
                    await measure(into, *made[log, load[3]], load)
    return report(taken)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=30)
    options.add_argument("--disk", default="/var/tmp")
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    sys.exit(
        not asyncio.run(main(chosen.rounds, chosen.disk, profile=chosen.profile))
    )  # fmt: skip
