"""A credential as a value that does not show itself, and its check before any parsing."""

from __future__ import annotations

import hmac
from typing import NoReturn, final

from stageflow_guard.errors import NotAuthenticated

MAX_TOKEN = 16 * 1024
_MASK = "<secret>"


@final
class Secret:
    """A token or client secret. Text, repr and format mask it; pickle, JSON and copy refuse it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself: the one place where it leaves its wrapper."""
        return self._value

    def __repr__(self) -> str:
        """Return a mask."""
        return _MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Return a mask, whatever the format says."""
        return _MASK

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._value.encode("utf-8", "surrogatepass"),
            other._value.encode("utf-8", "surrogatepass"),
        )

    def __hash__(self) -> int:
        """Hash as the secret does."""
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying."""
        raise TypeError("a secret cannot be pickled or copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse pickling and copying."""
        raise TypeError("a secret cannot be pickled or copied")


def check_token_shape(credential: object) -> str:
    """Return the credential's text when it is worth parsing.

    The order matters: length is known without touching the content, so a megabyte of garbage
    costs nothing; a plain ASCII `str` leaves nothing for later steps to stumble over.
    """
    text = credential.reveal() if type(credential) is Secret else credential
    if text is None or text == "":
        raise NotAuthenticated("missing")
    if type(text) is not str:
        raise NotAuthenticated("malformed", "credential is not text")
    if len(text) > MAX_TOKEN:
        raise NotAuthenticated("too_large", "credential is longer than a token may be")
    if not text.isascii():
        raise NotAuthenticated("malformed", "credential is not ASCII")
    if (slip := _slip(text)) is not None:
        raise NotAuthenticated("malformed", slip)
    return text


def _slip(text: str) -> str | None:
    """Return what was copied along with a token, where that is one of the three usual slips."""
    first, last = text[0], text[-1]
    if first.isalnum() and last.isalnum() and " " not in text[:16]:
        return None
    if text[:7].lower() == "bearer ":
        return "credential begins with the scheme `Bearer`; pass the token alone"
    if first.isspace() or last.isspace():
        where = "begins" if first.isspace() else "ends"
        return f"credential {where} with white space or a line end; strip it"
    if first in "\"'" and first == last and len(text) > 1:
        return "credential stands in quotes; pass the token without them"
    return None
