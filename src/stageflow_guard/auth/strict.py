"""Strict parsing of compact JWS (RFC 7515) and JSON: one spelling for each token. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, NoReturn

from stageflow_guard.errors import NotAuthenticated


def _malformed() -> NotAuthenticated:
    return NotAuthenticated("malformed", "the token is malformed")


def unbase64(text: str) -> bytes:
    """Decode canonical, unpadded base64url; anything that re-encodes differently is malformed."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise _malformed() from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise _malformed()
    return raw


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate member")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("not JSON")


def parse_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in `raw`: UTF-8, no BOM, no duplicate members, no NaN."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise _malformed() from None
    if type(value) is not dict:
        raise _malformed()
    return value


def split(token: str) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Return (header, signing input, payload, signature) of a compact JWS."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise _malformed()
    header = parse_object(unbase64(parts[0]))
    signing_input = f"{parts[0]}.{parts[1]}".encode("ascii")
    return header, signing_input, unbase64(parts[1]), unbase64(parts[2])
