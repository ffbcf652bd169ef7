"""Words are found by the quick way as by the thorough one."""

from __future__ import annotations

import random

import pytest

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.clinical import clinic
from stageflow_guard.redaction.recognizers.runs import places_of, runs

_WORDS = frozenset({"a", "ab", "é", "cé", "abc"})


def _texts(letters: str) -> list[str]:
    rng = random.Random(7)
    return ["".join(rng.choices(letters, k=rng.randint(0, 20))) for _ in range(3_000)]


def test_few_words_stand_where_their_runs_of_letters_are() -> None:
    for text in _texts("abc é1²_- "):
        assert list(places_of(text, _WORDS)) == list(runs(text).places(_WORDS)), text


def test_labels_are_cut_as_their_pattern_reads_them() -> None:
    for text in _texts("aAbB\n 1.-"):
        assert labels._tokens(text) == labels._TOKEN.findall(text), text


@pytest.mark.parametrize(("digits", "holds"), [("79927398713", True), ("79927398710", False)])
def test_luhns_sum(digits: str, holds: bool) -> None:
    assert luhn(digits) is holds


def test_a_zone_of_a_clinic_is_found_far_behind_other_text() -> None:
    told = "Pt admitted to ICU, seen by attending Ronda Vexler on 3/14. "
    for lead in ("", "Nothing of note. " * 60):
        found = [(lead + told)[hit.start : hit.end] for hit in clinic.recognize(lead + told)]
        assert "Ronda Vexler" in found
