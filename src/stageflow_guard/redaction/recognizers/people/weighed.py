"""Names whose surroundings say that somebody is called so: what stands around one is weighed. Pure.

A given name from the list, or initials beside a surname, is the first sign. The second one is a sum:
each sign around the name (the words beside it, what parts them, its place in the line) has a weight,
learned from labelled lines by logistic regression (`bench/weigh_names.py`). The weights are data:
`name_weights.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.beside_finds import without_labels
from stageflow_guard.redaction.recognizers.people.data_lines import data_lines
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import (
    ALL_GIVEN_NAMES,
    GIVEN_NAMES,
)
from stageflow_guard.redaction.recognizers.people.named_after import is_named_after
from stageflow_guard.redaction.recognizers.people.printed_forms import is_label
from stageflow_guard.redaction.recognizers.people.roles import FIELDS
from stageflow_guard.redaction.recognizers.people.well_known import is_well_known
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import places_of
from stageflow_guard.redaction.recognizers.shapes import holds

register(ALL_GIVEN_NAMES)

SURE, LIKELY = 0.5, -0.5  # sums from which on a name is reported by `balanced`, and by `strict`


class Candidate(NamedTuple):
    """What may be a name, and why: `g` a given name, `m` one that is mostly a word, `i` initials before, `c` behind it."""

    start: int
    end: int
    kind: str


def recognize(text: str) -> Iterator[Hit]:
    """Yield names whose surroundings weigh enough."""
    for one in candidates(text):
        weight = sum(map(_weight, signs(text, one)))
        if weight > LIKELY:
            score = 0.4 if weight > SURE else 0.3
            yield Hit(one.start, one.end, "PERSON", score, "name, weighed", "given name")


def candidates(text: str) -> Iterator[Candidate]:
    """Yield each given name with a capital and what of a name stands around it, then surnames with initials."""
    heard = vocabulary(text) & ALL_GIVEN_NAMES
    if heard:
        yield from _with_given_names(text, heard)
    if holds(text, _INITIALS_BESIDE):
        for match in _INITIALS.finditer(text):
            name = capitalised(text, match.start())
            if name is not None and name[1] > match.end():
                yield Candidate(*name, "i")
    if holds(text, _INITIALS_BEHIND):
        for match in _INITIALS_LAST.finditer(text):
            yield Candidate(*match.span(), "c")


_INITIALS_BESIDE = (b"A. A", b"A.A", b"A. a")
_INITIALS = re.compile(
    r"(?<![\w.])(?<!(?<![^\W_])[ipbc]\. )[^\W\d_a-zß-ÿ]\.(?:[ ]?[^\W\d_a-zß-ÿ]\.){0,3}[ ](?=[^\W\d_])"
)
_INITIALS_BEHIND = (b", A.",)
_INITIALS_LAST = re.compile(
    r"(?<![\w.-])[^\W\d_a-zß-ÿ][^\W\d_]{1,24}(?:[-'’][^\W\d_]{2,24})?,[ ][^\W\d_a-zß-ÿ]\.(?:[ ]?[^\W\d_a-zß-ÿ]\.){0,3}(?![^\W_])"
)


def _with_given_names(text: str, heard: frozenset[str]) -> Iterator[Candidate]:
    reached = 0
    for word, at in places_of(lowered(text), heard):
        if at < reached or not text[at].isupper() or _INSIDE.match(text[at - 1 : at]) is not None:
            continue
        name = capitalised(text, at) or _alone(text, at)
        if name is None:
            continue
        start = name[0]
        end = start + len(without_labels(text[slice(*name)]).removesuffix("."))
        if text[end : end + 1] in _OTHERS or text.startswith(" <", end):
            continue  # a field of HL7, an encoded value, a head of mail: others read them
        single = " " not in text[start:end]
        if single and word in _ROLES and _SIGN.match(text, end) is not None:
            continue  # `Tia: …`: an aunt's name follows
        if single and _KIN.match(text, end) is not None:
            continue  # `Mia figlia …`: whose daughter, not who
        kind = "g" if word in GIVEN_NAMES else "m"
        if single:
            turned = _SURNAME_FIRST.search(text, max(reached, start - _LONGEST), start)
            if turned is not None and not is_label(turned[0].strip()):
                start = turned.start()
            if kind == "m" and turned is None:
                continue
        if kind == "m" and text[start - 1 : start] in _QUOTES:
            continue  # a word in code
        if text[at:end].isupper() and (kind == "m" or len(word) < _LEAST):
            continue  # `URI`, `WILL PASS`
        reached = end
        if not (is_well_known(text[start:end]) or is_named_after(text, start, end)):
            yield Candidate(start, end, kind)


_ROLES = frozenset(role for role in FIELDS["PERSON"] if " " not in role)
_SIGN = re.compile(r"[\"'`]?[ ]?[:=]|[\"'`]?$")
_KIN = re.compile(
    r"(?<=Mia)[ ](?:figlia|sorella|madre|moglie|nonna|zia|cugina|mamma|suocera|cognata|nipote|amica|collega|vicina|ragazza|casa|carta|email|mail)(?![^\W_])"
)
_OTHERS = frozenset("^+%")
_QUOTES = frozenset("\"'`")
_INSIDE = re.compile(r"[\w.@/\\'’^-]")
_ALONE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?(?![\w@]|[ ][^\W\d_a-zß-ÿ])")
_SURNAME_FIRST = re.compile(r"(?<![\w-])[A-ZÀ-Þ]{2}[A-ZÀ-Þ'-]{0,22},?[ ]$")
_LONGEST, _LEAST = 26, 4  # characters of a surname, letters of a given name in capitals


def _alone(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of a given name that no other capitalised word follows: that one was no part of a name."""
    match = _ALONE.match(text, at)
    return None if match is None else match.span()


_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[0-9]+|[^\w\s]|_")
_REACH = 48  # characters on either side
_CODE = re.compile(r"[{}();=<>\[\]]")
_NUMBER = re.compile(r"[0-9](?:[ ./()-]{0,2}[0-9]){5}")


def signs(text: str, one: Candidate) -> list[str]:
    """Return the signs of a candidate and of what stands around it."""
    start, end, kind = one
    words = text[start:end].split(" ")
    first, last = words[0].lower(), words[-1].lower()
    many = kind if kind != "g" else "1" if len(words) == 1 else "2"
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    line = text.rfind("\n", low, start) + 1 or low
    stop = text.find("\n", end, high)
    stop = high if stop < 0 else stop
    before = _TOKEN.findall(text, line, start)[-2:]
    behind = _TOKEN.findall(text, end, stop)[:2]
    opens, closes = line == 0 or text[line - 1] == "\n", stop == len(text) or text[stop] == "\n"
    edge, margin = "^" if opens else "…", "$" if closes else "…"
    p2, p1 = ([edge, edge] + [w.lower() for w in before])[-2:]
    n1, n2 = ([w.lower() for w in behind] + [margin, margin])[:2]
    joined = text[start - 1 : start].isalnum()
    caps = "A" if text[start:end].isupper() else "a"
    found = [
        "", f"k{many}{caps}", f"w={first}", f"p={p1}", f"p{many}={p1}", f"pp={p2} {p1}", f"n={n1}", f"n{many}={n1}", f"nn={n1} {n2}", f"pn={p1} {n1}", f"e={p1[-3:]}", f"f={n1[-3:]}",
        f"c{many}{bool(before) and before[-1][:1].isupper()}{bool(behind) and behind[0][:1].isupper()}", f"q{many}{p1 if not p1.isalnum() else 'w'}{n1 if not n1.isalnum() else 'w'}",
        f"code{_CODE.search(text, line, stop) is not None}", f"number{_NUMBER.search(text, line, stop) is not None}", f"mail{'@' in text[line:stop]}", f"glued{joined}", f"p2={p2}", f"n2={n2}",
    ]  # fmt: skip
    if len(words) > 1:
        found += [f"l={last}", f"l3={last[-3:]}", f"l2={last[-2:]}", f"k{len(words)}"]
    else:
        found += [f"w2={first[-2:]}"]
    return found


def _weight(sign: str) -> float:
    return WEIGHTS.get(sign, 0.0)


WEIGHTS: dict[str, float] = {
    sign[1:]: int(weight) / 100
    for sign, weight in (line.rsplit(" ", 1) for line in data_lines("name_weights.txt"))
}
