"""Words between the pieces of a value: `535 (dash) 57 (dash) 8446`, `58, then 183, then 28, finally 186`. Pure.

The name of a sign is read as that sign. What only says that a value goes on is left out where a
label, or the check of the whole, says that it is one value: people count and list things, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic.accounts import is_account
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.recognizers.shapes import holds
from stageflow_guard.redaction.text.joints import counted
from stageflow_guard.redaction.text.view import Edit, View

# the names of signs
_SIGNS = {
    "-": "dash hyphen minus underscore tilde strich bindestrich minuszeichen tiret guion guión trattino streepje koppelteken traço hífen hifen bindestreck streck kreska myślnik",
    ".": "dot point period punkt punto punt ponto kropka",
    " ": "space blank gap comma colon pipe bar tab stop leerzeichen leer espace espacio spazio spatie espaço mellanslag spacja",
    "/": "slash stroke schrägstrich barra",
}  # fmt: skip
_SIGN_OF = {word: sign for sign, words in _SIGNS.items() for word in words.split()}
_NAMES = "|".join(sorted(_SIGN_OF, key=len, reverse=True))
_NAMED = rf"(?:[ ]{{0,2}}[(\[{{<]{{1,2}}[ ]?(?:{_NAMES})[ ]?[)\]}}>]{{1,2}}[ ]{{0,2}}|[ ]{{1,2}}(?:{_NAMES})[ ]{{1,2}})"
_PIECE = r"\+?(?:[A-Z]{0,4}[0-9][A-Z0-9]{0,23}|[A-Z]{4})"
_BY_SIGNS = re.compile(
    rf"(?<![^\W_]){_PIECE}(?:(?i:{_NAMED}){_PIECE}){{2,12}}(?![^\W_])|\([0-9]{{3}}\)[ ]?[0-9]{{3}}(?i:{_NAMED})[0-9]{{4}}(?![^\W_])"
)
_ONE_SIGN = re.compile(rf"(?i){_NAMED}")
_NAME = re.compile(rf"(?i){_NAMES}")

# what says that a value goes on
_GOES_ON = ["and", "und", "et", "first", "then", "next", "finally", "lastly", "followed", "ending", "ends", "second", "third", "fourth", "last", "after", "erst", "zuerst", "dann", "danach", "anschließend", "zuletzt", "zum", "schluss", "schließlich", "ende", "weiter", "gefolgt", "d'abord", "puis", "ensuite", "enfin", "suivi", "finissant", "luego", "después", "entonces", "seguido", "finalmente", "último", "primero", "primera", "prima", "primeiro", "eerst", "premier", "poi", "quindi", "infine", "seguito", "dan", "daarna", "vervolgens", "tot", "slot", "gevolgd", "depois", "seguida", "fim"]  # fmt: skip
_PARTS_OF = ["block", "group", "part", "piece", "octet", "octets", "digits", "number", "serial", "area", "check", "middle", "country", "bank", "branch", "gruppe", "teil", "prüfziffer", "groupe", "partie", "bloc", "clé", "grupo", "bloque", "parte", "blocco", "gruppo", "groep", "deel", "bloco"]  # fmt: skip
_FILLS = ["and", "the", "that", "it", "is", "by", "with", "of", "are", "at", "on", "am", "an", "mit", "von", "und", "der", "die", "das", "kommt", "et", "de", "par", "la", "le", "y", "con", "por", "el", "al", "e", "da", "di", "con", "en", "met", "van", "het", "de", "em", "o", "a"]  # fmt: skip
_TELLING = frozenset(_GOES_ON + _PARTS_OF)
_ONE_WORD = "|".join(sorted({*_TELLING, *_FILLS}, key=len, reverse=True))
_FILLED = rf"[ ]?[,;:–-]?[ ]{{1,2}}(?:(?:{_ONE_WORD})[ ,:]{{1,2}}){{1,6}}"
_GOING_ON = re.compile(
    rf"(?<![^\W_])(?:[A-Z]{{2}}|[A-Z]{{0,4}}[0-9][A-Z0-9]{{0,23}})(?:(?i:{_FILLED})(?:[A-Z]{{0,4}}[0-9][A-Z0-9]{{0,30}}|[A-Z]{{4}})){{1,8}}(?![^\W_]|[.,][0-9])"
)
_ONE_FILL = re.compile(rf"(?i){_FILLED}")
_WORD = re.compile(r"[^\W\d_]+")
for _words in (_SIGN_OF, _TELLING):
    register(_words)
_ANDS, _OF_ACCOUNTS = frozenset({"and", "und", "et"}), (b"AA00 a",)  # only of an IBAN's pieces
_NONE, _FILLING = frozenset[str](), frozenset({*_TELLING, *_FILLS})
_TOLD = frozenset({"card", "ssn", "itin", "phone", "iban", "account", "ip"})
_PARTED_SSN = (3, 2, 4)
_LEAST = 7  # digits of a value
_CARD = range(13, 20)


def between(view: View) -> View:
    """Read the words between the pieces of a value as the signs that they name, or not at all."""
    if not view.digits:
        return view
    heard = vocabulary(view.text)
    named, told = heard & _SIGN_OF.keys(), heard & _TELLING
    if not told.isdisjoint(_ANDS) and not holds(view.text, _OF_ACCOUNTS):
        told -= _ANDS
    if named or told:
        places = list(runs(lowered(view.text)).places(named | told))
        view = view.edited(list(_by_signs(view.text, places)), "names of signs")
        if view.steps and view.steps[-1] == "names of signs":
            places = list(runs(lowered(view.text)).places(told))
        view = view.edited(list(_going_on(view.text, places)), "pieces one by one")
    return view


Place = tuple[str, int]


def _matches(
    pattern: re.Pattern[str],
    text: str,
    places: Sequence[Place],
    words: Collection[str],
    fills: frozenset[str],
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches from a piece on that stands before one of `words`, `fills` between or not."""
    reached = 0
    for word, at in places:
        begin = _piece_before(text, at, fills) if at > reached and word in words else -1
        area = _AREA.search(text, max(reached, begin - _OF_AREA), begin) if begin > 0 else None
        match = None if area is None else pattern.match(text, area.start())
        if match is None and begin >= reached:
            match = pattern.match(text, begin)
        if match is not None:
            reached = match.end()
            yield match


_AREA = re.compile(r"\([0-9]{3}\)[ ]?$")
_OF_AREA = 6  # characters of an area's code in brackets


def _piece_before(text: str, at: int, fills: frozenset[str]) -> int:
    """Return where the piece begins that ends before the words at `at`; -1 where another word does."""
    end = at
    for _ in range(_MOST_FILLS):
        while end > 0 and text[end - 1] in _BETWEEN:
            end -= 1
        low = max(0, end - _LONGEST)
        begin = max(text.rfind(" ", low, end), text.rfind("\n", low, end), low - 1) + 1
        token = text[begin:end]
        last = token[-1:]
        if last.isdigit() or (last.isupper() and len(token) >= _SHORTEST):
            return end - len(_own(token))
        if token.strip(",:;").lower() not in fills:
            return -1
        end = begin
    return -1


def _own(token: str) -> str:
    """Return the end of a token that is a piece: what its last bracket or sign is before is none."""
    own = _OWN.search(token)
    return own[0] if own is not None else token


_OWN = re.compile(r"\+?[A-Z0-9]+$")
_BETWEEN = frozenset(" ,;:–-([{<")
_MOST_FILLS, _LONGEST, _SHORTEST = 5, 40, 2  # words, characters of a piece


def _by_signs(text: str, places: Sequence[Place]) -> Iterator[Edit]:
    for match in _matches(_BY_SIGNS, text, places, _SIGN_OF, _NONE):
        plain, start = _ONE_SIGN.sub(_sign, match[0]), match.start()
        plus = _PLUS.search(text, max(0, start - _PLUS_SIZE), start)
        if plus is not None:
            plain, start = "+" + plain, plus.start()
        if sum(map(str.isdigit, plain)) >= _LEAST or is_quad(plain.split(".")):
            yield (start, match.end(), plain)


_PLUS = re.compile(r"(?i)(?<![^\W_])(?:plus|más|mas|più|mais)[ ]$")
_PLUS_SIZE = 5


def _sign(match: re.Match[str]) -> str:
    name = _NAME.search(match[0])
    return _SIGN_OF[name[0].lower()] if name is not None else " "


def _going_on(text: str, places: Sequence[Place]) -> Iterator[Edit]:
    for match in _matches(_GOING_ON, text, places, _TELLING, _FILLING):
        gaps = [m[0] for m in _ONE_FILL.finditer(match[0])]
        if all(_TELLING.isdisjoint(_WORD.findall(gap.lower())) for gap in gaps):
            continue
        pieces = _ONE_FILL.split(match[0])
        if _AMOUNT.match(match.string, match.end()) is not None:
            continue  # amounts, one after the other
        if all(map(str.isdecimal, pieces)) and counted(pieces):
            continue
        joined = _joined(text, match.start(), pieces)
        if joined:
            yield (*match.span(), joined)


_AMOUNT = re.compile(
    r"(?i)[ ]?(?:[€$£%]|(?:euros?|eur|usd|dollars?|pounds?|gbp|francs?|chf|percent|prozent|pesos?|reais|units?|stück|points?|punkte?)(?![^\W_]))"
)


def _joined(text: str, start: int, pieces: Sequence[str]) -> str:
    """Return the value that pieces make up; nothing where neither a label nor a check says so."""
    solid = "".join(pieces)
    digits = sum(map(str.isdigit, solid))
    if is_account(solid):
        return solid
    if digits in _CARD and solid.isdigit() and is_card(solid):
        return " ".join(pieces)
    told = labels.before(text, start)
    if is_quad(pieces) and (told == "ip" or _OCTET.search(text, *_around(text, start))):
        return ".".join(pieces)
    if tuple(map(len, pieces)) == _PARTED_SSN and solid.isdigit():
        return "-".join(pieces) if _SSN.search(text, *_around(text, start)) else ""
    if told == "account" and any(map(_YEAR.fullmatch, pieces)):
        return ""  # the accounts of some years
    return " ".join(pieces) if told in _TOLD and digits >= _LEAST else ""


_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def _around(text: str, start: int) -> tuple[int, int]:
    return max(0, start - _BEFORE), min(len(text), start + _BEHIND)


_BEFORE, _BEHIND = 60, 100  # characters in which a word may say what the whole is
_OCTET = re.compile(r"(?i)octet|oktett|octeto|ottett|(?<![a-z])ip(?:v4)?(?![a-z])")
_SSN = re.compile(r"(?i)(?<![a-z])ssn(?![a-z])|social security")
