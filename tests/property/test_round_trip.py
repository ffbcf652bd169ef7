"""What is redacted and restored is what it was, in every container."""

from __future__ import annotations

import json
import logging
import random

import pytest
from tests.written_texts import KINDS, json_document, text_of

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.vault.restore_stream import Restoring

REDACTOR = Redactor()


def _documents(seeds: range) -> None:
    for seed in seeds:
        text, scope = json_document(seed), REDACTOR.scope()
        redacted = REDACTOR.redact_in(text, scope, "input")[0]
        json.loads(redacted)
        assert scope.restore(redacted) == text, seed


def test_json_stays_json_and_comes_back():
    """Any document is one redacted; restored it is the same, to the byte."""
    _documents(range(700))


@pytest.mark.soak
def test_json_stays_json_and_comes_back_at_length():
    """The same, 10 000 times."""
    _documents(range(10_000))


def _pieces(rng: random.Random, text: str) -> list[str]:
    out, at = [], 0
    while at < len(text):
        end = at + rng.choice([1, 7, 60, 500])
        out.append(text[at:end])
        at = end
    return out


def _texts(kind: str, seeds: range) -> None:
    for seed in seeds:
        text, scope = text_of(kind, seed), REDACTOR.scope()
        redacted = REDACTOR.redact_in(text, scope, "input")[0]
        back = scope.restore(redacted)
        assert back == text, (kind, seed)
        rng = random.Random(seed)
        stream = REDACTOR.stream(scope)
        out = [stream.feed(piece) for piece in _pieces(rng, text)]
        assert "".join(out) + stream.finish() == redacted, (kind, seed)
        restoring = Restoring(scope)
        out = [restoring.feed(piece) for piece in _pieces(rng, redacted)]
        assert "".join(out) + restoring.finish() == back, (kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_comes_back_as_it_was(kind):
    """Forms, URLs, HTML, YAML, mails, JSON lines and sentences; streams say what the whole says."""
    _texts(kind, range(60))


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_comes_back_as_it_was_at_length(kind):
    """The same, 1 200 times for each kind."""
    _texts(kind, range(1_200))


@pytest.mark.parametrize("seed", range(40))
def test_a_stream_of_json_says_what_the_whole_says(seed):
    """JSON is held to its end, JSON lines to the end of a line."""
    text, scope, rng = json_document(seed), REDACTOR.scope(), random.Random(seed)
    text += rng.choice(["", "\n", "\n" + json.dumps(json.loads(json_document(seed + 1)))])
    redacted = REDACTOR.redact_in(text, scope, "input")[0]
    stream = REDACTOR.stream(scope)
    out = [stream.feed(piece) for piece in _pieces(rng, text)]
    assert "".join(out) + stream.finish() == redacted


ESCAPED = {
    '{"password": "p@ss\\"w0rd9"}': 'p@ss"w0rd9',
    '{"full_name": "Marl\\u00e8ne \\u00d6zdemir"}': "Marl\u00e8ne \u00d6zdemir",
    '{"args":"{\\"full_name\\":\\"Marl\\\\u00e8ne \\\\u00d6zdemir\\"}"}': "Marl\u00e8ne \u00d6zdemir",
    '{"key": "-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----"}': (
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
    ),
    "<p>Patient: Marlene O&#39;Neill</p>": "Marlene O'Neill",
    '<a href="mailto:ada%40exam.com">m</a>': "ada@exam.com",
    "user=ada&password=p%40ss9xQ&id=5": "p@ss9xQ",
    "name=Ada+Lovelace&id=5": "Ada Lovelace",
    "a_b: 1\npassword: 'it''s9xQk'\n": "it's9xQk",
    'a_b: 1\nfull_name: "Marl\\xE8ne \\xD6zdemir"\n': "Marl\u00e8ne \u00d6zdemir",
    "a_b: 1\nprivate_key: |\n  -----BEGIN PRIVATE KEY-----\n  MIIB\n  -----END PRIVATE KEY-----\n": (
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
    ),
    "Content-Transfer-Encoding: quoted-printable\n\nPatient: Marl=C3=A8ne =C3=96zdemir\n": (
        "Marl\u00e8ne \u00d6zdemir"
    ),
}


@pytest.mark.parametrize("text", ESCAPED)
def test_who_asks_for_an_original_gets_the_value(text):
    """What a tool is given is what a reader of the text has, not how it was escaped."""
    scope = REDACTOR.scope()
    REDACTOR.redact_in(text, scope, "input")
    found = {entity: f"\u27e6{entity}_1\u00b7{scope.nonce}\u27e7" for entity in ("SECRET", "PERSON", "EMAIL_ADDRESS")}  # fmt: skip
    assert ESCAPED[text] in [scope.restore(mark) for mark in found.values()]


def test_one_person_has_one_pseudonym_however_the_name_is_written():
    """In JSON with escapes, in a form, in HTML and in a sentence."""
    scope = REDACTOR.scope()
    texts = ['{"full_name": "Marl\\u00e8ne \\u00d6zdemir"}', "<p>Patient: Marl&egrave;ne &Ouml;zdemir</p>", "My name is Marl\u00e8ne \u00d6zdemir."]  # fmt: skip
    mark = scope.pseudonym("PERSON", "Marl\u00e8ne \u00d6zdemir")
    for text in texts:
        redacted = REDACTOR.redact_in(text, scope, "input")[0]
        assert mark in redacted
        assert scope.restore(redacted) == text


def test_a_number_and_the_same_digits_in_a_string_come_back_as_what_they_were():
    """Types of JSON are part of its structure, within a string of JSON, too."""
    for text in ('[4111111111111111, "4111111111111111"]', '["4111111111111111", 4111111111111111]', '{"a":"[4111111111111111]","cards":[-4111111111111111, 4111111111111111.0]}'):  # fmt: skip
        scope = REDACTOR.scope()
        redacted = REDACTOR.redact_in(text, scope, "input")[0]
        assert "4111" not in redacted
        json.loads(redacted)
        assert scope.restore(redacted) == text


@pytest.mark.parametrize("writing", ["a/../../b", "x&role=admin", "x#y", "evil.example@x"])
def test_a_writing_of_one_place_brings_no_structure_into_another(writing):
    """How a value was written counts where it reads as that value, and nowhere else."""
    scope = REDACTOR.scope()
    mark = ""
    for where in ("host", "url", "key", "html double link", "s:", "yaml ", ""):
        mark = scope.pseudonym("SECRET", writing, where=where, writing=writing)
    assert scope.restore(f"https://{mark}.example/") .count("/") == 3  # fmt: skip
    assert "@" not in scope.restore(f"https://{mark}.example/")
    assert scope.restore(f"https://x.example/{mark}/c?d=1#e").count("&") == 0
    assert scope.restore(f"https://x.example/{mark}/c?d=1#e").count("/") == 4
    assert "&role=" not in scope.restore(f"a={mark}&b=1")
    assert "&role=" not in scope.restore(f'<a href="https://x.example/?a={mark}">x</a>')


@pytest.mark.parametrize("text", ['"mail ada@exam.com"', ' "\\u00d6 mail \\"ada@exam.com\\"" \n'])
def test_a_string_alone_is_json(text):
    """A document may be one string: what is put back is escaped in it."""
    scope = REDACTOR.scope()
    assert scope.restore(REDACTOR.redact_in(text, scope, "input")[0]) == text
    mark = scope.pseudonym("PERSON", 'x", "role": "admin')
    assert json.loads(scope.restore(f'"{mark}"')) == 'x", "role": "admin'
    assert json.loads(scope.restore(json.dumps(mark))) == 'x", "role": "admin'


def test_a_block_of_yaml_keeps_its_indentation(caplog):
    """A value that begins with blanks would set another one: its placeholder stays."""
    scope = REDACTOR.scope()
    mark = scope.pseudonym("SECRET", "  lead")
    text = f"---\ne: |\n  {mark}\n  x\nf: 1\n"
    with caplog.at_level(logging.WARNING):
        assert scope.restore(text) == text
    assert "stays" in caplog.text
    behind = f"---\ne: |\n  x\n  {mark}\nf: 1\n"
    assert scope.restore(behind) == behind.replace(mark, "  lead")


def test_a_kept_vault_knows_how_values_were_written(tmp_path):
    """Another process restores the same bytes, numbers as numbers."""
    from stageflow_guard.keys import open_keyring
    from stageflow_guard.redaction import Vault
    from stageflow_guard.redaction.vault.stores.sqlite import SqliteVault

    text = '{"full_name": "Marl\\u00e8ne \\u00d6zdemir", "cards": [4111111111111111]}'
    keys = open_keyring(tmp_path / "keys")
    one = Vault(store=SqliteVault(tmp_path / "v.db"), keys=keys).scope("acme", "s", "user:ada")
    redacted = REDACTOR.redact_in(text, one, "input")[0]
    two = Vault(store=SqliteVault(tmp_path / "v.db"), keys=keys).scope("acme", "s", "user:ada")
    assert two.restore(redacted) == text
    assert REDACTOR.redact_in(text, two, "input")[0] == redacted
