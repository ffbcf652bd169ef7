"""Presidio's own configuration file, run beside our recognizers or instead of them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.engines.presidio import tokenizer
from stageflow_guard.redaction.recognizers.hit import Hit


class ConfiguredAnalyzer:
    """The `AnalyzerEngine` that a presidio YAML file describes, as a source of finds.

    The file is presidio's: `nlp_configuration`, `recognizer_registry`, `supported_languages`,
    `default_score_threshold`. Without `nlp_configuration` there is a tokenizer and no model.
    Nothing is downloaded: a spaCy model that is not installed is a `ConfigError`, and so is a file
    that presidio does not take.

    Where the file says its own threshold, what reaches it counts: its score is `least`, the one
    from which a find counts here, or more. Without one, presidio's scores are asked as any other.
    """

    def __init__(self, config: str | Path, *, language: str = "en", least: float = 0.0) -> None:
        self._config = Path(config)
        self._language = language
        self._least = least
        self._decides = False  # the file has a threshold of its own
        self._lock = threading.Lock()
        self._engine: Any = None
        if not self._config.is_file():
            raise ConfigError(f"`redaction.presidio.config`: there is no file `{config}`")

    def _built(self) -> Any:
        with self._lock:
            if self._engine is None:
                self._engine = self._load()
            return self._engine

    def _load(self) -> Any:
        import yaml

        where = f"`redaction.presidio.config`: `{self._config}`"
        try:
            content = yaml.safe_load(self._config.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            raise ConfigError(f"{where} is no YAML file") from None
        if not isinstance(content, dict):
            raise ConfigError(f"{where} is no mapping")
        for model in _models(content):
            if not _installed(model):
                raise ConfigError(f"{where} names the model `{model}`, which is not installed")
        try:
            with warnings.catch_warnings():  # a file without a model's recognizer is meant so
                warnings.simplefilter("ignore", UserWarning)
                engine = self._engine_of(content)
        except Exception as exc:  # presidio's, pydantic's or a model's: one thing to us
            raise ConfigError(f"{where} is refused by presidio ({type(exc).__name__})") from exc
        self._decides = content.get("default_score_threshold") is not None
        if self._language not in engine.supported_languages:
            raise ConfigError(f"{where} does not speak `{self._language}`")
        return engine

    def _engine_of(self, content: dict[str, Any]) -> Any:
        from presidio_analyzer import AnalyzerEngine, AnalyzerEngineProvider
        from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

        if content.get("nlp_configuration"):
            return AnalyzerEngineProvider(analyzer_engine_conf_file=self._config).create_engine()
        languages = content.get("supported_languages") or [self._language]
        registry = RecognizerRegistryProvider(
            registry_configuration=content.get("recognizer_registry") or {},
            nlp_engine=tokenizer(*languages),
        ).create_recognizer_registry()
        return AnalyzerEngine(
            registry=registry, nlp_engine=tokenizer(*languages), supported_languages=languages,
            default_score_threshold=float(content.get("default_score_threshold", 0)),
        )  # fmt: skip

    def entities(self) -> frozenset[str]:
        """Return what the configured recognizers can find."""
        return frozenset(self._built().get_supported_entities(language=self._language))

    def warmup(self) -> None:
        """Load the engine now. Raises `ConfigError`."""
        self._built()

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield what the configured engine finds, at its own threshold."""
        engine = self._built()
        floor = self._least if self._decides else 0.0
        for found in engine.analyze(text, language=self._language):
            name = (found.recognition_metadata or {}).get("recognizer_name", "presidio")
            score = max(float(found.score), floor)
            yield Hit(found.start, found.end, found.entity_type, score, str(name), "presidio")


def _models(content: dict[str, Any]) -> list[str]:
    nlp = content.get("nlp_configuration")
    found = []
    for model in nlp.get("models", ()) if isinstance(nlp, dict) else ():
        name = model.get("model_name") if isinstance(model, dict) else None
        names = name.values() if isinstance(name, dict) else [name]
        found += [str(n) for n in names if n]
    return found


def _installed(model: str) -> bool:
    if Path(model).exists():
        return True
    from importlib.util import find_spec

    try:
        return find_spec(model) is not None
    except (ImportError, ValueError):
        return False
