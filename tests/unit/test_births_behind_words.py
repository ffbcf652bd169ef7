"""A birth's day is found a few words behind what tells of it, in all writings; another event's is not."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor("strict")


def births(text: str) -> list[str]:
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "DATE_OF_BIRTH"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("She was born 3rd Jan '79 in Leeds", "3rd Jan '79"),
        ("born on 4/AUG/1990", "4/AUG/1990"),
        ("I was born in a taxi near Hull on 4 March 1984", "4 March 1984"),
        ("Geb.-Dat.: 12.Mrz.1970", "12.Mrz.1970"),
        ("Geburtsdatum laut Pass des Kindes 12.III.2019", "12.III.2019"),
        ("née par césarienne à Vitré le 2 févr. 2017", "2 févr. 2017"),
        ("fecha de nac. 14/ENE/1988", "14/ENE/1988"),
        ("nata a Chieti il 4 sett. 1961", "4 sett. 1961"),
        ("geboren te Ieper op 3 mrt. 1955", "3 mrt. 1955"),
        ("nascida em Braga a 3 de fev. de 1990", "3 de fev. de 1990"),
        ("op 3 april 1967 te Aalst geboren", "3 april 1967"),
        ("Mijn vader is van 3 mei 1944", "3 mei 1944"),
        ("männl., *3.4.61, wach", "3.4.61"),
        ("(* 3. Mai 1950 in Linz)", "3. Mai 1950"),
        ("geboren um 03:12 Uhr am 4. Feb. 2023", "4. Feb. 2023"),
        ("geboren op zondag 3 mei 1944", "3 mei 1944"),
        ("Née à l'hôpital de Pau, le 3 juil. 2001", "3 juil. 2001"),
        ("nació prematura el 3 de dic. de 2019", "3 de dic. de 2019"),
        ("nata nel comune di Bari in data 3 maggio 1944", "3 maggio 1944"),
        ("nato il 3-5-'44", "3-5-'44"),
        ("nascida de cesariana em 3/DEZ/2019", "3/DEZ/2019"),
        ("Birthdate as per passport: 4-AUG-90", "4-AUG-90"),
    ],
)
def test_a_day_in_digits_or_with_letters(text: str, day: str) -> None:
    """Months are cut short or Roman, years have two digits, a place or a manner stands between."""
    assert births(text) == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "geboren zu Kiel am vierten März neunzehnhunderteinundfünfzig",
            "vierten März neunzehnhunderteinundfünfzig",
        ),
        (
            "am dritten Mai neunzehnhundertzweiunddreißig in Hof geboren",
            "dritten Mai neunzehnhundertzweiunddreißig",
        ),
        (
            "né à Pau le douze mars mil neuf cent quarante-deux, laisse",
            "le douze mars mil neuf cent quarante-deux",
        ),
        (
            "nato in Prato addì tre luglio millenovecentoquarantuno",
            "tre luglio millenovecentoquarantuno",
        ),
        (
            "Ons moeder is van drie mei negentienhonderd vierenveertig",
            "drie mei negentienhonderd vierenveertig",
        ),
    ],
)
def test_a_day_that_is_said(text: str, day: str) -> None:
    """A day in words, with its article, behind a place."""
    assert births(text) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "geboren in Ulm, aufgenommen am 3.4.2024",
        "né à Lyon et hospitalisé le 3/4/2024",
        "newborn care class on 3 May 2024",
        "birth certificate issued 3 May 2024",
        "geb. Schmidt, am 3.4.2024 entlassen",
        "die Rechnung ist vom 3.4.2024",
        "Geburt geplant 3. Mai 2024",
        "meine Frau ist vom 3.5.2024 bis 5.5.2024 krank",
        "geboortekaartjes drukken op 3 mei 2024",
        "Preise*, Stand 3.4.2024; *30.11.2025",
    ],
)
def test_the_day_of_another_event(text: str) -> None:
    """An admission, a paper, a bill and a footnote have days, too."""
    assert births(text) == []
