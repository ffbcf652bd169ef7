"""Pairs of JSON in a text, and keys of programs before a sign: what a parsed value is, these are. Pure.

`{"customer_name": "Özdemir"}`, `"phones": ["20 45 11 22"]`, `"ssn": {"primary": 536904399}`: a name
that speaks for the whole value does so in a text; any other that tells is read before its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.labelled import is_name
from stageflow_guard.redaction.recognizers.repeats import SURE, is_looked_for, starts
from stageflow_guard.redaction.text.named.block import LONGEST, Named
from stageflow_guard.redaction.values.key_names import (
    Way,
    called_text,
    declared,
    entity_of,
    tells,
    way_of,
    way_to,
)

NEAR = 480  # characters to the name around: a stream sees as far
_SCORE = 0.97  # a name that speaks for the whole value: no shape in it knows better
_STRING, _NUMBER = r'"((?:[^"\\\n]|\\.){0,400})"', r"-?[0-9][0-9.eE+-]{0,40}"
_TOKEN = re.compile(rf"{_STRING}(\s{{0,8}}:)?|({_NUMBER})|[\[\]{{}}]")
_PAIR = re.compile(
    rf'"([^"\\\n\x1e]{{1,60}})"\s{{0,8}}:\s{{0,8}}(?:{_STRING}|({_NUMBER}))(?=\s{{0,40}}[,}}])'
)
_OPENED = re.compile(r'"([^"\\\n\x1e]{1,60})"\s{0,8}:\s{0,8}[\[{]')
_ITEM = re.compile(rf"[\[,]\s{{0,40}}{_STRING}(?=\s{{0,40}}[,\]])")
_NUMBERED = re.compile(r"[0-9](?:[^0-9\n]?[0-9]){5}")
# a key of a program before its sign, at the start of a line: nobody writes a sentence with one
_KEYED = re.compile(
    r"(?m)^[ \t]{0,20}+(?:- )?([A-Za-z](?:[A-Za-z]|[_-](?=[A-Za-z])){2,40}+(?:_[0-9]{1,3})?)[ \t]{0,4}[:=][ \t]{0,4}([^\s,;]{2,60})[ \t\r]{0,4}$"
)


@lru_cache(maxsize=4)
def _pairs(text: str) -> tuple[Named, ...]:
    """Return the values of pairs and containers, each with what it is called."""
    if '"' not in text or not (":" in text or "[" in text):
        return ()
    pairs = _PAIR.finditer(text) if ":" in text else ()
    found = [Named(one[1], *one.span(2 if one[2] is not None else 3)) for one in pairs]
    for one in _OPENED.finditer(text):
        if tells(one[1]) or way_of(one[1]) is not Way.ALONE:
            found += _inside(text, one[1], one.end() - 1)
    known = {one.start for one in found}
    for item in _ITEM.finditer(text):
        if item.start(1) in known:
            continue
        if _NUMBERED.search(text, *item.span(1)):
            found.append(Named("", *item.span(1)))
        elif is_name(item[1]) and (list_of := _list_of(text, item.start(1))):
            found.append(Named(list_of, *item.span(1)))
    return tuple(found)


_LIST_NAME = re.compile(r'"([^"\\\n\x1e]{1,60})"\s{0,8}:\s{0,8}$')


def _list_of(text: str, at: int) -> str:
    """Return what the list is called that `at` lies in, or the one around it; nothing where none has a name near."""
    low, closed = max(0, at - NEAR), 0
    for bracket in reversed(list(_BRACKET.finditer(text, low, at))):
        if bracket[0] == "]":
            closed += 1
        elif closed:
            closed -= 1
        elif text[low : bracket.start()].rstrip()[-1:] == ":":
            begin = max(0, bracket.start() - _NAME_MOST)
            name = _LIST_NAME.search(text, begin, bracket.start())
            if name is not None:
                return name[1]
    return ""


_BRACKET = re.compile(r"[\[\]]")
_NAME_MOST = 80  # characters of a name and its sign


def _inside(text: str, around: str, start: int) -> Iterator[Named]:
    """Yield the values of the container that begins at `start` under the name `around`."""
    names, own = [around], ""
    for token in _TOKEN.finditer(text, start, min(len(text), start + NEAR)):
        if token[2] is not None:
            own = token[1]
        elif token[1] is not None or token[3] is not None:
            name = called_text(own, names[-1]) if own else names[-1]
            yield Named(name, *token.span(1 if token[1] is not None else 3))
            own = ""
        elif token[0] in "[{":
            names.append(called_text(own, names[-1]) if own else names[-1])
            own = ""
        else:
            own = ""  # nothing follows a name there, or what has no place here: null
            names.pop()
            if len(names) == 1:
                return


def wholes(text: str) -> Iterator[Hit]:
    """Yield the values that their name speaks for: they are it, whatever they look like."""
    read: dict[str, int] = {}  # up to where each secret was looked for
    for one in _pairs(text):
        value = text[one.start : one.end].removesuffix(".0")  # as a number is told
        entity = declared(one.name, value)
        if entity is not None and "\x1e" not in value:
            yield Hit(one.start, one.end, entity, _SCORE, "named value", "key")
            if entity == "SECRET":
                yield from _again(text, one.start, value, read)


def _again(text: str, start: int, value: str, read: dict[str, int]) -> Iterator[Hit]:
    """Yield the same secret nearby, under another key or in a sentence; a word may be anything there."""
    if value.isalpha() or not is_looked_for(value):
        return
    before = NEAR if text[:1] in ("{", "[") else _NEAR_IT
    low = max(0, start - before, read.get(value, 0))
    high = min(len(text), start + len(value) + _NEAR_IT)
    read[value] = max(low, high - len(value) + 1)
    for at in starts(text, value, low, high):
        if at != start:
            yield Hit(at, at + len(value), "SECRET", SURE, "the same secret", "label secret")


_NEAR_IT = 240  # a stream keeps as much on both sides; of a document of JSON it keeps more


def pairs(text: str) -> Iterator[Named]:
    """Yield the values that are read behind their name: it tells, or they may be anybody's number."""
    for one in _pairs(text):
        if entity_of(one.name) is None and one.end - one.start <= LONGEST and (
            way_to(one.name, text[one.start : one.end]) is not Way.ALONE or _NUMBERED.search(text, one.start, one.end)
        ):  # fmt: skip
            yield one


def keyed(text: str) -> Iterator[Named]:
    """Yield what stands behind a key of a program at the start of a line: `customer_name: Özdemir`."""
    for one in _KEYED.finditer(text) if ":" in text or "=" in text else ():
        if said_as(one[1]) != one[1]:
            yield Named(one[1], *one.span(2))


def said_as(name: str) -> str:
    """Return what is written before a value under `name`, where that name speaks for the whole of it.

    `fullName` is a label of two words in a text, `full name` of one as well.
    """
    return _SAID.get(entity_of(name.rstrip("0123456789").rstrip("_")) or "", name)


_SAID = {"PERSON": "full name", "IP_ADDRESS": "ip address"}
