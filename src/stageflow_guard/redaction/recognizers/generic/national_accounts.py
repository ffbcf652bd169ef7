"""Bank accounts in the form of their country, with its check digits: a RIB, a NIB, a CLABE, a CBU, a BBAN. Pure.

Where the form is typical and the check holds, no word is needed; else one for an account stands before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import numbers_in

_APART = re.compile(r"[ .\-/]")
# letters of an account in France, as digits
_RIB = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)  # fmt: skip


def rib(value: str) -> bool:
    """A French RIB: bank, branch, account and key, modulo 97."""
    plain = value.translate(_RIB)
    bank, branch, account, key = (int(plain[a:b]) for a, b in ((0, 5), (5, 10), (10, 21), (21, 23)))
    return (89 * bank + 15 * branch + 3 * account + key) % 97 == 0


def nib(value: str) -> bool:
    """A Portuguese NIB: ISO 7064 MOD 97-10 over its 21 digits."""
    return int(value) % 97 == 1


def ccc(value: str) -> bool:
    """A Spanish CCC: a digit over bank and branch, one over the account, modulo 11."""
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    for part, digit in (("00" + value[:8], value[8]), (value[10:], value[9])):
        check = 11 - weighted(part, weights) % 11
        if {10: 1, 11: 0}.get(check, check) != int(digit):
            return False
    return len(set(value)) > 1


def clabe(value: str) -> bool:
    """A Mexican CLABE: weights 3, 7, 1, each product modulo 10."""
    total = sum(int(d) * (3, 7, 1)[i % 3] % 10 for i, d in enumerate(value[:17]))
    return (10 - total % 10) % 10 == int(value[17])


def cbu(value: str) -> bool:
    """An Argentine CBU: a check over the bank, one over the account; weights 7, 1, 3, 9."""
    bank = weighted(value[:7], (7, 1, 3, 9, 7, 1, 3))
    account = weighted(value[8:21], (3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3))
    return (10 - bank % 10) % 10 == int(value[7]) and (10 - account % 10) % 10 == int(value[21])


def bban(value: str) -> bool:
    """An Italian BBAN: its first letter is the check (CIN) of the others."""
    total = 0
    for place, sign in enumerate(value[1:]):
        number = int(sign) if sign.isdigit() else ord(sign) - 65
        total += _ODD[number] if place % 2 == 0 else number
    return chr(65 + total % 26) == value[0]


def belgian(value: str) -> bool:
    """A Belgian account before IBAN: its last two digits are the rest modulo 97."""
    return (int(value[:10]) % 97 or 97) == int(value[10:])


def postal(value: str) -> bool:
    """A Swiss postal account: modulo 10, recursive."""
    carry = 0
    for digit in value[:-1]:
        carry = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)[(carry + int(digit)) % 10]
    return (10 - carry) % 10 == int(value[-1])


def nrb(value: str) -> bool:
    """A Polish NRB: an IBAN without its country."""
    return int(value[2:] + "2521" + value[:2]) % 97 == 1


def eleven(value: str) -> bool:
    """A Norwegian account: modulo 11."""
    check = 11 - weighted(value[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return check % 11 == int(value[10]) and check != 10


def new_zealand(value: str) -> bool:
    """An account of New Zealand begins with the number of a bank that there is."""
    return value[:2] in _BANKS


_BANKS = frozenset(["01", "02", "03", "04", "05", "06", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "27", "30", "31", "33", "35", "38", "88"])  # fmt: skip


class _Form(NamedTuple):
    """How an account is written: where nothing else is, and where a word has to tell; and its check.

    `words`: those that tell where the check is one digit, and one in ten numbers holds it.
    """

    alone: str
    told: str
    check: Callable[[str], bool]
    words: str = ""


_FORMS = (
    _Form(r"[0-9]{5}([ -])[0-9]{5}\1[0-9A-Z]{11}\1[0-9]{2}", r"[0-9]{5}[ -]?[0-9]{5}[ -]?[0-9A-Z]{11}[ -]?[0-9]{2}|[0-9]{4}(?:[ ][0-9A-Z]{4}){4}[ ][0-9A-Z]{3}", rib),
    _Form(r"[0-9]{4}([ .-])[0-9]{4}\1[0-9]{11}\1[0-9]{2}", r"[0-9]{21}|[0-9]{4}(?:[ .][0-9]{4}){4}[ .][0-9]|[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{11}[ .-]?[0-9]{2}", nib),
    _Form(r"[0-9]{4}([ -])[0-9]{4}\1[0-9]{2}\1[0-9]{10}", r"[0-9]{20}|[0-9]{4}(?:[ -][0-9]{4}){4}", ccc),
    _Form(r"[0-9]{3}([ -])[0-9]{3}\1[0-9]{11}\1[0-9]", r"[0-9]{18}|[0-9]{4}(?:[ ][0-9]{4}){3}[ ][0-9]{2}|[0-9]{3}(?:[ ][0-9]{3}){5}", clabe, "clabe|cuenta|cta|transfer|deposit"),
    _Form(r"[0-9]{8}[ -][0-9]{14}|[0-9]{22}", r"[0-9]{7}[ -][0-9][ -][0-9]{13}[ -][0-9]|[0-9]{4}(?:[ ][0-9]{4}){4}[ ][0-9]{2}", cbu),
    _Form(r"(?!)", r"[0-9]{3}[ -]?[0-9]{7}[ -]?[0-9]{2}", belgian, "rekening|rek|konto|compte|cpte|account|storten"),
    _Form(r"(?!)", r"[0-9]{2}-[0-9]{1,6}-[0-9]", postal, "post|konto|pc-|pk|ccp|compte|conto|zahl|überweis|vers"),
    _Form(r"[0-9]{2}(?:[ ][0-9]{4}){6}", r"[0-9]{26}", nrb),
    _Form(r"(?!)", r"[0-9]{4}[ .][0-9]{2}[ .][0-9]{5}", eleven, "konto|account|kto"),
    _Form(r"[0-9]{2}-[0-9]{4}-[0-9]{7}-[0-9]{2,3}", r"[0-9]{2}[ -][0-9]{4}[ -][0-9]{7}[ -][0-9]{2,3}", new_zealand),
)  # fmt: skip
_END = r"(?![\w]|[-/.,:][0-9])"
_ALONE = tuple((re.compile(f"(?:{one.alone}){_END}"), one.check) for one in _FORMS)
# any of them, read with any sign between its groups: what it refuses none of them takes
_ANY_ALONE = re.compile(
    f"(?:{'|'.join(one.alone.replace(chr(92) + '1', '[ .-]') for one in _FORMS)}){_END}"
)
_BEHIND = tuple(
    (re.compile(f"(?:{one.alone}|{one.told}){_END}"), one.check, re.compile(f"(?:{one.words})"))
    for one in _FORMS
)
_BBAN = re.compile(r"(?<![\w])[A-Z](?P<sign>[ -]?)[0-9]{5}(?P=sign)[0-9]{5}(?P=sign)[0-9A-Z]{12}" + _END)  # fmt: skip
_WORDS = Heads(("rib", "nib", "ccc", "clabe", "cbu", "cvu", "bban", "account", "acct", "konto", "postkonto", "postcheck", "pc-konto", "pk ", "ccp", "girokonto", "compte", "cpte", "cuenta", "cta", "conta", "conto", "c/c", "rekening", "rek.", "rek ", "rachun", "nrb", "transfer", "überweis", "virement", "virer", "bonifico", "rente", "coordinate", "coordonnées bancaires", "pay ", "zahl", "kontonr", "kto", "estratto", "depositar", "consign"))  # fmt: skip
_WITHIN = 60  # characters behind such a word
_JOINED = frozenset("-/.+#_$€£")


def recognize(text: str) -> Iterator[Hit]:
    """Yield accounts whose form and check hold."""
    lower = lowered(text)
    places = _WORDS.places(lower)
    if places:
        yield from _told(text, lower, places)
    numbers = numbers_in(text)
    for start, end in numbers:
        if end - start == _SOLID:
            yield from _alone(text, start)
    for (start, end), (behind, stop) in pairwise(numbers):
        if behind - end == 1 and (end - start, stop - behind) in _PAIRS:
            yield from _alone(text, start)
    for start in [start for start, end in numbers if end - start in _BANK]:
        at = start - 2 if text[start - 1 : start] in _SIGNS else start - 1
        match = _BBAN.match(text, at) if at >= 0 else None
        if match is not None and bban(_APART.sub("", match[0])):
            yield _hit(match, "checksum")


# digits of the first two groups of a form that stands alone, of one that is one group
_PAIRS, _SOLID = frozenset([(2, 4), (3, 3), (4, 4), (5, 5), (8, 14)]), 22
# of a bank in Italy, behind its letter: alone, or in one run with its branch and more
_BANK = frozenset([5, *range(10, 23)])
_SIGNS = frozenset(" -")


def _alone(text: str, start: int) -> Iterator[Hit]:
    """Yield the account that begins at `start` without a word for one."""
    if not _is_apart(text, start) or _ANY_ALONE.match(text, start) is None:
        return
    if labels.before(text, start) not in _OTHERS:
        for pattern, check in _ALONE:
            match = pattern.match(text, start)
            if match is not None and _checks(check, match[0]):
                yield _hit(match, "checksum")


def _told(text: str, lower: str, places: Sequence[int]) -> Iterator[Hit]:
    """Yield accounts a little behind a word for one."""
    reached = 0
    for at in places:
        end = text.find("\n\n", at, at + _WITHIN)
        end = end if end >= 0 else at + _WITHIN
        for number in _NUMBER.finditer(text, max(at, reached), end):
            start = number.start()
            if start < reached or not _is_apart(text, start):
                continue
            for pattern, check, words in _BEHIND:
                match = pattern.match(text, start)
                if match is None or not _checks(check, match[0]):
                    continue
                if words.search(lower, at, start) is not None and _near(text, at, start):
                    reached = match.end()
                    yield _hit(match, "label account")
                    break


_NUMBER = re.compile(r"[0-9](?<![0-9].)")


def _near(text: str, at: int, start: int) -> bool:
    """Say whether no label of something else stands between a word and a number."""
    return labels.scan(text, at, start, labels.NONE).name not in _OTHERS


_OTHERS = frozenset({labels.OTHER, "card", "phone", "passport", "dob"})


def _is_apart(text: str, at: int) -> bool:
    before = text[max(0, at - 1) : at]
    if before == " " and text[at - 2 : at - 1].isdigit():
        return False  # the end of something longer
    return not before.isalnum() and before not in _JOINED


def _checks(check: Callable[[str], bool], written: str) -> bool:
    plain = _APART.sub("", written)
    return len(set(plain)) > 1 and check(plain)


def _hit(match: re.Match[str], why: str) -> Hit:
    return Hit(*match.span(), "US_BANK_NUMBER", 0.7, "account", why)
