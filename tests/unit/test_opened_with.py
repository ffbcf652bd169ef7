"""A number that opens a named door, safe or alarm is a secret without any label of a code."""

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _secrets(text: str) -> set[str]:
    return {text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "SECRET"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The barn opens with 5937, mind the dog", "5937"),
        ("Padlock on the shed: 2-8-8-4", "2-8-8-4"),
        ("Locker 31, combo (44-09-71), second row", "44-09-71"),
        ("Das Hoftor geht mit 6172# auf", "6172#"),
        ("Schlüsselbox neben der Klingel (7305), Wohnung 4", "7305"),
        ("Pour ouvrir le portillon tu tapes 3846 puis la cloche", "3846"),
        ("Le cadenas : tourne jusqu'à 5-1-9", "5-1-9"),
        ("La verja se abre con 9164", "9164"),
        ("Taquilla 12, candado 583", "583"),
        ("Il portone si apre con 7420", "7420"),
        ("Cassaforte: gira fino a 62-18-40", "62-18-40"),
        ("De schuur gaat open met 8359", "8359"),
        ("Hangslot op de fiets: 6-0-2-7", "6-0-2-7"),
        ("A arrecadação abre com 2951", "2951"),
        ("Cadeado do portão: marca 8-3-6-1", "8-3-6-1"),
    ],
)
def test_what_opens_a_thing_is_found(text: str, code: str) -> None:
    assert code in _secrets(text)


def test_a_second_code_follows_the_first() -> None:
    assert _secrets("Die Garage geht mit 4417 auf, der Keller mit 9028") == {"4417", "9028"}


@pytest.mark.parametrize(
    "text",
    [
        "The safe weighs 120 kg and was built in 1987",
        "Gate 12, flight 4821 opens for boarding at 10:40",
        "Das Tor kostet 1450 € inklusive Montage",
        "Portón modelo 5520, pedido 88431",
        "La porte mesure 2040 mm",
        "Garage nummer 14 staat sinds 2019 te huur",
        "Alarm 2023-04-01 12:30 reset by the installer",
    ],
)
def test_measures_orders_and_years_are_none(text: str) -> None:
    assert not _secrets(text)
