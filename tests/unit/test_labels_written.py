"""A label is found however people write it: capitals, number words, signs, every alphabet."""

from __future__ import annotations

import unicodedata

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.number_words import writings
from stageflow_guard.redaction.recognizers.phrases import Index
from stageflow_guard.redaction.text.look_alikes import look_alikes
from stageflow_guard.redaction.text.view import deobfuscated

REDACTOR = Redactor()


def labels_of(country):
    """Every phrase of a country's file that announces something."""
    phrases = [
        p for ws in (*country.words.values(), *country.fields.values()) for p in ws.split("|")
    ]
    phrases += [p for d in country.documents for p in d.names.split("|")]
    for name in ("said", "titles", "greetings", "born", "people"):
        phrases += getattr(country, name).split("|")
    # a lone letter is a title or a day only with its dot
    return sorted({p for p in phrases if len(p) > 1})


def written(phrase):
    """A phrase in small letters, with capitals, and all in capitals with and without accents."""
    capitals = phrase.upper()
    plain = "".join(
        c for c in unicodedata.normalize("NFD", capitals) if unicodedata.category(c)[0] != "M"
    )
    greek = {plain} if any("\u0370" <= c < "\u0400" for c in phrase) else set()
    return {phrase, phrase.capitalize(), phrase.title(), capitals} | greek


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda c: c.code)
def test_every_label_is_read_in_small_letters_and_in_capitals(country):
    """Where a capital looks like another letter, a view shows that; the label is read all the same."""
    missed = []
    for phrase in labels_of(country):
        index = Index({"label": [phrase]})
        for form in written(phrase):
            text = f"{form}: 1 ."
            view = deobfuscated(text, (look_alikes,)).text
            if not any(index.find(text)) and not any(index.find(view)):
                missed.append(form)
    assert missed == []


@pytest.mark.parametrize(
    ("label", "language", "expected"),
    [("número de póliza", "es", "n.º póliza"), ("nº de historia clínica", "es", "núm historia clínica"), ("numéro d'assuré", "fr", "n° assuré"), ("numero di tessera", "it", "n. tessera"),
     ("número da apólice", "pt", "nº da apólice"), ("versicherungsnummer", "de", "versicherungs nr"), ("polisnummer", "nl", "polis nr"), ("pass nr", "de", "pass nummer"), ("passport number", "en", "passport no"),
     ("cpf", "pt", "cpf")],
)  # fmt: skip
def test_a_word_for_number_has_all_its_writings(label, language, expected):
    """A label written once in a country's file is known as people write it."""
    assert {label, expected} <= set(writings(label, language))


@pytest.mark.parametrize(
    "text",
    ["nº de póliza 88-2231-A", "Núm. póliza: 88-2231-A", "N° DE PÓLIZA 88-2231-A", "passaporte n.º CA123456", "Versicherungs-Nr.: A123456780", "Versicherungsnr. A123456780", "Polis nr. 4471882", "n.º de utente 123456789",
     "Nº historia clínica: 4471882", "n. tessera sanitaria 80380000123456789012", "CIP: BBBB880514123", "n° assuré 88-2231-A", "Krankenversichertennr. A123456780", "Pasaporte núm. XDA123456", "2FA code: 481920",
     "TEL番号:0120-555-777", "Ip地址:203.0.113.9"],
)  # fmt: skip
def test_a_number_behind_any_writing_is_covered_whole(text):
    """The value is its label's, to the last sign of it."""
    found = REDACTOR.find(text)
    assert found
    assert max(s.end for s in found) == len(text)


@pytest.mark.parametrize("text", ["ΟΝΟΜΑΤΕΠΏΝΥΜΟ: Ondine Farrow", "ΟΝΟΜΑΤΕΠΩΝΥΜΟ: Ondine Farrow", "ОТПРАВИТЕЛЬ: Ondine Farrow", "Повне імʼя: Оксана Шевчук", "ПОВНЕ ІМ'Я: Оксана Шевчук"])  # fmt: skip
def test_a_name_behind_a_label_in_capitals_is_found(text):
    """Capitals of Greek and Cyrillic, the apostrophe of Ukrainian."""
    assert "PERSON" in {s.entity for s in REDACTOR.find(text)}
