"""Text that is JSON: its strings and numbers, where they stand, and how they are read. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
TOKEN = re.compile(rf"{LITERAL.pattern}|{NUMBER.pattern}", re.DOTALL)
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_UNIT = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def parses(text: str) -> bool:
    """Say whether the whole of `text` is a document of JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def escaped(text: str, times: int = 1) -> str:
    """Return `text` as it is written within quotes, in strings within strings `times` deep."""
    for _ in range(times):
        text = _ENCODE(text)[1:-1]
    return text


def unescaped(content: str) -> str | None:
    """Return what stands for `content` within quotes; None where it is no content of a string."""
    try:
        value = json.loads(f'"{content}"')
    except ValueError:
        return None
    return value if isinstance(value, str) else None


class Content:
    """The content of a string of JSON, and where each of its characters is written."""

    def __init__(self, literal: str) -> None:
        escapes = "\\" in literal
        self.value: str = json.loads(literal, strict=False) if escapes else literal[1:-1]
        # where characters are in the value, and where they are written: at the beginning and the
        # end of each escape
        self._read, self._written = [0], [1]
        self._end = len(literal) - 1
        at, done = 0, 1
        if escapes:
            for match in _UNIT.finditer(literal):
                at += match.start() - done
                done = match.end()
                self._read += [at, at + 1]
                self._written += [match.start(), done]
                at += 1

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where `value[start:end]` is written in the literal."""
        return self._out(start), self._out(end)

    def _out(self, place: int) -> int:
        known = bisect_right(self._read, place) - 1
        return self._written[known] + place - self._read[known]

    def read(self, start: int, end: int) -> tuple[int, int]:
        """Return what of the value `literal[start:end]` touches: an escape as a whole."""
        first = self._in(max(start, 1), past=0)
        return first, max(first, self._in(min(end, self._end), past=1))

    def _in(self, place: int, *, past: int) -> int:
        known = bisect_right(self._written, place) - 1
        at, start = self._read[known], self._written[known]
        if known % 2 and place > start:  # inside of an escape
            return at + past
        return at + place - start


_KEY_BEFORE = re.compile(r"(\\{0,7})\"\s{0,16}:\s{0,16}$")
_QUOTED_BEHIND_KEY = re.compile(r"(\\{0,7})\"\s{0,16}:\s{0,16}(\\{0,7})\"$")
_ENDS = re.compile(r"\s{0,8}[,}\]]")
_REACH = 64


def bare_number(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """Return the number of JSON around `[start, end)`, behind a quoted key in a text that is none.

    And how a quote is written there. None where there is no such number.
    """
    low = start - 1 if text[start - 1 : start] == "-" else start
    number = NUMBER.match(text, low)
    if number is None or number.end() < end or _ENDS.match(text, number.end()) is None:
        return None
    key = _KEY_BEFORE.search(text, max(0, low - _REACH), low)
    return None if key is None else (low, number.end(), f'{key[1]}"')


def as_number(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` with the quotes around it, where a quoted key stands before them."""
    before = _QUOTED_BEHIND_KEY.search(text, max(0, start - _REACH), start)
    if before is None or before[1] != before[2]:
        return start, end
    quote = f'{before[2]}"'
    if not text.startswith(quote, end) or _ENDS.match(text, end + len(quote)) is None:
        return start, end
    return start - len(quote), end + len(quote)
