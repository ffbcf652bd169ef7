"""What a recorded log would have been to other policies: their limits, their flow, their approvals.

Counts what they would have let through. A record says nothing of what steps reported, of calls
under way at a moment, or of child runs: limits on these are not asked again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.earlier import limits_about
from stageflow_guard.policy.engine.flow import WITHIN

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy.engine.flow import Marks
    from stageflow_guard.policy.engine.limits import Limit
    from stageflow_guard.policy.engine.policyset import PolicySet


class Timeline:
    """The state of one log, record by record; times are seconds since the epoch."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies
        self._marks: dict[tuple[str, str, str], Marks] = {}
        self._calls: dict[tuple[str, ...], deque[float]] = {}
        self._parents: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._waiting: dict[int, tuple[AccessRequest, str | None]] = {}

    def see(self, record: Mapping[str, Any]) -> None:
        """Take note of a run that began, or of a step that ended well."""
        kind, run = record.get("kind"), str(record.get("run"))
        if kind == "run_start":
            if record.get("parent_run") is not None:
                self._parents[run] = str(record["parent_run"])
            if record.get("session") is not None:
                self._sessions[run] = str(record["session"])
        elif kind == "effect":
            cause = record.get("decision_index")
            found = self._waiting.pop(cause, None) if isinstance(cause, int) else None
            if found is not None and record.get("outcome") == "ok":
                when = int(record.get("wall_ns") or 0) / 1e9
                self._mark(*found, when, ended=True)

    def refusal(
        self, request: AccessRequest, when: float, run: str | None, *, approved: bool
    ) -> tuple[str, str] | None:
        """Return (reason, file:line) of what stops a permitted request, or None."""
        policies = self._policies
        name = policies.flow.refusing(
            request.kind, request.obj, request.act, self._of(request, run), when
        )
        if name is not None:
            return "flow", policies.flow.where(name)
        try:
            for limit_name, limit in limits_about(policies, request):
                if limit.of != "calls" or limit.mode == "soft":
                    continue
                times = self._calls.get(self._key(limit_name, limit, request, run), deque())
                since = float("-inf") if limit.window is None else when - limit.window
                if sum(1 for one in times if one > since) + 1 > limit.limit:
                    return "limit_exceeded", policies.limits.where(limit_name)
        except ConfigError:
            return "policy_unavailable", "limits.yaml:1"
        controls = policies.controls(request)
        for rule in () if controls is None or approved else controls.rules:
            if rule.options.approval == "required" and rule.when is None:
                return "approval_required", rule.where
        return None

    def permitted(self, index: int, request: AccessRequest, when: float, run: str | None) -> None:
        """Remember a request that went through."""
        self._mark(request, run, when, ended=False)
        if any(self._policies.flow.marked(request.kind, request.obj, request.act, ended=True)):
            self._waiting[index] = request, run
        for name, limit in limits_about(self._policies, request):
            if limit.of == "calls":
                most = int(limit.limit) + 1  # more than the limit are as many as it takes
                key = self._key(name, limit, request, run)
                self._calls.setdefault(key, deque(maxlen=most)).append(when)

    def _mark(self, request: AccessRequest, run: str | None, when: float, *, ended: bool) -> None:
        self._policies.flow.mark(
            request.kind, request.obj, request.act, self._of(request, run), when, ended=ended
        )

    def _root(self, run: str) -> tuple[str, str | None]:
        """Return the outermost run, and the session of the outermost one that has one."""
        session = self._sessions.get(run)
        for _ in range(len(self._parents) + 1):
            if run not in self._parents:
                break
            run = self._parents[run]
            session = self._sessions.get(run, session)
        return run, session

    def _of(self, request: AccessRequest, run: str | None) -> dict[str, Marks]:
        root, session = (None, None) if run is None else self._root(run)
        names = dict(zip(WITHIN, (root, session or root, request.sub), strict=True))
        return {
            within: {} if name is None else self._marks.setdefault((within, request.ten, name), {})
            for within, name in names.items()
        }

    def _key(
        self, name: str, limit: Limit, request: AccessRequest, run: str | None
    ) -> tuple[str, ...]:
        own = {"subject": request.sub, "tool": request.obj, "stage": request.obj,
               "run": "" if run is None else self._root(run)[0]}  # fmt: skip
        return (name, request.ten, *(own[one] for one in sorted(limit.per)))
