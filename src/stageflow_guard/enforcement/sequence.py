"""What may follow on what: asked before a step, remembered with what was decided.

Within a run the state is the run's own. Beyond it, for sessions and subjects, it is what the log's
records say (`past`), read when the guard is opened and kept from then on as decisions are made.
One process at a time keeps it: another worker of the same log does not start with such a rule.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from stageflow_guard.audit.log.memory import UnsafeMemoryLog
from stageflow_guard.audit.read.lookup import OpenLog, siblings_of
from stageflow_guard.base.durable import take_lock
from stageflow_guard.enforcement.past import past
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    GuardError,
    PolicyUnavailable,
    VerificationError,
)
from stageflow_guard.model import Decision, Effect
from stageflow_guard.policy.engine.flow import Flow
from stageflow_guard.ports import FlowSource

if TYPE_CHECKING:
    from pathlib import Path

    from stageflow_guard.enforcement.admission import ToolCall
    from stageflow_guard.enforcement.past import Place
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal
    from stageflow_guard.policy.engine.flow import Marks

SWEPT = 4096  # sessions and subjects from which on those are looked for that are over


class Sequence:
    """The state of `flow.yaml`. `shards` is the folder of a log of many workers, or None."""

    def __init__(self, pep: PolicyEnforcementPoint) -> None:
        self._pep = pep
        self.shards: Path | None = None
        self.elsewhere = False  # a terminal beside the application: it keeps no history
        self._taken_from: object = None
        self._source: FlowSource | None = None
        self._runs: WeakKeyDictionary[Run, Marks] = WeakKeyDictionary()
        self._wide: dict[Place, Marks] = {}
        self._known: Flow | None = None  # the rules that `_wide` is about
        self._told = ""  # why it cannot be kept, else empty
        self._reading: asyncio.Lock | None = None
        self._lock = threading.RLock()  # asking and remembering are one
        self._held = -1
        self._sweep = SWEPT

    @property
    def flow(self) -> Flow | None:
        """The rules in force, or None where there are none."""
        source = self._pep.decisions
        if source is not self._taken_from:  # such a check costs more than the question
            self._source = source if isinstance(source, FlowSource) else None
            self._taken_from = source
        found = None if self._source is None else self._source.flow
        if found is not None and type(found) is not Flow:
            raise PolicyUnavailable("the decision point gave no flow")
        return found or None

    # -- the past ----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Read what happened before; raise `ConfigError` where a rule could not be kept."""
        await self.prepare()
        if self._told and not self.elsewhere:
            why, self._known = self._told, None
            self.close()
            raise ConfigError(why)

    async def prepare(self) -> None:
        """Make the state one of the rules in force: they may be others since a reload."""
        flow = self.flow
        if flow is None or flow is self._known:
            return
        if self._known is not None and flow.wide == self._known.wide:
            self._known = flow
            return
        if self._reading is None:
            self._reading = asyncio.Lock()
        async with self._reading:
            if self.flow is flow and flow is not self._known:
                await self._read(flow)

    async def _read(self, flow: Flow) -> None:
        log: Any = self._pep.log
        with self._lock:  # from now on what happens is counted for these rules
            self._wide, self._told = {}, "the history is being read"
            self._known = flow
        self._told = await self._taken_up(flow, log) if flow.wide else ""

    async def _taken_up(self, flow: Flow, log: Any) -> str:
        """Take over what the log says; return why that cannot be, else an empty text."""
        name = next(iter(flow.wide))
        told = f"{flow.where(name)}: rule `{name}` looks beyond one run"
        if self.elsewhere:
            return f"{told}; another process keeps its history"
        if isinstance(log, UnsafeMemoryLog):
            return ""
        if not isinstance(log, OpenLog):
            return f"{told}, and this guard's log cannot be read back"
        try:
            if self.shards is None and siblings_of(log):
                return f"{told}, and other workers have logs beside this one"
            self._hold(f"{told}, and another worker of this log is open; count over workers with "
                       "limits.yaml")  # fmt: skip
            if hasattr(log, "flush"):
                await log.flush()
            found = await asyncio.to_thread(past, flow, log, siblings_of(log))
        except GuardError as exc:
            return exc.message if isinstance(exc, ConfigError) else f"{told}: {exc.message}"
        except (VerificationError, OSError, ValueError):
            return f"{told}, and the log could not be read back"
        with self._lock:
            for place, marks in found.items():
                held = self._wide.setdefault(place, {})
                for rule, times in marks.items():
                    both = sorted([*times, *held.get(rule, ())])
                    held[rule] = deque(both, maxlen=times.maxlen)
        return ""

    def _hold(self, why: str) -> None:
        if self.shards is None or self._held >= 0:
            return
        try:
            self._held = take_lock(f"{self.shards}.history", seconds=0.2)
        except BlockingIOError:
            raise ConfigError(why) from None

    def close(self) -> None:
        """Let the history go: the next to open a guard reads the log again."""
        with self._lock:
            self._wide, self._known, self._told = {}, None, ""
        held, self._held = self._held, -1
        if held >= 0:
            os.close(held)

    # -- asked and remembered ----------------------------------------------------------------------

    def require(self, call: ToolCall) -> None:
        """Raise `AccessDenied` (`flow`) for a call that a rule refuses after what has happened.

        Outside a run nothing has happened in it, so that what has to come after something is
        refused. Raises `PolicyUnavailable` where the history is not known.
        """
        flow, asked = self.flow, call.request
        if flow is None:
            return
        self._require_known(flow, asked.kind, asked.obj, asked.act)
        with self._lock:
            self._ask(flow, call, self._of(call.run, call.who))

    def follow(self, call: ToolCall) -> None:
        """Ask, and remember the permit: of many at once, none comes between."""
        flow, asked = self.flow, call.request
        if flow is None:
            return
        self._require_known(flow, asked.kind, asked.obj, asked.act)
        with self._lock:
            marks = self._of(call.run, call.who)
            self._ask(flow, call, marks)
            flow.mark(asked.kind, asked.obj, asked.act, marks, time.monotonic(), ended=False)

    def _ask(self, flow: Flow, call: ToolCall, marks: dict[str, Marks]) -> None:
        asked = call.request
        name = flow.refusing(asked.kind, asked.obj, asked.act, marks, time.monotonic())
        if name is not None:
            decision = Decision(
                effect=Effect.DENY, reason="flow", rules=(flow.where(name),),
                revision=call.decision.revision,
            )  # fmt: skip
            raise AccessDenied(
                decision, f"rule `{name}` of flow.yaml refuses `{asked.act}` here", act=asked.act
            )

    def ended(self, run: Run | None, who: Principal, kind: str, obj: str, act: str) -> None:
        """Remember what ended well: something else may have to come after it."""
        self._mark(run, who, (kind, obj, act), ended=True)

    def waits_for(self, kind: str, obj: str, act: str) -> bool:
        """Say whether a rule waits for the end of this: then its record says that it ended."""
        flow = self.flow
        return flow is not None and any(flow.marked(kind, obj, act, ended=True))

    def _require_known(self, flow: Flow, kind: str, obj: str, act: str) -> None:
        if flow is self._known and not self._told:
            return
        name = flow.speaks_of(kind, obj, act)
        if name is not None:
            why = self._told or "the history is not read yet"
            raise PolicyUnavailable(f"rule `{name}` of flow.yaml cannot be told: {why}")

    def _mark(
        self, run: Run | None, who: Principal, about: tuple[str, str, str], *, ended: bool
    ) -> None:
        flow = self.flow
        if flow is None:
            return
        with self._lock:
            flow.mark(*about, self._of(run, who), time.monotonic(), ended=ended)

    def _of(self, run: Run | None, who: Principal) -> dict[str, Marks]:
        """Return the marks of a call's run, session and subject."""
        if len(self._wide) > self._sweep:
            self._forget()
        session: tuple[str, str] | None = None
        here: Marks = {}
        while run is not None:
            if run.session_id is not None:  # the outermost one's: a child chooses none for itself
                session = ("session", run.session_id)
            if run.parent is None:
                here = self._runs.setdefault(run, {})
                if session is None:
                    session = ("run", run.id)
            run = run.parent
        subject: Place = ("subject", who.tenant, who.subject)
        marks = {"run": here, "subject": self._wide.setdefault(subject, {})}
        marks["session"] = (
            {}
            if session is None
            else self._wide.setdefault((session[0], who.tenant, session[1]), {})
        )
        return marks

    def _forget(self) -> None:
        """Let go of sessions and subjects in which nothing happened that a rule looks back to."""
        flow = self._known
        longest = max((rule.window or 0.0 for rule in (flow.wide if flow else {}).values()),
                      default=0.0)  # fmt: skip
        since = time.monotonic() - longest
        self._wide = {
            place: marks
            for place, marks in self._wide.items()
            if any(times and times[-1] > since for times in marks.values())
        }
        self._sweep = max(SWEPT, 2 * len(self._wide))
