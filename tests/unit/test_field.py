"""Lines as people write them: each kind of tests/data/field.txt is covered, none of harmless.txt is.

A kind is counted alone, so that a good one never hides a bad one.
"""

from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from pathlib import Path

import pytest
from tests.marked import plain

from stageflow_guard.redaction import Redactor

DATA = Path(__file__).resolve().parents[1] / "data"
VECTORS = (
    Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "pii" / "field_dev.jsonl"
)
REDACTOR = Redactor()
LOCALES = ("en", "de", "fr", "es", "it", "nl", "pt")


def lines():
    for raw in (DATA / "field.txt").read_text(encoding="utf-8").split("\n"):
        if raw and not raw.startswith("#"):
            kind, locale, marked = raw.split("|", 2)
            yield kind, locale, *plain(marked)


LINES = list(lines())


def uncovered(text, start, end):
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return [i for i in range(start, end) if text[i].isalnum() and i not in covered]


@pytest.mark.parametrize("kind", sorted({kind for kind, *_ in LINES}))
def test_each_kind_is_covered_to_the_last_character(kind):
    """At most one value in twenty of a kind is left, and none of a kind of less than twenty."""
    values = [(t, s) for k, _, t, spans in LINES if k == kind for s in spans]
    left = [(t[a:b], t) for t, (a, b, _) in values if uncovered(t, a, b)]
    assert len(left) <= len(values) // 20, left


@pytest.mark.parametrize("locale", LOCALES)
def test_each_language_is_covered(locale):
    """Of each of the seven languages, at most 4 % of the values are left."""
    values = [(t, s) for _, where, t, spans in LINES if where[:2] == locale for s in spans]
    left = [(t[a:b], t) for t, (a, b, _) in values if uncovered(t, a, b)]
    assert len(left) <= 0.04 * len(values), left


@pytest.mark.parametrize(
    "line", [x for x in (DATA / "harmless.txt").read_text(encoding="utf-8").split("\n") if x]
)
def test_a_harmless_line_stays_as_it_is(line):
    """Technical text and prose of seven languages that hold no personal data."""
    assert [(line[s.start : s.end], s.entity) for s in REDACTOR.find(line)] == []


@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
def test_field_lines_leak_at_most_four_in_a_hundred():
    """Promised values of the labelled field lines; harmless ones are flagged at most as often."""
    leaked, promised, flagged, harmless = 0, 0, 0, 0
    by_locale = defaultdict(int)
    for raw in VECTORS.read_text(encoding="utf-8").split("\n"):
        if not raw:
            continue
        line = json.loads(raw)
        if not line["spans"]:
            harmless += 1
            flagged += bool(REDACTOR.find(line["text"]))
        for (start, end, _), claimed in zip(line["spans"], line["claimed"], strict=True):
            missed = claimed and bool(uncovered(line["text"], start, end))
            promised, leaked = promised + claimed, leaked + missed
            by_locale[line["locale"][:2]] += missed
    assert leaked <= 0.04 * promised, dict(by_locale)
    assert flagged <= 0.04 * harmless


@pytest.mark.parametrize(
    "before", ["联系13800138000谢谢 ", "| 1001 | 219-09-4417 | 12 |\n", "メールはtaro@exam.comで "]
)
def test_a_border_moves_no_offset(before):
    """What stands behind an inserted border is replaced where it stands."""
    text = before + "My name is Marlene Okafor, card 4111 1111 1111 1111."
    assert REDACTOR.redact(text).value.split("My name is ")[1].startswith("⟦PERSON_1")
    assert "Marlene" in {text[s.start : s.start + 7] for s in REDACTOR.find(text)}


def test_the_table_of_the_docs_is_what_the_command_prints():
    """`python bench/field.py --table`, as docs/explanation/redaction.md shows it."""
    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("bench_field", root / "bench" / "field.py")
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    shown = (root / "docs" / "explanation" / "redaction.md").read_text(encoding="utf-8")
    assert bench.table(bench.own_lines(), REDACTOR) in shown
