"""What happened: records are taken and made durable, refusals are recorded, logged and raised."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

from stageflow_guard.base.deadline import uninterrupted, within
from stageflow_guard.enforcement.authentication import dismiss
from stageflow_guard.enforcement.records import refusal_fields
from stageflow_guard.enforcement.run import Run
from stageflow_guard.errors import AuditUnavailable, GuardError
from stageflow_guard.model import AuditRecord

if TYPE_CHECKING:
    from stageflow_guard.errors import AccessDenied
    from stageflow_guard.model import Decision
    from stageflow_guard.ports import AuditLog

logger = logging.getLogger("stageflow_guard")


def recorded(run: Run | None, /, **fields: Any) -> AuditRecord:
    """Return a record of `fields`, with what every record of `run` says."""
    if run is not None:
        if run.spoken is not run.identity.principal:  # it was renewed, by a sibling perhaps
            run.speak()
        fields = {**run.common, **fields}
    return AuditRecord.of(fields)


class Recorder:
    """Writes to the log. What it cannot write is `AuditUnavailable`: a refusal of what follows."""

    __slots__ = ("_timeout", "log", "refusals")

    def __init__(self, log: AuditLog, timeout: float) -> None:
        self.log = log
        self._timeout = timeout
        self.refusals: dict[str, int] = {}

    def take(self, record: AuditRecord, run: Run | None) -> int:
        """Enqueue `record`; without an index it is a refusal that withholds what follows."""
        try:
            index: object = self.log.enqueue(record)
            if type(index) is int:
                return index
            dismiss(index)
            error = AuditUnavailable("the log took the record without an index")
        except AuditUnavailable as exc:
            error = exc
        except Exception:
            error = AuditUnavailable(f"the `{record.kind}` could not be recorded")
        if run is not None:
            run.refuse(error)
        raise error

    async def append(self, record: AuditRecord, run: Run | None, *, last: bool = False) -> int:
        """Return the durable record's index; with `last`, even when the caller is cancelled."""
        log = self.log
        try:
            if last:
                return await uninterrupted(self._timeout, log.append(record))
            if hasattr(log, "append_timeout"):
                return await log.append(record)
            return await within(self._timeout, log.append(record))
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = AuditUnavailable("the record could not be made durable")
        if run is not None:
            run.refuse(error)
        error.ref = error.ref or (str(uuid4()) if run is None else run.id)
        self.announce(error, run.pipeline if run else record.pipeline, record.stage)
        raise error

    async def refuse(
        self,
        error: GuardError,
        *,
        run: Run | str | None,
        pipeline: str | None = None,
        stage: str | None = None,
        step: str,
        decision: Decision | None = None,
        **fields: Any,
    ) -> NoReturn:
        """Record the refusal, log one WARNING line, raise `error` with its `.ref`."""
        state = run if isinstance(run, Run) else None
        run_id = state.id if state else (run if isinstance(run, str) else None)
        said = refusal_fields(error, run=state, stage=stage, step=step, decision=decision)
        if state is None:
            said |= {"run": run_id, "pipeline": pipeline}
        try:
            index = await within(self._timeout, self.log.append(recorded(state, **(said | fields))))
            error.ref = f"{self.log.origin}#{index}"
        except Exception:  # it stays refused; the run id is all there is to point at
            error.ref = error.ref or run_id
        if state is not None:
            state.refuse(error)
        self.announce(error, state.pipeline if state else pipeline, stage)
        raise error from None

    def deny(self, error: AccessDenied, ref: str | None) -> NoReturn:
        """Raise a denial whose decision is on record as `ref`: counted, and one WARNING line."""
        error.ref = ref
        self.announce(error, None, None)
        raise error

    def announce(self, error: GuardError, pipeline: str | None, stage: str | None) -> None:
        """Count the refusal and log one WARNING line."""
        self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
        with contextlib.suppress(Exception):  # a filter that breaks changes no refusal
            logger.warning(
                "refused code=%s pipeline=%s stage=%s ref=%s",
                error.code, pipeline, stage, error.ref,
            )  # fmt: skip
