"""A lint of pipelines: dependencies, governance, policy. It has no relaxed mode.

`check(graph)` judges a pipeline that a host's adapter has read (`hosts.lint_graph`), and
`Report.holds` says whether anything but notes was found. What the lint cannot see is a note too.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.lint import dependencies, governance
from stageflow_guard.lint.codes import CODES, diagnostic
from stageflow_guard.lint.model import Diagnostic, Graph, Location, Report

if TYPE_CHECKING:
    from stageflow_guard.lint.policies import PolicyContext

__all__ = ["CODES", "REFUSED_AT_MOUNT", "Diagnostic", "Location", "Report", "check", "mountable"]

_log = logging.getLogger("stageflow_guard.lint")
# certain whatever is composed with the pipeline later, and what no run of it would refuse by itself
REFUSED_AT_MOUNT = frozenset({"SG101", "SG102", "SG110", "SG111", "SG206", "SG207", "SG208"})


def check(graph: Graph, policy: PolicyContext | None = None) -> Report:
    """Return every fault of `graph`, by place; with `policy`, also what no line allows."""
    found = [*dependencies.check(graph), *governance.check(graph)]
    if policy is not None:
        from stageflow_guard.lint import policies

        found += policies.check(graph, policy)
    for node in graph.nodes.values():
        for blind in node.facts.blind:
            found.append(
                diagnostic("SG901", blind.at, f"{node.label}: {blind.what}", step=node.name)
            )
        if not node.facts.seen:
            what = f"{node.label}: its source cannot be read"
            found.append(diagnostic("SG901", node.at, what, step=node.name))
    unique = dict.fromkeys(sorted(found, key=lambda one: (one.at, one.code, one.message)))
    return Report(graph.name, len(graph.nodes), tuple(unique), graph.unit)


def mountable(graph: Graph) -> None:
    """Refuse a pipeline with a fault of `REFUSED_AT_MOUNT`; log its other errors, one WARNING each.

    Raises `ConfigError` with every such fault: place, code, message, remedy. Retry strategies are
    judged when the pipeline is built, with the one that is in force.
    """
    report = check(dataclasses.replace(graph, retries=()))
    refused = [
        one
        for one in report.diagnostics
        if one.code in REFUSED_AT_MOUNT and not (one.code == "SG110" and one.fix is not None)
    ]
    for one in report.diagnostics:
        if one.severity == "error" and one not in refused:
            _log.warning("%s", one)
    if refused:
        faults = "\n".join(f"  {one}" for one in refused)
        raise ConfigError(f"pipeline `{graph.name}` cannot be mounted:\n{faults}")
