"""Recognizers by name, `module:attribute`, so that any process can load them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError

TESTING = "stageflow_guard.testing."


def load(name: str) -> list[Any]:
    """Return the recognizers that `name` stands for; raise `ConfigError`.

    The attribute is a presidio recognizer, a list of them, or a class or function that returns
    either without arguments.
    """
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute.isidentifier():
        raise ConfigError(f"`recognizers`: `{name}` is not of the form `module:attribute`")
    if f"{module}.".startswith(TESTING):
        raise ConfigError(f"`recognizers`: `{name}` is a part of the test kit, not for settings")
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
        if callable(found):
            found = found()
    except Exception as exc:  # a module of the user's; its text stays out
        raise ConfigError(
            f"`recognizers`: `{name}` cannot be loaded ({type(exc).__name__})"
        ) from None
    return list(found) if isinstance(found, Iterable) else [found]


def source_of(name: str) -> Path | None:
    """Return the file that `name` is loaded from, where it is one; nothing of it is run."""
    try:
        found = importlib.util.find_spec(name.partition(":")[0])
    except (ImportError, ValueError, AttributeError):  # `load` says what is wrong with it
        return None
    return Path(found.origin) if found is not None and found.has_location and found.origin else None


def places() -> list[str]:
    """Return where this process finds modules, for one that starts without them."""
    return [os.path.abspath(path) for path in sys.path]


def look_in(paths: Sequence[str]) -> None:
    """Find modules behind those of this process in `paths`, too."""
    sys.path += [path for path in paths if path not in sys.path]
