"""What restoring costs: linear in the placeholders, whatever the scope holds."""

from __future__ import annotations

import time

import pytest

from stageflow_guard.redaction import Redactor, Vault

pytestmark = pytest.mark.bars
MOST = 25e-6  # seconds of CPU for each placeholder


def test_forty_thousand_pseudonyms_are_restored_in_linear_time():
    """At most 25 µs each, and no more per placeholder than in a scope of a tenth."""
    redactor, scope = Redactor(ner=None), Vault().scope("acme", "one")
    each = {}
    for count in (4_000, 40_000):
        words = [f"u{n}@example.com" for n in range(count)]
        parts = [
            redactor.redact_in(" ".join(words[at : at + 2_000]), scope, "input")[0]
            for at in range(0, count, 2_000)
        ]
        text = " ".join(parts)
        start = time.process_time()
        assert scope.restore(text) == " ".join(words)
        each[count] = (time.process_time() - start) / count
    assert each[40_000] <= MOST, each
