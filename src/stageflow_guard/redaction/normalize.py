"""An offset-preserving view of a text, for what hides from patterns. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_SPACES = dict.fromkeys(
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    " ",
)


@lru_cache(maxsize=4096)
def _view_of(char: str) -> str:
    """Return what one character looks like to a pattern; empty when nobody can see it."""
    if char in _DASHES:
        return "-"
    if char in _SPACES:
        return " "
    category = unicodedata.category(char)
    if category in {"Cf", "Mn", "Me"}:
        return ""  # zero-width, bidi and combining characters split what a reader sees as one
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKC", char)


def view(text: str) -> tuple[str, list[int]]:
    """Return (normalised text, the original offset of each of its characters)."""
    if text.isascii():
        return text, []
    out: list[str] = []
    at: list[int] = []
    for offset, char in enumerate(text):
        seen = char if char.isascii() else _view_of(char)
        out.append(seen)
        at.extend([offset] * len(seen))
    return "".join(out), at
