"""Addresses of wallets of all coins: their checksum holds, or a word for the coin stands before what has none. Pure.

A checksum of four bytes holds by chance once in four thousand million words, so no prefix need be known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b, sha256

from stageflow_guard.redaction.recognizers.check_digits import bech32
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import long_words, lowered

_RUN = re.compile(r"[A-Za-z0-9_-]{25,128}")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OF_58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]+")
_OF_RIPPLE = re.compile(r"r[1-9A-HJ-NP-Za-km-z]{24,34}")
_OF_BECH = re.compile(r"[a-z]{2,12}(?:_test)?1[02-9ac-hj-np-z]{38,110}")
_OF_STELLAR = re.compile(r"[GM][A-Z2-7]{55}")
_OF_TON = re.compile(r"[EUk0][Qf][A-Za-z0-9_-]{46}")
_OF_MONERO = re.compile(r"[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}")
_SHORTEST, _LONGEST = 26, 36  # signs of an address of base 58; a key in base 58 is longer
_EXTENDED = (111, 112)  # signs of an extended public key
_SUBSTRATE = (46, 49)
# base 58 without a checksum
_SOLANA = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}|[1-9A-HJ-NP-Za-km-z]{32,42}")
_TOLD = re.compile(
    r"(?<![^\W_])(?:sol|solana|phantom|spl|wallet|portemonnaie crypto|cartera|portafoglio crypto|carteira|usdc|crypto|krypto|cripto)(?![^\W_])"
)
_NEAR = 60  # characters before it in which such a word stands
_BYTES = 32


def recognize(text: str) -> Iterator[Hit]:
    """Yield such addresses."""
    for at, word in long_words(text):
        if len(word) < _SHORTEST - 1:
            continue
        for run in _RUN.finditer(text, at, at + len(word)):
            value = run[0]
            if len(value) >= _SHORTEST - 1 and not (value.isalpha() or value.isdigit()):
                why = _checked(value) or _told(text, run)
                if why:
                    yield Hit(
                        *run.span(), "CRYPTO", 0.95 if why == "checksum" else 0.6, "coin", why
                    )


def _checked(value: str) -> str:
    """Return why `value` is an address by its checksum, or nothing."""
    size = len(value)
    of_58 = _OF_58.fullmatch(value) is not None
    holds = (
        of_58
        and (_SHORTEST <= size <= _LONGEST or size in _EXTENDED)
        and holds_base58(value, _BASE58)
    )
    holds = holds or (_OF_RIPPLE.fullmatch(value) is not None and holds_base58(value, _RIPPLE))
    holds = holds or (_OF_BECH.fullmatch(value.lower()) is not None and bech32(value))
    holds = holds or (_OF_STELLAR.fullmatch(value) is not None and _stellar(value))
    holds = holds or (_OF_TON.fullmatch(value) is not None and _ton(value))
    holds = holds or (of_58 and _SUBSTRATE[0] <= size <= _SUBSTRATE[1] and _substrate(value))
    return "checksum" if holds or _OF_MONERO.fullmatch(value) is not None else ""


def _told(text: str, run: re.Match[str]) -> str:
    """Return why a run without a checksum is an address: 32 bytes behind a word for a wallet."""
    value = run[0]
    if _SOLANA.fullmatch(value) is None or len(_bytes(value, _BASE58)) != _BYTES:
        return ""
    if value.islower() or value.isupper():
        return ""
    before = lowered(text)[max(0, run.start() - _NEAR) : run.start()].rpartition("\n")[2]
    return "label wallet" if _TOLD.search(before) is not None else ""


def _bytes(value: str, alphabet: str) -> bytes:
    number = 0
    for sign in value:
        number = number * 58 + alphabet.index(sign)
    zeros = len(value) - len(value.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def holds_base58(value: str, alphabet: str = _BASE58) -> bool:
    """Say whether the last four bytes are a double SHA-256 of those before: no matter of which coin."""
    raw = _bytes(value, alphabet)
    return len(raw) > _LEAST and sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


_LEAST = 20


def _substrate(value: str) -> bool:
    """SS58 (Polkadot): the last two bytes are of a Blake2b."""
    raw = _bytes(value, _BASE58)
    return (
        len(raw) in (35, 36)
        and blake2b(b"SS58PRE" + raw[:-2], digest_size=64).digest()[:2] == raw[-2:]
    )


def _crc16(raw: bytes) -> int:
    """CRC-16/XMODEM."""
    rest = 0
    for one in raw:
        rest ^= one << 8
        for _ in range(8):
            rest = ((rest << 1) ^ 0x1021 if rest & 0x8000 else rest << 1) & 0xFFFF
    return rest


def _stellar(value: str) -> bool:
    """A Stellar account: base 32 of 35 bytes, the last two a CRC."""
    number = 0
    for sign in value:
        number = number << 5 | _BASE32.index(sign)
    raw = number.to_bytes(35, "big")
    return _crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")


def _ton(value: str) -> bool:
    """A TON wallet: base 64 of 36 bytes, the last two a CRC."""
    from base64 import urlsafe_b64decode

    raw = urlsafe_b64decode(value)
    return _crc16(raw[:-2]) == int.from_bytes(raw[-2:], "big")
