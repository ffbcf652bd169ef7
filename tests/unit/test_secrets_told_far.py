"""Passwords and codes that a sentence tells far from their label, in words, as an answer or as a change."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _secrets(text: str) -> list[str]:
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "SECRET"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the password of the stock system for the Hull branch is Quay.Tern41, dot included", "Quay.Tern41"),
        ('the password for the till in the garden shop is "heron at dusk"', "heron at dusk"),
        ("our film night password's still Popcorn+3", "Popcorn+3"),
        ("wifi for the annexe: the pw for it = Toast&Jam8", "Toast&Jam8"),
        ("das Passwort vom Kassensystem für die Filiale am Hafen lautet weiterhin Möwe#52", "Möwe#52"),
        ("Die PIN vom Tablet in der Küche ist immer noch 7713", "7713"),
        ("le mot de passe de l'agenda pour l'accueil du matin, c'est toujours Galet*90", "Galet*90"),
        ("le code du cadenas devient le 4471", "4471"),
        ("la contraseña del programa de turnos para la planta baja sigue siendo Cigüeña_31", "Cigüeña_31"),
        ("la password del registro per la sede di Asti è sempre Nocciola!6", "Nocciola!6"),
        ("het wachtwoord van de agenda voor de balie blijft Stroopwafel_9", "Stroopwafel_9"),
        ("a senha do sistema da oficina da Maia continua a ser Sardinha@12", "Sardinha@12"),
        ("Ihr Bestätigungscode: 73 16 04", "73 16 04"),
        ("sudo -S <<< 'Turf-kist7' apt update", "Turf-kist7"),
        ("use this for the copier: PIN (4471)", "4471"),
        ("la clave del fax (5093) está en la pared", "5093"),
    ],
)  # fmt: skip
def test_a_value_far_behind_its_label_is_found(text: str, value: str) -> None:
    """What it opens and whose it is may stand between a label and the verb, in seven languages."""
    assert value in _secrets(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I changed the password of the till to Plum&Fig6, the old one was plumfig5", ["Plum&Fig6", "plumfig5"]),
        ("Passwort geändert auf Kiesel+8, vorher war's Kiesel7", ["Kiesel+8", "Kiesel7"]),
        ("j'ai changé le code du portail, maintenant c'est 7316 au lieu de 4471", ["7316", "4471"]),
        ("he cambiado la clave a Romero#30 porque la de antes (romero29) la sabían todos", ["Romero#30", "romero29"]),
        ("ho cambiato la pw del forno in Rosetta&4, quella vecchia rosetta3 non va", ["Rosetta&4", "rosetta3"]),
        ("nieuwe code van de poort wordt 7316, de oude (4471) vervalt", ["7316", "4471"]),
        ("troquei a senha do caixa pra Goiaba#5, a antiga goiaba4 já era", ["Goiaba#5", "goiaba4"]),
        ("the lift code is 7316 and the one for the garage is 4471", ["7316", "4471"]),
    ],
)  # fmt: skip
def test_what_a_secret_was_before_is_found_beside_it(text: str, values: list[str]) -> None:
    """A change tells the new value; beside it `the old one` and `instead of` tell another."""
    assert set(values) <= set(_secrets(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('what was the password of the drive again?\n> "pebble garden"', "pebble garden"),
        ("wie war nochmal das Passwort vom Beamer?\nLeinwand-40", "Leinwand-40"),
        ("¿te acuerdas de la clave del taller?\nsí:\ntuerca-floja", "tuerca-floja"),
        ("wat is de code van de berging?\n> 7316", "7316"),
        ("probeer Klinker31 eens als wachtwoord", "Klinker31"),
        ("das Codewort für die Abholung ist „Seepferdchen“", "Seepferdchen"),
        ("la parola d'ordine per il ritiro? È \"aquilone\"", "aquilone"),
        ("Cadenas de la remise = 7316", "7316"),
        ("the alarm is by the coats, punch in 7316", "7316"),
        ("Fahrradschloss steht auf 7-3-1-6", "7-3-1-6"),
        ("el código de la caja fuerte es siete tres uno seis", "siete tres uno seis"),
        ("the code of the safe is seven three one six", "seven three one six"),
        ("de toegangscode is zeven drie een zes hekje", "zeven drie een zes hekje"),
        ("votre code de validation est 73 16 04", "73 16 04"),
        ('senha_wifi = "tatu na varanda"', "tatu na varanda"),
        ("rsync --password-file=<(echo 'Ankerplaats7') a b", "Ankerplaats7"),
        ("كلمة مرور الشبكة Zahra@7316", "Zahra@7316"),
    ],
)  # fmt: skip
def test_a_value_of_another_place_is_found(text: str, value: str) -> None:
    """An answer, a proposal, a lock, a keypad, words for digits and a script around it tell a value, too."""
    assert value in _secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "the code for the order is 8841",
        "Cadenas : 1200 en stock",
        "press 1000 times on the door bell",
        "Type 4500 doors are out of stock",
        'Das Stichwort für die Suche ist "Ferienhaus"',
        "the error code for the door sensor is 8841",
        "Der Postcode für Bremen ist 28195",
        "the password policy for the office is 12chars",
        "the password for the account is stored in the vault",
        "Passwort vergessen?\nZurücksetzen",
        "¿Ha perdido la clave? Escriba al servicio y espere la respuesta.",
        "the safe is 1200 euros",
        "the alarm is set for 0630",
        "enter 1234 items in the form",
        "the password field (varchar) is required",
        "changed the password hash from md5 to sha256",
        'password = "enter your password"',
        "the code of this chapter is two three lines long",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Numbers of orders, advice, times and prices are none."""
    assert _secrets(text) == []
