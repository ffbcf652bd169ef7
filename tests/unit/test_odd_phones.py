"""Telephone numbers in odd writings are found; the numbers of parts and draws are none."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor("strict")


def phones(text: str) -> list[str]:
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PHONE_NUMBER"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Nummer 044'221'17'08 isch bsetzt", "044'221'17'08"),
        ("fone 0xx51 4417 2280 ramal 12", "0xx51 4417 2280"),
        ("(0xx11) 4417-2280", "(0xx11) 4417-2280"),
        ("ruf an: 0171 - 44 17 280", "0171 - 44 17 280"),
        ("appelle le 06.12/34.56.78", "06.12/34.56.78"),
        ("0441/17280-12", "0441/17280-12"),
    ],
)
def test_writings_of_one_country(text: str, number: str) -> None:
    """By their own form, or in any groups behind a word for a call."""
    assert phones(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Ersatzteil A 206 830 17 18 passt nicht mehr, verwenden Sie A 206 830 19 18",
        "Onderdeel 8201 768 927 is vervangen door 8201 768 913",
        "pieza 612 345 678 agotada",
        "peça 933 132 570 trocada",
        "ricambio 347 123 4567 esaurito",
        "Part number 415-555-0132",
        "dezenas 05 11 23 34 47 59",
        "Lotto: 05 11 23 34 47",
        "Combinación ganadora: 06 12 34 45 49",
        "numéros gagnants 01 02 13 24 35",
    ],
)
def test_parts_and_draws(text: str) -> None:
    """The word before the number says what it is."""
    assert phones(text) == []


def test_a_call_is_one_for_all_that() -> None:
    """A word for a call behind the word for a part is nearer to the number."""
    assert phones("part time? ring 0161 496 0417") == ["0161 496 0417"]
