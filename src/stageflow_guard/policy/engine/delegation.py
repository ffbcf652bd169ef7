"""Delegation: every hop of the chain needs the right itself (RFC 8693 section 4.1).

The effective right is the intersection. An actor is software: `agent:NAME` or `svc:NAME` in the
tenant's lines, with no role but what those lines give it. A token with an `act` chain therefore
never reaches further than the weakest of those who hold it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stageflow_guard.model import Decision, Effect

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.ports import DecisionPoint

FORMS = ("agent:", "svc:")


def delegated(
    decisions: DecisionPoint, request: AccessRequest, actors: tuple[str, ...], decision: Decision
) -> Decision:
    """Return `decision`, which is the subject's, narrowed by every actor of the chain.

    A denial says `actor_denied` with the rules of the hop that denied. A permit names the rules of
    all hops.
    """
    rules = list(decision.rules)
    for actor in actors if decision.permitted else ():
        hop = _hop(decisions, request, actor)
        if not hop.permitted:
            return replace(decision, effect=Effect.DENY, reason="actor_denied", rules=hop.rules)
        rules += [rule for rule in hop.rules if rule not in rules]
    return replace(decision, rules=tuple(rules)) if actors else decision


def _hop(decisions: DecisionPoint, request: AccessRequest, actor: str) -> Decision:
    """Return what one actor may: a deny for either form counts, a permit needs one of them."""
    answers = [decisions.decide(replace(request, sub=form + actor, roles=())) for form in FORMS]
    for answer in answers:
        if answer.reason in ("explicit_deny", "suspended"):
            return answer
    return next((answer for answer in answers if answer.permitted), answers[0])
