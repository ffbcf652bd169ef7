"""Letters by the words that stand for them on a telephone, and letters in place of digits."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text):
    return [(text[s.start : s.end], s.entity) for s in REDACTOR.find(text)]


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("Send it to IBAN Delta Echo 89370400440532013000 please.", "Delta Echo 89370400440532013000", "IBAN_CODE"),
        ("Dora Emil 89 3704 0044 0532 0130 00", "Dora Emil 89 3704 0044 0532 0130 00", "IBAN_CODE"),
        ("IBAN D as in David, E as in Emil 89 3704 0044 0532 0130 00", "D as in David, E as in Emil 89 3704 0044 0532 0130 00", "IBAN_CODE"),
        ("My plate is Kilo Lima Mike 427.", "Kilo Lima Mike 427", "LICENSE_PLATE"),
        ("mail me: november india charlie kilo at gmail dot com", "november india charlie kilo at gmail dot com", "EMAIL_ADDRESS"),
    ],
)  # fmt: skip
def test_words_for_letters_are_the_letters(text, value, entity):
    """Of two alphabets, with digits beside them or several in a row, the word announced or not."""
    assert found(text) == [(value, entity)]


@pytest.mark.parametrize(
    "text",
    ["Oscar Mike and Charlie went to Lima, 4 Alpha releases", "Golf GTI 2.0, Hotel Sierra 2 stars", "Kilo 40089024353711039378 of it", "alpha 0.1, beta 2, gamma 3"],
)  # fmt: skip
def test_words_that_are_words_stay(text):
    """Names, models of cars, releases: one of them beside a number spells nothing."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("SSN: G48-22-GGG0 on file", "G48-22-GGG0"), ("my ssn is 179-61-7BSS ok", "179-61-7BSS"), ("card 4S39 OB49 O3I3 5B2G now", "4S39 OB49 O3I3 5B2G")],
)  # fmt: skip
def test_letters_stand_for_the_digits_that_they_look_like(text, value):
    """O, I, S, B, Z and G, behind a label or where the check holds."""
    assert [v for v, _ in found(text)] == [value]


@pytest.mark.parametrize("text", ["phone with 128G 256G", "call it 5G 4G 2G 3G 800G", "phone: 12GB 256GB 1000GB"])  # fmt: skip
def test_sizes_of_storage_are_no_digits(text):
    """A G behind each number is a unit."""
    assert found(text) == []
