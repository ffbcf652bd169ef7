"""A code that was sent or that opens a door: `SMS: your code is 552901`, `gate code 4417`. Pure.

`code` alone names much else, so something beside it has to say what the code is for; a word of
failure says that it is the failure's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import positions, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_WORDS = ("code", "código", "codigo", "codice")  # `passcode` ends in one
_CODE = re.compile(
    r"(?:code|código|codigo|codice)(?:[\"']?[ ]?[:=][ ]?[\"']?|\?[ ]|['’]s[ ]|[ ](?:for[ ]the[ ][\w-]{2,16}[ ])?(?:is|was|lautet|ist|est|es|è|é)[ :]{1,2}|[ ])([0-9]{3}[- ][0-9]{3}|[0-9]{4,8})(?![\w-]|[.,:][0-9])"
)
# a lock whose name says that a code follows
_LOCK = re.compile(
    r"(?<![^\W_])(?:keypad|lock ?box|key ?box|digicode|key ?safe)(?:[ ]pin)?[ ]?(?:is|:|est|=)?[ ]{0,2}([A-D]?[0-9]{3,6}[A-D]?)(?![\w.:-])",
    re.IGNORECASE,
)
_LOCKS = ("keypad", "lock", "keyb", "key b", "digicode", "key s", "keys")
_BEFORE, _BEHIND = 80, 40  # characters that are looked at, on the line
_OPENS = re.compile(
    r"(?:pass|(?:door|gate|alarm|lock|lockbox|entry|keypad|safe|garage|building|tür|haustür|tor|deur|puerta|alarma|portone|portão)[ -]?)$"
)
_WHOSE = re.compile(
    r"(?<![^\W_])(?:your|my|her|his|their|the|ihr|dein|mein|der|votre|ton|mon|le|su|tu|mi|el|tuo|il|je|uw|mijn|de|seu|teu|o)(?:[ ](?:new|secret|temporary|login|access|security|neuer|nouveau|nuevo|nuovo|nieuwe|novo))?[ ]$"
)
_SENT = re.compile(
    r"(?<![^\W_])(?:otp|sms|2fa|mfa|totp|one[- ]time|texted|authenticator|einmal|verifi[a-zç]{3,8}|vérification|bestätigung|bevestiging|confirma[a-zç]{3,5}|usage unique|whatsapp)(?![^\W_])"
)
_FAILS = re.compile(
    r"(?<![^\W_])(?:err|error|errors|fail|failed|failure|status|exit|exited|exits|return|returned|returns|response|http|reason|zip|postal|area|country|dial|promo|discount|coupon|product|item|source|color|colour|currency|fehler|erreur|statut|fout|erro|errore)(?![^\W_])"
)


def codes(text: str) -> Iterator[Hit]:
    """Yield such codes: of four to eight digits, or of six where only whose it is was said."""
    lower = lowered(text)
    if present(lower, _LOCKS):
        for lock in _LOCK.finditer(text):
            yield Hit(*lock.span(1), "SECRET", 0.5, "code of a lock", "label secret")
    if not present(lower, _WORDS):
        return
    for at in positions(lower, _WORDS):
        match = _CODE.match(lower, at)
        if match is None:
            continue
        before = lower[max(0, at - _BEFORE) : at].rpartition("\n")[2]
        if _FAILS.search(before) is not None:
            continue
        digits = match[1].replace(" ", "").replace("-", "")
        behind = lower[match.end() : match.end() + _BEHIND].partition("\n")[0]
        if (
            _OPENS.search(before) is not None
            or _SENT.search(before) is not None
            or _SENT.search(behind) is not None
            or (len(digits) == 6 and _WHOSE.search(before) is not None)
        ):
            yield Hit(*match.span(1), "SECRET", 0.5, "one-time code", "label secret")
