"""Boxes of the post with their town: `BP 4182, Douala`, `C.P. 207, 6600 Locarno`, `Private Bag 31, Lilongwe`. Pure.

In much of the world mail goes to a box; the letters alone mean much else, so a town stands behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_CAP = r"[^\W\d_a-zß-ÿ][^\W\d_.][\w'’-]{1,22}"
_TOWN = rf"{_CAP}(?:[ -](?:(?:de|del|la|le|les|el|du|da|do|dos|di|am|an der|sur|en|of)[ ]){{0,2}}{_CAP}){{0,2}}(?:[ ]?\([^\W\d_ -]{{2,20}}\)|[ ][0-9]{{1,2}}(?![0-9]))?(?:,[ ]{_CAP})?"
_WORD = r"(?P<sure>(?i:p\.?[ ]?o\.?[ ]?box|post[ ]office[ ]box|private[ ]bag|locked[ ]bag|gpo[ ]box|bo[îi]te[ ]postale|case[ ]postale|casella[ ]postale|cas\.[ ]post\.|c\.[ ]?p\.|caixa[ ]postal|cx\.?[ ]postal|apartado(?:[ ](?:de[ ]correos|postal|a[ée]reo))?|apdo\.?(?:[ ](?:de[ ]correos|postal))?|casilla(?:[ ](?:de[ ]correos?|postal))?|postfach|postf\.|postbus|antwoordnummer|pobox))|BP|B\.P\.|CP|C\.P|CS|TSA|PB|Pf\.?|A\.A\.|AP"
_BOX = re.compile(
    rf"(?:{_WORD})[ :]{{1,2}}(?:n[º°o.]{{1,2}}[ ]?)?(?P<number>[0-9]{{1,6}}(?:[ .-][0-9]{{1,5}})?(?:[ ]?[A-Z]{{1,2}}(?![\w]))?)"
    rf"(?P<town>[ ]?[,–/-][ ]?(?:(?P<code>(?:[A-Z]{{1,2}}-)?[0-9]{{4,6}}(?:-[0-9]{{3,4}})?)[ ])?{_TOWN}(?=[,.;:!?)\n]|$|[ ][a-zß-ÿ0-9(–-])|[ ]{_CAP}(?:[ ]{_CAP})?(?=[,.;!?)\n]|$))"
)
# a number of the office before it and behind its town: `01 BP 4182 Abidjan 01`
_IVORIAN = re.compile(
    rf"(?<![\w.,-])[0-9]{{2}}[ ]B\.?P\.?[ ][0-9]{{1,5}},?[ ]{_CAP}[ ][0-9]{{2}}(?![\w])"
)
# the rural routes of Canada and America: `RR 3, Site 21, Box 7, Terrace BC`
_RURAL = re.compile(
    r"R\.?R\.?[ ]?#?[0-9]{1,2}(?:,?[ ](?:Site|Comp|Box|Stn|Group|Grp|Lot)\.?[ ]#?[0-9A-Z]{1,5}){1,3}(?:,?[ ][^\W\d_a-zß-ÿ][\w'’.-]{1,20}(?:[ ][^\W\d_a-zß-ÿ][\w'’.-]{1,20})?,?[ ][A-Z]{2},?(?:[ ]{1,2}[A-Z][0-9][A-Z][ ]?[0-9][A-Z][0-9]|[ ][0-9]{5})?)?(?![\w])"
)
_RURALS = Heads(("rr ", "rr#", "r.r", "rr1", "rr2", "rr3", "rr4", "rr5", "rr6", "rr7", "rr8"))
_HEADS = Heads(("p.o", "po box", "p o", "post", "private bag", "locked bag", "gpo", "boîte", "boite", "case postale", "casella", "cas. post", "c.p", "c. p", "caixa postal", "cx", "apartado", "apdo", "casilla", "pobox", "antwoordn", "bp ", "b.p", "cp ", "cs ", "tsa ", "pb ", "pf", "a.a. ", "ap "))  # fmt: skip
# what else the letters mean: pressure, oil, a code of a town, a year's time
_ELSE = re.compile(
    r"(?<![^\W_])(?:mmhg|bar|psi|oil|shell|shares?|aktie\w{0,2}|pressure|tension|tensión|código|code|art|article|artículo|artikel|norm|norma|iso|une|din|version|model|modell|part|capítulo|chapter|sección|section)(?![^\W_])"
)
_NEAR = 30  # characters before


def recognize(text: str) -> Iterator[Hit]:
    """Yield such boxes with their town."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _RURALS.places(lower):
        rural = _RURAL.match(text, at)
        if rural is not None and not text[at - 1 : at].isalnum():
            yield Hit(*rural.span(), "STREET_ADDRESS", 0.5, "box with its town", "position")
    for at in _HEADS.places(lower):
        if text[at - 1 : at].isalnum() or text[at - 1 : at] in _JOINED:
            continue
        ivory = _IVORIAN.match(text, at - 3) if at > 2 else None
        if ivory is not None:
            yield Hit(*ivory.span(), "STREET_ADDRESS", 0.5, "box with its town", "position")
        box = _BOX.match(text, at)
        if box is None or _ELSE.search(lower, max(0, at - _NEAR), box.end()) is not None:
            continue
        town = box["town"].strip(" ,–/-").split(" ")[0].strip(".,")
        told = box["sure"] or box["code"]
        told = told or ("," in box["town"] and _GOES_ON.match(text, box.end()) is not None)
        if told and town not in _NO_TOWNS:
            yield Hit(*box.span(), "STREET_ADDRESS", 0.5, "box with its town", "position")


# behind a town without its code: nothing, or what the box is for
_GOES_ON = re.compile(
    r"[ ]?(?:$|[.,;:!?)(\n–-]|(?:pour|per|para|for|voor|für|et|y|e|und|en|and|is|est|es|è|é|ist|as|comme|como|come|als)(?![^\W_]))"
)
_JOINED = frozenset("-/.+&")
_NO_TOWNS = frozenset(["Tel", "Phone", "Fax", "Email", "Page", "Seite", "Version", "The", "Der", "Die", "Das", "Le", "Heart", "HR", "Puls", "Pulse", "Pouls", "Temp", "Sat", "SpO2", "Please", "Monday", "January", "February", "March", "April", "May", "June", "July"])  # fmt: skip
