"""Labelled pipelines: cases of one text file, each a module of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MARK = re.compile(r"#! (SG\d+)$")


@dataclass(frozen=True)
class Case:
    """One pipeline's source, and the faults that it has: (line, code)."""

    name: str
    text: str
    faults: frozenset[tuple[int, str]]


def cases(path: Path) -> list[Case]:
    """Return the cases of a file, each with the header in front."""
    parts = re.split(r"^### (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert len(named) == len(parts[1::2]), "two cases of one name"
    header = named.pop("header")
    found = []
    for name, body in named.items():
        text = header + body
        faults = {
            (number, mark.group(1))
            for number, line in enumerate(text.splitlines(), 1)
            if (mark := MARK.search(line))
        }
        found.append(Case(name, text, frozenset(faults)))
    return found
