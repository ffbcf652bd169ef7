"""Check digits of cards, accounts and national numbers. Pure; digits are ASCII strings."""

from __future__ import annotations

from collections.abc import Sequence

_DOUBLE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    signs = digits.encode()
    plain = signs[::-2]
    return (sum(plain) - 48 * len(plain) + sum(signs[-2::-2].translate(_DOUBLE))) % 10 == 0


_NUMBERS = {ord(c): str(int(c, 36)) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def mod97(account: str) -> bool:
    """ISO 7064 MOD 97-10 as an IBAN uses it (ISO 13616)."""
    moved = account[4:] + account[:4]
    return int(moved.translate(_NUMBERS)) % 97 == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of digit times weight."""
    return sum((ord(c) - 48) * w for c, w in zip(digits, weights, strict=False))


def routing(digits: str) -> bool:
    """The ABA's 3-7-1 sum, and a Federal Reserve district."""
    district = int(digits[:2])
    known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80
    return known and weighted(digits, (3, 7, 1) * 3) % 10 == 0


def npi(digits: str) -> bool:
    """US National Provider Identifier: Luhn with the prefix 80840."""
    return digits[0] in "12" and luhn("80840" + digits)


_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 4, 0, 6, 7, 8, 9, 5), (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7), (4, 0, 1, 2, 3, 9, 5, 6, 7, 8), (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2), (7, 6, 5, 9, 8, 2, 1, 0, 4, 3), (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)  # fmt: skip
_P = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7), (9, 4, 5, 3, 1, 2, 6, 8, 7, 0), (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5), (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)  # fmt: skip


def verhoeff(digits: str) -> bool:
    """Verhoeff's dihedral check (Aadhaar)."""
    check = 0
    for place, char in enumerate(reversed(digits)):
        check = _D[check][_P[place % 8][ord(char) - 48]]
    return check == 0


def dea(value: str) -> bool:
    """A DEA registration number: two letters, seven digits."""
    d = [int(c) for c in value[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


_BECH = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(value: str) -> bool:
    """BIP 173 and BIP 350 checksums."""
    prefix, _, rest = value.lower().rpartition("1")
    if not prefix or any(c not in _BECH for c in rest):
        return False
    check = 1
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    for one in values + [_BECH.index(c) for c in rest]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ one
        for place, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= mask if (top >> place) & 1 else 0
    return check in (1, 0x2BC830A3)


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(value: str) -> bool:
    """Bitcoin's legacy addresses: the last four bytes are a double SHA-256."""
    from hashlib import sha256

    number = 0
    for char in value:
        place = _BASE58.find(char)
        if place < 0:
            return False
        number = number * 58 + place
    try:
        raw = number.to_bytes(25, "big")
    except OverflowError:
        return False
    return sha256(sha256(raw[:21]).digest()).digest()[:4] == raw[21:]
