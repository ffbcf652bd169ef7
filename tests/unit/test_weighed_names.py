"""Names whose surroundings are weighed, and what keeps the weights honest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.people import weighed
from stageflow_guard.redaction.recognizers.people.well_known import WELL_KNOWN, is_well_known

REDACTOR = Redactor()
ROOT = Path(__file__).resolve().parents[2]


def people(text, redactor=REDACTOR):
    return [text[s.start : s.end] for s in redactor.find(text) if s.entity == "PERSON"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("coverage: swap with Priyanka on Friday", "Priyanka"), ("the ticket was closed by M. Verhoeven on Monday", "M. Verhoeven"), ("Waltraud Eisele hat gestern angerufen", "Waltraud Eisele"), ("vu avec Nathalie ce matin, elle valide", "Nathalie"),
        ("ha chiamato Gaetano per la caldaia", "Gaetano"), ("habló con Rogelio sobre el router", "Rogelio"), ("afgegeven bij S. Dijkgraaf, Lindelaan", "S. Dijkgraaf"), ("falei com a Constança ontem", "Constança"),
    ],
)  # fmt: skip
def test_a_name_counts_where_its_surroundings_say_so(text, name):
    """Nothing announces it: the words beside it, in the seven languages, weigh enough."""
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Jane Eyre is a novel, and so is Anna Karenina", "Song: Johnny Cash - Hurt", "Descendre à Charles Michels, sortie 2", "Giorgio Armani opens a shop", "class Martin(Base): pass", "Santiago Bernabéu was full", "Charlotte Street was closed", "URI and GIL are acronyms, RAM too",
        "Subject: Thomas Cook Report", "RAPID|1||10006579||OKAFOR^MARLENE", 'authors = ["Ann L", "Bob R"]',
    ],
)  # fmt: skip
def test_what_is_called_like_somebody_stays(text):
    """Works, brands, streets, classes, acronyms, subjects, fields of other records."""
    assert people(text) == []


def test_less_weight_is_less_sure():
    """`strict` reports what weighs little, `precise` nothing that is only weighed."""
    text = "coverage: swap with Priyanka on Friday"
    assert people(text, Redactor("precise")) == []
    assert people(text, Redactor("strict")) == ["Priyanka"]


def test_a_well_known_name_is_known_in_any_case_and_with_words_behind_it():
    """The list holds names in small letters, without empty lines."""
    assert is_well_known("JANE EYRE") and is_well_known("Harry Potter 4")
    assert not is_well_known("Marlene Okafor")
    assert all(name == name.strip().lower() and len(name) > 1 for name in WELL_KNOWN)


def test_an_announced_name_is_found_though_it_is_well_known():
    """What is called so in a novel may be a patient's name, too."""
    assert people("Patient: Jane Eyre, DOB 02/11/1966") == ["Jane Eyre"]


def test_the_weights_are_learned_from_the_lines_that_may_be_looked_at(monkeypatch):
    """Learned again from tests/data, the weights decide the same: nothing was added by hand."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    sys.modules.pop("weigh_names", None)
    import weigh_names

    every = [
        e for _, text, people in weigh_names.lines() for e in weigh_names.examples(text, people)
    ]
    again = weigh_names.learn(list(every))
    totals = [
        (sum(again.get(s, 0.0) for s in signs), sum(weighed.WEIGHTS.get(s, 0.0) for s in signs))
        for signs, _ in every
    ]
    same = sum((a > weighed.SURE) == (b > weighed.SURE) for a, b in totals)
    assert same / len(totals) > 0.98
