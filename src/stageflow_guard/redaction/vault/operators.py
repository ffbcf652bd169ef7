"""What a found value becomes where a pseudonym is not wanted. Each is a value; keys come in.

All but `kept` keep the default's promise: the value itself does not pass. Only `encrypted` and the
pseudonym can be turned back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError, ContentBlocked
from stageflow_guard.model import Finding
from stageflow_guard.redaction.vault.sealed import open_value, seal_value

if TYPE_CHECKING:
    from stageflow_guard.redaction.vault.vault import VaultScope

# (entity, value, scope) -> what stands in its place
Operator = Callable[[str, str, "VaultScope"], str]


def masked(*, char: str = "*", keep: int = 0) -> Operator:
    """Return an operator that writes `char` over letters and digits, but for the last `keep`."""

    def operate(_entity: str, value: str, _scope: VaultScope) -> str:
        shown = keep if sum(c.isalnum() for c in value) > 2 * keep else 0
        out = []
        for one in reversed(value):
            if one.isalnum() and shown > 0:
                out.append(one)
                shown -= 1
            else:
                out.append(char if one.isalnum() else one)
        return "".join(reversed(out))

    return operate


def hashed(key: bytes) -> Operator:
    """Return an operator that writes a keyed hash: the same value, the same mark, under one key."""
    _require(key)

    def operate(entity: str, value: str, scope: VaultScope) -> str:
        return f"<{entity}:{_digest(key, scope.tenant, entity, value).hex()[:24]}>"

    return operate


def encrypted(key: bytes) -> Operator:
    """Return an operator that writes the value encrypted; `decrypted` turns it back."""
    _require(key)

    def operate(entity: str, value: str, scope: VaultScope) -> str:
        sealed = seal_value(key, value, bound_to=f"{scope.tenant}\0{entity}".encode())
        return f"<{entity}:{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}>"

    return operate


_ENCRYPTED = re.compile(r"<([A-Z][A-Z0-9_]*):([A-Za-z0-9_-]{38,})>")


def decrypted(text: str, key: bytes, *, tenant: str) -> str:
    """Return `text` with what `encrypted` wrote under `key` for `tenant` turned back."""
    _require(key)

    def original(match: re.Match[str]) -> str:
        sealed = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4))
        value = open_value(key, sealed, bound_to=f"{tenant}\0{match[1]}".encode())
        return match[0] if value is None else value

    return _ENCRYPTED.sub(original, text)


def format_preserving(key: bytes) -> Operator:
    """Return an operator that writes other digits and letters in the same places.

    A keyed surrogate, not a cipher: it cannot be turned back. Equal values stay equal.
    """
    _require(key)

    def operate(entity: str, value: str, scope: VaultScope) -> str:
        seed = _digest(key, scope.tenant, entity, value)
        stream = b"".join(
            hmac.digest(seed, counter.to_bytes(4, "big"), "sha256")
            for counter in range(len(value) // 16 + 1)
        )
        out = []
        for place, one in enumerate(value):
            number = int.from_bytes(stream[2 * place : 2 * place + 2], "big")
            if one.isdigit():
                out.append(str(number % 10))
            elif one.isalpha():
                letter = chr(97 + number % 26)
                out.append(letter.upper() if one.isupper() else letter)
            else:
                out.append(one)
        return "".join(out)

    return operate


_DATES = (
    (re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"), "ymd"),
    (re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})"), "mdy"),
)


def date_shifted(key: bytes, *, days: int = 365) -> Operator:
    """Return an operator that moves dates by up to `days`, the same for all of one scope.

    The distance between two dates stays. What is no date of a known form becomes a pseudonym.
    """
    _require(key)
    if days < 1:
        raise ConfigError("`days` is at least 1")

    def operate(entity: str, value: str, scope: VaultScope) -> str:
        number = int.from_bytes(_digest(key, scope.tenant, scope.nonce, "shift")[:8], "big")
        offset = number % (2 * days) - days
        shift = timedelta(days=offset if offset < 0 else offset + 1)
        for pattern, order in _DATES:
            match = pattern.fullmatch(value.strip())
            if match is not None:
                moved = _moved(match, order, shift)
                if moved is not None:
                    return moved
        return scope.pseudonym(entity, value)

    return operate


def _moved(match: re.Match[str], order: str, shift: timedelta) -> str | None:
    sign = match[2]
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    try:
        if order == "ymd":
            day = date(first, second, third) + shift
            return f"{day.year:04}{sign}{day.month:02}{sign}{day.day:02}"
        swapped = first > 12  # the day comes first
        day = date(third, second if swapped else first, first if swapped else second) + shift
    except (ValueError, OverflowError):
        return None
    lead, then = (day.day, day.month) if swapped else (day.month, day.day)
    return f"{lead:02}{sign}{then:02}{sign}{day.year:04}"


def dropped() -> Operator:
    """Return an operator that leaves nothing."""
    return lambda _entity, _value, _scope: ""


def replaced() -> Operator:
    """Return an operator that writes `<ENTITY>`, the same for all values: nothing comes back."""
    return lambda entity, _value, _scope: f"<{entity}>"


def kept() -> Operator:
    """Return an operator that lets the value pass: it is counted, and nothing is hidden."""
    return lambda _entity, value, _scope: value


def blocked() -> Operator:
    """Return an operator that raises `ContentBlocked` naming the entity."""

    def operate(entity: str, _value: str, _scope: VaultScope) -> str:
        raise ContentBlocked((Finding(entity, 1),))

    return operate


def named(name: str, key: bytes | None) -> Operator | None:
    """Return the operator that settings call `name`; None is the pseudonym."""
    if name == "pseudonym":
        return None
    if name in ("redact", "replace", "keep"):  # presidio-anonymizer's names, beside those below
        return {"redact": dropped, "replace": replaced, "keep": kept}[name]()
    if name in ("mask", "mask_last_4"):
        return masked(keep=4 if name == "mask_last_4" else 0)
    if name == "drop":
        return dropped()
    if name == "block":
        return blocked()
    keyed = {
        "hash": hashed,
        "encrypt": encrypted,
        "format": format_preserving,
        "date_shift": date_shifted,
    }
    if name not in keyed:
        known = [
            "pseudonym",
            "mask",
            "mask_last_4",
            *keyed,
            "drop",
            "block",
            "replace",
            "redact",
            "keep",
        ]
        raise ConfigError(f"operator `{name}` is unknown; there are {', '.join(known)}")
    if key is None:
        raise ConfigError(f"operator `{name}` needs a key")
    return keyed[name](key)


def _digest(key: bytes, *parts: str) -> bytes:
    framed = b"".join(
        len(p.encode("utf-8", "surrogatepass")).to_bytes(8, "big")
        + p.encode("utf-8", "surrogatepass")
        for p in parts
    )
    return hmac.new(key, framed, hashlib.sha256).digest()


def _require(key: bytes) -> None:
    if not isinstance(key, bytes) or len(key) != 32:
        raise ConfigError("an operator's key is 32 bytes")
