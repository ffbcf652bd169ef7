"""Values written backwards, where a text says so: `IBAN in reverse order: 8 0626 0176 5662 6700 48HC`. Pure.

Only what read forwards is surely a value is turned: an account, a card or an address whose check or
form holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic.accounts import is_account
from stageflow_guard.redaction.recognizers.generic.contact import COMMON_TLD
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.text.view import Edit, View

# one of these words says so
_HEARD = frozenset(["reverse", "reversed", "reverses", "reversing", "backward", "backwards", "mirror", "mirrored", "rückwärts", "umgekehrt", "hinten", "verkehrt", "envers", "rebours", "inverse", "inversé", "inverso", "inversa", "revés", "atrás", "invertido", "invertida", "contrario", "rovescio", "rovesciato", "achterstevoren", "omgekeerd", "contrário", "trás", "baklänges", "bakvänt", "tyłu", "wspak"])  # fmt: skip
register(_HEARD)
_TOKEN = re.compile(
    r"(?<![\w.])[a-z]{2,8}(?:\.[\w-]{1,30}){1,3}@[\w.+-]{1,40}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.])"
    r"|(?<!\w)[A-Z0-9]{1,34}+(?:[ -][A-Z0-9]{1,34}+){0,12}(?!\w)"
)
_REACH = 120  # characters on either side of the word
_PARTED = re.compile(r"[ -]")
_SHORTEST = 7  # characters of a value
# domains of countries: `py.typed@main` is no address of one
_COUNTRIES = frozenset(["ac", "ad", "ae", "af", "ag", "ai", "al", "am", "ar", "at", "au", "az", "ba", "bd", "be", "bg", "bh", "bo", "br", "by", "bz", "ca", "cc", "ch", "ci", "cl", "cm", "cn", "co", "cr", "cu", "cy", "cz", "de", "dk", "do", "dz", "ec", "ee", "eg", "es", "et", "eu", "fi", "fr", "ge", "gh", "gr", "gt", "hk", "hn", "hr", "hu", "id", "ie", "il", "in", "io", "iq", "ir", "is", "it", "jm", "jo", "jp", "ke", "kg", "kh", "kr", "kw", "kz", "lb", "li", "lk", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mk", "mm", "mn", "mo", "mt", "mu", "mv", "mx", "my", "mz", "na", "ng", "ni", "nl", "no", "np", "nz", "om", "pa", "pe", "ph", "pk", "pl", "pr", "ps", "pt", "py", "qa", "ro", "rs", "ru", "rw", "sa", "se", "sg", "si", "sk", "sn", "su", "sv", "sy", "th", "tn", "to", "tr", "tt", "tv", "tw", "tz", "ua", "ug", "uk", "us", "uy", "uz", "ve", "vn", "za", "zm", "zw"])  # fmt: skip
_SSN, _CARD, _PHONE = 9, range(13, 20), range(9, 14)


def backwards(view: View) -> View:
    """Turn what is written backwards within reach of a word that says so."""
    text = view.text
    heard = _HEARD & vocabulary(text) if view.digits or "@" in text else frozenset[str]()
    return view.edited(list(_edits(text, heard)) if heard else [], "backwards")


def _edits(text: str, heard: frozenset[str]) -> Iterator[Edit]:
    for low, high in _in_reach(text, heard):
        for match in _TOKEN.finditer(text, low, high):
            turned = _turned(text, match)
            if turned:
                yield (*match.span(), f"{turned} ")


def _in_reach(text: str, heard: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text within reach of a word of `heard`: in order, none touches another."""
    low = high = 0
    for at in sorted(at for _, at in runs(lowered(text)).places(heard)):
        if at - _REACH > high:
            yield low, high
            low = at - _REACH
        end = _WHOLE.match(text, min(len(text), at + _REACH))
        high = end.end() if end is not None else at
    yield low, high


_WHOLE = re.compile(r"\S{0,80}")  # no token is cut where the reach ends


def _turned(text: str, match: re.Match[str]) -> str:
    """Return what a token says when it is read backwards; nothing where that is no value."""
    turned = match[0][::-1]
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
    told = labels.before(text, match.start())
    return turned if (told, len(solid)) == ("ssn", _SSN) or (told == "phone" and len(solid) in _PHONE) else ""  # fmt: skip
