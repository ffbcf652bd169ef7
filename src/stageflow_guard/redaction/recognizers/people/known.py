"""A name that begins with a given name, where a text says that somebody follows: one of two signs. Pure."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody


def known(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of the name at `at`, of one word or more, the first a given name; None where none is."""
    name = capitalised(text, at)
    return name if name is not None and is_known(text[slice(*name)]) else None


def is_known(name: str) -> bool:
    """Say whether a name is somebody's, and begins with a given name."""
    first, apart, _ = name.partition(" ")
    if first.lower() not in GIVEN_NAMES and first.lower().partition("-")[0] not in GIVEN_NAMES:
        return False
    return is_person(name) if apart else is_somebody(name)
