"""Dependencies: what a stage reads, what it declares, and what is there.

1. names and circles: what the host refuses at build, here with a place and a remedy
2. reads of outputs: undeclared, misspelt, its own, a later stage's
3. keys: read and never written, or written only by a stage that is not waited for
4. declared and never read
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stageflow_guard.base.near_name import near_name
from stageflow_guard.lint.codes import diagnostic
from stageflow_guard.lint.model import Fix

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Diagnostic, Graph, Node, Read

ORDERING = ("guard", "route", "work")  # waiting for these without reading them has a meaning


def check(graph: Graph) -> Iterator[Diagnostic]:
    """Yield every fault of the dependencies of `graph`."""
    circles = set()
    for node in graph.nodes.values():
        yield from _names(graph, node)
        circle = _circle(graph, node.name)
        if circle and frozenset(circle) not in circles:
            circles.add(frozenset(circle))
            yield _circular(graph, circle)
    for node in graph.nodes.values():
        yield from _reads(graph, node)
        yield from _unused(graph, node)


def _names(graph: Graph, node: Node) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(node.dependencies):
        at = node.dependency_at.get(name, node.at)
        rest = tuple(one for one in dict.fromkeys(node.dependencies) if one != name)
        if name == node.name:
            yield diagnostic(
                "SG110", at, f"stage `{node.name}` depends on itself", step=node.name,
                remedy=f"write `{declaration(rest)}`", fix=Fix(node.name, rest, node.at),
            )  # fmt: skip
        elif name not in graph.nodes:
            likely = nearest(name, graph.nodes.keys() - {node.name})
            mended = (*rest, likely) if likely and likely not in rest else rest
            yield diagnostic(
                "SG104", at, f"stage `{node.name}` depends on `{name}`, which does not exist"
                + (f"; did you mean `{likely}`?" if likely else ""),
                step=node.name, remedy=f"write `{declaration(mended)}`",
                fix=Fix(node.name, mended, node.at) if likely else None,
            )  # fmt: skip


def _circle(graph: Graph, start: str) -> tuple[str, ...] | None:
    """Return the shortest way from `start` back to itself over at least one other stage."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for name in graph.nodes[way[-1]].dependencies:
            if name == start and len(way) > 1:
                return way
            if name in graph.nodes and name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return None


def _circular(graph: Graph, circle: tuple[str, ...]) -> Diagnostic:
    """Report at an edge that nothing reads, else at the one that was declared last."""
    edges = [
        (graph.nodes[one], other)
        for one, other in zip(circle, (*circle[1:], circle[0]), strict=True)
    ]
    unread = [(n, dep) for n, dep in edges if n.facts.seen and dep not in _steps_read(n)]
    node, dep = max(
        unread or edges, key=lambda edge: edge[0].dependency_at.get(edge[1], edge[0].at)
    )
    rest = tuple(one for one in node.dependencies if one != dep)
    way = " -> ".join(f"`{one}`" for one in (*circle, circle[0]))
    only = len(unread) == 1
    return diagnostic(
        "SG105", node.dependency_at.get(dep, node.at), f"stages wait for each other: {way}",
        step=node.name,
        remedy=f"write `{declaration(rest)}` for `{node.name}`" if only else "take one edge out",
        fix=Fix(node.name, rest, node.at) if only else None,
    )  # fmt: skip


def _reads(graph: Graph, node: Node) -> Iterator[Diagnostic]:
    wanted = _wanted(graph, node)
    meant = {nearest(dep, graph.nodes.keys() - {node.name}) for dep in node.dependencies
             if dep not in graph.nodes}  # fmt: skip
    fix = Fix(node.name, wanted, node.at) if wanted != node.dependencies else None
    for read in node.facts.reads:
        if read.step is None:
            yield from _searched_key(graph, node, read)
        elif read.step == node.name:
            yield diagnostic(
                "SG110", read.at, f"stage `{node.name}` reads its own output: `{read.text}`",
                step=node.name, remedy="keep the value in a variable",
            )  # fmt: skip
        elif read.step not in graph.nodes:
            likely = nearest(read.step, graph.nodes.keys() - {node.name})
            yield diagnostic(
                "SG103", read.at,
                f"stage `{node.name}` reads `{read.step}`, which does not exist: `{read.text}`"
                + (f"; did you mean `{likely}`?" if likely else ""),
                step=node.name,
                remedy=f"read `{likely}`" if likely else "name a stage of this pipeline",
            )  # fmt: skip
        elif read.step not in node.dependencies:
            if read.again or read.step in meant:
                continue  # said at the read that got the output, or at the misspelt declaration
            yield _undeclared(graph, node, read, fix)
        else:
            yield from _key(graph, node, read)


def _wanted(graph: Graph, node: Node) -> tuple[str, ...]:
    """Return the declaration that all reads of `node` need together."""
    mended = {
        dep: nearest(dep, graph.nodes.keys() - {node.name})
        for dep in node.dependencies
        if dep not in graph.nodes
    }
    kept = [mended.get(dep) or dep for dep in node.dependencies]
    for read in node.facts.reads:
        step = read.step
        if step is None and read.key is not None:
            writers = _only_writers(graph, node, read.key)
            step = writers[0] if len(writers) == 1 else None
        if step is None or step not in graph.nodes or step in kept or step == node.name:
            continue
        if node.name not in graph.above(step):  # a later stage cannot be waited for
            kept.append(step)
    return tuple(dict.fromkeys(kept))


def _undeclared(graph: Graph, node: Node, read: Read, fix: Fix | None) -> Diagnostic:
    assert read.step is not None  # noqa: S101 - the caller looked
    if node.name in graph.above(read.step):
        return diagnostic(
            "SG111", read.at,
            f"stage `{node.name}` reads `{read.step}`, which waits for it: `{read.text}`",
            step=node.name, remedy="read it in a stage that runs after both",
        )  # fmt: skip
    remedy = f"write `{declaration(fix.dependencies)}`" if fix else ""
    if not read.defaulted:
        code, why = "SG101", "and does not depend on it"
    else:
        code = "SG102"
        why = "and does not depend on it, so that it always gets the default"
    return diagnostic(
        code, read.at, f"stage `{node.name}` reads `{read.step}` {why}: `{read.text}`",
        step=node.name, remedy=remedy, fix=fix,
    )  # fmt: skip


def _key(graph: Graph, node: Node, read: Read) -> Iterator[Diagnostic]:
    assert read.step is not None  # noqa: S101 - the caller looked
    other = graph.nodes[read.step]
    if read.required and other.conditional and not node.conditional:
        yield diagnostic(
            "SG109", read.at,
            f"stage `{node.name}` requires `{read.step}`, which may be skipped: `{read.text}`",
            step=node.name, remedy="read it with a default, or make both conditional",
        )  # fmt: skip
    facts = other.facts
    if read.key is None or not facts.seen or facts.produces_open or read.key in facts.produces:
        return
    likely = nearest(read.key, facts.produces)
    yield diagnostic(
        "SG107", read.at,
        f"stage `{node.name}` reads key `{read.key}` of `{read.step}`, which never writes it: "
        f"`{read.text}`" + (f"; did you mean `{likely}`?" if likely else ""),
        step=node.name,
        remedy=f"`{read.step}` writes {_listed(facts.produces)}",
    )  # fmt: skip


def _searched_key(graph: Graph, node: Node, read: Read) -> Iterator[Diagnostic]:
    """A read that searches all outputs finds only those of declared dependencies."""
    if read.key is None:
        return
    near = [graph.nodes[dep] for dep in node.dependencies if dep in graph.nodes]
    if any(_may_write(one, read.key) for one in near):
        return
    writers = _only_writers(graph, node, read.key)
    if writers:
        fix = None
        if len(writers) == 1:
            fix = Fix(node.name, _wanted(graph, node), node.at)
        yield diagnostic(
            "SG108", read.at,
            f"stage `{node.name}` reads key `{read.key}`, which only {_listed(writers)} writes, "
            f"and does not depend on it: `{read.text}`",
            step=node.name, fix=fix,
            remedy=f"write `{declaration(fix.dependencies)}`" if fix else "",
        )  # fmt: skip
        return
    if any(_may_write(one, read.key) for one in graph.nodes.values() if one is not node):
        return
    likely = nearest(read.key, {key for one in near for key in one.facts.produces})
    if likely is None and (read.defaulted or not near):
        return  # an optional value that nothing resembles, or a stage that can be reused elsewhere
    yield diagnostic(
        "SG107", read.at,
        f"stage `{node.name}` reads key `{read.key}`, which no stage writes: `{read.text}`"
        + (f"; did you mean `{likely}`?" if likely else ""),
        step=node.name,
    )  # fmt: skip


def _may_write(node: Node, key: str) -> bool:
    facts = node.facts
    return not facts.seen or facts.produces_open or key in facts.produces


def _only_writers(graph: Graph, node: Node, key: str) -> list[str]:
    """Return who surely writes `key`, when nobody that `node` waits for may."""
    near = [graph.nodes[dep] for dep in node.dependencies if dep in graph.nodes]
    if any(_may_write(one, key) for one in near):
        return []
    return [
        name
        for name, one in graph.nodes.items()
        if name != node.name
        and one.facts.seen
        and key in one.facts.produces
        and node.name not in graph.above(name)
    ]


def _unused(graph: Graph, node: Node) -> Iterator[Diagnostic]:
    """A dependency for order alone is sound; one among others that are read is a leftover."""
    facts = node.facts
    if not facts.seen or facts.reads_all or facts.blind:
        return
    read = _steps_read(node)
    if not read & set(node.dependencies):
        return  # it reads nothing that it declares: order is all that it wants
    keys = {one.key for one in facts.reads if one.step is None}
    for dep in dict.fromkeys(node.dependencies):
        other = graph.nodes.get(dep)
        if other is None or dep in read or dep == node.name or other.kind in ORDERING:
            continue
        if any(key is None or _may_write(other, key) for key in keys):
            continue
        if _has_effect(other):
            continue
        rest = tuple(one for one in node.dependencies if one != dep)
        yield diagnostic(
            "SG106", node.dependency_at.get(dep, node.at),
            f"stage `{node.name}` waits for `{dep}` and never reads it",
            step=node.name, remedy=f"write `{declaration(rest)}`",
            fix=Fix(node.name, rest, node.at),
        )  # fmt: skip


def _has_effect(node: Node) -> bool:
    """Say whether waiting for `node` may be about what it does, and not about what it returns."""
    facts = node.facts
    return not facts.seen or bool(facts.has("publishes") or facts.has("child") or facts.has("tool"))


def _steps_read(node: Node) -> set[str]:
    return {one.step for one in node.facts.reads if one.step is not None}


def nearest(word: str, known: set[str]) -> str | None:
    """Return the known word that was most likely meant, or None: a fix may put it there."""
    return near_name(word, known)


def declaration(dependencies: tuple[str, ...]) -> str:
    """Return the argument to paste: `dependencies=("a", "b")`."""
    inner = ", ".join(f'"{one}"' for one in dependencies)
    return f"dependencies=({inner}{',' if len(dependencies) == 1 else ''})"


def _listed(names: list[str] | set[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(names)) or "nothing"
