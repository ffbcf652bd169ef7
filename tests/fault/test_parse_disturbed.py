"""A parse that another one disturbs still gives its tree."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator

import pytest

from stageflow_guard.base.python_source import expression_tree, module_tree

DEEP = "x = " + "-" * 60 + "1\n"


class Finalized:
    """Garbage in a circle that parses when it is collected, once."""

    def __init__(self) -> None:
        self.circle = self

    def __del__(self) -> None:
        try:
            ast.parse("def f():\n return [" + "(a, b, c), " * 20 + "]")
        except SystemError:
            pass


@pytest.fixture(autouse=True)
def _collects_often() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(7, 1, 1)
    yield
    gc.set_threshold(*before)


def test_a_module_is_read_while_a_finalizer_parses() -> None:
    """A sound module is never called unreadable because something else was parsed meanwhile."""
    for _ in range(20):
        Finalized()
        assert ast.unparse(module_tree(DEEP * 3)) == "\n".join([DEEP.strip()] * 3)


def test_an_expression_is_read_while_a_finalizer_parses() -> None:
    """A sound matcher is never refused because something else was parsed meanwhile."""
    for _ in range(20):
        Finalized()
        assert isinstance(expression_tree("-" * 60 + "1"), ast.UnaryOp)


def test_what_is_no_python_is_an_error_at_once() -> None:
    """Text that cannot be parsed raises what `ast.parse` raises for it."""
    with pytest.raises(SyntaxError):
        module_tree("def")
    with pytest.raises(SyntaxError):
        expression_tree("1 +")
