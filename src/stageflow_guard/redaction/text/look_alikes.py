"""Letters that stand in for digits: `S36-9O-4399`, `4lll 1111`. Pure, linear."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.generic.accounts import is_account
from stageflow_guard.redaction.recognizers.generic.payment_cards import is_card
from stageflow_guard.redaction.recognizers.shapes import numbers_in
from stageflow_guard.redaction.text.view import Edit, View

# letters in place of digits: a run that is mostly digits and holds O, o, I, l, | or S
_LEET = str.maketrans({"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1",
                       "!": "1", "З": "3", "з": "3", "Ӡ": "3", "б": "6", "Ч": "4", "G": "6", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "g": "9", "q": "9"})  # fmt: skip
_RUN = re.compile(
    r"(?<![A-Za-z0-9_/+=])[(+]{0,2}[A-Z]{0,2}[0-9OoIlSBG|!ZzЗзӠбЧ](?:[0-9OoIlSsBG|!ZzЗзӠбЧ]|[ .,/()-]{1,2}(?=[0-9OoIlSBG|!Z(ЗзӠбЧ])){5,45}(?![A-Za-z0-9_/+=])"
)
_TOUCHING = re.compile(
    r"[0-9](?:(?<=[OoIlSsBG|!ZzЗзӠбЧ].)|(?=[OoIlSsBG|!ZzЗзӠбЧ])|(?<=[OoIlSsBG|!ZzЗзӠбЧ][ .-].))"
)
_ALIKE, _OF_GAPS = frozenset("OoIlSsBG|!ZzЗзӠбЧ"), frozenset(" .-")
# what such a run is made of
_SIGNS_OF_RUNS = frozenset("(+)0123456789OoIlSsBG|!ZzЗзӠбЧ .,/-" + string.ascii_uppercase)
_OF_RUNS = re.compile("[" + re.escape("".join(sorted(_SIGNS_OF_RUNS))) + "]*")
_BIRTH = re.compile(r"[(+]{0,2}DOB[ .,/()-]{1,2}")
_NAMED = re.compile(r"(?=[A-Za-z]{0,8}[AC-HJ-NP-RT-Yacdefghjkmnpqrtuvwxyz])[A-Za-z]{2,9}[ ]")
_NO_DIGITS = re.compile(r"ISO|(?<![A-Za-z0-9])0o[0-7]")  # a standard's name, an octal number
_OF_STORAGE = re.compile(r"[0-9]GB?(?![^\W_])")  # `128G 256G`
_LOOKALIKE = re.compile(r"[OoIlSsBG|!ZzЗзӠбЧ]")


def _is_card(body: str) -> bool:
    """Say whether these digits and letters, read as digits, are a card's: a network's, and the check holds."""
    digits = "".join(filter(str.isdigit, body.translate(_LEET)))
    return len(digits) in _CARD_SIZES and is_card(digits)


def _is_account(text: str, start: int, end: int) -> bool:
    """Say whether what is read as digits is an IBAN as it is written, its country's letters before it or not."""
    return any(is_account(text[max(0, start - size) : end]) for size in range(3))


_CARD_SIZES = (15, 16)
_FEWEST = 2  # digits among look-alikes that a label announces


def _in_a_table(text: str, at: int) -> bool:
    """Say whether the line above or below has a `|`, too: it parts cells, and is no 1."""
    begin, end = text.rfind("\n", 0, at), text.find("\n", at)
    above = text[max(0, text.rfind("\n", 0, max(0, begin))) : max(0, begin)]
    below = text[end + 1 : end + 201].partition("\n")[0] if end >= 0 else ""
    return "|" in above[-200:] or "|" in below


def _runs_touched(text: str) -> Iterator[re.Match[str]]:
    """Yield the runs of digits and look-alikes in each stretch of their signs where the two touch."""
    reached = 0
    for at, end in numbers_in(text):
        if at < reached or not _touched(text, at, end):
            continue
        low, stretch = at, _OF_RUNS.match(text, at)
        while low > reached and text[low - 1] in _SIGNS_OF_RUNS:
            low -= 1
        reached = at if stretch is None else stretch.end()
        yield from _RUN.finditer(text, low, reached + 1)  # what is behind ends a run or does not


def _touched(text: str, start: int, end: int) -> bool:
    """Say whether a look-alike stands beside a number, or before a gap before it."""
    return (
        text[start - 1 : start] in _ALIKE
        or text[end : end + 1] in _ALIKE
        or (text[start - 1 : start] in _OF_GAPS and text[start - 2 : start - 1] in _ALIKE)
    )


def look_alikes(view: View) -> View:
    """Write letters that stand in for digits as digits."""
    text = view.text
    if not view.digits:
        return view
    edits: list[Edit] = []
    for match in _runs_touched(text):
        found = match[0]
        if _LOOKALIKE.search(found) is None or (
            "|" in found and (" | " in found or _in_a_table(text, match.start()))
        ):
            continue
        start = 2 if found[:2].isalpha() and found[:2].isupper() else 0
        birth = _BIRTH.match(found)
        start = birth.end() if birth is not None else start  # "DOB" is no "008"
        named = _NAMED.match(found)
        start = named.end() if named is not None else start  # nor "NPI" before its number
        body = found[start:]
        letters = len(_LOOKALIKE.findall(body))
        if len(_OF_STORAGE.findall(body)) > 1 and not _is_card(body):
            continue
        if not letters or _NO_DIGITS.search(body) or _is_account(text, *match.span()):
            continue
        digits = sum(map(str.isdigit, body))
        told = _FEWEST < digits <= letters and (
            labels.before(text, match.start() + start) in ("ssn", "card", "phone")
        )
        if (told or (digits >= 4 and digits > letters) or _is_card(body)) and _TOUCHING.search(
            body
        ):
            edits.append((match.start() + start, match.end(), body.translate(_LEET)))
    return view.edited(edits, "look-alikes")
