"""A semantic diff for a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stageflow_guard.policy.analysis.diff import Change, Difference

NAMED = 5  # members by name in one cell; the rest are counted
LONGEST = 200  # rows: a comment has a size limit


class ChangeRow(NamedTuple):
    """Changes of one right, its members together."""

    gained: bool
    tenant: str
    kind: str
    act: str
    obj: str
    who: str
    rules: tuple[str, ...]


def grouped(found: Difference) -> list[ChangeRow]:
    """Return one row per right, with every member that gained or lost it."""
    rows: dict[tuple[bool, str, str, str, str], list[Change]] = {}
    for one in found.changes:
        rows.setdefault((one.gained, one.tenant, one.kind, one.act, one.obj), []).append(one)
    return [
        ChangeRow(*key, _who(one.member for one in changes), changes[0].rules)
        for key, changes in sorted(rows.items(), key=lambda item: (item[0][1], not item[0][0]))
    ]


def markdown(found: Difference) -> str:
    """Return a comment: a summary line, then a table, then what is beyond a tenant's lines."""
    lines = [f"### Policy change: {_safe(found.summary())}", ""]
    lines += [f"**{_safe(problem)}**" for problem in found.problems]
    for word, names in (("New", found.added), ("Removed", found.removed)):
        if names:
            lines += [f"{word} tenants: {', '.join(_code(n) for n in names)}", ""]
    rows = grouped(found)
    if rows:
        lines += ["| | tenant | who | may | on | by |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows[:LONGEST]:
        sign = "➕" if row.gained else "➖"
        by = ", ".join(_code(rule) for rule in row.rules) or "no rule"
        lines.append(
            f"| {sign} | {_code(row.tenant)} | {_safe(row.who)} | {_code(f'{row.kind} {row.act}')} "
            f"| {_code(row.obj)} | {by} |"
        )
    if len(rows) > LONGEST:
        lines.append(f"\n{len(rows) - LONGEST} more rows; see `policy diff --json`.")
    if found.platform:
        lines += ["", "Beyond tenants:", "", *(f"- {_code(line)}" for line in found.platform)]
    lines += ["", f"Revisions {_code(found.old[:12])} to {_code(found.new[:12])}"]
    return "\n".join(lines) + "\n"


def _who(members: Iterable[str]) -> str:
    names = sorted(set(members))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _code(text: str) -> str:
    """Return `text` as code: nothing in a policy file becomes markup in a review."""
    return "`" + text.replace("`", "'").replace("|", "\\|").replace("\n", " ") + "`"


def _safe(text: str) -> str:
    for char in "\\`*_[]<>|@#":
        text = text.replace(char, f"\\{char}")
    return text
