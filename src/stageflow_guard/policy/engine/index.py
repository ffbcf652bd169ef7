"""A tenant's rules, compiled: what runs. Immutable; swapped whole with its snapshot."""

from __future__ import annotations

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.engine.files import Rule, TenantFile, closure, roles_up

NOBODY: frozenset[str] = frozenset()


class _Cell:
    """The rules of one (role, kind, act): by literal, by prefix, and those for everything."""

    __slots__ = ("below", "every", "exact")

    def __init__(self) -> None:
        self.exact: dict[str, list[Rule]] = {}
        self.below: dict[str, list[Rule]] = {}
        self.every: list[Rule] = []

    def add(self, rule: Rule) -> None:
        if rule.obj == "*":
            self.every.append(rule)
        elif rule.obj.endswith("/*"):
            self.below.setdefault(rule.obj[:-1], []).append(rule)
        else:
            self.exact.setdefault(rule.obj, []).append(rule)


class TenantIndex:
    """Roles by member, rules by (role, kind, act) and object."""

    __slots__ = ("_cells", "_roles", "_rules", "name")

    def __init__(self, tenant: TenantFile) -> None:
        self.name = tenant.name
        up = roles_up(tenant.links)
        known: dict[frozenset[str], frozenset[str]] = {}  # members mostly hold the same few sets
        self._roles: dict[str, frozenset[str]] = {}
        for member, direct in up.items():
            held = frozenset(direct)
            if held not in known:
                known[held] = held.union(*(closure(role, up) for role in held))
            self._roles[member] = known[held]
        self._rules = tenant.rules
        self._cells: dict[tuple[str, str, str], _Cell] = {}
        for rule in tenant.rules:
            cell = self._cells.get((rule.role, rule.kind, rule.act))
            if cell is None:
                cell = self._cells[(rule.role, rule.kind, rule.act)] = _Cell()
            cell.add(rule)

    def members(self) -> dict[str, frozenset[str]]:
        """Return every member of a g line with all its roles."""
        return self._roles

    def roles(self, request: AccessRequest) -> frozenset[str]:
        """Return every role that the subject and its token's claims hold in this tenant."""
        held = self._roles.get(request.sub, NOBODY)
        for role in request.roles:
            held |= self._roles.get(f"claim:{role}", NOBODY)
        return held

    def matching(self, request: AccessRequest) -> tuple[list[Rule], list[Rule]]:
        """Return (allowing, denying) rules that match."""
        return self.of_roles(self.roles(request), request.kind, request.obj, request.act)

    def of_roles(
        self, roles: frozenset[str], kind: str, obj: str, act: str
    ) -> tuple[list[Rule], list[Rule]]:
        """Return (allowing, denying) rules of these roles that match."""
        allow: list[Rule] = []
        deny: list[Rule] = []
        cells = self._cells
        for role in roles:
            cell = cells.get((role, kind, act))
            if cell is None:
                continue
            for rule in cell.every:
                (allow if rule.allow else deny).append(rule)
            for rule in cell.exact.get(obj, ()):
                (allow if rule.allow else deny).append(rule)
            if cell.below:
                at = obj.find("/")
                while -1 < at < len(obj) - 1:
                    for rule in cell.below.get(obj[: at + 1], ()):
                        (allow if rule.allow else deny).append(rule)
                    at = obj.find("/", at + 1)
        return allow, deny
