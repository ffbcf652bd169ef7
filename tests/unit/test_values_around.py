"""Values whose label stands in a key, a pair, a call, a card or a sentence around them."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.vault.vault import Vault

REDACTOR = Redactor()


def redacted(text: str) -> str:
    """Return `text` as a model sees it."""
    return str(REDACTOR.redact(text).value)


KEYS = [
    "senha_do_banco: {}", "SENHA_DO_BANCO={}", "mot_de_passe_de_la_base = {}", "contraseña_del_servidor: {}", "passwort_für_admin: {}",
    "passwort_der_datenbank: {}", "wachtwoord_van_de_db: {}", "PASSWORD_FOR_DB={}", "senha_banco: {}", "passwort_datenbank={}", "mot_de_passe_bdd: {}",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_says_whose_a_password_is_names_its_value(key):
    """The head of a key stands first in some languages, and the key of a value says the same."""
    assert "Cajueiro#1987" not in redacted(key.format("Cajueiro#1987")), key
    scope = Vault().scope("acme", "s")
    name = key.split(":")[0].split("=")[0].strip()
    assert "Cajueiro" not in str(REDACTOR.redact_in({name: "Cajueiro#1987"}, scope, "input")[0])


@pytest.mark.parametrize("text", ["number_of_tokens: 4096", "length_of_password: 12", "secret_of_life: 42", "kind_of_key = RSA4096"])  # fmt: skip
def test_a_key_that_counts_or_sorts_names_no_secret(text):
    """What is said about a secret is none."""
    assert redacted(text) == text


JOINED = ["password: robin&wren", "Passwort: Marmot-Lantern", "    password: tide+pool", "passphrase: correct-horse-battery-staple"]  # fmt: skip


@pytest.mark.parametrize("text", JOINED)
def test_words_that_a_sign_joins_are_a_password(text):
    """They are no word of a language and no name in code."""
    assert "⟦SECRET" in redacted(text)


@pytest.mark.parametrize("text", ["password: auto-generated", "password: self-signed", "password: case-sensitive", "Passwort: nicht-gesetzt", "password: single-quoted", "password=robin&user=ann"])  # fmt: skip
def test_what_is_said_about_a_password_stays(text):
    """A state of two words is no password, and a query's next parameter is none of it."""
    assert redacted(text) == text


PAIRS = [
    'auth=("svc", "Tr1umph&Gale")', 'HTTPBasicAuth("svc", "Tr1umph&Gale")', 'smtp.login(user, "Tr1umph&Gale")', 'auth: ["svc", "Tr1umph&Gale"]',
    "login: carmela / Tr1umph&Gale", "credentials for the nas: svc:Tr1umph&Gale", "Zugangsdaten: svc / Tr1umph&Gale", "creds: svc/Tr1umph&Gale",
    "her temp pw is Tr1umph&Gale", "amqp://svc:Tr1umph/&Gale@rabbit:5672/%2f", "postgres://u:Tr1umph/a/&Gale@db.internal/x",
    "Driver={ODBC Driver 18};Uid=rpt;Pwd={Tr1umph;{x}}&Gale};Encrypt=yes",
]  # fmt: skip


@pytest.mark.parametrize("text", PAIRS)
def test_a_password_beside_its_user_is_found(text):
    """What stands around the pair says what its second part is."""
    shown = redacted(text)
    assert "Tr1umph" not in shown and "Gale" not in shown


@pytest.mark.parametrize("text", [
    'login("alice", "next")', 'auth_methods = ["basic", "digest"]', 'authors = ["Ann L", "Bob R"]', 'auth=("user", "pass")', "login: GET /api/v2",
    "login failed: user / 10 times", "http://host:8080/path/@user", "docker://registry:tag/name@sha256:abcdef", "npm://registry:latest/pkg@next",
])  # fmt: skip
def test_a_pair_of_words_is_no_password(text):
    """Names of ways, a path and an image's tag stay."""
    assert redacted(text) == text


CODES = ["your code is 552901", "Ihr Code lautet 552901", "template=otp code=552901", "the gate code is 5529", "her passcode? 5529", "use the code 552901 we texted you", "SMS: votre code est 552 901"]  # fmt: skip


@pytest.mark.parametrize("text", CODES)
def test_a_code_that_was_sent_or_opens_a_door_is_a_secret(text):
    """Something beside the word says what the code is for."""
    shown = redacted(text)
    assert "⟦SECRET" in shown and "5529" not in shown and "552 901" not in shown


@pytest.mark.parametrize("text", ["exit code 13700", "sms failed with error code 30003", "zip code 94107", "the code is 2024", "CPT code 99213", "the area code is 41555", "HTTP status code 5031", "barcode 4417"])  # fmt: skip
def test_a_code_of_something_else_stays(text):
    """A status, a failure and a place have codes, too."""
    assert "⟦SECRET" not in redacted(text)


CARD = (
    "BEGIN:VCARD\nFN:Clementine Dufresne\nN:Dufresne;Clementine;;;\nADR;TYPE=HOME:;;88 Alder Way;Portland;OR;97205;USA\nBDAY:19850214\nEND:VCARD\n"
    "ATTENDEE;CN=Ulrich Stamm;RSVP=TRUE:mailto:x\nORGANIZER;CN=\"Quist, Dorte\":mailto:y\ndn: cn=Femke Bos,ou=people,dc=x"
)  # fmt: skip


def test_a_contact_card_and_an_invitation_hide_who_and_where():
    """Each property says what its value is; the format around them stays."""
    shown = redacted(CARD)
    for told in ("Clementine", "Dufresne", "Alder", "Portland", "97205", "0214", "Stamm", "Quist", "Femke"):  # fmt: skip
        assert told not in shown, shown
    assert shown.startswith("BEGIN:VCARD\nFN:⟦PERSON") and "\nEND:VCARD\nATTENDEE;CN=⟦" in shown


@pytest.mark.parametrize("text", ["FN: the function\nN: number of rows; K: classes; D: size; E: x", "CN=Domain Admins,OU=Groups,DC=x", "ATTENDEE;CUTYPE=ROOM;CN=Raum Vier:mailto:x", "TN:FN:TP;a;b;c"])  # fmt: skip
def test_letters_before_a_colon_are_no_card(text):
    """A legend, a group and a room are no person."""
    assert redacted(text) == text


@pytest.mark.parametrize("text", [
    "in the name of Imogen Wharton", "Konto lautend auf Imogen Wharton", "au nom de Imogen Wharton", "a nombre de Imogen Wharton", "t.n.v. I. Wharton",
    "intestato a Imogen Wharton", "em nome de Imogen Wharton", 'User(name="Imogen Wharton", email="x")', '[owner]\nname = "Imogen Wharton"\nphone = "1"',
])  # fmt: skip
def test_whoever_an_account_is_in_the_name_of_is_a_person(text):
    """In each language, and in code where another field of a person stands beside the name."""
    assert "Wharton" not in redacted(text)


@pytest.mark.parametrize("text", ["in the name of God", "in the name of National Security", "au nom de la République", "auf den Namen Deutsche Bank", 'name = "Build Docs"\non = "push"', 'setup(name="My Package", author_email="x")'])  # fmt: skip
def test_a_cause_and_a_thing_are_no_person(text):
    """One word, an institution, a job's name."""
    assert redacted(text) == text


@pytest.mark.parametrize("text", [
    "Rua das Acácias, 455, apto 302, São Paulo - SP, 01310-100", "Calle Mayor 5, 3º piso, 28013 Madrid", "Linzer Straße 4, Stiege 2, 1140 Wien",
    "Goethestr. 7, 3. OG, 80336 München", "12 rue des Lilas, bât 4, 69003 Lyon", "Via Roma 12, interno 5, 20121 Milano", "Rue Neuve 14 bte 3, 1000 Bruxelles",
])  # fmt: skip
def test_an_address_keeps_its_floor_and_its_door(text):
    """A unit between the street and the town is a part of the address, in its country's words."""
    shown = redacted(f"Lieferung an {text}\nDanke")
    assert shown.count("⟦STREET_ADDRESS") == 1 and shown.endswith("⟧\nDanke")


FORMS = [
    'variable "db_password" {\n  type    = string\n  default = "Lapw1ng+Marsh"\n}', '{"name": "DB_PASSWORD", "value": "Lapw1ng+Marsh"}', '- {name: DB_PASSWORD, value: "Lapw1ng+Marsh"}',
    'Content-Disposition: form-data; name="password"\r\n\r\nLapw1ng+Marsh\r\n--x', 'Content-Disposition: form-data; name="password"\nContent-Type: text/plain\n\nLapw1ng+Marsh\n--x',
    'echo "Lapw1ng+Marsh" | sudo -S systemctl restart app', "echo Lapw1ng+Marsh | docker login -u svc --password-stdin", "printf 'svc:Lapw1ng+Marsh' | chpasswd",
    "Lösenordet är Lapw1ng+Marsh", "Passordet er Lapw1ng+Marsh",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_a_form_that_declares_sends_or_pipes_a_password_hides_it(text):
    """The name stands in a declaration, a part of a form, or the program that asks says it."""
    assert "Lapw1ng" not in redacted(text) and "Marsh" not in redacted(text)


HASHES = [
    "svc:$apr1$4kZpq1x0$Q7mTzN3WvR8yLc2sXbJ5e/", '"$2b$12$KIXQ4kZpq1x0Q7mTzN3WvR8yLc2sXbJ5eAbCdEfGhIjKlMnOpQrSt"',
    "root:$6$saltsalt$Q7mTzN3WvR8yLc2sXbJ5eAbCdEfGhIjKlMnOpQrSt:19000:0:99999:7:::", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$Q7mTzN3WvR8yLc2sXbJ5eA",
]  # fmt: skip


@pytest.mark.parametrize("text", HASHES)
def test_the_hash_of_a_password_is_a_secret(text):
    """What a system keeps can be guessed against (crypt's modular form)."""
    assert "⟦SECRET" in redacted(text) and "c2sXbJ5e" not in redacted(text)


@pytest.mark.parametrize("text", ["awk '{print $1$2}' x", "cost is $1$ or $2$ and $6$x", 'variable "region" {\n  default = "eu-west-1"\n}', '{"name": "REGION", "value": "eu-west-1"}', "echo done | tee log", 'form-data; name="note"\n\nhello there'])  # fmt: skip
def test_the_same_form_around_something_else_stays(text):
    """Only a secret's name, or a program that asks for a password, tells."""
    assert redacted(text) == text


@pytest.mark.parametrize("text", ["birth_date=datetime.date(1990, 4, 17)", "dob: Date(1990, 4, 17)", '"birthday": ISODate("1990-04-17")', "birthdate=LocalDate.of(1990, 4, 17)"])  # fmt: skip
def test_a_birth_date_in_a_call_is_one(text):
    """As a program prints or writes it."""
    assert "⟦DATE_OF_BIRTH" in redacted(text) and "1990" not in redacted(text)


@pytest.mark.parametrize("text", ["Herrn\nAnsgar Theobald\nLindenstraße 8b", "D.ª Ansgar Theobald", "passenger Ansgar Theobald", "Halter Ansgar Theobald", "insured Ansgar Theobald", "Caller: Ansgar Theobald", "asegurado Ansgar Theobald"])  # fmt: skip
def test_a_title_above_and_a_role_before_announce_a_name(text):
    """In an address the title stands on a line of its own."""
    assert "Ansgar" not in redacted(text)


@pytest.mark.parametrize("text", ["Frau\nHolle schüttelt die Betten", "passenger Rights", "the plate is 12 mm thick", "facebook.com/sharer?u=x", "linkedin.com/jobs"])  # fmt: skip
def test_a_title_a_role_and_a_page_of_something_else_stay(text):
    """A sentence goes on behind the line, a right has no name, a measure is no plate."""
    assert redacted(text) == text


def test_a_page_of_ones_own_is_found_without_its_scheme():
    """As people write it in a résumé."""
    assert redacted("linkedin.com/in/ghollis | t.me/ghollis").count("⟦URL") == 2


@pytest.mark.parametrize("text", ["mi clave es Gato!Azul8", "my pass is Gato!Azul8", "ConvertTo-SecureString 'Gato!Azul8' -AsPlainText", "net user svc Gato!Azul8 /add", "cmdkey /add:h /user:svc /pass:Gato!Azul8"])  # fmt: skip
def test_whose_it_is_and_who_takes_it_tell_a_secret_from_a_word(text):
    """`clave` and `pass` are words of prose, too, and a command has no name for its argument."""
    assert "Gato" not in redacted(text)


@pytest.mark.parametrize("text", ["your token is expired", "Ihre Losung ist bereit", "net user svc /delete", "ConvertTo-SecureString $pw -AsPlainText", "la clave es paciencia"])  # fmt: skip
def test_a_state_a_switch_and_a_variable_are_no_secret(text):
    """Nothing of them is a value."""
    assert redacted(text) == text


def test_a_name_before_its_address_is_a_person():
    """As mail and version control write it, quoted or in a list; a team is none."""
    shown = redacted(
        'On Tue, Isolde Fairweather <i.f@x.example> wrote to "Odo van Loon" <o@x.example>, Stripe Billing <b@x.example>'
    )
    assert "Isolde" not in shown and "Loon" not in shown and "Stripe Billing <⟦" in shown
    assert "Personal Access Token <" in redacted("`Personal Access Token <https://x.example/u/1>`_")


def test_columns_first_and_last_beside_a_telling_one_hold_names():
    """Alone they are numbers of anything."""
    shown = redacted("first,last,email\nCalliope,Strand,c@x.example")
    assert "Calliope" not in shown and "Strand" not in shown
    assert redacted("first,last,total\nalpha,omega,6") == "first,last,total\nalpha,omega,6"


ROLES = [
    "Student {}", "Schülerin: {}", "Élève : {}", "Alumno: {}", "Guest: {}", "Ospite {}", "Hóspede: {}", "Mieterin {}", "Huurder: {}", "Sworn by {} on this day", "assigned to {}",
    "signé par {}", "geprüft von {}", "entregar a {}", "Lieferung an {}", "bezorgen aan {}",
]  # fmt: skip


@pytest.mark.parametrize("text", ROLES)
def test_who_somebody_is_or_what_they_did_announces_a_name(text):
    """A role in a form or in a sentence, a deed, a delivery, in the seven languages."""
    assert "Roswitha" not in redacted(text.format("Roswitha Kempf"))


@pytest.mark.parametrize("text", [
    "Student Information System", "guest Operating System", "tenant Acme Corp", "kind: Config Map", "owner: Platform Team", "Approved by Legal Department", "assigned to Platform Team",
    "The TV is from LG Electronics", "We make love, Actually is a film", "acc 0.9812",
])  # fmt: skip
def test_a_role_of_things_announces_none(text):
    """A system, a company and a department are no person."""
    assert redacted(text) == text


@pytest.mark.parametrize("text", ["nata a Bari il 11/03/1984", "née à Lyon le 11/03/1984", "geboren in Bad Tölz am 11.03.1984", "nascido em Lisboa em 11/03/1984", "born in Cork on 11/03/1984", "my bday is 11/03/84"])  # fmt: skip
def test_a_birth_date_stands_behind_its_place(text):
    """Born where, then when."""
    assert "⟦DATE_OF_BIRTH" in redacted(text)


@pytest.mark.parametrize(
    "text", ["Bis dann! LG Roswitha", "C'est tout. Bisous, Roswitha", "love, Roswitha"]
)
def test_a_chat_ends_with_a_name(text):
    """Behind the end of a sentence, at the end of the text."""
    assert "Roswitha" not in redacted(text)


def test_a_password_may_stand_behind_what_it_is_for_without_a_verb():
    """As people type it; a version and a word are none."""
    for text in (
        "senha do netflix gaivota26",
        "password for the nas gaivota26",
        "Le code wifi c'est gaivota26",
    ):
        assert "gaivota" not in redacted(text), text
    assert redacted("the password for python3 users") == "the password for python3 users"


@pytest.mark.parametrize("text", [
    "Получатель: {}", "ПОЛУЧАТЕЛЬ: {}", "Полное имя: {}", "Adresat: {}", "받는 분: {}",
])  # fmt: skip
def test_a_label_is_read_in_capitals_of_any_alphabet(text):
    """A capital may look like another letter than its small one: `П` is no `n`."""
    name = (
        "정하은" if text[0] > "\u2fff" else "Егор Савельев" if text[0] > "\u03ff" else "Bożena Kruk"
    )
    assert name not in redacted(text.format(name)), text


@pytest.mark.parametrize("text", ["Ημερομηνία γέννησης: 11/03/1984", "ΗΜΕΡΟΜΗΝΙΑ ΓΕΝΝΗΣΗΣ: 11/03/1984", "ΚΙΝΗΤΟ: 6912345678", "Το τηλέφωνό μου είναι 6912345678", "ПАРОЛЬ: Chaika#26"])  # fmt: skip
def test_greek_and_russian_capitals_name_their_values(text):
    """Capitals have no accents in Greek."""
    assert "⟦" in redacted(text)


@pytest.mark.parametrize("text", ["WIFI:T:WPA;S:office;P:Turnst0ne!;;", "snmpwalk -v3 -u svc -A Turnst0ne! -X Turnst0ne! host", "SET PASSWORD FOR 'app' = PASSWORD('Turnst0ne!');"])  # fmt: skip
def test_a_network_a_manager_and_a_database_are_told_a_password(text):
    """Each in a form of its own."""
    assert "Turnst0ne" not in redacted(text)


@pytest.mark.parametrize("text", ["keypad 7719#", "lockbox: 7719", "digicode A7719"])
def test_a_lock_and_its_code(text):
    """The lock's name says that a code follows."""
    assert "7719" not in redacted(text)


FHIR = {
    "resourceType": "Patient",
    "name": [{"family": "Okafor", "given": ["Marlene"]}],
    "identifier": [
        {"type": {"text": "MRN"}, "value": "10006579"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "536904399"},
    ],
}


@pytest.mark.parametrize(
    ("value", "gone"),
    [
        ([{"name": "DB_PASSWORD", "value": "hunter26"}], ["hunter26"]),
        ({"key": "password", "value": "hunter26"}, ["hunter26"]),
        ([["id", "password"], [1, "hunter26"], [2, "katze77x"]], ["hunter26", "katze77x"]),
        (["ssn", "536904399"], ["536904399"]), ({"type": "ssn", "value": "536904399"}, ["536904399"]),
        ({"args": ["--password", "hunter26"]}, ["hunter26"]), ({"code": 481920, "type": "otp"}, ["481920"]),
        ((("id", "password"), (1, "hunter26")), ["hunter26"]), (FHIR, ["Okafor", "Marlene", "10006579", "536904399"]),
        ([{"name": 'A "B"\n', "value": 1}, {"name": "DB_PASSWORD", "value": 'hunt"er26'}], ['hunt"er26', "er26"]),
    ],
)  # fmt: skip
def test_what_stands_beside_a_value_says_what_it_is(value, gone):
    """Pairs, rows below a head, arguments, resources: parsed, a value is what its text says."""
    shown = str(Redactor().redact(value).value)
    assert [one for one in gone if one in shown] == []


def test_a_long_table_is_read_below_its_head_to_its_end():
    """A container is read in pieces, each below the names that it stands under."""
    rows = [[n, f"hunter{n}x", "a note of some words"] for n in range(500)]
    value = {"people": [["id", "password", "note"], *rows]}
    assert "hunter" not in str(Redactor().redact(value).value)


def test_only_what_is_said_of_a_value_changes():
    """Its neighbours, their types and the one that says it stay as they are."""
    value = {"items": [{"name": "DB_PASSWORD", "value": "hunter26"}, {"name": "MODE", "value": "x"}], "n": 7}  # fmt: skip
    redacted = Redactor().redact(value).value
    assert redacted["items"][0]["value"].startswith("⟦SECRET")
    redacted["items"][0]["value"] = "hunter26"
    assert redacted == value


@pytest.mark.parametrize(
    ("key", "value"),
    [("imei", "490154203237518"), ("vin", "1HGCM82633A004352"), ("case_number", "SN-48213-KX")],
)
def test_a_label_of_any_recognizer_is_one_as_a_key(key, value):
    """What `key: value` finds as text, the same pair finds parsed."""
    assert value not in str(Redactor().redact({key: value}).value)
    assert value not in str(Redactor().redact({"rows": [{"a": 1}, {f"x_{key}": value}]}).value)


def test_numbers_of_a_measurement_are_not_read():
    """A long list of numbers alone is no text; what stands beside it is read."""
    value = {"curve": [0.5] * 1000, "env": {"name": "DB_PASSWORD", "value": "hunter26"}}
    redacted = Redactor().redact(value).value
    assert redacted["curve"] == value["curve"]
    assert "hunter26" not in str(redacted)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ('{"customer_name": "Özdemir"}', "Özdemir"), ('{"customerName": "\\u00d6zdemir"}', "zdemir"), ('{"pin": "hunter2"}', "hunter2"), ('{"clientip": "10.0.0.7"}', "10.0.0.7"),
        ('{"ssn": 19790817}', "19790817"), ('{"password": 4155550132}', "4155550132"), ('{"pin": 536904399}', "536904399"), ('{"ssn": {"primary": 536904399}}', "536904399"),
        ('{"phones": ["20 45 11 22"]}', "20 45 11 22"), ("<fullName>Okafor</fullName>", "Okafor"), ("| id | full_name |\n|---|---|\n| 1 | Okafor |", "Okafor"),
        ("customer_name: Özdemir", "Özdemir"), ("id: 1\nclientip: 10.0.0.7", "10.0.0.7"),
    ],
)  # fmt: skip
def test_a_name_that_speaks_for_its_value_does_so_in_a_text(text, gone):
    """Pairs of JSON, elements, cells and keys of programs say what a dictionary's keys say."""
    assert gone not in redacted(text)


@pytest.mark.parametrize(
    "text",
    ['{"password": "Password", "phone": "Phone"}', "phone: see below", "full_name: str", "contact_name = None", "pin: ask Bob"],
)  # fmt: skip
def test_headings_types_and_sentences_are_no_values(text):
    """A value that is its own name, a type, the beginning of a sentence."""
    assert redacted(text) == text


def test_an_array_stays_an_array():
    """The quotes around a cell are no part of what is found in it."""
    text = '[["residential-address", "email"], ["12 Mill Lane", "ok"]]'
    assert json.loads(redacted(text))[1][1] == "ok"


def test_words_that_a_recognizer_brings_count_in_keys():
    """`context` of presidio is read from keys, whoever wrote the recognizer."""
    presidio = pytest.importorskip("presidio_analyzer")
    pattern = presidio.Pattern("b", r"\bBX-\d{6}\b", 0.3)
    badge = presidio.PatternRecognizer("BADGE", context=["badge"], patterns=[pattern])
    redactor = Redactor(recognizers=[badge])
    assert "BX-" not in str(redactor.redact({"badge": "BX-123456", "rows": [{"badge_2": "BX-654321"}]}).value)  # fmt: skip
