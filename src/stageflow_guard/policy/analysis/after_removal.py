"""What a member still has, and what it gains, after a line that gave it a role was taken out.

A role comes by more ways than one: by another role, a shared role's file, or the token. And a role
that denies takes its denials along when it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stageflow_guard.policy.engine.rules import Rule, covers
from stageflow_guard.policy.engine.text import quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

MOST = 3  # names in one sentence


def still_held(before: PolicySet, after: PolicySet, tenant: str, member: str) -> list[str]:
    """Return a sentence for each way by which `member` keeps a role whose line was taken out."""
    old, new = before.tenant(tenant), after.tenant(tenant)
    kept = {link.role for link in new.links if link.member == member}
    taken = {link.role for link in old.links if link.member == member} - kept
    members = after.index(tenant).members()
    held = members.get(member, frozenset())
    said = [
        f"`{quoted(member)}` still has `{quoted(role)}`, by another role or a shared role's file: "
        f"{_ways(after, tenant, role, member)}"
        for role in sorted(taken & held)
    ]
    if member.startswith("claim:"):
        return said
    for role in sorted(taken):
        claims = sorted(one for one in members if one.startswith("claim:") and role in members[one])
        if claims:
            ways = ", ".join(_ways(after, tenant, role, one) for one in claims[:MOST])
            said.append(
                f"a token that carries {_tokens(claims)} gives `{quoted(role)}` to "
                f"`{quoted(member)}` all the same: {ways}"
            )
    return said


def denied_no_longer(before: PolicySet, after: PolicySet, tenant: str, member: str) -> list[str]:
    """Return a sentence for each deny that went with a role, and who has the right by it now."""
    members = after.index(tenant).members()
    held = members.get(member, frozenset())
    gone = before.index(tenant).members().get(member, frozenset()) - held
    # a token may carry any claim; a claim may come with any subject and any other claim
    beside = sorted(
        one for one in members
        if one != member and (one.startswith("claim:") or member.startswith("claim:"))
        if not one.startswith("role:")
    )  # fmt: skip
    rules = after.tenant(tenant).rules
    said = []
    for deny in before.tenant(tenant).rules:
        if deny.allow or deny.role not in gone:
            continue
        openers = [one for one in beside if _opens(rules, held | members[one], deny)]
        if _opens(rules, held, deny) or _granted(after, tenant, member, deny):
            now = "it is permitted now"
        elif openers:
            now = f"{_with(openers)} it is permitted now"
        else:
            now = "no line permits it as of now"
        line = before.text_of(deny.where).strip()
        said.append(
            f"a deny of `{quoted(deny.role)}` counts no longer for `{quoted(member)}`, and {now}: "
            f"{deny.where} `{line}`"
        )
    return said


def _opens(rules: Iterable[Rule], roles: frozenset[str], deny: Rule) -> bool:
    """Say whether holders of `roles` are permitted something of what `deny` denied."""
    same = [r for r in rules if r.role in roles and (r.kind, r.act) == (deny.kind, deny.act)]
    for allow in same:
        if not allow.allow or not (covers(allow.obj, deny.obj) or covers(deny.obj, allow.obj)):
            continue
        narrow = allow.obj if covers(deny.obj, allow.obj) else deny.obj
        if not any(not one.allow and covers(one.obj, narrow) for one in same):
            return True
    return False


def _granted(policies: PolicySet, tenant: str, member: str, deny: Rule) -> bool:
    """Say whether an emergency right or a trial covers what a deny kept from it."""
    now = policies.clock.now()
    return any(
        one.tenant == tenant and one.who in (None, member) and now < one.expires
        and deny.kind in one.kinds and deny.act in one.acts
        and (covers(one.obj, deny.obj) or covers(deny.obj, one.obj))
        for one in policies.grants
    )  # fmt: skip


def _ways(policies: PolicySet, tenant: str, role: str, member: str) -> str:
    """Return `file:line` of the links that lead from a member to a role."""
    return ", ".join(_path(policies, tenant, member, role))


def _path(policies: PolicySet, tenant: str, member: str, role: str) -> Iterator[str]:
    links = policies.tenant(tenant).links
    todo: list[tuple[str, tuple[str, ...]]] = [(member, ())]
    seen = {member}
    while todo:
        at, path = todo.pop(0)
        for link in links:
            if link.member != at or link.role in seen:
                continue
            if link.role == role:
                yield from (*path, link.where)
                return
            seen.add(link.role)
            todo.append((link.role, (*path, link.where)))


def _tokens(claims: list[str]) -> str:
    shown = [f"`{quoted(one.removeprefix('claim:'))}`" for one in claims[:MOST]]
    return " or ".join(shown) + (f" (and {len(claims) - MOST} more)" if len(claims) > MOST else "")


def _with(members: list[str]) -> str:
    claims = [one for one in members if one.startswith("claim:")]
    if claims:
        return f"with a token that carries {_tokens(claims)}"
    shown = ", ".join(f"`{quoted(one)}`" for one in members[:MOST])
    return f"for {shown}" + (", among others," if len(members) > MOST else "")
