"""Passwords, codes and code words that a clause tells far behind their label: `the password of the till for the branch is …`. Pure.

What it opens and whose it is stand between the two, led by a preposition; then a verb, a sign of
equality or a bracket tells the value. A value in quotes may be any word, others have to be written
like a password or a code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, places
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_shapes import (
    ONE_CODE,
    TRIMMED,
    is_code,
    is_made_up,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_KINDS = {
    "password": labels.PASSWORDS, "word": labels.CODE_WORDS, "pin": labels.PINS, "code": labels.CODES,
}  # fmt: skip
_HEADS = {kind: Heads(words) for kind, words in _KINDS.items()}
_LABELS = {
    kind: re.compile(rf"{any_of(words)}(?![^\W_]|-[^\W\d_])") for kind, words in _KINDS.items()
}
# the last part of a compound; a code's first part says what opens with it, or what it is for
_COMPOUNDS = ("passwort", "kennwort", "wachtwoord", "code", "pin", "kombination", "combinatie")
_STEM = re.compile(
    rf"(?<![^\W_])(?:{labels.OPENED}|(?:zugang|toegang|sicherheit|veiligheid|bestätigung|bevestiging|verifi[kc]ation|verificatie|einmal|freischalt|aktivierung|activatie|geheim|sperr|entsperr|ontgrendel|login|inlog|anmelde|aanmeld|abhol|ophaal|afhaal|einlass|zahlen|cijfer|karten|sim|ec|giro|bank|app|kind|notfall|nood|gäste|gasten|wlan)s?)-?$"
)
# in two words: `the lift code`
_BEFORE_CODE = re.compile(rf"(?<![^\W_])(?:{labels.OPENED})[ -]$")
_NEAR = 24
_WORD = r"(?:[^\W_]|['’])[\w'’&/.+-]{0,24}"
# a complement: a preposition, and at most twelve words; a comma may part them once
_COMPLEMENT = rf"(?:[ ](?:(?:temporary|temporal|provisional|provvisoria|temporanea|provisoire|temporaire|provisória|temporária|tijdelijk|tijdelijke|vorläufige?s?|new|old|guest|wifi|wi-fi|wlan)[ ]?)?{labels.OF}(?:,?[ ]{_WORD}){{0,12}}?)"
_CLAIM = re.compile(
    rf"(?P<complement>{_COMPLEMENT}?)(?P<is>{labels.IS})(?P<quote>{labels.OPENING}?)(?=\S)",
    re.IGNORECASE,
)
_BRACKET = re.compile(
    rf"(?P<complement>(?:[ ](?:temporary|temporal|provisional|provvisori[ao]|temporane[ao]|provisoire|temporaire|provisóri[ao]|temporári[ao]|nouve(?:au|lle)|nuev[ao]|nuov[ao]|nov[ao]|actual|attuale|atual|actuel|iniziale|inicial|initial|única?))?{_COMPLEMENT}?)[ ]?:?[ ]?[(\[]{labels.OPENING}?(?P<value>[^\s()\[\]\"'“”„«»]{{3,40}}|{ONE_CODE.pattern}){labels.CLOSING}?[)\]]",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?P<value>[^\n\"“”„«»\x1e⟦⟧]{3,48}?)(?:[ \u00a0]?[\"”“»]|['’`](?![^\W_]))",
)
_BARE = re.compile(rf"{labels.LETTERS}{{3,64}}")
_OPENED = re.compile(rf"(?<![^\W_])(?:{labels.OPENED})(?![^\W_])", re.IGNORECASE)
# the last word is the one that is told of: `the password reset ticket is …`, and it is none of these
_OF_OTHERS = re.compile(
    r"(?i)(?<![^\W_])(?:policy|polic(?:ies)|hash(?:es|ing|ed)?|algorithm|length|field|manager|strength|file|type|encoding|format|minimum|maximum|rules?|column|variable|parameter|option|function|method|class|module|library|version|encrypted|stored|sent|not|never|nicht|kein|n['’]est pas|ne|no es|non|niet|geen|não|richtlinie|feld|länge|longueur|champ|campo|longitud|lunghezza|ticket|invoice|order|factura|facture|fattura|rechnung|factuur|fatura|postal|promo|qr|ean|barras|error|erreur|errore|erro|fehler|iban|swift|bic|reset link|link|farbe|colou?r|couleur|colore|kleur|cor|ral|artikels?|article|artículo|articolo|artigo|product[os]?|prodotto|produkts?|s[eé]rie|catalog\w*|katalog\w*|embarque|imbarco|boarding|flight|flug)(?![^\W_])"
)
_PROMISES = re.compile(r"(?i)^(?:case|read|end|well|up|out|easy|hard|self|non|not|multi|pre|post|time|one|two|three)-")  # fmt: skip
# a clause ends behind a word that is chosen
_ENDS = re.compile(r"\s*$|\n|[.,;!?)](?=\s|$)|[ ](?:(?:and|und|y|et|e|en|but|aber|pero|mais|ma|maar|mas)(?![^\W_])|[-–—(])")  # fmt: skip
_CHOSEN_WORD = re.compile(r"[^\W\d_]{4,24}(?:-[^\W\d_]{3,24})?")
_REACH = 200


def told(text: str) -> Iterator[Hit]:
    """Yield what a clause tells far behind its label."""
    lower = lowered(text)
    for at, end, kind in _labels(lower):
        high = min(len(text), end + _REACH)
        hits = (_bracketed(text, end, high, kind), _claimed(text, at, end, high, kind))
        yield from filter(None, hits)


def _labels(lower: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a label stands and what it is of."""
    for kind, heads in _HEADS.items():
        for at in heads.places(lower):
            label = _LABELS[kind].match(lower, at)
            before = lower[at - 1 : at]
            if label is None or before.isalnum() or before in ("_", "."):
                continue
            if kind == "code" and labels.OF_OTHER_CODES.search(lower, max(0, at - _NEAR), at):
                continue
            opens = kind == "code" and _BEFORE_CODE.search(lower, max(0, at - _NEAR), at)
            yield at, label.end(), "compound" if opens else kind
    for word in _COMPOUNDS:
        for at in places(lower, word) if word in lower else ():
            end = at + len(word)
            if not lower[at - 1 : at].isalpha() and not lower[at - 2 : at - 1].isalpha():
                continue
            if lower[end : end + 1].isalnum() or lower[end : end + 1] == "_":
                continue
            if word.endswith(("wort", "woord")):
                yield at, end, "password"
            elif _STEM.search(lower, max(0, at - _NEAR), at) is not None:
                yield at, end, "compound"


def _is_of(kind: str, complement: str) -> bool:
    """Say whether the label is of a secret that opens something, and nothing else is spoken of."""
    if "://" in complement or _OF_OTHERS.search(complement) is not None:
        return False
    if kind == "code":
        return _OPENED.search(complement) is not None
    return True


def _bracketed(text: str, end: int, high: int, kind: str) -> Hit | None:
    match = _BRACKET.match(text, end, high)
    if match is None or not _is_of(kind, match["complement"]):
        return None
    value = match["value"]
    start = match.start("value")
    if is_code(value) or (kind in ("password", "word") and is_made_up(value)):
        return Hit(start, start + len(value), "SECRET", 0.45, "told, in brackets", "label password")
    return None


def _claimed(text: str, begin_of: int, end: int, high: int, kind: str) -> Hit | None:
    """Return what a verb or a sign of equality tells: the first that is written like a secret."""
    at = end
    for _ in range(_VERBS_MOST):
        match = _CLAIM.match(text, end, high) if at == end else _next(text, at, end, high)
        if match is None:
            return None
        begin, complement = match.end(), text[end : match.start("is")]
        if not _is_of(kind, complement):
            return None
        near = match["is"].strip() in _SIGNS and not (kind == "word" or " " in complement)
        label = text[begin_of:end].lower()
        sure = label in _OF_NOTHING_ELSE
        loose = label in _OF_MUCH_ELSE and not _FETCHED.search(
            text, max(0, begin_of - _AROUND), min(len(text), begin + _AROUND)
        )
        hit = _value(
            text, begin, kind, quoted=bool(match["quote"]), far=bool(complement.strip()), sure=sure
        )
        if hit is not None and near and _GROUPS.fullmatch(text, hit.start, hit.end) is None:
            return None
        if hit is not None and not (loose and not is_made_up(text[hit.start : hit.end])):
            return hit
        at = match.start("is") + 1
    return None


_VERBS_MOST = 3
# right behind a label others read what they tell, but for groups of digits
_SIGNS = frozenset(["=", ":", "->", "→", "=>"])
_GROUPS = re.compile(r"[0-9]{1,4}(?:[ -][0-9]{1,4}){1,7}")
_SAYS = re.compile(rf"(?P<is>{labels.IS})(?P<quote>{labels.OPENING}?)(?=\S)", re.IGNORECASE)
_STOPS = re.compile(r"[!?;\n()]|[.](?:\s|$)|:[ ]")
_MOST_WORDS = 14
# words of mottos and of search: something that is fetched or opened has to be beside one
_OF_MUCH_ELSE = frozenset(["parola d'ordine", "parola d’ordine", "parola chiave", "palabra clave", "palavra-chave", "watchword", "losung", "stichwort", "santo y seña", "parola"])  # fmt: skip
_FETCHED = re.compile(
    r"(?i)(?<![^\W_])(?:recog|retir|ritir|abrir|abre|aprir|entr[aeo]|puerta|porta|portone|niñ|cole|guarder|bimb|bambin|maestr|bidell|asilo|scuola|prendere|criança|crech|escola|buscar|levantar|apanhar|abhol|kind|hort|kita|einlass|reinlass|öffne|pick|collect|school|nursery|daycare|alarm|allarm|wifi|wi-fi|wlan|account|conto|konto|cuenta|conta|telefon|teléfono|banca|banco|bank|club|portier|porter)"
)
_AROUND = 90
# code words that are none of advertising, of search or of a motto
_OF_NOTHING_ELSE = frozenset(["code word", "codeword", "safe word", "safeword", "watchword", "codewort", "kodewort", "losungswort", "codewoord", "mot de passe convenu", "mot convenu", "palavra combinada", "palabra secreta", "palabra de seguridad", "parola segreta", "palavra secreta", "afgesproken woord"])  # fmt: skip


def _next(text: str, at: int, end: int, high: int) -> re.Match[str] | None:
    """Return the next verb of the same clause: the complement may hold one of its own."""
    match = _SAYS.search(text, at, high)
    if match is None:
        return None
    between = text[end : match.start()]
    led = re.match(rf"[ ]{labels.OF}(?![^\W_])", between, re.IGNORECASE)
    if led is None or _STOPS.search(between) or between.count(" ") > _MOST_WORDS:
        return None
    return match


def _value(text: str, at: int, kind: str, *, quoted: bool, far: bool, sure: bool) -> Hit | None:
    article = _ARTICLE.match(text, at)  # `es el 4471`
    code = ONE_CODE.match(text, at if article is None else article.end())
    if code is not None and is_code(code[0]) and kind != "word":
        return Hit(*code.span(), "SECRET", 0.48, "told in a clause", "label code")
    if kind in ("pin", "code", "compound") and not (quoted and far):
        return None
    if quoted:
        inner = _QUOTED.match(text, at)
        if inner is not None and _is_a_phrase(inner["value"]):
            return Hit(*inner.span("value"), "SECRET", 0.5, "told in a clause", "label password")
        return None
    bare = _BARE.match(text, at)
    value = "" if bare is None else bare[0].rstrip(TRIMMED)
    stop = at + len(value)
    if not value or text[stop : stop + 1] == "(" or value.lower() in NO_PASSWORD:
        return None
    if is_made_up(value) and _PROMISES.match(value) is None:
        return Hit(at, stop, "SECRET", 0.48, "told in a clause", "label password")
    if (far or kind == "word") and (kind == "word" or value[:1].isupper()) and (
        _CHOSEN_WORD.fullmatch(value) is not None and _ENDS.match(text, stop) is not None
        and (far or sure or value[:1].isupper())
    ):  # fmt: skip
        return Hit(at, stop, "SECRET", 0.42, "told in a clause", "label password")
    return None


_ARTICLE = re.compile(r"(?:the|der|die|das|le|la|el|il|lo|o|de|het)[ ](?=[0-9#*A-Z])")


def _is_a_phrase(value: str) -> bool:
    """Say whether what stands in quotes can have been chosen: no word of it says something about passwords."""
    words = value.lower().rstrip(".!,").split(" ")
    return len(words) <= _MOST_IN_QUOTES and not any(
        word in NO_PASSWORD for word in (words if len(words) == 1 else words[:1])
    ) and not value.endswith((":", "…"))  # fmt: skip


_MOST_IN_QUOTES = 6
