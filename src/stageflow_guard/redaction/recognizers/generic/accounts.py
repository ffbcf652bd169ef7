"""Bank accounts and wallets: IBAN (ISO 13616), crypto addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.check_digits import base58check, bech32, mod97
from stageflow_guard.redaction.recognizers.hit import Hit

LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
# where the bank code is letters, the shape alone says a lot
_LETTERS = {
    "GB",
    "IE",
    "NL",
    "LV",
    "MT",
    "RO",
    "GI",
    "BG",
    "AZ",
    "KW",
    "QA",
    "BH",
    "JO",
    "PK",
    "PS",
    "GT",
    "DO",
    "SV",
    "GE",
}
# the first check digit behind two letters, at most one separator between
_START = re.compile(
    r"[0-9](?:(?<=[A-Za-z]{2}.)|(?<=[A-Za-z]{2}[^A-Za-z0-9].))(?=[^A-Za-z0-9]?[0-9])", re.DOTALL
)
_CHAR = re.compile(r"[A-Za-z0-9]")


def ibans(text: str) -> Iterator[Hit]:
    """Yield IBANs by country length, separators allowed; mod 97 or a label raises them."""
    reached = 0
    for match in _START.finditer(text):
        start = match.start() - (2 if text[match.start() - 1].isalpha() else 3)
        size = LENGTHS.get(text[start : start + 2].upper())
        if size is None or start < reached or text[max(0, start - 1) : start].isalnum():
            continue
        end, account = _collect(text, start, size)
        if len(account) != size or account[2:4].isalpha():
            continue
        follow = text[end : end + 1]
        if follow.isalnum():
            continue
        hit = _iban(text, start, end, account)
        if hit is not None:
            reached = end
            yield hit


def _collect(text: str, start: int, size: int) -> tuple[int, str]:
    """Return where `size` letters and digits from `start` end, at most three separators between.

    The account is empty where there are fewer.
    """
    solid = text[start : start + size]
    if solid.isascii() and solid.isalnum():
        return start + len(solid), solid.upper()
    match = _spread(size).match(text, start, start + 3 * size)
    if match is None:
        return start, ""
    return match.end(), _SEPARATOR.sub("", match[0]).upper()


_SEPARATOR = re.compile(r"[\W_]+")


@lru_cache(maxsize=64)
def _spread(size: int) -> re.Pattern[str]:
    return re.compile(rf"(?:[A-Za-z0-9][\W_]{{0,3}}){{{size - 1}}}[A-Za-z0-9]")


def _iban(text: str, start: int, end: int, account: str) -> Hit | None:
    valid = mod97(account)
    written = text[start:end]
    if valid:
        return Hit(start, end, "IBAN_CODE", 0.95, "iban", "checksum")
    label = labels.before(text, start)
    if label == "iban":
        return Hit(start, end, "IBAN_CODE", 0.8, "iban", "label iban")
    solid = written.isalnum() or re.fullmatch(
        r"[A-Z0-9]{4}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?", written
    )
    if not solid or not written[:2].isupper():
        return None
    digits = sum(c.isdigit() for c in account[4:])
    country = account[:2]
    if country in _LETTERS:
        shaped = (
            account[4:8].isalpha() and account[10:].isdigit() and digits >= size_of_digits(account)
        )
    else:
        shaped = digits == len(account) - 4
    score = 0.5 if label == "account" else 0.4
    return Hit(start, end, "IBAN_CODE", score, "iban") if shaped else None


def size_of_digits(account: str) -> int:
    """Return how many digits an account has at least whose bank code is letters."""
    return len(account) - 8


_BITCOIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,87}|(?:BC|TB|LTC)1[02-9AC-HJ-NP-Z]{11,87})(?![A-Za-z0-9])"
)
_ETHEREUM = re.compile(r"(?<![A-Za-z0-9])0x[0-9A-Fa-f]{40}(?![A-Za-z0-9])")
_WALLET = re.compile(
    r"(?i)(?<![a-z])(?:wallet|eth|ethereum|ether|erc-?20|usdt|usdc|send|address|donat\w+|pay)(?![a-z])"
)


def wallets(text: str) -> Iterator[Hit]:
    """Yield Bitcoin addresses whose checksum holds, and Ethereum addresses."""
    for match in _BITCOIN.finditer(text):
        found = match[0]
        if bech32(found) if found[:2].lower() in ("bc", "tb", "lt") else base58check(found):
            yield Hit(*match.span(), "CRYPTO", 0.95, "bitcoin", "checksum")
    if "0x" in text:
        for match in _ETHEREUM.finditer(text):
            told = _WALLET.search(text, max(0, match.start() - 60), match.start())
            yield Hit(
                *match.span(),
                "CRYPTO",
                0.7 if told else 0.4,
                "ethereum",
                "label wallet" if told else "",
            )
