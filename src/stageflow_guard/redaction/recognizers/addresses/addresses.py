"""Postal addresses: by the form of their parts, and by what announces them; parts that adjoin are one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.addresses.before_a_town import WHOLE
from stageflow_guard.redaction.recognizers.addresses.before_a_town import recognize as before_a_town
from stageflow_guard.redaction.recognizers.addresses.eircodes import recognize as eircodes
from stageflow_guard.redaction.recognizers.addresses.parts import found_parts
from stageflow_guard.redaction.recognizers.addresses.patterns import LANDS, UNIT
from stageflow_guard.redaction.recognizers.addresses.postcodes import recognize as postcodes
from stageflow_guard.redaction.recognizers.addresses.told import announced, in_fields
from stageflow_guard.redaction.recognizers.hit import Hit

_GATE = re.compile(r"[0-9]")
_MARGIN = r"[ ,]*\n[ >?]*"


def recognize(text: str) -> Iterator[Hit]:
    """Yield streets, units, boxes, towns with a postcode, and what a label announces."""
    if not _GATE.search(text):
        return
    parts = list(found_parts(text))
    parts += announced(text)
    parts += in_fields(text)
    parts += before_a_town(text)
    parts += postcodes(text)
    parts += eircodes(text)
    if not parts:
        return
    yield from _adjoined(text, sorted(parts))


_TOWN_LINES = re.compile(
    rf"(?:{_MARGIN}|,?[ ]|,[ ]?)(?:{UNIT}|(?:[^\W\d_][^\n,:@0-9]{{1,36}}))(?=(?:[ ,]*\n[ >?]*|[ ,]{{1,3}})(?:{UNIT}|{LANDS}|[^\W\d_][^\n,:@0-9]{{1,36}}(?:[ ,]*\n[ >?]*|,[ ])(?:{LANDS})|[A-Z]{{2}}[ ]*\n[ >?]*(?:{LANDS}))(?!\w))",
    re.IGNORECASE,
)
_CLOSE = re.compile(rf"[ ,]*(?:\n[ >?]*|[ ,])(?:{LANDS})(?:[ ]+[0-9]{{4,6}})?(?!\w)", re.IGNORECASE)


def _goes_on(text: str, end: int) -> int:
    """Return where an address without a code ends: floors, districts and a town may stand behind its street."""
    for _ in range(_MOST_BEHIND):
        room = _ROOM_BEHIND.match(text, end)
        town = _TOWN_BEHIND.match(text, end) if room is None else None
        if town is not None and town["town"].partition(" ")[0].strip(".,") in _NO_TOWN:
            return end
        more = room or town
        if more is None:
            return end
        end = more.end()
    return end


_MOST_BEHIND = 4
_ROOM_BEHIND = re.compile(
    r",?[ ](?:[Pp]iso[ ])?[0-9]{1,2}[°º][ ]?[\"'“]?[A-H][\"'”]?(?![\w])|,?[ ](?:r/c|dto|esq|izda|dcha|bajos?|rdc|rez-de-chaussée|planta baja|ground floor|EG|pt|piano terra)(?:[ ](?:dto|esq|izda|izq|dcha|dta|frente|[A-D]))?\.?(?![\w])|,[ ](?:fundos|frente|sobrado|casa [0-9]{1,3}|int(?:erno)?\.?[ ][0-9]{1,3}|scala[ ][A-Z0-9]|piano[ ][0-9])(?!\w)|,?[ ](?:Int|Interior|Depto|Dpto|Piso|Casa|Lote|Mz|Manzana)\.?[ ][0-9A-Z]{1,4}(?![\w])"
)
# a town behind a street without its code: `Via Roma 12, Torino`
_TOWN_BEHIND = re.compile(
    r"(?:,[ ]|[ ](?:te|à|en|em|w|in)[ ])(?P<town>(?:(?:Col|Colonia|Fracc|Barrio|Bairro|Urb|Bo|Delegación|Alcaldía|Ortsteil|OT)\.?[ ])?[^\W\d_a-zß-ÿ][\w'’-]+\.?(?:[ -](?:(?:de|del|di|da|do|la|le|am|an der|upon|sur|du|in)[ ])?[^\W\d_a-zß-ÿ][\w'’-]*){0,3}(?:[ ][0-9]{1,2}(?:e|er|ème))?(?:(?:[ ](?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT))?[ ](?!(?:19|20)[0-9]{2})[0-9]{4}(?![\w.,/-]*[0-9]))?)(?=[ ]?[.,;:)!?\n]|$|[ ](?:[a-zà-ÿ]|[0-9]))"
)


def _with_its_state(text: str, end: int) -> int:
    """Return where an address with its town ends: a state's letters may stand behind, no other town or person."""
    state = _STATE_BEHIND.match(text, end)
    return end if state is None else state.end()


_STATE_BEHIND = re.compile(r",[ ](?:[A-Z][a-z]{1,4}\.|[A-Z]\.[ ]?[A-Z]\.)(?!\w)")
_STREETS = frozenset({"street", WHOLE, "numbered"})
_NO_TOWN = frozenset(["Please", "Thanks", "Thank", "Tel", "Phone", "Email", "Mobile", "Fax", "DOB", "SSN", "Danke", "Bitte", "Merci", "Gracias", "Grazie", "Dank", "Obrigado", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag", "Lundi", "Mardi", "ID", "VAT", "IBAN", "Card", "Order", "Ref", "Name", "Age", "Room", "Today", "Tomorrow", "Yes", "No", "OK", "Ok"])  # fmt: skip
_NEAR = re.compile(
    r"[ ,]{0,3}(?:\n[ >?]{0,8}){0,2}|[ ,]{0,3}\n?[ >?]{0,8}[^\W\d_][^\n0-9:@]{0,40}[ ,]{0,3}\n?[ >?]{0,8}(?:[^\W\d_][^\n0-9:@]{0,40}[ ,]{0,3}\n?[ >?]{0,8})?"
)

_FAR = re.compile(r"[0-9:@]")  # never between the parts of an address


def _adjoined(text: str, parts: list[Hit]) -> Iterator[Hit]:
    """Join parts that follow each other; two parts are surer than one."""
    whole = {hit.start for hit in parts if hit.rule == WHOLE}
    i = 0
    while i < len(parts):
        start, end, _, score, rule, why = parts[i]
        kinds = {rule}
        j = i + 1
        while j < len(parts):
            nxt = parts[j]
            if nxt.start > end:
                if (
                    (nxt.start in whole and WHOLE in kinds)  # the next one begins
                    or nxt.start - end > 110
                    or nxt.end - start > 280
                    or _FAR.search(text, end, nxt.start)
                    or not _NEAR.fullmatch(text, end, nxt.start)
                ):
                    break
                kinds.add(nxt.rule)
            elif nxt.end > end or nxt.score > score:
                kinds.add(nxt.rule)
            end, score = max(end, nxt.end), max(score, nxt.score)
            rule = nxt.rule if nxt.score == score else rule
            j += 1
        close = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
        if close is not None:
            end = close.end()
            more = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
            while more is not None and more.end() - start < 280:
                end = more.end()
                more = _CLOSE.match(text, end) or _TOWN_LINES.match(text, end)
            kinds.add("country")
        if close is None and kinds & _STREETS:
            end = _with_its_state(text, end) if WHOLE in kinds else _goes_on(text, end)
        strong = kinds - {
            "numbered",
            "unit",
            "street, maybe",
            "town behind its code",
            "town before its state",
            "town before its code",
        }
        if len(kinds) > 1 and (
            strong or kinds >= {"numbered", "unit"} or kinds >= {"street, maybe", "town behind its code"}
        ):  # fmt: skip
            score = max(score, 0.5)
        yield Hit(
            start,
            end,
            "STREET_ADDRESS",
            score,
            rule,
            why or ("parts adjoin" if len(kinds) > 1 else ""),
        )
        i = j
