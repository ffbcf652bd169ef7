"""Bank accounts and wallets: IBAN (ISO 13616), crypto addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.check_digits import base58check, bech32, mod97
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import long_words
from stageflow_guard.redaction.recognizers.shapes import numbers_in
from stageflow_guard.redaction.recognizers.tokens import in_token

# the account of each country: n digits, a capitals, c either (ISO 13616 registry)
_ACCOUNTS = (
    "AD 8n12c|AE 19n|AL 8n16c|AT 16n|AZ 4a20c|BA 16n|BE 12n|BG 4a6n8c|BH 4a14c|BI 23n|BR 23n1a1c|BY 4c4n16c|CH 5n12c|CR 18n|CY 8n16c|"
    "CZ 20n|DE 18n|DJ 23n|DK 14n|DO 4c20n|EE 16n|EG 25n|ES 20n|FI 14n|FK 2a12n|FO 14n|FR 10n11c2n|GB 4a14n|GE 2a16n|GI 4a15c|GL 14n|"
    "GR 7n16c|GT 24c|HN 4a20n|HR 17n|HU 24n|IE 4a14n|IL 19n|IQ 4a15n|IS 22n|IT 1a10n12c|JO 4a4n18c|KW 4a22c|KZ 3n13c|LB 4n20c|LC 4a24c|"
    "LI 5n12c|LT 16n|LU 3n13c|LV 4a13c|LY 21n|MC 10n11c2n|MD 20c|ME 18n|MK 3n10c2n|MN 16n|MR 23n|MT 4a5n18c|MU 4a19n3a|NI 4a20n|NL 4a10n|"
    "NO 11n|OM 3n16c|PK 4a16c|PL 24n|PS 4a21c|PT 21n|QA 4a21c|RO 4a16c|RS 18n|RU 14n15c|SA 2n18c|SC 4a20n3a|SD 14n|SE 20n|SI 15n|SK 20n|"
    "SM 1a10n12c|SO 19n|ST 21n|SV 4a20n|TL 19n|TN 20n|TR 5n1n16c|UA 6n19c|VA 18n|VG 4a16n|XK 16n|YE 4a4n18c"
)
FORMS: dict[str, str] = dict(one.split(" ") for one in _ACCOUNTS.split("|"))
_PART = re.compile(r"([0-9]+)([nac])")
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}
_WRITTEN: dict[str, re.Pattern[str]] = {
    country: re.compile(
        country
        + "[0-9]{2}"
        + "".join(f"{_CLASSES[kind]}{{{size}}}" for size, kind in _PART.findall(form))
    )
    for country, form in FORMS.items()
}
LENGTHS = {
    country: 4 + sum(int(size) for size, _ in _PART.findall(form))
    for country, form in FORMS.items()
}
# the first check digit behind two letters, at most one separator between
_START = re.compile(
    r"[0-9](?:(?<=[A-Za-z]{2}.)|(?<=[A-Za-z]{2}[^A-Za-z0-9].))(?=[^A-Za-z0-9]?[0-9])", re.DOTALL
)


# a word of a name in camel case, or one in capitals
_NEXT_WORD = re.compile(r"[A-Z][a-z]{1,12}(?![a-z])|[A-Z]{2,8}(?![A-Za-z0-9])")


def ibans(text: str) -> Iterator[Hit]:
    """Yield IBANs by country length, separators allowed; mod 97 or a label raises them."""
    reached = 0
    places = [
        at
        for at, _ in numbers_in(text)
        if at > 1 and (text[at - 1].isalpha() or text[at - 2].isalpha())
    ]
    for digit in places:
        start = digit - (2 if text[digit - 1 : digit].isalpha() else 3)
        if start < 0 or not text[start].isalpha():
            continue
        country = text[start : start + 2].upper()
        size = LENGTHS.get(country)
        if size is None or start < reached or _START.match(text, digit) is None:
            continue
        before = text[max(0, start - 1) : start]
        if (
            before.isalnum()
            and not (before.islower() and text[start].isupper())
            and text[start - 4 : start] != "IBAN"
        ):
            continue
        end, account = _collect(text, start, country, size)
        if len(account) != size or account[2:4].isalpha():
            continue
        follow = text[end : end + 1]
        if follow.isalnum() and not follow.islower() and _NEXT_WORD.match(text, end) is None:
            continue
        hit = _iban(text, start, end, account)
        if hit is not None and (before.isalnum() or follow.isalnum()) and not (
            text[start:end].isupper() and hit.why == "checksum"
        ):  # fmt: skip
            continue  # small letters may touch one in capitals whose check holds
        if hit is not None and not in_token(text, start, end):
            reached = end
            yield hit


def _collect(text: str, start: int, country: str, size: int) -> tuple[int, str]:
    """Return where an account of `country` from `start` ends, at most six separators between.

    The account is empty where letters stand in place of digits, or there are fewer.
    """
    solid = text[start : start + size]
    if solid.isascii() and solid.isalnum():
        return start + len(solid), solid.upper()
    match = _spread(country).match(text, start, start + 4 * size)
    if match is None:
        return start, ""
    return match.end(), _SEPARATOR.sub("", match[0]).upper()


_SEPARATOR = re.compile(r"[\W_]+")


@lru_cache(maxsize=128)
def _spread(country: str) -> re.Pattern[str]:
    """Return the pattern of a country's account in any case, with separators in it."""
    form = [("2", "a"), ("2", "n"), *_PART.findall(FORMS[country])]
    signs = [_ANY_CASE[kind] for size, kind in form for _ in range(int(size))]
    return re.compile(r"[\W_]{0,6}+".join(signs))


_ANY_CASE = {"n": "[0-9]", "a": "[A-Za-z]", "c": "[A-Za-z0-9]"}


def _grouped(written: str) -> bool:
    """Say whether the groups are of four, of an usual kind, or one sign alone breaks the number."""
    if written.isalnum():
        return True
    gaps = [(m.start(), m[0]) for m in _SEPARATOR.finditer(written)]
    plain = [at - sum(len(g) for _, g in gaps[:i]) for i, (at, _) in enumerate(gaps)]
    odd = [gap for at, (_, gap) in zip(plain, gaps, strict=True) if at % 4]
    even = not odd or (len(odd) == 1 and odd[0].strip(" ") != "")  # one break inside of a group
    if len(gaps) <= 2 and not any(g == " " for _, g in gaps):
        return True
    return even or (len({g for _, g in gaps}) == 1 and plain[:1] in ([2], [4]) and not any(
        c.islower() for c in written
    ))  # fmt: skip


def _of_one_size(written: str) -> bool:
    """Say whether all groups but the last are of three characters or five, and one sign parts them."""
    parts = _SEPARATOR.split(written)
    return (
        len({m[0] for m in _SEPARATOR.finditer(written)}) == 1
        and len({len(part) for part in parts[:-1]}) == 1
        and len(parts[0]) in (3, 5)
        and len(parts[-1]) <= len(parts[0])
    )


_NAMED, _GAP = ("iban", "account"), 3


def is_account(written: str) -> bool:
    """Say whether this is an IBAN: of its country's length, and the check holds."""
    solid = _SEPARATOR.sub("", written)
    return (
        LENGTHS.get(solid[:2]) == len(solid)
        and _WRITTEN[solid[:2]].fullmatch(solid) is not None
        and mod97(solid)
    )


def _iban(text: str, start: int, end: int, account: str) -> Hit | None:
    """An IBAN has its country's form, one case, and groups of four or none; any, behind its label."""
    written = text[start:end]
    if written.upper() != written and written.lower() != written:
        return None
    if _WRITTEN[account[:2]].fullmatch(account) is None:
        return None
    gaps = {m[0] for m in _SEPARATOR.finditer(written)} if not written.isalnum() else ()
    if len(gaps) > 1 and max(map(len, gaps)) > _GAP:
        return None  # wide ones are all the same
    if not _grouped(written) and not (
        mod97(account) and (_of_one_size(written) or labels.before(text, start) in _NAMED)
    ):
        return None  # prose has letters and digits, too; behind its label any groups will do
    if mod97(account):
        return Hit(start, end, "IBAN_CODE", 0.95, "iban", "checksum")
    label = labels.before(text, start)
    if label == "iban":
        return Hit(start, end, "IBAN_CODE", 0.8, "iban", "label iban")
    solid = written.isalnum() or re.fullmatch(
        r"[A-Z0-9]{4}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?", written
    )
    if not solid or not written[:2].isupper():
        return None
    return Hit(start, end, "IBAN_CODE", 0.5 if label == "account" else 0.4, "iban")


_BITCOIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,87}|(?:BC|TB|LTC)1[02-9AC-HJ-NP-Z]{11,87})(?![A-Za-z0-9])"
)
_ETHEREUM = re.compile(r"(?<![A-Za-z0-9])0x[0-9A-Fa-f]{40}(?![A-Za-z0-9])")
_WALLET = re.compile(
    r"(?i)(?<![a-z])(?:wallet|eth|ethereum|ether|erc-?20|usdt|usdc|send|address|donat\w+|pay)(?![a-z])"
)


_SOLID = re.compile(r"[A-Za-z0-9]{14,}")


def _solid(text: str) -> Iterator[re.Match[str]]:
    for at, word in long_words(text):
        for found in _SOLID.finditer(text, at, at + len(word)) if len(word) >= 14 else ():
            if text[found.start()] in "13btlBTL":
                match = _BITCOIN.match(text, found.start())
                if match is not None:
                    yield match


def wallets(text: str) -> Iterator[Hit]:
    """Yield Bitcoin addresses whose checksum holds, and Ethereum addresses."""
    for match in _solid(text):
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
