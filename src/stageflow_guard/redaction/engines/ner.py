"""Names and places that nothing announces: a model behind a small protocol, never needed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Protocol

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.recognizers.hit import Hit


class NameModel(Protocol):
    """What `Redactor(ner=...)` takes. Patterns outrank it: its scores stay below 0.4 to 0.6."""

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield what the model found, offsets into `text`."""
        ...

    def entities(self) -> frozenset[str]:
        """Return what it can find."""
        ...

    def warmup(self) -> None:
        """Load the weights now."""
        ...


def load(name: str) -> NameModel:
    """Return the installed model `name`, or the one in the folder `name`; raise `ConfigError`."""
    from stageflow_guard.redaction.engines.model_store import folder_of

    folder = folder_of(name)
    if (folder / "meta.json").exists():
        _require("spacy", extra="ner-spacy", of=name)
        from stageflow_guard.redaction.engines.spacy import SpacyModel

        return SpacyModel(folder)
    if any(folder.rglob("*.onnx")):
        for module in ("onnxruntime", "tokenizers"):
            _require(module, extra="ner-onnx", of=name)
        from stageflow_guard.redaction.engines.onnx import OnnxModel

        return OnnxModel(folder)
    raise ConfigError(f"`{folder}` holds neither a spaCy model nor an ONNX one")


def _require(module: str, *, extra: str, of: str) -> None:
    """Refuse at start-up what every run would be refused for later; nothing is imported."""
    if find_spec(module) is None:
        raise ConfigError(
            f"`ner`: `{of}` needs {module}, which is not installed: "
            f"pip install 'stageflow-guard[{extra}]'"
        )
