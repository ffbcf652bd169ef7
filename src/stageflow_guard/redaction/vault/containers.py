"""Originals put back into JSON, URLs, forms and HTML: a value never changes structure. Pure.

1. JSON text: each string literal is read, restored and written again; all else stays as it is
2. a URL or a form: each part between its signs is decoded, restored and encoded again
3. HTML: what is put in is escaped
4. any other text: a value inside of a quoted string of JSON is escaped as one

What looks like JSON and does not parse is left as it is, and a warning says so.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

_LOG = logging.getLogger(__name__)

# (text) -> where each placeholder stands, and the original
Originals = Callable[[str], Iterator[tuple[int, int, str]]]

_JSON = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\"{\[\]]|-?[0-9]|true|false|null))")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|tel:)\S+", re.IGNORECASE)
_FORM = re.compile(r"[\w.%+~-]+=[^&=\s]*(?:&[\w.%+~-]+=[^&=\s]*)+")
_PARTS = re.compile(r"[^/?#&=:@,;]+")
_HTML = re.compile(r"\s*<(?:!doctype|[a-z][a-z0-9]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_QUOTED = re.compile(r"[:\[,{]\s{0,8}\"[^\"\n]{0,200}$")
DEPTH = 4


def restored(text: str, nonce: str, originals: Originals, depth: int = DEPTH) -> str:
    """Return `text` with each placeholder replaced, as the text's own syntax wants it.

    `nonce` is what every placeholder of the scope carries: a text without it is returned at once.
    """
    if nonce.lower() not in text.lower():
        return text
    if depth > 0 and _JSON.match(text):
        if _parses(text):
            return _LITERAL.sub(lambda m: _literal(m[0], nonce, originals, depth - 1), text)
        if not _bracketed(text, nonce):
            _LOG.warning("a text that looks like JSON does not parse: nothing is restored in it")
            return text
    bare = text.strip()
    if _URL.fullmatch(bare) or _FORM.fullmatch(bare):
        return _PARTS.sub(lambda m: _part(m[0], nonce, originals), text)
    if _HTML.match(text) and bare.endswith(">"):
        return _replaced(text, originals, lambda _at, value: html.escape(value, quote=True))
    return _replaced(text, originals, lambda at, value: _in_prose(text, at, value))


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _bracketed(text: str, nonce: str) -> bool:
    """Say whether the bracket in front is a placeholder's own, as a model writes it."""
    return text.lstrip()[:1] == "[" and "]" in text and nonce in text[: text.find("]") + 1]


def _literal(literal: str, nonce: str, originals: Originals, depth: int) -> str:
    value = json.loads(literal, strict=False)
    fresh = restored(value, nonce, originals, depth)
    return literal if fresh == value else json.dumps(fresh, ensure_ascii=literal.isascii())


def _part(part: str, nonce: str, originals: Originals) -> str:
    plain = unquote(part)
    if nonce.lower() not in plain.lower():
        return part
    fresh = _replaced(plain, originals, lambda _at, value: value)
    return part if fresh == plain else quote(fresh, safe="")


def _in_prose(text: str, at: int, value: str) -> str:
    if not any(c in '"\\' or c < " " for c in value):
        return value
    quoted = _QUOTED.search(text, max(0, at - 220), at) is not None
    return json.dumps(value, ensure_ascii=False)[1:-1] if quoted else value


def _replaced(text: str, originals: Originals, written: Callable[[int, str], str]) -> str:
    parts, at = [], 0
    for start, end, original in originals(text):
        parts += [text[at:start], written(start, original)]
        at = end
    return "".join([*parts, text[at:]]) if at else text
