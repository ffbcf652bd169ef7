"""Names that a sentence mentions by what it says of somebody."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def people(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"]


@pytest.mark.parametrize(("text", "names"), [
    ("my boss Greta Vanhanen approved it", ["Greta Vanhanen"]), ("our neighbour Fausto took the parcel", ["Fausto"]), ("mijn collega Sietske weet het", ["Sietske"]),
    ("speaking with Marlon Tate today", ["Marlon Tate"]), ("The caller identified himself as Desmond.", ["Desmond"]), ("hablé con Iker Zubizarreta ayer", ["Iker Zubizarreta"]),
    ("booking for Helene Aasen, 2 nights", ["Helene Aasen"]), ("parcel c/o Winifred Oakes", ["Winifred Oakes"]), ("under the name Radoslav Iliev", ["Radoslav Iliev"]), ("table for four under Castellanos", ["Castellanos"]),
    ("Louisa Carver (née Whitlock) signed", ["Louisa Carver", "Whitlock"]), ("the deceased, Walter Eames, held two accounts", ["Walter Eames"]), ("Our new hire, Tomasina Bell, starts today", ["Tomasina Bell"]),
    ("Ewa Nowicka here, calling about my bill", ["Ewa Nowicka"]), ("Hamish speaking, how can I help?", ["Hamish"]), ("Hi. Odalys here again", ["Odalys"]), ("ask for Delphine at reception", ["Delphine"]),
    ("Dear Priyanka and Joel,", ["Priyanka", "Joel"]), ("Mit freundlichen Grüßen\ni. A. Dörte Hansen", ["Dörte Hansen"]), ("I'm Niamh btw", ["Niamh"]), ("hey it's Odalys again, the parcel never came", ["Odalys"]),
    ("c'est Thibault à l'appareil", ["Thibault"]), ("sono Ludovica Ferri del quarto piano", ["Ludovica Ferri"]), ("sou o Afonso da contabilidade", ["Afonso"]), ("Patient Name.......: QUINTERO, LUZ", ["QUINTERO, LUZ"]),
])  # fmt: skip
def test_who_is_mentioned_is_found(text, names):
    """By what he is to the speaker, by whom one spoke to, by who speaks or is asked for."""
    assert people(text) == names


@pytest.mark.parametrize("text", [
    "We met with Deutsche Bank on Monday.", "spoke to Customer Care about it", "my manager Tuesday said no", "Introducing Windows Terminal", "the late Roman Empire", "speaking to United Nations",
    "Your client ID is missing", "your tenant Admin must approve", "your client Certificate expired", "English speaking, he grew up there", "Legally speaking, yes", "Nothing here, move on",
    "Step Two here, with care", "The Docs here, calling the API again", "ask for Help at the desk", "Talking to Strangers, a book", "goes by Acme", "mi amigo Google", "I'm Canadian", "c'est Noël", "my colleague Friday will",
])  # fmt: skip
def test_firms_things_and_days_in_such_a_place_stay(text):
    """A bank, an office, a weekday, a heading, a language, a nation."""
    assert people(text) == []
