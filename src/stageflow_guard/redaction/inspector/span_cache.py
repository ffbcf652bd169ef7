"""What was found in a text is remembered by the text's keyed digest: never the text."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from stageflow_guard.model import EntitySpan

KEPT = 8_192  # texts
SHORTEST = 3  # characters: nothing is found in less
SPANS, ALL_SPANS = 256, 65_536  # a text with more is not kept; all that are kept have no more


class SpanCache:
    """Spans by (tenant, thresholds, text): what one tenant sent says nothing to another."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._spans: OrderedDict[bytes, list[EntitySpan]] = OrderedDict()
        self._count = 0  # spans
        self._lock = threading.Lock()

    def split(
        self, texts: Iterable[str], tenant: str, limits: Mapping[str, float]
    ) -> tuple[dict[str, list[EntitySpan]], list[str]]:
        """Return the spans of the texts that are known, and the distinct others."""
        known: dict[str, list[EntitySpan]] = {}
        missing: list[str] = []
        head = _head(tenant, limits)
        for text in dict.fromkeys(texts):
            spans: list[EntitySpan] | None = []
            if len(text) >= SHORTEST:
                name = self._name(head, text)
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
        head = _head(tenant, limits)
        for text, spans in found.items():
            if len(spans) > SPANS:
                continue
            name = self._name(head, text)
            with self._lock:
                self._count += len(spans) - len(self._spans.get(name, ()))
                self._spans[name] = spans
                while len(self._spans) > KEPT or self._count > ALL_SPANS:
                    self._count -= len(self._spans.popitem(last=False)[1])

    def __len__(self) -> int:
        """How many texts are known."""
        return len(self._spans)

    def _name(self, head: bytes, text: str) -> bytes:
        body = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(head + body, key=self._key, digest_size=16).digest()


def _head(tenant: str, limits: Mapping[str, float]) -> bytes:
    return f"{tenant}\0{sorted(limits.items())}\0".encode()
