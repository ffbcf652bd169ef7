"""Mutation: a rule that can go, or turn round, without a failing case is not tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stageflow_guard.policy.analysis.cases import Table, run_table
from stageflow_guard.policy.engine.rules import TenantFile

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one line. `caught` says whether some table fails with it."""

    where: str
    change: str  # deleted, flipped, unlinked, `approval dropped`, `limit x dropped`
    text: str
    caught: bool


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of every mutant: of p lines, which make the score, and of g lines."""

    rules: tuple[Mutant, ...]
    links: tuple[Mutant, ...]

    @property
    def score(self) -> float:
        """Return the share of p mutants that were caught; 1.0 where there is nothing to change."""
        if not self.rules:
            return 1.0
        return sum(one.caught for one in self.rules) / len(self.rules)

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """Return the p mutants that no table notices."""
        return tuple(one for one in self.rules if not one.caught)


def mutate(policies: PolicySet, tables: list[Table], *, tenant: str | None = None) -> Mutation:
    """Delete and flip every p line, delete every g line, drop every bound, approval, hard limit and
    rule of flow.yaml; run the tables.

    A line of a shared role is caught when a table of any tenant that imports it fails. With
    `tenant`, that tenant's lines alone are changed. Raises nothing for tables that fail already:
    look at `run_cases` first.
    """
    rules: dict[tuple[str, str], bool] = {}
    links: dict[tuple[str, str], bool] = {}
    platform = [table for table in tables if not policies.knows(table.tenant)]
    for table in tables:
        if not policies.knows(table.tenant) or tenant not in (None, table.tenant):
            continue
        asked = [table, *(_of(one, table.tenant) for one in platform)]
        for where, change, mutant in _mutants(policies.tenant(table.tenant)):
            found = links if change == "unlinked" else rules
            if found.get((where, change)):
                continue
            changed = policies.with_tenant(mutant)
            found[(where, change)] = any(run_table(changed, one).failures for one in asked)
    for where, change, changed in _controls(policies) if tenant is None else ():
        rules[(where, change)] = any(run_table(changed, one).failures for one in tables)
    return Mutation(_listed(policies, rules), _listed(policies, links))


def _controls(policies: PolicySet) -> Iterator[tuple[str, str, PolicySet]]:
    """Yield the set without each approval, bound, hard limit and rule of flow.yaml."""
    for where, change, weaker in policies.tools.weakened():
        yield where, change, policies.with_tools(weaker)
    for where, change, fewer in policies.limits.dropped():
        yield where, change, policies.with_limits(fewer)
    for where, change, looser in policies.flow.dropped():
        yield where, change, policies.with_flow(looser)


def _of(table: Table, tenant: str) -> Table:
    """Return the platform's cases that ask in one tenant's name: the others cannot change."""
    return replace(table, cases=tuple(c for c in table.cases if c[1].ten == tenant), guardrails=())


def _mutants(tenant: TenantFile) -> Iterator[tuple[str, str, TenantFile]]:
    rules, links = tenant.rules, tenant.links
    for i, rule in enumerate(rules):
        before, after = rules[:i], rules[i + 1 :]
        yield rule.where, "deleted", replace(tenant, rules=before + after)
        flipped = replace(rule, allow=not rule.allow)
        yield rule.where, "flipped", replace(tenant, rules=(*before, flipped, *after))
    for i, link in enumerate(links):
        yield link.where, "unlinked", replace(tenant, links=links[:i] + links[i + 1 :])


def _listed(policies: PolicySet, found: dict[tuple[str, str], bool]) -> tuple[Mutant, ...]:
    return tuple(
        Mutant(where, change, policies.text_of(where).strip(), caught)
        for (where, change), caught in found.items()
    )
