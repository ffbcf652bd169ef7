"""A British sort code and the number of an account behind it: `Monzo 04-00-04 51027743`. Pure.

The two have one form; a bank's name or a word of paying on the same line says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import at_numbers, numbers_in

_GAP = r"(?:[ ]{1,3}|[ ]?[,/|;&+][ ]?|\n|[ ,]{0,2}(?:and|&)[ ]|[ ,/]{0,3}(?:a/?c|acct?|account)(?:[ ](?:no|number|num))?\.?[ :]{1,2})"
_PAIR = re.compile(
    rf"(?P<code>[0-9]{{2}}(?P<sign>[ -])[0-9]{{2}}(?P=sign)[0-9]{{2}}){_GAP}(?P<account>(?!20[0-9]{{2}}[01][0-9][0-3][0-9])[0-9]{{8}}|[0-9]{{4}}[ ][0-9]{{4}})(?![\w-]|[.,:/][0-9])",
    re.IGNORECASE,
)
# in one run behind its word
_SOLID = re.compile(
    rf"(?P<code>[0-9]{{6}}){_GAP}(?P<account>[0-9]{{8}})(?![\w-]|[.,:/][0-9])", re.IGNORECASE
)
_CODE_WORD = re.compile(r"(?:sort[ -]?code|s/c|sc)[ ]?(?:is)?[ :]{1,2}$")
_WORDS = Heads((
    "monzo", "starling", "barclays", "lloyds", "natwest", "hsbc", "santander", "halifax", "nationwide", "revolut", "tsb", "rbs", "bank", "first direct", "metro", "co-op", "chase", "virgin money", "tide", "clydesdale", "ulster", "danske",
    "sort", "s/c", "acct", "acc ", "account", "details", "transfer", "pay ", "payee", "payment", "send ", "bacs", "deposit", "refund", "owe", "rent",
))  # fmt: skip
_SORTS = Heads(("sort", "s/c", "sc ", "sc:", "sc is"))
_BEFORE, _BEHIND = 80, 30  # characters within which such a word stands


def recognize(text: str) -> Iterator[Hit]:
    """Yield both numbers."""
    lower = lowered(text)
    places = _WORDS.places(lower)
    if not places:
        return
    for match in _pairs(text):
        start, end = match.span()
        if any(start - _BEFORE <= at < end + _BEHIND for at in places):
            yield from _both(match)
    for match in at_numbers(_SOLID, text) if _SORTS.places(lower) else ():
        if _CODE_WORD.search(lower, max(0, match.start() - 14), match.start()) is not None:
            yield from _both(match)


def _pairs(text: str) -> Iterator[re.Match[str]]:
    """Yield what is written like a code and an account, from a number of two digits on."""
    for start, end in numbers_in(text):
        if end - start != _OF_A_GROUP or text[end : end + 1] not in _SIGNS:
            continue
        before = text[max(0, start - 1) : start]
        match = None if before.isalnum() or before in _JOINED else _PAIR.match(text, start)
        if match is not None:
            yield match


_OF_A_GROUP, _SIGNS = 2, frozenset(" -")
_JOINED = frozenset("-/.+")


def _both(match: re.Match[str]) -> Iterator[Hit]:
    for part in ("code", "account"):
        yield Hit(*match.span(part), "US_BANK_NUMBER", 0.6, "sort code", "label account")
