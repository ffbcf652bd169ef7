"""A spaCy pipeline as a model for names. Its dates and numbers are ignored: patterns rule."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.engines.plausible import plausible
from stageflow_guard.redaction.recognizers.hit import Hit

_KINDS = {
    "PERSON": ("PERSON", 0.5), "PER": ("PERSON", 0.5), "ORG": ("ORGANIZATION", 0.4),
    "GPE": ("LOCATION", 0.45), "LOC": ("LOCATION", 0.45), "FAC": ("LOCATION", 0.42),
    "NORP": ("NRP", 0.4),
}  # fmt: skip
WINDOW, OVERLAP = 20_000, 400


class SpacyModel:
    """Loads on first use; only what names need of the pipeline is loaded. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._nlp: Any = None

    def entities(self) -> frozenset[str]:
        """Return what it can find."""
        return frozenset(kind for kind, _ in _KINDS.values())

    def warmup(self) -> None:
        """Load the pipeline; raise `ConfigError` when spaCy is missing or cannot read it."""
        with self._lock:
            if self._nlp is not None:
                return
            try:
                import spacy
            except ImportError:
                raise ConfigError(
                    "this model needs spaCy: pip install 'stageflow-guard[ner-spacy]'"
                ) from None
            unneeded = ["parser", "tagger", "senter", "lemmatizer", "attribute_ruler"]
            try:
                self._nlp = spacy.load(self._folder, exclude=unneeded)
            except Exception:
                raise ConfigError(f"spaCy cannot load `{self._folder}`") from None

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield names, places, organizations and groups; long texts in overlapping windows."""
        self.warmup()
        at = 0
        while at < len(text):
            window = text[at : at + WINDOW]
            with self._lock:
                found = [(e.start_char, e.end_char, e.label_) for e in self._nlp(window).ents]
            for start, end, label in found:
                kind = _KINDS.get(label)
                if kind is not None and plausible(text, at + start, at + end):
                    yield Hit(at + start, at + end, *kind, "spacy", "model")
            if at + WINDOW >= len(text):
                return
            at += WINDOW - OVERLAP
