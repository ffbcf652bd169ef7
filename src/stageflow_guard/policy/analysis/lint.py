"""What is wrong with policies although every line is well-formed.

An `error` is not in force. A `warning` is in force and cannot mean what it says. A `note` is worth
a look and nothing is wrong yet.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.policy.analysis.lint_claims import doubtful_claims
from stageflow_guard.policy.analysis.lint_consequences import with_consequences
from stageflow_guard.policy.analysis.lint_controls import controls
from stageflow_guard.policy.analysis.lint_names import misnamed
from stageflow_guard.policy.engine.exceptions import Share, TemporaryGrant
from stageflow_guard.policy.engine.loader import SUSPENDED
from stageflow_guard.policy.engine.rules import (
    Link,
    Rule,
    TenantFile,
    covers,
    direct_roles,
    transitive_roles,
)
from stageflow_guard.policy.engine.suspensions import parse_suspended
from stageflow_guard.policy.engine.text import Problem, did_you_mean, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

SPAWN = (
    "no mount asks about a `pipeline`: this denies where your own code asks; a child pipeline is "
    "stopped by a deny of its stages"
)
LEVELS = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to mend: `where` is `file:line:column`, `code` stable, `level` one of LEVELS."""

    where: str
    level: str
    code: str
    message: str

    def __str__(self) -> str:
        """Return `file:line:column: level: message [code]`, which editors open."""
        return f"{self.where}: {self.level}: {self.message} [{self.code}]"


def lint(
    policies: PolicySet, folder: str | Path | None = None, *, now: float | None = None
) -> list[LintFinding]:
    """Return everything to mend, by file and line; `now` is seconds since the epoch.

    With `folder`, tables that are missing are noted, too.
    """
    found = [of_problem(problem) for problem in with_consequences(policies)]
    by_tenant = {name: list(_tenant(policies.tenant(name))) for name in policies.tenants}
    own = [one for lines in by_tenant.values() for one in lines]
    found += [one for one in own if not one.where.startswith("roles/")]
    found += _shared(policies, by_tenant)
    found += [
        _at(link, "doubtful_claim", said, level="note") for link, said in doubtful_claims(policies)
    ]
    found += list(_platform(policies, time.time() if now is None else now))
    found += list(_doubles(policies))
    beside = [*controls(policies), *misnamed(policies)]
    found += [LintFinding(f"{where}:1", *said) for where, *said in beside]
    if folder is not None:
        found += list(_untested(policies, Path(folder)))
    return sorted(found, key=_place)


def holds(findings: Iterable[LintFinding]) -> bool:
    """Say whether nothing but notes was found."""
    return all(one.level == "note" for one in findings)


def of_problem(problem: Problem) -> LintFinding:
    """Return the finding that stands for a problem of loading."""
    where = f"{problem.file}:{problem.line}:{problem.column}"
    level = "warning" if problem.code.startswith("unknown_") else "error"
    return LintFinding(where, level, problem.code, problem.reason)


def _tenant(tenant: TenantFile) -> Iterator[LintFinding]:
    for rule in tenant.rules:
        why = foreign_pattern(rule.obj)
        if why is not None:
            yield _at(rule, "foreign_pattern", f"`{quoted(rule.obj)}`: {why}", level="error")
        if rule.kind == "pipeline" and not rule.allow:
            yield _at(rule, "asked_by_code", SPAWN, level="note")
    yield from _dead_rules(tenant)
    up = direct_roles(tenant.links)
    held = {
        role
        for member in up
        if not member.startswith("role:")
        for role in transitive_roles(member, up)
    }
    with_rules = {rule.role for rule in tenant.rules}
    for rule in tenant.rules:
        if rule.role not in held:
            hint = "" if not held else did_you_mean(rule.role, held)
            yield _at(
                rule, "role_without_members", f"no member holds `{quoted(rule.role)}` here{hint}"
            )
    useful = {role for role in held if with_rules & {role, *transitive_roles(role, up)}}
    seen: dict[tuple[str, str], Link] = {}
    for link in tenant.links:
        if link.role not in useful and link.role not in with_rules:
            hint = did_you_mean(link.role, with_rules)
            yield _at(
                link, "role_without_rules", f"`{quoted(link.role)}` allows nothing here{hint}"
            )
        first = seen.setdefault((link.member, link.role), link)
        if first is not link:
            yield _at(link, "duplicate", f"says what {first.where} says")


# what objects hold that were written for other functions of casbin: keyMatch2 to keyMatch5,
# regexMatch, globMatch. Here they are letters, so that such a line never matches.
_FOREIGN = (
    (re.compile(r"(^|/):[A-Za-z_]"), "`:name` (keyMatch2)"),
    (re.compile(r"\{[^/}]*\}"), "`{name}` (keyMatch3)"),
    (re.compile(r"^\^|\$$"), "`^` and `$` (regexMatch)"),
    (re.compile(r"\.[*+?]|\.\{"), "`.*` (regexMatch)"),
    (re.compile(r"\\"), "a backslash (regexMatch)"),
    (re.compile(r"\?"), "`?` (globMatch)"),
    (re.compile(r"\[[^/\]]+\]"), "`[...]` (globMatch)"),
    (re.compile(r"\([^/)]*\|[^/)]*\)"), "`(a|b)` (regexMatch)"),
)


_SPECIAL = re.compile(r"[:{^$?\\\[(]|\.[*+?{]")


def foreign_pattern(obj: str) -> str | None:
    """Return which other casbin function an object is written for, and what to write here."""
    body = obj.removesuffix("/*")
    if _SPECIAL.search(body) is None:  # nearly every object; one look instead of eight
        return None
    found = next((name for pattern, name in _FOREIGN if pattern.search(body)), None)
    if found is None:
        return None
    segments = body.lstrip("^/").split("/")
    flawed = (any(pattern.search(s) for pattern, _ in _FOREIGN) for s in segments)
    # up to the first segment that is a pattern; the last may be the beginning of a longer name
    stop = next((i for i, is_flawed in enumerate(flawed) if is_flawed), len(segments) - 1)
    kept = segments[:stop]
    wide = "/".join([*kept, "*"])
    return (
        f"{found} is no pattern here, so that the line never matches; a pattern is `a/b/*`, and "
        f"what covers this one is `{wide}`"
    )


def _dead_rules(tenant: TenantFile) -> Iterator[LintFinding]:
    """Yield rules that another rule makes meaningless for every subject."""
    up = direct_roles(tenant.links)
    cells: dict[tuple[str, str, str, str], list[Rule]] = {}
    for rule in tenant.rules:
        cells.setdefault((rule.role, rule.kind, rule.act, rule.obj), []).append(rule)
    above = {
        role: sorted({role, *transitive_roles(role, up)}) for role in {r.role for r in tenant.rules}
    }
    for rule in tenant.rules:
        near = [
            other
            for role in above[rule.role]  # the role includes these
            for wide in _wider(rule.obj)
            for other in cells.get((role, rule.kind, rule.act, wide), ())
        ]
        yield from _dead(rule, near)


def _wider(obj: str) -> Iterator[str]:
    """Yield every pattern that covers `obj`, itself included."""
    yield obj
    if obj == "*":
        return
    yield "*"
    parts = obj.removesuffix("/*").split("/")
    stop = len(parts) if not obj.endswith("/*") else len(parts) - 1
    for i in range(1, stop + (obj.endswith("/*"))):
        wide = "/".join(parts[:i]) + "/*"
        if wide != obj:
            yield wide


def _dead(rule: Rule, others: list[Rule]) -> Iterator[LintFinding]:
    for other in sorted(others, key=lambda other: other.allow):  # a deny says more than a double
        if other is rule or not covers(other.obj, rule.obj):
            continue
        if rule.allow and not other.allow:
            yield _at(rule, "unreachable", f"the deny at {other.where} covers all of it")
            return
        same = other.obj == rule.obj and other.role == rule.role
        if other.allow == rule.allow and (not same or _line(other.where) < _line(rule.where)):
            code = "duplicate" if same else "shadowed"
            yield _at(rule, code, f"{other.where} covers all of it")
            return


def _shared(policies: PolicySet, by_tenant: dict[str, list[LintFinding]]) -> list[LintFinding]:
    """Return what is wrong with shared roles: a line that is dead in every tenant that imports it.

    A shared role without members in one tenant is no fault.
    """
    importers: dict[str, int] = dict.fromkeys(policies.templates, 0)
    for name in policies.tenants:
        for role in policies.tenant(name).imports:
            importers[role] = importers.get(role, 0) + 1
    found = [
        LintFinding(f"roles/{role}.csv:1:1", "note", "unused_role", "no tenant imports it")
        for role, count in sorted(importers.items())
        if not count
    ]
    said: dict[tuple[str, str], list[LintFinding]] = {}
    for lines in by_tenant.values():
        for one in lines:
            if one.where.startswith("roles/") and one.code != "role_without_members":
                said.setdefault((one.where, one.code), []).append(one)
    for (where, _), lines in said.items():
        role = where.removeprefix("roles/").partition(".csv:")[0]
        if len(lines) >= importers.get(role, 0):
            found.append(lines[0])
    return found


def _doubles(policies: PolicySet) -> Iterator[LintFinding]:
    """Yield lines of `platform/` about what another line is about: the later end counts."""
    said = "is about what line {} is about: the later end counts, so leave one of them"
    seen: dict[object, int] = {}
    lines, _ = parse_suspended(policies.files().get(SUSPENDED, b""), SUSPENDED)
    named = [(one.line, (one.who,), f"{SUSPENDED}:{one.line}") for one in lines]
    shares = [
        (_line(one.where), (one.owner, one.grantee, one.kind, one.obj, one.act), one.where)
        for one in policies.shares
    ]
    for line, about, where in [*named, *shares]:
        first = seen.setdefault(about, line)
        if first != line:
            yield LintFinding(f"{where}:1", "note", "duplicate", said.format(first))


def _platform(policies: PolicySet, now: float) -> Iterator[LintFinding]:
    granted: list[Share | TemporaryGrant] = [*policies.shares, *policies.grants]
    for one in granted:
        if one.expires <= now:
            yield _at(one, "expired", "this right has ended; take the line out", level="note")
    for who, until in policies.suspended.items():
        if until <= now:
            yield LintFinding(
                "platform/suspended.csv:1:1", "note", "expired",
                f"the suspension of `{quoted(who)}` has ended",
            )  # fmt: skip


def _untested(policies: PolicySet, folder: Path) -> Iterator[LintFinding]:
    for name in policies.tenants:
        if not (folder / "tenants" / name / "policy_test.yaml").exists():
            yield LintFinding(
                f"tenants/{name}/policy.csv:1:1", "note", "no_tests", "there is no policy_test.yaml"
            )


def _at(
    line: Rule | Link | Share | TemporaryGrant, code: str, message: str, *, level: str = "warning"
) -> LintFinding:
    return LintFinding(f"{line.where}:1", level, code, message)


def _line(where: str) -> int:
    return int(where.rpartition(":")[2])


def _place(one: LintFinding) -> tuple[str, int, int, str]:
    file, line, column = one.where.rsplit(":", 2)
    return file, int(line), int(column), one.code
