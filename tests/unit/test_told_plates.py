"""Plates in the clause of a word for one, in the forms of many countries, in small letters, under a head."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _plates(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "LICENSE_PLATE"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Zeuge: blauer Kombi, amtl. Kennz. GR 118 204, flüchtig", "GR 118 204"),
        ("Das Kontrollschild war wohl TG 118'204.", "TG 118'204"),
        ("Grünes Nummernschild am Traktor, RÖS-K 12, fuhr davon", "RÖS-K 12"),
        ("Taferl W 44819 B, Richtung Prater", "W 44819 B"),
        ("a silver estate on plates P884 RTW", "P884 RTW"),
        ("his tag, 8ABC123, is expired", "8ABC123"),
        ("témoin : plaques valaisannes VS 41 228", "VS 41 228"),
        ("Immatriculée 418 ABC 33, une vieille R5", "418 ABC 33"),
        ("matrícula antigua B-4412-PK", "B-4412-PK"),
        ("la camioneta blanca, patente ABX 219", "ABX 219"),
        ("targa vecchia MI 4T2290", "MI 4T2290"),
        ("boete voor nr.plaat KD-44-TP", "KD-44-TP"),
        ("emplacamento de Campinas, HTR8C21", "HTR8C21"),
        ("chapa de Benguela BL-22-18-KD", "BL-22-18-KD"),
        ("A white Skoda, 182-D-4418, was abandoned", "182-D-4418"),
        ("B-RK 4418 parkt wieder auf dem Gehweg", "B-RK 4418"),
    ],
)
def test_a_plate_is_told_by_a_word_in_its_clause(text, value):
    """A few words may stand between, and the form is one of some country."""
    assert _plates(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("let him in, plate's kx19vbd", "kx19vbd"),
        ("mi coche lleva matrícula 4418 kdb", "4418 kdb"),
        ("j'ai la plaque ab-418-kd", "ab-418-kd"),
        ("la targa e' fb118kl", "fb118kl"),
        ("minha placa é htr8c21", "htr8c21"),
        ("met kenteken k-418-bd", "k-418-bd"),
    ],
)
def test_right_behind_its_word_a_plate_may_have_small_letters(text, value):
    """People write as they talk."""
    assert _plates(text) == [value]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Box | Auto | Kontrollschild\n4 | Panda | TI 118 204\n5 | Jimny | ZH 44119", ["TI 118 204", "ZH 44119"]),
        ("posto;modello;tg.\nA1;Yaris;GM 118 KV\nA2;Y10;AB 904 KD", ["GM 118 KV", "AB 904 KD"]),
        ("Garage | Modelo | Chapa\n1 | Gol | HJK 221\n2 | Duna | RTE 110", ["HJK 221", "RTE 110"]),
    ],
)  # fmt: skip
def test_the_head_of_a_column_tells(text, values):
    """What stands below a word for a plate is one."""
    assert _plates(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "Die Nummer AB 418 K wurde gezogen",
        "placa base con DDR 4418 y disipador",
        "Chapa galvanizada ABC 120 x 60",
        "plates A-12 to A-19 of the atlas",
        "Mercedes C 220 CDI, Baujahr 2016",
        "Fix tag: KDB-418 before the release",
        "matricula universitaria A44182",
        "number plate holder, part AB-12 4418",
        "the plate is ab12 for the week",
    ],
)
def test_other_plates_and_numbers_are_none(text):
    """A model, a part, a tag of software and a number that is drawn are nobody's."""
    assert _plates(text) == []
