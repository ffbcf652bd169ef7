"""Accounts, cookies, words that are secrets, where somebody lives: found where they are told, and only there."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


ACCOUNTS = (
    ("<fennec_dev> revoking now", "fennec_dev"), ("12:04 <Ada> hello", "Ada"), ("dm from user @moss_and_mortar: hi", "moss_and_mortar"),
    ("wget --user=klmeteo https://data.example/x", "klmeteo"), ('audit acct="svetlana.k" res=failed', "svetlana.k"), ("uid=1000(tvanzandt) gid=1000", "tvanzandt"),
    ("usuario pacoreformas, clave LadrilloRojo_8", "pacoreformas"), ("el usuario es xcastellanos y la contraseña Mandarina#2025", "xcastellanos"), ("Skype: marlene.okafor", "marlene.okafor"), ("Discord: kestrel#4821", "kestrel#4821"), ("open /Users/lena.kruse/a.pdf", "lena.kruse"), ("user name: tkeller", "tkeller"),
    ("Login failed for user 'lgrandison'. Connection", "lgrandison"), ("Account Name:            tvanzandt", "tvanzandt"), ('"Server=s;User Id=rpetrov;Password=8vGh!tqZ0x"', "rpetrov"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "name"), ACCOUNTS)
def test_accounts_are_found_as_chats_shells_and_logs_write_them(text, name):
    """A nick, a handle, an option, a record of an audit, a login told with its password."""
    assert found(text, "USERNAME") == [name]


@pytest.mark.parametrize(
    "text",
    ["<div> and <span> text", "pip install --user requests", "--user=root", "@property\ndef x(self):", "user forgets password", "user enters a password", "/home/ubuntu/app", "mail me @noon", 'acct="root"'],
)  # fmt: skip
def test_tags_switches_and_accounts_of_nobody_are_left(text):
    """What a program is made of has such signs, too."""
    assert found(text, "USERNAME") == []


def test_a_session_in_a_cookie_is_secret_whatever_it_is_called():
    """RFC 6265: the value's look tells; a path, a day and a language are none."""
    text = "Set-Cookie: session=aBcD1234zZ9qq; Path=/; Expires=Wed21Oct2026; lang=de-DE-1996"
    assert found(text, "SECRET") == ["aBcD1234zZ9qq"]


WORDS = (
    ("seed phrase: " + " ".join(["ripple", "gadget", "ocean", "humble", "tornado", "velvet"] * 2), "ripple"),
    ("security answer: Biscuit", "Biscuit"), ("my password is liverpool, all small", "liverpool"), ("Das Codewort: Tangerine", "Tangerine"), ("trocar senha do banco!! a atual é Jabuti*44", "Jabuti*44"),
    ("pass: 'qkzv tmwe lhra oydn'", "qkzv tmwe lhra oydn"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "begins"), WORDS)
def test_plain_words_are_secret_behind_a_label_of_nothing_else(text, begins):
    """A seed phrase, an answer, a word that somebody says to be a password."""
    assert any(one.startswith(begins) for one in found(text, "SECRET"))


@pytest.mark.parametrize(
    "text",
    ["my password is expired.", "our password is required", "mein Passwort ist falsch.", "mi contraseña es incorrecta", "the code word: deprecated api of seeds"],
)  # fmt: skip
def test_what_is_said_of_a_password_is_none(text):
    """Expired, required, wrong: no value."""
    assert not [one for one in found(text, "SECRET") if one in ("expired", "required", "falsch", "incorrecta")]  # fmt: skip


STREETS = (
    ("Ginsterheide 4, 21149 Hamburg", "Ginsterheide 4, 21149 Hamburg"), ("Neuer Wall 9\n20354 Hamburg", "Neuer Wall 9\n20354 Hamburg"), ("45 bd Voltaire, 75011 Paris", "45 bd Voltaire, 75011 Paris"),
    ("Ich wohne An der Alster 61", "An der Alster 61"), ("mijn adres is Het Zand 5", "Het Zand 5"), ("mi dirección es Ronda de Atocha 7", "Ronda de Atocha 7"), ("I live at The Old Rectory, Church Lane", "The Old Rectory, Church Lane"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "street"), STREETS)
def test_a_street_that_no_list_knows_is_found_by_what_stands_behind_it(text, street):
    """A postcode and its town, or a sentence about where somebody lives."""
    assert found(text, "STREET_ADDRESS") == [street]


@pytest.mark.parametrize(
    "text",
    ["Menge 4, 12345 Stück", "Kapitel 3, 20240 Wörter", "ich wohne in München seit 2019", "vivo en Madrid desde 2015", "my address is wrong", "Artikel 4, 10115 Exemplare"],
)  # fmt: skip
def test_counts_and_years_are_no_address(text):
    """Five digits before a noun, a year behind a town."""
    assert found(text, "STREET_ADDRESS") == []


JOINTS = (
    ("n5n3n0n7n3n3n2n2n7n9n6n0n8n7n8n6n", "CREDIT_CARD"), ("first 4556 then 7165 then 9195 then 1513", "CREDIT_CARD"), ("4556x7165x9195x1513", "CREDIT_CARD"),
    ("text me on [07911](#)[204](#)[886](#)", "PHONE_NUMBER"), ("4SS6 7lO9 6974 lOlO", "CREDIT_CARD"), ("☎️ 0️⃣1️⃣5️⃣7️⃣7️⃣4️⃣8️⃣2️⃣9️⃣3️⃣1️⃣0️⃣", "PHONE_NUMBER"), ("💳 4556 7165 9195 1513", "CREDIT_CARD"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "entity"), JOINTS)
def test_what_stands_in_every_gap_is_left_out(text, entity):
    """A letter, a word, a link between all pieces; letters for digits whose check holds; a picture for a label."""
    assert found(text, entity)


@pytest.mark.parametrize("text", ["1920x1080x3840", "1a2a3a4a5a6a7a8a", "steps 10 then 20 then 30 then 40", "[12](#a)[13](#b)"])  # fmt: skip
def test_counts_and_sizes_have_joints_too(text):
    """Sizes of a screen, a row of numbers: nothing is found."""
    assert REDACTOR.find(text) == []


def test_a_label_that_has_its_value_does_not_name_the_next_number():
    """`DOB 02/11/1966 …, phoned (414) 555-0182 07:40`: a birth is no phone's label."""
    text = "DOB 02/11/1966 potassium 6.1, phoned (414) 555-0182 07:40"
    assert found(text, "PHONE_NUMBER") == ["(414) 555-0182"]


@pytest.mark.parametrize("sign", ["addr=", "gateway=", "address: "])
def test_an_address_behind_the_word_of_a_machine_is_no_version(sign):
    """`addr=176.59.40.213` in a record of an audit."""
    assert found(f"{sign}176.59.40.213 res=failed", "IP_ADDRESS") == ["176.59.40.213"]
