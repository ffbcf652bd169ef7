"""`module:attribute` on the command line: the user's own object, imported from where they stand."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from stageflow_guard.base.raised_at import raised_at
from stageflow_guard.errors import ConfigError, GuardError

_NONE = object()


def load(target: str, guard: Callable[[], Any] | None = None) -> Any:
    """Return the pipeline behind `target`, or what the function behind it returns.

    A function with a parameter `guard` is given `guard()`. Raises what `attribute` raises, also for
    a function that needs other arguments.
    """
    found = attribute(target)
    # an object that can be called, such as an application, makes no pipeline
    made = inspect.isroutine(found) or isinstance(found, type | functools.partial)
    if hasattr(found, "stages") or not made:
        return found
    if guard is not None and _takes_guard(found):
        return _loaded(target, lambda: found(guard=guard()))
    return _loaded(target, found)


def module(name: str) -> ModuleType:
    """Return a module by its name; raise `ConfigError` when it cannot be imported."""
    if name.endswith(".py") or "/" in name:
        dotted = name.removesuffix(".py").strip("./").replace("/", ".")
        raise ConfigError(f"`{name}` is a file: name its module, `{dotted}`")
    _stand_here()
    found: ModuleType = _loaded(name, lambda: importlib.import_module(name), name)
    return found


def maker(target: str) -> Callable[[Any], Any]:
    """Return a function that makes the pipeline behind `target` for a guard, anew if it can."""
    attribute(target)  # what cannot be loaded is said now
    return lambda guard: load(target, lambda: guard)


def _takes_guard(function: Callable[..., Any]) -> bool:
    try:
        return "guard" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def attribute(target: str) -> Any:
    """Return the object behind `target`.

    Raises `ConfigError` that names the target when it cannot be imported, is not there, or needs
    arguments. The working directory comes first on the import path.
    """
    module, colon, path = target.partition(":")
    if not (module and colon and path):
        raise ConfigError(f"`{target}` is not `module:attribute`")
    _stand_here()

    found: Any = _loaded(target, lambda: importlib.import_module(module), module)
    for name in path.split("."):
        found = _loaded(target, functools.partial(_member, found, name, module))
    return found


def _member(holder: Any, name: str, module: str) -> Any:
    found = getattr(holder, name, _NONE)
    if found is _NONE:
        raise ConfigError(f"`{module}` has no `{name}`")
    return found


def _stand_here() -> None:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)


def _loaded(target: str, make: Callable[[], Any], module: str = "") -> Any:
    try:
        return make()
    except ModuleNotFoundError as exc:
        missing = exc.name or "?"
        if module and f"{module}.".startswith(f"{missing}."):
            raise ConfigError(
                f"`{target}` cannot be loaded: no module `{missing}` in {os.getcwd()}, nor installed"
            ) from exc
        raise ConfigError(
            f"`{target}` cannot be loaded: it imports `{missing}`, which is not installed"
        ) from exc
    except GuardError as exc:  # ours: its text says what to do, and holds nothing secret
        raise ConfigError(f"`{target}` cannot be loaded: {exc.message}") from exc
    except Exception as exc:  # it is the user's own code: its text is theirs to see, not ours
        raise ConfigError(
            f"`{target}` cannot be loaded ({type(exc).__name__}: {raised_at(exc)})"
        ) from exc
