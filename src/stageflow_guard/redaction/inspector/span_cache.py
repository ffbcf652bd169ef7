"""What was found in a text is remembered by the text's keyed digest: never the text."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from stageflow_guard.model import EntitySpan

KEPT = 8_192  # texts
HEADS = 1_024  # tenants, each with its thresholds
SHORTEST = 3  # characters: nothing is found in less
SPANS, ALL_SPANS = 256, 65_536  # a text with more is not kept; all that are kept have no more


class SpanCache:
    """Spans by (tenant, thresholds, text): what one tenant sent says nothing to another."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._spans: OrderedDict[bytes, list[EntitySpan]] = OrderedDict()
        self._heads: dict[bytes, hashlib.blake2b] = {}
        self._count = 0  # spans
        self._lock = threading.Lock()

    def split(
        self, texts: Iterable[str], tenant: str, limits: Mapping[str, float]
    ) -> tuple[dict[str, list[EntitySpan]], list[str]]:
        """Return the spans of the texts that are known, and the distinct others."""
        known: dict[str, list[EntitySpan]] = {}
        missing: list[str] = []
        begun = self._begun(tenant, limits)
        for text in dict.fromkeys(texts):
            spans: list[EntitySpan] | None = []
            if len(text) >= SHORTEST:
                name = _name(begun, text)
                with self._lock:
                    spans = self._spans.get(name)
                    if spans is not None:
                        self._spans.move_to_end(name)
            if spans is None:
                missing.append(text)
            else:
                known[text] = spans
        return known, missing

    def keep(
        self, found: Mapping[str, list[EntitySpan]], tenant: str, limits: Mapping[str, float]
    ) -> None:
        """Remember the spans of each text."""
        if not found:
            return
        begun = self._begun(tenant, limits)
        for text, spans in found.items():
            if len(spans) > SPANS:
                continue
            name = _name(begun, text)
            with self._lock:
                self._count += len(spans) - len(self._spans.get(name, ()))
                self._spans[name] = spans
                while len(self._spans) > KEPT or self._count > ALL_SPANS:
                    self._count -= len(self._spans.popitem(last=False)[1])

    def __len__(self) -> int:
        """How many texts are known."""
        return len(self._spans)

    def _begun(self, tenant: str, limits: Mapping[str, float]) -> hashlib.blake2b:
        """Return the keyed digest as it stands before a text: what is the same for all is read."""
        told = sorted(limits.items()) if limits else []
        head = f"{tenant}\0{told}\0".encode()
        known = self._heads.get(head)
        if known is None:
            if len(self._heads) >= HEADS:
                self._heads = {}
            known = self._heads[head] = hashlib.blake2b(head, key=self._key, digest_size=16)
        return known


def _name(begun: hashlib.blake2b, text: str) -> bytes:
    digest = begun.copy()
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()
