"""Names that a text announces: a sentence, a title, a field, an address behind them. Pure.

What is not announced needs a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.addressed import recognize as addressed
from stageflow_guard.redaction.recognizers.people.asked_for import recognize as asked_for
from stageflow_guard.redaction.recognizers.people.bookings import recognize as bookings
from stageflow_guard.redaction.recognizers.people.closings import recognize as closings
from stageflow_guard.redaction.recognizers.people.fields import fields
from stageflow_guard.redaction.recognizers.people.forms import FULL, trimmed
from stageflow_guard.redaction.recognizers.people.households import recognize as households
from stageflow_guard.redaction.recognizers.people.introduced import recognize as introduced
from stageflow_guard.redaction.recognizers.people.labelled import listed
from stageflow_guard.redaction.recognizers.people.labelled import recognize as labelled
from stageflow_guard.redaction.recognizers.people.mailboxes import before_address
from stageflow_guard.redaction.recognizers.people.mentioned import recognize as mentioned
from stageflow_guard.redaction.recognizers.people.owners import recognize as owners
from stageflow_guard.redaction.recognizers.people.payments import recognize as payments
from stageflow_guard.redaction.recognizers.people.queries import recognize as queries
from stageflow_guard.redaction.recognizers.people.said import said
from stageflow_guard.redaction.recognizers.people.small_announced import (
    recognize as announced_in_small,
)
from stageflow_guard.redaction.recognizers.people.small_forms import recognize as small_forms
from stageflow_guard.redaction.recognizers.people.small_letters import recognize as in_small_letters
from stageflow_guard.redaction.recognizers.people.subtitles import recognize as subtitles
from stageflow_guard.redaction.recognizers.people.titles import titled


def recognize(text: str) -> Iterator[Hit]:
    """Yield announced names; a field's value counts from two words on, a title's from one."""
    yield from said(text)
    yield from titled(text)
    yield from fields(text)
    yield from mentioned(text)
    yield from introduced(text)
    yield from addressed(text)
    yield from owners(text)
    yield from labelled(text)
    yield from listed(text)
    yield from in_small_letters(text)
    yield from announced_in_small(text)
    yield from small_forms(text)
    yield from asked_for(text)
    yield from closings(text)
    yield from payments(text)
    yield from queries(text)
    yield from bookings(text)
    yield from households(text)
    yield from subtitles(text)


# Isolde Fairweather <isolde.f@…>
_MAILED = re.compile(r"[ ]<(?=[^\s<>@\x1e]{1,64}@[^\s<>@\x1e]{1,253}>)")
_BEFORE_MAIL = re.compile(rf"(?:^|(?<=[\s\"'(,;:|>])){FULL}$")


def mailed(text: str) -> Iterator[Hit]:
    """Yield the name that stands before an address in angle brackets: two words, or one that is a given name.

    The address has to be seen, so this reads what the rest of prose is not shown.
    """
    if "@" not in text or " <" not in text:
        return
    for sign in _MAILED.finditer(text):
        at = sign.start() - (text[sign.start() - 1 : sign.start()] in ("'", '"'))
        low = max(0, at - 60, text.rfind("\n", 0, at) + 1)
        before = _BEFORE_MAIL.search(text, low, at)
        name = None if before is None else trimmed(text, before.start(), at)
        if name is None or name[1] != at or " " not in text[slice(*name)]:
            name = before_address(text, low, at)
        if name is not None:
            yield Hit(*name, "PERSON", 0.4, "name, mail", "label address")
