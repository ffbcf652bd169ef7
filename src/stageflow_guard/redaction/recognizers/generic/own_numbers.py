"""A telephone number in one run that is told to be somebody's: `wife's number 5035550187`, `612345678 es mi número`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_MY = r"(?:my|your|his|her|our|their|[a-z]{2,12}['’]s|mein|meine|deine|seine|ihre|unsere|mon|ton|son|notre|leur|mi|tu|su|il mio|il suo|mijn|zijn|haar|o meu|meu|o seu|seu)"
_NUMBER = r"(?:(?:new|other|work|private|neue|andere|nouveau|nuevo|nuovo|nieuwe|novo)[ ])?(?:number|nummer|num|numéro|numero|número|zap|whats(?:app)?|cell|nr\.?)"
_TOLD = re.compile(
    rf"{_MY}[ ]{_NUMBER}(?:[ ](?:is|ist|lautet|est|es|è|e['’]|é))?[ :]{{1,2}}(?:c['’]est[ ])?(?P<number>\+?[0-9]{{9,12}}|(?:[0-9]{{2,5}}[ -]){{1,4}}[0-9]{{2,5}})(?![\w.,:/-][0-9]|[0-9A-Za-z])"
)
_BEHIND = re.compile(
    rf"(?<![\w.,:/#+-])(?P<number>\+?[0-9]{{9,12}})[ ](?:is|ist|est|es|è|e['’]|é)[ ]{_MY}[ ]{_NUMBER}(?![^\W_])"
)
# a number that is new to whom it is told
_NEW = re.compile(
    r"(?:(?:new|neue|nouveau|nuevo|nuovo|nieuw|nieuwe|novo|nytt?|nowy|nové|uusi|yeni)[ ](?:number|nummer|num|nr\.?|nro|numéro|número|numero|numer|číslo|numaram|numara)|(?:numéro|número|numero|numer|nummer)[ ](?:nouveau|nuevo|nuovo|novo|nowy))"
    r"(?:[ ](?:is|ist|lautet|est|es|è|e['’]|é|eh|är|er|jest|on))?[ :!.,;-]{1,4}(?P<number>\+?[0-9]{9,12}|\(?[0-9]{2,5}\)?(?:[ .-][0-9]{2,5}){1,4})(?![\w.,:/-][0-9]|[0-9A-Za-z])"
)
# one of North America at the end of a thought that names nothing else
_PLAIN = re.compile(
    r"(?<=[,.;!?] )number(?:[ ]is)?[ :]{1,2}(?P<number>[2-9][0-9]{2}[2-9][0-9]{6})(?![\w.,:/-][0-9]|[0-9A-Za-z])"
)
# a mobile number of a region whose numbers begin with 0, that somebody says to use
_MOBILE = re.compile(
    r"0(?<![\w.,:/#+-].)(?:7[1-9][0-9]{8}|1[567][0-9]{8,9}|[67][0-9]{8})(?![\w.,:/-][0-9]|[0-9A-Za-z])"
)
_USED = re.compile(
    r"[ ](?:anytime|any time|whenever|after|before|please|pls|thanks|bitte|danke|jederzeit|ab|svp|merci|graag)(?![^\W_])"
)
_TO_USE = re.compile(
    r"(?:melde? dich|call|ring|text|ruf an|schreib(?: mir)?|rappelle?(?:z|-moi)?|bel)[: ]{1,2}$"
)
_NEWS = Heads(
    (
        "new ",
        "neue ",
        "nouveau ",
        "nuevo ",
        "nuovo ",
        "nieuw",
        "novo ",
        "nyt",
        "nowy ",
        "nové ",
        "uusi ",
        "yeni ",
        "numéro ",
        "numero ",
        "número ",
        "numer ",
        "nummer ",
    )
)
_NUMBERS = Heads(("number", "nummer", "num ", "numéro", "numero", "número", "zap", "whats", "cell", "nr"))  # fmt: skip
# behind two letters that are much else: a number of North America, as it is written there
_SHORT = re.compile(
    r"ph\.?[ :#]{1,3}(?P<number>(?:\+?1[ .-]?)?(?:\([2-9][0-9]{2}\)[ ]?|[2-9][0-9]{2}[ ./-])[2-9][0-9]{2}[ .-][0-9]{4})(?![\w]|[.,-][0-9])"
)
_SHORTS = Heads(("ph ", "ph.", "ph:", "ph#"))
# `mijn 06 is …`: what the Dutch call a mobile number
_ZERO_SIX = re.compile(
    r"06(?:[ -]?nummer)?(?:[ ]is|[ ]?:)[ ]{1,2}(?P<number>06[ -]?(?:[0-9]{8}|[0-9]{2}(?:[ -]?[0-9]{2}){3}))(?![\w]|[.,-][0-9])"
)
_ZERO_SIXES = Heads(("06 is", "06:", "06-nummer", "06 nummer", "06nummer"))
_REACH, _LEAST = 40, 7  # characters; digits of a number in groups
_DIGIT = re.compile(r"[0-9]")


def recognize(text: str) -> Iterator[Hit]:
    """Yield numbers whose owner is told beside them."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _NUMBERS.places(lower):
        if _DIGIT.search(lower, max(0, at - _REACH), at + _REACH) is None:
            continue
        told = _TOLD.search(lower, max(0, at - _REACH), at + _REACH)
        told = told or _BEHIND.search(lower, max(0, at - _REACH), at + _REACH)
        if told is not None:
            yield Hit(*told.span("number"), "PHONE_NUMBER", 0.5, "phone", "label phone")
        plain = _PLAIN.match(lower, at)
        if plain is not None and labels.before(text, plain.start("number")) in ("", "phone"):
            yield Hit(*plain.span("number"), "PHONE_NUMBER", 0.45, "phone", "label phone")
    for heads, pattern in ((_SHORTS, _SHORT), (_ZERO_SIXES, _ZERO_SIX)):
        for at in heads.places(lower):
            short = pattern.match(lower, at)
            if short is not None:
                yield Hit(*short.span("number"), "PHONE_NUMBER", 0.7, "phone", "label phone")
    for at in _NEWS.places(lower):
        new = _NEW.match(lower, at)
        if new is not None and sum(map(str.isdigit, new["number"])) >= _LEAST:
            yield Hit(*new.span("number"), "PHONE_NUMBER", 0.5, "phone", "label phone")
    for match in _MOBILE.finditer(text):
        start, end = match.span()
        if _USED.match(lower, end) or _TO_USE.search(lower, max(0, start - 16), start):
            yield Hit(start, end, "PHONE_NUMBER", 0.45, "phone", "label phone")
