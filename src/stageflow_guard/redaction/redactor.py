"""The synchronous core: find, replace, count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.model import EntitySpan, Finding, Redaction
from stageflow_guard.redaction.normalize import view
from stageflow_guard.redaction.presidio import Detector
from stageflow_guard.redaction.spans import resolve
from stageflow_guard.redaction.stream import Stream
from stageflow_guard.redaction.tree import mapped, texts
from stageflow_guard.redaction.vault import PSEUDONYM, Vault, VaultScope

PRESETS = {"strict": 0.2, "balanced": 0.35, "precise": 0.5}
MAX_CHARS = 1_000_000


class Redactor:
    """Finds personal data in text and replaces it by pseudonyms. Thread-safe.

    `ner=None` means patterns only: names and free-form addresses are not covered. Offsets are code
    points of the text that was passed in.
    """

    def __init__(
        self,
        preset: str = "balanced",
        *,
        ner: None = None,
        entities: Iterable[str] | None = None,
        min_score: float | None = None,
        language: str = "en",
        max_chars: int = MAX_CHARS,
    ) -> None:
        if preset not in PRESETS:
            raise ConfigError(f"preset `{preset}` is unknown; there are {', '.join(PRESETS)}")
        if ner is not None:
            raise ConfigError("`ner` is not available in this release; pass None")
        score = PRESETS[preset] if min_score is None else min_score
        if not 0.0 <= score <= 1.0:
            raise ConfigError("`min_score` lies between 0 and 1")
        self._detector = Detector(language=language, entities=entities, min_score=score)
        self._max_chars = max_chars
        self._vault = Vault(limit=256)

    def warmup(self) -> None:
        """Load what the first call would load (about 2 s)."""
        self._detector.warmup()

    def require_size(self, chars: int) -> None:
        """Raise `InspectorUnavailable` above the length cap."""
        if chars > self._max_chars:
            raise InspectorUnavailable(f"{chars} characters are over the cap of {self._max_chars}")

    def find(self, text: str) -> list[EntitySpan]:
        """Return non-overlapping spans, offsets into `text`."""
        self.require_size(len(text))
        spans = [] if len(text) < 3 else self._detector.find(text)
        shown, at = view(text)
        if at and shown != text:
            spans += [
                EntitySpan(at[s.start], at[s.end - 1] + 1, s.entity, s.score)
                for s in self._detector.find(shown)
            ]
        minted = [m.span() for m in PSEUDONYM.finditer(text)] if "⟦" in text else []
        return [s for s in resolve(spans) if not any(a < s.end and s.start < b for a, b in minted)]

    def redact(self, value: Any) -> Redaction:
        """Return `value` redacted in a scope of its own, and what was found."""
        redacted, findings = self.redact_in(value, self._vault.scope("_own", str(uuid4())), "input")
        return Redaction(redacted, findings)

    def redact_in(
        self, value: Any, scope: VaultScope, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return `value` redacted in `scope`; one pass, equal strings are analysed once."""
        self.require_size(sum(map(len, texts(value))))
        counts: dict[str, int] = {}
        seen: dict[str, tuple[str, list[str]]] = {}

        def change(text: str) -> str:
            if text not in seen:
                seen[text] = self._replace(text, scope)
            redacted, entities = seen[text]
            for entity in entities:
                counts[entity] = counts.get(entity, 0) + 1
            return redacted

        redacted = mapped(value, change)
        return redacted, tuple(Finding(e, n, direction) for e, n in sorted(counts.items()))

    def _replace(self, text: str, scope: VaultScope) -> tuple[str, list[str]]:
        spans = self.find(text)
        parts, at = [], 0
        for span in spans:
            parts += [
                text[at : span.start],
                scope.pseudonym(span.entity, text[span.start : span.end]),
            ]
            at = span.end
        return "".join([*parts, text[at:]]), [s.entity for s in spans]

    def stream(self, scope: VaultScope | None = None) -> Stream:
        """Return a stream that releases only inspected text."""
        own = scope or self._vault.scope("_own", str(uuid4()))
        return Stream(self, own, limit=self._max_chars)
