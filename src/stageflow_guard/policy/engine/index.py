"""A tenant's rules, compiled: what runs. Immutable; swapped whole with its snapshot."""

from __future__ import annotations

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.engine.rules import Rule, TenantFile, direct_roles, transitive_roles

NO_ROLES: frozenset[str] = frozenset()


class _RuleBucket:
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

    __slots__ = ("_buckets", "_roles", "file")

    def __init__(self, tenant: TenantFile) -> None:
        self.file = tenant
        up = direct_roles(tenant.links)
        known: dict[frozenset[str], frozenset[str]] = {}  # members mostly hold the same few sets
        self._roles: dict[str, frozenset[str]] = {}
        for member, direct in up.items():
            held = frozenset(direct)
            if held not in known:
                known[held] = held.union(*(transitive_roles(role, up) for role in held))
            self._roles[member] = known[held]
        self._buckets: dict[tuple[str, str, str], _RuleBucket] = {}
        for rule in tenant.rules:
            bucket = self._buckets.get((rule.role, rule.kind, rule.act))
            if bucket is None:
                bucket = self._buckets[(rule.role, rule.kind, rule.act)] = _RuleBucket()
            bucket.add(rule)

    def members(self) -> dict[str, frozenset[str]]:
        """Return every member of a g line with all its roles."""
        return self._roles

    def roles(self, request: AccessRequest) -> frozenset[str]:
        """Return every role that the subject and its token's claims hold in this tenant."""
        held = self._roles.get(request.sub, NO_ROLES)
        for role in request.roles:
            held |= self._roles.get(f"claim:{role}", NO_ROLES)
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
        buckets = self._buckets
        for role in roles:
            bucket = buckets.get((role, kind, act))
            if bucket is None:
                continue
            for rule in bucket.every:
                (allow if rule.allow else deny).append(rule)
            for rule in bucket.exact.get(obj, ()):
                (allow if rule.allow else deny).append(rule)
            if bucket.below:
                at = obj.find("/")
                while -1 < at < len(obj) - 1:
                    for rule in bucket.below.get(obj[: at + 1], ()):
                        (allow if rule.allow else deny).append(rule)
                    at = obj.find("/", at + 1)
        return allow, deny
