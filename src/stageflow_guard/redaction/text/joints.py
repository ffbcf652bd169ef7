"""The same joint between all pieces of a value: a letter, a word, a link: `5n3n6n9`, `4556 then 7165 then`, `[079](#)[204](#)`. Pure.

One sign or word that stands in every gap of one number says nothing; a reader leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds, numbers_in
from stageflow_guard.redaction.text.view import Edit, View

# a letter between all digits
_LETTERED = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]?(?P<first>[0-9])(?P<joint>(?![hms])[A-Za-z])[0-9](?:(?P=joint)[0-9]){5,30}[A-Za-z]?(?![A-Za-z0-9])"
)
_LETTERS_BESIDE = (b"0a0a0a0a0", b"0A0A0A0A0")
# the same few letters between groups of digits
_GLUED = re.compile(
    r"(?<![A-Za-z0-9])\+?[0-9]{2,5}((?![hms])[A-Za-z]{1,4})[0-9]{2,5}(?:\1[0-9]{2,5}){1,6}(?![A-Za-z0-9])"
)
_GLUES_BESIDE = tuple(b"00" + kind * size + b"00" for kind in (b"a", b"A") for size in range(1, 5))
# a word between groups of digits, and a comma or not
_THEN = (
    "then", "and then", "next", "followed by", "dann", "und dann", "danach", "puis", "et puis", "ensuite", "luego", "y luego", "después", "poi", "e poi", "quindi", "dan", "en dan", "daarna", "depois", "e depois",
)  # fmt: skip
_HEADS = Heads(_THEN)
_WORDED = re.compile(
    rf"(?<![^\W_])\+?[0-9]{{1,6}}(?P<joint>,?[ ](?:{'|'.join(sorted(_THEN, key=len, reverse=True))}),?[ ])[0-9]{{1,6}}(?:(?P=joint)[0-9]{{1,6}}){{1,8}}(?![^\W_])",
    re.IGNORECASE,
)
# links whose texts are the pieces
_LINKED = re.compile(r"\[(?P<piece>[0-9 ()+.-]{1,20})\]\([^()\s]{0,80}\)")
_LINK_BESIDE = (b"[0", b"[+0", b"[(0")
_LEAST = 8  # digits of a value


def joints(view: View) -> View:
    """Leave out what stands in every gap of one number."""
    if not view.digits:
        return view
    text = view.text
    if "](" in text and holds(text, _LINK_BESIDE):
        links = [(*m.span(), m["piece"]) for m in _LINKED.finditer(text)]
        view = view.edited(links, "links")
        text = view.text
    edits: list[Edit] = []
    if holds(text, _LETTERS_BESIDE):
        edits += _without(_LETTERED, "joint", text, "")
    elif holds(text, _GLUES_BESIDE):
        edits += _without(_GLUED, 1, text, " ")
    edits += _signed(text)
    if "\n" in text:
        edits += _over_lines(text)
    edits += _keyed(text)
    edits += _taken_out(text)
    if any(_behind_a_digit(text, at) for at in _HEADS.places(lowered(text))):
        edits += _without(_WORDED, "joint", text, " ")
    edits.sort()
    return view.edited(edits, "joints")


# a word that is there for machines: `206-NOSPAM-959-5706`
_FOR_MACHINES = re.compile(
    r"[-._ ]?[\[({<]?(?:no[-_ ]?spam|anti[-_ ]?spam|remove(?:[-_ ]?(?:me|this))?|delete(?:[-_ ]?(?:me|this))?)[\])}>]?(?P<sign>[-._ ]?)(?=[0-9])",
    re.IGNORECASE,
)
_MACHINES = Heads(("nospam", "no-spam", "no_spam", "no spam", "antispam", "anti-spam", "remove", "delete"))  # fmt: skip


def _taken_out(text: str) -> Iterator[Edit]:
    """Yield such words between digits, of which one sign stays."""
    for at in _MACHINES.places(lowered(text)):
        begin = at
        while begin > max(0, at - _OPENED) and text[begin - 1] in _BEFORE_ONE:
            begin -= 1
        match = _FOR_MACHINES.match(text, begin) if text[begin - 1 : begin].isdigit() else None
        if match is not None and match.end() > at:
            yield (
                begin,
                match.end(),
                match["sign"] or (text[begin] if begin < at and text[begin] in "-._ " else ""),
            )


_OPENED, _BEFORE_ONE = 2, frozenset("-._ [({<")
# pieces under keys that number or name them: `{"part1": "4280", "part2": "1109", …}`, `area=305 exchange=388 line=2253`
_PART = r"[\"']?(?:part|segment|seg|group|grp|block|chunk|piece|octet|oct|digits|num|area|areacode|area_code|prefix|exchange|line|suffix|first|second|third|fourth|last|country|subscriber|[abcdgpn])_?[0-9]{0,2}[\"']?"
_KEYED = re.compile(
    rf"{_PART}[ ]?[:=][ ]?[\"']?\+?[0-9]{{1,6}}[\"']?(?:[ ]?[,;&\n][ ]{{0,4}}|[ ]{{1,2}}){_PART}[ ]?[:=][ ]?[\"']?[0-9]{{1,6}}[\"']?(?:(?:[ ]?[,;&\n][ ]{{0,4}}|[ ]{{1,2}}){_PART}[ ]?[:=][ ]?[\"']?[0-9]{{1,6}}[\"']?){{1,3}}(?![\w.])",
    re.IGNORECASE,
)
_KEYS = Heads(("part", "seg", "group", "grp", "block", "chunk", "piece", "oct", "digits", "num", "area", "prefix", "exchange", "line", "first", "country", "a1", "a:", 'a"', "a=", "b1", "c1", "d1", "g1", "p1", "n1"))  # fmt: skip
_NUMBER = re.compile(r"[:=][ ]?[\"']?\+?([0-9]{1,6})")


def _keyed(text: str) -> Iterator[Edit]:
    """Yield the value that pieces under such keys make up, where a check or a label says that they are one."""
    reached = 0
    for at in _KEYS.places(lowered(text)):
        match = _KEYED.match(text, at) if at >= reached else None
        if match is None:
            continue
        begin = at
        while begin > reached and text[begin - 1] in _OPENING:
            begin -= 1
        reached = match.end()
        found = list(_NUMBER.finditer(text, at, reached))
        pieces = [number[1] for number in found]
        plain = _as_one(text, begin, "=", pieces)
        if plain:  # the first key and what closes the last value stay
            yield (found[0].start(1), found[-1].end(1), plain)


_OPENING = frozenset("{[(\"'")
# the same odd signs between groups: `536 * 90 * 4399`, `(4539)(0849)(0313)(5826)`, `81; 2; 69; 142`
_SIGNED = re.compile(
    r"[0-9]{1,6}(?P<gap>(?:[^\w]|_){1,6})[0-9]{1,6}(?:(?P=gap)[0-9]{1,6}){1,4}(?![\w]|[.,][0-9])"
)
# the same word between groups: `697 stroke 34 stroke 9834`
_SAME_WORD = re.compile(
    r"[0-9]{1,6}(?P<gap>[ ][^\W\d_]{1,12}[ ])[0-9]{1,6}(?:(?P=gap)[0-9]{1,6}){1,4}(?![\w]|[.,][0-9])"
)
_USUAL = frozenset({" ", "-", "/", " - ", " / "})  # recognizers know these
_OF_CELLS = frozenset(",;|\t\x1e")
_CARDS = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4)})
_SSN, _PHONES = (3, 2, 4), frozenset({(3, 3, 4), (1, 3, 3, 4)})
_DIALLED = range(9, 14)  # digits behind a plus


def _signed(text: str) -> Iterator[Edit]:
    """Yield numbers in groups with the same odd signs between, where a check or a label says that it is one."""
    reached, addressed = 0, labels.any_of("ip", text)
    for start, end in numbers_in(text):
        sign = text[end : end + 1]
        if start < reached or end - start > _GROUP_MOST or not sign or sign.isalnum():
            continue
        if sign == " " and text[end + 1 : end + 2].isalpha():
            match = _SAME_WORD.match(text, start)
            if match is not None:
                reached = match.end()
                pieces = match[0].split(match["gap"])
                plain = _as_one(text, start, match["gap"], pieces)
                if plain:
                    yield (*match.span(), plain)
            continue
        if sign in _PLAIN and not addressed and text[end + 1 : end + 2].isdigit():
            continue  # the usual gap
        match = _SIGNED.match(text, start)
        if match is None:
            continue
        reached = match.end()
        gap = match["gap"]
        pieces = match[0].split(gap)
        plain = "" if gap == "." else _as_one(text, start, gap, pieces)
        if plain:
            yield (*match.span(), plain)


# groups whose signs stand at the ends of lines: `536-⏎90-⏎4399`, `(415)⏎555⏎0132`
_OVER_LINES = re.compile(
    r"(?<![\w.,/-])(?:\+?[0-9]{1,4}[ ]?(?P<sign>[-.])\s{0,4}[0-9]{1,6}(?:[ ]?(?P=sign)\s{0,4}[0-9]{1,6}){1,4}|\([2-9][0-9]{2}\)\s{1,4}[2-9][0-9]{2}[ -]?\s{0,4}[0-9]{4})(?![\w/-]|[.,][0-9])"
)
# without a sign, behind a word that a value follows
_IN_A_SENTENCE = re.compile(
    r"(?<![^\W_])(?i:is|at|to|call|dial|ring|text|reach|number|ssn|phone|mobile)[ ](?P<value>[0-9]{3}(?P<sign>[ ]?\r?\n[ ]?)(?:[0-9]{2}|[2-9][0-9]{2})(?P=sign)[0-9]{4})(?=[ ][^\W\d_]|[.,!?;)]|$)"
)
_AT_AN_END = re.compile(r"[0-9)][ ]?[-./]?[ ]?\r?\n[ ]{0,3}[0-9]")
_AROUND = 48  # characters of a value on either side of its first line's end


def _over_lines(text: str) -> Iterator[Edit]:
    """Yield a number whose groups stand on lines of their own, with its signs, where its form says that it is one."""
    reached = 0
    for end in _AT_AN_END.finditer(text):
        if end.start() < reached:
            continue
        low, high = max(reached, end.start() - _AROUND), end.end() + _AROUND
        plain = _IN_A_SENTENCE.search(text, low, high)
        if plain is not None:
            reached = plain.end()
            yield (*plain.span("value"), "-".join(_GROUPS.findall(plain["value"])))
            continue
        for match in _OVER_LINES.finditer(text, low, high):
            reached = match.end()
            pieces, sign = _GROUPS.findall(match[0]), match["sign"] or "-"
            if "\n" in match[0] and not counted(pieces) and _has_a_form(match[0], pieces, sign):
                yield (*match.span(), ("+" if match[0][0] == "+" else "") + sign.join(pieces))


def _has_a_form(written: str, pieces: Sequence[str], sign: str) -> bool:
    """Say whether groups are those of a number that everybody knows."""
    shape = tuple(map(len, pieces))
    if sign == ".":
        return is_quad(pieces) and max(shape) > 2
    return shape in _PHONES or shape == _SSN or shape in _CARDS or written[0] in "+("


_GROUPS = re.compile(r"[0-9]+")
_GROUP_MOST = 6  # digits of a group
_PLAIN = frozenset(" -./")


def _as_one(text: str, start: int, gap: str, pieces: Sequence[str]) -> str:
    """Return pieces as the value that they are; nothing where they are none."""
    before = text[max(0, start - 1) : start]
    if counted(pieces) or before.isalnum() or before in (".", "$", "€", "£"):
        return ""
    solid, shape = "".join(pieces), tuple(map(len, pieces))
    told = labels.before(text, start)
    if told == "ip" and is_quad(pieces):
        return ".".join(pieces)
    if gap in _USUAL:
        return ""
    cells = not _OF_CELLS.isdisjoint(gap)
    if shape in _CARDS and is_card(solid) and not cells:
        return " ".join(pieces)
    if told == "card" and shape in _CARDS:
        return " ".join(pieces)
    if told == "ssn" and shape == _SSN:
        return "-".join(pieces)
    if told == "phone" and (
        shape in _PHONES or (before == "+" and len(pieces) > 2 and len(solid) in _DIALLED)
    ):
        return "-".join(pieces)
    return ""


_GROUP = re.compile(r"[0-9]{2,}")


def counted(numbers: Sequence[str]) -> bool:
    """Say whether numbers go on by the same step: `10 then 20 then 30`."""
    steps = {int(b) - int(a) for a, b in pairwise(numbers)}
    return len(numbers) > 2 and len(steps) == 1


def _behind_a_digit(text: str, at: int) -> bool:
    """Say whether a space and a digit stand before `at`, a comma between them or not."""
    return text[at - 1 : at] == " " and text[max(0, at - 3) : at].rstrip(" ,")[-1:].isdigit()


def _without(pattern: re.Pattern[str], joint: str | int, text: str, gap: str) -> Iterator[Edit]:
    """Yield numbers with `gap` in place of their joint; what is too short or counted is none."""
    for match in pattern.finditer(text):
        plain = re.sub(re.escape(match[joint]), gap, match[0], flags=re.IGNORECASE)
        digits = [c for c in plain if c.isdigit()]
        if len(digits) >= _LEAST and not counted(digits) and not counted(_GROUP.findall(plain)):
            yield (
                *match.span(),
                plain.strip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            )
