"""A label in a question, and the answer: in a call, in a chat, in any language."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "value"),
    [("Agent: Date of birth please. Caller: March 9th, 1971.", "March 9th, 1971"), ("Operator: and your date of birth? Caller: 21st May 1990.", "21st May 1990"), ("Operatore: mi dice la data di nascita? Cliente: sì, 18 agosto 1979.", "18 agosto 1979"),
     ("Medewerker: mag ik uw geboortedatum? Klant: 3 mei 1972.", "3 mei 1972"), ("- Date of birth?\n- It's the 3rd of May, 1990", "3rd of May, 1990"), ("Berater: Ihr Geburtsdatum bitte? Anrufer: das ist der 17.08.1979", "17.08.1979"),
     ("Agent : votre date de naissance ? Client : le 4 mars 1968", "4 mars 1968"), ("Agente: ¿fecha de nacimiento? Cliente: 12 de abril de 1984", "12 de abril de 1984"), ("Agent: What is your policy number? Caller: it's 88-2231-A", "88-2231-A"),
     ("Agent: passport number please? Caller: C01X00T47", "C01X00T47"), ("Agent: And the last name? Caller: Kowalczyk.", "Kowalczyk"), ("Nurse: spell the last name? Caller: it's Papadakis.", "Papadakis"), ("Berater: Ihr Name? Kunde: Krause, Bettina", "Krause, Bettina"),
     ("RN: what's the medical record number on the band? Aide: says 0087 1234", "0087 1234")],
)  # fmt: skip
def test_an_answer_is_what_was_asked_for(text, value):
    """Little words may stand before it; it is covered whole."""
    at = text.index(value)
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    assert all(i in covered for i in range(at, at + len(value)) if text[i].isalnum())


@pytest.mark.parametrize("text", ["Is this the name? Yes it is. The Project Board said so.", "Der Name der Datei? Anna Karenina", "owner name for the source. Example: Eval Logs", "What is the name of the file? Answer: Release Notes"])  # fmt: skip
def test_a_question_about_a_thing_asks_for_nobody(text):
    """A file's name, an example, a sentence of its own."""
    assert [s for s in REDACTOR.find(text) if s.entity == "PERSON"] == []
