"""What announces a value, and the forms of values that no label announces: kin of what other suites hold."""

from __future__ import annotations

import random
import string

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def left(text, value):
    """Return the letters and digits of `value` that no find covers."""
    at = text.index(value)
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return [text[i] for i in range(at, at + len(value)) if text[i].isalnum() and i not in covered]


def entities(text):
    """Return the types of what is found."""
    return {span.entity for span in REDACTOR.find(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("her password is: Winter-2031x", "Winter-2031x"), ("the api key is : 7Qm2LtZ9wKc4VxR8", "7Qm2LtZ9wKc4VxR8"), ('passphrase was: "Winter-2031x"', "Winter-2031x"),
        ("das Passwort lautet: Winter2031x", "Winter2031x"), ("le mot de passe est : Winter2031x", "Winter2031x"), ("la contraseña es: Winter2031x", "Winter2031x"),
        ("la password è: Winter2031x", "Winter2031x"), ("het wachtwoord is: Winter2031x", "Winter2031x"), ("a senha é: Winter2031x", "Winter2031x"),
        ("my PIN is: 7302", "7302"), ("the one time code is: 730264", "730264"), ("our NINO is: QQ 12 34 56 C", "QQ 12 34 56 C"), ("username is: mreyes_81", "mreyes_81"),
        ("il codice fiscale è: RSSMRA85T10A562S", "RSSMRA85T10A562S"), ("su NIF es: 54362315K", "54362315K"), ("her passport number is: X4417720", "X4417720"), ("policy number is: KZ-88120-31", "KZ-88120-31"),
    ],
)  # fmt: skip
def test_a_word_and_a_colon_announce_as_either_does(text, value):
    """`password is: …`, `das Passwort lautet: …`: people write both."""
    assert not left(text, value)


@pytest.mark.parametrize(
    "text",
    ["the password is: required", "the token is: optional", "a password was: too short", "le mot de passe est : obligatoire", "the api key is: <your-api-key>", "the secret is: to listen", "the password is: a string of at least 12 characters"],
)  # fmt: skip
def test_what_is_said_about_a_secret_behind_a_colon_is_none(text):
    """A word of prose stays one."""
    assert entities(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "211203-3440817", "born abroad: 751130-6019283, moved in 2021", "her own one 220503-4881920 was typed in", "FRN 881207-5310442", "alien registration number: 881207-5310442",
    ],
)  # fmt: skip
def test_a_korean_number_of_late_is_one_by_its_birthday(text):
    """Of who was born since October 2020, and of a foreigner, the last digits may be drawn."""
    assert "KR_RRN" in entities(text)


@pytest.mark.parametrize(
    "text",
    ["821314-6440817", "820932-6440817", "820914-9440817", "820914-2440817", "200914-3440817", "order 820914-6440817", "820914.6440817", "820914-64408171", "v820914-6440817-rc1", "backup 240115-1530123"],
)  # fmt: skip
def test_six_and_seven_digits_that_are_no_birthday_are_no_korean_number(text):
    """No such day, no such century, a check digit that denies it, or a word that says what else it is."""
    assert "KR_RRN" not in entities(text)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("TCKN numarası 17291716060", "TR_TCKN"), ("Turkish ID: 17291716060", "TR_TCKN"), ("Türk kimlik no 17291716060", "TR_TCKN"), ("voter XGZ7102584", "IN_VOTER_ID"), ("mon NIF 4362315-C", "ES_NIF"),
        ("our organisation number: 212000-0142", "SE_ORGNR"), ("UEN T01FC6132D", "SG_UEN"), ("filed by T01FC6132D last year", "SG_UEN"), ("filed by 197401143C last year", "SG_UEN"),
        ("my car reg is LK07 VBN", "LICENSE_PLATE"), ("registration number H482 KLM", "LICENSE_PLATE"), ("vehicle registration number: KLM 48R", "LICENSE_PLATE"), ("the bike, registration number MH 12 AB 4410", "LICENSE_PLATE"),
        ("licence 13-04-551920-71", "US_DRIVER_LICENSE"), ("he gave 13-04-551920-71", "US_DRIVER_LICENSE"), ("pasted jones710153ab9ef here", "UK_DRIVING_LICENCE"),
    ],
)  # fmt: skip
def test_a_number_is_found_by_its_names_and_its_forms(text, entity):
    """Names in English of other countries' numbers, older forms, small letters, check digits."""
    assert entity in entities(text)


@pytest.mark.parametrize(
    "text",
    ["filed by T01FC6132E last year", "filed by T01QQ6132D last year", "part 197401143D", "he gave 41-04-551920-71", "he gave 13/04/551920/71", "pasted jones713153ab9ef here", "1000 0000 0104", "the company registration number of 2019", "a voter in 2024"],
)  # fmt: skip
def test_a_form_whose_check_fails_is_no_number(text):
    """Neither without its name is what nobody issues."""
    assert entities(text) <= {"PHONE_NUMBER", "DATE_TIME"}


def test_a_norwegian_number_is_found_by_its_day_and_its_two_check_digits():
    """One number of eleven digits in some three thousand is one by chance; in two parts or in one."""
    for text in ("15108695088", "hun har 151086 95088 der", "151086-95088"):
        assert entities(text) == {"NO_FNR"}
    for text in (
        "15108695087",
        "15138695088",
        "order 15108695088",
        "15108695088.txt",
        "0.15108695088",
    ):
        assert "NO_FNR" not in entities(text)


@pytest.mark.parametrize("code", ["E8 3AA", "N1 9AB", "S2 4AD"])
def test_a_postcode_is_found_where_the_text_begins_with_it(code):
    """What stands before the second character of a text is one character, not none."""
    assert entities(code) == {"STREET_ADDRESS"}
    assert entities(f"to {code}, please") == {"STREET_ADDRESS"}


def drawn(rng, signs, size):
    """Return `size` of `signs`."""
    return "".join(rng.choices(signs, k=size))


def test_keys_without_a_name_are_found_by_their_issuers_forms():
    """A mailing service's, a bot's of two messengers, a cloud's beside its name, a registry's line."""
    rng = random.Random(71)
    both = string.ascii_letters + string.digits
    for _ in range(50):
        mail = drawn(rng, "0123456789abcdef", 32) + f"-us{rng.randint(1, 21)}"
        bot = f"{rng.choice('MNO')}{drawn(rng, both, 23)}.{drawn(rng, both, 6)}.aB7{drawn(rng, both + '_-', 26)}0"
        telegram = f"{rng.randint(10**8, 10**10 - 1)}:AA{drawn(rng, both, 33)}"
        cloud = drawn(rng, both + "+/", 86) + "=="
        for text, value in (
            (f"use {mail} for it", mail), (f"token of it {bot} is old", bot), (f"/bot{telegram}/getMe", telegram),
            (f"azure storage\n  {cloud}\n", cloud), (f"//npm.acme.example/:_auth={drawn(rng, both, 8)}x7", "x7"),
        ):  # fmt: skip
            assert not left(text, value), text


def test_what_only_looks_like_such_a_key_stays():
    """A digest, a path of modules, a public key, a reference to a variable."""
    rng = random.Random(72)
    code = drawn(rng, string.ascii_letters + "+/", 86) + "=="
    for text in (
        f"integrity: sha512-{code}\npeer: '@azure/identity'", f"SshPublicKey: {code} on azure", f"azure\n{'other words ' * 30}{code}", drawn(rng, "0123456789abcdef", 32), drawn(rng, "0123456789abcdef", 32) + "-eu-west",
        "NestedModuleNamesOfThePackage.second.AnotherModuleOfThePackage", "//npm.acme.example/:_authToken=${NPM_TOKEN}", "//npm.acme.example/:always-auth=true",
    ):  # fmt: skip
        assert "SECRET" not in entities(text), text
