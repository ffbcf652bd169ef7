"""JUnit XML of policy tests, which every CI shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from stageflow_guard.policy.analysis.cases import Outcome
from stageflow_guard.policy.engine.text import Problem


def junit(outcomes: Iterable[Outcome], problems: Iterable[Problem] = ()) -> bytes:
    """Return a report: one suite per table, one case per line, problems as errors of a suite."""
    top = ET.Element("testsuites", name="policy")
    broken = list(problems)
    if broken:
        suite = ET.SubElement(
            top, "testsuite", name="files", tests=str(len(broken)), errors=str(len(broken))
        )
        for problem in broken:
            case = ET.SubElement(
                suite, "testcase", classname="files", name=f"{problem.file}:{problem.line}"
            )
            ET.SubElement(case, "error", message=problem.reason).text = str(problem)
    for one in outcomes:
        failed = {failure.where: failure.message for failure in one.failures}
        suite = ET.SubElement(
            top, "testsuite", name=one.tenant, tests=str(one.cases), failures=str(len(failed)),
            errors="0",
        )  # fmt: skip
        about = ET.SubElement(suite, "properties")
        for name, value in (("rules", one.rules), ("unreached", len(one.unreached))):
            ET.SubElement(about, "property", name=name, value=str(value))
        for where in one.names:
            file, _, line = where.rpartition(":")
            case = ET.SubElement(
                suite, "testcase", classname=one.tenant, name=f"line {line}", file=file, line=line
            )
            if where in failed:
                ET.SubElement(case, "failure", message=failed[where]).text = where
    ET.indent(top)
    return bytes(ET.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"
