"""A document and its number in one clause, with words between them: `passport, mine is K4471920`. Pure.

The value needs more than its place: letters and digits in the form of that document, or a check
digit that holds. What another label between them names is that label's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.countries.pack import Document
from stageflow_guard.redaction.recognizers.generic.document_checks import (
    APART,
    DOUBTFUL,
    GIVEN,
    valid,
)
from stageflow_guard.redaction.recognizers.hit import Hit

_TRIED = 4  # numbers between a label and its own
_BEHIND, _BEFORE = 90, 48  # characters
_ASKED, _MOMENT = (
    40,
    14,
)  # to the sign of a question; what may stand before its answer: `? - Moment.`
# where a clause ends: a sentence, a paragraph; no full stop of an abbreviation such as `nr.` and `C.I.E.`
_END = re.compile(r"(?:(?<=[^\W_]{5})\.|!)(?=\s|$)|(?<![:?])\n|[|=\t{}<]")
_ASIDE = re.compile(r"\.?\s?\([^()\n]{1,44}\)")  # `PPS no (on the old card): 7935679R`
# groups of capitals and digits, each with a digit but for the first letters
_VALUE = re.compile(
    r"(?<![\w@#$€£.,/:+-])(?=[A-Z]{0,5}[ -]?[0-9])(?:[A-Z]{1,2}[ -](?=[0-9])|[A-Z]{5}[ ](?=[0-9]{6}))?(?=[A-Z]{0,8}[0-9])[A-Z0-9]{1,14}(?:[ .\-/]{1,2}(?=[A-Z]{0,2}[0-9])[A-Z0-9]{1,11}){0,5}(?:-[A-Z])?(?![\w@%€$]|[-./:,][\w])"
)
_DIGIT = re.compile(r"[0-9]")
# the same in small letters: a few of them, then digits
_SMALL = re.compile(
    r"(?<![\w@#$€£.,/:+-])(?:[a-z]{1,3}[0-9]{5,9}[a-z]?|[0-9]{2}[a-z]{2}[0-9]{5}|[a-z]{2}[0-9]{5}[a-z]{2}|u1[a-z0-9]{7,8})(?![\w@%-]|[-./:,][\w])"
)
_LEAST, _MOST = 7, 18  # letters and digits of a value
_TOLD = 8  # digits of a value without a check
_DIGITS = 3  # of a value that has letters
_OTHERS = frozenset({labels.OTHER, "phone", "iban", "account", "ip"})
# of a vehicle, an account, a file: read elsewhere, or written too freely
_NOT_THESE = frozenset(["LICENSE_PLATE", "US_BANK_NUMBER", "STREET_ADDRESS", "MEDICAL_LICENSE", "CASE_NUMBER", "MEDICAL_RECORD_NUMBER", "MEMBER_ID", "EMPLOYEE_ID", "STUDENT_ID"])  # fmt: skip
_PAPERS = ("PASSPORT", "_ID_CARD", "_CNI", "DRIVER_LICENSE", "DRIVING_LICENCE", "_CC")
_MINE = re.compile(r"[ ,;:(–-]{1,3}(?:[^\W\d_]+['’]?[ ,'’]{1,2}){0,7}$")


def in_its_clause(
    text: str, start: int, end: int, documents: Sequence[Document], names: Container[str]
) -> Hit | None:
    """Return the number of a document whose name stands at `[start, end)`, behind it or before it.

    `names` are those of all documents: the letters before a number may be one.
    """
    known = [one for one in documents if one.entity not in _NOT_THESE]
    if not known:
        return None
    asked = text.find("?", end, end + _ASKED)
    aside = _ASIDE.match(text, end)
    begin = asked + _MOMENT if asked >= 0 else aside.end() if aside is not None else end + 1
    stop = _END.search(text, begin, end + _BEHIND)
    high = end + _BEHIND if stop is None else stop.start()
    for value in islice(_values(text, end, high), _TRIED):
        if value.start() - end > _BEHIND - _MOST:
            break
        if _is_of_another(text, end, value):
            break
        if value[0].partition(" ")[0].lower() in names:
            break  # `RG 12.345.678-9` behind a driver's licence
        numbered = (
            _NUMBER_WORD.search(text, max(0, start - _SAID_BEFORE), value.start()) is not None
        )
        hit = _of(known, text, value, numbered=numbered)
        if hit is not None:
            return hit
    return _told_before(text, start, known)


def _is_of_another(text: str, end: int, value: re.Match[str]) -> bool:
    """Say whether another label stands between; a card is also what a document is printed on."""
    name = labels.scan(text, end, value.start(), labels.NONE).name
    if name == "card":
        return value[0].isdigit() and len(value[0]) >= _CARD
    return name in _OTHERS


_CARD = 13
_SAID_BEFORE = 32  # characters from a word for "number" to the document
_NUMBER_WORD = re.compile(
    r"(?i)(?<![^\W_])(?:number|nummer|nr|no|n[°ºo]|num|n[uú]m|num[ée]ro|n[uú]mero|registro|punto|punkt|punt|ponto|point|feld|veld|campo|champ|ligne)(?![^\W\d_])|(?:nummer|nr)(?![^\W\d_])"
)


def _told_before(text: str, start: int, documents: Sequence[Document]) -> Hit | None:
    """Return a number whose document is named behind it: `K4471920 is my passport`."""
    for value in islice(_values(text, max(0, start - _BEFORE), start), _TRIED):
        if (
            _MINE.match(text, value.end(), start) is None
            or labels.scan(text, value.end(), start, labels.NONE).name in _OTHERS
            or labels.before(text, value.start())
        ):
            continue
        mixed = any(map(str.isalpha, value[0]))
        known = [one for one in documents if mixed and one.entity.endswith(_PAPERS)]
        return _of(known or [one for one in documents if one.check], text, value, numbered=False)
    return None


def _values(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield what is written like a number of a document between `low` and `high`, whole."""
    at = low if _DIGIT.search(text, low, high) is not None else high
    while at < high:
        found = _VALUE.search(text, at, high + _MOST)
        small = _SMALL.search(text, at, high + _MOST)
        if small is not None and (found is None or small.start() < found.start()):
            found = small
        if found is None or found.start() >= high:
            return
        yield found
        at = found.end()


def _of(
    documents: Sequence[Document], text: str, value: re.Match[str], *, numbered: bool
) -> Hit | None:
    """Return `value` as the number of one of `documents`: by its check, or by its letters and digits.

    Digits alone without a check count for a paper whose number is spoken of (`numbered`).
    """
    plain = APART.sub("", value[0]).upper()
    if not _LEAST <= len(plain) <= _MOST:
        return None
    digits = sum(map(str.isdigit, plain))
    mixed = digits < len(plain) and digits >= _DIGITS
    for one in documents:
        if re.fullmatch(one.value, value[0]) or re.fullmatch(one.value, plain):
            holds = valid(one, plain)
            told = numbered and holds is None and one.entity.endswith(_PAPERS)
            if holds or mixed or (told and len(plain) >= _TOLD):
                score = GIVEN if holds else DOUBTFUL
                return Hit(*value.span(), one.entity, score, "document", "label document")
    return None
