"""Structured data finds what the text finds: a dictionary, JSON and CSV equal `key: value`."""

from __future__ import annotations

import csv
import io
import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.files import Report, redact_stream
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.people.roles import BY_NAME, FIELDS, LINE_HEADS
from stageflow_guard.redaction.text.named.objects import NEAR
from stageflow_guard.redaction.values.key_names import IDENTIFIERS, tells

REDACTOR = Redactor()
KEYS = [
    "db_password", "auth_token", "contact_phone", "tax_id", "acct_no", "account_holder", "aadhaar", "cpf", "nhs_number", "customerEmail", "customer-phone", "home.phone", "card_enc", "ssn_2",
    "telefonnummer", "geburtsdatum", "nachname", "mot_de_passe", "date_de_naissance", "contraseña", "telefono_movil", "cognome", "codice_fiscale", "wachtwoord", "senha", "телефон", "手机号", "電話番号",
    "name", "note", "order_id", "version", "address", "ip_address", "status", "created_at", "x", "passport_no", "Kontonummer", "numéro de téléphone",
]  # fmt: skip
VALUES = [
    "Zx9kLmq2pw", "9f2c8a71bd04e5", "20 45 11 22", "12-3456789", "000123456789", "Marlene Okafor", "234123412346", "529.982.247-25", "943 476 5919", "m.okafor@dovecote.example", "415 555 0132",
    "4111 1111 1111 1111", "219-09-9999", "17.08.1979", "Özdemir", "RSSMRA85T10A562S", "612 345 678", "13800138000", "12 Mill Lane", "203.0.113.42", "active", "2026-11-28", "1.2.3", "C01X00T47", "",
    "nothing of note", "order 1002", "DE89 3704 0044 0532 0130 00",
]  # fmt: skip


def as_text(key, value):
    scope = Vault().scope("t", "s")
    whole = f"{key}: {value}"
    spans = [
        (max(0, s.start - len(key) - 2), s.end - len(key) - 2)
        for s in REDACTOR.find(whole)
        if s.end > len(key) + 2
    ]
    return {i for a, b in spans for i in range(a, b)}, scope


def left_of(value, redacted):
    """The characters of `value` that `redacted` still shows outside of placeholders."""
    return "".join(re.split("⟦[^⟧]*⟧", redacted))


@pytest.mark.parametrize("role", sorted(set(FIELDS["PERSON"]) - LINE_HEADS))
def test_a_role_names_who_stands_under_it(role):
    """Every word that announces a name before a sign announces it as a key, in capitals, too."""
    name = "Erika Farrow" if role in BY_NAME else "Ondine Farrow"  # some ask for a given name
    for key in (role, role.replace(" ", "_"), role.capitalize()):
        covered, scope = as_text(key, name)
        redacted = REDACTOR.redact_in({key: name}, scope, "input")[0][key]
        assert ("Farrow" in redacted) is (len(name) - 1 not in covered), key
    assert "Farrow" not in REDACTOR.redact_in({role: name}, scope, "input")[0][role]


@given(st.sampled_from(KEYS), st.sampled_from(VALUES))
@settings(deadline=None)
def test_a_key_is_a_label_of_its_value(key, value):
    """What `key: value` covers, {key: value} covers."""
    covered, scope = as_text(key, value)
    redacted = REDACTOR.redact_in({key: value}, scope, "input")[0][key]
    shown = "".join(c for i, c in enumerate(value) if i not in covered)
    assert len(left_of(value, redacted)) <= len(shown)


@given(st.sampled_from(KEYS), st.sampled_from(VALUES), st.sampled_from([",", ";", "|", "\t"]))
@settings(deadline=None)
def test_a_column_is_a_label_of_its_cells(key, value, sign):
    """JSON and CSV equal the dictionary, whatever parts the cells."""
    scope = Vault().scope("t", "s")
    expected = REDACTOR.redact_in({key: value}, scope, "input")[0][key]
    out = io.StringIO()
    redact_stream(io.BytesIO(json.dumps({key: value}).encode()), out, REDACTOR, scope, kind="json")
    assert list(json.loads(out.getvalue()).values()) == [expected]
    raw, out = io.StringIO(), io.StringIO()
    writer = csv.writer(raw, delimiter=sign)
    writer.writerows([["id", key, "end"], ["1", value, "z"], ["2", value, "z"]])
    redact_stream(io.BytesIO(raw.getvalue().encode()), out, REDACTOR, scope, kind="csv")
    rows = list(csv.reader(io.StringIO(out.getvalue()), delimiter=sign))
    assert [row[1] for row in rows[1:]] == [expected, expected]
    assert [len(row) for row in rows] == [3, 3, 3]


TREES = st.recursive(
    st.sampled_from(["Zx9kLmq2pw", "abc", "x1", "hunter2", "two words", 4711]),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "current", "prod", "x-1"]), parts, min_size=1, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


def leaves_of(tree):
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves_of(part)]
    return [leaf for part in tree for leaf in leaves_of(part)] if isinstance(tree, list) else [tree]


@given(st.sampled_from(["password", "api_key", "smtp_password", "contraseña"]), TREES)
@settings(deadline=None)
def test_a_secrets_name_speaks_for_everything_under_it(key, tree):
    """Whatever is nested below it, however deep and short: nothing stays as it was."""
    redacted = REDACTOR.redact_in({key: tree}, Vault().scope("t", "s"), "input")[0]
    shown = [leaf for leaf in leaves_of(redacted) if not str(leaf).startswith("⟦")]
    assert shown == []


@pytest.mark.parametrize(
    ("value", "left"),
    [({"ssn": {"primary": "536904399"}}, "536904399"), ({"phone": {"work": {"x": "4155550132"}}}, "4155550132"), ({"passport": {"de": "X1234567"}}, "X1234567")],
)  # fmt: skip
def test_a_personal_name_is_read_before_everything_under_it(value, left):
    """A number that nothing else announces is announced by the name around it."""
    assert left not in str(REDACTOR.redact(value).value)


@pytest.mark.parametrize(
    "value",
    [{"properties": {"password": {"type": "string", "description": "Chosen by the user", "minLength": 8, "format": "password"}}}, {"mail": {"subject": "Quarterly review", "body": "See you"}},
     {"phone": {"model": "Fairphone", "os": "13"}}, {"secret": {"name": "db", "namespace": "prod", "created_at": "2026-01-01"}}, {"show_password": "never", "password_policy": {"min": 8}}, {"Password": {"shape": "DirectoryPassword", "documentation": "<p>The password.</p>", "location": "header"}}, {"auth": ["aws.auth#sigv4"]}, {"pin": {"x": 12, "y": 40}}],
)  # fmt: skip
def test_what_only_says_something_about_a_value_stays(value):
    """A schema, an administration's record, a letter, a device."""
    assert REDACTOR.redact(value).value == value


@pytest.mark.parametrize(
    "text",
    ['{"password": {"a": "Zx9kLmq2", "b": ["Zx9kLmq2"]}}', '{"password": "Zx9"}', "password:\n  a: Zx9kLmq2\n  b:\n    - 'Zx9kLmq2'\nuser: x", "db:\n  api_key:\n  - Zx9kLmq2\n"],
)  # fmt: skip
def test_a_secrets_name_speaks_for_what_is_below_it_in_a_text_too(text):
    """JSON and YAML as text."""
    assert "Zx9" not in REDACTOR.redact(text).value


@pytest.mark.parametrize(
    "text",
    ["password:\n  type: string\n  minLength: 12\n", 'password:\n  - at least 8 signs\n  - never "abc 1"\n', '{"password": {"type": "string", "title": "Password", "pattern": "^[A-Z0-9]{8}$"}}', '{"password": "Password"}'],
)  # fmt: skip
def test_what_says_something_about_a_secret_stays_in_a_text_too(text):
    """Rules for a password are none."""
    assert REDACTOR.redact(text).value == text


@pytest.mark.parametrize("key", ["contact_phone", "tax_id", "kundennummer", "senha"])
def test_a_harmless_number_stays_a_number(key):
    """What is no find keeps its type."""
    assert REDACTOR.redact({key: 7}).value == {key: 7}
    assert Report("x").error == ""


# -- structured = text: whole values with keys of all languages ------------------------------------

LABELS = sorted({
    name.strip()
    for c in COUNTRIES
    for names in (*c.fields.values(), *(d.names for d in c.documents), c.born)
    for name in names.split("|")
    if name.strip()
} | {*IDENTIFIERS})  # fmt: skip
ORDINARY = [
    "id",
    "status",
    "title",
    "note",
    "version",
    "kind",
    "unit",
    "size",
    "lang",
    "created_at",
    "order_id",
    "description",
    "body",
    "message",
    "count",
    "x",
    "items",
    "data",
    "meta",
    "type",
    "name",
    "value",
    "key",
    "code",
    "role",
    "city",
    "url",
    "path",
    "state",
    "host",
    "level",
]
PERSONAL = [
    "Zx9kLmq2pw", "hunter26", "20 45 11 22", "12-3456789", "000123456789", "Marlene Okafor", "Özdemir", "234123412346", "529.982.247-25", "943 476 5919", "m.okafor@dovecote.example", "415 555 0132",
    "4111 1111 1111 1111", "219-09-9999", "536904399", "17.08.1979", "1979-08-17", "RSSMRA85T10A562S", "612 345 678", "13800138000", "12 Mill Lane", "203.0.113.42", "10.0.0.7", "C01X00T47",
    "DE89 3704 0044 0532 0130 00", "490154203237518", "1HGCM82633A004352", "E11.9", "SN-48213-KX", 'p@ss"w0rd9', "line one\nline two 415 555 0132", "田中 太郎", "Иван Петров",
]  # fmt: skip
HARMLESS = ["active", "2026-11-28", "1.2.3", "", "nothing of note", "order 1002", "open", "dark green", "Oslo", "ok", "n/a", "Quarterly review", "https://example.com/a", "3 pieces", "x"]  # fmt: skip
NUMBERS = [7, 0, -1, 3.5, 47, 1002, 19790817, 536904399, 4155550132, 4111111111111111, 481920, True, False, None]  # fmt: skip


def spelled(label, form):
    """A label as programs write it."""
    words = re.split(r"[ _.'’-]+", label)
    snake = "_".join(words)
    return {
        "plain": label, "snake": snake, "camel": words[0] + "".join(w[:1].upper() + w[1:] for w in words[1:]),
        "kebab": "-".join(words), "dots": ".".join(words), "upper": snake.upper(), "prefix": f"customer_{snake}", "suffix": f"{snake}_2",
    }[form]  # fmt: skip


FORMS = ("plain", "snake", "camel", "kebab", "dots", "upper", "prefix", "suffix")


class Trees:
    """Nested values, drawn from a seed."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def key(self):
        if self.draw.random() < 0.45:
            return self.draw.choice(ORDINARY)
        return spelled(self.draw.choice(LABELS), self.draw.choice(FORMS))

    def text(self):
        return self.draw.choice(PERSONAL if self.draw.random() < 0.5 else HARMLESS)

    def value(self):
        return self.draw.choice(NUMBERS) if self.draw.random() < 0.2 else self.text()

    def tree(self, depth=0):
        draw, kind = self.draw, self.draw.random()
        if depth == 3 or (depth and kind < 0.5):
            return self.value()
        if kind < 0.82:
            return {self.key(): self.tree(depth + 1) for _ in range(draw.randint(1, 4))}
        if kind < 0.87:  # a name and its value side by side
            return {draw.choice(["name", "key", "type", "id"]): self.key(), "value": self.value()}
        if kind < 0.91:  # rows below their head
            size = draw.randint(2, 4)
            rows = [[self.text() for _ in range(size)] for _ in range(draw.randint(1, 3))]
            return [[self.key() for _ in range(size)], *rows]
        if kind < 0.94:  # a command and its arguments
            return ["run", "--" + spelled(draw.choice(LABELS), "kebab"), self.text()]
        one = lambda: self.text() if draw.random() < 0.6 else {self.key(): self.value()}  # noqa: E731
        return [one() for _ in range(draw.randint(1, 3))]


def paths(tree, at=()):
    if isinstance(tree, dict | list):
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from paths(part, (*at, key))
    else:
        yield at, repr(tree)


def replaced(before, after):
    """Where the leaves stand that are not what they were."""
    kept = dict(paths(after))
    return {at: leaf for at, leaf in paths(before) if kept.get(at) != leaf}


def compare(cases, seed):
    trees, scope, found = Trees(seed), REDACTOR.scope(), 0
    for _ in range(cases):
        tree = trees.tree()
        given = json.dumps(tree, ensure_ascii=False)
        if len(given) > NEAR:  # of a text a stream sees no more: decision 85
            continue
        own = replaced(tree, REDACTOR.redact_in(tree, scope, "input")[0])
        assert replaced(tree, json.loads(REDACTOR.redact_in(given, scope, "input")[0])) == own, (
            given
        )
        found += len(own)
        for key, value in tree.items() if isinstance(tree, dict) else ():
            if type(value) is str and value == value.strip() and "\n" not in value:
                covered, _ = as_text(key, value)
                alone = replaced({key: value}, REDACTOR.redact_in({key: value}, scope, "input")[0])
                assert alone or not any(value[i].isalnum() for i in covered if i < len(value)), (key, value)  # fmt: skip
    assert found > cases / 4


def test_a_value_its_json_and_its_lines_lose_the_same():
    """Parsed and as JSON text the same leaves are replaced; what a line `key: value` finds, both find."""
    compare(600, seed=20)


@pytest.mark.soak
def test_many_values_and_their_json_lose_the_same():
    """The same of 10 000."""
    compare(10_000, seed=83)


def test_a_label_of_any_recognizer_is_a_key_and_a_column():
    """What identifiers are called in a text tells as a key in every spelling, numbered and prefixed."""
    silent = [
        spelled(label, form)
        for label in IDENTIFIERS
        for form in FORMS
        if not tells(spelled(label, form))
    ]
    assert silent == []
