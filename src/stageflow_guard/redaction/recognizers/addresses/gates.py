"""Which patterns of addresses cannot match a text: a word, a sign or a code of theirs is not there. Pure."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.addresses.patterns import (
    ARABIC,
    ARABIC_HEADS,
    BOX,
    BRAZIL,
    BRAZIL_STATE,
    BRAZIL_STREET,
    BRAZIL_STREET_HEADS,
    BRAZIL_TOWN,
    CEP,
    CITY,
    COLOMBIA,
    COLOMBIA_BESIDE,
    COUNTRY_ZIP,
    EAST,
    ESTATES,
    FLOORS,
    HOUSE_NL,
    HOUSE_UK,
    INDIA,
    INDIAN,
    LANDS,
    MILITARY,
    MILITARY_CODE,
    NL_CODE,
    PARTS_IN,
    PIN_CODE,
    POLIGONO,
    ROOMS,
    STREET_AFTER,
    STREET_APART,
    STREET_BEFORE,
    STREET_EN,
    STREET_SUFFIX,
    STREET_WORDS,
    TOWN_BEFORE,
    TOWN_BEFORE_BESIDE,
    TOWN_CODE,
    TURKISH,
    TURKISH_NUMBER,
    TURKISH_WORDS,
    UK,
    UK_BESIDE,
    UK_INWARD,
    UNITS,
    UNITS_ABROAD,
)
from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.phrases import (
    lowered,
    register,
    unspaced,
    vocabulary,
)
from stageflow_guard.redaction.recognizers.shapes import holds

SUFFIXES = (
    "stra", "str.", "weg", "gasse", "platz", "allee", "ring ", "ring.", "ufer", "damm", "graben", "markt", "wall", "chaussee", "steig", "stieg", "pfad", "kamp", "winkel", "laan", "plein", "gracht", "kade", "singel", "dijk", "vej", "gade", "stræde",
    "allé", "promenade", "gatan", "gata", "vägen", "väg", "gränd", "torget", "gate ", "gate.", "veien", "vegen", "katu", "tie ", "tie.", "polku", "kuja", "utca", "út ", "út.", "tér", "krt",
    "ulice", "vænget", "bakken", "skálinn", "braut", "götu", "hlíð",
)  # fmt: skip
# what begins a street whose word stands before its name
STREET_HEADS = Heads(word.replace("\\.", ".").lower() + " " for word in STREET_WORDS.split("|"))
_ENGLISH = tuple(sorted(STREET_EN.split("|"), key=len))
_INDIAN_WORDS = tuple(INDIAN.split("|"))
_EASTERN = tuple("省市都道府県縣区시도구군")
_BOXES = (
    "box",
    "postf",
    "postb",
    "uss ",
    "usns",
    "uscg",
    "usnv",
    "psc",
    "apartado",
    "casella",
    "caixa",
    "case postale",
    "boîte postale",
)
_UNIT_SIGNS = (
    "apt",
    "apar",
    "sui",
    "ste",
    "uni",
    "flat",
    "flo",
    "fl",
    "room",
    "rm",
    "buil",
    "bldg",
    "no",
)
LAND_NAMES = tuple(re.sub(r"\(.*", "", c).strip().lower() for c in LANDS.split("|"))

_ORDINALS = re.compile(r"[0-9][ºª°oa]")
_LAND_CODE = re.compile(r"[0-9](?<= .)[0-9]{3,5}(?!\w)")
_LAND_ENDS = tuple({land.split()[-1] for land in LAND_NAMES} | {"greek", "turkish"})
_LAND_MOST = 24  # characters of such a word and what is between
_ROOM_WORDS = frozenset((*ROOMS, *FLOORS, "esc"))
# what stands in an Indian address
_INDIAN_PARTS = frozenset(INDIAN.lower().split("|")) | frozenset(
    ["sector", "flat", "plot", "heights", "society", "apartment", "apartments", "tower", "towers", "house", "मकान", "फ्लैट", "प्लॉट", "नगर"]
)  # fmt: skip
_COLOMBIAN = frozenset(["carrera", "cra", "kra", "kr", "calle", "cll", "cl", "diagonal", "diag", "dg", "transversal", "transv", "tv", "avenida", "avda", "avd", "av", "ak", "ac"])  # fmt: skip
register(_ROOM_WORDS | _INDIAN_PARTS | _COLOMBIAN)
# one of these words, in small letters, is in all that the patterns match
_NEEDED: tuple[tuple[tuple[re.Pattern[str], ...], tuple[str, ...]], ...] = (
    ((STREET_SUFFIX, STREET_APART), SUFFIXES), ((BOX,), _BOXES),
    ((UNITS,), _UNIT_SIGNS), ((STREET_AFTER,), _ENGLISH),
)  # fmt: skip
# in a text of ASCII the others cannot stand
_NEEDED_PLAIN = tuple(
    (ps, tuple(word for word in words if word.isascii())) for ps, words in _NEEDED
)


# what such a code stands beside, in the shape of a text
_MILITARY_BESIDE = (b"A 00000",)
_TOWN_BESIDE = (b"AA 00000", b"AA,00000", b"AA, 00000", b"AA  00000", b"AA ,00000", b"AA,,00000")

_PIN_BESIDE = tuple(sign + code for sign in (b" ", b",", b"-") for code in (b"000000", b"000 000"))
_NL_BESIDE = (b"0000 AA", b"0000AA")
_STATE_BESIDE = (b"-AA", b"- AA", b"/AA", b"/ AA", b"\xe2\x80\x93AA", b"\xe2\x80\x93 AA")


def idle_patterns(text: str, near: str) -> list[re.Pattern[str]]:
    """Return the patterns that cannot match; `near`, in small letters, is what stands around numbers.

    A list, and none of them is a key: a pattern's hash reads all its code.
    """
    idle = list[re.Pattern[str]]()
    heard = vocabulary(text)
    for patterns, words in _NEEDED_PLAIN if near.isascii() else _NEEDED:
        if not present(near, words):
            idle.extend(patterns)
    if not any(_behind_a_land(near, code.start()) for code in _LAND_CODE.finditer(near)):
        idle.append(COUNTRY_ZIP)
    if heard.isdisjoint(_ROOM_WORDS) and _ORDINALS.search(near) is None:
        idle.append(UNITS_ABROAD)
    if not STREET_HEADS.places(lowered(text)):
        idle.append(STREET_BEFORE)
    if heard.isdisjoint(_COLOMBIAN) or not holds(text, COLOMBIA_BESIDE):
        idle.append(COLOMBIA)
    if not BRAZIL_STREET_HEADS.places(lowered(text)):
        idle.append(BRAZIL_STREET)
    if not holds(text, TOWN_BEFORE_BESIDE):
        idle.append(TOWN_BEFORE)
    if heard.isdisjoint(_INDIAN_PARTS):
        idle.append(PARTS_IN)
    return idle + _without_code(text)


def _behind_a_land(lower: str, at: int) -> bool:
    """Say whether the word before `at` is the last one of a country's name."""
    before = lower[max(0, at - _LAND_MOST) : at].rstrip(" ").removesuffix(")")
    return before.endswith(_LAND_ENDS)


def _without_code(text: str) -> list[re.Pattern[str]]:
    """Return the patterns of places whose code or sign `text` does not hold."""
    idle = list[re.Pattern[str]]()
    if not holds(text, _PIN_BESIDE) or PIN_CODE.search(text) is None:
        idle.extend((INDIA, PARTS_IN))
    elif not present(text, _INDIAN_WORDS):
        idle.append(INDIA)
    if not holds(text, _MILITARY_BESIDE) or MILITARY_CODE.search(text) is None:
        idle.append(MILITARY)
    if not holds(text, _TOWN_BESIDE) or TOWN_CODE.search(text) is None:
        idle.append(CITY)
    if not holds(text, UK_BESIDE) or UK_INWARD.search(text) is None:
        idle.extend((UK, HOUSE_UK))
    if not unspaced(text) or not present(text, _EASTERN):
        idle.append(EAST)
    if not unspaced(text) or not present(text, ARABIC_HEADS):
        idle.append(ARABIC)
    if "-" not in text or not CEP.search(text):
        idle.append(BRAZIL)
    if not holds(text, _STATE_BESIDE) or BRAZIL_STATE.search(text) is None:
        idle.append(BRAZIL_TOWN)
    if TURKISH_NUMBER.search(text) is None or not present(text, TURKISH_WORDS):
        idle.append(TURKISH)
    if not ESTATES.places(lowered(text)):
        idle.append(POLIGONO)
    if not holds(text, _NL_BESIDE) or NL_CODE.search(text) is None:
        idle.append(HOUSE_NL)
    return idle
