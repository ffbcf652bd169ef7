"""Who watches records as they are taken: telemetry and run logs, never a part of a decision.

An observer gets what stands on record, so neither text nor tokens. It MUST be quick: it runs in the
flow. What it raises is logged by type and changes nothing.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from stageflow_guard.enforcement.answers import index_from
from stageflow_guard.enforcement.step import ACTS
from stageflow_guard.model import AuditRecord

if TYPE_CHECKING:
    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.ports import AuditLog

Observer = Callable[[Mapping[str, Any]], object]
# (part of the flow, the run's id, which step, begin, end): both of time.perf_counter_ns()
FlowTimer = Callable[[str, str | None, str | None, int, int], object]

logger = logging.getLogger("stageflow_guard")
_FIELDS = tuple(one.name for one in fields(AuditRecord))


class FlowTimers:
    """Who is told how long each part of the flow took. Where nobody is, no clock is read."""

    __slots__ = ("_timers", "told")

    def __init__(self) -> None:
        self._timers: tuple[FlowTimer, ...] = ()
        self.told = False  # say whether anybody is

    def add(self, timer: FlowTimer) -> Callable[[], None]:
        """Tell `timer` from now on; return what ends that."""
        self._timers = (*self._timers, timer)
        self.told = True

        def remove() -> None:
            self._timers = tuple(one for one in self._timers if one is not timer)
            self.told = bool(self._timers)

        return remove

    def start(self) -> int:
        """Return when a part begins; 0 where nobody is told."""
        return time.perf_counter_ns() if self._timers else 0

    def end(self, part: str, run: str | None, step: Step | None, began: int) -> None:
        """Tell that a part has ended. What a timer raises is logged by type.

        The step is named where code or policy named it; a resource's name may be a person's.
        """
        if not began or not self._timers:
            return
        now = time.perf_counter_ns()
        name = step.obj if step is not None and step.kind in ACTS else None
        for timer in self._timers:
            try:
                timer(part, run, name, began, now)
            except Exception as error:
                logger.warning("a flow timer failed: %s", type(error).__name__)


class ObservedLog:
    """A log whose records are told to observers after they were taken."""

    def __init__(self, log: AuditLog, observers: list[Observer]) -> None:
        self._log = log
        self._observers = observers

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._log.origin

    def enqueue(self, record: AuditRecord) -> int:
        """Take the record, then tell."""
        index = self._log.enqueue(record)
        self._tell(record, index)
        return index

    async def append(self, record: AuditRecord) -> int:
        """Return the durable record's index, then tell; also when the caller was cancelled."""
        try:
            index = await self._log.append(record)
        except asyncio.CancelledError as gone:
            if "index" in vars(gone):  # it is on record all the same
                self._tell(record, vars(gone)["index"])
            raise
        self._tell(record, index)
        return index

    def _tell(self, record: AuditRecord, index: object) -> None:
        try:
            told = {"index": index_from(index)}
        except Exception:  # no index: the recorder refuses it, so there is nothing to tell
            return
        told |= {name: value for name in _FIELDS if (value := getattr(record, name)) is not None}
        for observer in tuple(self._observers):
            try:
                observer(copy.deepcopy(told))  # the log may encode later what they share
            except Exception as error:
                logger.warning("a record observer failed: %s", type(error).__name__)
