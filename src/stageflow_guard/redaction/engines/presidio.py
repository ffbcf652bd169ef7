"""Users' presidio recognizers, with presidio's semantics. The only file that imports it.

`Registry.analyze` answers as `AnalyzerEngine.analyze` does on the same recognizers, and pays for
less: tokens are made only when a recognizer or a found span needs them, a pattern that cannot match
without a digit is not run on a text without one, and context is looked up by bisection instead of
a walk over all tokens per span (presidio's enhancer is O(spans x tokens)).
"""

from __future__ import annotations

import logging
import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.engines.tldextract import use_bundled_suffixes
from stageflow_guard.redaction.recognizers.hit import Hit

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

_ANY_DIGIT = re.compile(r"\d")


class Registry:
    """presidio `EntityRecognizer` objects, stock or a user's own, run on one text after another.

    `language` is what every recognizer has to support; spans under `floor` are dropped.
    """

    def __init__(self, recognizers: Iterable[Any], *, language: str, floor: float) -> None:
        self._given = list(recognizers)
        self._language = language
        self._floor = floor
        self._lock = threading.Lock()
        self._ready: _Ready | None = None
        for one in self._given:
            name = type(one).__name__
            if not callable(getattr(one, "analyze", None)) or not hasattr(
                one, "supported_entities"
            ):
                raise ConfigError(f"`recognizers` takes presidio recognizers, not `{name}`")
            if one.supported_language != language:
                raise ConfigError(
                    f"recognizer `{name}` speaks `{one.supported_language}`, not `{language}`"
                )

    def entities(self) -> frozenset[str]:
        """Return what the recognizers can find."""
        return frozenset(e for one in self._given for e in one.supported_entities)

    def warmup(self) -> None:
        """Import presidio and make the tokenizer now (about 2 s)."""
        self._built()

    def _built(self) -> _Ready:
        with self._lock:
            if self._ready is None:
                self._ready = _Ready(self._given, self._language)
            return self._ready

    def analyze(self, text: str) -> list[Any]:
        """Return presidio's `RecognizerResult`s, as `AnalyzerEngine.analyze` would."""
        return self._built().analyze(text, self._floor)

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield what the recognizers found."""
        for found in self.analyze(text):
            name = (found.recognition_metadata or {}).get("recognizer_name", "presidio")
            yield Hit(
                found.start, found.end, found.entity_type, float(found.score), str(name), "presidio"
            )


class _Ready:
    """The built registry: presidio is imported here."""

    def __init__(self, recognizers: list[EntityRecognizer], language: str) -> None:
        from presidio_analyzer import EntityRecognizer, PatternRecognizer

        logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it logs what it finds
        use_bundled_suffixes()  # its e-mail recognizer would fetch a list at first use
        self._recognizers = recognizers
        self._language = language
        self._tokens = tokenizer(language)
        self._enhancer = bisecting_enhancer()
        self._remove = EntityRecognizer.remove_duplicates
        self._plain = EntityRecognizer.enhance_using_context
        self._entities = sorted({e for r in recognizers for e in r.supported_entities})
        # a stock `analyze` over patterns reads no tokens
        self._bare = {
            id(r): all(_needs_digit(p.regex) for p in cast("Any", r).patterns)
            for r in recognizers
            if isinstance(r, PatternRecognizer) and type(r).analyze is PatternRecognizer.analyze
        }

    def analyze(self, text: str, floor: float) -> list[Any]:
        artifacts: Any = None
        results: list[Any] = []
        digits = _ANY_DIGIT.search(text) is not None
        for one in self._recognizers:
            bare = self._bare.get(id(one))
            if bare and not digits:
                continue
            if bare is None and artifacts is None:
                artifacts = self._tokens.process_text(text, self._language)
            if not one.is_loaded:
                one.load()
                one.is_loaded = True
            found = one.analyze(text=text, entities=self._entities, nlp_artifacts=artifacts) or []
            results += [_identified(result, one) for result in found]
        if not results:
            return []
        results = self._enhanced(text, results, artifacts)
        return list(self._remove([r for r in results if r.score >= floor]))

    def _enhanced(self, text: str, results: list[Any], artifacts: Any) -> list[Any]:
        if not any(one.context for one in self._recognizers) and all(
            type(one).enhance_using_context is self._plain for one in self._recognizers
        ):
            return results
        if artifacts is None:
            artifacts = self._tokens.process_text(text, self._language)
        out: list[Any] = []
        for one in self._recognizers:
            own = [r for r in results if r.recognition_metadata["recognizer_identifier"] == one.id]
            if type(one).enhance_using_context is not self._plain:
                others = [r for r in results if r not in own]
                own = one.enhance_using_context(
                    text=text, raw_recognizer_results=own, other_raw_recognizer_results=others,
                    nlp_artifacts=artifacts, context=None,
                )  # fmt: skip
            out += own
        return list(
            self._enhancer.enhance_using_context(
                text=text, raw_results=out, nlp_artifacts=artifacts, recognizers=self._recognizers
            )
        )


def _identified(result: Any, recognizer: Any) -> Any:
    if not result.recognition_metadata:
        result.recognition_metadata = {}
    result.recognition_metadata.setdefault("recognizer_identifier", recognizer.id)
    result.recognition_metadata.setdefault("recognizer_name", recognizer.name)
    return result


def tokenizer(language: str, *more: str) -> Any:
    """Return presidio's `NlpEngine` over blank spaCy pipelines, with lemmas.

    Without lemmas presidio's context never counts, silently; a blank pipeline has none, so the
    lower-case word stands in.
    """
    import spacy
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    pipelines: dict[str, Any] = {}
    for one in (language, *more):
        try:
            pipelines[one] = spacy.blank(one)
        except Exception:
            raise ConfigError(f"language `{one}` has no tokenizer in spaCy") from None
        pipelines[one].max_length = 2**31
    first = pipelines[language]

    class BlankEngine(NlpEngine):
        def load(self) -> None: ...

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            doc = pipelines.get(language, first)(text)
            return NlpArtifacts(
                entities=[], tokens=doc, tokens_indices=[t.idx for t in doc],
                lemmas=[t.lemma_ or t.lower_ for t in doc], nlp_engine=self, language=language,
            )  # fmt: skip

        def process_batch(  # type: ignore[override]  # the options of a model are not ours
            self, texts: Any, language: str, **_: Any
        ) -> Any:
            for text in texts:
                yield text, self.process_text(text, language)

        def is_stopword(self, word: str, language: str) -> bool:
            return bool(pipelines.get(language, first).vocab[word].is_stop)

        def is_punct(self, word: str, language: str) -> bool:
            return bool(pipelines.get(language, first).vocab[word].is_punct)

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return list(pipelines)

    return BlankEngine()


def bisecting_enhancer() -> Any:
    """Return presidio's own enhancer with its two linear searches replaced."""
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    class Bisecting(LemmaContextAwareEnhancer):
        def _extract_surrounding_words(
            self, nlp_artifacts: Any, word: str, start: int
        ) -> list[str]:
            tokens = nlp_artifacts.tokens
            if not tokens:
                return [""]
            known = getattr(nlp_artifacts, "known_keywords", None)
            if known is None:
                known = nlp_artifacts.known_keywords = frozenset(nlp_artifacts.keywords)
            known = cast("list[str]", known)  # only asked what it holds
            index = _token_at(tokens, nlp_artifacts.tokens_indices, start)
            back = self._add_n_words(
                index, self.context_prefix_count, nlp_artifacts.lemmas, known, True
            )
            ahead = self._add_n_words(
                index, self.context_suffix_count, nlp_artifacts.lemmas, known, False
            )
            return list({*back, *ahead})

    return Bisecting()


def _token_at(tokens: Any, indices: list[int], start: int) -> int:
    """Return the first token that begins at `start` or ends behind it."""
    at = max(0, bisect_right(indices, start) - 1)
    while at > 0 and start < indices[at - 1] + len(tokens[at - 1]):
        at -= 1
    while at < len(indices) and indices[at] != start and start >= indices[at] + len(tokens[at]):
        at += 1
    if at == len(indices):
        raise ValueError("no token at the place of a match")
    return at


_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", re.DOTALL)


def _needs_digit(pattern: str) -> bool:
    """Say whether a match of `pattern` surely holds a digit.

    Only what stands outside of every group and alternative is looked at: a pattern of which this
    is not certain is always run.
    """
    if re.search(r"\(\?[a-zA-Z]*x", pattern):  # a comment of a verbose pattern is no part of it
        return False
    depth, needed = 0, False
    for match in _PART.finditer(pattern):
        if match[0] == "|" and depth == 0:
            return False
        depth += (match[0] == "(") - (match[0] == ")")
        optional = pattern.startswith(("?", "*", "{0", "{,"), match.end())
        needed |= depth == 0 and match[0] in (r"\d", "[0-9]") and not optional
    return needed


def stock(language: str = "en") -> list[Any]:
    """Return presidio's own pattern recognizers that need neither network nor model.

    The e-mail and the URL recognizer ask a public list over the network whether a domain exists,
    and erase what is not on it; here their pattern's own score stands.
    """
    import presidio_analyzer.predefined_recognizers as shipped

    names = (
        "CreditCardRecognizer", "CryptoRecognizer", "EmailRecognizer", "IbanRecognizer",
        "IpRecognizer", "MacAddressRecognizer", "MedicalLicenseRecognizer", "PhoneRecognizer",
        "UrlRecognizer", "UsItinRecognizer", "UsSsnRecognizer", "NhsRecognizer", "UkNinoRecognizer",
    )  # fmt: skip
    out = []
    for name in names:
        recognizer = getattr(shipped, name)(supported_language=language)
        if name in ("EmailRecognizer", "UrlRecognizer"):
            recognizer.validate_result = _undecided
        out.append(recognizer)
    return out


def stock_finder(language: str = "en") -> Callable[[str], list[EntitySpan]]:
    """Return what finds with presidio's own pattern recognizers alone, as `AnalyzerEngine` does."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    registry = RecognizerRegistry(recognizers=stock(language), supported_languages=[language])
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=tokenizer(language), supported_languages=[language]
    )

    def find(text: str) -> list[EntitySpan]:
        found = engine.analyze(text, language=language, score_threshold=0.35)
        return [EntitySpan(r.start, r.end, r.entity_type, float(r.score)) for r in found]

    find("warm up")
    return find


def _undecided(_text: str) -> None:
    """Neither confirm nor erase."""


def as_recognizer(preset: str = "balanced", *, language: str = "en") -> Any:
    """Return this package's recognizers as one presidio `EntityRecognizer`, for your analyzer."""
    from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

    from stageflow_guard.redaction.presets import PRESETS
    from stageflow_guard.redaction.text.scan import ENTITIES, Scanner

    if preset not in PRESETS:
        raise ConfigError(f"preset `{preset}` is unknown; there are {', '.join(PRESETS)}")
    scanner = Scanner(threshold=PRESETS[preset])

    class GuardRecognizer(EntityRecognizer):
        def load(self) -> None: ...

        def analyze(self, text: str, entities: Any, nlp_artifacts: Any = None) -> Any:
            wanted = set(entities or ENTITIES)
            return [
                RecognizerResult(
                    s.entity, s.start, s.end, s.score,
                    AnalysisExplanation("stageflow_guard", s.score),
                )
                for s in scanner.find(text) if s.entity in wanted
            ]  # fmt: skip

    return GuardRecognizer(
        supported_entities=sorted(ENTITIES), supported_language=language, name="stageflow_guard"
    )
