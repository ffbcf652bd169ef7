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


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        (
            "Ausweis-Nr. bitte? - Ja, die ist LZ6311T475, gültig bis 2031",
            "LZ6311T475",
            "DE_ID_CARD",
        ),
        ("K4471920 is my passport, the old one", "K4471920", "PASSPORT"),
        ("le registre national de la dame, c'est le 85 07 30 033 28", "85 07 30 033 28", "BE_NN"),
        ("PPS number (on the old letter): 6433435F, as before", "6433435F", "IE_PPS"),
        ("la patente ce l'ho nuova, al punto 5 c'è U1K48T713B", "U1K48T713B", "US_DRIVER_LICENSE"),
        ("nr op mijn verblijfskaart van vorig jaar is B 2210465 17", "B 2210465 17", "BE_ID_CARD"),
        ("número da habilitação dele, o de baixo: 38475619228", "38475619228", "US_DRIVER_LICENSE"),
        ("carnet de identidad no tengo, pasaporte sí, el XDB384756", "XDB384756", "PASSPORT"),
    ],
)
def test_letters_and_digits_or_a_check_make_up_for_the_words_between(text, value, entity):
    """In the clause of its document, in front of it or behind; an aside in brackets parts nothing."""
    found = [(text[s.start : s.end], s.entity) for s in REDACTOR.find(text)]
    assert (value, entity) in found


@pytest.mark.parametrize(
    "text",
    [
        "The passport queue moved 10 metres in 45 minutes. Gate B1204567 opens later",
        "driving licence renewal costs 14 pounds; order no. 84756193",
        "Für den Führerschein zahlt man 2145,50 Euro, Termin 12345678",
        "DNI caducado; el pedido 54362314K llegó",
        "carta d'identità | totale | 54362315",
    ],
)
def test_a_sum_an_order_and_another_cell_are_no_document(text):
    """Digits without a check need a word for a number; another label or a border ends the clause."""
    papers = {"PASSPORT", "US_DRIVER_LICENSE", "UK_DRIVING_LICENCE", "IT_ID_CARD", "ES_NIF"}
    assert papers.isdisjoint(s.entity for s in REDACTOR.find(text))
