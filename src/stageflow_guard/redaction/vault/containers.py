"""Originals put back into JSON, YAML, URLs, forms and HTML: a value never changes structure. Pure.

1. JSON text, or JSON line by line: each string literal is read, restored and written again
2. a text that begins with a tag: HTML, see `html_place.Html`
3. a text that begins with `---` or `%YAML`: see `yaml_place.Yaml`
4. a text whose first two lines are a mapping's (`mapping_head`): YAML up to a line that is none
5. any other text: URLs, forms, quoted strings of JSON and fences of YAML in it, see `lines.Lines`

What looks like JSON and does not parse is left as it is, and so is a placeholder where no original
could be written safely; a warning says so. What a text is, is decided by its first characters:
`restore_stream` gives the same for every way to cut it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal
from urllib.parse import unquote

from stageflow_guard.base.breath import Breath
from stageflow_guard.redaction.placeholder import PSEUDONYM
from stageflow_guard.redaction.vault.html_place import Html
from stageflow_guard.redaction.vault.json_text import (
    LITERAL,
    Content,
    as_number,
    escaped,
    parses,
    unescaped,
)
from stageflow_guard.redaction.vault.lines import Lines
from stageflow_guard.redaction.vault.mapping_head import mapping
from stageflow_guard.redaction.vault.original import Original
from stageflow_guard.redaction.vault.placeholders import carries
from stageflow_guard.redaction.vault.places import AHEAD, Place, spelled
from stageflow_guard.redaction.vault.yaml_place import Yaml

_LOG = logging.getLogger(__name__)

# (text) -> where each placeholder stands, and the original
Originals = Callable[[str], Iterator[tuple[int, int, Original]]]
Change = tuple[int, int, str]  # what stands at [start, end) now
Kind = Literal["json", "html", "yaml", "mapping", "prose"]

_JSON = re.compile(r"\{\s*(?:\"|\})|\[\s*(?:[\"{\[\]]|-?[0-9]|true|false|null)")
_CITED = re.compile(r"\[[0-9]{1,4}\]\s*")
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
STRING = "s:"  # a place within a string of JSON
_KEY = re.compile(r"\s*:")
_WORDS = ("true", "false", "null")


def kind_of(text: str, *, final: bool = True) -> Kind | None:
    """Return what `text` is by its beginning; None where more of it has to be seen."""
    start = text.lstrip()
    if not start:
        return "prose" if final else None
    if start[0] == '"':
        string = _string(start, final=final)
        if string is not False:
            return "json" if string else None
    if start[0] in "{[":
        cited = _CITED.match(start)
        if cited is not None:  # `[1] says a paper`
            if cited.end() == len(start):
                return "json" if final else None
            lines = "\n" in cited[0] and start[cited.end()] in "[{"
            return "json" if lines else "prose"
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


def _string(start: str, *, final: bool) -> bool | None:
    """Say whether a text that begins with a quote is one string of JSON; None where it may be."""
    string = LITERAL.match(start)
    if string is None:
        return None if not final and "\n" not in start else False
    if start[string.end() :].strip() or "\n" in string[0]:
        return False
    return parses(string[0]) if final else None


def place_of(kind: Kind) -> Place:
    """Return the beginning of a text of `kind`, which is not JSON."""
    if kind == "yaml":
        return Yaml()
    return Html() if kind == "html" else Lines(mapping=kind == "mapping")


def restored(text: str, nonce: str, originals: Originals, depth: int = DEPTH) -> str:
    """Return `text` with each placeholder replaced, as the text's own syntax wants it.

    `nonce` is what every placeholder of the scope carries: a text without it is returned at once.
    """
    found = changes(text, nonce, originals, depth)
    parts, at = [], 0
    for start, end, fresh in found:
        parts += [text[at:start], fresh]
        at = end
    return "".join([*parts, text[at:]]) if found else text


def changes(text: str, nonce: str, originals: Originals, depth: int = DEPTH) -> list[Change]:
    """Return what `restored` writes, and where, in order."""
    if not carries(text, nonce):
        return []
    kind = kind_of(text) or "prose"
    if kind == "json" and depth > 0:
        if parses(text):
            return list(_in_json(text, 0, nonce, originals, depth))
        if not _bracketed(text, nonce):
            return _line_by_line(text, nonce, originals, depth)
    return _in_place(text, originals, place_of("prose" if kind == "json" else kind))


def _line_by_line(text: str, nonce: str, originals: Originals, depth: int) -> list[Change]:
    lines = text.split("\n")
    known = [parses(line) for line in lines]
    broken = (
        line.lstrip()[:1] in ("{", "[") for line, is_json in zip(lines, known, strict=True)
        if not is_json
    )  # fmt: skip
    if len(lines) < 2 or not known[0] or any(broken):
        _LOG.warning("a text that looks like JSON does not parse: nothing is restored in it")
        return []
    out: list[Change] = []
    at = 0
    for line, is_json in zip(lines, known, strict=True):
        if is_json:
            out += _in_json(line, at, nonce, originals, depth)
        elif line:  # what a program wrote between its records
            found = _in_place(line, originals, place_of("prose"))
            out += [(low + at, high + at, fresh) for low, high, fresh in found]
        at += len(line) + 1
    return out


def _bracketed(text: str, nonce: str) -> bool:
    """Say whether the bracket in front is a placeholder's own, as a model writes it."""
    return text.lstrip()[:1] == "[" and "]" in text and nonce in text[: text.find("]") + 1]


def _in_json(
    text: str, offset: int, nonce: str, originals: Originals, depth: int
) -> Iterator[Change]:
    """Yield what is written in the strings of a document; all around them stays."""
    for match in LITERAL.finditer(text):
        literal = match[0]
        if not carries(literal, nonce):
            continue
        content = Content(literal)
        start = match.start() + offset
        alone = _alone(content.value, originals)
        if alone is not None:
            if alone.number and not _KEY.match(text, match.end()):
                yield start, match.end() + offset, alone.number
            else:
                yield start + 1, match.end() + offset - 1, _content(alone)
            continue
        spellings: dict[str, str] = {}
        inner = partial(_unescaped, originals=originals, spellings=spellings)
        for low, high, fresh in changes(content.value, nonce, inner, depth - 1):
            a, b = content.written(low, high)
            spelling = spellings.get(fresh)
            yield start + a, start + b, escaped(fresh) if spelling is None else spelling


def _alone(value: str, originals: Originals) -> Original | None:
    """Return what a string stands for that is a placeholder as it is minted, as most are."""
    if PSEUDONYM.fullmatch(value) is None:
        return None
    found = list(originals(value))
    return found[0][2] if len(found) == 1 else None


def _content(original: Original) -> str:
    """Return an original as the whole content of a string."""
    for where, writing in original.writings:
        if where == STRING and unescaped(writing) == original.value:
            return writing
    return escaped(original.value)


def _unescaped(
    text: str, originals: Originals, spellings: dict[str, str]
) -> Iterator[tuple[int, int, Original]]:
    """Yield the originals of `text`, spelled as in a string that is read; note how they were."""
    for start, end, original in originals(text):
        read = []
        for where, writing in original.writings:
            value = unescaped(writing) if where.startswith(STRING) else None
            if value is not None:
                read.append((where.removeprefix(STRING), value))
                spellings.setdefault(value, writing)
        yield start, end, original._replace(writings=tuple(read))


def _in_place(text: str, originals: Originals, place: Place) -> list[Change]:
    out: list[Change] = []
    at, breathe = 0, Breath()
    for start, end, original in hits(text, originals):
        breathe()
        mark = text[start:end]
        fresh = put(text[at:start], mark, original, text[end : end + AHEAD], place)
        if fresh != mark:
            out.append((start, end, fresh))
        at = end
    return out


def hits(text: str, originals: Originals) -> Iterator[tuple[int, int, Original]]:
    """Yield each placeholder of `text`, also as a URL writes one, in order.

    One that stands for a number of JSON takes the quotes around it.
    """
    found = list(originals(text))
    if "%C2%B7" in text or "%c2%b7" in text:
        for match in _ENCODED.finditer(text):
            inner = list(originals(unquote(match[0])))
            if len(inner) == 1:
                found.append((*match.span(), inner[0][2]))
        found.sort(key=lambda one: one[:2])
    for start, end, original in found:
        if original.number:
            low, high = as_number(text, start, end)
            if low < start:
                yield low, high, original
                continue
        yield start, end, original._replace(number="")


def put(before: str, mark: str, original: Original, ahead: str, place: Place) -> str:
    """Return what is written in place of `mark`, behind `before`; `mark` where nothing is safe."""
    place.passed(before)
    written = original.number or spelled(place, original, ahead)
    if written is None:
        _LOG.warning("a placeholder stands where no value can be written safely: it stays")
        written = mark
    place.passed(mark if written is mark else "x")
    return written
