"""A value of a form that little else has is of somebody's record in the clause of a word of its kind."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

_FOUND = [
    ("I'm a member at your Leeds branch (6620 4417) and can't log in", "6620 4417"),
    ("claim was opened on Friday under KLM0062817-C", "KLM0062817-C"),
    ("Ich bin Mitglied bei euch (7713 0082 4) und ziehe um", "7713 0082 4"),
    ("Polizze H-61/2204417 bei der Wiener", "H-61/2204417"),
    ("Contrat Engie, titulaire Odile Marchais, 2-6HTK118", "2-6HTK118"),
    ("soy abonada (AB-6620417) y no me llega la revista", "AB-6620417"),
    ("contrato 2207714 den de baja eso", "2207714"),
    ("Contratto Iliad, intestatario Ugo Ferri, G6620417L", "G6620417L"),
    ("ik ben klant (K 62 20 44) bij jullie", "K 62 20 44"),
    ("Contrato Nos? D2204417866", "D2204417866"),
    ("sou sócio do Boavista (22.417) e perdi o cartão", "22.417"),
    ("LG Hannover, wegen Miete, 9 O 318/21", "9 O 318/21"),
    ("Geschäftszahl 4 Ob 62/19p bitte anführen", "4 Ob 62/19p"),
    ("Your Honour, matter number VID 662 of 2021", "VID 662 of 2021"),
    ("Tribunal judiciaire de Rennes, RG 21/06620", "21/06620"),
    ("expediente de la Carpeta CI-FIBJ/BJ-1/UI-2 C/D/01177/05-2021", "CI-FIBJ/BJ-1/UI-2 C/D/01177/05-2021"),
    ("dossier no 450-12-066204-198, Cour supérieure", "450-12-066204-198"),
    ("autos n. 0662044-17.2021.8.26.0100, 2ª vara", "0662044-17.2021.8.26.0100"),
    ("BO na 9ª DP, número 6620/2021", "6620/2021"),
    ("legajo 62-204, turno tarde", "62-204"),
    ("prontuario 62.44-17, leito 4", "62.44-17"),
    ("Abonr. 6620441 per direct stoppen", "6620441"),
]  # fmt: skip
_HARMLESS = [
    "BGH, Urteil vom 3. Mai 2019, V ZR 62/18",
    "Cour de cassation, arrêt du 4 juin 2020, n° 18-66204",
    "The client asked for part AB-662041 by Friday",
    "Beste klant, uw factuur 2026-0662044 staat klaar",
    "Our policy 7.01.447 was revised",
    "client version 4.12.0.117 is out",
    "Kunde fragt nach Bestellung 302-6620441-0056131",
    "Prezado cliente, o protocolo 2026030602 foi registrado",
    "The police closed 12/2021 with fewer incidents",
    "Il volo AZ 1662 parte alle 18:45",
    "members (22.417) voted in May",
    "contract since 2019-03-01",
]


@pytest.mark.parametrize(("text", "value"), _FOUND)
def test_a_value_in_the_clause_of_its_kind_is_found(text: str, value: str) -> None:
    """The word may stand apart from its value by a place, a person, a bracket or a question."""
    start = text.index(value)
    covered = {i for span in Redactor().find(text) for i in range(span.start, span.end)}
    assert {i for i in range(start, start + len(value)) if text[i].isalnum()} <= covered


@pytest.mark.parametrize("text", _HARMLESS)
def test_judgments_orders_parts_and_versions_stay(text: str) -> None:
    """What another label names is no record, however near a customer or a court is."""
    assert not Redactor().find(text)
