"""A code that was sent or that opens a door: `SMS: your code is 552901`, `gate code 4417`. Pure.

`code` alone names much else, so something beside it has to say what the code is for; a word of
failure says that it is the failure's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_WORDS = (
    "code",
    "código",
    "codigo",
    "codice",
    "clave",
    "kod",
    "otp",
    "tan",
    "رمز",
    "验证码",
    "인증번호",
    "認証コード",
    "確認コード",
    "कोड",
    "ओटीपी",
)  # `passcode` ends in one
_SURE = ("otp", "验证码", "인증번호", "認証コード", "確認コード", "ओटीपी")  # of nothing else
_CODE = re.compile(
    r"(?:code|código|codigo|codice|clave|kod|otp|tan|رمز|验证码|인증번호|認証コード|確認コード|कोड|ओटीपी)\w{0,6}"
    # what it is for: `OTP for txn of Rs 2,499.00 at BIGMART is 730164`, `code de validation est le 918 204`
    r"(?:[\"']?[ ]?[:：=][ ]?[\"']?|\?[ ]|['’]s[ ]|(?:[ ][^\n:=]{1,48}?)?[ ](?:is|was|lautet|ist|est|es|è|é|är|er|jest|هو|है)[ :]{1,2}(?:le[ ]|el[ ]|il[ ])?|是|は|는|은|[ ])[ ]?([0-9]{3}[- ][0-9]{3}|[0-9]{4,8})(?![\w-]|[.,:][0-9])"
)
# a lock whose name says that a code follows
_LOCK = re.compile(
    r"(?<![^\W_])(?:keypad|lock ?box|key ?box|digicode|key ?safe)(?:[ ]pin)?[ ]?(?:is|:|est|=)?[ ]{0,2}((?=[0-9A-F]{0,5}[0-9]{2})[0-9A-F]{4,6}|[0-9]{3})(?![\w.:-])",
    re.IGNORECASE,
)
_LOCKS = Heads(("keypad", "lockbox", "lock box", "keyb", "key b", "digicode", "key s", "keys"))
_BEFORE, _BEHIND = 80, 40  # characters that are looked at, on the line
_OPENS = re.compile(
    r"(?:pass|(?:door|gate|alarm|lock|lockbox|entry|keypad|safe|garage|building|tür|haustür|tor|deur|puerta|alarma|portone|portão)[ -]?)$"
)
_WHOSE = re.compile(
    r"(?<![^\W_])(?:your|my|her|his|their|the|ihr|dein|mein|der|uw|je|din|twój|votre|ton|mon|le|su|tu|mi|el|tuo|il|je|uw|mijn|de|seu|teu|o)(?:[ ](?:new|secret|temporary|login|access|security|neuer|nouveau|nuevo|nuovo|nieuwe|novo))?[ ]$|(?<![^\W_])(?:your|ihr|dein|votre|ton|su|tu|tuo|je|uw|seu|teu)(?:[ ][\w&'’.-]{2,20}){1,4}[ ]$"
)
_SENT = re.compile(
    r"(?<![^\W_])(?:otp|sms|2fa|mfa|totp|one[- ]time|texted|authenticator|einmal|verifi[a-zç]{3,8}|vérification|bestätigung|bevestiging|confirma[a-zç]{3,5}|potwierdz[a-ząęł]{3,6}|autoryzacyjny|weryfikacyjny|engångs[a-zåäö]{0,8}|onay|doğrulama|inlog[a-z]{0,6}|dinámica|validation|segurança|seguridad|sicurezza|acesso|acceso|التحقق|conférence|conferencia|conference|autoriz[a-zçã]{3,6}|überweisung|freigabe|tan|txn|transaction|payment|pagamento|pago|paiement|zahlung|usage unique|whatsapp)(?![^\W_])"
)
_FAILS = re.compile(
    r"(?<![^\W_])(?:err|error|errors|fail|failed|failure|status|exit|exited|exits|return|returned|returns|response|http|reason|zip|postal|area|country|dial|promo|discount|coupon|product|item|source|color|colour|currency|fehler|erreur|statut|fout|erro|errore)(?![^\W_])"
)


def codes(text: str) -> Iterator[Hit]:
    """Yield such codes: of four to eight digits, or of six where only whose it is was said."""
    lower = lowered(text)
    for at in _LOCKS.places(lower):
        lock = _LOCK.match(text, at)
        if lock is not None:
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
            match[0].startswith(_SURE)
            or _SENT.search(match[0]) is not None
            or _OPENS.search(before) is not None
            or _SENT.search(before) is not None
            or _SENT.search(behind) is not None
            or (len(digits) == 6 and _WHOSE.search(before) is not None)
        ):
            yield Hit(*match.span(1), "SECRET", 0.5, "one-time code", "label secret")
