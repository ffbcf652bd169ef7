"""Whether the check of a document holds for a value, and how sure a find is then. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.countries.pack import Document

APART = re.compile(r"[ ./\-·]+")
SURE, GIVEN, DOUBTFUL = 0.85, 0.6, 0.5


def valid(document: Document, value: str) -> bool | None:
    """Return whether the check of `document` holds for `value`; None where there is none."""
    if document.check is None:
        return None
    plain = APART.sub("", value)
    try:
        return document.check(plain.upper())
    except (ValueError, IndexError, KeyError):
        return False
