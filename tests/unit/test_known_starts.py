"""Addresses that begin in a way of their own, and those whose code stands behind a province, without a label."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _addresses(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]


@pytest.mark.parametrize(
    "value",
    [
        "PO Box 118, Cooma NSW 2630",
        "Unit 5/114 Wattle Parade, Coburg VIC 3058",
        "204-118 Elm St, Hamilton, Ontario L8P 1A1",
        "RR 2 Site 14 Box 7, Hudson's Hope BC V0C 1V0",
        "C.P. 118, succ. Centre-ville, Gaspé (Québec) G4X 2R1",
        "Gartenhaus links, Lange Str. 4, 04109 Leipzig",
        "T 4, 11, 68161 Mannheim",
        "QNL 12 conjunto B casa 14, Taguatinga",
        "Quadra 4, Lote 12, Setor Sul, Goiânia",
        "Rua das Flores, 1.204, casa 2, Centro, Feira de Santana/BA",
        "Pje. El Roble 0441, block 2, depto. 14, Maipú",
        "ch. des Lilas 4, case 22, 1003 Lausanne",
        "Woonboot De Otter, Kanaaldijk t.o. 9, 1398 CC Muiden",
    ],
)
def test_how_it_begins_or_ends_makes_it_an_address(value):
    """No word before it is needed."""
    assert _addresses(value) == [value]
    assert _addresses(f"nota ({value})") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Sheet 1 of 2",
        "quadra 4 das 14h às 15h",
        "The MZ 4 and the MZ 12 lot",
        "In 2019 NSW 2000 cases were counted",
        "chemin critique, 12 jours",
        "av. 12 de 18",
    ],
)
def test_the_same_beginnings_of_other_things_are_none(text):
    """A sheet, a court, a count."""
    assert _addresses(text) == []


def test_whose_practice_it_is_is_no_part_of_the_address():
    """A firm's name before the number is its own."""
    text = "Wattle Grove Medical Centre 212 Canning Rd, Lesmurdie WA 6076"
    assert _addresses(text) == ["212 Canning Rd, Lesmurdie WA 6076"]
