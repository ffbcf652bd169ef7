"""What a change of policies means: who may do what that they could not before, and the reverse.

The comparison is complete for what rules can say. Objects fall into finitely many classes: each
literal that some rule names, what is fresh below each prefix, and what no rule names. One object of
each class is decided under both sets, for every role set that a member holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from stageflow_guard.policy.analysis.earlier import told_limit
from stageflow_guard.policy.engine.exceptions import told
from stageflow_guard.policy.engine.index import NO_ROLES, TenantIndex
from stageflow_guard.policy.engine.rules import TenantFile

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.guardrails import GuardrailRule
    from stageflow_guard.policy.engine.policyset import PolicySet

Roles = frozenset[str]
Side = tuple[TenantFile, TenantIndex] | None
FRESH = "\x00fresh"  # a segment that no line can hold


@dataclass(frozen=True, slots=True)
class Change:
    """One right that a member gained or lost; `rules` are those that now decide."""

    gained: bool
    tenant: str
    member: str
    kind: str
    act: str
    obj: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that changed between two sets."""

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()  # tenants
    removed: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()  # one line each: shares, break-glass, trials, suspensions, rest
    problems: tuple[str, ...] = ()  # of the new set
    gained: int = field(init=False)
    lost: int = field(init=False)

    def __post_init__(self) -> None:
        """Count once."""
        object.__setattr__(self, "gained", sum(c.gained for c in self.changes))
        object.__setattr__(self, "lost", sum(not c.gained for c in self.changes))

    @property
    def tenants(self) -> tuple[str, ...]:
        """Return the tenants in which a member's rights changed."""
        return tuple(sorted({c.tenant for c in self.changes} | {*self.added, *self.removed}))

    def __bool__(self) -> bool:
        """Say whether anything changed that a decision could show."""
        return bool(self.changes or self.added or self.removed or self.platform)

    def summary(self) -> str:
        """Return `+14 grants, -156, tenants t3 t4 t5`."""
        if not self:
            return "no decision changes"
        where = " ".join(self.tenants) or "none"
        return f"+{self.gained} grants, -{self.lost}, tenants {where}"


def diff(old: PolicySet, new: PolicySet) -> Difference:
    """Return what `new` decides differently from `old`."""
    changes: list[Change] = []
    names = sorted(new.touched_since(old))
    for name in names:
        was = old.tenant(name) if old.knows(name) else None
        now = new.tenant(name) if new.knows(name) else None
        if was != now:
            changes += _tenant(name, old if was else None, new if now else None)
    return Difference(
        old.revision, new.revision, tuple(changes),
        tuple(name for name in names if new.knows(name) and not old.knows(name)),
        tuple(name for name in names if old.knows(name) and not new.knows(name)),
        tuple(_platform(old, new, names)),
        tuple(str(problem) for problem in new.problems),
    )  # fmt: skip


def _tenant(name: str, old: PolicySet | None, new: PolicySet | None) -> list[Change]:
    sides = [(s.tenant(name), s.index(name)) if s is not None else None for s in (old, new)]
    probes: dict[tuple[str, str], dict[str, str]] = {}
    for side in sides:
        for rule in side[0].rules if side else ():
            probes.setdefault((rule.kind, rule.act), {})[rule.obj] = _example(rule.obj)
    members = sorted({m for side in sides if side for m in _members(side[0])})
    known: dict[tuple[Roles, Roles], list[_Flip]] = {}  # members mostly hold the same few roles
    found = []
    for member in members:
        was, now = (side[1].members().get(member, NO_ROLES) if side else NO_ROLES for side in sides)
        if (was, now) not in known:
            known[(was, now)] = list(_flips(sides, (was, now), probes))
        found += [
            Change(one.gained, name, member, one.kind, one.act, one.obj, one.rules)
            for one in known[(was, now)]
        ]
    return found


class _Flip(NamedTuple):
    gained: bool
    kind: str
    act: str
    obj: str
    rules: tuple[str, ...]


def _flips(
    sides: list[Side], held: tuple[Roles, Roles], probes: dict[tuple[str, str], dict[str, str]]
) -> Iterator[_Flip]:
    for (kind, act), objects in probes.items():
        for pattern in sorted(objects):
            answers: list[tuple[bool, tuple[str, ...]]] = []
            for side, roles in zip(sides, held, strict=True):
                if side is None:
                    answers.append((False, ()))
                    continue
                allow, deny = side[1].of_roles(roles, kind, objects[pattern], act)
                because = tuple(sorted({r.where for r in deny or allow}))
                answers.append((bool(allow) and not deny, because))
            (could, _), (can, where) = answers
            if could != can:
                yield _Flip(can, kind, act, pattern, where)


def _example(pattern: str) -> str:
    """Return an object that stands for all that this pattern, and no narrower one, matches."""
    return pattern[:-1] + FRESH if pattern.endswith("*") else pattern


def _members(tenant: TenantFile) -> set[str]:
    return {link.member for link in tenant.links if not link.member.startswith("role:")}


def _platform(old: PolicySet, new: PolicySet, names: Iterable[str]) -> Iterable[str]:
    """Yield what else changed, in general and for the tenants in `names`."""

    def lines_of(policies: PolicySet) -> set[str]:
        lines = {
            f"share: {s.owner} to {s.grantee}, {s.kind} {s.act} {s.obj}, until {told(s.expires)}"
            for s in policies.shares
        }
        lines |= {
            f"{g.reason}: {g.who or 'every subject'} in {g.tenant}, {'|'.join(g.kinds)} "
            f"{'|'.join(g.acts)} {g.obj}, {told(g.starts)} to {told(g.expires)}"
            for g in policies.grants
        }
        lines |= {f"suspended: {who}, until {told(u)}" for who, u in policies.suspended.items()}
        rails = policies.guardrails
        own = [(name, rails.tenants.get(name, ())) for name in names]
        for owner, rules in [("platform", rails.platform), *own]:
            lines |= {f"guardrail of {owner}: {_rail(rule)}" for rule in rules}
        return lines | set(_controls(policies, names))

    was, now = lines_of(old), lines_of(new)
    yield from (f"+ {line}" for line in sorted(now - was))
    yield from (f"- {line}" for line in sorted(was - now))
    if old.catalogue != new.catalogue:
        yield "~ catalogue.yaml"


def _controls(policies: PolicySet, names: Iterable[str]) -> Iterator[str]:
    """Yield what counts beside the lines: tools, limits, rules about what happened, definitions."""
    tools, limits = policies.tools, policies.limits
    own_tools = [(name, tools.tenants.get(name, {})) for name in names]
    for owner, rules in [("platform", tools.platform), *own_tools]:
        for name, rule in rules.items():
            said = rule.options.model_dump(exclude_defaults=True)
            if said:
                yield f"tool of {owner}: {name} {json.dumps(said, sort_keys=True, default=str)}"
    own_limits = [(name, limits.tenants.get(name, {})) for name in names]
    for owner, held in [("platform", limits.platform), *own_limits]:
        yield from (f"limit of {owner}: {name}, {told_limit(one)}" for name, one in held.items())
    yield from (f"flow: {name}, {rule}" for name, rule in policies.flow.rules.items())
    if tools.pins is not None:
        yield from (f"definition: {name} {digest}" for name, digest in tools.pins.items())


def _rail(rule: GuardrailRule) -> str:
    said = f"{rule.action} {rule.entity}"
    if rule.min_score is not None:
        said += f" from {rule.min_score}"
    if rule.direction != "both":
        said += f" in {rule.direction}"
    if rule.stage != "*":
        said += f" at {rule.stage}"
    return said + (f", {len(rule.allow)} texts allowed" if rule.allow else "")
