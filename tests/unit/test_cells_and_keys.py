"""A cell, an element and a key of its own are no part of the value beside them."""

from __future__ import annotations

import re

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
PLACEHOLDER = re.compile("⟦[A-Z_]+_[0-9]+·[a-z0-9]+⟧")


def shape(text):
    """Return the redacted text, each placeholder as `#`."""
    return PLACEHOLDER.sub("#", REDACTOR.redact(text).value)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<email>ada@exam.com</email><status>open</status>", "<email>#</email><status>open</status>"), ("<user><email>ada@exam.com</email><role>admin</role></user>", "<user><email>#</email><role>admin</role></user>"), ("<row><id>47</id><email>ada@exam.com</email></row>", "<row><id>47</id><email>#</email></row>"),
        ("<p>Write to <b>ada@exam.com</b><br>or call</p>", "<p>Write to <b>#</b><br>or call</p>"), ("<url>https://x.example/a?t=1</url><id>5</id>", "<url>#</url><id>5</id>"), ("<c><phone>415-555-0132</phone><email>ada@exam.com</email></c>", "<c><phone>#</phone><email>#</email></c>"), ("Mail: ada@exam.com<br/>Status: open", "Mail: #<br/>Status: open"),
    ],
)  # fmt: skip
def test_an_element_is_the_border_of_its_value(text, left):
    """Only tags that dress a text may stand inside of a value."""
    assert shape(text) == left


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("label", "value"), [("phone", "4155550299"), ("phone", "415-555-0299"), ("mrn", "9139194"), ("card", "4111111111111111"), ("account_number", "000482917736"), ("ssn", "536-90-4399")]
)  # fmt: skip
@pytest.mark.parametrize("before", ["12", "2024", "9.40", "2026-11-28", "10:04", "+1", "A-17"])
def test_the_cell_before_a_value_stays(sign, label, value, before):
    """The head of the last column is no label of the row's first cell."""
    text = f"id{sign}{label}\n{before}{sign}{value}\n{before}{sign}{value}\n"
    assert shape(text) == f"id{sign}{label}\n{before}{sign}#\n{before}{sign}#\n"


@pytest.mark.parametrize("key", ["phone_2", "PHONE_2", "account_2", "Phone 2", "card_3", "mrn_2", "phone_10", "medicare_beneficiary_identifier_2"])  # fmt: skip
@pytest.mark.parametrize("sign", [": ", "=", ' = "', '": "'])
def test_the_number_of_a_key_stays_with_the_key(key, sign):
    """`phone_2: 415 555 0132`: the 2 is no digit of the number."""
    value = {"c": "4111111111111111", "a": "000123456789", "m": "9139194"}.get(
        key[0], "415 555 0132"
    )
    assert shape(f"{key}{sign}{value}") == f"{key}{sign}#"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("+1\n10:04\n0151 23456789\n", "+1\n10:04\n#\n"), ("+1\n2026-11-28\n536-90-4399", "+1\n2026-11-28\n#"), ("ssn: 264\n2026-11-28", "ssn: 264\n2026-11-28"), ('password="p@ss,26!4"\n2026-11-28T10', 'password="#"\n2026-11-28T10'),
        ("note; date_of_birth\n2026-11-24; 1988-01-14", "note; date_of_birth\n2026-11-24; #"), ("my account number\n12345678, thanks", "my account number\n#, thanks"), ("call me on (312) 8\n56-8890 please", "call me on # please"),
    ],
)  # fmt: skip
def test_a_line_that_is_a_day_or_a_time_goes_on_no_number(text, left):
    """A number that a line's end cuts goes on; the next row's does not."""
    assert shape(text) == left
