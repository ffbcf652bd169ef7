"""The lines of a data file beside the modules of people: empty ones and headings (`#`) left out."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources


def data_lines(file: str) -> Iterator[str]:
    """Yield the lines of `file` that hold data."""
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return (line for line in text.split("\n") if line and not line.startswith("#"))
