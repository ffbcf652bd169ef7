"""A table in is the same table out, cell by cell, in every way that people paste one."""

from __future__ import annotations

import html
import quopri
import re
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
PERSONAL = st.sampled_from([
    "219-09-9417", "4111 1111 1111 1111", "5555-5555-5555-4444", "(505) 555-0162", "415-555-0132", "m.okafor@dovecote.example", "DE89 3704 0044 0532 0130 00", "203.0.113.42", "+49 30 44172938",
])  # fmt: skip
HARMLESS = st.sampled_from(
    ["1001", "12", "open", "A-17", "3.50", "2026-11-28", "yes", "north", "0", "v1.2.3", "99"]
)
ROWS = st.lists(st.tuples(HARMLESS, PERSONAL, HARMLESS, PERSONAL, HARMLESS), min_size=1, max_size=5)


def changed(cells, out):
    """Each harmless cell is as it was, each personal one shows none of its digits or letters."""
    assert len(out) == len(cells), (cells, out)
    for place, (before, after) in enumerate(zip(cells, out, strict=True)):
        if place % 2:
            assert re.fullmatch(r"\s*⟦[A-Z_0-9·a-z]+⟧\s*", after), (before, after)
        else:
            assert after.strip() == before, (cells, out)


@given(ROWS, st.sampled_from([" | ", "|", "\t", ", ", ";", "; "]))
@settings(deadline=None)
def test_lines_of_cells(rows, sign):
    """Pipes, tabs, commas with a space, semicolons; rows do not run into each other."""
    framed = sign == "|"
    text = "\n".join(("| " + " | ".join(row) + " |") if framed else sign.join(row) for row in rows)
    out = REDACTOR.redact(text).value.split("\n")
    assert len(out) == len(rows)
    for row, line in zip(rows, out, strict=True):
        cells = line.strip("|").split("|") if framed else line.split(sign)
        changed(row, cells)


@given(ROWS)
@settings(deadline=None)
def test_comma_rows_without_spaces(rows):
    """`1001,219-09-4417,12`: a comma parts cells, and joins digits of thousands only."""
    text = "\n".join(",".join(row) for row in rows)
    for row, line in zip(rows, REDACTOR.redact(text).value.split("\n"), strict=True):
        changed(row, line.split(","))


@given(ROWS)
@settings(deadline=None)
def test_sql_and_log_lines(rows):
    """INSERT rows and key=value lines."""
    text = "\n".join(
        "INSERT INTO t VALUES (" + ", ".join(f"'{c}'" for c in row) + ");" for row in rows
    )
    for row, line in zip(rows, REDACTOR.redact(text).value.split("\n"), strict=True):
        changed(row, re.findall(r"'([^']*)'", line))
    text = "\n".join("INFO " + " ".join(f'f{i}="{c}"' for i, c in enumerate(row)) for row in rows)
    for row, line in zip(rows, REDACTOR.redact(text).value.split("\n"), strict=True):
        changed(row, re.findall(r'="([^"]*)"', line))


@given(ROWS)
@settings(deadline=None)
def test_html_tables(rows):
    """The tags are those that were there, and in balance."""
    text = (
        "<table>"
        + "\n".join(
            "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows
        )
        + "</table>"
    )
    out = REDACTOR.redact(text).value
    assert re.findall(r"<[^>]*>", out) == re.findall(r"<[^>]*>", text)
    cells = re.findall(r"<td>(.*?)</td>", out)
    for place, row in enumerate(rows):
        changed(row, cells[5 * place : 5 * place + 5])


@given(PERSONAL.filter(lambda v: "@" in v))
@settings(max_examples=10, deadline=None)
def test_an_address_in_a_link_and_in_quoted_printable(value):
    """`href="mailto:x%40y"` and `=40`."""
    local = value.partition("@")[0]
    assert local not in REDACTOR.redact(f'<a href="mailto:{quote(value)}">write</a>').value
    soft = quopri.encodestring(
        f"Write to {value} or call (505) 555-0162 any time; this line goes on and on.".encode()
    ).decode()
    assert local not in REDACTOR.redact(soft).value
