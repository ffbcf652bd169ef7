"""A token classifier in ONNX form as a model for names: onnxruntime and tokenizers alone."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.engines.plausible import plausible
from stageflow_guard.redaction.recognizers.hit import Hit

_KINDS = {
    "GIVEN_NAME": "PERSON", "SURNAME": "PERSON", "PER": "PERSON", "PERSON": "PERSON",
    "BUILDING_NUMBER": "LOCATION", "STREET_NAME": "LOCATION", "SECONDARY_ADDRESS": "LOCATION",
    "CITY": "LOCATION", "STATE": "LOCATION", "ZIP_CODE": "LOCATION", "LOC": "LOCATION",
    "ORG": "ORGANIZATION",
}  # fmt: skip
WINDOW, OVERLAP, BATCH = 480, 80, 8
_LEAST = 0.5
_GAP = re.compile(r"[\s,.\-'’>]{0,6}")


class OnnxModel:
    """A folder with `tokenizer.json`, `config.json` (id2label) and an `.onnx` file. Thread-safe.

    A place counts when two of its parts adjoin, or when it is a city or a state: a lone number or
    street word is noise. Names always count.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._labels: dict[int, str] = {}

    def entities(self) -> frozenset[str]:
        """Return what it can find."""
        return frozenset({"PERSON", "LOCATION", "ORGANIZATION"})

    def warmup(self) -> None:
        """Load the weights; raise `ConfigError` when the runtime or a file is missing."""
        with self._lock:
            if self._session is not None:
                return
            try:
                import onnxruntime
                from tokenizers import Tokenizer
            except ImportError:
                raise ConfigError(
                    "this model needs onnxruntime: pip install 'stageflow-guard[ner-onnx]'"
                ) from None
            try:
                config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
                self._labels = {int(k): str(v) for k, v in config["id2label"].items()}
                self._tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
                self._tokenizer.enable_truncation(int(config.get("max_position_embeddings", 512)))
                self._tokenizer.enable_padding()
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = 1
                weights = sorted(self._folder.rglob("*.onnx"))[0]
                self._session = onnxruntime.InferenceSession(
                    str(weights), options, providers=["CPUExecutionProvider"]
                )
            except Exception:
                raise ConfigError(f"the model in `{self._folder}` cannot be loaded") from None

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield names and places, offsets into `text`."""
        self.warmup()
        windows = list(_windows(text))
        tokens: list[tuple[int, int, str, float]] = []
        for i in range(0, len(windows), BATCH):
            tokens += self._classified(windows[i : i + BATCH])
        yield from _joined(text, sorted(set(tokens)))

    def _classified(self, windows: list[tuple[int, str]]) -> Iterator[tuple[int, int, str, float]]:
        import numpy

        with self._lock:
            encoded = self._tokenizer.encode_batch([part for _, part in windows])
            fed = {
                "input_ids": [e.ids for e in encoded],
                "attention_mask": [e.attention_mask for e in encoded],
                "token_type_ids": [e.type_ids for e in encoded],
            }
            wanted = {i.name for i in self._session.get_inputs()}
            inputs = {k: numpy.asarray(v, dtype=numpy.int64) for k, v in fed.items() if k in wanted}
            logits = self._session.run(None, inputs)[0]
        logits = logits - logits.max(axis=-1, keepdims=True)
        weights = numpy.exp(logits)
        shares = weights / weights.sum(axis=-1, keepdims=True)
        best = shares.argmax(axis=-1)
        for row, (offset, part) in enumerate(windows):
            for place, (start, end) in enumerate(encoded[row].offsets):
                label = self._labels[int(best[row, place])]
                if start == end or label == "O" or shares[row, place].max() < _LEAST:
                    continue
                if offset and start < OVERLAP // 4 and offset + start > 0:
                    continue  # the beginning of a window is read better by the window before
                assert end <= len(part)  # noqa: S101 - offsets are those of the part
                yield offset + start, offset + end, label, float(shares[row, place].max())


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Cut at white space where there is some; neighbours overlap."""
    at = 0
    while at < len(text):
        end = min(len(text), at + WINDOW)
        if end < len(text):
            space = text.rfind(" ", at + WINDOW // 2, end)
            end = space if space > 0 else end
        yield at, text[at:end]
        if end >= len(text):
            return
        at = max(at + 1, end - OVERLAP)


def _joined(text: str, tokens: list[tuple[int, int, str, float]]) -> Iterator[Hit]:
    """Join neighbouring tokens of one kind; places need two parts, or a town."""
    run: list[tuple[int, int, str]] = []
    kind = ""
    for start, end, label, _ in [*tokens, (len(text) + 1000, len(text) + 1001, "O", 0.0)]:
        name = label.partition("-")[2]
        fresh = _KINDS.get(name, "")
        if run and (fresh != kind or not _GAP.fullmatch(text, run[-1][1], max(run[-1][1], start))):
            yield from _closed(text, kind, run)
            run = []
        if fresh:
            run.append((start, end, name))
        kind = fresh if run else ""


def _closed(text: str, kind: str, run: list[tuple[int, int, str]]) -> Iterator[Hit]:
    start, end = run[0][0], max(r[1] for r in run)
    while start > 0 and text[start - 1].isalnum():  # a word is read whole
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    if kind == "LOCATION":
        parts = {r[2] for r in run}
        if len(parts) < 2 and not parts & {"CITY", "STATE", "LOC"}:
            return
    if end - start > 1 and (kind != "PERSON" or plausible(text, start, end)):
        yield Hit(start, end, kind, 0.5 if kind == "PERSON" else 0.45, "onnx", "model")
