"""Values written backwards, where a text says so: `IBAN in reverse order: 8 0626 0176 5662 6700 48HC`. Pure.

Only what read forwards is surely a value is turned: an account, a card or an address whose check or
form holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.accounts import is_account
from stageflow_guard.redaction.recognizers.generic.contact import COMMON_TLD
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.text.view import Edit, View

# one of these words says so
_HEARD = frozenset(["reverse", "reversed", "reverses", "reversing", "backward", "backwards", "mirror", "mirrored", "rückwärts", "umgekehrt", "hinten", "verkehrt", "envers", "rebours", "inverse", "inversé", "inverso", "inversa", "revés", "atrás", "invertido", "invertida", "contrario", "rovescio", "rovesciato", "achterstevoren", "omgekeerd", "contrário", "trás", "baklänges", "bakvänt", "tyłu", "wspak", "flip", "flipped"])  # fmt: skip
# words that say nothing else
_PLAINLY = frozenset(["reversed", "backward", "backwards", "rückwärts", "envers", "rebours", "revés", "rovescio", "achterstevoren", "baklänges", "bakvänt", "wspak"])  # fmt: skip
register(_HEARD)
# or several say it together
_TOGETHER = Heads(("right to left", "right-to-left", "back to front", "back-to-front", "from the end", "from its end", "from the last", "last to first", "last digit first", "end to start", "von rechts nach links", "von hinten", "de droite à gauche", "de derecha a izquierda", "da destra a sinistra", "van rechts naar links", "da direita para a esquerda"))  # fmt: skip
_TOKEN = re.compile(
    r"(?<![\w.])[a-z]{2,8}(?:\.[\w-]{1,30}){1,3}@[\w.+-]{1,40}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\w|\.\w)"
    r"|(?<!\w)[0-9]{2,5}(?:[ -][0-9]{2,5}){0,3}[ ]?\)[0-9]{2,4}\((?:[ ]?[0-9]{1,3}\+)?|(?<!\w)[0-9]{2,5}(?:[ -][0-9]{1,5}){1,5}\+"
    r"|(?<!\w)[A-Z0-9]{1,34}+(?:[ -][A-Z0-9]{1,34}+){0,12}(?!\w)"
)
_REACH = 120  # characters on either side of the word
_PARTED = re.compile(r"[ -]")
_SHORTEST = 7  # characters of a value
# domains of countries: `py.typed@main` is no address of one
_COUNTRIES = frozenset(["ac", "ad", "ae", "af", "ag", "ai", "al", "am", "ar", "at", "au", "az", "ba", "bd", "be", "bg", "bh", "bo", "br", "by", "bz", "ca", "cc", "ch", "ci", "cl", "cm", "cn", "co", "cr", "cu", "cy", "cz", "de", "dk", "do", "dz", "ec", "ee", "eg", "es", "et", "eu", "fi", "fr", "ge", "gh", "gr", "gt", "hk", "hn", "hr", "hu", "id", "ie", "il", "in", "io", "iq", "ir", "is", "it", "jm", "jo", "jp", "ke", "kg", "kh", "kr", "kw", "kz", "lb", "li", "lk", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mk", "mm", "mn", "mo", "mt", "mu", "mv", "mx", "my", "mz", "na", "ng", "ni", "nl", "no", "np", "nz", "om", "pa", "pe", "ph", "pk", "pl", "pr", "ps", "pt", "py", "qa", "ro", "rs", "ru", "rw", "sa", "se", "sg", "si", "sk", "sn", "su", "sv", "sy", "th", "tn", "to", "tr", "tt", "tv", "tw", "tz", "ua", "ug", "uk", "us", "uy", "uz", "ve", "vn", "za", "zm", "zw"])  # fmt: skip
_SHAPED = re.compile(r"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}|[2-9][0-9]{2}[ -][2-9][0-9]{2}[ -][0-9]{4}")
_MIRRORED = str.maketrans("()", ")(")
_SSN, _CARD, _PHONE = 9, range(13, 20), range(9, 14)


def backwards(view: View) -> View:
    """Turn what is written backwards within reach of a word that says so."""
    text = view.text
    if not view.digits and "@" not in text:
        return view
    lower, heard = lowered(text), _HEARD & vocabulary(text)
    said = [
        *_TOGETHER.places(lower),
        *((at for _, at in runs(lower).places(heard)) if heard else ()),
    ]
    plain = not _PLAINLY.isdisjoint(heard)
    return view.edited(list(_edits(text, sorted(said), plain=plain)) if said else [], "backwards")


def _edits(text: str, said: Sequence[int], *, plain: bool) -> Iterator[Edit]:
    for low, high in _in_reach(text, said):
        for match in _TOKEN.finditer(text, low, high):
            for start in _starts(match):
                turned = _turned(text, start, match.end(), plain=plain)
                if turned:
                    yield (start, match.end(), f"{turned} ")
                    break


def _starts(match: re.Match[str]) -> Iterator[int]:
    """Yield where a token may begin: words in capitals before it are none of it, as in `IBAN 00 0310 …`."""
    at = match.start()
    yield at
    while (word := _CAPITALS.match(match.string, at, match.end())) is not None:
        at = word.end()
        yield at


_CAPITALS = re.compile(r"[A-Z]{1,34}[ -](?=[A-Z0-9])")


def _in_reach(text: str, said: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text within reach of a place of `said`: in order, none touches another."""
    low = high = 0
    for at in said:
        if at - _REACH > high:
            yield low, high
            low = at - _REACH
        end = _WHOLE.match(text, min(len(text), at + _REACH))
        high = end.end() if end is not None else at
    yield low, high


_WHOLE = re.compile(r"\S{0,80}")  # no token is cut where the reach ends


def _turned(text: str, start: int, end: int, *, plain: bool) -> str:
    """Return what `[start, end)` says when it is read backwards; nothing where that is no value.

    `plain`: a word says nothing else than that something is written so, and a form is enough.
    """
    turned = text[start:end][::-1]
    if turned[0] in "(+":
        turned = turned.translate(_MIRRORED)
        digits = [c for c in turned if c.isdigit()]
        called = plain or labels.before(text, start) == "phone"
        return turned if called and len(digits) in _PHONE else ""
    solid = _PARTED.sub("", turned)
    if len(solid) < _SHORTEST:
        return ""
    if "@" in turned:
        local, _, domain = turned.partition("@")
        top = domain.rpartition(".")[2].lower()
        known = top in COMMON_TLD or top in _COUNTRIES
        return turned if known and any(map(str.isalpha, local)) else ""  # `org.slf4j@1.7.36`
    if is_quad(turned.split(".")):
        return turned
    if is_account(solid):
        return solid
    if not solid.isdigit():
        return ""
    if len(solid) in _CARD and is_card(solid):
        return turned
    if plain and _SHAPED.fullmatch(turned) is not None:
        return turned
    told = labels.before(text, start)
    return turned if (told, len(solid)) == ("ssn", _SSN) or (told == "phone" and len(solid) in _PHONE) else ""  # fmt: skip
