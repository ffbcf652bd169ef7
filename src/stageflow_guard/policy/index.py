"""A tenant's rules, compiled: what runs. Immutable; swapped whole with its snapshot."""

from __future__ import annotations

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.files import Rule, TenantFile

NO_RULES: tuple[Rule, ...] = ()


class TenantIndex:
    """Roles by member, rules by (role, kind, act)."""

    __slots__ = ("_roles", "_rules", "name")

    def __init__(self, tenant: TenantFile) -> None:
        self.name = tenant.name
        up: dict[str, set[str]] = {}
        for link in tenant.links:
            up.setdefault(link.member, set()).add(link.role)
        self._roles = {member: frozenset(_closure(member, up)) for member in up}
        rules: dict[tuple[str, str, str], list[Rule]] = {}
        for rule in tenant.rules:
            rules.setdefault((rule.role, rule.kind, rule.act), []).append(rule)
        self._rules = {key: tuple(value) for key, value in rules.items()}

    def roles(self, request: AccessRequest) -> frozenset[str]:
        """Return every role that the subject and its token's claims hold in this tenant."""
        held = self._roles.get(request.sub, frozenset())
        for role in request.roles:
            held |= self._roles.get(f"claim:{role}", frozenset())
        return held

    def matching(self, request: AccessRequest) -> tuple[list[Rule], list[Rule]]:
        """Return (allowing, denying) rules that match."""
        allow: list[Rule] = []
        deny: list[Rule] = []
        obj = request.obj
        for role in self.roles(request):
            for rule in self._rules.get((role, request.kind, request.act), NO_RULES):
                pattern = rule.obj
                if pattern in ("*", obj) or (
                    pattern.endswith("/*")
                    and obj.startswith(pattern[:-1])
                    and len(obj) >= len(pattern)
                ):
                    (allow if rule.allow else deny).append(rule)
        return allow, deny

    def nearest(self, request: AccessRequest) -> str | None:
        """Return which rule would have matched but for which field."""
        held = self.roles(request)
        best: tuple[int, str] | None = None
        for rules in self._rules.values():
            for rule in rules:
                if not rule.allow:
                    continue
                misses = [
                    what
                    for what, same in (
                        ("role", rule.role in held),
                        ("kind", rule.kind == request.kind),
                        ("object", rule.obj in ("*", request.obj)
                         or (rule.obj.endswith("/*") and request.obj.startswith(rule.obj[:-1]))),
                        ("act", rule.act == request.act),
                    )
                    if not same
                ]  # fmt: skip
                if misses and (best is None or len(misses) < best[0]):
                    best = (len(misses), f"{rule.where} but for {', '.join(misses)}")
        return best[1] if best else None


def _closure(member: str, up: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [member]
    while todo:
        for role in up.get(todo.pop(), ()):
            if role not in found:
                found.add(role)
                todo.append(role)
    return found
