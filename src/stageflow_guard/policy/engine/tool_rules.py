"""What policy says of one call of a tool beside "may they": bounds, approval, how a denial ends.

The platform's rules are in `catalogue.yaml`, a tenant's in `tenants/<tenant>/tools.yaml`. Both
count: a call has to satisfy every bound, needs the approval that either asks for, of as many people
as the stricter one says. So a tenant can only tighten, whatever its file says. They are asked after
the policy's permit, and can only turn it into a refusal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.sharded_map import followed
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.argument_schema import ArgumentFault, ArgumentSchema
from stageflow_guard.policy.engine.catalogue import PinFile, ToolFile, ToolOptions, validated
from stageflow_guard.policy.engine.rules import Problem
from stageflow_guard.policy.engine.source import PolicySource
from stageflow_guard.policy.engine.strictyaml import LINE, load_yaml
from stageflow_guard.policy.engine.text import problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CATALOGUE, TOOLS = "catalogue.yaml", "tools.yaml"
PINS = "accepted_tools.yaml"  # written by `policy tools accept`


def tool_of(kind: str, obj: str, act: str) -> str | None:
    """Return the tool that a request calls, or None when it is about something else."""
    return obj.partition("/")[0] if kind == "tool" and act == "call" else None


@dataclass(frozen=True, slots=True)
class ToolRule:
    """One file's rules about one tool, compiled. `where` is `file:line`."""

    where: str
    options: ToolOptions
    when: ArgumentSchema | None
    bounds: tuple[tuple[str | None, ArgumentSchema], ...]  # (role, or None for everybody)


@dataclass(frozen=True, slots=True)
class ToolControls:
    """All that counts for one caller's calls of one tool."""

    rules: tuple[ToolRule, ...]
    bounds: tuple[tuple[str, ArgumentSchema], ...]  # (where, schema)
    approvals: int
    expires: float
    wait: float
    tells_model: bool
    broken: str | None = None  # the file that cannot be read: nothing of this tool runs

    @property
    def asks(self) -> bool:
        """Say whether any call needs an approval."""
        return any(rule.options.approval == "required" for rule in self.rules)

    def fault(self, arguments: Mapping[str, Any]) -> tuple[str, ArgumentFault] | None:
        """Return where a bound is and how `arguments` fail it, or None."""
        for where, schema in self.bounds:
            found = schema.check(arguments)
            if found is not None:
                return where, found
        return None

    def needs_approval(self, arguments: Mapping[str, Any]) -> str | None:
        """Return where it says that a call with `arguments` needs an approval, or None."""
        for rule in self.rules:
            needed = rule.options.approval == "required"
            if needed and (rule.when is None or rule.when.matches(arguments)):
                return rule.where
        return None


@dataclass(frozen=True)
class ToolRules:
    """The rules in force: the platform's, and each tenant's."""

    platform: Mapping[str, ToolRule] = field(default_factory=dict)
    tenants: Mapping[str, Mapping[str, ToolRule]] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)  # tenant to file
    pins: Mapping[str, str] | None = None  # accepted definitions, see `PINS`

    def asking(self, tenant: str) -> set[str]:
        """Return the tools whose calls, or some of them, need an approval in a tenant."""
        held = (self.platform, self.tenants.get(tenant, {}))
        return {
            name
            for rules in held
            for name, rule in rules.items()
            if rule.options.approval == "required"
        }

    def weakened(self) -> Iterator[tuple[str, str, ToolRules]]:
        """Yield (where, what is gone, the rules without it), for each approval and each bound."""
        files = [(None, self.platform), *self.tenants.items()]
        for tenant, rules in files:
            for name, rule in rules.items():
                for change, weaker in _weaker(rule):
                    made = {**rules, name: weaker}
                    yield (
                        rule.where,
                        change,
                        (
                            replace(self, platform=made)
                            if tenant is None
                            else replace(self, tenants={**self.tenants, tenant: made})
                        ),
                    )

    def controls(self, tenant: str, tool: str, roles: frozenset[str]) -> ToolControls | None:
        """Return what counts for holders of `roles` (`role:NAME`), or None where nothing does."""
        found = (self.platform.get(tool), self.tenants.get(tenant, {}).get(tool))
        rules = tuple(rule for rule in found if rule is not None)
        broken = self.broken.get(tenant)
        if not rules and broken is None:
            return None
        asking = [r for r in rules if r.options.approval == "required"]
        told = [r.options.on_denied for r in rules if r.options.on_denied is not None]
        return ToolControls(
            rules=rules,
            bounds=tuple(
                (rule.where, schema)
                for rule in rules
                for role, schema in rule.bounds
                if role is None or f"role:{role}" in roles
            ),
            approvals=max((r.options.approvals for r in asking), default=1),
            expires=min((r.options.approval_expires for r in asking), default=3600),
            wait=min((r.options.approval_wait for r in asking), default=0.0),
            tells_model=found[0] is not None and bool(told) and set(told) == {"tell_model"},
            broken=broken,
        )


def _weaker(rule: ToolRule) -> Iterator[tuple[str, ToolRule]]:
    if rule.options.approval == "required":
        free = rule.options.model_copy(update={"approval": "none", "when": None})
        yield "approval dropped", replace(rule, options=free, when=None)
    for place, (role, _) in enumerate(rule.bounds):
        left = rule.bounds[:place] + rule.bounds[place + 1 :]
        whose = "" if role is None else f" of role:{role}"
        yield f"bounds{whose} dropped", replace(rule, bounds=left)


def compiled_tools(
    tools: Mapping[str, ToolOptions], content: bytes, file: str
) -> dict[str, ToolRule]:
    """Return a file's rules by tool; raise `ConfigError` that names file, line and argument."""
    raw = load_yaml(content, file).get("tools", {}) if tools else {}
    made = {}
    for name, options in tools.items():
        where = f"{file}:{raw[name].get(LINE, 1)}"
        told = f"{where}: tool `{name}`"
        bounds: list[tuple[str | None, ArgumentSchema]] = []
        if options.arguments is not None:
            bounds.append((None, ArgumentSchema(options.arguments, told)))
        bounds += [(r, ArgumentSchema(s, f"{told}: role:{r}")) for r, s in options.roles.items()]
        when = None if options.when is None else ArgumentSchema(options.when, f"{told}: when")
        made[name] = ToolRule(where, options, when, tuple(bounds))
    return made


def load_tools(
    source: PolicySource,
    files: dict[str, bytes],
    problems: list[Problem],
    *,
    catalogue: Mapping[str, ToolOptions] | None,
    tenants: Iterable[str],
    again: Collection[str] | None,
    previous: ToolRules,
    previous_files: Mapping[str, bytes],
) -> ToolRules:
    """Read the platform's rules and the tenants'; of a bad tenant file the last good one stays.

    Where there is no good one, the tenant's tools do not run. `tenants` are those to read, `again`
    those whose rules in `previous` do not count on (None: all). Raises `ConfigError` for the
    platform's.
    """
    defined = files.get(CATALOGUE, b"")
    if previous_files.get(CATALOGUE) == defined:
        platform = previous.platform
    else:
        platform = compiled_tools(catalogue or {}, defined, CATALOGUE)
    found: dict[str, Mapping[str, ToolRule]] = {}
    broken: dict[str, str] = {}
    for tenant in tenants:
        file = f"tenants/{tenant}/{TOOLS}"
        if not source.has(file):
            continue
        try:
            content = source.read(file)
            own = compiled_tools(validated(ToolFile, content, file).tools, content, file)
        except ConfigError as exc:
            problems.append(problem_of(file, exc))
            if tenant in previous.tenants:
                found[tenant] = previous.tenants[tenant]
                files[file] = previous_files[file]
            else:
                broken[tenant] = file
        else:
            files[file] = content
            found[tenant] = own
    pins: Mapping[str, str] | None = None
    if source.has(PINS):
        files[PINS] = source.read(PINS)
        if previous_files.get(PINS) == files[PINS]:
            pins = previous.pins
        else:
            pins = MappingProxyType(dict(validated(PinFile, files[PINS], PINS).accepted))
    held = followed(previous.tenants, again, found)
    return ToolRules(platform, held, MappingProxyType(broken), pins)
