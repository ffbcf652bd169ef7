"""Governance: what goes round a GUARD, or round the guard itself.

1. GUARDs: none can be skipped, each can refuse
2. dominance: who acts stands behind a GUARD
3. publishing: nothing goes out before it was judged; no draft is repeated in public
4. ways round the guard: children, ports, tools, coroutines that were dropped
5. calls that stop every other caller
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stageflow_guard.lint.codes import diagnostic
from stageflow_guard.lint.dependencies import declaration
from stageflow_guard.lint.model import Fix

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Diagnostic, Graph, Node

SIGHTED = {
    "unmounted": ("SG206", "mount the child: `guard.mount(child, name=...)`"),
    "raw_port": ("SG207", "take ports from `ctx.inputs.ports`, which the guard wraps for each run"),
    "dropped": ("SG208", "write `await` before it"),
    "blocking": ("SG209", "use an async client, or `await asyncio.to_thread(...)`"),
}
NOT_A_PASS = {
    "returns_skip": "it answers SKIP, which the host counts as passed",
    "returns_retry": "it answers RETRY, which the host counts as passed",
    "returns_none": "it can return nothing, which the host counts as passed",
    "says_denied": "it says no in an `ok` output, which the host counts as passed",
}


def check(graph: Graph) -> Iterator[Diagnostic]:
    """Yield every fault of governance in `graph`."""
    guards = [one for one in graph.nodes.values() if one.kind == "guard"]
    above = {name: graph.above(name) for name in graph.nodes}
    for guard in guards:
        yield from _guard(guard)
    for node in graph.nodes.values():
        if node.kind == "guard":
            continue
        yield from _beside(graph, node, guards, above)
        yield from _publishes(graph, node, guards, above)
    yield from _drafts(graph, above)
    for node in graph.nodes.values():
        for sighting in node.facts.sightings:
            if sighting.kind in SIGHTED:
                code, remedy = SIGHTED[sighting.kind]
                yield diagnostic(
                    code, sighting.at, f"{node.label}: {sighting.what}",
                    step=node.name, remedy=remedy,
                )  # fmt: skip


def _guard(guard: Node) -> Iterator[Diagnostic]:
    if guard.conditional:
        yield diagnostic(
            "SG202", guard.at,
            f"GUARD `{guard.name}` is conditional: any output with the key `skip_reason` skips it",
            step=guard.name, remedy="take `conditional=True` out",
        )  # fmt: skip
    for kind, why in NOT_A_PASS.items():
        for sighting in guard.facts.has(kind):
            yield diagnostic(
                "SG204", sighting.at, f"GUARD `{guard.name}` does not refuse: {why}",
                step=guard.name, remedy="return `StageOutput.fail(...)`, or raise",
            )  # fmt: skip


def acts(node: Node) -> str | None:
    """Return what makes a stage one that needs a GUARD before it, or None."""
    if node.kind in ("agent", "work"):
        return node.kind.upper()
    if node.facts.has("tool"):
        return "tool-calling"
    return None


def _beside(
    graph: Graph, node: Node, guards: list[Node], above: dict[str, set[str]]
) -> Iterator[Diagnostic]:
    """A stage that acts waits for a GUARD, unless a GUARD waits for it and judges what it made."""
    what = acts(node)
    names = {one.name for one in guards}
    if what is None or not names or above[node.name] & names:
        return
    if any(node.name in above[name] for name in names):
        return  # an output guard; `_publishes` says when something leaves before it
    first = sorted(names, key=lambda name: (len(above[name]), name))[0]
    wanted = (*node.dependencies, first)
    yield diagnostic(
        "SG201", node.at,
        f"{what} stage `{node.name}` runs beside GUARD `{first}` instead of behind it",
        step=node.name, remedy=f"write `{declaration(wanted)}`",
        fix=Fix(node.name, wanted, node.at),
    )  # fmt: skip


def _publishes(
    graph: Graph, node: Node, guards: list[Node], above: dict[str, set[str]]
) -> Iterator[Diagnostic]:
    """What a stage sends out itself, or what it acts on beside the GUARD that judges it."""
    judges = sorted(one.name for one in guards if node.name in above[one.name])
    for sighting in node.facts.has("publishes") if judges else ():
        yield diagnostic(
            "SG203", sighting.at,
            f"stage `{node.name}` sends out ({sighting.what}) what GUARD `{judges[0]}` judges "
            "later",
            step=node.name, remedy=f"send it in a stage that waits for `{judges[0]}`",
        )  # fmt: skip
    if not (node.kind == "work" or node.facts.has("publishes")):
        return
    if not above[node.name] & {one.name for one in guards}:
        return  # it runs beside every GUARD: `_beside` says so
    for source in sorted(above[node.name]):
        if graph.nodes[source].kind == "guard" or source not in _read_or_waited(node):
            continue
        judging = [one.name for one in guards if source in one.dependencies]
        if not judging or set(judging) & above[node.name]:
            continue
        if any(node.name in above[name] for name in judging):
            continue  # said above, or the GUARD judges what this stage makes
        wanted = tuple(dict.fromkeys((*node.dependencies, judging[0])))
        yield diagnostic(
            "SG203", node.at,
            f"stage `{node.name}` acts on `{source}` beside GUARD `{judging[0]}`, which judges it",
            step=node.name, remedy=f"write `{declaration(wanted)}`",
            fix=Fix(node.name, wanted, node.at),
        )  # fmt: skip
        return


def _read_or_waited(node: Node) -> set[str]:
    return {*node.dependencies, *(one.step for one in node.facts.reads if one.step)}


def _drafts(graph: Graph, above: dict[str, set[str]]) -> Iterator[Diagnostic]:
    """Yield retry targets whose drafts reach somebody before, or instead of, the GUARD."""
    for retry in graph.retries:
        if retry.step not in graph.nodes or retry.guard not in graph.nodes:
            continue
        sends = graph.nodes[retry.step].facts.has("publishes")
        others = sorted(
            name
            for name, node in graph.nodes.items()
            if retry.step in node.dependencies
            and name != retry.guard
            and retry.guard not in above[name]
        )
        if not sends and not others:
            continue
        who = f"to `{others[0]}`" if others else "to the caller"
        yield diagnostic(
            "SG205", retry.at,
            f"GUARD `{retry.guard}` repeats `{retry.step}`, whose drafts go {who} unjudged",
            step=retry.step,
            remedy=f"make `{others[0]}` wait for `{retry.guard}`" if others else "send later",
        )  # fmt: skip
