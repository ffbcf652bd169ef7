"""IPv6 and hardware addresses. Pure."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.generic.quads import local, prefixed
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.shapes import holds, numbers_in

_V6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:|::)(?:[0-9A-Fa-f:]{0,30}:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f:]{2,38})(?:%\w{1,16})?(?![\w:]|\.[0-9])"
)
_MAC = re.compile(
    # words may touch it, and no further pair
    r"(?<![0-9:.-])(?:(?<![^\W_])|(?<=[A-Za-z]{3}))(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?:(?![^\W_]|[:-])|(?=[A-Za-z]?[g-zG-Z][A-Za-z]))"
)
_HEXED = re.compile(r":(?:(?<=[0-9A-Fa-f]:)|(?=[0-9A-Fa-f:]))[0-9A-Fa-f]{0,4}:")
_PAIRED = re.compile(r"[:-](?<=[0-9A-Fa-f]{2}[:-])(?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}")
_DOTTED = re.compile(r"\.[0-9A-Fa-f]{4}\.(?<=[0-9A-Fa-f]{4}.{6})(?=[0-9A-Fa-f]{4})")
# an address whose dots are another sign, one and the same: only behind its label
_ODD_QUAD = re.compile(
    r"([0-9](?<![\w.].)[0-9]{0,2})([^\w\s.\x1e]{1,2})([0-9]{1,3})\2([0-9]{1,3})\2([0-9]{1,3})(?![\w.])"
)
# in the groups in which a phone shows it
_IMEI_GROUPS = re.compile(
    r"[0-9]{2}(?<![\w.,-]..)([ -])[0-9]{6}\1[0-9]{6}\1[0-9](?![\w-]|[.,][0-9])"
)
_IMEI = re.compile(
    r"(?i)(?<![a-z])imei(?:[ /_-]?sv)?(?:[ _-]?[12])?(?:\W{1,3}(?:no|nr|number|code|is))?\W{0,4}([0-9](?:[ /-]?[0-9]){13,15})(?![0-9])"
)


def addresses(text: str) -> Iterator[Hit]:
    """Yield IPv6 addresses, MAC addresses and labelled IMEI numbers."""
    colons = text.count(":")
    if colons >= 2 and _HEXED.search(text):
        for match in _V6.finditer(text):
            hit = _v6(text, match)
            if hit is not None:
                yield hit
    if ((colons >= 5 or text.count("-") >= 5) and _PAIRED.search(text)) or _DOTTED.search(text):
        for match in _MAC.finditer(text):
            plain = re.sub(r"[:.-]", "", match[0])
            idle = len(set(plain)) == 1 or (plain.isdigit() and "." in match[0])
            yield Hit(*match.span(), "MAC_ADDRESS", 0.2 if idle else 0.65, "mac")
    if labels.any_of("ip", text):
        for match in _odd_quads(text):
            parts = list(map(int, match.group(1, 3, 4, 5)))
            if (
                max(parts) <= 255
                and not local(parts)
                and labels.before(text, match.start()) == "ip"
            ):
                yield Hit(*match.span(), "IP_ADDRESS", 0.5, "ipv4, other signs", "label ip")
    yield from _imeis(text)


def _imeis(text: str) -> Iterator[Hit]:
    """Yield the numbers of phones: in their own groups where the check holds, behind their label in any."""
    if holds(text, _IMEI_BESIDE):
        for match in _IMEI_GROUPS.finditer(text):
            if luhn(re.sub(r"[ -]", "", match[0])):
                yield Hit(*match.span(), "IMEI", 0.6, "imei", "checksum")
    if "imei" in text or "IMEI" in text:
        for match in _IMEI.finditer(text):
            yield Hit(*match.span(1), "IMEI", 0.7, "imei", "label imei")


def _odd_quads(text: str) -> Iterator[re.Match[str]]:
    """Yield four numbers between signs that are no dots."""
    reached = 0
    for start, end in numbers_in(text):
        if start < reached or end - start > _BYTE or text[end : end + 1] in _NO_SIGN:
            continue
        match = _ODD_QUAD.match(text, start)
        if match is not None:
            reached = match.end()
            yield match


_BYTE = 3  # digits of one number
_NO_SIGN = frozenset(f"{string.ascii_letters}_ \n.")
_IMEI_BESIDE = (b"00 000000 000000 0", b"00-000000-000000-0")
_EXAMPLE_V6 = ipaddress.ip_network("2001:db8::/32")
_EXAMPLES = tuple(map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))


def _named(address: ipaddress.IPv4Address) -> bool:
    """Say whether `address` stands for a public one in documentation."""
    return any(address in network for network in _EXAMPLES)


def _v6(text: str, match: re.Match[str]) -> Hit | None:
    found = (
        match[0].rstrip(":") if match[0].endswith(":") and not match[0].endswith("::") else match[0]
    )
    if found.count(":") < 2 or not any(c.isdigit() for c in found):
        return None
    if (
        "::" in found
        and len(found) < 7
        and text[max(0, match.start() - 3) : match.start()].rstrip(" ")[-1:] in ("[", ",")
    ):
        return None  # a slice
    try:
        address = ipaddress.IPv6Address(found.partition("%")[0])
    except ValueError:
        return None
    inner = address.ipv4_mapped
    known = (
        (address.is_global or address in _EXAMPLE_V6)
        if inner is None
        else not inner.is_private or _named(inner)
    )
    score = 0.65 if known else 0.3
    if score < 0.4 and not address.is_loopback and labels.before(text, match.start()) == "ip":
        score = 0.5
    end = prefixed(text, match.start(), match.start() + len(found), 128)
    return Hit(match.start(), end, "IP_ADDRESS", score, "ipv6")
