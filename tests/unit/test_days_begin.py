"""What is asked before a day is looked for never says no where there is one."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction.recognizers.generic.births_worded import recognize
from stageflow_guard.redaction.recognizers.generic.dates import (
    ANY_DATE,
    LETTERED_DATE,
    NAMES_OF_MONTHS,
    begins_a_day,
)
from stageflow_guard.redaction.recognizers.generic.records_of_people import is_behind_number
from stageflow_guard.redaction.recognizers.generic.said_births import said


@pytest.mark.parametrize("name", sorted(NAMES_OF_MONTHS))
def test_the_name_of_every_month_begins_a_day(name: str) -> None:
    for written in (name, name.upper(), name.title()):
        day = f"{written} 3 1987"
        matched = ANY_DATE.match(day) or LETTERED_DATE.match(day)
        assert matched is None or begins_a_day(day.lower(), 0)
    assert begins_a_day(name, 0)


@pytest.mark.parametrize("day", ["3.4.1987", "S55.4.1", "昭和55年4月1日", "1987-04-03"])
def test_digits_and_eras_begin_a_day(day: str) -> None:
    assert ANY_DATE.match(day) is not None
    assert begins_a_day(day.lower(), 0)


@pytest.mark.parametrize("word", ["in", "london", "there", "e", ""])
def test_other_words_begin_none(word: str) -> None:
    assert not begins_a_day(word, 0)


@pytest.mark.parametrize(
    "day", ["dritter mai neunzehnhundertachtzig", "the third of may, 1987", "l'onze mai 1954"]
)
def test_a_day_in_words_is_read_from_its_first_word(day: str) -> None:
    assert said(day, 0) == (0, len(day))


@pytest.mark.parametrize(
    "feast", ["xmas 1961", "VE Day 1945", "la madre 1970", "weihnachten 1961", "14 juillet 1950"]
)
def test_a_feast_is_read_from_its_first_word(feast: str) -> None:
    text = f"born {feast}."
    assert [text[hit.start : hit.end] for hit in recognize(text)] == [feast]


@pytest.mark.parametrize(
    "before",
    ["n° de ", "n.º ", "número de mi ", "código ", "clave de ", "ref. de la ", "rif. ", "id of my ", "estremi "],
)  # fmt: skip
def test_a_word_for_number_is_seen_before_another(before: str) -> None:
    assert is_behind_number(before + "client", len(before))


def test_no_word_for_number_stands_before_a_card() -> None:
    before = "she pays by "
    assert not is_behind_number(before + "card", len(before))
