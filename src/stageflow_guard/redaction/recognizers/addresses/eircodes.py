"""Ireland's addresses: an Eircode is the code of one house, and what stands before it is that house's: `Clonfert, Kilrush, Co. Clare, V15 R298`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES
from stageflow_guard.redaction.recognizers.shapes import holds

# the routing keys that are given out (Eircode, Product Guide)
_KEYS = (
    "A41 A42 A45 A63 A67 A75 A81 A82 A83 A84 A85 A86 A91 A92 A94 A96 A98 C15 D01 D02 D03 D04 D05 D06 D6W D07 D08 D09 D10 D11 D12 D13 D14 D15 D16 D17 D18 D20 D22 D24 E21 E25 E32 E34 E41 E45 E53 E91 "
    "F12 F23 F26 F28 F31 F35 F42 F45 F52 F56 F91 F92 F93 F94 H12 H14 H16 H18 H23 H53 H54 H62 H65 H71 H91 K32 K34 K36 K45 K56 K67 K78 N37 N39 N41 N91 P12 P14 P17 P24 P25 P31 P32 P36 P43 P47 P51 P56 P61 P67 P72 P75 P81 P85 "
    "R14 R21 R32 R35 R42 R45 R51 R56 R93 R95 T12 T23 T34 T45 T56 V14 V15 V23 V31 V35 V42 V92 V93 V94 V95 W12 W23 W34 W91 X35 X42 X91 Y14 Y21 Y25 Y34 Y35"
)
_CODE = re.compile(
    rf"(?<![A-Za-z0-9-])(?:{'|'.join(_KEYS.split())})[ ]?(?=[A-Z0-9]{{0,3}}[0-9])(?=[0-9]{{0,3}}[A-Z])[0-9AC-FHKNPRTV-Y]{{4}}(?![A-Za-z0-9-])"
)
_BESIDE = (b"A00 ", b"A00A", b"A000", b"A0A ")
# a piece of an address: names and numbers, each word with a capital
_WORD = r"(?:[^\W\d_a-zß-ÿ][\w'’]*\.?|[0-9]{1,4}[A-Z]?(?:[/-][0-9]{1,4})?|of|the|na|an|and)"
_PIECE = re.compile(rf"{_WORD}(?:[ ](?:-[ ])?{_WORD}){{0,6}}")
# the end of a sentence that goes on with a place
_LAST_WORDS = re.compile(
    rf"(?:^|[ ])(?:in|at|to|from|near|is|of)[ ](?P<piece>{_WORD}(?:[ ]{_WORD}){{0,5}})$"
)
_GREETINGS = frozenset(["dear", "hi", "hello", "hey", "thanks", "regards", "cheers", "thank", "best", "sincerely"])  # fmt: skip
# what tells that pieces are of an address where one alone stands before a code
_TOLD = re.compile(
    r"(?<![^\W_])(?:Co\.?|County|Dublin|Cork|Galway|Limerick|Waterford|Ireland|(?:St|Street|Road|Rd|Avenue|Ave|Lane|Terrace|Park|Drive|Court|Place|Square|Close|Grove|Quay|Green|Apt|Flat|Unit)\.?)(?![^\W_])"
)
# what parts pieces, and what no address goes across
_SIGN = re.compile(r",[ ]?|\n[ ]{0,4}|[(;|\"\t]|:[ ]|(?<!Co)(?<!St)(?<!Rd)(?<!Ave)\.[ ]")
_NAMED = re.compile(r"(?i)(?:eircode|post ?code)[ :]{1,2}$")
_MOST, _REACH = 5, 140
_LABELS = re.compile(
    r"(?i)^(?:home |postal |work |new |old )?(?:address|addr|lives at|at|to|from|in|of|eircode)[ :]+"
)
_TITLES = frozenset(["dr", "mr", "mrs", "ms", "miss", "prof", "fr", "sr", "rev"])
_STREETS = frozenset(["st", "street", "road", "rd", "avenue", "ave", "lane", "terrace", "park", "drive", "court", "place", "square", "close", "grove", "view", "heights", "crescent", "quay", "hill", "green", "way", "mews", "gardens", "estate", "apartments", "apt", "flat", "unit"])  # fmt: skip


_GREETED = re.compile(r"(?i)(?:dear|hi|hello|hey|thanks|regards|cheers)[ ,\n]{1,2}$")


def recognize(text: str) -> Iterator[Hit]:
    """Yield such addresses; the code alone is a guess unless its name stands before it."""
    if not holds(text, _BESIDE):
        return
    for code in _CODE.finditer(text):
        begin = _begin(text, code.start())
        named = _NAMED.search(text, max(0, code.start() - 12), code.start())
        piece = text[begin : code.start()]
        several = _SIGN.search(piece.rstrip(" ,\n")) is not None
        told = named is not None or several or _TOLD.search(piece) is not None
        score = 0.55 if told else 0.3
        yield Hit(begin, code.end(), "STREET_ADDRESS", score, "eircode", "position")


def _begin(text: str, end: int) -> int:
    """Return where the address begins whose code stands at `end`: pieces between commas, or lines, to the left."""
    begin, low, at = end, max(0, end - _REACH), end
    for _ in range(_MOST):
        stop = at
        while stop > low and text[stop - 1] in " ,\n":
            stop -= 1
        start = low
        for sign in _SIGN.finditer(text, low, stop):
            start = sign.end()
        piece = text[start:stop]
        label = _LABELS.match(piece)
        if label is not None:
            start, piece = start + label.end(), piece[label.end() :]
        words = [word.strip(".,").lower() for word in piece.split(" ")]
        last = _LAST_WORDS.search(piece) if piece and _PIECE.fullmatch(piece) is None else None
        if last is not None:
            return start + last.start("piece")
        if not piece or _PIECE.fullmatch(piece) is None or words[0] in _TITLES | _GREETINGS:
            break
        if words[0] in ALL_GIVEN_NAMES and len(words) > 1 and _STREETS.isdisjoint(words):
            break  # whose it is
        greeted = _GREETED.search(text, max(0, start - 10), start)
        if greeted is not None and len(words) == 1:
            break
        begin = at = start
        if (
            label is not None
            or text[start - 1 : start] not in (" ", "\n", ",")
            or text[start - 2 : start] == ": "
        ):
            break
    return begin
