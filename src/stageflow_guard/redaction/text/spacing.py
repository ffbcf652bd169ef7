"""Signs between all characters of a value: `4 1 1 1`, `6-9-7`, `[6][9][7]`, `bi an ca`. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.view import Edit, View

# single characters with a separator after each: "4 1 1 1   2 2 2 2", "a.d.a.@.b", "6-9-7"
_SPACED = re.compile(
    r"(?<![^\s(\[{<\"':=])[\w@+(](?:[ \t\n]{1,6}[\w@.+()/:_-]){6,}(?![^\s)\]}>.,;!?\"'])"
)
_SINGLE = re.compile(r"[ \t\n](?:[\w@.+()/:_-][ \t\n]{1,6}){5}")  # five in a row
# one separator after every character: "4|1|1|1", "6_9_7", "a*d*a"
_STEPPED = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z0-9@(+]([^\w\s]|_)(?!\1\1)(?:[^\n]\1){5,48}[A-Za-z0-9)](?![A-Za-z0-9])"
)
_STEP = re.compile(r"([^A-Za-z0-9\s])(?=[^\n]\1[^\n]\1[^\n]\1)")
_GAPS = re.compile(r"[ \t\n]+")
# the same few signs between all characters: `[6][9][7]`, `'6', '9'`, `6 - 9 - 7`
_DECKED = re.compile(
    r"[A-Za-z0-9+](?<![A-Za-z0-9].)([^A-Za-z0-9\n]{2,5})[A-Za-z0-9@.()_ -](?:\1[A-Za-z0-9@.()_ -]){5,60}(?![A-Za-z0-9])"
)
# a sign after each digit, not always the same one: `4*0·6;2*4`
_MIXED = re.compile(r"(?<![0-9A-Za-z.])[0-9](?:[^\w\n][0-9]){8,24}(?![0-9A-Za-z])")
_MIXED_NEAR = re.compile(r"[^\w\n][0-9][^\w\n][0-9][^\w\n][0-9][^\w\n][0-9][^\w\n]")
# letters and digits as `a`, all else as `.`: a few signs between single characters are found fast
_CLASSES = bytes(97 if chr(b).isalnum() and b < 128 else 10 if b == 10 else 46 for b in range(256))
_DECKS = tuple(b"a" + (b"." * size + b"a") * 2 + b"." for size in range(2, 6))
_LEAST_KINDS = 4  # of digits: `0, 0, 1, 0` is a list
# pieces of one size: `bi an ca .l ee @a cm`
_CHUNK = re.compile(r"@(?:(?<=[ _/|:-]@)|(?<=[ _/|:-].@)|(?<=[ _/|:-]..@))[^\s@]{0,2}[ _/|-]")
_CHUNKS = tuple(
    re.compile(
        rf"(?<![^\s:])(?:[^\s|]{{{size}}}([ _/|-])(?:[^\s|]{{{size}}}\1){{3,20}}[^\s|]{{1,{size}}})(?![^\s.,;!?])"
    )
    for size in (2, 3)
)


def _alone(text: str) -> bool:
    """Say whether five signs of a value may stand alone in a row, white space between them."""
    return b"a a a a a" in b" ".join(text.encode("ascii", "replace").translate(_ALONE).split())


_ALONE = bytes(
    32 if chr(b) in " \t\n" else 97 if chr(b).isalnum() or chr(b) in "@.+()/:_-?" else 46
    for b in range(256)
)  # fmt: skip


def spacing(view: View) -> View:
    """Close up what was spaced out, character by character; a wide gap becomes one space."""
    text = view.text
    edits: list[Edit] = []
    spaced = view.single_letters >= 6 and _alone(text) and _SINGLE.search(text) is not None
    for match in _SPACED.finditer(text) if spaced else ():
        base = match.start()
        if match[0][1::2].isspace() and not match[0][::2].isspace():  # one gap after each
            edits.append((*match.span(), match[0][::2]))
            continue
        gaps = [(gap.start(), gap.end()) for gap in _GAPS.finditer(match[0])]
        least = min(end - start for start, end in gaps)  # between characters; wider is a space
        edits += [
            (base + start, base + end, "" if end - start == least else " ") for start, end in gaps
        ]
    view = view.edited(edits, "spacing")
    if "@" in view.text and _CHUNK.search(view.text) is not None:
        for chunks in _CHUNKS:
            closed = [
                (*m.span(), m[0].replace(m[1], ""))
                for m in chunks.finditer(view.text)
                if "@" in m[0] and m[0].count(".") + m[0].count("@") < m[0].count(m[1])
            ]
            view = view.edited(closed, "chunks")
    edits = []
    for match in _STEPPED.finditer(view.text) if _may_step(view.text) else ():
        sign, found = match[1], match[0]
        if sum(c.isalnum() for c in found[::2]) >= 6:
            edits += [
                (match.start() + i, match.start() + i + 1, "")
                for i in range(1, len(found), 2) if found[i] == sign
            ]  # fmt: skip
    return view.edited(edits, "separators")


def _may_step(text: str) -> bool:
    """Say whether one sign may stand behind each of several characters: two that stand alone are found fast."""
    if text.isascii() and b".a.a." not in text.encode("ascii").translate(_CLASSES):
        return False
    return _STEP.search(text) is not None


def decks(view: View) -> View:
    """Take away the same few signs between all characters."""
    return view.edited(list(_decked(view.text)), "separators")


def _decked(text: str) -> Iterator[Edit]:
    """Yield runs of single characters with the same few signs between them, without those."""
    signs = text.encode("utf-8", "surrogatepass").translate(_CLASSES)
    decked = b"..a.." in signs and any(deck in signs for deck in _DECKS)
    if not decked and b".a.a.a.a." not in signs:
        return
    if _MIXED_NEAR.search(text) is not None:
        for match in _MIXED.finditer(text):
            if len(set(match[0][::2])) >= _LEAST_KINDS and len(set(match[0][1::2])) > 1:
                yield (*match.span(), match[0][::2])
        return
    for match in _DECKED.finditer(text):
        plain = match[0][:: len(match[1]) + 1]
        digits = [c for c in plain if c.isdigit()]
        ordered = digits in (sorted(digits), sorted(digits, reverse=True))
        counted = ordered and len(set(digits)) == len(digits)
        telling = len(set(digits)) >= _LEAST_KINDS or len(digits) < len(plain)
        if "@" in plain or (telling and not counted):
            yield (*match.span(), plain)
