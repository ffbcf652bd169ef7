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


LOW = r"""
supported_languages: [en]
default_score_threshold: 0.1
recognizer_registry:
  supported_languages: [en]
  recognizers:
    - name: "Crew"
      type: custom
      supported_entity: CREW
      supported_languages: [{language: en}]
      patterns:
        - {name: crew, regex: "\\bQX-\\d{4}\\b", score: 0.3}
        - {name: faint, regex: "\\bQY-\\d{4}\\b", score: 0.05}
"""


@pytest.fixture
def low(tmp_path):
    """A file whose threshold is below every preset's but one."""
    path = tmp_path / "low.yaml"
    path.write_text(LOW)
    return str(path)


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("how", [{}, {"preset": "precise"}, {"min_score": 0.9}])
def test_a_file_with_a_threshold_decides_what_counts(low, only, how):
    """What reaches it is found, whatever the preset, and no more than that."""
    redactor = Redactor(presidio=low, presidio_only=only, **how)
    assert [s.entity for s in redactor.find("crew QX-1234 and QY-1234")] == ["CREW"]


def test_a_file_without_a_threshold_is_asked_as_any_other(low, tmp_path):
    """The preset counts then, and a threshold of the entity goes before the file's own."""
    bare = tmp_path / "bare.yaml"
    bare.write_text(LOW.replace("default_score_threshold: 0.1\n", ""))
    assert not Redactor(presidio=str(bare)).find("crew QX-1234")
    assert Redactor("strict", presidio=str(bare)).find("crew QX-1234")
    assert not Redactor(presidio=low, thresholds={"CREW": 0.5}).find("crew QX-1234")


@pytest.mark.parametrize(
    "value", [{"ssn": "536904399"}, {"password": "hunter26", "dob": "17.08.1979"}]
)
def test_a_key_finds_nothing_where_a_file_runs_instead_of_ours(low, value):
    """A dictionary shows what its text does; what the file finds goes under any key."""
    redactor = Redactor(presidio=low, presidio_only=True)
    assert redactor.redact(value).value == value
    assert "QX-1234" not in str(redactor.redact({"ssn": "QX-1234", "x": "QX-1234"}).value)


async def test_the_scanning_process_has_the_threshold_of_the_file(low):
    """Off the event loop, too, a text and a dictionary."""
    inspector = OffLoopInspector(Redactor(presidio=low, presidio_only=True), Vault())
    given = {"ssn": "536904399", "x": "crew QX-1234"}
    redacted, _ = await inspector.redact(given, scope=inspector.scope("t", "s"), direction="input")
    inspector.close()
    assert redacted["ssn"] == "536904399" and "QX-1234" not in redacted["x"]


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
