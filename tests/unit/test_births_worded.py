"""Dates of birth said and written at once, with Roman months, on feasts, and behind words cut short."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _births(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "DATE_OF_BIRTH"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ward 7b; born Boxing Day 1961", "Boxing Day 1961"),
        ("geboren an Heiligabend 1948", "Heiligabend 1948"),
        ("née la veille de Noël 1952", "veille de Noël 1952"),
        ("nació en Nochebuena de 1948", "Nochebuena de 1948"),
        ("geboren op kerstavond 1948", "kerstavond 1948"),
        ("nasceu na véspera de Natal de 1948", "véspera de Natal de 1948"),
        ("geboren wurde sie am fünften Mai 1987", "fünften Mai 1987"),
        ("nata il due giugno 1999", "il due giugno 1999"),
        ("nacida ella el cinco de mayo de 1987", "el cinco de mayo de 1987"),
        ("my son was born on May third, 2011", "May third, 2011"),
        ("patnr 418220, geb. dd 5 XI 1944", "5 XI 1944"),
        ("paziente, letto 3 n. 5/XI/1944", "5/XI/1944"),
        ("classe e giorno: 9 febb. 1951", "9 febb. 1951"),
        ("gebd. 17-okt-'68, gehuwd", "17-okt-'68"),
    ],
)
def test_a_birth_in_mixed_writing(text, value):
    """The day is said or a feast, the year in digits."""
    assert _births(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["legge n. 3/12/1998", "Silvester 2019 war es kalt", "il due giugno 1999 ha piovuto"],
)
def test_other_days_are_none(text):
    """Nothing tells of a birth."""
    assert _births(text) == []
