"""Who has which role: the `g` lines of a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.base.near_name import near_name
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.after_removal import denied_no_longer, still_held
from stageflow_guard.policy.edit.known_tenant import require_tenant
from stageflow_guard.policy.edit.lines import content_of, put, with_line, without_lines
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.rules import legal_subject
from stageflow_guard.policy.engine.text import did_you_mean


@dataclass(frozen=True, slots=True)
class Membership:
    """One `g` line, as written: `where` is `file:line`."""

    member: str
    role: str
    where: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a tenant: how many rules it has, how many hold it, and where it comes from."""

    name: str
    rules: int
    members: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Removal:
    """How many lines went; ways by which a role is still held; denials that went with a role."""

    lines: int
    still: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()


def memberships(folder: str | Path, tenant: str, role: str | None = None) -> list[Membership]:
    """Return who has which role in a tenant; raise `ConfigError` for an unknown tenant."""
    policies = _known(folder, tenant)
    wanted = None if role is None else _named(role)
    return [
        Membership(link.member, link.role, link.where)
        for link in policies.tenant(tenant).links
        if not link.member.startswith("role:") and wanted in (None, link.role)
    ]


def roles(folder: str | Path, tenant: str) -> list[Role]:
    """Return the roles of a tenant, shared ones included."""
    lines = _known(folder, tenant).tenant(tenant)
    names = {rule.role for rule in lines.rules} | {link.role for link in lines.links}
    return [
        Role(
            name, sum(rule.role == name for rule in lines.rules),
            sum(link.role == name for link in lines.links),
            name.removeprefix("role:") in lines.imports,
        )
        for name in sorted(names)
    ]  # fmt: skip


def add(folder: str | Path, member: str, role: str, *, tenant: str) -> str | None:
    """Give a member a role; return a warning where the name looks like a slip for another.

    `member` is a subject or `claim:NAME`. Raises `ConfigError` for a tenant or role that is not
    there, for what is no member, and for a line that is there already.
    """
    policies, name = _known(folder, tenant), _named(role)
    lines = policies.tenant(tenant)
    there = {rule.role for rule in lines.rules} | {link.role for link in lines.links}
    if name not in there:
        raise ConfigError(f"there is no `{name[:60]}` in `{tenant}`{did_you_mean(name, there)}")
    if not legal_subject(member) and not member.startswith("claim:"):
        raise ConfigError(
            f"`{member[:60]}` is no member: expected `user:`, `svc:`, `agent:` or `claim:`, then a "
            "name"
        )
    if any((link.member, link.role) == (member, name) for link in lines.links):
        raise ConfigError(f"`{member}` has `{name}` in `{tenant}` already")
    file = f"tenants/{tenant}/policy.csv"
    line = f"g, {member}, {name}, {tenant}"
    put(folder, {file: with_line(content_of(Path(folder), file), line)})
    listed = {link.member for link in lines.links} - {member}
    if member in listed or any(link.member == member for link in lines.links):
        return None
    close = near_name(member, listed)
    return f"no other line names `{member}`; did you mean `{close}`?" if close else None


def remove(folder: str | Path, member: str, role: str | None, *, tenant: str) -> Removal:
    """Take a role from a member, or every role without `role`; return what that does not take.

    Raises `ConfigError` where there is no such line in the tenant's own file: a shared role's lines
    are in `roles/`.
    """
    policies = _known(folder, tenant)
    wanted = None if role is None else _named(role)
    file = f"tenants/{tenant}/policy.csv"

    def gone(fields: tuple[str, ...]) -> bool:
        return fields[:2] == ("g", member) and len(fields) == 4 and wanted in (None, fields[2])

    text, count = without_lines(content_of(Path(folder), file), gone)
    if not count:
        listed = {link.member for link in policies.tenant(tenant).links}
        what = f"`{member[:60]}`" + (f" with `{wanted}`" if wanted else "")
        hint = "" if member in listed else did_you_mean(member, listed)
        raise ConfigError(f"no line of `{file}` names {what}{hint}")
    after = put(folder, {file: text})
    if not after.knows(tenant):
        return Removal(count)
    asked = (policies, after, tenant, member)
    return Removal(count, tuple(still_held(*asked)), tuple(denied_no_longer(*asked)))


def _named(role: str) -> str:
    return role if role.startswith("role:") else f"role:{role}"


def _known(folder: str | Path, tenant: str) -> PolicySet:
    policies = PolicySet.load(folder)
    require_tenant(policies, tenant)
    return policies
