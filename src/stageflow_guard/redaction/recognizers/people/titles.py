"""Names behind a title: `Dr.`, `Frau`, `Sig.ra`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import TITLES, capitalised
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import (
    BRANDS,
)
from stageflow_guard.redaction.recognizers.phrases import (
    vocabulary,
)
from stageflow_guard.redaction.recognizers.shapes import holds

_AFTER_TITLE = re.compile(r"(?:\.[ ]?|[ ])(?=[^\W_]|['’])")
# an address begins so: Herrn⏎Ansgar Theobald
_BELOW_TITLE = re.compile(r"[ \r]{0,2}\n(?=[^\W\d_a-z])")
_DOTTED = frozenset(
    {
        "M",
        "D",
        "Fr",
        "Me",
        "Ir",
        "Ing",
        "Lic",
        "Pr",
        "Hr",
        "d",
        "pan",
        "seu",
        "Hon",
        "Col",
        "Lt",
        "Mr",
        "f",
        "Sn",
        "Dl",
        "Eng",
        "Enf",
        "Pac",
        "enf",
        "pac",
        "pcte",
        "Pte",
        "pte",
    }
)
_BOTH = frozenset({"Mr", "Hr", "pan", "seu"})  # with a dot or without


# as an airline or a hotel writes a guest: `SMITH/JOHN MR`
_TURNED = re.compile(
    r"/(?<=[A-Z]{2}/)[A-Z]{2,20}(?:[ ][A-Z]{1,12})?[ ]?(?:MR|MRS|MS|MISS|MSTR|CHD|INF|DR)(?![A-Za-z/])"
)


_SURNAME = re.compile(r"(?<![A-Z/])[A-Z]{2,20}$")
# the same without a title, behind a word for whom it names: `pt KEELER/DUANE`, `Name on pass was OKWUOSA/ADA`
_SLASHED = re.compile(
    r"(?<![^\W_])(?i:name on [a-z]{3,12}|pt|patient|pax|passenger|guest|member|mbr|insured|traveller|traveler|client|nom|nome|nombre|naam)(?:[ ][a-z]{1,10}){0,3}[ :]{1,3}(?P<name>[A-Z]{3,20}/[A-Z]{2,20})(?![\w/])"
)
_SLASHES = (b"AAA/AA",)


def titled(text: str) -> Iterator[Hit]:
    """Yield names behind a title, of one word or more; behind a name where an airline writes it."""
    for turned in _TURNED.finditer(text):
        surname = _SURNAME.search(text, max(0, turned.start() - 21), turned.start())
        if surname is not None:
            yield Hit(surname.start(), turned.end(), "PERSON", 0.5, "name, title", "label title")
    for slashed in _SLASHED.finditer(text) if holds(text, _SLASHES) else ():
        if slashed["name"].rpartition("/")[2].lower() in ALL_GIVEN_NAMES:
            yield Hit(*slashed.span("name"), "PERSON", 0.45, "name, turned", "label field")
    for head in vocabulary(text) & TITLES.keys():
        for title in TITLES[head]:
            needle = f"{title}." if title in _DOTTED and title not in _BOTH else title
            at = text.find(needle)
            while at >= 0:
                hit = _behind_title(text, at, title)
                if hit is not None:
                    yield hit
                at = text.find(needle, at + 1)


_MIDDLE = re.compile(r"(?<![^\W_])[^\W\d_a-zß-ÿ][^\W\d_A-Z]{2,}[ ]$")
_LONGEST = 24  # letters of a given name
_INITIALS = re.compile(r"(?:[A-Z][ ]){1,2}(?=[^\W\d_a-z][^\W\d_A-Z])")


def _initials(text: str, at: int) -> int:
    """Return how many characters of initials without a dot stand at `at`: `Dr A Shah`."""
    match = _INITIALS.match(text, at)
    return 0 if match is None else len(match[0])


def _behind_title(text: str, at: int, title: str) -> Hit | None:
    before = text[at - 1 : at] if at else ""
    gap = _AFTER_TITLE.match(text, at + len(title))
    below = None
    if gap is None and before in ("", "\n") and len(title) > 3:
        gap = below = _BELOW_TITLE.match(text, at + len(title))
    if gap is None or before.isalnum() or before in ("_", ".", "-"):
        return None
    if len(title) == 1 and _MIDDLE.search(text, max(0, at - _LONGEST), at) is not None:
        return None  # the initial of a middle name: `Franklin D. Roosevelt`
    name = capitalised(text, gap.end() + _initials(text, gap.end()))
    if name is None:
        return None
    name = (gap.end(), name[1])
    if below is not None and (
        " " not in text[slice(*name)] or text[name[1] : name[1] + 1] not in ("", "\n", "\r")
    ):
        return None
    words = text[name[0] : name[1]].split(" ")
    if len(words) == 1 and words[0] in BRANDS:
        return None
    if title[0].islower() and words[0].isupper() and len(words[0]) > 3:
        return None
    return Hit(*name, "PERSON", 0.5, "name, title", "label title")
