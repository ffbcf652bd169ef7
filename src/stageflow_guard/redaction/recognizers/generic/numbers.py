"""Everything that is digits: one walk over the digit groups of a text, classified by shape.

A group is a run of digits; a candidate is up to ten neighbouring groups. What a candidate is
follows from its length, its grouping, its check digit and the label beside it. Linear: each group
starts at most ten candidates.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic import payment_cards, quads, short_labels
from stageflow_guard.redaction.recognizers.generic.candidate import TRIPLETS, Candidate, keyed
from stageflow_guard.redaction.recognizers.generic.part_numbers import names_a_thing
from stageflow_guard.redaction.recognizers.generic.phonenumbers import REGIONS
from stageflow_guard.redaction.recognizers.generic.phones import (
    NATIONAL_GAPS,
    TRUNK_SHAPES,
    evenly,
    one_of_many,
)
from stageflow_guard.redaction.recognizers.generic.readings import classify, is_day
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.labels import Nearest
from stageflow_guard.redaction.recognizers.national import NUMBERS
from stageflow_guard.redaction.recognizers.shapes import numbers_in
from stageflow_guard.redaction.recognizers.tokens import in_token

_NEAT = re.compile(r"[ ._-]|[ ]-[ ]|\)[ ]?|[ ]?\(|[ ]?\((?=0\))|\)-|\) ?|-\(|[ ]?/[ ]?")


@lru_cache(maxsize=1024)
def _is_neat(gap: str) -> bool:
    """Say whether what is between two groups is what people put there."""
    return _NEAT.fullmatch(gap) is not None


_LOOSE = re.compile(
    r"[^A-Za-z0-9\n\"'@\x1e]{1,4}|'|[ ]?\n[ ]{0,4}|[^\w\n\"'\x1e]\n[^\w\n\"'\x1e]?|\n[^\w\n\"'\x1e]|[^\w\n\"'\x1e]{2}[ ][^\w\n\"'\x1e]{0,2}"
)
MOST = 10
CLOSE = 8  # characters between a label and its value
COMPLETE, WHOLE_CARD = 0.6, 0.95
NEAR = 28  # between a label and a number that has no check digit
_LONGEST = 34

# groupings that say something without a label
_SHAPES = frozenset(
    {(3, 2, 4), (3, 3, 4), (1, 3, 3, 4), *payment_cards.SHAPES}
    | {shape for one in NUMBERS for shape in one.shapes}
)


def recognize(text: str, regions: tuple[str, ...] = REGIONS) -> Iterator[Hit]:
    """Yield what the digit groups of `text` are; a group belongs to one hit at most.

    `regions` are those whose national phone numbers count without a label.
    """
    groups = numbers_in(text)
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
        if label.end and heads_a_column(text, label.end, start):
            label = labels.NONE  # it is read under its head
        if size <= _INDEX and _KEY_ENDS.match(text, end) is not None and (
            (label.end and _INDEXED.match(text, label.end)) or _OF_A_KEY.search(text, max(0, start - 2), start)
        ):  # fmt: skip
            i += 1  # the number of a key: `phone_2: 415 555 0132`
            continue
        # `NPI 1003000126. Questions: 860-555-0166`; `DOB 02/11/1966 …, phoned (414) 555-0182`
        if (label.end == spent and label.name in _ONCE and not _LISTS.fullmatch(text[valued:start])) or (
            label.name in _ONE_VALUE and _has_its_value(text, groups, i, label.end)
        ):  # fmt: skip
            label = labels.NONE
        if (size == 1 and _drips(walk, i, label)) or (size < 7 and _alone(walk, i, label)):
            i += 1
            continue
        best, taken = _best(walk, i, label)
        if best is None or (
            best.entity == "PHONE_NUMBER"
            and not best.why
            and names_a_thing(text, best.start, best.end)
        ):
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


_INDEX = 2  # digits of a key's number
_INDEXED = re.compile(r"[ _.-]?[0-9]{1,2}(?![0-9])")
_OF_A_KEY = re.compile(r"[A-Za-z][_-]$")
_KEY_ENDS = re.compile(r"[\"'`\])}]{0,2}[ ]{0,2}(?:=>|[:=])[ ]{0,5}[\"'`+(]{0,2}[0-9A-Za-z(+]")
_ADJACENT = 0.8
_ONCE = frozenset({"npi", "mrn", "member"})  # each names one number
_ONE_VALUE = _ONCE | {"dob"}


def _has_its_value(text: str, groups: Sequence[tuple[int, int]], i: int, label: int) -> bool:
    """Say whether a number of five digits, or a day, touches the label that ends at `label`, and a word parts it from group `i`."""
    first = bisect_left(groups, (label, label))
    if first >= i or groups[first][0] - label > CLOSE:
        return False
    begin, end = groups[first]
    if end - begin < _LEAST_VALUE and text[end : end + 1] not in _OF_A_DAY:
        return False  # `MRN 1 of 2 is 88123456`: a count, a year
    between = text[groups[i - 1][1] : groups[i][0]]
    return any(map(str.isalpha, between)) and not _LISTS.fullmatch(between)


_LEAST_VALUE, _OF_A_DAY = 5, frozenset("./-")  # digits, and the signs of a day
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
        size in _FREE_SIZES or (size == _QUARTER and text[first + 5 : first + 9].isdigit()) or (
            text[first] == "0" and _TRUNK_HERE.match(text, first) is not None
        )
    ):  # fmt: skip
        if text[first + size : first + size + 1] != ".":
            return None, i  # what letters touch has a label, or is no number
        hit = quads.touched(text, first)
        return hit, i if hit is None else i + 3
    if free and not headed and text[first + size : first + size + 1] == ".":
        hit = quads.alone(text, groups, i, label)
        if hit is not None:
            return hit, i + 3
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
    if tied and before != ":" and (wordless or not headed) and unnamed():
        hit = quads.joined(text, first)  # else a piece of something longer
        return hit, i if hit is None else i + 3
    if label in _OF_CARDS and size == _QUARTER and not headed and not tied:
        hit = _whole_card(walk, i, near)
        if hit is not None:
            return hit, i + 3
    gap, plain = "", not label and not listed
    for j in range(i, min(i + MOST, len(groups))):
        a, b = groups[j]
        if j > i:
            gap = text[groups[j - 1][1] : a]
            if len(gap) > 6 or ("\n" in gap and _OTHER_LINE.match(text, a) is not None):
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
                    return payment_cards.quartered(text, first, b, digits, gap), j
                if gap in _BULLETS and shape in ((_AREA,), (_AREA, _AREA)) and gaps in ((), (gap,)):
                    hit = _with_bullets(text, first, gap)
                    if hit is not None:
                        return hit, i + 2
                if wordless or not (labelled or headed) or (len(shape) != 3 and unnamed()):
                    break  # without a label only the usual grouping says anything
                if not _joins(gap, best, label, (shape[-1], b - a)) or (
                    not labelled and not _OF_ROWS.isdisjoint(gap)
                ):
                    break
                if len(shape) == 3 and best is None and is_day(text, first, groups[j - 1][1]):
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
            (shape in _SHAPES and (shape != TRIPLETS or gaps[0] == "-"))
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


def _whole_card(walk: _Walk, i: int, near: Nearest) -> Hit | None:
    """Return four groups of four from `i` on as a card whose network and check hold: nothing is surer.

    None too where what follows may be a part of it.
    """
    text, groups = walk.text, walk.groups
    first = groups[i][0]
    end = first + _FOUR_FOURS
    if groups[i + 1 : i + 4] != [(at, at + _QUARTER) for at in range(first + 5, end, 5)]:
        return None
    written = text[first:end]
    sign = written[_QUARTER]
    if sign not in _FOURS or written[9] != sign or written[14] != sign:
        return None
    for start, stop in groups[i + 4 : i + 5]:
        if start - end <= _FAR and stop - start != _QUARTER:
            return None
    if text[end : end + 1] in _PARTS and text[end + 1 : end + 2].isdigit():
        return None
    hit = classify(
        Candidate(
            text, first, end, written.replace(sign, ""), (4, 4, 4, 4), (sign, sign, sign), near.name, neat=True,
            near=near.name in _SIZES and first - near.end <= NEAR and "\n\n" not in text[near.end : first],
            touching=near.name in _SIZES and first - near.end <= CLOSE,
            behind=near.behind, regions=walk.regions,
        )
    )  # fmt: skip
    return hit if hit is not None and hit.score >= _SUREST else None


_FOUR_FOURS = 19  # characters
_OF_CARDS = frozenset({"", "card", "other"})  # labels that name no number of another kind
_FOURS, _PARTS = frozenset(" -"), frozenset("-./")
_FAR = 6  # characters between two groups of one number, at most
_SUREST = 0.9
_RULES = frozenset({" | ", "|", " • ", "•", " · ", "·", " / ", "/", "::", " : ", ":", "_", "__", "~", "*", " – ", "–", " > ", "+"})  # fmt: skip
_FREE_SIZES = frozenset(
    {3, 15, 16}
)  # an area of North America, a card: small letters may touch them
_TRUNK_HERE = re.compile(r"0[1-9][0-9]{0,3}([ .-])[0-9]{2,8}(?:\1[0-9]{2,4}){0,4}(?![0-9])")


def _with_bullets(text: str, start: int, gap: str) -> Hit | None:
    """Return a number of North America in its groups, a bullet between them: `206 • 265 • 9361`."""
    match = _BULLETED.match(text, start)
    if match is None or match[1] != gap:
        return None
    return Hit(*match.span(), "PHONE_NUMBER", 0.45, "phone")


_AREA = 3  # digits
_BULLETS = frozenset({" • ", "•", " · ", "·", " ∙ ", "∙", " ‧ ", " ~ ", "~", " . "})
_BULLETED = re.compile(r"[2-9][0-9]{2}([ ]?[•·∙‧~.][ ]?)[2-9][0-9]{2}\1[0-9]{4}(?![0-9]|\1)")
_QUARTER = 4  # digits, and parts of a card
_TIES = frozenset("-.:/")
# a line that begins with a time or a day goes on no number of the line above
_OTHER_LINE = re.compile(
    r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?![0-9])|(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:[0-2][0-9]|3[01])(?![0-9])|(?:[0-2]?[0-9]|3[01])([./])(?:[0-2]?[0-9]|3[01])\1(?:19|20)?[0-9]{2}(?![0-9])"
)
_AHEAD = 20 + (MOST - 1) * 6 + labels.AFTER  # as far as a label behind the last group may stand
_EXTENDED = 18  # or behind its extension: ` extension 123456`
_AREA_SIZES = (2, 3)  # of an area code in brackets


def _trunk_starts(
    shape: tuple[int, ...], digits: str, gaps: tuple[str, ...], *, opened: bool
) -> bool:
    """Say whether a number of these digits, the first a 0, may begin in this grouping."""
    if shape[0] >= 4 and (opened or digits[1] == "0"):
        return True
    return digits[1] != "0" and shape in _TRUNK_STARTS and evenly(gaps)


def _listed(text: str, start: int) -> bool:
    """Say whether another number is right before `start`, with a space or a comma between."""
    return text[max(0, start - 3) : start].rstrip(" ,;")[-1:].isdigit()


def _joins(gap: str, best: Hit | None, label: str, sizes: tuple[int, int]) -> bool:
    """Say whether digits may go on behind an unusual gap: what is complete is joined to nothing."""
    if not _LOOSE.fullmatch(gap) or ("+" in gap and gap != "+") or "; " in gap:
        return False
    if ", " in gap and (label != "card" or best is not None or sizes != (_QUARTER, _QUARTER)):
        return False
    return best is None or best.score < (WHOLE_CARD if best.entity == "CREDIT_CARD" else COMPLETE)


_OF_ROWS = frozenset(",;\t|\x1e")  # what parts cells, and no groups that nothing announces
_PLAIN = frozenset(" -.")
_CARD_STARTS = frozenset({(4, 4), (4, 4, 4)})


def _beside(text: str, end: int) -> bool:
    """Say whether a word follows that may be a label: `… 039 office`."""
    return text[end : end + 2] in _LEADS or text[end : end + 2].strip(" -(x").isalpha()


_LEADS = frozenset({" (", " -", "- ", "-"})
