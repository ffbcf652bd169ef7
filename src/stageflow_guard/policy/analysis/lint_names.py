"""Names in `tools.yaml`, `catalogue.yaml`, `limits.yaml` and `flow.yaml` that nothing answers to.

Each of these files only takes away. A slip in a name there takes nothing from anybody, and nothing
else shows it: the tool that was meant is called without its approval, its bound or its limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from stageflow_guard.base.near_name import near_name
from stageflow_guard.policy.engine.rules import Rule, TenantFile, covers
from stageflow_guard.policy.engine.text import quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet
    from stageflow_guard.policy.engine.tool_rules import ToolRule

Found = tuple[str, str, str, str]  # file:line, level, code, message


def misnamed(policies: PolicySet) -> Iterator[Found]:
    """Yield every name that no line, and no list of what there is, knows."""
    listed = {*(policies.catalogue.tools or ()), *(policies.tool_pins or ())}
    for tenant in policies.tenants:
        own = policies.tools.tenants.get(tenant, {})
        if own:
            lines = policies.tenant(tenant)
            closed = policies.catalogue.tools is not None
            yield from _tools(lines, own, listed, closed=closed)
            yield from _roles(own, _roles_of(lines), f"no line of `{tenant}`")
    if any(rule.options.roles for rule in policies.tools.platform.values()):
        every = {f"role:{role}" for role in policies.catalogue.roles or ()}
        every.update(*(_roles_of(policies.tenant(name)) for name in policies.tenants))
        yield from _roles(policies.tools.platform, every, "no line of any tenant")
    yield from _limits(policies)
    yield from _stops(policies)


def _tools(
    lines: TenantFile, own: Mapping[str, ToolRule], listed: Collection[str], *, closed: bool
) -> Iterator[Found]:
    """Yield tools of a tenant's file that it cannot call by this name.

    `listed` are the tools known by other files; `closed` says that the catalogue lists all of them.
    A line about `*` permits a tool that no file names: there only a likely slip is told.
    """
    about = [rule for rule in lines.rules if rule.kind == "tool"]
    named = {_head(rule.obj) for rule in about if rule.obj != "*"}
    every = len(named) < len({_head(rule.obj) for rule in about})
    for name, rule in own.items():
        near = near_name(name, sorted(named | {*listed}))
        if name in named or name in listed or (every and near is None and not closed):
            continue
        said = f"no line of `{lines.name}` names a tool `{quoted(name)}`"
        if near is None:
            yield rule.where, "warning", "unknown_tool", f"{said}: this counts for no call"
            continue
        said += f"; did you mean `{near}`?"
        open_to = near not in own and _callable(about, near)
        if open_to:
            said += f" A call of `{near}` is permitted without what stands here"
        level = "error" if open_to and not every else "warning"
        yield rule.where, level, "unknown_tool", said


def _callable(rules: Collection[Rule], tool: str) -> bool:
    return any(
        rule.allow and rule.act == "call" and (rule.obj == "*" or _head(rule.obj) == tool)
        for rule in rules
    )


def _head(obj: str) -> str:
    return obj.partition("/")[0]


def _roles(rules: Mapping[str, ToolRule], known: Collection[str], nobody: str) -> Iterator[Found]:
    """Yield bounds of a role that nobody can hold: they bind no call."""
    for tool, rule in rules.items():
        for role in rule.options.roles:
            if f"role:{role}" in known:
                continue
            near = near_name(f"role:{role}", sorted(known))
            said = (
                f"bounds of `role:{quoted(role)}` on `{quoted(tool)}` bind no call: {nobody} "
                "gives that role"
            )
            hint = f"; did you mean `{near}`?" if near else ""
            yield rule.where, "error" if near else "warning", "unknown_role", said + hint


def _roles_of(lines: TenantFile) -> set[str]:
    return {rule.role for rule in lines.rules} | {link.role for link in lines.links}


def _limits(policies: PolicySet) -> Iterator[Found]:
    """Yield limits on an object that no line permits."""
    limits, kinds = policies.limits, policies.catalogue.acts()
    files = [(None, limits.platform), *limits.tenants.items()]
    for tenant, held in files:
        for name, one in held.items():
            if one.obj is None or (one.kind is not None and one.kind not in kinds):
                continue
            if tenant is not None and not policies.knows(tenant):
                continue
            permitted = _permitted(policies, tenant, one.kind, None)
            if any(_meets(one.obj, obj) for obj in permitted):
                continue
            full = name if tenant is None else f"{tenant}/{name}"
            said = f"limit `{full}`: no line permits `{quoted(one.obj)}`, so that it counts nothing"
            yield limits.where(full), "warning", "never_counts", said + _hint(one.obj, permitted)


def _stops(policies: PolicySet) -> Iterator[Found]:
    """Yield rules of `flow.yaml` that stop what no line permits."""
    kinds = policies.catalogue.acts()
    for name, rule in policies.flow.rules.items():
        event = rule.stops
        if event.act not in kinds.get(event.kind, ()):  # told as what it is
            continue
        permitted = _permitted(policies, None, event.kind, event.act)
        if not any(_meets(event.obj, obj) for obj in permitted):
            said = (
                f"rule `{name}`: no line permits `{quoted(str(event))}`, so that it stops nothing"
            )
            where = policies.flow.where(name)
            yield where, "warning", "never_happens", said + _hint(event.obj, permitted)


def _permitted(
    policies: PolicySet, tenant: str | None, kind: str | None, act: str | None
) -> set[str]:
    """Return the objects that lines and trials permit, in one tenant or in any."""
    names = policies.tenants if tenant is None else (tenant,)
    found = {
        rule.obj
        for name in names
        for rule in policies.tenant(name).rules
        if rule.allow and kind in (None, rule.kind) and act in (None, rule.act)
    }
    found |= {
        grant.obj
        for grant in policies.grants
        if grant.who is None and grant.tenant in names
        if (kind is None or kind in grant.kinds) and (act is None or act in grant.acts)
    }
    return found


def _hint(obj: str, permitted: Collection[str]) -> str:
    near = near_name(obj, sorted(permitted))
    return f"; did you mean `{near}`?" if near else ""


def _meets(one: str, other: str) -> bool:
    return covers(one, other) or covers(other, one)
