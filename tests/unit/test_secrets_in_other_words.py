"""Secrets are found by what tells them where no word for a password stands before them."""

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _secrets(text: str) -> set[str]:
    return {text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "SECRET"}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Security question\nFirst pet: Miss Pepper", "Miss Pepper"),
        ("Mädchenname der Mutter: Kaltenbach\nErster Lehrer: Herr Vogt", "Kaltenbach"),
        ("Question secrète, premier animal : Grisouille", "Grisouille"),
        ("Pregunta de seguridad: primera mascota: Canica", "Canica"),
        ("Domanda di sicurezza, primo animale: Polpetta", "Polpetta"),
        ("Beveiligingsvraag, eerste huisdier: Moppie", "Moppie"),
        ("Pergunta secreta, primeiro animal: Faísca", "Faísca"),
        ("write it down: W-a-l-n-u-t-7-1", "W-a-l-n-u-t-7-1"),
        ("ich buchstabiere: k-a-s-t-a-n-i-e", "k-a-s-t-a-n-i-e"),
        ("four digits for the barn, two nine nine one: 2991", "2991"),
        ("Spotify: Kettle.black1, Dropbox: Kettle.black2", "Kettle.black2"),
        ("Es war Regenbogen7!, jetzt ist es Gewitter#12", "Gewitter#12"),
        ("Prima era Autunno19, adesso è Tramonto!4", "Autunno19"),
        ("The box orders@mill.example opens with tomandjune", "tomandjune"),
        ("Das Postfach laden@hof.example öffnet sich mit lenaundtom", "lenaundtom"),
        ("Walnut!83 is what lets you into the till", "Walnut!83"),
        ("Opa's PIN, he wrote it on the fridge: 7 1 4 6", "7 1 4 6"),
        (
            "Passphrase for the backup, lower case: three wet badgers sing.",
            "three wet badgers sing",
        ),
    ],
)
def test_a_secret_is_told(text: str, secret: str) -> None:
    assert secret in _secrets(text)


def test_the_words_of_a_wallet_are_one_secret() -> None:
    words = "anker birne dachs esel feder garten hafen igel jacke kette laub moos"
    assert _secrets(f"Die Wiederherstellungswörter lauten: {words}") == {words}


@pytest.mark.parametrize(
    "text",
    [
        "Best film: Casablanca. Best song: Imagine",
        "It was iPhone12 and now it is iPhone14",
        "Spelled A-B-C-D-E in the alphabet",
        "Netflix: season 3, Disney: season 4",
        "info@shop.example needs review before Friday",
        "The recovery words are the ones that you wrote down when you set up the wallet for the first time",
        "PIN length: 6 digits",
    ],
)
def test_harmless_neighbours_are_none(text: str) -> None:
    assert not _secrets(text)
