"""Texts of tests/data whose values are marked: group|half|text, a value in ⟪TYPE:value⟫, or ⟪TYPE?:value⟫ where docs do not promise it."""

from __future__ import annotations

import re
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"
_MARKED = re.compile(r"⟪([A-Z_*]+)\??:(.*?)⟫", re.DOTALL)


def tuning(name: str) -> list[str]:
    """Return the texts of the half `tuning` of a file, as they are marked."""
    lines = (_DATA / name).read_text(encoding="utf-8").split("\n")
    parts = [raw.split("|", 2) for raw in lines if raw and not raw.startswith("#")]
    return [marked.replace("\\n", "\n") for _, half, marked in parts if half == "tuning"]


def plain(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a text without its marks, and where each value stands, of which type."""
    text, spans, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[2]), match[1]))
        text, at = text + match[2], match.end()
    return text + marked[at:], spans
