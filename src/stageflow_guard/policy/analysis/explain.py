"""Why allowed, why denied, and the nearest miss: which rule would have matched but for what."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.near_name import is_slip, near_name
from stageflow_guard.model import AccessRequest, Decision
from stageflow_guard.policy.analysis.beyond_rules import BEYOND_RULES, line_would_help
from stageflow_guard.policy.analysis.earlier import about
from stageflow_guard.policy.analysis.outcome import Outcome, outcome_of
from stageflow_guard.policy.analysis.who_can import permits_some
from stageflow_guard.policy.engine.rules import Link, Rule, object_matches
from stageflow_guard.policy.engine.text import did_you_mean, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

# how far off each field is: an object that is like one of the caller's own roles' comes first (a
# slip in a stage's name), then a role, then what was asked for
WEIGHT = {"role": 40, "act": 50, "object": 60, "kind": 70}


@dataclass(frozen=True, slots=True)
class Miss:
    """An allowing rule that did not match, and the fields that kept it from matching."""

    where: str
    fields: tuple[str, ...]
    hint: str
    text: str = ""

    def __str__(self) -> str:
        """Return `file:line but for FIELDS (hint)`."""
        return f"{self.where} but for {', '.join(self.fields)} ({self.hint})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with everything it rests on.

    `rules` are (file:line, text); `roles` each held role with the g lines that lead there;
    `misses` the closest allowing rules of a denial, nearest first; `note` what no rule can say.
    """

    request: AccessRequest
    decision: Decision
    rules: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    misses: tuple[Miss, ...]
    note: str | None = None
    outcome: Outcome | None = None  # after bounds and approvals; None where it is the decision
    controls: tuple[str, ...] = ()  # what counts for a permitted request beside its lines


def explain(
    policies: PolicySet, request: AccessRequest, *, misses: int = 3,
    arguments: Mapping[str, Any] | None = None,
) -> Explanation:  # fmt: skip
    """Return why `request` is decided as it is; `arguments` are what a tool is called with."""
    decision = policies.decide(request)
    found = outcome_of(policies, request, decision, arguments)
    own = found.detail is not None or found.effect != decision.effect.value
    closest = () if decision.permitted else tuple(nearest(policies, request)[:misses])
    return Explanation(
        request=request,
        decision=decision,
        rules=tuple((where, policies.text_of(where).strip()) for where in decision.rules),
        roles=tuple(sorted(_paths(policies, request).items())),
        misses=closest if line_would_help(decision.reason) else (),
        note=_note(policies, request, decision),
        outcome=found if own else None,
        controls=tuple(about(policies, request)) if decision.permitted else (),
    )


def nearest(policies: PolicySet, request: AccessRequest) -> list[Miss]:
    """Return the allowing rules of the request's tenant that it missed, nearest first."""
    if not policies.knows(request.ten):
        return []
    held = policies.index(request.ten).roles(request)
    found: list[tuple[int, int, Rule, tuple[str, ...]]] = []
    for place, rule in enumerate(policies.tenant(request.ten).rules):
        fields = _missed(rule, request, held) if rule.allow else ()
        if fields:
            found.append((_distance(rule, request, fields), place, rule, fields))
    found.sort(key=lambda one: one[:2])
    return [
        Miss(rule.where, fields, _hint(rule, request, fields), policies.text_of(rule.where).strip())
        for _, _, rule, fields in found[:20]
    ]


def _missed(rule: Rule, request: AccessRequest, held: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        field
        for field, same in (
            ("role", rule.role in held),
            ("kind", rule.kind == request.kind),
            ("object", object_matches(request.obj, rule.obj)),
            ("act", rule.act == request.act),
        )
        if not same
    )


def _distance(rule: Rule, request: AccessRequest, fields: tuple[str, ...]) -> int:
    """Return how far off a rule is: one field is nearer than two, a like object than another."""
    far = 1000 * len(fields) + sum(WEIGHT[field] for field in fields)
    if "object" in fields:
        far -= round(50 * _alike(request.obj, rule.obj))
    return far


def _alike(asked: str, named: str) -> float:
    """Return how like two objects are, from 0 to 1: below another head, little.

    A head is a pipeline, or a collection. A stage of the same name in another pipeline is not what
    was meant; a slip in the pipeline's own name is.
    """
    named = named.removesuffix("/*")
    alike = difflib.SequenceMatcher(None, asked, named).ratio()
    head, other = asked.partition("/")[0], named.partition("/")[0]
    return alike if head == other or is_slip(head, other) else alike / 4


def _hint(rule: Rule, request: AccessRequest, fields: tuple[str, ...]) -> str:
    said = {
        "role": f"{rule.role} is not held",
        "kind": f"it is about {rule.kind}",
        "object": f"it is about {rule.obj}",
        "act": f"it is about {rule.act}",
    }
    return "; ".join(said[field] for field in fields)


def _paths(policies: PolicySet, request: AccessRequest) -> Mapping[str, tuple[str, ...]]:
    """Return each role that the subject or its claims hold, with the g lines that lead there."""
    if not policies.knows(request.ten):
        return {}
    by_member: dict[str, list[Link]] = {}
    for link in policies.tenant(request.ten).links:
        by_member.setdefault(link.member, []).append(link)
    found: dict[str, tuple[str, ...]] = {}
    todo: list[tuple[str, tuple[str, ...]]] = [
        (start, ()) for start in (request.sub, *(f"claim:{role}" for role in request.roles))
    ]
    while todo:
        member, path = todo.pop(0)
        for link in by_member.get(member, ()):
            if link.role not in found:
                found[link.role] = (*path, link.where)
                todo.append((link.role, found[link.role]))
    return found


def subject_hint(policies: PolicySet, tenant: str, sub: str) -> str | None:
    """Return `did you mean ...` for a subject that no line names and that is nearly one that is.

    None where the subject is listed, or may have its roles from its token alone.
    """
    if not policies.knows(tenant):
        return None
    listed = policies.index(tenant).members()
    if sub in listed:
        return None
    subjects = [one for one in listed if not one.startswith(("role:", "claim:"))]
    close = near_name(sub, subjects)
    return f"no line names `{quoted(sub)}`; did you mean `{close}`?" if close else None


def _note(policies: PolicySet, request: AccessRequest, decision: Decision) -> str | None:
    """Return what a rule cannot say of this decision."""
    if decision.reason in BEYOND_RULES:
        return BEYOND_RULES[decision.reason]
    match decision.reason:
        case "unknown_tenant":
            return "there is no such tenant" + did_you_mean(request.ten, policies.tenants)
        case "tenant_policy_invalid":
            mine = [p for p in policies.problems if p.file.startswith(f"tenants/{request.ten}/")]
            return f"the tenant's file is not in force: {mine[0]}" if mine else None
        case "malformed_request":
            return (
                "a subject is `user:`, `svc:` or `agent:` and a name; an object has no `.` or `..` "
                "segment"
            )
        case "break_glass" | "trial":
            return "no rule of the tenant allows it; this right ends by itself"
    if decision.permitted:
        return None
    said = (_shared_in_vain(policies, request), unmapped_roles(policies, request))
    return "; ".join(one for one in said if one) or None


def _shared_in_vain(policies: PolicySet, request: AccessRequest) -> str | None:
    """Say that another tenant shares it, and that no line of the caller's tenant permits it."""
    asked = (request.kind, request.obj, request.act)
    now = policies.clock.now()
    live = next(
        (
            s
            for s in policies.shares
            if now < s.expires and s.covers(request.own, request.ten, *asked)
        ),
        None,
    )
    if live is None:
        return None
    said = f"a share is live ({live.where}), but no line of `{request.ten}` permits it"
    any_line = permits_some(policies, request.ten, *asked)
    return f"{said} to `{quoted(request.sub)}`" if any_line else said


def unmapped_roles(policies: PolicySet, request: AccessRequest) -> str | None:
    """Return which roles of the token no line of the tenant gives a meaning, or None."""
    missing = sorted(role for role in request.roles if not _mapped(policies, request.ten, role))
    if not missing or not policies.knows(request.ten):
        return None
    roles = ", ".join(f"`{quoted(role)}`" for role in missing[:5])
    if len(missing) == 1:
        return f"the token's role {roles} has no `g, claim:{quoted(missing[0])}, ...` line here"
    return f"the token's roles {roles} have no `g, claim:...` lines here"


def _mapped(policies: PolicySet, tenant: str, role: str) -> bool:
    return policies.knows(tenant) and f"claim:{role}" in policies.index(tenant).members()
