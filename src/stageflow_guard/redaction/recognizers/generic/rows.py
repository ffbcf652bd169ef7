"""Rows of a table in a text: a label that ends the row of the heads names a column, not what follows it. Pure."""

from __future__ import annotations

import re

# what parts the cells of a row; a comma in a sentence has a space behind it
_SEPARATORS = (
    re.compile(r";"), re.compile(r"\t"), re.compile(r"[|\x1e]"), re.compile(r",(?! )"), re.compile(r"(?<=[^ .!?]) {2,}(?=[^ ])"),
)  # fmt: skip
_MOST = 2_000  # characters of a line that are looked at


def heads_a_column(text: str, label_end: int, start: int) -> bool:
    """Say whether a label ends a row whose rows below, of the same separator, hold what begins at `start`."""
    end = text.find("\n", label_end, start)
    if end < 0 or text[label_end:end].strip(" \t\"'|:)]\x1e") or "\n\n" in text[end:start]:
        return False
    begin = text.rfind("\n", max(0, label_end - _MOST), label_end) + 1
    first = text.rfind("\n", end, start) + 1
    stop = text.find("\n", start, start + _MOST)
    row = text[first : stop if stop >= 0 else start + _MOST].strip()
    head = text[begin:end].strip()
    return any(0 < len(form.findall(head)) == len(form.findall(row)) for form in _SEPARATORS)
