"""Numbers of payment cards: a network's range and length (ISO/IEC 7812), Luhn's check, fours. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.generic.candidate import Candidate
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.shapes import numbers_in

SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 3), (4, 4, 4, 1), (4, 4, 5), (4, 4, 4, 2), (6, 13), (8, 8)}  # fmt: skip


def network(digits: str) -> bool:
    """Say whether prefix and length are those of a card scheme (ISO/IEC 7812 ranges in use)."""
    size, two, three, four = len(digits), int(digits[:2]), int(digits[:3]), int(digits[:4])
    if digits[0] == "4":
        return size in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return size == 16
    if two in (34, 37):
        return size == 15
    if four == 6011 or two == 65 or 644 <= three <= 649 or two in {62, 60}:
        return 16 <= size <= 19
    if three in (300, 301, 302, 303, 304, 305, 309) or two in (36, 38, 39):
        return size in (14, 16, 19)
    if 3528 <= four <= 3589:
        return 16 <= size <= 19
    if four in (1800, 2131):
        return size == 15
    return (two in (50, 56, 57, 58, 63, 67, 68, 69)) and 12 <= size <= 19


def is_card(digits: str) -> bool:
    """Say whether digits are a card's number: in a scheme's range, and Luhn's check holds."""
    return network(digits) and luhn(digits)


_USUAL = (15, 16)  # digits


def card(one: Candidate) -> Hit | None:
    """Return a candidate as a card: by its label, by network and check, or by its grouping."""
    size = len(one.digits)
    if not 12 <= size <= 19 or (one.label in ("iban", "phone") and size < 14):
        return None
    labelled = one.label == "card"
    known = network(one.digits)
    if not (known or labelled) or len(set(one.digits)) == 1:
        return None
    good = luhn(one.digits)
    shaped = one.shape in SHAPES or len(one.shape) == 1
    if labelled and (good or known or one.touching or one.shape in SHAPES):
        score = 0.95 if good and known else 0.85 if good or known else 0.7
        return Hit(one.start, one.end, "CREDIT_CARD", score, "card", "label card")
    if not known or not one.neat or not shaped or len(set(one.gaps)) > 1 or (
        one.cut or (one.priced and not (good and size in _USUAL))
    ):  # fmt: skip
        return None
    if good:  # a checksum and a network's range: no word undoes that
        score = 0.9 if len(one.shape) > 1 else 0.7 if size in (14, 15, 16) else 0.3
        if one.label == "other" and len(one.shape) == 1:
            score = 0.5 if size in (15, 16) else 0.3
        return Hit(one.start, one.end, "CREDIT_CARD", score, "card", "checksum")
    if len(one.shape) > 2 and (one.label != "other" or one.behind == "card"):
        return Hit(one.start, one.end, "CREDIT_CARD", 0.4, "card")
    return None


def quartered(text: str, start: int, end: int, digits: str, gap: str) -> Hit | None:
    """Return sixteen digits in fours, one rule between them, as a card whose network and check hold."""
    around = text[max(0, start - 3) : start].rstrip(" ")[-1:] + text[end : end + 3].lstrip(" ")[:1]
    if gap.strip() in around or not is_card(digits):
        return None
    return Hit(start, end, "CREDIT_CARD", 0.6, "card", "checksum")


# words of paying near a number whose groups are nobody's: `charge 47 16 57 55 56 52 72 30`
_PAID = (
    "card", "pay", "paid", "charge", "plastic", "amount due", "visa", "amex", "zahl", "kart", "abbuch", "belast", "carta", "carte", "cartão", "cb:", "cb :",
    "débit", "debit", "paga", "pago", "cobr", "tarjeta", "addebit", "kaart", "betaal", "betal", "kort",
)  # fmt: skip
_ODD_GROUPS = re.compile(
    r"[0-9](?<![0-9A-Za-z.,:/-].)(?<![0-9][ ,].)[0-9]{1,7}(?:([ -])[0-9]{2,8}(?:\1[0-9]{2,8}){0,7})(?![0-9A-Za-z%]|[ .,:/-][0-9])"
)
_MOST_FIRST = 8  # digits of the first group
_BETWEEN = frozenset(" -")  # what parts it from the next
_REACH = 60  # characters between such a word and the number


def in_any_groups(text: str) -> Iterator[Hit]:
    """Yield card numbers in groups of any size near a word of paying: network and check digit hold."""
    for start, end in numbers_in(text):
        if not 2 <= end - start <= _MOST_FIRST or text[end : end + 1] not in _BETWEEN:
            continue
        match = _ODD_GROUPS.match(text, start)
        if match is None:
            continue
        digits = match[0].replace(match[1], "")
        if len(digits) not in _USUAL or not is_card(digits):
            continue
        around = text[max(0, match.start() - _REACH) : match.end() + _REACH].lower()
        if present(around, _PAID):
            yield Hit(*match.span(), "CREDIT_CARD", 0.55, "card", "checksum")
