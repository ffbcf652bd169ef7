"""Given names that are announced in small letters, forms in small letters, families; a thing with a name is nobody."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _people(text: str) -> list[str]:
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("and just ask for brianna", "brianna"),
        ("frag nach jörg, der weiß es", "jörg"),
        ("demandez nadège à l'accueil", "nadège"),
        ("pregunta por itziar en la barra", "itziar"),
        ("vraag dan naar marieke", "marieke"),
        ("pergunta pela jussara na recepção", "jussara"),
        ("aqui é a jussara da padaria", "jussara"),
        ("hier ist nochmal die Vroni vom Verein", "Vroni"),
        ("Vorname: gülşen\nNachname: yıldırım", "yıldırım"),
        ("prénom : anaïs\nnom : lefèvre", "lefèvre"),
        ("presso famiglia Bonaventura", "Bonaventura"),
        ("en casa de la familia Etxebarria", "Etxebarria"),
    ],
)
def test_a_name_is_found_where_it_is_announced(text: str, name: str) -> None:
    """Who is asked for, who speaks and who lives somewhere has a name, whatever its letters."""
    assert name in _people(text)


@pytest.mark.parametrize(
    "text",
    [
        "ask for help at the desk",
        "hier ist der Link vom Meeting",
        "isso é a cara da festa",
        "first_name: string\nlast_name: string",
        "The Oliver Tambling Inn is closed on Mondays.",
        "A case of the Oliver Tambling Chablis, please.",
        'They play "Marianne" and then sing "Rosalinde".',
    ],
)
def test_what_has_a_name_and_is_nobody_stays(text: str) -> None:
    """A word, a field of a schema, a house, a wine and a song are nobody."""
    assert _people(text) == []


def test_a_phone_in_words_behind_its_is_found() -> None:
    """The `s` of `it's` is no letter that is spelled."""
    text = "callback? it's four one five, five five five, oh one three nine"
    assert [s.entity for s in REDACTOR.find(text)] == ["PHONE_NUMBER"]


def test_a_label_is_the_one_of_most_letters() -> None:
    """Writings of a label without its signs do not hide a longer one, whatever order sets have."""
    text = "R.G.N.R. 5120/24 mod. 21"
    assert [text[s.start : s.end] for s in REDACTOR.find(text)] == ["5120/24"]
