"""Values that can be searched for and not read: keyed fingerprints, per tenant and subject.

`h1:<epoch>:<22 characters>`, HMAC-SHA256 over the field's name and the normalised value, cut to 132
bits. Destroying the subject's key leaves them on record, and no remaining key links or tests them.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from stageflow_guard.keys import SubjectKeyring


def normalised(value: Any) -> bytes:
    """Return what is hashed: text in NFC without outer space, case kept; other scalars as JSON.

    A number, a boolean and the text that looks like it are different values.
    """
    if isinstance(value, str):
        return b"s" + unicodedata.normalize("NFC", value).strip().encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b"b" + value
    return b"j" + json.dumps(value, allow_nan=True, sort_keys=True).encode()


def _mark(epoch: int, key: bytes, field: str, value: Any) -> str:
    digest = hmac.digest(key, field.encode() + b"\x00" + normalised(value), "sha256")
    return f"h1:{epoch}:{base64.urlsafe_b64encode(digest).decode()[:22]}"


class Fingerprints:
    """Makes and finds fingerprints. Shows nothing of its keys."""

    def __init__(self, ring: SubjectKeyring) -> None:
        self._ring = ring

    def of(self, tenant: str, subject: str, field: str, value: Any) -> str:
        """Return the fingerprint of one scalar; raises `KeyringUnavailable` without a key."""
        epoch, key = self._ring.current(tenant, subject, "fingerprint")
        return _mark(epoch, key, field, value)

    async def fingerprint(self, tenant: str, subject: str, field: str, value: Any) -> str:
        """Return what `of` does; a subject's first key is made and synced off the event loop."""
        known = self._ring.peek(tenant, subject, "fingerprint")
        if known is None:
            return await asyncio.to_thread(self.of, tenant, subject, field, value)
        return _mark(known.epoch, known.key, field, value)

    def each(self, tenant: str, subject: str, values: Any, *, field: str = "") -> Any:
        """Return `values` with every scalar in it replaced; keys of mappings stay."""
        if isinstance(values, dict):
            return {
                str(k): self.each(tenant, subject, v, field=f"{field}.{k}" if field else str(k))
                for k, v in values.items()
            }
        if isinstance(values, list | tuple):
            return [self.each(tenant, subject, v, field=field) for v in values]
        return self.of(tenant, subject, field, values)

    def search(self, field: str, value: Any) -> dict[str, tuple[str, str]]:
        """Return the fingerprints of `value` under every living subject, and whose each is."""
        found = {}
        for tenant, subject in self._ring.subjects():
            known = self._ring.peek(tenant, subject, "fingerprint")
            if known is not None:
                found[_mark(known.epoch, known.key, field, value)] = (tenant, subject)
        return found

    def erase(self, tenant: str, subject: str) -> bool:
        """Destroy the subject's secret: fingerprints and vault together."""
        return self._ring.erase(tenant, subject)

    def __repr__(self) -> str:
        """Show nothing."""
        return "<Fingerprints>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("fingerprints cannot be pickled")
