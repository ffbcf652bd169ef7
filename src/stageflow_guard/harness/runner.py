"""The harness: checks, then inputs through a bounded number of runs at once, in order on paper.

1. every check holds, or nothing runs
2. workers pull inputs: a source of any length waits for them (back-pressure)
3. each run is a run of the guard, as its caller; only what was let out outlives it
4. each stage's end and each run's end is a line of the run log
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.errors import GuardError, Unavailable
from stageflow_guard.harness.calls import Calls, collecting, read_gauges
from stageflow_guard.harness.checks import Check, run_checks
from stageflow_guard.harness.inputs import Input
from stageflow_guard.harness.resources import readings
from stageflow_guard.harness.results import Outcome, Row, Summary
from stageflow_guard.harness.run_log import RunLog
from stageflow_guard.harness.source import NumberedSource, Source

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard

Credential = Callable[[Input], Any] | Any

# which input a record belongs to: tasks of a run inherit it
_current: ContextVar[str] = ContextVar("stageflow_guard_input", default="")


@dataclass(slots=True)
class _Watched:
    """What the records of one input's run have said so far."""

    number: int
    calls: Calls
    key: str = field(default_factory=lambda: str(uuid4()))
    run: str = ""
    stages: int = 0
    redactions: dict[str, int] = field(default_factory=dict)


class Harness:
    """Runs one mounted pipeline over inputs.

    `credential` is a token, a `TokenManager`, or a function of the input that returns one.
    `concurrency` runs are under way at most; `progress` is called after each. The guard is open.
    """

    def __init__(
        self,
        guard: Guard,
        mounted: Any,
        *,
        credential: Credential,
        checks: Iterable[Check] = (),
        concurrency: int = 4,
        log: RunLog | None = None,
        progress: Callable[[Row], object] | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError("`concurrency` is at least 1")
        self._guard = guard
        self._mounted = mounted
        self._credential = credential
        self._checks = list(checks)
        self._concurrency = concurrency
        self._log = log or RunLog()
        self._progress = progress
        self._watched: dict[str, _Watched] = {}

    async def run(self, inputs: Source) -> Summary:
        """Return how every input ended. One never stops another; a cancelled call ends all."""
        self._log.write("start", pipeline=self._mounted.name, resources=readings())
        failed = []
        for result in await run_checks(self._checks):
            status = "ok" if result.holds else "fail"
            self._log.write("check", name=result.name.replace(" ", "_"), status=status)
            if not result.holds:
                failed.append(f"{result.name}: {result.why}")
        if failed:
            self._log.write("end", status="fail", counts={})
            return Summary((), tuple(failed))
        rows: list[Row] = []
        remove = self._guard.on_record(self._noted)
        try:
            await self._work(NumberedSource(inputs), rows)
        finally:
            remove()
            summary = Summary(sorted(rows, key=lambda row: row.input))
            self._log.write(
                "end", status="ok" if summary.exit_code == 0 else "fail",
                counts=dict(summary.counts), resources=readings(),
            )  # fmt: skip
        return summary

    async def _work(self, source: NumberedSource, rows: list[Row]) -> None:
        async def worker() -> None:
            while (taken := await source.take()) is not None:
                row = await self._one(*taken)
                rows.append(row)
                if self._progress is not None:
                    self._progress(row)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(worker())

    async def _one(self, number: int, given: Input) -> Row:
        start = time.perf_counter()
        outcome: Outcome = "ok"
        reason = ref = ""
        results: Any = {}
        with collecting() as calls:
            watched = _Watched(number, calls)
            self._watched[watched.key] = watched
            try:
                credential = self._credential
                if callable(credential) and not hasattr(credential, "access_token"):
                    credential = credential(given)
                async with self._guard.session(credential):
                    token = _current.set(watched.key)
                    try:
                        results = await self._mounted.run(input_text=given.text, **given.more)
                    finally:
                        _current.reset(token)
            except Unavailable as error:
                outcome, reason, ref = "unavailable", _reason(error), error.ref or ""
            except GuardError as error:
                outcome, reason, ref = "refused", _reason(error), error.ref or ""
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                outcome, reason = "cancelled", "cancelled"
            except Exception as error:  # a stage's own: its text stays out of what is written
                outcome = "failed"
                reason = _reason(error)
                ref = getattr(error, "ref", None) or ""
            finally:
                self._watched.pop(watched.key, None)
        seconds = time.perf_counter() - start
        row = Row(
            number, given.line, watched.run, outcome, reason, ref, round(seconds, 6),
            watched.stages, dict(watched.redactions), _outputs(results, self._mounted),
        )  # fmt: skip
        self._log.write(
            "run_end", input=number, run=watched.run or None, pipeline=self._mounted.name,
            status=outcome, reason=reason or None, ref=ref or None, ms=round(seconds * 1e3, 3),
            redactions=row.redactions or None, resources=readings(),
        )  # fmt: skip
        return row

    def _noted(self, record: Mapping[str, Any]) -> None:
        """Keep what a record of one of these runs says, and write each stage's end."""
        watched = self._watched.get(_current.get(""))
        if watched is None:
            return
        kind = record["kind"]
        for found in record.get("findings") or ():
            if found.get("entity"):
                name = str(found["entity"])
                watched.redactions[name] = watched.redactions.get(name, 0) + int(found["count"])
        if kind == "run_start":
            watched.run = watched.run or str(record.get("run"))
            self._log.write("run_start", input=watched.number, run=record.get("run"),
                            pipeline=record.get("pipeline"))  # fmt: skip
        elif kind == "effect" and record.get("stage"):
            watched.stages += 1
            self._stage_ended(watched, record)

    def _stage_ended(self, watched: _Watched, record: Mapping[str, Any]) -> None:
        stage = str(record["stage"])
        counts = watched.calls.counts.get(stage, {})
        clients = {
            name: {"calls": one.calls, "failed": one.failed, "retries": one.retries,
                   "ms": round(one.ms, 3)}
            for name, one in counts.items()
        }  # fmt: skip
        found = {f["entity"]: f["count"] for f in record.get("findings") or () if f.get("entity")}
        latency = record.get("latency_us")
        self._log.write(
            "stage", input=watched.number, run=record.get("run"), pipeline=record.get("pipeline"),
            stage=stage, kind=record.get("stage_kind"), status=record.get("outcome"),
            attempt=record.get("attempt"), ms=None if latency is None else latency / 1e3,
            calls=clients or None, redactions=found or None,
            queues=read_gauges(watched.calls) or None,
        )  # fmt: skip


def _reason(error: BaseException) -> str:
    """Return the code that says most: a decision's reason, the error's own, its code, its type."""
    decision = getattr(error, "decision", None)
    found = getattr(decision, "reason", None) or getattr(error, "reason", None)
    found = found or getattr(error, "code", None) or type(error).__name__
    return found if isinstance(found, str) else type(error).__name__


def _outputs(results: Any, mounted: Any) -> dict[str, Any]:
    """Return the data of the stages that no other stage waits for."""
    stages = getattr(mounted, "stages", {})
    waited = {name for spec in stages.values() for name in spec.dependencies}
    return {
        name: dict(output.data)
        for name, output in results.items()
        if name not in waited and getattr(output, "data", None)
    }
