"""Policy: what a pipeline needs and no line gives, and what lines name and nothing holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.lint.codes import diagnostic
from stageflow_guard.lint.dependencies import nearest
from stageflow_guard.lint.model import FUNCTION, Location
from stageflow_guard.policy.analysis.who_can import nobody_may
from stageflow_guard.policy.engine.rules import covers

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Diagnostic, Graph
    from stageflow_guard.policy import PolicySet
    from stageflow_guard.policy.engine.rules import Rule


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """The policies of one folder, and the tools that the application has (None: not known)."""

    policies: PolicySet
    folder: Path
    tools: Collection[str] | None = None


def check(graph: Graph, context: PolicyContext) -> Iterator[Diagnostic]:
    """Yield what no line allows, and lines that name no stage of `graph` and no tool."""
    rules = list(_rules(context.policies))
    steps = {
        name: ("stage", f"{graph.objects}{name}", "run")
        for name, node in graph.nodes.items() if node.kind != FUNCTION
    }  # fmt: skip
    asked = {one.question for node in graph.nodes.values() for one in node.facts.asks}
    tools = [("tool", name, "call") for name in context.tools or ()]
    refused = set(nobody_may(context.policies, [*steps.values(), *asked, *tools]))
    for node in graph.nodes.values():
        if steps.get(node.name) in refused:
            obj = f"{graph.objects}{node.name}"
            yield diagnostic(
                "SG301", node.at, f"no policy line lets anybody run `{obj}`", step=node.name,
                remedy=f"add `p, role:ROLE, TENANT, stage, {obj}, run, allow`",
            )  # fmt: skip
        for ask in node.facts.asks:
            if ask.question in refused:
                yield diagnostic(
                    "SG302", ask.at,
                    f"{node.label} asks for {ask.kind} `{ask.obj}`, {ask.act}: no policy line "
                    "lets anybody",
                    step=node.name,
                    remedy=f"add `p, role:ROLE, TENANT, {ask.kind}, {ask.obj}, {ask.act}, allow`",
                )  # fmt: skip
    for tool in tools:
        if tool in refused and tool not in asked:
            yield diagnostic(
                "SG302", graph.at,
                f"tool `{tool[1]}` is named by --tool: no policy line lets anybody call it",
                remedy=f"add `p, role:ROLE, TENANT, tool, {tool[1]}, call, allow`",
            )  # fmt: skip
    yield from _unknown(graph, context, rules)


def _rules(policies: PolicySet) -> Iterable[Rule]:
    """Return every p line once: a shared role's lines stand in each tenant that imports it."""
    seen: dict[tuple[str, str, str], Rule] = {}
    for tenant in policies.tenants:
        for rule in policies.tenant(tenant).rules:
            seen.setdefault((rule.where, rule.obj, rule.act), rule)
    return seen.values()


def _unknown(graph: Graph, context: PolicyContext, rules: list[Rule]) -> Iterator[Diagnostic]:
    asked = {ask.obj for node in graph.nodes.values() for ask in node.facts.asks}
    asked |= set(context.tools or ())
    for rule in rules:
        at = _place(context.folder, rule.where)
        if graph.objects and rule.kind == "stage" and rule.obj.startswith(graph.objects):
            name = rule.obj.removeprefix(graph.objects).removesuffix("/*")
            if name in ("*", "") or name in graph.nodes:
                continue
            likely = nearest(name, set(graph.nodes))
            yield diagnostic(
                "SG303", at, f"`{rule.obj}` is no stage of `{graph.name}`"
                + (f"; did you mean `{graph.objects}{likely}`?" if likely else ""),
            )  # fmt: skip
        elif rule.kind == "tool" and context.tools is not None:
            name = rule.obj.removesuffix("/*")
            if name == "*" or name in asked or any(covers(rule.obj, one) for one in asked):
                continue
            likely = nearest(name, set(asked))
            yield diagnostic(
                "SG304", at, f"`{rule.obj}` is no tool of this application"
                + (f"; did you mean `{likely}`?" if likely else ""),
            )  # fmt: skip


def _place(folder: Path, where: str) -> Location:
    file, _, line = where.rpartition(":")
    return Location(str(folder / file), int(line), 1)
