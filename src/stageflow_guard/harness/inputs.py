"""Inputs from a file: plain text, one message a line, or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError

JSON_LINES = {".jsonl", ".ndjson"}


@dataclass(frozen=True, slots=True)
class Input:
    """One input: `text`, what goes with it to the pipeline's `run`, and where it stood."""

    text: str = field(repr=False)
    more: dict[str, Any] = field(default_factory=dict, repr=False)
    line: int = 0


def read_inputs(path: str | Path) -> Iterator[Input]:
    """Yield the inputs of a file, line by line: a file of any length takes the memory of one line.

    A `.jsonl` or `.ndjson` file holds objects with a string `text`; every other member goes with it
    by name. Anything else is text, one message a line; empty lines are skipped. Raises
    `ConfigError` that names file and line.
    """
    source = Path(path)
    try:
        with source.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    yield _input(source, number, raw)
    except OSError as error:
        raise ConfigError(f"`{source}` cannot be read ({error.strerror})") from None


def _input(source: Path, number: int, raw: bytes) -> Input:
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(f"{source}:{number}: not UTF-8 text") from None
    if source.suffix not in JSON_LINES:
        return Input(text, {}, number)
    try:
        entry = json.loads(text)
    except ValueError:
        raise ConfigError(f"{source}:{number}: not a JSON object") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        raise ConfigError(f"{source}:{number}: needs a string `text`")
    return Input(entry.pop("text"), entry, number)
