"""Reverse queries: who can do this, what can they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.engine.rules import Rule, covers

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

UNLISTED = "user:-"  # stands for a subject that carries a claim and has no line of its own


@dataclass(frozen=True, slots=True)
class Holder:
    """Who may: a subject, or `claim:NAME` for every token that carries the role."""

    member: str
    reason: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """What counts for a subject, and the deny rules that cut into it.

    `where` is an allowing rule, or the line of a right that ends by itself: `reason` is then
    `break_glass` or `trial`, and `ends` seconds since the epoch.
    """

    kind: str
    act: str
    obj: str
    where: str
    except_for: tuple[tuple[str, str], ...] = ()  # (object, file:line)
    reason: str = "permitted"
    ends: float | None = None


def who_can(
    policies: PolicySet, tenant: str, *, kind: str, obj: str, act: str, own: str | None = None
) -> list[Holder]:
    """Return every subject in `tenant` that may, decided one by one by the rules that run.

    A claim is asked alone: a token with several claims holds the union of their allows and denies.
    """
    if not policies.knows(tenant):
        return []
    members = {m for m in policies.index(tenant).members() if not m.startswith("role:")}
    members.update(g.who for g in policies.grants if g.who and g.tenant == tenant)
    found = []
    for member in sorted(members):
        claimed = member.startswith("claim:")
        decision = policies.decide(
            AccessRequest(
                sub=UNLISTED if claimed else member, ten=tenant, own=own or tenant, kind=kind,
                obj=obj, act=act, roles=(member.removeprefix("claim:"),) if claimed else (),
            )
        )  # fmt: skip
        if decision.permitted and decision.reason != "trial":
            found.append(Holder(member, decision.reason, decision.rules))
    unlisted = policies.decide(
        AccessRequest(sub=UNLISTED, ten=tenant, own=own or tenant, kind=kind, obj=obj, act=act)
    )
    if unlisted.permitted:  # only a trial permits a subject without roles
        found.append(Holder("every subject", unlisted.reason, unlisted.rules))
    return found


def nobody_may(
    policies: PolicySet, questions: Sequence[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    """Return the questions (kind, object, act) that no allowing line of any tenant is about.

    An object that ends in `/*` stands for those below it. Who holds the roles is not asked: that
    changes with every token.
    """
    left = list(questions)
    for tenant in policies.tenants:
        if not left:
            break
        for rule in policies.tenant(tenant).rules:
            if rule.allow:
                left = [one for one in left if not _is_about(rule, one)]
    now = policies.clock.now()
    granted = (
        (kind, grant.obj, act)
        for grant in policies.grants if now < grant.expires  # one that begins later counts as well
        for kind in grant.kinds for act in grant.acts
    )  # fmt: skip
    for kind, obj, act in granted:
        left = [q for q in left if (q[0], q[2]) != (kind, act) or not _overlap(obj, q[1])]
    return left


def permits_some(policies: PolicySet, tenant: str, kind: str, obj: str, act: str) -> bool:
    """Say whether an allowing line of a tenant is about an object, or some of those below it."""
    return policies.knows(tenant) and any(
        rule.allow and _is_about(rule, (kind, obj, act)) for rule in policies.tenant(tenant).rules
    )


def _is_about(rule: Rule, question: tuple[str, str, str]) -> bool:
    kind, obj, act = question
    return rule.kind == kind and rule.act == act and _overlap(rule.obj, obj)


def _overlap(one: str, other: str) -> bool:
    """Say whether some object matches both: patterns nest, or have nothing in common."""
    return covers(one, other) or covers(other, one)


def what_can(
    policies: PolicySet, tenant: str, sub: str, roles: tuple[str, ...] = ()
) -> list[Right]:
    """Return what a subject may do in its own tenant: its allowing rules, and what cuts into them.

    Emergency access and trials that are live are among them. Nothing when the subject or the
    tenant is suspended.
    """
    if not policies.knows(tenant):
        return []
    asks = AccessRequest(sub=sub, ten=tenant, own=tenant, kind="-", obj="-", act="-", roles=roles)
    if policies.decide(asks).reason in ("suspended", "malformed_request"):
        return []
    held = policies.index(tenant).roles(asks)
    mine = [rule for rule in policies.tenant(tenant).rules if rule.role in held]
    denies = [rule for rule in mine if not rule.allow]
    allowed = [Right(r.kind, r.act, r.obj, r.where) for r in mine if r.allow]
    found = []
    for right in (*allowed, *_granted(policies, tenant, sub)):
        cuts = [
            d for d in denies
            if (d.kind, d.act) == (right.kind, right.act) and _overlap(d.obj, right.obj)
        ]  # fmt: skip
        if any(covers(cut.obj, right.obj) for cut in cuts):
            continue  # nothing is left of it
        found.append(replace(right, except_for=tuple((c.obj, c.where) for c in cuts)))
    return sorted(found, key=lambda right: (right.kind, right.act, right.obj, right.where))


def _granted(policies: PolicySet, tenant: str, sub: str) -> Iterator[Right]:
    """Yield what live emergency access and trials give a subject."""
    now = policies.clock.now()
    acts = policies.catalogue.acts()
    for one in policies.grants:
        if (
            one.tenant != tenant
            or one.who not in (None, sub)
            or not one.starts <= now < one.expires
        ):
            continue
        for kind in one.kinds:
            for act in one.acts:
                if act in acts.get(kind, ()):
                    yield Right(kind, act, one.obj, one.where, (), one.reason, one.expires)
