"""Pseudonyms and the way back, per scope: (tenant, session, else run). In memory."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from typing import Any, NoReturn

from stageflow_guard.redaction.tree import mapped

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 characters, none that a reader confuses
PSEUDONYM = re.compile(r"⟦[A-Z][A-Z0-9_]*_\d+·[a-km-np-z2-9]{8}⟧")
# what models do to a placeholder: case, spaces, lost brackets; never the nonce
_LOOSE = re.compile(
    r"[⟦\[(<{]?\s*([A-Za-z][A-Za-z0-9 _]*?)[ _]*(\d+)\s*·\s*([a-km-np-z2-9]{8})\b\s*[⟧\])>}]?",
    re.IGNORECASE,
)


class VaultScope:
    """The pseudonyms of one conversation. Shows nothing of what it holds."""

    __slots__ = ("_back", "_lock", "_names", "_nonce", "_numbers", "tenant")

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        # 40 random bits: 32 divides 256, so each byte picks evenly
        self._nonce = "".join(ALPHABET[byte % 32] for byte in secrets.token_bytes(8))
        self._names: dict[tuple[str, str], str] = {}
        self._back: dict[tuple[str, int], str] = {}
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()

    def pseudonym(self, entity: str, value: str) -> str:
        """Return the one pseudonym of (entity, value) in this scope."""
        with self._lock:
            name = self._names.get((entity, value))
            if name is None:
                number = self._numbers[entity] = self._numbers.get(entity, 0) + 1
                name = f"⟦{entity}_{number}·{self._nonce}⟧"
                self._names[entity, value] = name
                self._back[entity, number] = value
            return name

    def restore(self, value: Any) -> Any:
        """Return `value` with this scope's pseudonyms replaced by the originals.

        Only pseudonyms that carry this scope's nonce are touched.
        """
        if not self._back:
            return value

        def original(match: re.Match[str]) -> str:
            if match[3].lower() != self._nonce:
                return match[0]
            entity = re.sub(r"[ _]+", "_", match[1].strip()).upper()
            found = self._back.get((entity, int(match[2])))
            if found is None:
                return match[0]
            tail = match[0][len(match[0].rstrip()) :]  # a trailing space belongs to the text
            return found + ("" if match[0].rstrip()[-1] in "⟧])>}" else tail)

        def restored(text: str) -> str:
            return _LOOSE.sub(original, text) if "·" in text else text

        return mapped(value, restored)

    def __repr__(self) -> str:
        """Show a count."""
        return f"<VaultScope {len(self._back)} pseudonyms>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a vault scope cannot be pickled")


class Vault:
    """Scopes by (tenant, key); the least recently used go first once `limit` is reached."""

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._scopes: OrderedDict[tuple[str, str], VaultScope] = OrderedDict()
        self._lock = threading.Lock()

    def scope(self, tenant: str, key: str) -> VaultScope:
        """Return the scope of (tenant, key); a new one when there is none."""
        with self._lock:
            scope = self._scopes.get((tenant, key))
            if scope is None:
                scope = self._scopes[tenant, key] = VaultScope(tenant)
                while len(self._scopes) > self._limit:
                    self._scopes.popitem(last=False)
            else:
                self._scopes.move_to_end((tenant, key))
            return scope

    def __repr__(self) -> str:
        """Show a count."""
        return f"<Vault {len(self._scopes)} scopes>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a vault cannot be pickled")
