"""What a run of digits is: of a card, a social security number, a phone, a national number, or nothing. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic.candidate import TRIPLETS, Candidate
from stageflow_guard.redaction.recognizers.generic.payment_cards import card, is_card
from stageflow_guard.redaction.recognizers.generic.phones import (
    EXTENSION,
    nationally_grouped,
    north_american,
    phone,
)
from stageflow_guard.redaction.recognizers.generic.quads import quad, touched
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.labels import OTHER
from stageflow_guard.redaction.recognizers.national import NATIONAL, NUMBERS

_DAY = re.compile(
    r"(?:(?:(?:[01][0-9]|2[0-3])[0-5][0-9] )?(?:(?:[0-2]?[0-9]|3[01])([/.-])(?:[0-2]?[0-9]|3[01])\1(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}([/.-])(?:1[0-2]|0?[1-9])\2(?:3[01]|[0-2]?[0-9]))"
    r"|(?:[01][0-9]|2[0-3])[0-5][0-9] (?:1[0-2]|0?[1-9])/(?:3[01]|[0-2]?[0-9])(?:/[0-9]{2})?)(?![0-9])"
)


_OF_DAYS, _SPACE = frozenset("/.-"), (" ",)  # of a day, and of a time before one


def is_day(text: str, start: int, end: int) -> bool:
    """Say whether just this is a day of the calendar: nothing is joined to it by an odd sign."""
    day = _DAY.match(text, start)
    return day is not None and day.end() == end


def _day(one: Candidate) -> bool:
    """Say whether the digits are a day of the calendar, a time of day before it or not."""
    day = _DAY.match(one.text, one.start)
    return day is not None and day.end() >= one.end and one.label != "dob"


def classify(one: Candidate) -> Hit | None:
    """Return the best reading of one candidate."""
    address = len(one.shape) == 4 and one.gaps == (".", ".", ".") and one.label == "ip"
    if one.glued and not address and not _opened(one):
        quadded = one.gaps == (".", ".", ".") and not one.text[one.start - 1 : one.start].isalnum()
        return touched(one.text, one.start) if quadded else None
    if len(one.shape) == 4 and max(one.shape) < 4 and one.gaps == (".", ".", "."):
        hit = quad(one)
        if hit is not None:
            return hit
    if (
        (one.label or one.text[one.start - 1 : one.start] == "(")
        and one.gaps
        and (one.gaps[-1] in _OF_DAYS or one.gaps == _SPACE)
        and _day(one)
    ):
        return None  # nobody's number is written as a day; a label has its value before it
    size = len(one.digits)
    best = card(one) if size >= 12 else _ssn(one) if size == 9 else None
    if best is not None and best.score >= 0.85:
        return best
    hit = phone(one) if size <= 15 else None
    if hit is not None and (best is None or hit.score > best.score):
        best = hit
    if best is None or best.score < _SUREST or one.label in _LABELS:
        hit = _national(one)
        if hit is not None and (best is None or hit.score > best.score):
            best = hit
    return best


_GLUED = frozenset({"card", "ssn"})
_SOLID_SSN = (9,)
_SSN_WORD = re.compile(
    r"(?i)(?:ssn|security(?:number|no)?)(?:is)?[:=_-]?$"
)  # touches it: `#ssn201513303`


def _opened(one: Candidate) -> bool:
    """A tail such as `x4587` is part of a phone number; a label may be written without a space."""
    if one.label == "phone" and one.touching and one.neat and north_american(one):
        return True
    if one.label == "phone" and one.neat and 8 <= len(one.digits) <= 13 and _told_and_run_on(one):
        return True  # `tel656614692urgente`
    if one.label in ("", "phone") and (one.gaps == ("-", "-") or (one.digits[0] == "0" and one.gaps) or one.text[one.start - 1 : one.start] == "+") and (
        _between_letters(one)
    ):  # fmt: skip
        return True  # `callme415-555-0167asap`, `tel+4915228817362whatsapp`
    if not one.label and (
        (15 <= len(one.digits) <= 16 and len(one.shape) == 1 and _among_words(one))
        or (one.shape == (4, 4, 4, 4) and len(set(one.gaps)) == 1 and one.gaps[0] in _FOURS)
    ) and is_card(one.digits):  # fmt: skip
        return True
    if one.label in _GLUED and (one.shape in ((3, 2, 4), (4, 4, 4, 4)) or (
        one.label == "ssn" and one.shape == _SOLID_SSN and _SSN_WORD.search(one.text, max(0, one.start - 18), one.start)
    ) or (
        one.label == "card" and len(one.digits) >= 15 and is_card(one.digits)
    )):  # fmt: skip
        return True
    left = one.text[one.start - 1 : one.start]
    return not left.isalnum() and EXTENSION.match(one.text, one.end) is not None


def _told_and_run_on(one: Candidate) -> bool:
    """Say whether the word for a phone is right before it, and a word at most touches its end."""
    before = _PHONE_WORD.search(one.text, max(0, one.start - 12), one.start)
    behind = one.text[one.end : one.end + 1]
    return before is not None and (
        not behind.isalnum() or _TAIL_WORD.match(one.text, one.end) is not None
    )


_PHONE_WORD = re.compile(
    r"(?i)(?<![^\W_])(?:tel|tél|phone|telefono|teléfono|telefon|telefone|téléphone|mobile?|mob|cell|cel|handy|m[oó]vil|portable|call|ring|fax|whatsapp|wa|sms|tlf|tfno|fono|n[uú]mero|num|nr|no)[.:=]?[ ]?\+?$"
)


def _among_words(one: Candidate) -> bool:
    """Say whether words touch it, one of which is in no hexadecimal number, and none of which names a record."""
    before = _WORD_BEFORE.search(one.text, max(0, one.start - 14), one.start)
    behind = _WORD_BEHIND.match(one.text, one.end)
    if behind is None:
        if before is None or one.text[one.end : one.end + 1].isalnum() or _RECORD.search(before[0]):
            return False
        return _NO_HEX.search(before[0]) is not None and _USUAL.match(one.digits) is not None
    if before is None and one.text[one.start - 1 : one.start] not in _OPENERS:
        return False
    words = ("" if before is None else before[0]) + behind[0]
    return _NO_HEX.search(words) is not None and _USUAL.match(one.digits) is not None


_RECORD = re.compile(
    r"(?i)(?:id|ref|order|trace|span|session|build|ts|time|msg|seq|num|nr|no|txn?|trx|req|case|row|img|file|doc|post|v)$"
)
_WORD_BEFORE = re.compile(
    r"(?<![A-Za-z0-9+/=-])(?:[A-Z]?[a-z]{2,12}(?:[A-Z][a-z]{1,12}){0,3}|[A-Z]{2,12})$"
)
_OPENERS = frozenset(("", *" \n\t[(\"':=,;"))
_WORD_BEHIND = re.compile(
    r"(?:[A-Z]?[a-z]{2,12}(?:[A-Z][a-z]{1,12}){0,3}|[A-Z]{2,12})(?![A-Za-z0-9+/=-])"
)
_NO_HEX = re.compile(r"[g-zG-Z]")
# sixteen digits of Visa, Mastercard, Discover and JCB, fifteen of American Express: no rarer length
_USUAL = re.compile(r"(?:[4562][0-9]{15}|35[0-9]{14}|3[47][0-9]{13})$")
_FOURS = frozenset(" -")


def _between_letters(one: Candidate) -> bool:
    """Say whether words in small letters touch a phone number that its form gives away."""
    before = one.text[max(0, one.start - 4) : one.start].rstrip("+")[-2:]
    before = "" if before[-1:] in _OPENERS else before
    behind = one.text[one.end : one.end + 1]
    dialled = one.text[one.start - 1 : one.start] == "+" and 10 <= len(one.digits) <= 14
    plain = one.shape == (3, 2, 4) and one.gaps == ("-", "-")
    return (plain or dialled or north_american(one) or nationally_grouped(one)) and (not before or before.isalpha()) and (
        not behind.isalnum() or _TAIL_WORD.match(one.text, one.end) is not None
    )  # fmt: skip


_TAIL_WORD = re.compile(
    r"(?:[A-Z]?[a-z]{1,12}(?:[A-Z][a-z]{1,12}){0,4}|[A-Z]{2,12})(?![A-Za-z0-9])"
)


def _ssn(one: Candidate) -> Hit | None:
    if len(one.digits) != 9:
        return None
    area, middle, serial = one.digits[:3], one.digits[3:5], one.digits[5:]
    issued = area not in ("000", "666") and area < "900" and middle != "00" and serial != "0000"
    entity = "US_ITIN" if one.label == "itin" else "US_SSN"
    if one.label in ("ssn", "itin"):
        if "." in one.gaps and not one.neat and len(set(one.gaps)) > 1:
            return None  # decimals in the columns of a table
        if one.shape != (3, 2, 4) and any(":" in gap for gap in one.gaps):
            return None  # a volume and its pages: `Social Networks 30(2):136--145`
        if not issued and not (one.neat and (one.shape == (3, 2, 4) or one.touching)):
            return None
        return Hit(
            one.start, one.end, entity, 0.85 if issued else 0.75, "ssn", f"label {one.label}"
        )
    if one.label in ("", "other", "dob") and labels.after(one.text, one.end) == "ssn":
        return Hit(one.start, one.end, entity, 0.65, "ssn", "label ssn")
    if one.shape != (3, 2, 4) or not one.neat or one.loose_edge:
        return None
    dashed = one.gaps == ("-", "-")
    if one.label in ("license", "account", "card", "member", "passport"):
        return Hit(one.start, one.end, "US_SSN", 0.36 if dashed and issued else 0.25, "ssn")
    if dashed:
        return Hit(one.start, one.end, "US_SSN", 0.68 if issued else 0.45, "ssn")
    if len(set(one.gaps)) == 1 and issued and not _of_a_month(one):
        return Hit(one.start, one.end, "US_SSN", 0.4 if one.gaps[0] == " " else 0.36, "ssn")
    return None


def _of_a_month(one: Candidate) -> bool:
    """Say whether it is the number of something in a month of a year: `faktura nr 118/02/2026`."""
    return one.gaps[0] in ("/", ".") and one.digits[5:7] in ("19", "20") and (
        1 <= int(one.digits[3:5]) <= _MONTHS
    )  # fmt: skip


_MONTHS = 12
_LABELS = frozenset(one.label for one in NUMBERS)
_GROUPED = frozenset(shape for one in NUMBERS for shape in one.shapes)
_SUREST = max(one.bare for one in NUMBERS)  # of a national number that nothing names


def _part_of_a_name(one: Candidate) -> bool:
    """Say whether letters and a dash touch it: `SecurityPolicy-TLS-1-2-2017-01`."""
    before = one.text[max(0, one.start - 3) : one.start]
    return before[-1:] == "-" and before[-3:-1].isupper() and len(one.gaps) > 0


_AGE_BEHIND = re.compile(r"(?i)[ -]?(?:y\.?/?o|y(?:ea)?rs?|[mf]|m[lg]|mcg|units?|k?g)(?!\w)")
_AGE_SIZE = 3  # digits


def _aged(one: Candidate) -> bool:
    """Say whether the last group is an age or a dose: `MRN 5551234567 67 y/o`."""
    return (
        one.gaps[-1:] == (" ",)
        and one.shape[-1] <= _AGE_SIZE
        and _AGE_BEHIND.match(one.text, one.end) is not None
    )


def _thousands(one: Candidate) -> bool:
    """Say whether the groups may be those of one large number: `130 692 544`."""
    return one.shape == TRIPLETS and set(one.gaps) != {"-"}


_DASH = {"-"}
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}){2}")


def _national(one: Candidate) -> Hit | None:
    named = one.label in _LABELS
    if not named and (one.shape not in _GROUPED or not one.neat or one.loose_edge):
        return None
    best: Hit | None = None
    for known in NATIONAL.get(len(one.digits), ()):
        labelled = one.label == known.label
        if not labelled and one.shape not in known.shapes:
            continue
        if labelled and known.check is None and (
            not one.near or _YEARS.fullmatch(one.digits) or one.gaps == (".",) or _part_of_a_name(one) or _aged(one)
        ):  # fmt: skip
            continue
        valid = known.check is not None and known.check(one.digits)
        if labelled:
            hit = Hit(
                one.start,
                one.end,
                known.entity,
                0.9 if valid else 0.65,
                "national number",
                f"label {known.label}",
            )
        elif valid and known.bare and one.gaps != (".",) and not _thousands(one) and (
            (one.gaps and not known.dashed) or one.label != OTHER  # the number of an order
        ) and (not known.dashed or set(one.gaps) == _DASH):  # fmt: skip
            hit = Hit(one.start, one.end, known.entity, known.bare, "national number", "checksum")
        else:
            continue
        if best is None or hit.score > best.score:
            best = hit
    return best
