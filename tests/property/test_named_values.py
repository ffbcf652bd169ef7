"""A value under a head is read as behind its name; streamed or whole, small or long."""

from __future__ import annotations

import html
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cut_stream import assert_equals_whole

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
COLUMNS = {
    "last_name": ["Byron", "Hopper", "Castellanos"], "name": ["Ada Byron", "Grace Hopper"],
    "password": ["hunter22x", "Sommer22x"], "Geburtsdatum": ["12.3.1988", "1.12.1971"],
    "mot de passe": ["Tournesol88", "Printemps41"], "ssn": ["536228145"], "email": ["a@b.example", "n/a"],
    "qty": ["3", "17"], "state": ["open", "closed"], "note": ["sent twice, then lost", "-"],
}  # fmt: skip
TELLING = {"last_name", "password", "Geburtsdatum", "mot de passe", "ssn"}


def markdown(head, rows):
    rule = "|".join("---" for _ in head)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head]) + f"\n|{rule}|\n" + "".join(
        f"| {' | '.join(row)} |\n" for row in rows
    )  # fmt: skip


def csv(sign):
    def written(head, rows):
        def cell(text):
            return f'"{text}"' if sign in text else text

        return "".join(sign.join(map(cell, row)) + "\n" for row in [head, *rows])

    return written


def box(head, rows):
    rule = "+" + "+".join("-" * 8 for _ in head) + "+\n"
    return rule + f"| {' | '.join(head)} |\n" + rule + "".join(
        f"| {' | '.join(row)} |\n" for row in rows
    ) + rule  # fmt: skip


def markup(head, rows):
    def line(kind, row):
        return "<tr>" + "".join(f"<{kind}>{html.escape(c)}</{kind}>" for c in row) + "</tr>\n"

    return f"<table>\n{line('th', head)}{''.join(line('td', row) for row in rows)}</table>\n"


def insert(head, rows):
    names = ", ".join(f'"{name}"' for name in head)
    values = ",\n".join("(" + ", ".join(f"'{cell}'" for cell in row) + ")" for row in rows)
    return f"INSERT INTO people ({names}) VALUES\n{values};\n"


FORMS = {
    "markdown": markdown, "csv": csv(","), "semicolons": csv(";"), "tabs": csv("\t"), "box": box,
    "html": markup, "insert": insert,
}  # fmt: skip


@st.composite
def tables(draw, most=6):
    """Columns in any order, rows of their values."""
    head = draw(st.permutations(sorted(COLUMNS)))[: draw(st.integers(2, 6))]
    rows = draw(
        st.lists(st.tuples(*(st.sampled_from(COLUMNS[c]) for c in head)), min_size=1, max_size=most)
    )
    return head, rows  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(st.data())
@settings(deadline=None, max_examples=60)
def test_what_stands_under_a_telling_head_is_found(form, data):
    """Nothing of a telling column is left, in any form; the cells beside it stay as they are."""
    head, rows = data.draw(tables())
    text = FORMS[form](head, rows)
    out = REDACTOR.redact(text).value
    for column, name in enumerate(head):
        for row in rows:
            if name in TELLING:
                assert row[column] not in out, (name, out)
            elif name in {"qty", "state"}:
                assert row[column] in out
    assert out.count("\n") == text.count("\n")


@pytest.mark.parametrize("form", FORMS)
@given(st.data())
@settings(deadline=None, max_examples=25)
def test_a_table_streamed_equals_the_whole(form, data):
    """A long table, cut anywhere, after prose and before it: the head is not forgotten."""
    head, rows = data.draw(tables(most=4))
    times = data.draw(st.sampled_from([1, 30, 120]))
    prose = "The committee met and agreed on the plan for the season. " * data.draw(
        st.integers(0, 20)
    )
    text = f"{prose}\n\n{FORMS[form](head, rows * times)}\n{prose}"
    chance = random.Random(data.draw(st.integers(0, 1000)))
    cuts = sorted(chance.randrange(len(text)) for _ in range(data.draw(st.integers(0, 60))))
    assert_equals_whole(REDACTOR, text, cuts)
