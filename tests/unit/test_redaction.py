"""Detection, pseudonyms and the way back."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import pytest

from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.text.spans import resolve

REDACTOR = Redactor(preset="balanced", ner=None)
FIND = {
    "EMAIL_ADDRESS": "write to ada@example.com now",
    "US_SSN": "my SSN is 536-90-4399",
    "CREDIT_CARD": "card 4111 1111 1111 1111 please",
    "IBAN_CODE": "to DE89 3704 0044 0532 0130 00",
    "PHONE_NUMBER": "call +1 202-555-0143",
    "IP_ADDRESS": "from 203.0.113.42 today",
    "SECRET": "key AKIAIOSFODNN7EXAMPLE is mine",
}


@pytest.mark.parametrize("entity", FIND)
def test_each_kind_is_found_and_replaced(entity):
    """The span lies where the value lies, and the value is gone."""
    text = FIND[entity]
    found = [s for s in REDACTOR.find(text) if s.entity == entity]
    assert found
    assert text[found[0].start : found[0].end] not in REDACTOR.redact(text).value


@pytest.mark.parametrize("text", ["", "a", "build 1.2.3 passed", "see RFC 6962 section 2"])
def test_harmless_text_stays(text):
    """Nothing found, nothing changed."""
    assert REDACTOR.redact(text).value == text


@pytest.mark.parametrize(
    "text", ["a\u200bda@example.com", "５３６-９０-４３９９ is my SSN", "SSN 536‑90‑4399"]
)
def test_invisible_and_look_alike_characters_do_not_hide(text):
    """What a reader sees is what is inspected."""
    assert "⟦" in REDACTOR.redact(text).value


def test_pseudonyms_are_stable_and_come_back_only_in_their_scope():
    """Same value, same pseudonym; another scope restores nothing."""
    vault = Vault()
    scope, other = vault.scope("acme", "s1"), vault.scope("globex", "s1")
    text = "ada@example.com and bob@example.com and ada@example.com"
    redacted, findings = REDACTOR.redact_in(text, scope, "input")
    assert findings[0].count == 3
    assert redacted.count("EMAIL_ADDRESS_1·") == 2
    assert scope.restore(redacted) == text
    assert other.restore(redacted) == redacted
    assert scope.restore(redacted.lower().replace("⟦", "[ ").replace("⟧", "]")) == text
    assert REDACTOR.redact_in(redacted, scope, "input")[0] == redacted
    with pytest.raises(TypeError):
        pickle.dumps(scope)
    assert "ada" not in repr(scope)


@dataclass(frozen=True)
class Note:
    """A value of the caller's own."""

    text: str
    tags: tuple[str, ...] = ()


def test_every_shape_is_walked_and_none_is_mutated():
    """Dictionaries with keys, lists, tuples, sets, dataclasses; the input stays."""
    mail = "ada@example.com"
    value = {mail: [mail, (mail,), {mail}], "n": Note(mail, (mail,)), "b": b"raw", "i": 7}
    redacted = REDACTOR.redact(value).value
    assert mail not in repr(redacted)
    assert value["n"].text == mail
    assert redacted["b"] == b"raw"
    assert redacted["i"] == 7


def test_what_cannot_be_walked_is_refused():
    """Cycles, depth and size: a typed refusal, nothing unscanned in silence."""
    loop: list = []
    loop.append(loop)
    with pytest.raises(InspectorUnavailable):
        REDACTOR.redact(loop)
    with pytest.raises(InspectorUnavailable):
        Redactor(max_chars=100).redact("x" * 101)


def test_a_loser_never_uncovers_text():
    """Overlap: the winner is whole, and what the loser covers beyond it stays covered."""
    spans = resolve([EntitySpan(0, 10, "A", 0.5), EntitySpan(4, 6, "B", 0.9)])
    assert [(s.start, s.end, s.entity) for s in spans] == [(0, 4, "A"), (4, 6, "B"), (6, 10, "A")]


def test_a_stream_equals_the_whole_text():
    """However the text is cut, what leaves is its redaction."""
    text = FIND["EMAIL_ADDRESS"] + " " + FIND["US_SSN"]
    scope = Vault().scope("t", "s")
    whole = REDACTOR.redact_in(text, scope, "output")[0]
    for size in (1, 5, 100):
        stream = REDACTOR.stream(scope)
        out = "".join(stream.feed(text[i : i + size]) for i in range(0, len(text), size))
        assert out + stream.finish() == whole


def test_settings_that_mean_nothing_are_refused():
    """Unknown presets, languages and entities are named."""
    for options in ({"preset": "x"}, {"language": "xx"}, {"min_score": 2}):
        with pytest.raises(ConfigError):
            Redactor(**options)
    with pytest.raises(ConfigError, match="NOPE"):
        Redactor(entities=["NOPE"]).find("some text")
