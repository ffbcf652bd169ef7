"""What kinds of signs stand beside each other in a text, and where its numbers are: gates at memory speed. Pure.

A pattern is tried at each character that it may begin with; whether two kinds of signs meet at all
is found many times faster. A gate may say yes where a pattern says no, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters

from stageflow_guard.redaction.recognizers.hidden import source_of
from stageflow_guard.redaction.recognizers.runs import KEPT

# a digit of ASCII as 0, a small letter as a, a capital as A
KINDS = bytes(
    48 if 48 <= b <= 57 else 97 if 97 <= b <= 122 else 65 if 65 <= b <= 90 else b for b in range(256)
)  # fmt: skip
_HEX = bytes(
    104 if chr(b) in "0123456789abcdefABCDEF" else 32 if chr(b) in " :" else 46 for b in range(256)
)
_BITS = bytes(98 if chr(b) in "01" else 32 if chr(b) == " " else 46 for b in range(256))
_PAIRS, _FOURS = b"hh hh hh hh", b"hhhh hhhh hhhh hh"
_CAMEL = b"aA"
# a literal first: what searches for it runs at memory speed
_DIGITS = re.compile(r"[0-9][0-9]*")
_ZEROS = re.compile(rb"00*")


@lru_cache(maxsize=2)
def shape(text: str) -> bytes:
    """Return the bytes of a text with each digit of ASCII as 0, each small letter as a, each capital as A."""
    return text.encode("utf-8", "surrogatepass").translate(KINDS)


def holds(text: str, shapes: tuple[bytes, ...]) -> bool:
    """Say whether any of `shapes` occurs in the shape of `text`."""
    found = _near_digits(text) if _at_digits(shapes) else shape(text)
    for one in shapes:  # noqa: SIM110 - a generator costs as much as the search
        if one in found:
            return True
    return False


_REACH = 8  # bytes from a digit to what stands beside it
_DENSE = 20  # at least one byte in so many is a digit: the whole is looked at


@lru_cache(maxsize=256)
def _at_digits(shapes: tuple[bytes, ...]) -> bool:
    """Say whether all that any of `shapes` has stands near a digit of its own."""
    return all(
        b"0" in one[max(0, at - _REACH) : at + _REACH + 1]
        for one in shapes
        for at in range(len(one))
    )


@lru_cache(maxsize=2)
def _near_digits(text: str) -> bytes:
    """Return what stands around the digits in the shape of `text`: most of what is asked for needs one."""
    kinds = shape(text)
    if kinds.count(b"0") * _DENSE > len(kinds):
        return kinds
    parts, low, high = [], 0, 0
    for match in _ZEROS.finditer(kinds):
        start, end = match.span()
        if start - _REACH > high:
            parts.append(kinds[low:high])
            low = start - _REACH
        high = end + _REACH
    parts.append(kinds[low:high])
    return b"\xff".join(parts)


def holds_pairs(text: str) -> bool:
    """Say whether four pairs of hexadecimal digits stand in a row, a space or a colon between them."""
    return _PAIRS in _hexadecimal(text)


def holds_bits(text: str) -> bool:
    """Say whether twice eight binary digits touch each other, or have a space between."""
    bits = text.encode("utf-8", "surrogatepass").translate(_BITS)
    return b"bbbbbbbb bbbbbbbb" in bits or b"bbbbbbbbbbbbbbbb" in bits


def at_fours(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what `pattern`, which begins with three groups of four hexadecimal digits, matches; as `finditer` would."""
    found, reached = _hexadecimal(text), 0
    while (at := found.find(_FOURS, reached)) >= 0:
        match = pattern.match(text, at)
        reached = at + 1 if match is None else match.end()
        if match is not None:
            yield match


def capitals(text: str) -> Iterator[int]:
    """Yield where a capital of ASCII stands behind a small letter, as in camel case."""
    kinds = shape(text) if text.isascii() else text.encode("ascii", "replace").translate(KINDS)
    at = kinds.find(_CAMEL)
    while at >= 0:
        yield at + 1
        at = kinds.find(_CAMEL, at + 2)


def letters_at_digits(text: str, *, brackets: bool) -> Iterator[int]:
    """Yield where a letter of ASCII follows a digit or a digit a letter; `brackets`: also with one between."""
    for start, end in numbers_in(text):
        before = start - 1
        if brackets and text[before : before + 1] in _CLOSING:
            before -= 1
        if before >= 0 and text[before] in _LETTERS:
            yield start
        behind = end + (brackets and text[end : end + 1] in _OPENING)
        if text[behind : behind + 1] in _LETTERS:
            yield behind


_OPENING, _CLOSING, _LETTERS = frozenset("(["), frozenset(")]"), frozenset(ascii_letters)


@lru_cache(maxsize=1)
def _hexadecimal(text: str) -> bytes:
    """Return one byte for each character: `h` for a digit, a space for one or a colon, else a dot."""
    return text.encode("ascii", "replace").translate(_HEX)


def in_a_row(text: str, count: int, apart: int) -> bool:
    """Say whether `count` numbers stand in a row, at most `apart` characters between two of them."""
    row, last = 0, 0
    for start, end in numbers_in(text):
        row = row + 1 if start - last <= apart else 1
        if row >= count:
            return True
        last = end
    return False


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Return where each run of digits of ASCII begins and ends, in order."""
    return _numbers_in(text) if len(text) <= KEPT else _numbers_in.__wrapped__(text)


@lru_cache(maxsize=2)
def _numbers_in(text: str) -> list[tuple[int, int]]:
    source = source_of(text)
    if source is not None:
        return [number for number in numbers_in(source) if text[number[0]] == source[number[0]]]
    if text.isascii():
        return [match.span() for match in _ZEROS.finditer(shape(text))]
    return [match.span() for match in _DIGITS.finditer(text)]


def at_numbers(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what `pattern`, which begins with the first digit of a number, matches; as `finditer` would."""
    reached = 0
    for start, _ in numbers_in(text):
        match = pattern.match(text, start) if start >= reached else None
        if match is not None:
            reached = match.end()
            yield match
