"""A document and its number in one clause, a few words between them; `e'` and `eh` for what has an accent."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("Passport on file U4994233 expires in Nov!!", "U4994233", "PASSPORT"),
        ("has applied for passport renewal, the old one is K4471920.", "K4471920", "PASSPORT"),
        ("Demande de passeport en cours, ancien n° 14CH72905 perdu", "14CH72905", "PASSPORT"),
        ("ich brauch noch deinen Reisepass, meiner ist C4VJ8K2TN.", "C4VJ8K2TN", "PASSPORT"),
        ("Carta d'identità elettronica n. CA64946KT rilasciata", "CA64946KT", "IT_ID_CARD"),
        ("la password del gestionale e' lumaca.verde.90", "lumaca.verde.90", "SECRET"),
    ],
)
def test_a_few_words_do_not_part_a_document_from_its_number(text, value, entity):
    """The value has letters and digits, and no other label stands between."""
    assert [(text[s.start : s.end], s.entity) for s in REDACTOR.find(text)] == [(value, entity)]


@pytest.mark.parametrize(
    "text",
    [
        "Passport office: the order number is K4471920",
        "Passport scans and the invoice K4471920 are attached",
        "We paid for the passport photos. Parcel K4471920 came later",
        "plate and screws (lot SY4488120), RTW 4/15",
        "passport control at gate B12 opens at 0630",
    ],
)
def test_another_label_or_another_sentence_parts_them(text):
    """What stands behind a word of its own is not the document's."""
    assert not any(s.entity in {"PASSPORT", "LICENSE_PLATE"} for s in REDACTOR.find(text))
