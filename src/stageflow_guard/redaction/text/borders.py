"""Borders that are seen and not written: between scripts, and between the cells of a table. Pure.

A letter of a script without spaces is no part of the number or the address that it touches: a space
is read between them. A cell's separator becomes a sign that no recognizer reaches across.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hidden import BARRIER
from stageflow_guard.redaction.recognizers.phrases import UNSPACED, unspaced
from stageflow_guard.redaction.recognizers.shapes import holds
from stageflow_guard.redaction.text.view import Edit, View

# what is drawn on a letter is no letter of its own: on a digit it is noise
_MARKS = "\u0591-\u05c7\u061c\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u17b4\u17b5"
_TOUCH = re.compile(
    rf"(?<=[{UNSPACED}])(?<![0-9A-Za-z@.()+ -][{_MARKS}])(?<!\d)(?=[0-9A-Za-z+(]|@(?![{UNSPACED}]))|(?<=[0-9A-Za-z)])(?=[{UNSPACED}])(?![{_MARKS}])(?!\d)"
)
_IN_SCRIPT = re.compile(f"[{UNSPACED}][{UNSPACED}]*")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")  # of a terminal
# drawn from right to left, whatever it is (U+202E): stored backwards
_TURNED = re.compile("\u202e([^\u202c\n]{0,400})\u202c?")
# pictures in place of the gaps of a number: `536🔸90🔸4399`
_PICTURES = re.compile(
    r"[\u203c-\u2049\u2190-\u21ff\u2300-\u2bff\u3030\u303d\U0001f000-\U0001faff](?:(?<=[0-9]{2}.)[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]{0,6}(?=[0-9])|(?<=[0-9].)[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]{0,6}(?=[0-9]{2}))"
)
# in place of the sign of an address, and of a colon
_PICTURE_AT = re.compile(
    r"[\u2709\u2600-\u26ff\u2700-\u27bf\U0001f300-\U0001faff](?<=[A-Za-z0-9].)[\ufe0f\u200d]{0,2}(?=[A-Za-z0-9-]{2,40}(?:\.[A-Za-z0-9-]{2,40}){0,3}\.[a-z]{2,8}(?![\w@]))"
)
_ARROW = re.compile(
    r"[\u27a1\u2b95\U0001f449\U0001f846](?<=[A-Za-z].)\ufe0f?(?=[^\s\w])|[\u27a1\u2b95\U0001f449\U0001f846](?<=[A-Za-z].)\ufe0f?(?=\w)"
)
# pictures that say what stands behind them
_LABELS = {"\u260e": "tel:", "\u260f": "tel:", "\U0001f4de": "tel:", "\U0001f4f1": "tel:", "\U0001f4f2": "tel:", "\U0001f919": "tel:", "\U0001f4b3": "card:", "\U0001f382": "born:"}  # fmt: skip
_LABEL = re.compile(f"[{''.join(_LABELS)}]\ufe0f?:?(?=[ ]?[0-9(+])")
_ARROWS = "\u27a1\u2b95\U0001f449\U0001f846"
# the first bytes of a picture behind a digit or a letter
_PICTURE_BESIDE = tuple(
    kind + lead for kind in (b"0", b"a", b"A") for lead in (b"\xe2", b"\xe3", b"\xf0")
)
_LONE = re.compile(r"[^\s|] {1,3}\| {1,3}\S")
_SIGN = re.compile(r"[|\t]")
_OPERATOR = re.compile(r"[\"'][ ]?\|\|[ ]?[\"']")  # between two pieces of a text in SQL
_SHORT = re.compile(r"[0-9]{1,6}")
_MOST = 2_000  # characters of a line that are looked at as a row


def turned(view: View) -> View:
    """Return the view in which what is drawn from right to left stands as it is drawn; the same where nothing is."""
    if "\u202e" not in view.text:
        return view
    return view.edited([(*m.span(), m[1][::-1]) for m in _TURNED.finditer(view.text)], "order")


def bordered(view: View) -> View:
    """Return the view with the borders of scripts and cells in it."""
    text = view.text
    if "\x1b" in text:
        view = view.edited([(*m.span(), "") for m in _COLOUR.finditer(text)], "colours")
        text = view.text
    if not text.isascii():
        drawn = list[Edit]()
        if holds(text, _PICTURE_BESIDE):
            drawn += [(*m.span(), "-") for m in _PICTURES.finditer(text)]
            drawn += [(*m.span(), "@") for m in _PICTURE_AT.finditer(text)]
        if any(sign in text for sign in _LABELS):
            drawn += [(*m.span(), _LABELS[m[0][0]]) for m in _LABEL.finditer(text)]
        if any(arrow in text for arrow in _ARROWS):
            drawn += [(*m.span(), ":") for m in _ARROW.finditer(text)]
        view = view.edited(sorted(drawn), "pictures")
        text = view.text
    if unspaced(text):
        ends = (at for run in _IN_SCRIPT.finditer(text) for at in run.span())
        view = view.parted([at for at in ends if _TOUCH.match(text, at)], "borders")
        text = view.text
    if "|" in text or "\t" in text:
        view = view.edited(list(_cells(text)), "cells")
    return view


def _cells(text: str) -> Iterator[Edit]:
    for start, end in _rows(text):
        row = text[start:end]
        pipes, tabs = row.count("|"), row.count("\t")
        if pipes + tabs < 2 and not _LONE.search(row):
            continue
        framed = row.lstrip().startswith("|") or pipes >= 3
        for match in _SIGN.finditer(row, 0, _MOST):
            at, sign = match.start(), match[0]
            if sign == "|" and _OPERATOR.search(row, max(0, at - 4), at + 5):
                continue
            if sign == "|" and not framed and "|" in row[at - 1 : at] + row[at + 1 : at + 2]:
                continue  # an operator
            if sign == "|":
                if not (framed or row[at - 1 : at] == " " or row[at + 1 : at + 2] == " "):
                    continue
            elif tabs < 2:
                continue
            if _narrow(row, at, -1, sign) or _narrow(row, at, 1, sign):
                continue  # a sign between single characters parts no cells
            if not _one_number(row, at):
                yield start + at, start + at + 1, BARRIER


def _narrow(row: str, at: int, step: int, sign: str) -> bool:
    """Say whether the cells beside the sign at `at` are of one character: two, for tabs, or more."""
    two, four = at + 2 * step, at + 4 * step
    if not (0 <= two < len(row) and row[two] == sign and row[at + step] != sign):
        return False
    return sign == "|" or (0 <= four < len(row) and row[four] == sign)


def _rows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines that hold a separator."""
    end = -1
    for match in _SIGN.finditer(text):
        if match.start() < end:
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.start())
        end = len(text) if end < 0 else end
        yield start, end


def _one_number(row: str, at: int) -> bool:
    """Say whether short runs of digits stand on both sides: a number that was taken apart."""
    near = row[at - 1 : at] + row[at + 1 : at + 2]
    if not near.replace(" ", "").isdigit() and near.strip():
        return False
    before = row[max(0, at - 24) : at].split()
    after = row[at + 1 : at + 25].split()
    return bool(before) and bool(after) and (
        _SHORT.fullmatch(re.split(r"[|\t]", before[-1])[-1]) is not None
        and _SHORT.fullmatch(re.split(r"[|\t]", after[0])[0]) is not None
    )  # fmt: skip
