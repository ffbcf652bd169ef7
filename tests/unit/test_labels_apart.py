"""A label and its value with words between them: whose it is, what for it is, that it has a number."""

from __future__ import annotations

import re

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
PLAIN = re.compile(r"⟦[^⟧]*⟧")

ABOUT = {
    "hunter22x": "the password for the vpn: hunter22x", "Sommer22x": "Passwort für den Server: Sommer22x",
    "Tournesol88": "mot de passe du serveur : Tournesol88", "gatoNegro8": "contraseña del wifi: gatoNegro8",
    "Zomer2026x": "wachtwoord van de router: Zomer2026x", "milho2024": "senha do banco: milho2024",
    "Estate2024x": "password del router: Estate2024x", "Winter2025x": "The password for our staging server is Winter2025x",
    "4821": "PIN der Karte: 4821", "12.3.2015": "Geburtsdatum des Kindes: 12.3.2015",
    "12/03/1988": "date of birth of the patient: 12/03/1988", "3 mai 2015": "date de naissance de l'enfant : 3 mai 2015",
    "8ABC123": "license plate of the rental car: 8ABC123", "M-KX 4821": "Kennzeichen des Mietwagens: M-KX 4821",
    "Roderick": "name of the patient: Roderick Blythe", "Helga": "Name der Patientin: Helga Brandt",
    "Teissier": "nom de la cliente : Amandine Teissier", "RODERICK": "patient's name: RODERICK BLYTHE",
    "X4RTBPFW4": "my passport has the number X4RTBPFW4", "C01X00T47": "Mein Reisepass hat die Nummer C01X00T47",
    "12AB34567": "mon passeport porte le numéro 12AB34567", "XDA123456": "mi pasaporte tiene el número XDA123456",
    "YA1234567": "il mio passaporto ha il numero YA1234567", "44051401359": "PESEL pacjenta: 44051401359",
    "12 150872 M 018": "Versicherungsnummer des Patienten: 12 150872 M 018",
}  # fmt: skip


@pytest.mark.parametrize("value", ABOUT)
def test_a_value_is_read_behind_its_label_over_the_words_between(value):
    """In each language, in the middle of a text, too."""
    for text in (ABOUT[value], f"Hello,\n{ABOUT[value]}\nthank you."):
        assert value not in REDACTOR.redact(text).value, text


@pytest.mark.parametrize("text", [
    "The name of the library: Apache Commons", "The name of the game is Blue Planet",
    "the purpose of the token is authentication", "the length of the password is 12 characters",
    "owner name for the source. Example: Eval Logs", "The number of the chapter: 4821",
    "Der Name der Datei: Anna Karenina", "le nom du fichier : Guerre et Paix", "status of the card: blocked",
])  # fmt: skip
def test_what_no_person_is_called_stays(text):
    """The name of a thing is no name, and a word behind a label is no secret."""
    assert REDACTOR.redact(text).value == text


STREETS = ["Rosenheimer Straße 143, 81671 München", "Lange Gasse 4, 90402 Nürnberg", "Berliner Allee 22", "Frankfurter Landstr. 12", "Große Straße 9a"]  # fmt: skip


@pytest.mark.parametrize("street", STREETS)
def test_a_german_street_of_two_words_is_found(street):
    """The street's word stands apart from what it is called."""
    assert REDACTOR.redact(f"Ich wohne in der {street}.").value.count("⟦STREET_ADDRESS") == 1


@pytest.mark.parametrize("text", ["Dieser Platz 12 ist frei", "Unser Weg 5 war lang", "the Key Ring 5", "Boarding Gate 12"])  # fmt: skip
def test_a_place_to_sit_is_no_street(text):
    """A pronoun before it, or a word of no street."""
    assert REDACTOR.redact(text).value == text


@pytest.mark.parametrize("text", [
    "Kontoinhaber Jonas Petersdorf", "account holder John Smithson", "titular Ana Ruiz Prado",
    "intestatario Marco Bellini", "the beneficiary Maria Lopez",
])  # fmt: skip
def test_who_holds_something_is_named_right_behind(text):
    """No sign stands between the word and the two words of the name."""
    assert "⟦PERSON" in REDACTOR.redact(text).value


@pytest.mark.parametrize(("text", "value"), [
    ("hosp no 01632 960983", "01632 960983"), ("Accession number 26-0455-123", "26-0455-123"),
    ("Visit #: 301-555-0144", "301-555-0144"), ("Fallnummer 0221 4455667", "0221 4455667"),
])  # fmt: skip
def test_a_record_number_in_groups_is_one_and_no_phone(text, value):
    """What announces it says what it is, whatever its groups look like."""
    found = REDACTOR.find(text)
    assert [text[one.start : one.end] for one in found] == [value]
    assert found[0].entity == "MEDICAL_RECORD_NUMBER"


def test_a_number_does_not_end_inside_of_another():
    """What a hyphen holds together goes as a whole: no last group of a phone is left."""
    assert not any(
        c.isdigit() for c in PLAIN.sub("", REDACTOR.redact("MRN 483920 415-555-0132").value)
    )


@pytest.mark.parametrize(("text", "left"), [
    ("mail me: nora (at) fernhill (dot) example", "mail me: "), ("nora.quist [at] fernhill [dot] online", ""),
    ("amqp://guest2:w@ter/fall@mq:5672/%2f", "amqp://guest2:@mq:5672/%2f"),
    ("https://user:pw9kLmq@host.example.org/path/a@b/c", "https://user:@host.example.org/path/a@b/c"),
    ("Yours truly,\nBartholomew Quigley", "Yours truly,\n"), ("cc: Jolene Abernathy, Rashid Khoury", "cc: , "),
    ("cc: Legal, Finance", "cc: Legal, Finance"), ("To: Jolene Abernathy, please reply", "To: , please reply"),
    ("Patient: van der Berg, Hendrik", "Patient: "), ("Patient: Hendrik Berg, Male", "Patient: , Male"),
    ("Via Roma 12/B, 00184 Roma", ""), ("sort code 20-00-00", "sort code "),
    ("the sort code path is hot", "the sort code path is hot"), ("Thank you,\nSupport Team", "Thank you,\nSupport Team"),
])  # fmt: skip
def test_a_find_ends_where_its_value_ends(text, left):
    """Spoken addresses under any domain, a password with `@` and `/`, lists and turned names."""
    assert PLAIN.sub("", REDACTOR.redact(text).value) == left
