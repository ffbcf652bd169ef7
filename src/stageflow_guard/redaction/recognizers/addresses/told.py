"""Addresses that a sentence or a field announces: `lives at …`, `address: …`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.addresses.patterns import STREET_EN, STREET_WORDS, UNIT
from stageflow_guard.redaction.recognizers.anchors import Heads, places
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic.announced import SIGN
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import (
    Index,
    lowered,
)

# what announces an address, from the first of `_TOLD_HEADS` on; a word may be glued before it
_TOLD = re.compile(
    r"(?i)(?:address(?: (?:of|for) [^\n:]{1,40}?)?(?: is| was|:|[ ]linked to my credit card to| to the same:)|lives? at|located at|residing at|resides at|(?:live|lived|living|stay|staying|meet me|arrived|taxi to|deliver(?:ed)?|ship(?:ped)?|send (?:it|a new one|this)|move[d]?|restaurant is|office is|station is|office) (?:at|to|on))[ \n]{1,5}"
)
_TOLD_HEADS = Heads((
    "live ", "lived ", "lives ", "living ", "located ", "residing ", "resides ", "stay ", "staying ", "meet me ", "arrived ", "taxi to ",
    "deliver ", "delivered ", "ship ", "shipped ", "send ", "move ", "moved ", "restaurant is ", "office ", "station is ",
))  # fmt: skip
_GLUED = re.compile(
    r"(?i)(?<![a-z])(?:billing|shipping|mailing|home|street|postal|secondary|primary|work|office|new|my|his|her|their)$"
)
_MORE = re.compile(
    rf"[ ,]*\n[ >?]*(?:{UNIT}|[^\W\d_][^\n:@]{{1,40}}?)(?=[ ,]*(?:\n|$|[.?!]))", re.IGNORECASE
)
_OTHER = re.compile(
    r"(?i)(?<![a-z])(?:phone|mobile|desk|fax|office|tel|e-?mail|website|name)(?![a-z])"
)
_LINE = re.compile(r"[^\n]{0,140}")
_BREAK = re.compile(r"[.?!](?=\s|$)|;|,\s(?:and|but|which|please|so)\b")

_PLAIN_STREET = re.compile(
    rf"(?i)(?<!\w)(?:{STREET_EN}|{STREET_WORDS})(?!\w)|(?:str|straße|weg|laan|straat)\.?[ ][0-9]"
)
_FIELD = Index({
    "address": [
        *(p for c in COUNTRIES for p in c.fields.get("STREET_ADDRESS", "").split("|")), "ship to address",
    ]
})  # fmt: skip
_NO_ADDRESS = re.compile(
    r"(?i)(?:ip|mac|mail|e-?mail|memory|web|url|http|bind|listen|host|server|base|start|return|source|remote|contract|wallet|bitcoin|btc|eth|bus|device|from|to|reply|physical|virtual|hardware|network|peer|node|token)[ _.-]?$"
)
_SIGN = re.compile(SIGN, re.IGNORECASE)
_FIELD_VALUE = re.compile(r"[^\n\"'`<>{}\[\];|\t\x1e]{4,120}")


def in_fields(text: str) -> Iterator[Hit]:
    """An address is the whole of a field that says so: a letter and a digit are in it."""
    for match in _FIELD.find(text):
        sign = _SIGN.match(text, match.end)
        if sign is None or _NO_ADDRESS.search(text[max(0, match.start - 10) : match.start]):
            continue
        value = _FIELD_VALUE.match(text, sign.end())
        if value is None:
            continue
        stop = _BREAK.search(value[0]) if text[sign.end() - 1] not in "\"'`" else None
        found = value[0][: stop.start()] if stop is not None and stop.start() > 5 else value[0]
        if _ADDRESS_LIKE.search(found) is None or _NO_STREET.search(found):
            continue
        if found[0].islower() and found[:4].isascii() and not _PLAIN_STREET.search(found):
            continue
        yield Hit(
            sign.end(),
            sign.end() + len(found.rstrip(" ,.")),
            "STREET_ADDRESS",
            0.5,
            "announced",
            "label address",
        )


_NO_STREET = re.compile(r"[@=()*]|://|[0-9]{11}|^[a-z]\w*(?:\.(?=\w)|[ ][+*/-][ ])")
_ADDRESS_LIKE = re.compile(
    r"^(?=.*[0-9])(?=.*[^\W\d_]{2})(?:[0-9]{1,5}[A-Za-z]?(?:[ ]?bis)?,?[ ]+[^\W\d_]|[^\W\d_][^\d]{2,60}[ ,#º°.]+[0-9]{1,5}(?:[A-Za-z/,. -]|$)|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{3})"
)


def _told(text: str) -> Iterator[re.Match[str]]:
    """Yield what announces an address; read only where one of its words stands."""
    reached = 0
    lower = lowered(text)
    glued = [
        at
        for at in places(lower, "address")
        if not _LETTER.match(lower[at - 1 : at]) or _GLUED.search(text, max(0, at - 10), at)
    ]
    for at in sorted({*_TOLD_HEADS.places(lower), *glued}):
        if at < reached:
            continue
        match = _TOLD.match(text, at)
        if match is not None:
            reached = match.end()
            yield match


_LETTER = re.compile(r"(?i)[a-z]")

_CLOCK = re.compile(
    r"(?i:(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,? [0-9]{1,2}(?![0-9]))|[^0-9]{1,24} at (?:[01]?[0-9]|2[0-3])[:.]?[0-5][0-9](?![0-9])"
)


def announced(text: str) -> Iterator[Hit]:
    """An address behind "lives at" or "address:" goes to the end of its sentence or its lines."""
    following: dict[int, int] = {}  # where the line at a place ends: -1 where it is no address's
    for match in _told(text):
        line = _LINE.match(text, match.end())
        if line is None:
            continue
        stop = _BREAK.search(line[0])
        found = line[0][: stop.start()] if stop is not None else line[0]
        if stop is not None and re.search(r"(?i)(?:apt|st|no|ul|c|u|av|avda|ste)$", found):
            later = _BREAK.search(line[0], stop.end())
            found = line[0][: later.start()] if later is not None else line[0]
        if not re.search(r"(?<![A-Za-z0-9])[0-9]", found[:60]) or (
            not re.search(r"[^\W\d_]{3}", found)
        ):  # fmt: skip
            continue
        if not (re.search(r"(?<!\w)[^\W\d_a-z]", found) or _PLAIN_STREET.search(found)):
            continue
        if _NO_STREET.search(found) or _CLOCK.match(found):
            continue
        end = match.end() + len(found.rstrip(" ,"))
        at_end = stop is None
        while at_end:  # the lines of an address, until one that is none
            if end - match.end() > 180:
                break
            if end not in following:  # announcements in a row read the same lines
                more = _MORE.match(text, end)
                following[end] = -1 if more is None or _OTHER.search(more[0]) else more.end()
            if following[end] < 0:
                break
            end = following[end]
            at_end = not text[end : end + 1] or text[end] in "\n ,"
        yield Hit(match.end(), end, "STREET_ADDRESS", 0.5, "announced", "label address")
