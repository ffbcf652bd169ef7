"""Who is thanked, gets a copy or is greeted in a chat without capitals is a person."""

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _people(text: str) -> set[str]:
    return {text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Thanks to Rory McNeil for the chairs", "Rory McNeil"),
        ("Danke an Jutta Brehm für den Kuchen", "Jutta Brehm"),
        ("Merci à Solène Kerbrat pour le café", "Solène Kerbrat"),
        ("Gracias a Begoña Larrea por las sillas", "Begoña Larrea"),
        ("Grazie a Ottavia Renzi per la torta", "Ottavia Renzi"),
        ("Dank aan Marloes Kuipers voor de koffie", "Marloes Kuipers"),
        ("Obrigado a Filipa Sarmento pela ajuda", "Filipa Sarmento"),
        ("hey moni, tell mr adeyemi that i'm late", "adeyemi"),
        ("hallo jockl, sag dem herrn brandl bescheid", "brandl"),
        ("oye chelo, dile a don fermín que venga", "fermín"),
        ("hoi sjors, zeg tegen meneer kuipers dat het klaar is", "kuipers"),
    ],
)
def test_a_name_is_found(text: str, name: str) -> None:
    assert name in _people(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks to Docker for the free plan",
        "Thanks to Machine Learning we ship faster",
        "Danke an alle Helfer",
        "hi all, please read the doc",
        "ciao ragazzi, ci vediamo domani",
        "coucou maman, je rentre tard",
        "hola buenas, una pregunta",
    ],
)
def test_all_and_things_are_nobody(text: str) -> None:
    assert not _people(text)
