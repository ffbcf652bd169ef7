"""Python source as a tree, where another parse of the same process is under way.

CPython 3.11 before 3.11.8 counts the depth of every parse in one place (python/cpython#106905).
A parse that begins while another one is building its tree, in another thread or in a finalizer,
makes that one end in `SystemError`, though its source is sound. The next attempt succeeds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

Tree = TypeVar("Tree", bound=ast.AST)

ATTEMPTS = 5


def module_tree(text: str) -> ast.Module:
    """Return the tree of a module's text; raise what `ast.parse` raises for it."""
    return _undisturbed(lambda: ast.parse(text))


def expression_tree(text: str) -> ast.expr:
    """Return the tree of one expression's text; raise what `ast.parse` raises for it."""
    return _undisturbed(lambda: ast.parse(text, mode="eval")).body


def _undisturbed(parse: Callable[[], Tree]) -> Tree:
    for _ in range(ATTEMPTS - 1):
        try:
            return parse()
        except SystemError:
            continue
    return parse()
