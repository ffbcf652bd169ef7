"""Findings of `policy lint` as SARIF 2.1.0, which code hosts show beside a changed line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from stageflow_guard.policy.analysis.lint import LintFinding

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
PAGE = "https://stageflow-guard.readthedocs.io/en/latest/reference/policy-files.html"


def sarif(found: Sequence[LintFinding], folder: str, *, version: str) -> dict[str, Any]:
    """Return one run of results; paths are relative to the folder that the verb was run in."""
    codes = sorted({one.code for one in found})
    driver = {
        "name": "stageflow-guard policy lint", "version": version, "informationUri": PAGE,
        "rules": [{"id": code, "helpUri": PAGE} for code in codes],
    }  # fmt: skip
    results = [
        {
            "ruleId": one.code, "ruleIndex": codes.index(one.code), "level": one.level,
            "message": {"text": one.message},
            "locations": [{"physicalLocation": _place(one, folder)}],
        }
        for one in found
    ]  # fmt: skip
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _place(one: LintFinding, folder: str) -> dict[str, Any]:
    """Return file and region: `where` is `file:line:column`, or a file or folder alone."""
    parts = one.where.rsplit(":", 2)
    numbered = len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit()
    path = PurePath(folder) / (parts[0] if numbered else one.where)
    line, column = (max(int(part), 1) for part in parts[1:]) if numbered else (1, 1)
    return {
        "artifactLocation": {
            "uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())
        },
        "region": {"startLine": line, "startColumn": column},
    }
