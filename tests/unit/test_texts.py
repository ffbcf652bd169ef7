"""The project's own labelled sets: frozen, labelled where they say, and the bars on them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.atrest.evaluate import STRUCTURED, evaluate

ROOT = Path(__file__).resolve().parents[2]


def _texts():
    spec = importlib.util.spec_from_file_location("bench_texts", ROOT / "bench" / "texts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


texts = _texts()
FROZEN = {
    ("clinical", "tuning"): "9d54bd31f6a5f89b",
    ("clinical", "held-out"): "a3d5d60210fed3d7",
    ("registers", "tuning"): "24cdd7f04b859d31",
    ("registers", "held-out"): "b035a0a63a278f37",
    ("technical", "tuning"): "e7b75b7ac5a4f275",
    ("technical", "held-out"): "12f14dae1b493e4f",
}


@pytest.mark.parametrize("name", texts.SETS)
@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_the_sets_are_frozen(name, half):
    """A set that changes with the recognizers measures nothing: its digest is part of the project."""
    lines = [[line.text, line.spans] for line in texts.made(name, half)]
    digest = hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()[:16]
    assert digest == FROZEN[name, half]


def test_the_halves_share_no_template():
    """What is held out is held out by template, and there are enough of both."""
    for name, least in (("clinical", 60), ("registers", 58), ("technical", 110)):
        rows = texts.templates(name)
        assert len(rows) == len(set(rows)) >= least
        assert not {r.text for r in texts.made(name, "tuning")} & {
            r.text for r in texts.made(name, "held-out")
        }


def test_labels_lie_on_values():
    """Each label covers a value without white space at its edges, in order, none over another."""
    for name in texts.SETS:
        for line in texts.made(name, "tuning") + texts.made(name, "held-out"):
            reached = 0
            for start, end, _ in line.spans:
                assert reached <= start < end <= len(line.text)
                assert line.text[start:end] == line.text[start:end].strip()
                reached = end


def measured(name, half):
    return evaluate(texts.made(name, half), Redactor())


@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_the_bars_hold_without_a_model(half):
    """Clinical texts covered, other registers found, technical lines left alone, in both halves."""
    clinical = measured("clinical", half).total()
    assert clinical.covered / clinical.characters >= 0.80
    shaped = measured("registers", half).total(STRUCTURED)
    assert shaped.precision >= 0.95 and shaped.f2 >= 0.92
    technical = measured("technical", half)
    assert technical.clean >= 200 and technical.flagged <= 0.08 * technical.clean


def test_a_stream_of_notes_equals_the_whole():
    """A word of a clinic counts no further than a stream sees."""
    redactor = Redactor()
    text = "\n\n".join(line.text for line in texts.made("clinical", "tuning")[::5])
    scope = redactor.scope()
    whole = redactor.redact_in(text, scope, "output")[0]
    for size in (7, 64, 1_000):
        stream = redactor.stream(scope)
        parts = [stream.feed(text[i : i + size]) for i in range(0, len(text), size)]
        assert "".join(parts) + stream.finish() == whole
