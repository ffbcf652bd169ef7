"""Which functions are the application's own: those are followed, libraries are not."""

from __future__ import annotations

import ast
import sysconfig
import types
from pathlib import Path

from stageflow_guard.lint.source import UNKNOWN, Function, Names, function_of, method_of

_LIBRARIES = tuple(
    {str(Path(sysconfig.get_path(one)).resolve()) for one in ("stdlib", "purelib", "platlib")}
)
PACKAGE = str(Path(__file__).resolve().parents[3])


def is_library(function: Function) -> bool:
    """Say whether a function comes from an installed package."""
    return function.module.file.startswith((*_LIBRARIES, PACKAGE, "<frozen"))


def resolve(callee: ast.expr, names: Names) -> Function | None:
    """Return the application's own function that `callee` surely calls, or None."""
    if isinstance(callee, ast.Attribute):
        owners = names.values(callee.value)
        if len(owners) == 1 and owners[0] is not UNKNOWN:
            owner = owners[0]
            if isinstance(owner, types.ModuleType):
                return _own(function_of(owner.__dict__.get(callee.attr)))
            return _own(method_of(owner, callee.attr))
        return None
    found = names.values(callee)
    if len(found) == 1 and callable(found[0]) and not isinstance(found[0], type):
        return _own(function_of(found[0]))
    return None


def _own(function: Function | None) -> Function | None:
    return None if function is None or is_library(function) else function
