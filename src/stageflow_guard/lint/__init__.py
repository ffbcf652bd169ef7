"""A lint of pipelines: dependencies, governance, policy. It has no relaxed mode.

`check(graph)` judges a pipeline that a host's adapter has read (`hosts.lint_graph`), and
`Report.holds` says whether anything but notes was found. What the lint cannot see is a note too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.lint import dependencies, governance
from stageflow_guard.lint.codes import CODES, diagnostic
from stageflow_guard.lint.model import Diagnostic, Graph, Location, Report

if TYPE_CHECKING:
    from stageflow_guard.lint.policies import PolicyContext

__all__ = ["CODES", "Diagnostic", "Location", "Report", "check"]


def check(graph: Graph, policy: PolicyContext | None = None) -> Report:
    """Return every fault of `graph`, by place; with `policy`, also what no line allows."""
    found = [*dependencies.check(graph), *governance.check(graph)]
    if policy is not None:
        from stageflow_guard.lint import policies

        found += policies.check(graph, policy)
    for node in graph.nodes.values():
        for blind in node.facts.blind:
            found.append(
                diagnostic("SG901", blind.at, f"stage `{node.name}`: {blind.what}", step=node.name)
            )
        if not node.facts.seen:
            what = f"stage `{node.name}`: its source cannot be read"
            found.append(diagnostic("SG901", node.at, what, step=node.name))
    unique = dict.fromkeys(sorted(found, key=lambda one: (one.at, one.code, one.message)))
    return Report(graph.name, len(graph.nodes), tuple(unique))
