"""Names that stand near a person's number, in a form's box, in a chat, behind any label, on a line of their own."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.people import beside_finds

REDACTOR = Redactor()


def people(text):
    """Return what of `text` is found to be a name."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"]


BESIDE = (
    ("Tikkie betaald, Lotte Veenstra vanaf NL91ABNA0417164300", "Lotte Veenstra"),
    ("pick-up Marek Zielinski +48 22 621 02 11 at noon", "Marek Zielinski"),
    ("ruf Wiebke an: 0151 23456789", "Wiebke"),
    ("cedolino Rossi Fabrizio, iban IT60X0542811101000000123456", "Rossi Fabrizio"),
    ("Ruth Segal DOB 1960-08-15", "Ruth Segal"),
)


@pytest.mark.parametrize(("text", "name"), BESIDE)
def test_a_given_name_near_what_only_one_person_has_is_a_name(text, name):
    """Neither sign is enough alone; together they are."""
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "the lecture of Ada Lovelace drew a crowd",  # no find is near
        "https://example.com/a/b about Hermione Granger",  # a link is nobody's
        "Charlotte Street runs past 415-555-0132",  # a street is called so
        "San José office: 415-555-0132",
        "order from Austin Airport, card 4111 1111 1111 1111",
    ],
)
def test_one_sign_alone_names_nobody(text):
    """A name without a find near it, a find without a name: a place, a work, a town."""
    assert people(text) == []


def test_no_name_is_read_across_a_paragraph():
    """What stands in another paragraph belongs to another matter."""
    text = "Erika Sommerfeld\nwrote a book.\n\ncall 415-555-0132"
    assert list(beside_finds.recognize(text, [(len(text) - 12, len(text))])) == []


BOXES = (
    ("SURNAME  VANCASTLE   FORENAMES  AGATHA ROSE   SEX  F", ["VANCASTLE", "AGATHA ROSE"]),
    ("NOM KERGUELEN  PRÉNOM LOÏC  NÉ LE 04.09.1987", ["KERGUELEN", "LOÏC"]),
    ("Name BRÖCKELMANN\nVornamen ULLA KATRIN\nGeburtstag 30.12.1971", ["BRÖCKELMANN", "ULLA KATRIN"]),
    ("1a First name DWAYNE Last name HOLLISTER 1b", ["DWAYNE", "HOLLISTER"]),
    ("APPLICANT'S NAME (Last, First, M.I.)  Thibodeaux, Renata K.\n", ["Thibodeaux, Renata K"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "names"), BOXES)
def test_the_boxes_of_a_printed_form_hold_names_without_a_sign(text, names):
    """Two labels of parts of a name near each other are a form."""
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "First Name Last Name Email Phone",
        "the Surname Column and the First Name Column are nullable",
        "First Name Required Last Name Optional",
        "on a first name basis with the Surname Field",
    ],
)
def test_the_heads_of_a_form_are_no_names(text):
    """Labels in a row, and what is said of a field."""
    assert people(text) == []


CHATS = (
    ("[10:02] Rutger Klaassen: nog betalen?", ["Rutger Klaassen"]),
    ("Rutger Klaassen [10:02 AM]\nkan iemand nog betalen?", ["Rutger Klaassen"]),
    ("2025-04-01 09:17 | Dagny Halvorsen | who has it?", ["Dagny Halvorsen"]),
    ("Lars-Göran, 18:02: jag bjuder", ["Lars-Göran"]),
    ("[9:31 AM] Castellanos, Ximena\nperdón", ["Castellanos, Ximena"]),
    ("Agent Lucille joined the chat.", ["Lucille"]),
)


@pytest.mark.parametrize(("text", "names"), CHATS)
def test_who_writes_a_line_of_a_chat_is_found(text, names):
    """A time beside the name, before or behind it; who comes and goes."""
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Hamburg, 18:02: Gleis 7",
        "10:15 | Build Started | ok",
        "Monday [10:00]\nstandup",
        "12:01 Payment Service: restarted",
    ],
)
def test_what_else_has_a_time_beside_it_is_no_writer(text):
    """Towns of a timetable, days and services."""
    assert people(text) == []


LABELLED = (
    ("Ricorrente: Samanta Locatelli, rappresentata", ["Samanta Locatelli"]),
    ("Primer declarante: CEBRIÁN LUJÁN, AMPARO. Resultado", ["CEBRIÁN LUJÁN, AMPARO"]),
    ("3 pm pick-up; authorised adult: Samina Baig; car", ["Samina Baig"]),
    ("Teilnehmer:\n- Birgit Beck\n- Tobias Yilmaz\n", ["Birgit Beck", "Tobias Yilmaz"]),
    ("All done, see you.\n\nErika Sommerfeld", ["Erika Sommerfeld"]),
)


@pytest.mark.parametrize(("text", "names"), LABELLED)
def test_a_whole_name_behind_any_label_or_on_its_own_line_is_found(text, names):
    """A list of roles is never complete: the value tells."""
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Artist: Billie Holiday",
        "Title: Martin Luther King",
        "Song: Johnny Cash - Hurt",
        "example: Maria Callas",
        "Subject: Thomas Cook Report",
    ],
)
def test_who_is_known_for_a_work_is_left(text):
    """A song, a title, an example has a name that is public."""
    assert people(text) == []


SMALL = (
    ("hi tamsin,", ["tamsin"]), ("Hi all, tessa here", ["tessa"]), ("moi c'est karim", ["karim"]),
    ("i am priya sharma from leeds", ["priya sharma"]), ("Kind regards\npriya sharma", ["priya sharma"]),
    ("name: nadia ferreira", ["nadia ferreira"]), ("hey it's priya from accounting", ["priya"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "names"), SMALL)
def test_names_in_small_letters_are_found_in_their_frames(text, names):
    """A greeting, a sentence about oneself, a sign-off and a field."""
    assert people(text) == names


@pytest.mark.parametrize(
    "text",
    ["hi there,", "hola mira,", "ciao bella,", "name: line one", "it's true, else nothing", "hi all,", "thanks\nagain"],
)  # fmt: skip
def test_words_of_a_language_are_no_names_in_small_letters(text):
    """Given names that are words are left where they may be one."""
    assert people(text) == []


JAPANESE = (("木村様、お世話になっております。", ["木村"]), ("井上様", ["井上"]), ("木村健一様のご予約", ["木村健一"]), ("長谷部様", ["長谷部"]), ("황보민재님, 결제", ["황보민재"]))  # fmt: skip


@pytest.mark.parametrize(("text", "names"), JAPANESE)
def test_family_names_that_end_like_a_word_of_the_trade_are_found(text, names):
    """木村 ends like 村, a village; 황보 has two syllables."""
    assert people(text) == names


def test_a_word_of_the_trade_before_an_honorific_is_no_name():
    """お客様 is every customer."""
    assert people("お客様、皆様、仕様、一様に、各県様") == []
