"""Presidio both ways: our recognizers in its engine, its configuration file beside or instead of ours."""

from __future__ import annotations

import pytest

from stageflow_guard import Settings
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.redaction.presidio import ConfiguredAnalyzer, analyzer, recognizers
from stageflow_guard.redaction.vault.operators import named

TEXT = "my card is 4111 1111 1111 1111, mail ada@example.com, badge BX-123456, Telefon: 20 45 11 22"
YAML = """\
supported_languages: [en]
default_score_threshold: 0.4
recognizer_registry:
  supported_languages: [en]
  recognizers:
    - name: CreditCardRecognizer
      type: predefined
    - name: Badge
      type: custom
      supported_entity: BADGE
      supported_language: en
      patterns:
        - {name: badge, regex: "BX-[0-9]{6}", score: 0.6}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "presidio.yaml"
    path.write_text(YAML, encoding="utf-8")
    return str(path)


def test_the_analyzer_finds_what_the_redactor_finds():
    """Spans, entities and scores are the redactor's; each result names its recognizer and its rule."""
    engine = analyzer()
    found = engine.analyze(TEXT, language="en", return_decision_process=True)
    ours = {(s.start, s.end, s.entity, s.score) for s in Redactor().find(TEXT)}
    assert {(r.start, r.end, r.entity_type, r.score) for r in found} == ours
    for result in found:
        assert result.recognition_metadata["recognizer_name"].startswith("Guard")
        assert result.analysis_explanation.pattern_name


def test_there_is_one_recognizer_per_entity_with_context_words():
    """`registry.get_recognizers` and `supported_entities` work as for presidio's own."""
    made = recognizers(language="de", entities=["US_SSN", "PHONE_NUMBER"])
    assert [r.supported_entities for r in made] == [["PHONE_NUMBER"], ["US_SSN"]]
    assert all(r.supported_language == "de" and r.context for r in made)
    with pytest.raises(ConfigError, match="NOPE"):
        recognizers(entities=["NOPE"])


def test_it_joins_a_registry_of_yours():
    """An existing deployment adds them in one line."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    from stageflow_guard.redaction.presidio import stock, tokenizer

    registry = RecognizerRegistry(recognizers=stock(), supported_languages=["en"])
    for one in recognizers():
        registry.add_recognizer(one)
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=tokenizer("en"), supported_languages=["en"]
    )
    assert {r.entity_type for r in engine.analyze(TEXT, language="en")} >= {
        "CREDIT_CARD",
        "PHONE_NUMBER",
    }


def test_a_configuration_file_runs_beside_ours(config):
    """Its recognizers find, ours too."""
    found = {s.entity for s in Redactor(presidio=config).find(TEXT)}
    assert found >= {"BADGE", "CREDIT_CARD", "EMAIL_ADDRESS", "PHONE_NUMBER"}


def test_a_configuration_file_runs_instead_of_ours(config):
    """Only what it describes is found, at its own threshold."""
    redactor = Redactor(presidio=config, presidio_only=True)
    assert {s.entity for s in redactor.find(TEXT)} == {"BADGE", "CREDIT_CARD"}
    assert redactor.entities() >= {"BADGE", "CREDIT_CARD"}
    assert "IBAN_CODE" not in redactor.entities()


async def test_the_scanning_process_loads_it(config):
    """Off the event loop it gives the same finds."""
    inspector = OffLoopInspector(Redactor(presidio=config, presidio_only=True), Vault())
    redacted, _ = await inspector.redact(TEXT, scope=inspector.scope("t", "s"), direction="input")
    inspector.close()
    assert "BX-123456" not in redacted
    assert "ada@example.com" in redacted


@pytest.mark.parametrize(
    ("content", "what"),
    [("- a", "mapping"), ("{", "YAML"), (YAML + "nlp_configuration: {nlp_engine_name: spacy, models: [{lang_code: en, model_name: en_core_web_no}]}\n", "not installed"),
     ("recognizer_registry: {recognizers: [{name: NoSuchRecognizer, type: predefined}]}", "refused by presidio"), ("supported_languages: [de]\nrecognizer_registry: {supported_languages: [de], recognizers: [{name: CreditCardRecognizer, type: predefined}]}", "does not speak")],
)  # fmt: skip
def test_a_file_that_cannot_be_run_is_a_clear_error(tmp_path, content, what):
    """It names the file; nothing is downloaded."""
    path = tmp_path / "p.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=what) as refused:
        ConfiguredAnalyzer(path).warmup()
    assert "p.yaml" in str(refused.value)


def test_operators_have_the_names_of_presidio_anonymizer():
    """replace, mask, hash, encrypt, redact, keep."""
    scope, key = Vault().scope("t", "s"), b"k" * 32
    text = "ada@example.com"
    written = {
        n: named(n, key)("EMAIL_ADDRESS", text, scope)
        for n in ("replace", "mask", "hash", "encrypt", "redact", "keep")
    }
    assert written["replace"] == "<EMAIL_ADDRESS>"
    assert written["redact"] == ""
    assert written["keep"] == text
    assert all(text not in written[n] for n in ("mask", "hash", "encrypt"))


def test_an_unknown_region_is_named():
    """`phone_regions` are ISO 3166 codes."""
    with pytest.raises(ConfigError, match="XY"):
        Redactor(phone_regions=["XY"])
    assert Redactor(phone_regions=[]).find("schreib an 0151 23456789 bitte") == []
    assert Settings is not None
