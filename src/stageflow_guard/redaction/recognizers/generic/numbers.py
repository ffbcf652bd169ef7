"""Everything that is digits: one walk over the digit groups of a text, classified by shape.

A group is a run of digits; a candidate is up to ten neighbouring groups. What a candidate is
follows from its length, its grouping, its check digit and the label beside it. Linear: each group
starts at most ten candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.generic import short_labels
from stageflow_guard.redaction.recognizers.generic.candidate import Candidate, keyed
from stageflow_guard.redaction.recognizers.generic.network import prefixed
from stageflow_guard.redaction.recognizers.generic.phonenumbers import REGIONS
from stageflow_guard.redaction.recognizers.generic.phones import (
    EXTENSION,
    NATIONAL_GAPS,
    TRUNK_GAPS,
    TRUNK_SHAPES,
    north_american,
    one_of_many,
    phone,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.labels import OTHER, Nearest
from stageflow_guard.redaction.recognizers.national import NATIONAL, NUMBERS
from stageflow_guard.redaction.recognizers.tokens import in_token

_GROUP = re.compile(r"[0-9]+")
_NEAT = re.compile(r"[ ._-]|[ ]-[ ]|\)[ ]?|[ ]?\(|[ ]?\((?=0\))|\)-|\) ?|-\(|[ ]?/[ ]?")


@lru_cache(maxsize=1024)
def _is_neat(gap: str) -> bool:
    """Say whether what is between two groups is what people put there."""
    return _NEAT.fullmatch(gap) is not None


_LOOSE = re.compile(
    r"[^A-Za-z0-9\n\"'@\x1e]{1,4}|'|[ ]?\n[ ]{0,4}|[^\w\n\x1e]\n[^\w\n\x1e]?|\n[^\w\n\x1e]|[^\w\n\"'\x1e]{2}[ ][^\w\n\"'\x1e]{0,2}"
)
MOST = 10
CLOSE = 8  # characters between a label and its value
COMPLETE, WHOLE_CARD = 0.6, 0.95
NEAR = 28  # between a label and a number that has no check digit
_LONGEST = 34

_CARD_SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 3), (4, 4, 4, 1), (4, 4, 5), (4, 4, 4, 2), (6, 13), (8, 8)}  # fmt: skip


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


# groupings that say something without a label
_SHAPES = frozenset(
    {(3, 2, 4), (3, 3, 4), (1, 3, 3, 4), *_CARD_SHAPES}
    | {shape for one in NUMBERS for shape in one.shapes}
)


def recognize(text: str, regions: tuple[str, ...] = REGIONS) -> Iterator[Hit]:
    """Yield what the digit groups of `text` are; a group belongs to one hit at most.

    `regions` are those whose national phone numbers count without a label.
    """
    groups = [m.span() for m in _GROUP.finditer(text)]
    count, i, read = len(groups), 0, 0
    state, walk = labels.NONE, _Walk(text, groups, labels.Ahead(text), regions)
    spent, valued = -1, 0  # the label that has its value, and where that ends
    while i < count:
        start, end = groups[i]
        size = end - start
        if (
            size == 1
            and 0 <= start - read <= 1
            and _drips(walk, i, state)
            and (not text[read:start].isalpha() or labels.silent(text[read:start]))
        ):  # what is spaced out: nothing was read since, and no shape starts so
            read = end
            i += 1
            continue
        if size > _LONGEST or (size < 7 and not _reaches(groups, i)):
            i += 1  # its label, if any, is read with what comes next
            continue
        if start - read > 1 or text[read:start].isalpha():  # one sign between is no label
            state = labels.scan(text, read, start, state)
        read = end
        label = state.within(start) if state.end else state
        if label.end == spent and label.name in _ONCE and not _LISTS.fullmatch(text[valued:start]):
            label = labels.NONE  # `NPI 1003000126. Questions: 860-555-0166`
        if (size == 1 and _drips(walk, i, label)) or (size < 7 and _alone(walk, i, label)):
            i += 1
            continue
        best, taken = _best(walk, i, label)
        if best is None:
            i = taken + 1
        elif not in_token(text, best.start, best.end):
            yield _retyped(text, best)
            if label.end:
                spent, valued = label.end, best.end
            i = taken + 1
        else:
            i += 1


def _retyped(text: str, hit: Hit) -> Hit:
    """Return a phone number as what a short label right before it says: `Acc# 415-555-0132`."""
    entity = short_labels.entity_of(text, hit.start) if hit.entity == "PHONE_NUMBER" else ""
    return hit._replace(entity=entity, score=_ADJACENT, why="label short") if entity else hit


_ADJACENT = 0.8
_ONCE = frozenset({"npi", "mrn", "member"})  # each names one number
# what joins a second value of one label to the first
_LISTS = re.compile(
    r"[\s,;/&|+.()\[\]\x1e-]{0,8}(?:(?:and|or|und|oder|et|ou|y|o|e|en|of)[ ])?[(#]?", re.IGNORECASE
)


class _Walk(NamedTuple):
    """A text, its runs of digits, what is behind them, and whose phone numbers need no label."""

    text: str
    groups: list[tuple[int, int]]
    ahead: labels.Ahead
    regions: tuple[str, ...]


def _drips(walk: _Walk, i: int, label: Nearest) -> bool:
    """Say whether two single digits begin here that nothing announces: no shape starts so."""
    text, groups = walk.text, walk.groups
    if i + 1 >= len(groups):
        return False
    start, end = groups[i]
    a, b = groups[i + 1]
    if b - a != 1 or a - end > 6 or label.name in _SIZES:
        return False
    plus = text.rfind("+", max(0, start - 3), start)
    if plus >= 0 and not text[plus - 1 : plus].isdigit():  # `1+1` is a sum
        return False
    return text[start - 1 : start] != "(" or (
        text[start - 3 : start] != "00(" and text[end:a] not in NATIONAL_GAPS
        and walk.ahead.wordless(start, _AHEAD)
    )  # fmt: skip


def _alone(walk: _Walk, i: int, label: Nearest) -> bool:
    """Say whether a short group is joined to nothing: what follows is far, or no usual gap."""
    if label.name in _SIZES:
        return False
    text, groups, ahead, _ = walk
    start, end = groups[i]
    if i + 1 == len(groups):
        return True
    a = groups[i + 1][0]
    if a - end > 6:
        return True
    if not text[end:a].strip(" ._-()/") or (end - start == _QUARTER and text[end:a] in _RULES):
        return False
    before = text[max(0, start - 3) : start]
    if "+" in before or before == "00(":
        return False
    headed = text[start : start + 2] == "00" or before[-1:] == "("
    return not headed or ahead.unsaid(start, _AHEAD + _EXTENDED)


def _reaches(groups: list[tuple[int, int]], i: int) -> bool:
    """Say whether enough digits follow for anything at all: four groups, or seven digits."""
    start, end = groups[i]
    total = end - start
    if total >= 7:
        return True
    following = groups[i + 1 : i + 4]
    for a, b in following:
        if a - end > 6:
            return False
        total, end = total + b - a, b
        if total >= 7:
            return True
    return len(following) == 3


_SHAPE_STARTS = frozenset(s[:n] for s in _SHAPES for n in range(1, len(s) + 1))
_TRUNK_STARTS = frozenset(s[:n] for s in TRUNK_SHAPES for n in range(1, len(s) + 1))
_STARTS = frozenset(s[:n] for s in _SHAPES | TRUNK_SHAPES for n in range(1, len(s) + 1))
# how many digits a label lets one expect
_SIZES = {"card": (12, 19), "ssn": (9, 9), "itin": (9, 9), "phone": (7, 15), **{
    label: (min(sizes), max(sizes))
    for label in {one.label for one in NUMBERS}
    for sizes in [[size for one in NUMBERS if one.label == label for size in one.sizes]]
}}  # fmt: skip


def _best(  # noqa: PLR0912, PLR0915 - one pass over the groups, with all that ends it, in order
    walk: _Walk, i: int, near: Nearest
) -> tuple[Hit | None, int]:
    """Return the surest candidate that starts with group `i`, the longest among equals, and its last group."""
    text, groups, ahead, regions = walk
    best: Hit | None = None
    taken, first = i, groups[i][0]
    shape: tuple[int, ...] = ()
    gaps: tuple[str, ...] = ()
    total, neat, digits = 0, True, ""
    size = groups[i][1] - first
    plus = text.rfind("+", max(0, first - 3), first)
    # `1+1` is a sum
    dialled = plus >= 0 and (not text[plus - 1 : plus].isdigit() or size >= 7)
    opened = text[first - 1 : first] == "("
    area = opened and size in _AREA_SIZES
    headed = dialled or opened or text[first : first + 2] == "00"
    # only behind its sign may a number that nothing names have an unusual gap; no country is 0
    dialled = (dialled or (opened and text[first - 3 : first] == "00(")) and text[first] != "0"
    label = near.name
    low, high = _SIZES.get(label, (0, 0))
    labelled = high > 0
    nearby = labelled and first - near.end <= NEAR and "\n\n" not in text[near.end : first]
    touching = labelled and first - near.end <= CLOSE
    free = not labelled and not dialled
    before = text[first - 1 : first]
    if free and label != "ip" and before.isalnum() and not (
        size in _FREE_SIZES or (size == _QUARTER and text[first + 5 : first + 9].isdigit())
    ):  # fmt: skip
        if text[first + size : first + size + 1] != ".":
            return None, i  # what letters touch has a label, or is no number
        return _touched(text, first, i)
    wordless = free and ahead.wordless(first, _AHEAD)

    def unnamed() -> bool:  # what follows does not name it, either: only a grouping of its own can
        return wordless or (
            free
            and before != "\n"  # its sign may be on the line above
            and ahead.unsaid(first, _AHEAD + _EXTENDED)
        )

    tied = free and before in _TIES and text[first - 2 : first - 1].isalnum()
    tied = tied and not keyed(text, first)
    listed = free and not opened and _listed(text, first)
    if tied and before != ":" and (wordless or not headed) and unnamed() and not (
        before == "-" and _QUAD_HERE.match(text, first)
    ):  # fmt: skip
        return None, i  # a piece of something longer
    gap, plain = "", not label and not listed
    for j in range(i, min(i + MOST, len(groups))):
        a, b = groups[j]
        if j > i:
            gap = text[groups[j - 1][1] : a]
            if len(gap) > 6:
                break
            if gap not in _PLAIN and not _is_neat(gap):
                neat = False
                if (
                    free
                    and size == b - a == _QUARTER
                    and gap in _RULES
                    and gaps in ((), (gap,), (gap, gap))
                ):
                    gaps, total, digits, shape = (
                        (*gaps, gap),
                        total + _QUARTER,
                        digits + text[a:b],
                        (*shape, _QUARTER),
                    )
                    if len(shape) < _QUARTER:
                        continue
                    return _quartered(text, first, b, digits, gap), j
                if wordless or not (labelled or headed) or (len(shape) != 3 and unnamed()):
                    break  # without a label only the usual grouping says anything
                if not _joins(gap, best):
                    break
                if len(shape) == 3 and best is None and _is_day(text, first, groups[j - 1][1]):
                    return None, j - 1  # nor is a piece of the day
                if unnamed():
                    break
            gaps += (gap,)
            plain = plain and gap in NATIONAL_GAPS
        total += b - a
        if total > 20:
            break
        shape += (b - a,)
        digits += text[a:b]
        quad = len(shape) == 4 and gaps[0] == "."
        if not labelled and not headed and shape not in _STARTS and (
            j - i > 3 or shape[:2] == (1, 1)
        ):  # fmt: skip
            break
        # three groups may be a day, which is passed over as a whole
        if free and j > i and (wordless or not headed or len(shape) > 3) and not (
            (area and total <= 15 and "_" not in gaps)
            or shape in _SHAPE_STARTS or (gaps[0] == "." and len(shape) <= 4) or (plain and total <= 12)
            or (digits[0] == "0" and _trunk_starts(shape, digits, gaps, opened=opened))
        ) and unnamed():  # fmt: skip
            break  # no grouping that says anything begins so
        if total < 7 and not quad:
            continue
        if not ((labelled and low <= total <= high) or headed or quad or shape in _SHAPES or shape in TRUNK_SHAPES or (
            len(shape) == 1 and total >= 12
        ) or (neat and total <= 12 and _beside(text, b)) or (
            neat and not label and 8 <= total <= 12 and 2 <= len(shape) <= 6 and min(shape) >= 2
            and shape not in _CARD_STARTS
        )):  # fmt: skip
            continue
        if " " in gaps and text[b : b + 1] in "-./" and text[b + 1 : b + 2].isdigit():
            continue  # it would end inside of what a closer sign holds together
        if free and not quad and j > i and (tied or not (
            (shape in _SHAPES and (shape != _TRIPLETS or gaps[0] == "-"))
            or (digits[0] == "0" and (shape in TRUNK_SHAPES or shape[0] >= 4) and _trunk_starts(shape, digits, gaps, opened=opened))
            or (area and 8 <= total <= 15 and "_" not in gaps and digits.strip(digits[0]))
            or (plain and 8 <= total <= 12 and not one_of_many(text, first, b))
        )) and unnamed():  # fmt: skip
            continue  # nothing names it, and no grouping of its own does
        hit = classify(
            Candidate(
                text,
                first,
                b,
                digits,
                shape,
                gaps,
                label,
                neat,
                nearby,
                touching,
                near.behind,
                regions,
            )
        )
        if hit is not None and (best is None or hit.score >= best.score):
            best, taken = hit, j
    return best, taken


def _touched(text: str, start: int, at: int) -> tuple[Hit | None, int]:
    """Return the address that the word of a machine touches: `host82.165.197.30port22`."""
    match = _QUAD_TOUCHED.match(text, start)
    if match is None or _MACHINE.search(text, max(0, start - 8), start) is None:
        return None, at
    numbers = [int(part) for part in match[0].split(".")]
    if max(numbers) > 255 or max(numbers) < 20 or _local(numbers):
        return None, at
    return Hit(*match.span(), "IP_ADDRESS", 0.5, "ipv4", "label ip"), at + 3


def _quartered(text: str, start: int, end: int, digits: str, gap: str) -> Hit | None:
    """Return sixteen digits in fours, one rule between them, as a card whose network and check hold."""
    around = text[max(0, start - 3) : start].rstrip(" ")[-1:] + text[end : end + 3].lstrip(" ")[:1]
    if gap.strip() in around or not (network(digits) and luhn(digits)):
        return None
    return Hit(start, end, "CREDIT_CARD", 0.6, "card", "checksum")


_QUAD_TOUCHED = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})(?![0-9]|\.[0-9])")
_MACHINE = re.compile(
    r"(?i)(?<![a-z0-9.-])(?:host|server|addr|address|peer|client|from|src|dst|remote|login|gateway)$"
)
_QUARTER = 4  # digits, and parts of a card
_RULES = frozenset({" | ", "|", " • ", "•", " · ", "·", " / ", "/", "::", " : ", ":", "_", "__", "~", "*", " – ", "–", " > ", "+"})  # fmt: skip
_TRIPLETS = (3, 3, 3)
_FREE_SIZES = frozenset(
    {3, 15, 16}
)  # an area of North America, a card: small letters may touch them
_QUAD_HERE = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}-?[a-z]")
_TIES = frozenset("-.:/")
_AHEAD = 20 + (MOST - 1) * 6 + labels.AFTER  # as far as a label behind the last group may stand
_EXTENDED = 18  # or behind its extension: ` extension 123456`
_AREA_SIZES = (2, 3)  # of an area code in brackets


def _trunk_starts(
    shape: tuple[int, ...], digits: str, gaps: tuple[str, ...], *, opened: bool
) -> bool:
    """Say whether a number of these digits, the first a 0, may begin in this grouping."""
    if shape[0] >= 4 and (opened or digits[1] == "0"):
        return True
    return digits[1] != "0" and shape in _TRUNK_STARTS and gaps.count(gaps[0]) == len(gaps) and (
        gaps[0] in TRUNK_GAPS
    )  # fmt: skip


def _listed(text: str, start: int) -> bool:
    """Say whether another number is right before `start`, with a space or a comma between."""
    return text[max(0, start - 3) : start].rstrip(" ,;")[-1:].isdigit()


def _joins(gap: str, best: Hit | None) -> bool:
    """Say whether digits may go on behind an unusual gap: what is complete is joined to nothing."""
    if not _LOOSE.fullmatch(gap) or ("+" in gap and gap != "+") or ", " in gap or "; " in gap:
        return False
    return best is None or best.score < (WHOLE_CARD if best.entity == "CREDIT_CARD" else COMPLETE)


_PLAIN = frozenset(" -.")
_CARD_STARTS = frozenset({(4, 4), (4, 4, 4)})


def _beside(text: str, end: int) -> bool:
    """Say whether a word follows that may be a label: `… 039 office`."""
    return text[end : end + 2] in _LEADS or text[end : end + 2].strip(" -(x").isalpha()


_LEADS = frozenset({" (", " -", "- ", "-"})


_DAY = re.compile(
    r"(?:(?:(?:[01][0-9]|2[0-3])[0-5][0-9] )?(?:(?:[0-2]?[0-9]|3[01])([/.-])(?:[0-2]?[0-9]|3[01])\1(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}([/.-])(?:1[0-2]|0?[1-9])\2(?:3[01]|[0-2]?[0-9]))"
    r"|(?:[01][0-9]|2[0-3])[0-5][0-9] (?:1[0-2]|0?[1-9])/(?:3[01]|[0-2]?[0-9])(?:/[0-9]{2})?)(?![0-9])"
)


_OF_DAYS, _SPACE = frozenset("/.-"), (" ",)  # of a day, and of a time before one


def _is_day(text: str, start: int, end: int) -> bool:
    """Say whether just this is a day of the calendar: nothing is joined to it by an odd sign."""
    day = _DAY.match(text, start)
    return day is not None and day.end() == end


def _day(one: Candidate) -> bool:
    """Say whether the digits are a day of the calendar, a time of day before it or not."""
    day = _DAY.match(one.text, one.start)
    return day is not None and day.end() >= one.end and one.label != "dob"


def classify(one: Candidate) -> Hit | None:
    """Return the best reading of one candidate."""
    quad = len(one.shape) == 4 and one.gaps == (".", ".", ".") and one.label == "ip"
    if one.glued and not quad and not _opened(one):
        return None
    if len(one.shape) == 4 and max(one.shape) < 4 and one.gaps == (".", ".", "."):
        hit = _quad(one)
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
    best = _card(one) if size >= 12 else _ssn(one) if size == 9 else None
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


def _opened(one: Candidate) -> bool:
    """A tail such as `x4587` is part of a phone number; a label may be written without a space."""
    if one.label == "phone" and one.touching and one.neat and north_american(one):
        return True
    if one.label in ("", "phone") and (one.gaps == ("-", "-") or one.text[one.start - 1 : one.start] == "+") and (
        _between_letters(one)
    ):  # fmt: skip
        return True  # `callme415-555-0167asap`, `tel+4915228817362whatsapp`
    if not one.label and (
        (15 <= len(one.digits) <= 16 and len(one.shape) == 1 and _among_words(one))
        or (one.shape == (4, 4, 4, 4) and len(set(one.gaps)) == 1 and one.gaps[0] in _FOURS)
    ) and network(one.digits) and luhn(one.digits):  # fmt: skip
        return True
    if one.label in _GLUED and (one.shape in ((3, 2, 4), (4, 4, 4, 4)) or (
        one.label == "card" and len(one.digits) >= 15 and network(one.digits) and luhn(one.digits)
    )):  # fmt: skip
        return True
    left = one.text[one.start - 1 : one.start]
    return not left.isalnum() and EXTENSION.match(one.text, one.end) is not None


def _among_words(one: Candidate) -> bool:
    """Say whether words touch it, on both sides or behind, one of which is in no hexadecimal number."""
    before = _WORD_BEFORE.search(one.text, max(0, one.start - 14), one.start)
    behind = _WORD_BEHIND.match(one.text, one.end)
    bare = one.text[one.start - 1 : one.start] in _OPENERS
    if behind is None or (before is None and not bare):
        return False
    words = ("" if before is None else before[0]) + behind[0]
    return _NO_HEX.search(words) is not None and _USUAL.match(one.digits) is not None


_WORD_BEFORE = re.compile(r"(?<![A-Za-z0-9+/=-])(?:[a-z]{2,12}|[A-Z]{2,12})$")
_OPENERS = frozenset(("", *" \n\t[(\"':=,;"))
_WORD_BEHIND = re.compile(r"(?:[a-z]{2,12}|[A-Z]{2,12})(?![A-Za-z0-9+/=-])")
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
    return (plain or dialled or north_american(one)) and (not before or before.isalpha()) and (
        not behind.isalnum() or _TAIL_WORD.match(one.text, one.end) is not None
    )  # fmt: skip


_TAIL_WORD = re.compile(r"(?:[a-z]{1,12}|[A-Z]{2,12})(?![A-Za-z0-9])")


def _of_a_host(before: str, after: str, parts: list[str]) -> bool:
    """Say whether four numbers between dashes are an address: two of them are more than versions have."""
    return (
        before[-1:] in ("-", "") and after[:1] in ("-", "") and not after[1:].isdigit() and not before[:1].isdigit()
        and min(map(int, parts)) > 0 and sum(int(part) > _VERSIONS for part in parts) > 1
    )  # fmt: skip


_VERSIONS = 40


def _local(numbers: list[int]) -> bool:
    """Say whether it is nobody's address: private, of the machine, of everybody, or a known resolver."""
    return (
        numbers[0] in (0, 10, 127, 255) or numbers[:2] in ([224, 0], [239, 255]) or numbers[:2] in ([192, 168], [169, 254]) or (numbers[0] == 172 and 16 <= numbers[1] <= 31) or numbers in ([8, 8, 8, 8], [1, 1, 1, 1], [8, 8, 4, 4])
    )  # fmt: skip


def _quad(one: Candidate) -> Hit | None:
    if len(one.shape) != 4 or one.gaps != (".", ".", ".") or max(one.shape) > 3:
        return None
    parts = one.text[one.start : one.end].split(".")
    if any(int(p) > 255 or (len(p) > 1 and p[0] == "0") for p in parts):
        return None
    before, after = one.text[max(0, one.start - 2) : one.start], one.text[one.end : one.end + 2]
    joined = before[-1:] in (".", "-", "/") and before[:1].isalnum()
    if (joined or (after[:1] in (".", "-") and after[1:].isalnum())) and not (
        _of_a_host(before, after, parts)
    ):  # fmt: skip
        return None
    score = 0.7
    numbers = [int(p) for p in parts]
    if _local(numbers) or (max(numbers) < 20 and one.label != "ip"):
        score = 0.3
    if one.label == "ip":
        score = max(score + 0.1, 0.4) if numbers[0] not in (0, 127, 255) else score
    elif _versioned(lead := one.text[max(0, one.start - 24) : one.start]) and (
        _PEER.search(lead) is None and _QUERIED.search(lead + "\n" + one.text[one.end : one.end + 1]) is None
    ):  # fmt: skip
        score = 0.2
    return Hit(
        one.start,
        prefixed(one.text, one.start, one.end, 32),
        "IP_ADDRESS",
        score,
        "ipv4",
        "label ip" if one.label == "ip" else "",
    )


# the other side of a connection, as logs name it: `src=`, `rhost=`; no package is called so
_PEER = re.compile(
    r"(?i)(?<![a-z])(?:src|dst|source|dest|destination|remote|peer|client|server|[cr]?host|from|saddr|daddr|xff|forwarded[-_]for|origin|caller|adresse|adres|dirección|direccion|indirizzo|endereço|endereco|adress)(?:[-_]?(?:ip|addr|address))?[=:][\"']?$|(?:^|[ \]>])(?:ssh|scp|sftp|rsync|mosh)[ ](?:-\S{1,12}[ ]){0,2}(?:[\w.-]{1,20}@)?$"
)
# a part of a query
_QUERIED = re.compile(r"[?&][\w.-]{1,20}=\n|(?<![\w.-])[\w.-]{1,20}=\n&")
_VERSION = re.compile(
    r"(?i)vers[iã]|versie|wersj|release|build|chrome|firefox|safari|driver|kernel|firmware|upgrad|updat|install|(?<!/)lib[a-z0-9]{2,}|sürüm|版本|バージョン|버전|संस्करण|الإصدار|(?<![a-z])v[ .]?$|[a-z0-9][/@=]v?$|[=<>~^]=$"
)


_VERSION_WORDS = (
    "vers", "wersj", "release", "build", "chrome", "firefox", "safari", "driver", "kernel", "firmware", "upgrad", "updat", "install", "lib",
    "sürüm", "版本", "バージョン", "버전", "संस्करण", "الإصدار",
)  # fmt: skip


def _versioned(before: str) -> bool:
    """Say whether a version is announced: read in full only where one of its words or signs is."""
    lower = before.lower()
    if not present(lower, _VERSION_WORDS) and lower[-1:] not in _VERSION_SIGNS and (
        lower.rstrip(" .")[-1:] != "v"
    ):  # fmt: skip
        return False
    return _VERSION.search(before) is not None


_VERSION_SIGNS = frozenset("/@=v")


def _card(one: Candidate) -> Hit | None:
    size = len(one.digits)
    if not 12 <= size <= 19 or (one.label in ("iban", "phone") and size < 14):
        return None
    labelled = one.label == "card"
    good, known = luhn(one.digits), network(one.digits)
    if len(set(one.digits)) == 1:
        return None
    shaped = one.shape in _CARD_SHAPES or len(one.shape) == 1
    if labelled and (good or known or one.touching or one.shape in _CARD_SHAPES):
        score = 0.95 if good and known else 0.85 if good or known else 0.7
        return Hit(one.start, one.end, "CREDIT_CARD", score, "card", "label card")
    if not known or not one.neat or not shaped or len(set(one.gaps)) > 1 or (
        one.loose_edge and not (good and one.text[one.start - 1 : one.start] == "#")
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
    if len(set(one.gaps)) == 1 and issued:
        return Hit(one.start, one.end, "US_SSN", 0.4 if one.gaps[0] == " " else 0.36, "ssn")
    return None


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
    return one.shape == _TRIPLETS and set(one.gaps) != {"-"}


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
