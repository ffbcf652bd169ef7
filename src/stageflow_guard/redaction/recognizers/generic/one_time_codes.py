"""A code that was sent or that opens a door: `SMS: your code is 552901`, `552901 is your code`, `gate code 4417`. Pure.

`code` alone names much else, so something beside it has to say what the code is for; a word of
failure says that it is the failure's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import numbers_in

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
# what a code is sent for, or by
_SENT_WORDS = r"otp|sms|2fa|mfa|totp|one[- ]time|texted|authenticator|einmal|verifi[a-zç]{3,8}|vérification|bestätigung|bevestiging|confirma[a-zç]{3,5}|potwierdz[a-ząęł]{3,6}|autoryzacyjny|weryfikacyjny|engångs[a-zåäö]{0,8}|onay|doğrulama|inlog[a-z]{0,6}|dinámica|validation|segurança|seguridad|sicurezza|acesso|acceso|التحقق|sign(?:ing)?[ -]?in|log(?:ging)?[ -]?in|anmeld[a-z]{2,4}|connexion|connecter|iniciar sesi[oó]n|accedere|inloggen|conférence|conferencia|conference|autoriz[a-zçã]{3,6}|überweisung|freigabe|tan|txn|transaction|payment|pagamento|pago|paiement|zahlung|usage unique|whatsapp"
_OF = r"(?:de(?:[ ]la|[ ]l['’])?|d['’]|del|della|di|do|da|of|for|für|zur|zum|pour|para|per|voor|van|dla)[ ]?"
_CODE = re.compile(
    r"(?:code|código|codigo|codice|clave|kod|otp|tan|رمز|验证码|인증번호|認証コード|確認コード|कोड|ओटीपी)\w{0,6}"
    # what it is for: `OTP for txn of Rs 2,499.00 at BIGMART is 730164`, `code de validation est le 918 204`
    rf"(?:[\"']?[ ]?[:：=][ ]?[\"']?|[ ](?:{_OF})?(?:{_SENT_WORDS})(?![^\W_])(?:[ ]{_OF}[^\W\d_]{{2,16}}){{0,2}}[ ]?:[ ]?|\?[ ]|['’]s[ ]|(?:[ ][^\n:=]{{1,48}}?)?[ ](?:is|was|lautet|ist|est|es|è|e['’]|é|eh|är|er|jest|هو|है)[ :]{{1,2}}(?:le[ ]|el[ ]|il[ ])?|是|は|는|은|[ ])[ ]?[\[(【「<]?([0-9]{{3}}[- ][0-9]{{3}}|[0-9]{{2}}(?:[- ][0-9]{{2}}){{2,3}}|[0-9](?:[- ][0-9]){{3,7}}|[0-9]{{4}}[- ][0-9]{{4}}|[0-9]{{4,8}})(?![\w-]|[.,:][0-9])"
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
_SENT = re.compile(rf"(?<![^\W_])(?:{_SENT_WORDS})(?![^\W_])")
_FAILS = re.compile(
    r"(?<![^\W_])(?:err|error|errors|fail|failed|failure|status|exit|exited|exits|return|returned|returns|response|http|reason|zip|postal|area|country|dial|promo|discount|coupon|product|item|source|color|colour|currency|fehler|erreur|statut|fout|erro|errore)(?![^\W_])"
)


_DIGITS = r"([0-9]{3}[- ][0-9]{3}|[0-9]{4,8})"
_YOURS = r"(?:your|the|my|a|ihre?|deine?|der|mein|votre|ton|le|mon|su|tu|el|mi|il|tuo|suo|la|je|uw|de|mijn|seu|teu|o|meu|din|ditt|min|twój|twoj|kod|dit)"
# the code first, and then what it is: `819393 is your Parcelhop code`, `use 819393 as your code`
_FIRST = re.compile(
    rf"(?<![\w.,:/#-])(?:[a-z]-)?{_DIGITS}[ ](?:is|ist|lautet|est|es|è|e['’]|é|eh|är|er|jest|to)(?:[ ](?:il|la|o|a))?[ ]{_YOURS}(?:[ ][\w'’&.-]{{1,20}}){{0,3}}[ ]\w{{0,20}}$"
    rf"|(?<![^\W_])(?:use|using|enter|type|give|gib|geben sie|verwende|nutze|nutzen sie|verwenden sie|usa|usar|use|ingresa|introduce|introduzca|utilisez|utilise|entrez|saisissez|tapez|inserisci|digita|gebruik|voer|digite|insira|utilize|podaj|wpisz|ange)[ ](?:[a-z]-)?{_DIGITS}[ ](?:as|als|como|comme|come|som|jako|in as|in als)(?:[ ]{_YOURS})?(?:[ ][\w'’&.-]{{1,20}}){{0,3}}[ ]\w{{0,20}}$"
)
_BETWEEN = (" is ", " ist ", " lautet ", " est ", " es ", " è ", " é ", " är ", " er ", " jest ", " to ", " as ", " als ", " como ", " comme ", " come ", " som ", " jako ")  # fmt: skip
# or what it is for: `enter 819393 to sign in`
_TO = (
    "to verify", "to confirm", "to sign in", "to log in", "to authenticate", "to complete", "to continue", "to reset", "to activate", "pour confirmer", "pour valider", "pour vous connecter", "para confirmar", "para verificar", "para validar", "para iniciar", "para entrar", "per confermare", "per verificare", "per accedere",
    "om te bevestigen", "om in te loggen", "zum bestätigen", "zur bestätigung", "zum anmelden", "zur anmeldung", "zur verifizierung", "för att logga in", "aby potwierdzić",
)  # fmt: skip
_TOS = Heads(_TO)
_ENTERED = re.compile(
    r"(?<![^\W_])(?:use|enter|type|text|reply with|reply|gib|geben sie|verwenden sie|nutzen sie|usa|usar|ingresa|introduce|introduzca|utilisez|entrez|saisissez|tapez|inserisci|digita|gebruik|voer|digite|insira|utilize|podaj|wpisz|ange)[ ](?:(?:[a-z]-)?)([0-9]{3}[- ]?[0-9]{3})[ ](?:in[ ]|ein[ ])?$"
)
_LONG = re.compile(r"[0-9]{4}|[0-9]{3}[- ][0-9]{3}")
_OF_A_CODE = re.compile(
    r"\w+[ -](?:size|length|page|block|base|path|point|review|name|number|count)"
)
_WIDEST = 96  # characters of a code, of whose it is and of what it is for


def _said_first(
    lower: str, words: Iterable[int], numbers: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield where a code stands that is told before what it is, which begins at one of `words`."""
    for at in words:
        low = max(0, at - _WIDEST)
        place = bisect_left(numbers, (at, at))
        if not place or numbers[place - 1][1] <= low:
            continue  # no number before it
        line = lower[low:at].rpartition("\n")[2]
        told = _LONG.search(line) is not None and present(line, _BETWEEN)
        match = _FIRST.search(line) if told else None
        if match is not None and not (
            _FAILS.search(line, match.start()) or _OF_A_CODE.match(lower, at)
        ):
            group = 1 if match[1] else 2
            begin = at - len(line)
            yield begin + match.start(group), begin + match.end(group)
    for at in _TOS.places(lower):
        low = max(0, at - _BEHIND)
        entered = _ENTERED.search(lower[low:at])
        if entered is not None:
            yield low + entered.start(1), low + entered.end(1)


_SHORT = "tan"  # `stan` holds it
_KINDS_OF_TAN = re.compile(r"(?<![^\W_])(?:[ceimw]|sms|push|chip|photo|foto|qr|app|mobile?)$")


def _begins(lower: str, at: int) -> bool:
    """Say whether a short word begins at `at`, or stands behind what a code of a bank is sent by."""
    return (
        not lower[at - 1 : at].isalpha()
        or _KINDS_OF_TAN.search(lower, max(0, at - 8), at) is not None
    )


def codes(text: str) -> Iterator[Hit]:
    """Yield such codes: of four to eight digits, or of six where only whose it is was said."""
    lower = lowered(text)
    for at in _LOCKS.places(lower):
        lock = _LOCK.match(text, at)
        if lock is not None:
            yield Hit(*lock.span(1), "SECRET", 0.5, "code of a lock", "label secret")
    words = positions(lower, _WORDS)
    if numbers_in(text):
        for span in _said_first(lower, words, numbers_in(text)):
            yield Hit(*span, "SECRET", 0.5, "one-time code", "label secret")
    for at in words:
        match = _CODE.match(lower, at)
        if match is None or (match[0].startswith(_SHORT) and not _begins(lower, at)):
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
