"""presidio-analyzer, patterns only. The only file that imports it (and spaCy behind it)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.recognizers import PATTERNS

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

# recognizers that are noise without a context of their own, measured as such
_WEAK = frozenset(
    {"DATE_TIME", "US_DRIVER_LICENSE", "US_BANK_NUMBER", "US_PASSPORT", "UK_PASSPORT", "UUID"}
)
_SHIPPED = (
    "CreditCardRecognizer", "CryptoRecognizer", "EmailRecognizer", "IbanRecognizer",
    "IpRecognizer", "MacAddressRecognizer", "MedicalLicenseRecognizer", "PhoneRecognizer",
    "UrlRecognizer", "UsItinRecognizer", "UsSsnRecognizer", "NhsRecognizer", "UkNinoRecognizer",
)  # fmt: skip
# these ask a public list over the network whether a domain exists, and then erase what they found
_ONLINE = frozenset({"EmailRecognizer", "UrlRecognizer"})


def _undecided(_text: str) -> None:
    """Neither confirm nor erase: the pattern's own score stands."""


class Detector:
    """An `AnalyzerEngine` over shipped and own patterns, built on first use (about 2 s)."""

    def __init__(self, *, language: str, entities: Iterable[str] | None, min_score: float) -> None:
        if language != "en":
            raise ConfigError(f"language `{language}` has no recognizers here; `en` has")
        self._language = language
        self._entities = sorted(entities) if entities is not None else None
        self._min_score = min_score
        self._engine: AnalyzerEngine | None = None

    def warmup(self) -> None:
        """Import presidio and build the engine now."""
        if self._engine is None:
            self._engine = self._build()

    def _build(self) -> AnalyzerEngine:
        import presidio_analyzer.predefined_recognizers as shipped
        import spacy
        from presidio_analyzer import (
            AnalyzerEngine,
            Pattern,
            PatternRecognizer,
            RecognizerRegistry,
        )
        from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

        logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it logs what it finds

        class BlankEngine(NlpEngine):
            """Tokens of a blank pipeline, with lemmas: without them context never counts."""

            def __init__(self) -> None:
                self._nlp = spacy.blank("en")
                self._nlp.max_length = 2**31

            def load(self) -> None: ...

            def is_loaded(self) -> bool:
                return True

            def process_text(self, text: str, language: str) -> Any:
                doc = self._nlp(text)
                return NlpArtifacts(
                    entities=[], tokens=doc, tokens_indices=[t.idx for t in doc],
                    lemmas=[t.lemma_ or t.lower_ for t in doc],
                    nlp_engine=self, language=language,
                )  # fmt: skip

            def process_batch(  # type: ignore[override]  # the options of a model are not ours
                self, texts: Any, language: str, **_: Any
            ) -> Any:
                for text in texts:
                    yield text, self.process_text(text, language)

            def is_stopword(self, word: str, language: str) -> bool:
                return bool(self._nlp.vocab[word].is_stop)

            def is_punct(self, word: str, language: str) -> bool:
                return bool(self._nlp.vocab[word].is_punct)

            def get_supported_entities(self) -> list[str]:
                return []

            def get_supported_languages(self) -> list[str]:
                return ["en"]

        registry = RecognizerRegistry(supported_languages=["en"])
        for name in _SHIPPED:
            recognizer = getattr(shipped, name)(supported_language="en")
            if name in _ONLINE:
                recognizer.validate_result = _undecided
            registry.add_recognizer(recognizer)
        for entity, name, regex, score, context in PATTERNS:
            registry.add_recognizer(
                PatternRecognizer(
                    supported_entity=entity, name=name, context=list(context),
                    patterns=[Pattern(name, regex, score)], supported_language="en",
                )
            )  # fmt: skip
        engine = AnalyzerEngine(
            registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"],
        )  # fmt: skip
        offered = set(engine.get_supported_entities("en"))
        unknown = sorted(set(self._entities or ()) - offered)
        if unknown:
            raise ConfigError(
                f"redaction entity `{unknown[0]}` is unknown; "
                f"there are {', '.join(sorted(offered))}"
            )
        if self._entities is None:
            self._entities = sorted(offered - _WEAK)
        return engine

    def find(self, text: str) -> list[EntitySpan]:
        """Return all spans with at least the configured score; overlaps are not resolved."""
        self.warmup()
        assert self._engine is not None  # noqa: S101 - warmup saw to it
        found = self._engine.analyze(
            text, language=self._language, entities=self._entities,
            score_threshold=self._min_score,
        )  # fmt: skip
        return [EntitySpan(r.start, r.end, r.entity_type, float(r.score)) for r in found]
