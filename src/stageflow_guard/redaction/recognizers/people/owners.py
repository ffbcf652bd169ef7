"""A name beside what is its own: `Lena Kruse, 0170 2345678`, `Lena's birthday is`, a signature's last lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import positions, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, capitalised
from stageflow_guard.redaction.recognizers.people.somebody import is_somebody
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

# at the start of a line, before a number or an address of one's own
_BESIDE = re.compile(
    rf"(?:[-*•][ ])?(?P<name>{FULL})(?:,[ ](?:tel\.?[ :]{{1,2}}|mobile[ :]{{1,2}})?(?=[+0(][0-9][0-9 ()/.-]{{6,}})|[ ](?=[(<][\w.+-]{{1,40}}@[\w-]{{1,40}}\.))"
)
_OWNED = re.compile(
    rf"(?<![^\W_])(?P<name>{FULL})['’]s?[ ](?:(?:new|home|work|private|direct|mobile|email|e-mail|phone|date of)[ ])?(?:number|phone|mobile|cell|email|e-mail|mail|address|birthday|birth|dob|password|ssn|passport|iban|account)(?:[ ](?:number|address|no\.?))?[ ]?(?:is|was|:|=)"
)
# what is its own, found first
_COMMA = re.compile(r", (?=[+0(][0-9]|(?:tel|mobile)[. :])")
_ADDRESS = re.compile(r"[(<](?<= .)(?=[\w.+-]{1,40}@)")
_NUMBERED = (b", +0", b", 0", b", (0")
_ABOVE = ("\n\n", "\n--\n", "\n-- \n")
_LINE = 120  # characters from the start of a line to what is its own
_OWNS = ("'s ", "’s ")
# one of which is owned
_OWN = ("number", "phone", "mobile", "cell", "mail", "address", "birth", "dob", "password", "ssn", "passport", "iban", "account")  # fmt: skip
# below the last line of a letter: two dashes, or a number and an address under the name
_BELOW = re.compile(
    rf"(?P<name>{FULL})[ ]?(?=\n(?:[+0(][0-9][0-9 ()/.-]{{6,24}}|[\w.+-]{{1,40}}@[\w.-]{{3,60}}|(?:Tel|Phone|Mobile|Mob|T|M|E)[.:]?[ ][^\n]{{5,60}}|(?:[A-Z][\w&-]{{1,20}}[ ]){{0,3}}(?:Manager|Director|Officer|Engineer|Consultant|Assistant|Coordinator|Executive|Analyst|Nurse|Doctor|Partner|Lead|Advisor|Adviser|Accountant))(?:\n|$))"
)


def _signs(text: str) -> Iterator[re.Match[str]]:
    """Yield where a number or an address begins that may be somebody's."""
    if holds(text, _NUMBERED) or ", tel" in text or ", mobile" in text:
        yield from _COMMA.finditer(text)
    if "@" in text:
        yield from _ADDRESS.finditer(text)


def recognize(text: str) -> Iterator[Hit]:
    """Yield names of two words before what only one person has; of one where a possessive says so."""
    if "," in text or "@" in text:
        for sign in _signs(text):
            begin = text.rfind("\n", 0, sign.start()) + 1
            match = _BESIDE.match(text, begin) if sign.start() - begin < _LINE else None
            if match is not None and is_somebody(match["name"], least=2):
                yield Hit(*match.span("name"), "PERSON", 0.42, "name, owner", "position")
    lower = lowered(text)
    for at in positions(lower, _OWNS):
        near = lower[max(0, at - 48) : at + 48]
        owned = _OWNED.search(text, max(0, at - 48), at + 48) if present(near, _OWN) else None
        name = capitalised(text, owned.start("name")) if owned is not None else None
        if name is not None and is_somebody(text[slice(*name)], least=1):
            yield Hit(*name, "PERSON", 0.42, "name, owner", "position")
    if "\n" in text:
        above = [text.index("\n", at + 1) + 1 for at in positions(text, _ABOVE)]
        if text.startswith(("--\n", "-- \n")):
            above.insert(0, text.index("\n") + 1)
        for at in above:
            match = _BELOW.match(text, at)
            if match is not None and is_somebody(match["name"], least=2):
                yield Hit(*match.span("name"), "PERSON", 0.42, "name, signature", "position")
