"""Passwords spelled letter by letter, and codes said digit by digit: `T-u-l-p-e-4-2`, `one, four, nine, nine: 1499`. Pure.

Letters parted by hyphens with a digit among them are spelled out for somebody who writes them down. Digits
in words that are written once more as a number are a code where what opens, or the word digits, stands near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.anchors import Heads, any_between, any_of
from stageflow_guard.redaction.recognizers.digit_words import FIRST, LANGUAGES
from stageflow_guard.redaction.recognizers.generic.opened_things import DOORS, ENTERS, LOCKED
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs

_SPELLED = re.compile(r"(?<![\w-])[^\W_](?:-[^\W_]){4,30}(?![\w-])")
_SPELLS = re.compile(
    r"(?<![^\W_])(?:spell|spelled|spelling|spelt|letter by letter|one letter|buchstabier\w*|buchstabe|buchstaben|épell?e\w*|lettre par lettre|lettre à lettre|en lettres|deletre\w*|letra por letra|letra a letra|lettera per lettera|compit\w*|scandi\w*|scandisco|spel|spell?en|gespeld|letter voor letter|soletr\w*|password|passphrase|passwort|kennwort|mot de passe|mdp|contraseña|clave|senha|palavra-passe|wachtwoord|capital|caps|majuscule|mayúscula|maiuscola|hoofdletter|maiúscula|groß|grosses?|klein|laptop|tablet|tablette|router|wifi|wlan)(?![^\W_])"
)
_NAMES = re.compile(r"(?<![^\W_])(?:name|surname|nachname|vorname|nom|prénom|apellido|nombre|cognome|nome|achternaam|naam|apelido|sobrenome|wort|word|mot|palabra|parola|palavra|woord)(?![^\W_])")  # fmt: skip
_NEAR = 60

# digits that are said: the number behind them, or the words before them, tell that they are one
_NUMBERS = (
    "digits", "digit", "numbers", "number", "figures", "ziffern", "zahlen", "stellen", "zahl", "nummer", "chiffres", "chiffre", "cifras", "números", "dígitos", "número", "cifre", "numeri", "numero", "cijfers", "getallen", "algarismos", "code", "pin", "pins", "pin-code", "código", "codice", "combination", "combinaison", "combinación", "combinazione", "combinatie", "combinação", "kombination", "zahlencode", "cijfercode",
)  # fmt: skip
_HEADS = Heads(dict.fromkeys((*_NUMBERS, *LOCKED, *DOORS)))
_PART = r"[ ]?[,.·-]?[ ]|-"
_AGAIN = re.compile(
    r"[ ]?[,:;.(=→–-]{0,2}[ ]{0,2}(?:(?:so|that is|that['’]s|i\.e\.|ie|or|in digits|meaning|also|das heißt|d\.h\.|sprich|heißt|in zahlen|donc|soit|c['’]est-à-dire|c[-.]à[-.]d|autrement dit|en chiffres|o sea|es decir|osea|en número|en cifras|cioè|ossia|ovvero|quindi|vale a dire|in cifre|dus|oftewel|ofwel|in cijfers|dat is|ou seja|isto é|quer dizer|portanto|em números|em algarismos)[ ,:]{1,2})?(?P<digits>[0-9]{3,8})(?![\w.,:/-]*[0-9])"
)
_REACH, _FEWEST = 110, 3
_PHONE = re.compile(
    r"(?<![^\W_])(?:call|phone|tel|mobile|ring|telefon|anrufen|handy|téléphone|appelle\w*|portable|teléfono|llam\w*|telefono|chiam\w*|cellulare|bel|bellen|telefoon|mobiel|telefone|lig\w*|telemóvel|street|straße|rue|calle|via|straat|rua|price|preis|prix|precio|prezzo|prijs|preço|error|fehler|room|zimmer|chambre)(?![^\W_])"
)


@lru_cache(maxsize=len(LANGUAGES))
def _digits(language: int) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what matches digits in words of a language, and the digit of each word."""
    words = {w: d for w, d in LANGUAGES[language].items() if len(d) == 1}
    words |= {w: d for w, d in LANGUAGES[language].items() if len(d) == 2 and d[0] != "0"}
    item = rf"{any_of(words)}(?![^\W_])"
    pattern = re.compile(rf"(?<![^\W_]){item}(?:(?:{_PART}){item}){{{_FEWEST - 2},9}}")
    return pattern, words


_DASHED = re.compile(r"-[^\W_]-")


def recognize(text: str) -> Iterator[Hit]:
    """Yield what is spelled, and what is said and written."""
    lower = lowered(text)
    if _DASHED.search(text) is not None:
        for match in _SPELLED.finditer(text):
            if _is_spelled(lower, *match.span()):
                yield Hit(*match.span(), "SECRET", 0.45, "spelled out", "label password")
    yield from _said(text, lower)


def _is_spelled(lower: str, start: int, end: int) -> bool:
    value = lower[start:end].replace("-", "")
    letters = sum(map(str.isalpha, value))
    if letters < _FEWEST or value in "abcdefghijklmnopqrstuvwxyz":
        return False
    near = lower[max(0, start - _NEAR) : end + _NEAR]
    if letters == len(value):
        return _SPELLS.search(near) is not None and _NAMES.search(near) is None
    return letters > _FEWEST or _SPELLS.search(near) is not None


def _said(text: str, lower: str) -> Iterator[Hit]:
    seen = -1
    heard = vocabulary(text)
    languages = [n for n, words in enumerate(FIRST) if heard & words]
    in_a_row = _in_a_row(lower, languages)
    for at in _HEADS.places(lower) if in_a_row else ():
        if at < seen or not any_between(in_a_row, max(seen, at - _NEAR), at + _REACH):
            continue
        low, high = max(seen, at - _NEAR, lower.rfind("\n", 0, at) + 1), min(len(lower), at + _REACH)  # fmt: skip
        for language in languages:
            found = _run(lower, language, low, high)
            if found is None:
                continue
            begin, end, digits = found
            again = _AGAIN.match(lower, end)
            if _PHONE.search(lower, low, begin) is not None:
                break
            same = again is not None and again["digits"] == digits
            if again is not None and same:
                yield Hit(begin, end, "SECRET", 0.45, "said in words", "label code")
                yield Hit(*again.span("digits"), "SECRET", 0.45, "said in words", "label code")
                seen = again.end()
                break
            if len(digits) > _FEWEST and ENTERS.search(lower, low, high) is not None:
                yield Hit(begin, end, "SECRET", 0.42, "said in words", "label code")
                seen = end
                break


def _in_a_row(lower: str, languages: list[int]) -> list[int]:
    """Return where words of digits stand that another one follows."""
    words = frozenset().union(*(_words(language) for language in languages))
    found: list[int] = []
    before, end = -1, -_GAP - 1
    for word, at in runs(lower).places(words) if words else ():
        if at - end <= _GAP:
            found.append(before)
        before, end = at, at + len(word)
    return found


_GAP = 3  # signs between two of them


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: int) -> frozenset[str]:
    """Return the runs of letters of which the digits in words of a language are made."""
    return frozenset(run for said in _digits(language)[1] for run in re.findall(r"[^\W\d_]+", said))


def _run(lower: str, language: int, low: int, high: int) -> tuple[int, int, str] | None:
    """Return where digits are said in a language, and the number that they make."""
    pattern, words = _digits(language)
    for match in pattern.finditer(lower, low, high):
        said, at = "", match.start()
        while at < match.end():
            one = _item(language).match(lower, at, match.end())
            if one is None:
                at += 1
                continue
            said += words[one[0]]
            at = one.end()
        if len(said) >= _FEWEST:
            return *match.span(), said
    return None


@lru_cache(maxsize=len(LANGUAGES))
def _item(language: int) -> re.Pattern[str]:
    return re.compile(rf"{any_of(_digits(language)[1])}(?![^\W_])")
