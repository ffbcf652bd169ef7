"""What may follow on what in a run: asked before a step, remembered with what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from stageflow_guard.errors import AccessDenied, PolicyUnavailable
from stageflow_guard.model import Decision, Effect
from stageflow_guard.policy.engine.flow import Flow
from stageflow_guard.ports import FlowSource

if TYPE_CHECKING:
    from stageflow_guard.enforcement.admission import ToolCall
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run


class Sequence:
    """The state of `flow.yaml` in each open run: which rules' `after` has happened in it."""

    def __init__(self, pep: PolicyEnforcementPoint) -> None:
        self._pep = pep
        self._taken_from: object = None
        self._source: FlowSource | None = None
        self._happened: WeakKeyDictionary[Run, set[str]] = WeakKeyDictionary()

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

    def require(self, call: ToolCall) -> None:
        """Raise `AccessDenied` (`flow`) for a call that a rule refuses after what has happened.

        Outside a run nothing has happened, so that what has to come after something is refused.
        """
        flow, asked = self.flow, call.request
        if flow is None:
            return
        known = set() if call.run is None else self._of(call.run)
        name = flow.refusing(asked.kind, asked.obj, asked.act, known)
        if name is not None:
            decision = Decision(
                effect=Effect.DENY, reason="flow", rules=("flow.yaml:1",),
                revision=call.decision.revision,
            )  # fmt: skip
            raise AccessDenied(
                decision, f"rule `{name}` of flow.yaml refuses `{asked.act}` here", act=asked.act
            )

    def mark(self, run: Run, kind: str, obj: str, act: str, *, ended: bool) -> None:
        """Remember what was permitted, or has ended well."""
        flow = self.flow
        if flow is not None:
            self._of(run).update(flow.marked(kind, obj, act, ended=ended))

    def _of(self, run: Run) -> set[str]:
        while run.parent is not None:
            run = run.parent
        return self._happened.setdefault(run, set())
