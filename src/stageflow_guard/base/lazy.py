"""Public names that load on first use: `import stageflow_guard` stays under 50 ms."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy(
    package: str, where: Mapping[str, str], *, extras: Mapping[str, str] | None = None
) -> Callable[[str], Any]:
    """Return a module `__getattr__` (PEP 562) for `package`.

    `where` names, for each public name, the module that holds it, relative to the package. `extras`
    names, for each third-party package that may be missing, the extra that installs it: a name that
    needs it raises `ConfigError`.
    """
    known = extras or {}

    def __getattr__(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f".{where[name]}", package), name)
        except ModuleNotFoundError as missing:
            extra = known.get((missing.name or "").partition(".")[0])
            if extra is None:
                raise
            raise ConfigError(
                f"`{name}` needs a package that is missing: install `stageflow-guard[{extra}]`"
            ) from None
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__
