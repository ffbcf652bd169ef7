"""What is wrong with bounds, approvals, limits and rules of flow.yaml although each loads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stageflow_guard.policy.engine.rules import covers
from stageflow_guard.policy.engine.text import did_you_mean, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.flow import Event
    from stageflow_guard.policy.engine.policyset import PolicySet

Found = tuple[str, str, str, str]  # file:line, level, code, message
ENDS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))


def controls(policies: PolicySet) -> Iterator[Found]:
    """Yield everything to mend."""
    yield from _approvals(policies)
    yield from _bounds(policies)
    yield from _limits(policies)
    yield from _flow(policies)


def _approvals(policies: PolicySet) -> Iterator[Found]:
    """Yield tools that need an approval which no role may give."""
    for tenant in policies.tenants:
        needed = policies.tools.asking(tenant)
        rules = policies.tenant(tenant).rules if needed else ()
        for rule in rules:
            tool = rule.obj.partition("/")[0]
            if not rule.allow or (rule.kind, rule.act) != ("tool", "call") or tool not in needed:
                continue
            approves = any(
                r.allow and (r.kind, r.act) == ("tool", "approve") and _meets(r.obj, rule.obj)
                for r in rules
            )
            if not approves:
                said = f"`{tool}` needs an approval, and no role may give it"
                yield rule.where, "warning", "nobody_approves", said


def _bounds(policies: PolicySet) -> Iterator[Found]:
    """Yield tools whose bounds contradict each other: platform and tenant, or everybody and a role.

    Those of one file for everybody are an error when it is read.
    """
    tools = policies.tools
    said = set()
    for tenant in (None, *policies.tenants):
        own = {} if tenant is None else tools.tenants.get(tenant, {})
        for name in sorted({*tools.platform, *own}):
            rules = [r for r in (tools.platform.get(name), own.get(name)) if r is not None]
            held = {role for rule in rules for role, _ in rule.bounds}
            for role in sorted(held, key=str):
                schemas = [s.properties for r in rules for of, s in r.bounds if of in (None, role)]
                for path in sorted({key for one in schemas for key in one}):
                    both = [one[path] for one in schemas if path in one]
                    place = (rules[-1].where, name, path)
                    if len(both) > 1 and _contradict(both) and place not in said:
                        said.add(place)
                        who = "" if role is None else f" of role:{role}"
                        yield (
                            rules[-1].where, "warning", "unsatisfiable",
                            f"no call of `{name}`{who} can satisfy all bounds on `{path}`",
                        )  # fmt: skip


def _contradict(schemas: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether no value is within all of these, as far as numbers and lists of values tell."""

    def ends(low: str, high: str) -> tuple[float, float]:
        least = max((one[low] for one in schemas if low in one), default=-math.inf)
        return least, min((one[high] for one in schemas if high in one), default=math.inf)

    if any(least > most for least, most in (ends(*pair) for pair in ENDS)):
        return True
    least, most = ends("minimum", "maximum")
    above, below = ends("exclusiveMinimum", "exclusiveMaximum")
    lower, upper = max(least, above), min(most, below)
    if lower > upper or (lower == upper and (above == lower or below == upper)):
        return True
    listed = [
        one["enum"] if "enum" in one else [one["const"]]
        for one in schemas
        if "enum" in one or "const" in one
    ]
    return len(listed) > 1 and not [v for v in listed[0] if all(v in more for more in listed[1:])]


def _limits(policies: PolicySet) -> Iterator[Found]:
    limits = policies.limits
    kinds = policies.catalogue.acts()
    named = [*limits.platform.items()]
    named += [
        (f"{t}/{name}", one) for t, held in limits.tenants.items() for name, one in held.items()
    ]
    for name, one in named:
        where = limits.where(name)
        if one.kind is not None and one.kind not in kinds:
            hint = did_you_mean(one.kind, kinds)
            yield where, "warning", "unknown_kind", f"limit `{name}`: `{quoted(one.kind)}`{hint}"
        if one.limit == 0 and one.mode == "hard":
            yield where, "note", "nothing_left", f"limit `{name}` is 0: nothing of it runs"
        if one.of == "concurrent" and one.limit < 1 and one.mode == "hard":
            yield where, "warning", "nothing_left", f"limit `{name}` lets not one call run"


def _flow(policies: PolicySet) -> Iterator[Found]:
    kinds = policies.catalogue.acts()
    for name, rule in policies.flow.rules.items():
        where = policies.flow.where(name)
        for event in {rule.stops, rule.marks}:
            if event.kind not in kinds:
                said = f"`{quoted(event.kind)}`{did_you_mean(event.kind, kinds)}"
                yield where, "warning", "unknown_kind", f"rule `{name}`: {said}"
            elif event.act not in kinds[event.kind]:
                said = f"`{quoted(event.act)}`{did_you_mean(event.act, kinds[event.kind])}"
                yield where, "warning", "unknown_act", f"rule `{name}`: {said}"
        if rule.after is not None and not _may_happen(policies, rule.after):
            told = "nothing of it can ever run" if rule.only else "it stops nothing"
            said = f"rule `{name}`: no line permits `{quoted(str(rule.after))}`, so that {told}"
            yield where, "warning", "never_happens", said


def _may_happen(policies: PolicySet, event: Event) -> bool:
    return any(
        rule.allow and (rule.kind, rule.act) == (event.kind, event.act)
        and _meets(rule.obj, event.obj)
        for tenant in policies.tenants
        for rule in policies.tenant(tenant).rules
    )  # fmt: skip


def _meets(one: str, other: str) -> bool:
    return covers(one, other) or covers(other, one)
