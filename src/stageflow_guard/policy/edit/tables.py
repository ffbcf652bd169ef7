"""Naming rules in decision tables by their text: a comment above a line changes no test.

Older tables name the deciding line by number. `renamed` puts the line's text in its place, where
the case holds today; a case that fails is left alone, because which line it meant is unknown.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.cases import (
    ISOLATION,
    Case,
    Table,
    canonical,
    load_table,
    run_table,
)

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

_NUMBERED = re.compile(r"""(\brule:\s*)(\d+|"[^"\n]*:\d+"|'[^'\n]*:\d+'|[^\s,}#"']+:\d+)""")


def tables_of(policies: PolicySet, folder: Path) -> list[tuple[str, Table]]:
    """Return the tables of a folder that can be read, by name there."""
    places: list[tuple[str, str | None]] = [
        (f"tenants/{name}/policy_test.yaml", name) for name in policies.tenants
    ]
    found = []
    for name, tenant in [*places, (ISOLATION, None)]:
        if (folder / name).is_file():
            try:
                found.append((name, load_table(folder / name, tenant)))
            except ConfigError:  # for `policy test` to say
                continue
    return found


def renamed(policies: PolicySet, folder: Path) -> dict[str, bytes]:
    """Return the tables that name lines by number, with the lines' texts in their place.

    Every case of a result decides as before; nothing is written.
    """
    done: dict[str, bytes] = {}
    for name, table in tables_of(policies, folder):
        before = (folder / name).read_bytes()
        after = _renamed(policies, table, before.decode("utf-8")).encode()
        if after != before:
            done[name] = after
    return done


def _renamed(policies: PolicySet, table: Table, text: str) -> str:
    failing = {one.where for one in run_table(policies, table).failures}
    lines = text.split("\n")
    starts = sorted([case[0] for case in table.cases] + [rail[0] for rail in table.guardrails])
    for at, request, case in table.cases:
        if f"{table.file}:{at}" in failing or not _is_number(case):
            continue
        where = (
            f"tenants/{request.ten}/policy.csv:{case.rule}"
            if isinstance(case.rule, int)
            else str(case.rule)
        )
        said = json.dumps(canonical(policies.text_of(where)), ensure_ascii=False)
        end = next((start for start in starts if start > at), len(lines) + 1)
        for i in range(at - 1, end - 1):
            found = _NUMBERED.search(lines[i])
            if found is not None and said != '""':
                lines[i] = lines[i][: found.start(2)] + said + lines[i][found.end(2) :]
                break
    return "\n".join(lines)


def _is_number(case: Case) -> bool:
    return isinstance(case.rule, int) or (case.rule is not None and "," not in case.rule)
