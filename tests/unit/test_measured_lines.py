"""Everyday lines in nineteen locales, notes of clinics, labels and secrets by kind: what leaks can only grow less."""

from __future__ import annotations

import re

import pytest
from tests.cut_stream import assert_equals_whole
from tests.marked import plain, tuning

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
# values that leak and harmless lines that are flagged, at most: names that nothing announces, a queue's
# own numbers, a day without its year
SETS = {
    "locales.txt": (14, 4),
    "clinics.txt": (204, 10),
    "kinds.txt": (302, 27),
    "hunted.txt": (104, 0),
}


def leaked(text, spans):
    """The values of a text of which a letter or a digit is not covered."""
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return [
        text[start:end]
        for start, end, _ in spans
        if any(i not in covered for i in range(start, end) if text[i].isalnum())
    ]


@pytest.mark.parametrize("name", SETS)
def test_no_more_leaks_and_no_more_is_flagged(name):
    """The half `tuning`; the half `kept` is measured only (bench/field.py --locales, --clinics)."""
    most_leaked, most_flagged = SETS[name]
    texts = [plain(marked) for marked in tuning(name)]
    gone = [value for text, spans in texts for value in leaked(text, spans)]
    flagged = [text for text, spans in texts if not spans and REDACTOR.find(text)]
    assert len(gone) <= most_leaked, gone
    assert len(flagged) <= most_flagged, flagged


@pytest.mark.parametrize("name", SETS)
def test_a_stream_of_any_of_them_is_the_whole(name):
    """Cut at every white space, a text finds what it finds whole."""
    for marked in tuning(name):
        text = "As it was sent to us. " + plain(marked)[0] + " And so on."
        assert_equals_whole(REDACTOR, text, [m.start() for m in re.finditer(r"\s", text)])
