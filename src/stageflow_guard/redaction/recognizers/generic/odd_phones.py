"""Telephone numbers in writings that only one country has, or in any groups behind a word for a call. Pure.

`079'615'38'92` is how Swiss keyboards group, `0xx51 3736 1940` leaves a Brazilian carrier open,
`0441/17280-12` has a German extension. Any other groups need a word: `ruf an: 0171 - 44 17 280`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

_END = r"(?![\w]|[.,:/'’-][0-9])"
_SWISS = re.compile(
    rf"(?<![\w.,:/+'’-])(?:(?:\+|00)41[ ]?(?:\(0\))?|0)[1-9][0-9]['’ ][0-9]{{3}}['’][0-9]{{2}}['’][0-9]{{2}}{_END}"
)
_SWISS_SHAPES = (b"'00'00", b"\xe2\x80\x9900\xe2\x80\x9900")
_CARRIER = re.compile(
    rf"\(?(?<![\w.+-])0[ ]?(?:xx|XX|\*\*)[ ]?\(?[1-9][0-9]\)?[ .-]{{0,2}}(?:9[ .]?)?[0-9]{{4}}[ .-]?[0-9]{{4}}{_END}"
)
_CARRIERS = ("0xx", "0 xx", "0**", "0 **")  # in small letters
_GERMAN = re.compile(
    rf"(?<![\w.,:/+-])0[2-9][0-9]{{1,4}}[ ]?/[ ]?[0-9]{{2,4}}[ ]?[0-9]{{1,4}}[ ]?-[ ]?[0-9]{{1,4}}{_END}"
)
_GERMAN_SHAPES = (b"000/0", b"000 / 0", b"000/ 0", b"000 /0")
# a word for a call, and for what is called
_CALL = re.compile(
    r"(?:natel|natelnummer|fonos?|fon|funk|mobil|mobilnr|handynr|ruf(?:t|e|en sie)? (?:mich |uns )?(?:bitte )?(?:an|zurück)|ruf(?:t|e|en sie)? (?:mich |uns )?(?:bitte )?(?:unter|auf)|rückruf(?: bitte)?(?: an| auf| unter)?|anrufen(?: unter)?|melde(?:n sie|t)? (?:dich|sich|euch) (?:unter|auf)|erreichbar unter|meine nummer(?: ist)?"
    r"|(?:r?appel(?:le|ez|er|lez)(?:[- ](?:moi|nous|le|la))?|joindre|joignable)(?: svp)?(?: au| le| sur le| sur)|mon (?:portable|fixe|numéro|num|tel)(?: est| c['’]est)?(?: le)?|portable|fixe|gsm"
    r"|ll[aá]m[ae](?:me|nos|d)?(?: al)?|mi (?:m[óo]vil|celu|cel|tel[eé]fono|n[uú]mero)(?: es)?(?: el)?|tlf|tfno|tfno\.?|tel[fm]|m[óo]vil|celu"
    r"|chiam(?:a|i|ate|are|atemi|ami)(?: al| allo)?|richiam\w{1,5}(?: al| allo)?|cell|cellulare|il mio (?:numero|cell|cellulare)(?: è)?(?: il)?"
    r"|bel(?:len)?(?: me| mij| ons)?(?: op| naar)?|mijn (?:nummer|06|gsm|mobiel)(?: is)?|mobiel|tst"
    r"|lig(?:a|ue|ar|uem)(?:[- ]me)?(?: para| pra| p/)?(?: o)?|meu (?:fone|cel|celular|tel|zap|n[uú]mero|telem[óo]vel)(?: é)?(?: o)?|fone|telem|telef|t[ée]l[ée]?f(?:on[oe])?|tlm|tlmv|zap|cel"
    # money goes to a telephone's number
    r"|nequi|daviplata|bizum|yape|plin|(?:chave )?pix|mb ?way|satispay|lydia|wero|twint|payconiq|wave|orange money|m-?pesa|momo|mtn"
    r"|(?:call|ring|text|phone|reach)(?: me| us| her| him)?(?: back)?(?: on| at)?|my (?:cell|mobile|phone|number)(?: is|['’]s)?|mob|cell|landline)"
    r"(?:[ ]?(?:nr|no|n[.º°]{1,2}|number|nummer)\.?)?[ ]?[.:]?[ ]{0,2}(?P<number>(?:\+|00)?[ ]?\(?[0-9](?:(?:[ ]?[/()'’-][ ]?|[. ])?[0-9]){7,13})(?![\w]|[.,:/'’-][0-9])"
)
_CALLS = Heads((
    "natel", "fon", "funk", "mobil", "handynr", "ruf", "rückruf", "anrufen", "melde", "erreichbar", "meine nummer", "appel", "rappel", "joindre", "joignable", "mon ", "portable", "fixe", "gsm", "llam", "llám", "mi ", "tlf", "tfno", "telf", "telm", "móvil", "movil", "celu", "chiam", "richiam", "cell", "il mio", "bel ", "bellen", "mijn ", "tst", "liga", "ligue", "meu ", "fone", "telem", "telef", "télef", "teléf", "tlm", "zap", "nequi", "davipl", "bizum", "yape", "plin", "pix", "chave pix", "mb way", "mbway", "satispay", "lydia", "wero", "twint", "payconiq", "wave", "orange money", "mpesa", "m-pesa", "momo", "mtn", "cel ", "cel:", "cel.", "call ", "ring ", "text ", "phone", "reach", "my ", "mob ", "mob:", "mob.", "landline",
))  # fmt: skip
_LEAST, _MOST = 9, 14  # digits


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers."""
    lower = lowered(text)
    for there, pattern in (
        (("'" in text or "’" in text) and holds(text, _SWISS_SHAPES), _SWISS),
        (("xx" in lower or "**" in lower) and present(lower, _CARRIERS), _CARRIER),
        ("/" in text and holds(text, _GERMAN_SHAPES), _GERMAN),
    ):
        for found in pattern.finditer(text) if there else ():
            yield Hit(*found.span(), "PHONE_NUMBER", 0.5, "phone, its form", "form phone")
    for at in _CALLS.places(lower):
        told = _CALL.match(lower, at)
        if told is not None and _is_dialled(told["number"]):
            yield Hit(*told.span("number"), "PHONE_NUMBER", 0.5, "phone, called", "label phone")


def _is_dialled(number: str) -> bool:
    """Say whether digits in some groups can be dialled: the first is a trunk's, or a sign stands before it."""
    digits = "".join(filter(str.isdigit, number))
    first = number.lstrip("( ")[:1]
    if _ARGENTINE.fullmatch(number.strip()) is not None:
        return True
    if not _LEAST <= len(digits) <= _MOST or len(set(digits)) == 1:
        return False
    if first == "2" and len(digits) == _LEAST and "(" not in number:
        return True  # of Portugal
    if "(" not in number and _BRAZILIAN.fullmatch(digits) is not None:
        return True
    return first in ("0", "+") or (len(digits) in (9, 10, 11) and first in _OPEN_PLANS)


# a mobile's 15 behind the town: `11 15-4418-2207`
_ARGENTINE = re.compile(
    r"(?:\+?54[ -]?)?(?:9[ -]?)?\(?0?(?:11|[23][0-9]{2,3})\)?[ -]{1,2}15[ -]?[0-9]{2,4}[ -]?[0-9]{4}|15[ -]?[0-9]{4}[ -][0-9]{4}"
)
_BRAZILIAN = re.compile(r"[1-9]{2}9[0-9]{8}")
_OPEN_PLANS = frozenset("36789")  # first digits where no trunk's zero is dialled
