"""Any table that programs write: redacted and restored, its rows, columns and other cells stay."""

from __future__ import annotations

import csv
import io
import random

import pytest

from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.cells import Dialect, lines_in, rows
from stageflow_guard.redaction.atrest.files import redact_stream
from stageflow_guard.redaction.atrest.restoring import restore_stream

REDACTOR = Redactor()
SEEDS = range(300)
LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789"
SAFE = [
    "chair",
    "blue",
    "12",
    "",
    "n/a",
    "7.50",
    "two words",
    "é",
    "x\u2028y",
    "A-17",
    "a\x0bb",
    "'",
]
ODD = ["{d}", '"', "\n", "\r\n", "'", " ", "{d} ", "; "]
TITLES = [
    "Customer export{d} 2026",
    "# export",
    "Report",
    "All{d}of{d}it{d}here{d}and{d}more",
    "Export 2026{d}{d}{d}",
    "",
]


class Table:
    """One made table: how it is written, and what is secret in it."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.sign = self.pick.choice([",", ";", "\t", "|"])
        self.end = self.pick.choice(["\n", "\r\n", "\r"])
        self.quote = self.pick.choice(['"', '"', "'"])
        self.blank = self.pick.choice(["", "", " "])
        self.secrets: list[str] = []
        self.rows: list[list[tuple[str, bool]]] = []  # value, and whether it is quoted
        size = self.pick.randint(2, 6)
        named = self.pick.sample(range(size), self.pick.randint(1, min(2, size)))
        names = [
            self.pick.choice(["password", "api_key"]) if i in named else f"col{chr(97 + i)}"
            for i in range(size)
        ]
        self.rows.append([(name, self.pick.random() < 0.2) for name in names])
        for _ in range(self.pick.randint(4, 25)):
            row = [self._cell(i in named) for i in range(size)]
            if self.pick.random() < 0.1:
                row = row[: self.pick.randint(2, size)]
            elif self.pick.random() < 0.1:
                row += [("", False)] * self.pick.randint(1, 2)
            self.rows.append(row)
        self.above = ""
        if self.pick.random() < 0.3:
            self.above = self.pick.choice(TITLES).format(d=self.sign) + self.end
        if self.pick.random() < 0.2:
            self.above = f"sep={self.sign}{self.end}" + self.above
        if self.pick.random() < 0.2:
            self.above = "\ufeff" + self.above

    def _cell(self, secret: bool) -> tuple[str, bool]:
        if not secret:
            value = self.pick.choice(SAFE)
            if self.pick.random() < 0.15:
                value = f"see{self._odd()}here"
            return value, self._has_to(value) or self.pick.random() < 0.2
        value = "".join(self.pick.choices(LETTERS, k=9)) + "7x"
        if self.pick.random() < 0.5:
            value = f"{value}{self._odd()}{''.join(self.pick.choices(LETTERS, k=5))}9"
        self.secrets.append(value)
        return value, self._has_to(value) or self.pick.random() < 0.3

    def _odd(self) -> str:
        return self.pick.choice(ODD).format(d=self.sign)

    def _has_to(self, value: str) -> bool:
        return (
            any(sign in value for sign in (self.sign, self.quote, '"', "\r", "\n"))
            or value[:1] == "'"
        )

    def written(self) -> str:
        lines = []
        for row in self.rows:
            cells = [
                f"{self.quote}{value.replace(self.quote, self.quote * 2)}{self.quote}"
                if quoted
                else value
                for value, quoted in row
            ]
            lines.append((self.sign + self.blank).join(cells))
        return self.above + self.end.join([*lines, ""])

    def read(self, text: str) -> list[list[str]]:
        """Parse as the csv module does, told the dialect."""
        assert text.startswith(self.above)
        text = text[len(self.above) :]
        if self.end == "\r":  # the module takes no lone one within its lines
            text = text.replace("\r\n", "\0").replace("\r", "\n").replace("\0", "\r\n")
        found = csv.reader(
            io.StringIO(text, newline=""), delimiter=self.sign, quotechar=self.quote,
            skipinitialspace=bool(self.blank), strict=True,
        )  # fmt: skip
        return list(found)


def through(text, scope, **how):
    out = io.StringIO()
    redact_stream(io.BytesIO(text.encode()), out, REDACTOR, scope, kind="csv", **how)
    return out.getvalue()


def back(text, scope, **how):
    out = io.StringIO()
    restore_stream(io.BytesIO(text.encode()), out.write, scope, kind="csv", **how)
    return out.getvalue()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_of_any_dialect_keeps_all_but_its_secrets(seed):
    """Every secret is gone, every other cell is where it was, and restoring gives the same bytes."""
    table = Table(seed)
    text, scope = table.written(), Vault().scope("t", "s")
    # single quotes that no cell needs are a dialect that no line tells
    how = {"quote": "'"} if table.quote == "'" else {}
    clean = through(text, scope, **how)
    for secret in table.secrets:
        assert secret not in clean and secret[:9] not in clean
        assert secret[-6:] not in clean
    before, after = table.read(text), table.read(clean)
    assert [len(row) for row in before] == [len(row) for row in after]
    for row, fresh in zip(before, after, strict=True):
        for value, now in zip(row, fresh, strict=True):
            assert ("⟦" in now) is (value in table.secrets), (value, now)
            assert value in table.secrets or value == now
    assert back(clean, scope, **how) == text


@pytest.mark.parametrize("seed", SEEDS)
def test_an_original_stays_one_cell_wherever_it_is_put(seed):
    """A placeholder that was moved into any cell, quoted or not, comes back as that cell's value."""
    table = Table(seed)
    pick = random.Random(-seed)
    scope = Vault().scope("t", "s")
    value = (
        "".join(pick.choices(['"', "'", ",", ";", "\t", "|", "\n", "\r", " ", "a", "é"], k=8)) + "z"
    )
    mark = scope.pseudonym("SECRET", value)
    for row in table.rows[1:]:
        at = pick.randrange(len(row))
        row[at] = (mark, row[at][1])
    expected = [[cell.replace(mark, value) for cell in row] for row in table.read(table.written())]
    how = {"quote": table.quote, "delimiter": table.sign}
    fresh = back(table.written(), scope, **how)
    dialect = Dialect(table.sign, "\"'" if table.quote == "'" else '"')
    body = fresh[len(table.above) :]
    assert [len(row.cells) for row in rows([body], dialect)] == [len(row) for row in expected]
    if table.quote == "'" or table.end == "\r":  # the module knows one quote and no lone return
        return
    # a blank before a placeholder is part of the cell that the value needs
    stripped = [[cell.lstrip(" ") for cell in row] for row in table.read(fresh)]
    assert stripped == [[cell.lstrip(" ") for cell in row] for row in expected]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_reads_the_same_however_it_is_cut(seed):
    """Rows do not depend on where a piece of the text ends."""
    table = Table(seed)
    text = table.written()[len(table.above) :]
    dialect = Dialect(table.sign, "\"'" if table.quote == "'" else '"')
    whole = list(rows([text], dialect))
    pick = random.Random(seed)
    pieces, at = [], 0
    while at < len(text):
        size = pick.randint(1, 7)
        pieces.append(text[at : at + size])
        at += size
    assert list(rows(pieces, dialect)) == whole
    assert "".join(row.raw for row in whole) == text
    lines = [1 + lines_in(text[: sum(len(r.raw) for r in whole[:i])]) for i in range(len(whole))]
    assert [row.line for row in whole] == lines
