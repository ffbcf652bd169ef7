"""Accelerated = reference: the same spans as `AnalyzerEngine` on the same recognizers."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.engines.presidio import Registry, as_recognizer, stock, tokenizer

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "pii"
SCORES = (0.0, 0.35)


class TitleRecognizer(EntityRecognizer):
    """A custom recognizer as presidio's documentation writes one: on tokens."""

    def load(self):
        pass

    def analyze(self, text, entities, nlp_artifacts=None):
        return [
            RecognizerResult("RANK", token.idx, token.idx + len(token), 0.6)
            for token in nlp_artifacts.tokens if token.lower_ in {"captain", "colonel"}
        ]  # fmt: skip


def own():
    """The usual ways to write one: a pattern with context, a deny list, a validator, a class."""

    class Checked(PatternRecognizer):
        def validate_result(self, pattern_text):
            return int(pattern_text[-1]) % 2 == 0 if pattern_text[-1].isdigit() else None

    return [
        PatternRecognizer("ZIP", name="zip", patterns=[Pattern("zip", r"\b\d{5}\b", 0.1)], context=["zip", "postal"]),
        PatternRecognizer("TITLE", name="titles", deny_list=["Mr.", "Mrs.", "Dr"]),
        Checked("EVEN", name="even", patterns=[Pattern("even", r"EV-\d{4}", 0.4)]),
        TitleRecognizer(supported_entities=["RANK"], name="rank"),
    ]  # fmt: skip


def spans(results):
    return sorted((r.start, r.end, r.entity_type, round(r.score, 9)) for r in results)


@pytest.fixture(scope="module")
def pair():
    """The reference and the registry, over the very same recognizer objects."""
    recognizers = [*stock(), *own()]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=tokenizer("en"), supported_languages=["en"]
    )
    return engine, {s: Registry(recognizers, language="en", floor=s) for s in SCORES}


def lines():
    return [
        json.loads(line)["text"]
        for file in sorted(VECTORS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").split("\n") if line
    ]  # fmt: skip


def same(pair, text):
    engine, accelerated = pair
    for floor, registry in accelerated.items():
        expected = spans(engine.analyze(text, language="en", score_threshold=floor))
        assert spans(registry.analyze(text)) == expected, text


SEEDS = [
    "my zip is 12345, call Captain Ahab", "Mr. Smith EV-1234 EV-1235 EV-123٤", "SSN 536-90-4399 and card 4111 1111 1111 1111",
    "ada@example.com 203.0.113.42 +1 202-555-0143", "DE89370400440532013000 https://example.com/x", "postal code 90210 zip", "", " ", "\n",
    "Dr. Mrs. no digits at all, colonel",
]  # fmt: skip
NOISE = [
    "\u200b",
    "٣",
    "\u0301",
    "🔥",
    "\x00",
    "\n",
    " ",
    "é",
    "-",
    "ß",
    "İ",
    "𝟏",
    "\u202e",
    "1",
    ".",
    "@",
]


def mutated(rng, base):
    text = list(rng.choice(base))
    for _ in range(rng.randint(0, 6)):
        place = rng.randint(0, len(text))
        kind = rng.random()
        if kind < 0.5:
            text.insert(place, rng.choice(NOISE))
        elif kind < 0.8 and text:
            text[place % len(text)] = rng.choice(NOISE)
        elif text:
            del text[place % len(text)]
    return "".join(text)


def test_documented_ways_to_write_a_recognizer(pair):
    """Patterns with context, deny lists, validators and token-based classes: the same spans."""
    for text in SEEDS:
        same(pair, text)


@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
def test_labelled_lines(pair):
    """Every 40th labelled line here; all of them in `make soak`."""
    for text in lines()[::40]:
        same(pair, text)


def test_mutated_unicode(pair):
    """A seeded sample of mutated texts."""
    rng = random.Random(7)
    for _ in range(150):
        same(pair, mutated(rng, SEEDS))


@pytest.mark.soak
@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
def test_every_labelled_line(pair):
    """All of them."""
    for text in lines():
        same(pair, text)


@pytest.mark.soak
def test_twenty_thousand_mutated_texts(pair):
    """Seeded, over labelled lines where they are."""
    rng = random.Random(8)
    base = SEEDS + ([t for t in lines() if len(t) < 300] if VECTORS.exists() else [])
    for _ in range(20_000):
        same(pair, mutated(rng, base))


def test_recognizers_work_unchanged_in_a_redactor():
    """Passed in, they find beside the shipped ones, and their entities can be asked for."""
    redactor = Redactor(recognizers=own())
    text = "Mrs. Ada, zip code 12345, Captain Ahab, ada@example.com"
    found = {s.entity for s in redactor.find(text)}
    assert {"TITLE", "ZIP", "RANK", "EMAIL_ADDRESS"} <= found
    only = Redactor(recognizers=own(), entities=["ZIP"])
    assert [s.entity for s in only.find(text)] == ["ZIP"]
    assert "⟦ZIP_1·" in only.redact(text).value


def test_our_recognizers_work_in_an_analyzer():
    """The other way round: one presidio recognizer that holds everything shipped here."""
    registry = RecognizerRegistry(recognizers=[as_recognizer()], supported_languages=["en"])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=tokenizer("en"), supported_languages=["en"]
    )
    found = engine.analyze("write to ada dot l at example dot com", language="en")
    assert [r.entity_type for r in found] == ["EMAIL_ADDRESS"]


def test_what_is_no_recognizer_is_refused():
    """A wrong object and a wrong language are named at construction."""
    for wrong in (
        [object()],
        [PatternRecognizer("X", patterns=[Pattern("x", "x", 1)], supported_language="de")],
    ):
        with pytest.raises(ConfigError):
            Redactor(recognizers=wrong)


def test_a_recognizer_that_raises_is_no_silence():
    """A user's recognizer that fails fails the call: nothing passes unscanned."""

    class Broken(EntityRecognizer):
        def load(self):
            pass

        def analyze(self, text, entities, nlp_artifacts=None):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        Redactor(recognizers=[Broken(supported_entities=["X"], name="broken")]).find("some text")
