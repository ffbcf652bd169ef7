"""Ed25519 public keys that must never verify anything (RFC 8032, 5.1)."""

from __future__ import annotations

_P = 2**255 - 19  # the field's prime
# the y of the points of order 1, 2, 4 and 8. With such a key one signature fits every message, and
# no private key is needed to make it.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _P - 1,
        *(
            int.from_bytes(bytes.fromhex(y), "little")
            for y in (
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            )
        ),
    }
)


def unfit_key(public: bytes) -> str | None:
    """Return what is wrong with the encoding of a public key, 32 bytes; None for a fit one."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P:  # 5.1.3: a second spelling of another point
        return "an Ed25519 key whose encoding is not canonical"
    if y in _SMALL_ORDER_Y:  # whatever its sign bit says
        return "an Ed25519 key of small order"
    return None
