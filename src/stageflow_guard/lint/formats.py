"""A report as text for people and editors, as JSON, as SARIF 2.1.0, and as GitHub annotations."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.lint.codes import CODES

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Diagnostic, Report

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def short(file: str) -> str:
    """Return `file` as seen from the working directory, when it is below it."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def editor(reports: Iterable[Report]) -> str:
    """Return one line each: `file:line:column: CODE message`."""
    lines = [
        f"{short(one.at.file)}:{one.at.line}:{one.at.column}: {one.code} {_sentence(one)}"
        for report in reports
        for one in report.diagnostics
    ]
    return "".join(f"{line}\n" for line in lines)


def text(reports: Iterable[Report]) -> str:
    """Return the lines of `editor` with severities and remedies, and one line for each pipeline."""
    parts = []
    for report in reports:
        for one in report.diagnostics:
            place = f"{short(one.at.file)}:{one.at.line}:{one.at.column}"
            parts.append(f"{place}: {one.severity}: {one.message} [{one.code}]\n")
            if one.remedy:
                parts.append(f"    {one.remedy}\n")
        parts.append(f"{summary(report)}\n")
    return "".join(parts)


def summary(report: Report) -> str:
    """Return one line: how many stages, and how much to mend."""
    counted = Counter(one.severity for one in report.diagnostics)
    stages = (
        f"{report.steps} {report.unit}{'' if report.steps == 1 else 's'} of `{report.pipeline}`"
    )
    told = ", ".join(
        f"{count} {level}{'' if count == 1 else 's'}"
        for level in ("error", "warning", "note")
        if (count := counted[level])
    )
    verdict = "ok" if report.holds else "not ok"
    return f"{verdict}: {stages}, {told or 'nothing to mend'}"


def as_json(reports: Iterable[Report]) -> str:
    """Return one JSON document; fields are stable."""
    found = [
        {
            "pipeline": report.pipeline,
            "stages": report.steps,
            "holds": report.holds,
            "diagnostics": [_entry(one) for one in report.diagnostics],
        }
        for report in reports
    ]
    return json.dumps({"version": 1, "pipelines": found}, indent=2) + "\n"


def _entry(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": CODES[one.code].name,
        "severity": one.severity,
        "file": short(one.at.file),
        "line": one.at.line,
        "column": one.at.column,
        "stage": one.step,
        "message": one.message,
        "remedy": one.remedy,
        "fixable": one.fix is not None,
        "page": CODES[one.code].page,
    }


def github(reports: Iterable[Report]) -> str:
    """Return workflow commands that annotate a pull request."""
    lines = []
    for report in reports:
        for one in report.diagnostics:
            fields = ",".join(
                f"{name}={_property(value)}"
                for name, value in (
                    ("file", short(one.at.file)), ("line", str(one.at.line)),
                    ("col", str(one.at.column)), ("title", f"{one.code} {CODES[one.code].name}"),
                )
            )  # fmt: skip
            lines.append(f"::{LEVELS[one.severity]} {fields}::{_data(_sentence(one))}\n")
    return "".join(lines)


def sarif(reports: Iterable[Report], *, version: str) -> str:
    """Return a SARIF 2.1.0 log: one run, every code as a rule, paths relative to `%SRCROOT%`."""
    places = {code: index for index, code in enumerate(CODES)}
    results = [
        {
            "ruleId": one.code,
            "ruleIndex": places[one.code],
            "level": one.severity,
            "message": {"text": _sentence(one)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": _artifact(one.at.file),
                        "region": {"startLine": one.at.line, "startColumn": one.at.column},
                    },
                    "logicalLocations": [
                        {"name": one.step, "fullyQualifiedName": f"{report.pipeline}/{one.step}"}
                    ],
                }
            ],
        }
        for report in reports
        for one in report.diagnostics
    ]
    driver = {
        "name": "stageflow-guard",
        "version": version,
        "informationUri": "https://pypi.org/project/stageflow-guard/",
        "rules": [
            {
                "id": one.code,
                "name": one.name,
                "shortDescription": {"text": one.summary},
                "helpUri": one.page,
                "defaultConfiguration": {"level": one.severity},
            }
            for one in CODES.values()
        ],
    }
    log = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"%SRCROOT%": {"uri": f"{Path.cwd().as_uri()}/"}},
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _artifact(file: str) -> dict[str, str]:
    near = short(file)
    if os.path.isabs(near):
        return {"uri": Path(near).as_uri()}
    return {"uri": Path(near).as_posix().replace(" ", "%20"), "uriBaseId": "%SRCROOT%"}


def _sentence(one: Diagnostic) -> str:
    return f"{one.message}; {one.remedy}" if one.remedy else one.message


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
