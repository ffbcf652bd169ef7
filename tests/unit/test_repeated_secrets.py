"""A secret that one key tells of is covered wherever it stands in the same value."""

from __future__ import annotations

import json

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def test_a_secret_is_covered_under_other_keys_and_in_sentences():
    """As in one text: before and behind the place that tells of it, and as one pseudonym."""
    value = {"note": "use Zx9kLmq2pw to log in", "password": "Zx9kLmq2pw", "rows": [["Zx9kLmq2pw"]]}
    redacted = REDACTOR.redact(value).value
    assert "Zx9kLmq2pw" not in json.dumps(redacted)
    assert redacted["note"] == f"use {redacted['password']} to log in"
    assert redacted["rows"][0][0] == redacted["password"]


def test_a_part_of_a_word_and_short_words_are_not_it():
    """`Zx9kLmq2pwX` is another value; a PIN of four digits is many numbers."""
    redacted = REDACTOR.redact({"password": "Zx9kLmq2pw", "x": "aZx9kLmq2pwX", "pin": "4417", "n": "4417"}).value  # fmt: skip
    assert redacted["x"] == "aZx9kLmq2pwX"
    assert redacted["n"] == "4417"
