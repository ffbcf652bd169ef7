"""Who is spoken to inside of a message, and who wrote what is quoted: `Thanks Cedric!`, `On Tuesday Ada Byron wrote:`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, capitalised
from stageflow_guard.redaction.recognizers.people.somebody import is_somebody
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

# a greeting whose sentence goes on: `Hi Joanna can you call me`
_HAILS = ("Hi ", "Hello ", "Hey ", "Hallo ", "Hola ", "Ciao ", "Bonjour ", "Salut ", "Coucou ", "Olá ", "Oi ", "Hoi ", "Moin ", "Servus ", "Hej ", "Cześć ")  # fmt: skip
_HAILED = re.compile(rf"(?:{'|'.join(_HAILS)})(?=[^\W\d_a-z])")
_HAIL_ENDS = re.compile(r"[ ](?=[a-zà-ÿ¿¡]|I[ '’])|[ ]!|\.(?:[ \n]|$)|/(?=[^\W\d_a-z])|!")
# who is thanked, welcomed, congratulated: `Thanks for the update, Priscilla.`
_THANKED = re.compile(
    r"(?:thanks|thank you|many thanks|thx|cheers|vielen dank|danke(?: schön| dir)?|besten dank|merci(?: beaucoup| bien)?|(?:muchas )?gracias|grazie(?: mille)?|bedankt|dank je(?:wel)?|obrigad[oa]|sorry|désolée?|perdona|scusa|welcome(?: back| aboard| to the team)?|willkommen|bienvenue|bienvenid[oa]|benvenut[oa]|welkom|bem-vind[oa]|congratulations|congrats|well done|happy birthday|glückwunsch|félicitations|felicidades|auguri|gefeliciteerd|parabéns|good luck|get well soon)"
    r"(?:(?:[ ](?:for|für|pour|por|per|voor|pela?|pelos?|to)[ ][^\n,.!?]{2,40})?,[ ]|[ ])(?=[^\W\d_])",
    re.IGNORECASE,
)
_THANK_ENDS = re.compile(r"[ ]?[!]|[.,](?:[ \n]|$)|\n|$|[ ](?=[:;]-?[)DP])")
_THANKS = Heads((
    "thank", "many thanks", "thx", "cheers", "vielen dank", "danke", "besten dank", "merci", "gracias", "muchas gracias", "grazie", "bedankt", "dank je", "obrigad", "sorry", "désolé", "perdona", "scusa", "welcome", "willkommen", "bienven", "benvenut", "welkom", "bem-vind", "congrat", "well done", "happy birthday", "glückwunsch", "félicitations", "felicidades", "auguri", "gefeliciteerd", "parabéns", "good luck", "get well",
))  # fmt: skip
# who wrote what is quoted below
_WROTE = re.compile(
    rf"(?P<name>{FULL})(?:[ ]<[^<>\n]{{3,60}}>)?[ ](?:wrote|a écrit|escribió|ha scritto|escreveu|pisze|napisał|napisała|skrev)[ ]?:"
    rf"|(?:schrieb|schreef)[ ](?P<after>{FULL})(?:[ ]<[^<>\n]{{3,60}}>)?[ ]?:"
)
_WROTE_WORDS = (
    " wrote:",
    " wrote :",
    "schrieb ",
    "a écrit",
    "escribió:",
    "ha scritto:",
    "schreef ",
    "escreveu:",
    "skrev:",
    "napisał",
)
_LINE = 160  # characters of an attribution
# `[10:32] Mireille: …`, `00:01:12 Mireille Kant: …`
_TIMED = re.compile(
    r"[\u200e]?(?:\[[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[ ]?[AaPp][Mm])?(?:,[ ][0-9/.]{6,10})?\]|[0-9]{1,2}:[0-9]{2}:[0-9]{2}|[0-9]{1,2}:[0-9]{2}(?:[ ]?[AaPp][Mm])?[ ]-)[ ]"
    r"(?P<who>[^\W\d_a-z][\w'’.-]{1,24}(?:[ ][^\W\d_a-z][\w'’.-]{0,24}){0,2}):[ ]"
)


_TIMES = (b"0:00",)  # in the shape of a text


def recognize(text: str) -> Iterator[Hit]:
    """Yield who is hailed, thanked or welcomed, and who wrote what is quoted or said in a chat."""
    for match in _HAILED.finditer(text) if present(text, _HAILS) else ():
        if text[max(0, match.start() - 1) : match.start()] in ("", "\n", '"', "“", ">") or (
            text[max(0, match.start() - 2) : match.start()] in (". ", "! ", "? ", ": ", "> ")
        ):
            yield from _called(text, match.end(), _HAIL_ENDS)
    lower = lowered(text)
    for at in _THANKS.places(lower):
        thanked = _THANKED.match(text, at)
        if thanked is not None and text[thanked.end()].isupper():
            yield from _called(text, thanked.end(), _THANK_ENDS)
    if ":" not in text:
        return
    for at in positions(lower, _WROTE_WORDS):
        low = max(text.rfind("\n", 0, at) + 1, at - _LINE)
        wrote = _WROTE.search(text, low, min(len(text), at + _LINE))
        for group in ("name", "after") if wrote is not None else ():
            if wrote is not None and wrote[group] and is_somebody(wrote[group]):
                yield Hit(*wrote.span(group), "PERSON", 0.45, "name, quoted", "position")
    for start in (0, *(at + 1 for at in positions(text, ("\n",)))) if holds(text, _TIMES) else ():
        line = _TIMED.match(text, start)
        if line is not None and is_somebody(line["who"]):
            yield Hit(*line.span("who"), "PERSON", 0.42, "name, chat", "position")


def _called(text: str, at: int, ends: re.Pattern[str]) -> Iterator[Hit]:
    name = capitalised(text, at)
    if name is None or ends.match(text, name[1]) is None or not is_somebody(text[slice(*name)]):
        return
    if text[slice(*name)].isupper() and name[1] - name[0] < _SHORT:
        return  # an abbreviation
    yield Hit(*name, "PERSON", 0.42, "name, addressed", "label greeting")


_SHORT = 5
