"""Strict parsing of compact JWS (RFC 7515) and JSON: one spelling for each token. Pure."""

from __future__ import annotations

import binascii
import json
from typing import Any, NoReturn

from stageflow_guard.errors import NotAuthenticated


def _malformed() -> NotAuthenticated:
    return NotAuthenticated("malformed", "the token is malformed")


# to the standard alphabet; its own two characters and padding become what no decoder takes
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
# the last character of a partial group carries 2 or 4 bits that must be zero (RFC 4648 §3.5)
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


def unbase64(text: str) -> bytes:
    """Decode canonical, unpadded base64url (RFC 7515 §2): one spelling for each value."""
    rest = len(text) % 4
    if rest == 1 or (rest and text[-1] not in _LAST[rest]):
        raise _malformed()
    try:
        raw = text.encode("ascii").translate(_TO_STANDARD)
        return binascii.a2b_base64(raw + b"==="[: -rest % 4], strict_mode=True)
    except ValueError:
        raise _malformed() from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate member")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("not JSON")


# made once: `json.loads` with hooks builds a decoder on each call
_DECODER = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def parse_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`: UTF-8, no BOM, no duplicate members, no NaN."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _malformed() from None
    if type(value) is not dict:
        raise _malformed()
    return value


_HEADERS: dict[str, dict[str, Any]] = {}
_KEPT, _SHORT = 512, 1024


def parse_header(segment: str) -> dict[str, Any]:
    """Return the header in a token's first segment; an issuer's tokens all share a few.

    The dictionary is shared: it is read, never changed.
    """
    found = _HEADERS.get(segment)
    if found is None:
        found = parse_object(unbase64(segment))
        if len(segment) <= _SHORT:
            if len(_HEADERS) >= _KEPT:  # a caller chooses its headers: bounded, cheap to redo
                _HEADERS.clear()
            _HEADERS[segment] = found
    return found


def split(token: str) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Return (header, signing input, payload, signature) of a compact JWS."""
    parts = token.split(".", 3)
    if len(parts) != 3 or not parts[0] or not parts[2]:  # an empty payload is no claim set: later
        raise _malformed()
    signing_input = token[: len(parts[0]) + 1 + len(parts[1])].encode("ascii")
    return parse_header(parts[0]), signing_input, unbase64(parts[1]), unbase64(parts[2])
