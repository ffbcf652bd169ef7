"""What happened: records are taken and made durable, refusals are recorded, logged and raised.

Every refusal passes `Recorder.refuse` or `Recorder.raise_denied`: the one place where an error gets
its `.ref`, its record, its count and its line in the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.base.deadline import resumed, uninterrupted, within
from stageflow_guard.base.traceparent import new_trace
from stageflow_guard.enforcement.answers import close_unawaited, index_from
from stageflow_guard.enforcement.issued import copy_of, is_issued, issue, mark_unrecorded
from stageflow_guard.enforcement.observers import ObservedLog, Observer
from stageflow_guard.enforcement.records import refusal_fields
from stageflow_guard.enforcement.run import Run
from stageflow_guard.enforcement.tracing import around
from stageflow_guard.errors import UNRECORDED, AuditUnavailable, GuardError, Refused
from stageflow_guard.model import AuditRecord
from stageflow_guard.ports import TimedLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.base.traceparent import TraceContext
    from stageflow_guard.errors import AccessDenied
    from stageflow_guard.model import Decision
    from stageflow_guard.ports import AuditLog

# a name of code or configuration; a model can make up a tool's name
_NAME = re.compile(r"(?!.*[0-9]{3})[A-Za-z_][A-Za-z0-9_./-]{0,127}")  # no number of anybody's

logger = logging.getLogger("stageflow_guard")


def new_record(run: Run | None, /, **fields: Any) -> AuditRecord:
    """Return a record of `fields`, with what every record of `run` says."""
    if run is None:
        trace = around()
        if trace is not None:
            fields = {"trace": trace.recorded, **fields}
    else:
        if run.recorded_principal is not run.identity.principal:  # renewed, by a sibling perhaps
            run.refresh_record_fields()
        fields = {**run.common, **fields}
    return AuditRecord.of(fields)


def traced(record: AuditRecord, trace: TraceContext | None) -> AuditRecord:
    """Return the record under `trace`, unless it says one."""
    if trace is None or record.trace is not None:
        return record
    return AuditRecord.of({**record.__dict__, "trace": trace.recorded})


class Recorder:
    """Writes to the log. What it cannot write is `AuditUnavailable`: a refusal of what follows."""

    __slots__ = ("_given", "_log", "_observers", "_timed", "_timeout", "refusals")

    def __init__(self, log: AuditLog, timeout: float) -> None:
        self._timeout = timeout
        self._observers: list[Observer] = []
        self.refusals: dict[str, int] = {}
        self.log = log

    @property
    def log(self) -> AuditLog:
        """Where records go."""
        return self._given

    @log.setter
    def log(self, log: AuditLog) -> None:
        self._given = log
        self._log = ObservedLog(log, self._observers) if self._observers else log
        self._timed = isinstance(log, TimedLog)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` of every record from now on; return what ends that."""
        self._observers.append(observer)
        self.log = self._given

        def remove() -> None:
            if observer in self._observers:
                self._observers.remove(observer)
                self.log = self._given

        return remove

    def enqueue(self, record: AuditRecord, run: Run | None) -> int:
        """Enqueue `record`; without an index it is a refusal that withholds what follows."""
        try:
            index = self._log.enqueue(record)
            return index if type(index) is int and index >= 0 else index_from(index)
        except GuardError as exc:
            error = copy_of(exc)
        except Exception:
            error = AuditUnavailable(f"the `{record.kind}` could not be recorded")
        self._raise_unrecorded(error, record, run)

    async def append(self, record: AuditRecord, run: Run | None, *, last: bool = False) -> int:
        """Return the durable record's index; with `last`, even when the caller is cancelled."""
        log = self._log
        try:
            if last:
                return index_from(await uninterrupted(self._timeout, log.append(record)))
            if self._timed:
                return index_from(await log.append(record))
            return index_from(await within(self._timeout, log.append(record)))
        except GuardError as exc:
            error = copy_of(exc)
        except Exception:
            error = AuditUnavailable("the record could not be made durable")
        self._raise_unrecorded(error, record, run)

    async def append_permit(self, record: AuditRecord, run: Run) -> tuple[int, bool]:
        """Return the durable permit's index, and whether its caller was cancelled meanwhile.

        A permit that is on record MUST get its effect, so its index is never lost.
        """
        try:
            if not self._timed:
                work = self._log.append(record)
                try:  # most logs answer at once: then there is nothing to wait for or to finish
                    waiting_for = work.send(None)
                except StopIteration as done:
                    return index_from(done.value), False
                answer, cancelled = await resumed(self._timeout, work, waiting_for)
                return index_from(answer), cancelled
            try:
                index = await self._log.append(record)
                return index if type(index) is int and index >= 0 else index_from(index), False
            except asyncio.CancelledError as gone:
                taken = vars(gone).get("index")
                if taken is None:
                    raise
                return index_from(taken), True
        except GuardError as exc:
            error = copy_of(exc)
        except Exception:
            error = AuditUnavailable("the record could not be made durable")
        self._raise_unrecorded(error, record, run)

    def _raise_unrecorded(
        self, error: GuardError, record: AuditRecord, run: Run | None
    ) -> NoReturn:
        """Raise a refusal that no record could be written of."""
        mark_unrecorded(error, None if run is None else run.id)
        issue(error, None if run is None else run.id)
        if run is not None:
            run.refuse(error)
        self.log_refusal(error, run.pipeline if run else record.pipeline, record.stage,
                         record.resource, record.reason)  # fmt: skip
        raise error from None

    async def refuse(
        self,
        error: GuardError,
        *,
        run: Run | str | None,
        pipeline: str | None = None,
        stage: str | None = None,
        resource: str | None = None,
        step: str,
        decision: Decision | None = None,
        ends_run: bool = True,
        **fields: Any,
    ) -> NoReturn:
        """Record the refusal, log one WARNING line, raise it with its `.ref`.

        What is raised is a copy of `error`: a collaborator's object can be shared. An error that
        this guard issued for this run before is raised as it is: one refusal, one record. With
        `ends_run` False, which policy alone says of a tool, the run may go on.
        """
        state = run if isinstance(run, Run) else None
        run_id = state.id if state else (run if isinstance(run, str) else None)
        if is_issued(error, run_id) or (state is not None and state.refusal is error):
            if state is not None:
                state.refuse(error)
            raise error.with_traceback(None) from None
        own = copy_of(error)
        about = refusal_fields(own, stage=stage, resource=resource, step=step, decision=decision)
        if state is None:
            trace = around() or new_trace()
            about |= {"run": run_id, "pipeline": pipeline, "trace": trace.recorded}
        answer: object = None
        try:
            record = new_record(state, **(about | fields))
            answer = await within(self._timeout, self._log.append(record))
            own.ref = f"{self._log.origin}#{index_from(answer)}"
        except Exception:  # it stays refused
            close_unawaited(answer)
            mark_unrecorded(own, run_id)
        issue(own, None if state is None else state.id)
        if state is not None and (ends_run or str(own.ref).startswith(UNRECORDED)):
            state.refuse(own)
        elif not ends_run and isinstance(own, Refused):
            own.tells_model = True
        self.log_refusal(own, state.pipeline if state else pipeline, stage, resource,
                         about["reason"])  # fmt: skip
        raise own from None

    def raise_denied(
        self, error: AccessDenied, ref: str | None, run: Run | None, resource: str
    ) -> NoReturn:
        """Raise a denial whose decision is on record as `ref`: counted, and one WARNING line."""
        error.ref = ref
        issue(error, None if run is None else run.id)
        self.log_refusal(error, run.pipeline if run else None, None, resource,
                         error.decision.reason)  # fmt: skip
        raise error

    def log_refusal(
        self, error: GuardError, pipeline: str | None, stage: str | None, resource: str | None,
        reason: str | None,
    ) -> None:  # fmt: skip
        """Count the refusal and log one WARNING line: names and codes, never content."""
        self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
        with contextlib.suppress(Exception):  # a filter that breaks changes no refusal
            logger.warning(
                "refused code=%s reason=%s pipeline=%s stage=%s resource=%s ref=%s",
                error.code, _name(reason), _name(pipeline), _name(stage), _resource(resource),
                error.ref,
            )  # fmt: skip


def _name(value: str | None) -> str:
    """Return a name for a line of the process's log: what is none may be anybody's text."""
    return value if value is not None and _NAME.fullmatch(value) else "-"


def _resource(value: str | None) -> str:
    """Return a tool or a stage by its name; of any other object its kind: a name may be a person's.

    What stands on record beside the line's ref is the whole name.
    """
    kind, _, name = (value or "").partition(":")
    return f"{_name(kind)}:{_name(name)}" if kind in ("tool", "stage") else _name(kind)
