"""Originals put back into JSON, YAML, URLs, forms and HTML: a value never changes structure. Pure.

1. JSON text, or JSON line by line: each string literal is read, restored and written again
2. a text that begins with a tag: HTML, see `places.Html`
3. a text that begins with `---` or `%YAML`: see `yaml_place.Yaml`
4. a text whose first two lines are a mapping's (`mapping_head`): YAML up to a line that is none
5. any other text: URLs, forms, quoted strings of JSON and fences of YAML in it, see `lines.Lines`

What looks like JSON and does not parse is left as it is, and so is a placeholder where no original
could be written safely; a warning says so. What a text is, is decided by its first characters:
`restore_stream` gives the same for every way to cut it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import unquote

from stageflow_guard.base.breath import Breath
from stageflow_guard.redaction.vault.lines import Lines
from stageflow_guard.redaction.vault.mapping_head import mapping
from stageflow_guard.redaction.vault.placeholders import carries
from stageflow_guard.redaction.vault.places import AHEAD, Html, Place
from stageflow_guard.redaction.vault.yaml_place import Yaml

_LOG = logging.getLogger(__name__)

# (text) -> where each placeholder stands, and the original
Originals = Callable[[str], Iterator[tuple[int, int, str]]]
Kind = Literal["json", "html", "yaml", "mapping", "prose"]

_JSON = re.compile(r"\{\s*(?:\"|\})|\[\s*(?:[\"{\[\]]|-?[0-9]|true|false|null)")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TAG = re.compile(r"<(?:!doctype|\?xml|!--|[a-z][a-z0-9:-]{0,31}(?=[\s/>]))", re.IGNORECASE)
_TAG_SO_FAR = re.compile(
    r"<(?:!(?:-|d[a-z]{0,6})?|\?(?:x(?:ml?)?)?|[a-z][a-z0-9:-]{0,31})?", re.IGNORECASE
)
_YAML = re.compile(r"---(?:[ \t][^\n]{0,80})?\r?\n|%YAML ")
_YAML_SO_FAR = re.compile(r"-{1,3}(?:[ \t\r][^\n]{0,80})?|%Y?A?M?L?")
# as a URL or a form writes a placeholder
_ENCODED = re.compile(
    r"%E2%9F%A6[A-Z][A-Z0-9_]{0,47}_[0-9]{1,7}%C2%B7[a-km-np-z2-9]{8}%E2%9F%A7", re.IGNORECASE
)
DEPTH = 4
_WORDS = ("true", "false", "null")


def kind_of(text: str, *, final: bool = True) -> Kind | None:
    """Return what `text` is by its beginning; None where more of it has to be seen."""
    start = text.lstrip()
    if not start:
        return "prose" if final else None
    if start[0] in "{[":
        if _JSON.match(start):
            return "json"
        inner = start[1:].lstrip()
        open_ended = not inner or inner == "-" or any(word.startswith(inner) for word in _WORDS)
        return None if open_ended and not final else "prose"
    if start[0] == "<":
        if _TAG.match(start):
            return "html"
        return None if not final and _TAG_SO_FAR.fullmatch(start) else "prose"
    if text[0] in "-%":
        if _YAML.match(text):
            return "yaml"
        if not final and _YAML_SO_FAR.fullmatch(text):
            return None
    is_mapping = mapping(text, final=final)
    return None if is_mapping is None else "mapping" if is_mapping else "prose"


def place_of(kind: Kind) -> Place:
    """Return the beginning of a text of `kind`, which is not JSON."""
    if kind == "yaml":
        return Yaml()
    return Html() if kind == "html" else Lines(mapping=kind == "mapping")


def restored(text: str, nonce: str, originals: Originals, depth: int = DEPTH) -> str:
    """Return `text` with each placeholder replaced, as the text's own syntax wants it.

    `nonce` is what every placeholder of the scope carries: a text without it is returned at once.
    """
    if not carries(text, nonce):
        return text
    kind = kind_of(text) or "prose"
    if kind == "json" and depth > 0:
        if _parses(text):
            return _in_json(text, nonce, originals, depth)
        if not _bracketed(text, nonce):
            return _line_by_line(text, nonce, originals, depth)
        kind = "prose"
    return _in_place(text, originals, place_of("prose" if kind == "json" else kind))


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _line_by_line(text: str, nonce: str, originals: Originals, depth: int) -> str:
    lines = text.split("\n")
    if len(lines) < 2 or not all(_parses(line) for line in lines if line.strip()):
        _LOG.warning("a text that looks like JSON does not parse: nothing is restored in it")
        return text
    return "\n".join(_in_json(line, nonce, originals, depth) for line in lines)


def _bracketed(text: str, nonce: str) -> bool:
    """Say whether the bracket in front is a placeholder's own, as a model writes it."""
    return text.lstrip()[:1] == "[" and "]" in text and nonce in text[: text.find("]") + 1]


def _in_json(text: str, nonce: str, originals: Originals, depth: int) -> str:
    return _LITERAL.sub(lambda m: _literal(m[0], nonce, originals, depth - 1), text)


def _literal(literal: str, nonce: str, originals: Originals, depth: int) -> str:
    value = json.loads(literal, strict=False)
    fresh = restored(value, nonce, originals, depth)
    return literal if fresh == value else json.dumps(fresh, ensure_ascii=literal.isascii())


def _in_place(text: str, originals: Originals, place: Place) -> str:
    parts, at, breathe = [], 0, Breath()
    for start, end, original in hits(text, originals):
        breathe()
        parts.append(put(text[at:start], text[start:end], original, text[end : end + AHEAD], place))
        at = end
    return "".join([*parts, text[at:]]) if at else text


def hits(text: str, originals: Originals) -> Iterator[tuple[int, int, str]]:
    """Yield each placeholder of `text`, also as a URL writes one, in order."""
    found = list(originals(text))
    if "%C2%B7" in text or "%c2%b7" in text:
        for match in _ENCODED.finditer(text):
            inner = list(originals(unquote(match[0])))
            if len(inner) == 1:
                found.append((*match.span(), inner[0][2]))
        found.sort()
    yield from found


def put(before: str, mark: str, original: str, ahead: str, place: Place) -> str:
    """Return `before` and the original in place of `mark`, or `mark` where that is not safe."""
    place.passed(before)
    written = place.written(original, ahead)
    if written is None:
        _LOG.warning("a placeholder stands where no value can be written safely: it stays")
        written = mark
    place.passed(mark if written is mark else "x")
    return before + written
