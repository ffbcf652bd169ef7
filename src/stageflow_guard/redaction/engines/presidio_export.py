"""Our recognizers as presidio's: one `EntityRecognizer` per entity, for an analyzer of yours."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.engines.presidio import tokenizer
from stageflow_guard.redaction.presets import PRESETS
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.text.scan import ENTITIES, Found, Scanner
from stageflow_guard.redaction.text.spans import resolve

KEPT = 16  # texts whose finds are remembered: presidio asks each recognizer about the same one


def analyzer(
    preset: str = "balanced", *, languages: Sequence[str] = ("en",), nlp_engine: Any = None
) -> Any:
    """Return presidio's `AnalyzerEngine` with our recognizers registered, one per entity.

    `nlp_engine` is presidio's; without one, a tokenizer without a model, which needs no download.
    Raises `ConfigError` for a preset or a language that there is not.
    """
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    registry = RecognizerRegistry(
        recognizers=[r for language in languages for r in recognizers(preset, language=language)],
        supported_languages=list(languages),
    )
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp_engine or tokenizer(languages[0], *languages[1:]),
        supported_languages=list(languages),
    )


def recognizers(
    preset: str = "balanced", *, language: str = "en", entities: Iterable[str] | None = None
) -> list[Any]:
    """Return one presidio recognizer per entity, for `registry.add_recognizer`.

    They share one pass over a text. Raises `ConfigError` for what there is not.
    """
    if preset not in PRESETS:
        raise ConfigError(f"preset `{preset}` is unknown; there are {', '.join(PRESETS)}")
    wanted = sorted(ENTITIES if entities is None else set(entities))
    unknown = [e for e in wanted if e not in ENTITIES]
    if unknown:
        raise ConfigError(
            f"entity `{unknown[0]}` is unknown; there are {', '.join(sorted(ENTITIES))}"
        )
    shared = _Shared(Scanner(threshold=PRESETS[preset]))
    made = _recognizer_class()
    return [made(shared, entity, language) for entity in wanted]


class _Shared:
    """One pass over a text for all of the recognizers. Thread-safe."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, list[Found]] = OrderedDict()

    def finds(self, text: str) -> list[Found]:
        """Return what wins in `text`, each with the rule that found it."""
        with self._lock:
            if text in self._seen:
                return self._seen[text]
        found = self._scanner.scan(text)
        won = []
        for span in resolve(f.span for f in found):
            told = max(
                (f for f in found if f.span.entity == span.entity
                 and f.span.start < span.end and span.start < f.span.end),
                key=lambda f: f.span.score,
            )  # fmt: skip
            won.append(Found(span, told.rule, told.why, told.view))
        with self._lock:
            self._seen[text] = won
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return won


def context_of(entity: str) -> list[str]:
    """Return the words that announce `entity`, in all languages of `countries`."""
    words = {p for c in COUNTRIES for p in c.fields.get(entity, "").split("|")}
    words |= {
        p for c in COUNTRIES for d in c.documents if d.entity == entity for p in d.names.split("|")
    }
    return sorted(words - {""})


def _recognizer_class() -> Any:
    from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

    class GuardEntityRecognizer(EntityRecognizer):
        """Finds one entity with this package's rules; scores have the context in them."""

        def __init__(self, shared: _Shared, entity: str, language: str) -> None:
            words = "".join(part.title() for part in entity.split("_"))
            self._called = f"Guard{words}Recognizer"
            super().__init__(
                supported_entities=[entity], supported_language=language, name=self._called,
                context=context_of(entity),
            )  # fmt: skip
            self._shared = shared

        def load(self) -> None: ...

        def analyze(self, text: str, entities: Any, nlp_artifacts: Any = None) -> Any:
            (entity,) = self.supported_entities
            if entities and entity not in entities:
                return []
            return [
                self._result(one)
                for one in self._shared.finds(text) if one.span.entity == entity
            ]  # fmt: skip

        def _result(self, one: Found) -> RecognizerResult:
            span = one.span
            explanation = AnalysisExplanation(
                recognizer=self._called, original_score=span.score, pattern_name=one.rule,
                textual_explanation=f"{one.rule}: {one.why or 'shape'} ({one.view})",
            )  # fmt: skip
            return RecognizerResult(
                entity_type=span.entity, start=span.start, end=span.end, score=span.score,
                analysis_explanation=explanation,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self._called,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    # our labels count already: presidio's enhancer adds nothing
                    RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY: True,
                },
            )  # fmt: skip

    return GuardEntityRecognizer
