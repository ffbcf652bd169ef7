"""What comes of a request when everything that policy says is asked: lines, bounds, approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.earlier import flow_refusal, full_limit
from stageflow_guard.policy.engine.argument_schema import UnreadableArguments, plain_copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stageflow_guard.model import AccessRequest, Decision
    from stageflow_guard.policy.analysis.earlier import Earlier
    from stageflow_guard.policy.engine.policyset import PolicySet

PERMIT, DENY, APPROVAL = "permit", "deny", "approval"
# refusals of a permitted call, on record with the permit's question: not a matter of policy lines
AFTERWARDS = frozenset((
    "argument_out_of_bounds", "unreadable_arguments", "approval_required", "approval_denied",
    "limit_exceeded", "definition_changed", "input_schema", "flow",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """`effect`: `permit`, `deny` or `approval`; `rules`: `file:line`; `detail`: never a value."""

    effect: str
    reason: str
    rules: tuple[str, ...]
    detail: str | None = None


def outcome_of(
    policies: PolicySet, request: AccessRequest, decision: Decision,
    arguments: Mapping[str, Any] | None, history: Sequence[Earlier] | None = None,
) -> Outcome:  # fmt: skip
    """Return what comes of a call with `arguments`; None: those that are within every bound.

    Without arguments a call whose approval depends on them is told to depend on them. `history` is
    what the same subject was permitted before; None: what no rule and no limit speaks of.
    """
    plain = Outcome(decision.effect.value, decision.reason, decision.rules)
    if decision.permitted and history is not None:
        stopped = _after(policies, request, history)
        if stopped is not None:
            return stopped
    controls = policies.controls(request) if decision.permitted else None
    if controls is None:
        return plain
    if controls.broken is not None:
        return Outcome(DENY, "policy_unavailable", (controls.broken,))
    if arguments is None:
        always = [
            one.where
            for one in controls.rules
            if one.options.approval == "required" and one.when is None
        ]
        if always:
            told = f"every call needs {_people(controls.approvals)}"
            return Outcome(APPROVAL, "approval_required", (*decision.rules, *always), told)
        named = sorted({n for _, schema in controls.bounds for n in schema.properties})
        said = [f"bounds on {', '.join(f'`{one}`' for one in named)} count"] if named else []
        if controls.asks:
            said.append(f"some arguments need {_people(controls.approvals)}")
        return Outcome(plain.effect, plain.reason, plain.rules, "; ".join(said) or None)
    try:
        judged = plain_copy(dict(arguments))
    except UnreadableArguments:
        return Outcome(DENY, "unreadable_arguments", ())
    fault = controls.fault(judged)
    if fault is not None:
        return Outcome(DENY, "argument_out_of_bounds", (fault[0],), str(fault[1]))
    where = controls.needs_approval(judged)
    if where is not None:
        told = f"this call needs {_people(controls.approvals)}"
        return Outcome(APPROVAL, "approval_required", (*decision.rules, where), told)
    return plain


def _after(
    policies: PolicySet, request: AccessRequest, history: Sequence[Earlier]
) -> Outcome | None:
    """Return what rules of flow.yaml or limits make of a request after `history`, or None."""
    name = flow_refusal(policies.flow, request, history)
    if name is not None:
        return Outcome(DENY, "flow", (policies.flow.where(name),), str(policies.flow.rules[name]))
    try:
        full = full_limit(policies, request, history)
    except ConfigError as exc:
        return Outcome(DENY, "policy_unavailable", (), exc.message)
    if full is None:
        return None
    where = policies.limits.where(full)
    return Outcome(DENY, "limit_exceeded", (where,), f"limit `{full}` is used up")


def _people(count: int) -> str:
    return "an approval" if count == 1 else f"approvals of {count} people"
