"""YAML with positions, no objects, no key twice. PyYAML's only file."""

from __future__ import annotations

from typing import Any

import yaml

from stageflow_guard.errors import ConfigError

LINE = "__line__"
CAP = 4 * 2**20
PLAINLY = {  # part of what the parser says -> what it means to who wrote the line
    "found character '\\t'": "a tab: indent with spaces",
    "expected <block end>": "the line is not indented like the lines that it belongs to",
    "mapping values are not allowed here": (
        "a `:` where none may stand: the line is indented wrong, or its text needs quotes"
    ),
    "could not find expected ':'": "a name without `:`",
    "expected ',' or '}'": "a `,` or the closing `}` is missing before this",
    "expected ',' or ']'": "a `,` or the closing `]` is missing before this",
    "found unexpected end of stream": "a quote, bracket or brace is not closed",
    "while scanning a quoted scalar": "a quote is not closed",
}


class _Lines(yaml.SafeLoader):  # type: ignore[misc]  # no stubs
    """A safe loader that keeps each mapping's line and refuses aliases and a key given twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):  # a few lines could unfold into gigabytes
            event = self.peek_event()
            raise yaml.MarkedYAMLError(problem="an alias (`*`)", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len({str(key) for key in keys}) != len(keys):
            raise yaml.MarkedYAMLError(problem="a key twice", problem_mark=node.start_mark)
        return {**super().construct_mapping(node, deep=deep), LINE: node.start_mark.line + 1}


def load_yaml(content: bytes, name: str) -> dict[Any, Any]:
    """Return the mapping in `content`, each mapping with its `LINE`; raise `ConfigError`."""
    if len(content) > CAP:
        raise ConfigError(f"`{name}` is over {CAP} bytes")
    try:
        text = content.decode("utf-8")
        # a SafeLoader with positions: nothing in the file is ever constructed as an object
        found = yaml.load(text, Loader=_Lines)  # noqa: S506
    except UnicodeDecodeError:
        raise ConfigError(f"`{name}` is not UTF-8") from None
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 0
        column = exc.problem_mark.column + 1 if exc.problem_mark else 0
        raise ConfigError(f"{name}:{line}:{column}: {_plainly(str(exc.problem))}") from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        raise ConfigError(f"`{name}` is not YAML") from None
    if not isinstance(found, dict):
        raise ConfigError(f"`{name}` needs keys at its top")
    return found


def _plainly(problem: str) -> str:
    """Return what a parser found wrong in words of whoever writes the file."""
    return next((said for part, said in PLAINLY.items() if part in problem), problem)


def plain(value: Any) -> Any:
    """Return `value` without the line marks."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k != LINE}
    return [plain(v) for v in value] if isinstance(value, list) else value
