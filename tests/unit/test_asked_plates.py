"""Plates that answer a question, plates before their word, and those of faraway countries behind one."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _plates(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "LICENSE_PLATE"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("reg? its kd19 ltp", "kd19 ltp"),
        ("Kennzeichen bitte? das ist b-kd 4418", "b-kd 4418"),
        ("plaque? euh, kd-418-lp", "kd-418-lp"),
        ("matrícula? 4418 kdb, un seat", "4418 kdb"),
        ("e la targa? fk118kd", "fk118kd"),
        ("kentken? k-418-bd", "k-418-bd"),
        ("a placa? kdr4c18", "kdr4c18"),
    ],
)
def test_a_question_for_a_plate_is_answered_with_one(text, value):
    """In whatever letters, and behind a few words."""
    assert _plates(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("KL 07 BD 4418 is my tag", "KL 07 BD 4418"),
        ("K47 LDR (Québec), voilà la plaque du bus", "K47 LDR"),
        ("4418 KDB es mi matrícula", "4418 KDB"),
        ("FK 118 KD è la targa", "FK 118 KD"),
        ("K-418-BD is mijn kenteken", "K-418-BD"),
        ("B-KD 4418 ist mein Kennzeichen", "B-KD 4418"),
    ],
)
def test_what_is_called_a_plate_is_one(text, value):
    """The word may stand behind."""
    assert _plates(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Placas del taxi KDR-41-82", "KDR-41-82"),
        ("ciclomotore, contrassegno X6 KDTP", "X6 KDTP"),
        ("taxi marocain, matricule 41882 أ 6", "41882 أ 6"),
        ("mats. dos reboques: L-441882", "L-441882"),
        ("n° d'immat. 4418 KDB 33", "4418 KDB 33"),
    ],
)
def test_rare_forms_stand_right_behind_their_word(text, value):
    """A vehicle is named, or the word means nothing but a plate."""
    assert value in [text[s.start : s.end].strip() for s in REDACTOR.find(text)] or _covers(
        text, value
    )


def _covers(text, value):
    at = text.index(value)
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return all(i in covered for i in range(at, at + len(value)) if text[i].isalnum())


@pytest.mark.parametrize(
    "text",
    [
        "Which plate? 20 mm steel",
        "tag? release-2024",
        "what plates? the 5 kg ones",
        "matricule de l'étudiant ABC-123",
        "Frage zur Plaque? 12 Stück",
    ],
)
def test_other_answers_are_none(text):
    """What is measured, counted or released."""
    assert _plates(text) == []
