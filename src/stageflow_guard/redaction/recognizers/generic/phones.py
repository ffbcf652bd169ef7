"""Whether a candidate of the digit walk is a phone number: sign, label, grouping, region. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic.candidate import Candidate
from stageflow_guard.redaction.recognizers.generic.phonenumbers import national
from stageflow_guard.redaction.recognizers.hit import Hit

EXTENSION = re.compile(r"[ ]?(?:x|ext\.?|extension|#)[ ]?[0-9]{1,6}(?![0-9A-Za-z])", re.IGNORECASE)
TRUNK_SHAPES = frozenset({
    (2, 2, 2, 2, 2), (4, 2, 2, 2), (5, 3, 3), (5, 6), (3, 4, 4), (4, 3, 4), (2, 4, 4), (4, 3, 3), (3, 3, 4),
    (3, 7), (4, 6), (3, 5, 3), (4, 4, 3), (4, 5, 2), (3, 5, 2), (3, 6, 2), (3, 4, 3), (3, 2, 2, 2), (3, 3, 2, 2), (4, 7), (2, 3, 2, 2), (3, 8), (5, 5), (2, 8), (3, 3, 3),
})  # fmt: skip
TRUNK_GAPS = frozenset(" .-")  # all the same in a number that its first 0 gives away
NATIONAL_GAPS = frozenset({" ", "-", ".", "/", " / "})  # in a number that nothing announces
_OF_AN_AREA = frozenset({" - ", "-", "/", " / "})  # before groups with spaces: `038 - 555 12 40`


def evenly(gaps: tuple[str, ...]) -> bool:
    """Say whether all gaps are the same, or only the one behind an area has a sign of its own."""
    if gaps[:1] and gaps[0] in _OF_AN_AREA and len(gaps) > 1 and set(gaps[1:]) == {" "}:
        return True
    return len(set(gaps)) == 1 and gaps[0] in TRUNK_GAPS


_INTERNATIONAL = re.compile(
    r"(?:(?<![^\W_])(?<![0-9]\.)\+|(?<=[A-Za-z]{2})\+(?=$)|(?<![0-9.])00)\(?$|(?<![\w)\]] )(?<![\w.])\+[ ]\(?$"
)
_PAREN = re.compile(r"\($")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")


def phone(one: Candidate) -> Hit | None:
    """Return the candidate as a phone number, with its sign and extension; None where it is none."""
    size = len(one.digits)
    if not 7 <= size <= 15 or (_filed(one) and not one.touching):
        return None
    before = one.text[max(0, one.start - 4) : one.start]
    head = paren = None
    if "+" in before or "00" in before:
        head = _INTERNATIONAL.search(one.text, max(0, one.start - 4), one.start)
        if head is not None and one.text.endswith("+++", 0, head.start() + 1):
            return None  # what a payment is for, in Belgium
    if "(" in before:
        paren = _PAREN.search(one.text, max(0, one.start - 2), one.start)
    start = head.start() if head else paren.start() if paren else one.start
    tail = EXTENSION.match(one.text, one.end)
    end = tail.end() if tail is not None else one.end
    labelled = one.label == "phone" or (not one.label and labels.after(one.text, end) == "phone")
    score = _phone_score(
        one,
        plus=(head is not None and not _dated(one)) or _dialled(one),
        paren=paren is not None,
        labelled=labelled,
    )
    if score <= 0:
        return None
    if tail is not None:
        score = min(0.95, score + 0.2)
    return Hit(start, end, "PHONE_NUMBER", score, "phone", "label phone" if labelled else "")


def _dated(one: Candidate) -> bool:
    """Say whether it is no number of any country: a zero first, or a date with a sign before it."""
    return one.digits[0] == "0" or (
        one.shape[:3] == (4, 2, 2) and one.gaps[:2] == ("-", "-") and one.digits[:2] in ("19", "20")
    )


def _filed(one: Candidate) -> bool:
    """Say whether it is a number within a year, as files have them: `0048172-2026`, `2026/317`."""
    if len(one.shape) != _PAIR or one.gaps[0] not in ("-", "/"):
        return False
    first, last = one.digits[: one.shape[0]], one.digits[one.shape[0] :]
    return (_is_year(first) and len(last) <= _IN_A_YEAR) or (
        _is_year(last) and len(first) >= _IN_A_YEAR
    )


def _is_year(digits: str) -> bool:
    return len(digits) == _YEAR and digits[:2] in ("19", "20")


_PAIR, _YEAR, _IN_A_YEAR = 2, 4, 5


def _dialled(one: Candidate) -> bool:
    """Say whether the digits begin with 00 and a country's code, in groups."""
    return (
        one.digits[:2] == "00"
        and one.shape[0] >= 4
        and one.digits[2] != "0"
        and len(one.digits) >= 10
        and len(one.shape) > 1
        and set(one.gaps) <= {" ", "-", "/"}
        and not one.loose_edge
        and not _filed(one)
        and not one.text[max(0, one.start - 2) : one.start].strip().isdigit()
    )


_OF_OTHER_SIZES = frozenset({"card", "iban", "ssn", "itin", "ein", "routing", "dob"})
# whose number stands right behind it: what follows farther off is another thing
_SPENT = frozenset({"member", "mrn", "license", "passport", "account", "npi"})
_PORT = (".", ".", ".", ":")  # an address with its port


def _phone_score(one: Candidate, *, plus: bool, paren: bool, labelled: bool) -> float:
    size, shape = len(one.digits), one.shape
    if one.loose_edge and not plus and not labelled:
        return 0.0
    if len(set(one.digits)) == 1 or one.gaps[:4] == _PORT or (
        any(len(g) > 1 and "." in g for g in one.gaps) and not labelled
    ):  # fmt: skip
        return 0.0
    if plus and size >= 8:
        return 0.8 if one.neat or labelled else 0.5
    north = north_american(one)
    spent = one.label in _SPENT and not one.touching
    if north and (spent or one.label in _OF_OTHER_SIZES):  # the label is that of a neighbour
        told = 0.5 if "-" in one.gaps else 0.4
        return told if spent else _phone_for_all_that(one, north=north) or 0.0
    if one.label in ("ssn", "card", "iban", "account", "routing", "license", "passport", "mrn",
                     "npi", "member", "dob", "ein", "itin") and not paren:  # fmt: skip
        return 0.0
    if labelled:
        return _labelled_phone(one, north=north)
    if one.label == "other" and not paren:
        score = _phone_for_all_that(one, north=north)
        if score is not None:
            return score
    if not one.neat:
        return 0.0
    if north:
        return 0.7 if paren or "-" in one.gaps else 0.55
    if paren and len(shape) >= 2 and "_" not in one.gaps and one.gaps != (".",) and (
        (shape[0] in (2, 3) and size >= 8) or (one.digits[0] == "0" and shape[0] in (4, 5) and 9 <= size <= 11)
    ):  # fmt: skip
        return 0.5
    if one.digits[0] == "0" and one.digits[1] != "0" and 9 <= size <= 11 and shape in TRUNK_SHAPES and (
        evenly(one.gaps)
    ):  # fmt: skip
        return 0.45
    return _national_phone(one)


_SPANISH = (2, 3, 2, 2)
_NAMED = re.compile(r"[a-z]:[ ]$")
_UNITS = re.compile(
    r"[ ]?(?:%|€|\$|£|°|[kmgt]?b(?:ytes)?\b|rows?|files?|items?|lines?|km|kg|mm|cm|ms|sec|hours?|days?|times|people|users|euros?|eur|usd|einwohner|zeilen|habitants|habitantes|abitanti|inwoners|stück|pcs)",
    re.IGNORECASE,
)
_HEX_BEFORE = re.compile(r"(?:[A-Fa-f][0-9A-Fa-f]|[0-9][A-Fa-f])[ :]$")  # bytes
_DATED = frozenset(
    {(5, 4), (5, 3), (2, 2, 4), (4, 2, 2), (1, 2, 4), (4, 2, 2, 2), (2, 2, 4, 2), (4, 4)}
)


_OF_A_YEAR = (4, 5)


def _national_phone(one: Candidate) -> float:
    """Return what the metadata of the regions say of a number that nothing announces."""
    shape, gaps = one.shape, set(one.gaps)
    if one.label or not 8 <= len(one.digits) <= 12 or len(shape) < 2 or shape in _DATED:
        return 0.0
    if len(shape) == 2 and gaps == {"."}:
        return 0.0  # a decimal fraction
    if shape == _OF_A_YEAR and one.digits[:2] in ("19", "20"):
        return 0.0  # `demande n° 2025-98556`
    if not gaps <= NATIONAL_GAPS or len(gaps) > 2 or (len(gaps) == 2 and "." in gaps):
        return 0.0
    if one.digits[0] != "0" and max(shape[1:]) == min(shape[1:]) == 3 and (
        shape[0] < 3 or gaps == {"."}
    ):  # fmt: skip
        return 0.0  # thousands
    if shape == (3, 5) and one.digits[0] in "12345":
        return 0.0  # a status and a size
    if shape == (3, 3, 3) and gaps != {" "} and one.digits[0] != "0":
        return 0.0
    if (
        one.digits[0] != "0"
        and shape[0] == 2
        and gaps == {" "}
        and len(set(shape)) > 1
        and shape != _SPANISH
    ):
        return 0.0
    if _HEX_BEFORE.search(one.text, max(0, one.start - 3), one.start):
        return 0.0
    if one_of_many(one.text, one.start, one.end):
        return 0.0
    if _UNITS.match(one.text, one.end) is not None or one.loose_edge:
        return 0.0
    return national(one.digits, shape, one.regions)


def one_of_many(text: str, start: int, end: int) -> bool:
    """Say whether a list of numbers goes on around this one."""
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    return before.rstrip(" ,;")[-1:].isdigit() or after.lstrip(" ,;_")[:1].isdigit()


_CHART = (3, 2, 3)  # of a chart's number


def _labelled_phone(one: Candidate, *, north: bool) -> float:
    size, shape = len(one.digits), one.shape
    if one.gaps == ("-", "-") and (
        shape == (3, 2, 4) or (shape == _CHART and not one.touching)
    ):  # fmt: skip
        return 0.4  # the grouping says another thing than the label
    if one.gaps and not one.neat and (len(shape) > 6 or size < 9):
        return 0.4 if 9 <= size <= 12 else 0.0
    if len(shape) == 1 and size > 11 and not one.touching:
        return 0.3  # a number of a clock
    if _DATE.match(one.digits) and size in (8, 12, 14) and not (one.touching or north):
        return 0.3
    return 0.85 if north else 0.65


def _phone_for_all_that(one: Candidate, *, north: bool) -> float | None:
    """Return the score where a word says "something else"; None where that does not decide."""
    if not one.neat:
        return 0.0
    if north:  # a grouping that only phones have is not undone by a word
        if not one.touching and _NAMED.search(one.text, max(0, one.start - 12), one.start):
            return 0.4  # nor by one in front of the name that the number has
        return 0.5 if one.behind == "phone" or set(one.gaps) == {"-"} else 0.3
    if one.digits[0] == "0" and not one.touching and nationally_grouped(one):
        return 0.42  # nor a word farther off the grouping of a country
    return 0.0 if one.behind != "phone" or len(one.shape) == 1 else None


def nationally_grouped(one: Candidate) -> bool:
    """Say whether digits with a trunk prefix are those of a region, in its groups."""
    return (
        one.shape in TRUNK_SHAPES
        and 9 <= len(one.digits) <= 11
        and one.digits[1] != "0"
        and evenly(one.gaps)
        and not one.loose_edge
        and national(one.digits, one.shape, one.regions) > 0
    )


def north_american(one: Candidate) -> bool:
    """Say whether digits and groups are those of a number of the North American plan."""
    digits, shape = one.digits, one.shape
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
        shape = shape[1:] if shape[0] == 1 else shape
    if len(digits) != 10 or shape != (3, 3, 4):
        return False
    gaps = one.gaps[-2:]
    return (
        digits[0] >= "2"
        and digits[3] >= "2"
        and all(g in (" ", "-", ".", ") ", ")", ")-") for g in gaps)
    )
