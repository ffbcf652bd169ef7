"""Where something is sent to or somebody lives: rows of pieces that no list of streets knows."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.addresses.row_of_pieces import read

REDACTOR = Redactor()


def _addresses(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Drop it at U 4, 21-23 Magpie Cres, Kilsyth 3137, behind the bins", "U 4, 21-23 Magpie Cres, Kilsyth 3137"),
        ("ship to: 904-1180 Rue Peel S, Montréal QC H3B 2T6 buzzer broken", "904-1180 Rue Peel S, Montréal QC H3B 2T6"),
        ("OLD: RR 2 Site 14 Box 7, Hudson's Hope BC V0C 1V0", "RR 2 Site 14 Box 7, Hudson's Hope BC V0C 1V0"),
        ("Lieferadr.: Seitenflügel, 2. OG links, Lange Str. 12b, 04157 Leipzig", "Seitenflügel, 2. OG links, Lange Str. 12b, 04157 Leipzig"),
        ("Ich wohn jetzt im Oberdorf 9a, das rote Haus", "im Oberdorf 9a"),
        ("Neue Anschrift: Q 7, 24, 68161 Mannheim", "Q 7, 24, 68161 Mannheim"),
        ("Die Erblasserin, zuletzt Am Kirchpl. 5, OT Gohlis, war", "Am Kirchpl. 5, OT Gohlis"),
        ("Je demeure au 12 de la rue des Lilas, deuxième porte", "au 12 de la rue des Lilas"),
        ("adresse postale : C.P. 118, succ. Centre-ville, Gaspé (Québec) G4X 2R1 svp", "C.P. 118, succ. Centre-ville, Gaspé (Québec) G4X 2R1"),
        ("chez ma soeur, ch. des Lilas 4, case 22, 1003 Lausanne, merci", "ch. des Lilas 4, case 22, 1003 Lausanne"),
        ("Despacho a Pje. El Roble 0441, block 2, depto. 14, Villa El Sol, Maipú. Dejar", "Pje. El Roble 0441, block 2, depto. 14, Villa El Sol, Maipú"),
        ("Consegnare in V.le Piave 12/C, scala B, int. 4, 20129 Milano MI, citofono", "V.le Piave 12/C, scala B, int. 4, 20129 Milano MI"),
        ('Bezorgen op Woonark "De Otter", Kanaaldijk t.o. 9, 1398 CC Muiden, pas op', 'Woonark "De Otter", Kanaaldijk t.o. 9, 1398 CC Muiden'),
        ("endereço Av. Brasil, 2.114, sl 31, Centro, Londrina/PR, o DAS", "Av. Brasil, 2.114, sl 31, Centro, Londrina/PR"),
        ("moro na QNL 12 conj. B casa 14, Taguatinga Norte, pra", "QNL 12 conj. B casa 14, Taguatinga Norte"),
        ("para cobrança usem a Caixa Postal 118, CEP 70030-970", "Caixa Postal 118, CEP 70030-970"),
        ("écrire à la case postale 114, 1211 Genève 3", "case postale 114, 1211 Genève 3"),
    ],
)  # fmt: skip
def test_a_row_of_pieces_behind_such_words_is_an_address(text, value):
    """A word of the sentence, a stop and a bracket end it."""
    assert _addresses(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Entregar en 2 días, consegnare in 3 giorni",
        "Wir wohnen in Zimmer 12",
        "ship to: Warehouse 12, Rotterdam",
        "Sent to Team 12, Sprint 4",
        "Lieferung an Frau Meyer, 3 Pakete",
        "Ich wohne seit 2019 in Berlin",
        "send to Room 5 on May 12",
        "Bezorgen op 14 maart 2025",
        "new: Windows 11, Build 22000",
    ],
)
def test_what_is_no_place_is_none(text):
    """Days, rooms of a firm, parcels and sprints are nobody's address."""
    assert _addresses(text) == []


def test_who_lives_there_is_no_part_of_the_row():
    """A name before the street is a person's."""
    text = "Ada Quimby, 12 Elm Lane, Leeds LS6 2AB thanks"
    row = read(text, 0)
    assert text[row.start : row.end] == "12 Elm Lane, Leeds LS6 2AB"
