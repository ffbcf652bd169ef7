"""A find that runs over tags takes both or none: what is left stays in balance. Pure."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>\n]{0,120})?(/?)>")
_VOID = frozenset({"br", "wbr", "hr", "img", "input"})
_REACH = 140


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)`, widened by the tag before or behind it whose other half it holds."""
    if "<" not in text[start:end]:
        return start, end
    opened: list[str] = []
    closed: list[str] = []
    for match in _TAG.finditer(text, start, end):
        name = match[2].lower()
        if match[3] or name in _VOID:
            continue
        if not match[1]:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        else:
            closed.append(name)
    for name in closed:
        before = [m for m in _TAG.finditer(text, max(0, start - _REACH), start) if m.end() == start]
        if not before or before[-1][1] or before[-1][2].lower() != name:
            break
        start = before[-1].start()
    for name in reversed(opened):
        after = _TAG.match(text, end)
        if after is None or not after[1] or after[2].lower() != name:
            break
        end = after.end()
    return start, end


def pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return `[start, end)`, widened or cut so that every tag in it has its other half there, too.

    A tag without one stays outside: what is on either side of it is a piece of its own.
    """
    start, end = balanced(text, start, end)
    if "<" not in text[start:end]:
        return [(start, end)]
    open_tags: list[tuple[int, int, str]] = []
    lone: list[tuple[int, int]] = []
    for match in _TAG.finditer(text, start, end):
        name = match[2].lower()
        if match[3] or name in _VOID:
            continue
        if not match[1]:
            open_tags.append((*match.span(), name))
        elif open_tags and open_tags[-1][2] == name:
            open_tags.pop()
        else:
            lone.append(match.span())
    lone = sorted([*lone, *((a, b) for a, b, _ in open_tags)])
    out, at = [], start
    for a, b in [*lone, (end, end)]:
        if any(c.isalnum() for c in text[at:a]):
            out.append((at, a))
        at = b
    return out or [(start, end)]
