"""Addresses of the internet protocol, version 4: four numbers between dots. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stageflow_guard.redaction.recognizers.anchors import any_of
from stageflow_guard.redaction.recognizers.generic.candidate import Candidate
from stageflow_guard.redaction.recognizers.hit import Hit

_PREFIX = re.compile(r"/([0-9]{1,3})(?![\w/]|\.[0-9])")


def prefixed(text: str, start: int, end: int, most: int) -> int:
    """Return where an address ends with the length of its network: `2001:db8::/32`, no URL's path."""
    match = _PREFIX.match(text, end) if text[start - 1 : start] not in ("/", "@") else None
    return match.end() if match is not None and int(match[1]) <= most else end


def is_quad(pieces: Sequence[str]) -> bool:
    """Say whether pieces are the four numbers of an address, as they are written."""
    return len(pieces) == _OCTETS and all(
        p.isdigit() and len(p) < _OCTETS and int(p) <= _BYTE for p in pieces
    )


_OCTETS, _BYTE, _PADDED = 4, 255, 3


def _of_a_host(before: str, after: str, parts: list[str]) -> bool:
    """Say whether four numbers in the name of a host, a file or a path are an address: two are more than versions have."""
    return (
        before[-1:] in _JOINTS and after[:1] in _JOINTS and not after[1:].isdigit() and not before[:1].isdigit()
        and min(map(int, parts)) > 0 and sum(int(part) > _VERSIONS for part in parts) > 1
    )  # fmt: skip


_VERSIONS = 40
_JOINTS = ("-", ".", "/", "")


def local(numbers: list[int]) -> bool:
    """Say whether it is nobody's address: private, of the machine, of everybody, or a known resolver."""
    return (
        numbers[0] in (0, 10, 127, 255) or numbers[:2] in ([224, 0], [239, 255]) or numbers[:2] in ([192, 168], [169, 254]) or (numbers[0] == 172 and 16 <= numbers[1] <= 31) or numbers in ([8, 8, 8, 8], [1, 1, 1, 1], [8, 8, 4, 4])
    )  # fmt: skip


def quad(one: Candidate) -> Hit | None:
    """Return four groups between dots as an address: what is local, low or a version scores little."""
    if len(one.shape) != 4 or one.gaps != (".", ".", ".") or max(one.shape) > 3:
        return None
    parts = one.text[one.start : one.end].split(".")
    padded = one.label == "ip" and {len(p) for p in parts} == {_PADDED}  # 077.022.087.067
    if any(int(p) > 255 or (len(p) > 1 and p[0] == "0" and not padded) for p in parts):
        return None
    before, after = one.text[max(0, one.start - 2) : one.start], one.text[one.end : one.end + 2]
    joined = before[-1:] in (".", "-", "/") and before[:1].isalnum()
    worded = one.label == "ip" and after[:1] == "-" and after[1:].isalpha()
    if (joined or (after[:1] in (".", "-") and after[1:].isalnum() and not worded)) and not (
        _of_a_host(before, after, parts)
    ):  # fmt: skip
        return None
    score = 0.7
    numbers = [int(p) for p in parts]
    if local(numbers) or (max(numbers) < 20 and one.label != "ip"):
        score = 0.3
    if one.label == "ip":
        score = max(score + 0.1, 0.4) if numbers[0] not in (0, 127, 255) else score
    elif (max(numbers) <= _VERSIONS and one.label != "ip" and _next_version(one)) or (
        _versioned(lead := one.text[max(0, one.start - 24) : one.start])
        and (
            _PEER.search(lead) is None
            and _QUERIED.search(lead + "\n" + one.text[one.end : one.end + 1]) is None
        )
    ):
        score = 0.2
    return Hit(
        one.start,
        prefixed(one.text, one.start, one.end, 32),
        "IP_ADDRESS",
        score,
        "ipv4",
        "label ip" if one.label == "ip" else "",
    )


def alone(text: str, groups: Sequence[tuple[int, int]], i: int, label: str) -> Hit | None:
    """Return four groups between dots from `i` on as an address: spaces around it, and nothing that is surer."""
    if text[groups[i][0] - 1 : groups[i][0]] not in _APART or len(groups) < i + _OCTETS:
        return None
    start, end = groups[i][0], groups[i + 3][1]
    pieces = text[start:end].split(".")
    if not is_quad(pieces) or len(pieces[0] + pieces[1]) == _ONES or text[end : end + 1].isalnum():
        return None
    if any(following - end <= _FAR for following, _ in groups[i + 4 : i + 5]):
        return None  # it may go on
    shape = tuple(map(len, pieces))
    hit = quad(
        Candidate(text, start, end, "".join(pieces), shape, (".", ".", "."), label, neat=True)
    )
    return hit if hit is not None and hit.score >= _SURE else None


_APART = frozenset(("", " ", "\n", "\t"))
_ONES = 2  # digits of two groups: no number begins with two single ones
_FAR, _SURE = 6, 0.7  # characters to what goes on; more than a piece of it can score


# the other side of a connection, as logs name it: `src=`, `rhost=`; no package is called so
_PEER = re.compile(
    r"(?i)(?<![a-z])(?:src|dst|source|dest|destination|remote|peer|client|server|[cr]?host|hostname|from|[lr]?addr|address|gateway|gw|router|nameserver|dns|endpoint|listen|bind|nexthop|via|attacker|visitor|nas|node|saddr|daddr|xff|forwarded[-_]for|origin|caller|adresse|adres|dirección|direccion|indirizzo|endereço|endereco|adress)(?:[-_]?(?:ip|addr|address))?[=:][\"']?$|(?:^|[ \]>])(?:ssh|scp|sftp|rsync|mosh)[ ](?:-\S{1,12}[ ]){0,2}(?:[\w.-]{1,20}@)?$"
)
# a part of a query
_QUERIED = re.compile(r"[?&][\w.-]{1,20}=\n|(?<![\w.-])[\w.-]{1,20}=\n&")
_VERSION = re.compile(
    r"(?i)vers[iã]|versie|wersj|release|build|chrome|firefox|safari|driver|kernel|firmware|upgrad|updat|install|(?<!/)lib[a-z0-9]{2,}|sürüm|版本|バージョン|버전|संस्करण|الإصدار|(?<![a-z])v[ .]?$|[a-z0-9][/@=]v?$|[=<>~^]=$"
)


_VERSION_WORD = re.compile(any_of((
    "vers", "wersj", "release", "build", "chrome", "firefox", "safari", "driver", "kernel", "firmware", "upgrad", "updat", "install", "lib",
    "sürüm", "版本", "バージョン", "버전", "संस्करण", "الإصدار",
)))  # fmt: skip


def _next_version(one: Candidate) -> bool:
    """Say whether a version of four numbers with its word stands a little before, and no word of a machine."""
    before = one.text[max(0, one.start - 60) : one.start]
    match = _KERNEL.search(before)
    return match is not None and _HOSTS.search(before, match.end(1)) is None


_HOSTS = re.compile(
    r"(?i)(?<![a-z])(?:host|remote|client|server|peer|src|dst|source|from|to|at|via|ssh|ip|addr|address|user|login)(?![a-z])|[=@]"
)
# a version with its word a little before, and no end of a line between
_KERNEL = re.compile(
    r"(?i)(?:kernel|driver|firmware|version|bios|build|release|update|upgrade|chrome|patch)e?n?s?[ :]{1,2}(v?[0-9]{1,3}(?:\.[0-9]{1,5}){3})[^\n]{0,40}$"
)


def _versioned(before: str) -> bool:
    """Say whether a version is announced: read in full only where one of its words or signs is."""
    lower = before.lower()
    if _VERSION_WORD.search(lower) is None and lower[-1:] not in _VERSION_SIGNS and (
        lower.rstrip(" .")[-1:] != "v"
    ):  # fmt: skip
        return False
    return _VERSION.search(before) is not None


_VERSION_SIGNS = frozenset("/@=v")


_QUAD_TOUCHED = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})(?![0-9]|\.[0-9])")
_MACHINE = re.compile(
    r"(?i)(?<![a-z0-9.-])(?:host|server|addr|address|peer|client|from|src|dst|remote|login|gateway)$"
)


_VERSION_BEFORE = re.compile(
    r"(?i)(?:v|ver|version|release|rel|build|r|rev|bios|fw|py|go|node|lib[a-z0-9]{1,12})$"
)
_SUFFIX = re.compile(
    r"(?i)(?:a|b|c|rc|alpha|beta|dev|post|pre|final|ga|sp|el|fc|deb|ubuntu|build|r|x|p|u|h|s|m|g|k)[0-9._+-]*(?![a-z])"
)


def touched(text: str, start: int) -> Hit | None:
    """Return the address that words touch: `host82.165.197.30port22`, `185.44.107.62blocked`.

    The word of a machine is before it, or two of its numbers are more than versions have.
    """
    match = _QUAD_TOUCHED.match(text, start)
    if match is None:
        return None
    numbers = [int(part) for part in match[0].split(".")]
    if max(numbers) > 255 or max(numbers) < 20 or local(numbers):
        return None
    if _MACHINE.search(text, max(0, start - 8), start) is None:
        high = sum(number > _VERSIONS for number in numbers) > 1
        if (
            not high
            or _VERSION_BEFORE.search(text, max(0, start - 16), start)
            or _SUFFIX.match(text, match.end())
        ):
            return None
    return Hit(*match.span(), "IP_ADDRESS", 0.5, "ipv4", "label ip")


def joined(text: str, start: int) -> Hit | None:
    """Return the address that is a part of a name or a path: `scan-49.61.238.81.csv`, `/by-ip/49.61.238.81/edit`."""
    match = _QUAD_TOUCHED.match(text, start)
    if match is None:
        return None
    parts = match[0].split(".")
    before, after = text[max(0, start - 2) : start], text[match.end() : match.end() + 2]
    if (
        max(map(int, parts)) > _BYTE
        or local([int(p) for p in parts])
        or not _of_a_host(before, after, parts)
    ):
        return None
    return Hit(*match.span(), "IP_ADDRESS", 0.5, "ipv4", "")
