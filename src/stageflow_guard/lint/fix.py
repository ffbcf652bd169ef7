"""`--fix`: write the declared dependencies that the diagnostics name, and nothing else.

1. what each step must add and drop, until nothing is left to do, without making a circle
2. one edit per declaration, in the file's own formatting (LibCST)

A declaration whose dependencies are computed is left alone, and named.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.lint import dependencies, governance

if TYPE_CHECKING:
    import libcst as cst

    from stageflow_guard.lint.model import Diagnostic, Graph, Location

Place = tuple[int, int]
POSITIONAL = 3  # name, runner, kind, dependencies
ROUNDS = 8


@dataclass(slots=True)
class Change:
    """What one declaration must add and drop: `at` is its name, `places` where texts are."""

    step: str
    at: Location
    add: list[str] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)
    places: dict[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fixed:
    """New texts by file, and the steps whose declaration could not be edited."""

    texts: Mapping[str, str]
    left: tuple[str, ...]


def fixed(graph: Graph, diagnostics: Iterable[Diagnostic]) -> Fixed:
    """Return the files' new texts. Raises `ConfigError` when `libcst` is not installed."""
    try:
        import libcst as cst
        from libcst.metadata import MetadataWrapper
    except ModuleNotFoundError:
        raise ConfigError("`--fix` needs an extra: install `stageflow-guard[lint]`") from None
    texts: dict[str, str] = {}
    left: list[str] = []
    by_file: dict[str, list[Change]] = {}
    for change in changes(graph, diagnostics):
        by_file.setdefault(change.at.file, []).append(change)
    for file, wanted in sorted(by_file.items()):
        try:
            before = Path(file).read_bytes()
            module = cst.parse_module(before)
        except (OSError, cst.ParserSyntaxError):
            left += [one.step for one in wanted]
            continue
        editor = _editor(wanted)
        after = MetadataWrapper(module).visit(editor)
        left += [one.step for one in wanted if one.step not in editor.done]
        if editor.done:
            texts[file] = after.bytes.decode(module.encoding)
    return Fixed(texts, tuple(dict.fromkeys(left)))


def changes(graph: Graph, diagnostics: Iterable[Diagnostic]) -> list[Change]:
    """Return one change per step; a dependency that would close a circle is left out.

    What a change brings to light (a dependency that is a leftover beside one that is now read) is
    part of the change, so that a second run finds nothing to do.
    """
    edges = {name: list(node.dependencies) for name, node in graph.nodes.items()}
    todo = list(diagnostics)
    for _ in range(ROUNDS):
        if not _apply(edges, todo):
            break
        todo = _after(graph, edges)
    found = []
    for name, node in graph.nodes.items():
        change = _change(graph, name)
        change.add = [one for one in edges[name] if one not in node.dependencies]
        change.drop = [one for one in node.dependencies if one not in edges[name]]
        if change.add or change.drop:
            found.append(change)
    return found


def _apply(edges: dict[str, list[str]], diagnostics: list[Diagnostic]) -> bool:
    """Write every fix into `edges`: first what goes, then what comes. Say whether any did."""
    before = {name: list(one) for name, one in edges.items()}
    fixes = [one.fix for one in diagnostics if one.fix is not None]
    for fix in fixes:
        old = before[fix.step]
        gone = [dep for dep in old if dep not in fix.dependencies]
        edges[fix.step] = [dep for dep in edges[fix.step] if dep not in gone]
    for fix in fixes:
        for dep in fix.dependencies:
            known = dep in edges and dep not in edges[fix.step] and dep not in before[fix.step]
            if known and not _reaches(edges, dep, fix.step):
                edges[fix.step].append(dep)
    return edges != before


def _after(graph: Graph, edges: Mapping[str, list[str]]) -> list[Diagnostic]:
    nodes = {
        name: dataclasses.replace(node, dependencies=tuple(edges[name]))
        for name, node in graph.nodes.items()
    }
    changed = dataclasses.replace(graph, nodes=nodes)
    return [*dependencies.check(changed), *governance.check(changed)]


def _change(graph: Graph, step: str) -> Change:
    node = graph.nodes[step]
    places = {(at.line, at.column): text for text, at in node.dependency_at.items()}
    return Change(step, node.at, places=places)


def _reaches(edges: Mapping[str, list[str]], start: str, goal: str) -> bool:
    todo, seen = [start], set()
    while todo:
        one = todo.pop()
        if one == goal:
            return True
        if one not in seen:
            seen.add(one)
            todo += edges.get(one, ())
    return False


def _editor(wanted: list[Change]) -> Any:
    """Return a transformer that edits the declarations at the places of `wanted`."""
    import libcst as cst
    from libcst.metadata import PositionProvider

    by_place = {(one.at.line, one.at.column): one for one in wanted}

    class Editor(cst.CSTTransformer):
        METADATA_DEPENDENCIES = (PositionProvider,)

        def __init__(self) -> None:
            super().__init__()
            self.done: set[str] = set()

        def place(self, node: cst.CSTNode) -> Place:
            start = self.get_metadata(PositionProvider, node).start
            return start.line, start.column + 1

        def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
            named = _name_of(original_node)
            change = by_place.get(self.place(named)) if named is not None else None
            if change is None or not isinstance(named, cst.SimpleString):
                return updated_node
            index = _dependencies(original_node.args)
            if index is None:
                args = _appended(updated_node.args, change)
            else:
                given = original_node.args[index].value
                value = self.edited(given, updated_node.args[index].value, change)
                args = None if value is None else _replaced(updated_node.args, index, value)
            if args is None:
                return updated_node
            self.done.add(change.step)
            return updated_node.with_changes(args=args)

        def edited(
            self, given: cst.BaseExpression, value: cst.BaseExpression, change: Change
        ) -> cst.BaseExpression | None:
            """Return the new value, or None when the old one is computed."""
            if isinstance(given, cst.Tuple | cst.List | cst.Set):
                kept = [
                    new
                    for old, new in zip(given.elements, value.elements, strict=True)  # type: ignore[attr-defined]
                    if change.places.get(self.place(old.value)) not in change.drop
                ]
                return _with_elements(value, kept, change.add)
            text = change.places.get(self.place(given))
            if text is None:
                return None
            kept_texts = [] if text in change.drop else [value]
            if not kept_texts and len(change.add) == 1:
                return _text(change.add[0])
            if kept_texts and not change.add:
                return value
            elements = [cst.Element(one) for one in kept_texts]
            return _with_elements(cst.Tuple([]), elements, change.add)

    return Editor()


def _text(value: str) -> cst.SimpleString:
    import libcst as cst

    return cst.SimpleString(f'"{value}"')


def _name_of(node: cst.Call) -> cst.BaseExpression | None:
    for one in node.args:
        if one.keyword is None and not one.star:
            return one.value
        if one.keyword is not None and one.keyword.value == "name":
            return one.value
    return None


def _dependencies(args: Any) -> int | None:
    for index, one in enumerate(args):
        if one.keyword is not None and one.keyword.value in ("dependencies", "after"):
            return index
    positional = [one for one in args if one.keyword is None]
    return POSITIONAL if len(positional) > POSITIONAL else None


def _appended(args: Any, change: Change) -> list[cst.Arg] | None:
    """Return the arguments with `dependencies=(...)` at their end, laid out as they are."""
    import libcst as cst

    if any(one.star for one in args) or change.drop:
        return None
    value = _with_elements(cst.Tuple([]), [], change.add)
    last = args[-1]
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if len(args) > 1 and isinstance(args[-2].comma, cst.Comma):
        between = args[-2].comma
    added = cst.Arg(
        value, keyword=cst.Name("dependencies"), comma=last.comma,
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
        whitespace_after_arg=last.whitespace_after_arg,
    )  # fmt: skip
    return [
        *args[:-1],
        last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace("")),
        added,
    ]


def _replaced(args: Any, index: int, value: cst.BaseExpression) -> list[cst.Arg]:
    return [
        one.with_changes(value=value) if place == index else one for place, one in enumerate(args)
    ]


def _with_elements(value: Any, kept: list[Any], add: list[str]) -> cst.BaseExpression:
    """Return `value` with the elements that stay and those that are new, in its own layout."""
    import libcst as cst

    elements = [*kept, *(cst.Element(_text(one)) for one in add)]
    if isinstance(value, cst.Tuple) and not value.lpar:
        value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    opening, closing = _brackets(value)
    if not isinstance(opening.whitespace_after, cst.ParenthesizedWhitespace):
        return value.with_changes(elements=_on_one_line(elements, isinstance(value, cst.Tuple)))  # type: ignore[no-any-return]
    comments = _comments(value, closing)
    laid_out = []
    for place, one in enumerate(elements):
        ending = comments.get(id(one), cst.TrailingWhitespace())
        if place < len(elements) - 1:
            comma = cst.Comma(
                whitespace_after=opening.whitespace_after.with_changes(
                    first_line=ending, empty_lines=[]
                )
            )
        else:
            comma = cst.Comma()
            before = closing.whitespace_before
            if isinstance(before, cst.ParenthesizedWhitespace):
                before = before.with_changes(first_line=ending)
            closing = closing.with_changes(whitespace_before=before)
        laid_out.append(one.with_changes(comma=comma))
    return _closed(value.with_changes(elements=laid_out), closing)


def _on_one_line(elements: list[Any], is_tuple: bool) -> list[Any]:
    import libcst as cst

    spaced = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = cst.Comma() if is_tuple and len(elements) == 1 else cst.MaybeSentinel.DEFAULT
    return [
        one.with_changes(comma=last if place == len(elements) - 1 else spaced)
        for place, one in enumerate(elements)
    ]


def _brackets(value: Any) -> tuple[Any, Any]:
    import libcst as cst

    if isinstance(value, cst.Tuple):
        return value.lpar[0], value.rpar[-1]
    if isinstance(value, cst.List):
        return value.lbracket, value.rbracket
    return value.lbrace, value.rbrace


def _closed(value: Any, closing: Any) -> cst.BaseExpression:
    import libcst as cst

    if isinstance(value, cst.Tuple):
        return value.with_changes(rpar=[*value.rpar[:-1], closing])
    name = "rbracket" if isinstance(value, cst.List) else "rbrace"
    return value.with_changes(**{name: closing})  # type: ignore[no-any-return]


def _comments(value: Any, closing: Any) -> dict[int, Any]:
    """Return what ends the line of each element, its comment with it."""
    import libcst as cst

    found = {}
    for place, one in enumerate(value.elements):
        after = one.comma.whitespace_after if isinstance(one.comma, cst.Comma) else None
        if place == len(value.elements) - 1:
            after = closing.whitespace_before
        if isinstance(after, cst.ParenthesizedWhitespace):
            found[id(one)] = after.first_line
    return found
