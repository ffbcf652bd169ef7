"""A recognizer that is said to find nothing without its heads finds nothing without them."""

from __future__ import annotations

from tests.marked import plain, tuning

from stageflow_guard.redaction.recognizers.anchors import begun, needed
from stageflow_guard.redaction.recognizers.generic.told_secrets import TOLD
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text.scan import PROSE, SHAPED

MARKED = [r for r in (*(r for r, _ in (*SHAPED, *PROSE)), *TOLD) if needed(r)]
TEXTS = [plain(marked)[0] for name in ("kinds.txt", "locales.txt") for marked in tuning(name)]


def test_what_is_not_asked_had_nothing_to_say() -> None:
    """The scanner does not run such a recognizer: each is run here where its heads are not."""
    assert len(MARKED) > 15
    wrong = []
    for text in TEXTS:
        heads = begun(lowered(text))
        for recognize in MARKED:
            if heads.isdisjoint(needed(recognize)) and list(recognize(text)):
                wrong.append((recognize.__module__, text))
    assert not wrong


def test_each_of_them_finds_something_behind_its_heads() -> None:
    """The lines reach every marked recognizer, or the test above says nothing of it."""
    silent = {r.__module__ for r in MARKED} - {
        r.__module__
        for r in MARKED
        for text in TEXTS
        if not begun(lowered(text)).isdisjoint(needed(r))
    }
    assert not silent
