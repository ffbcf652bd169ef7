"""JUnit XML of policy tests, as the schema of Jenkins' xUnit plugin has it; every CI shows it."""

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
            top, "testsuite", name="files", tests=str(len(broken)), failures="0",
            errors=str(len(broken)), skipped="0", time="0",
        )  # fmt: skip
        for problem in broken:
            case = ET.SubElement(
                suite,
                "testcase",
                classname="files",
                name=f"{problem.file}:{problem.line}",
                time="0",
            )
            ET.SubElement(case, "error", type=problem.code, message=problem.reason).text = str(
                problem
            )
    for one in outcomes:
        failed = {failure.where: failure.message for failure in one.failures}
        suite = ET.SubElement(
            top, "testsuite", name=one.tenant, tests=str(one.cases), failures=str(len(failed)),
            errors="0", skipped="0", time="0",
        )  # fmt: skip
        about = ET.SubElement(suite, "properties")
        for name, value in (("rules", one.rules), ("unreached", len(one.unreached))):
            ET.SubElement(about, "property", name=name, value=str(value))
        for where in one.names:
            # the place stands in the name: the schema knows no `file` and no `line` of a case
            case = ET.SubElement(suite, "testcase", classname=one.tenant, name=where, time="0")
            if where in failed:
                ET.SubElement(case, "failure", type="case", message=failed[where]).text = where
    ET.indent(top)
    return bytes(ET.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"
