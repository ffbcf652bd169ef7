"""The quick ways for small plain values and calls by name: they answer as the general ways do."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.enforcement.binding import Binder
from stageflow_guard.redaction.inspector.inspector import _heard
from stageflow_guard.redaction.values.plain import NotPlainError, plain_texts
from stageflow_guard.redaction.values.tree import MOST

NAMES = st.sampled_from(
    ["amount", "ssn", "email", "value", "passport no", "_Value", "", "id number"]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**13), 10**13), st.floats(), st.text(max_size=5),
    st.sampled_from(["ada@example.com", "536-90-4399", b"bytes", 1 + 2j]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4),
        st.tuples(inner, inner), st.dictionaries(st.integers(0, 3), inner, max_size=2),
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_a_plain_value_is_read_as_any_other(value):
    """Copy, texts in their order, what stands under telling names: equal, or left to the walk."""
    try:
        quick = _heard(value, None)
    except NotPlainError:
        return
    whole = _heard(value, MOST)
    assert repr(quick) == repr(whole)
    assert sorted(plain_texts(value)) == sorted([*_texts(value)])


def _texts(value):
    if isinstance(value, str):
        yield value
    for part in [*value, *value.values()] if isinstance(value, dict) else (
        value if isinstance(value, list | tuple) else ()
    ):  # fmt: skip
        yield from _texts(part)


@pytest.mark.parametrize(
    "value",
    [
        list(range(300)), {"a": 10**12}, {1: "x"}, float("nan"), b"x", type("Text", (str,), {})("x"),
        [[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]],
    ],
    ids=["large", "long number", "number as name", "nan", "bytes", "subclass", "deep"],
)  # fmt: skip
def test_what_is_not_small_and_plain_is_left_to_the_walk(value):
    """No answer on a guess."""
    with pytest.raises(NotPlainError):
        _heard(value, None)


SHAPES = {
    "names": lambda a, b=2, *, c, d=4: (a, b, c, d),
    "positions": lambda a, /, b=2, c=3: (a, b, c),
    "rest": lambda a, *rest, c=3, **more: (a, rest, c, more),
    "nothing": lambda: (),
}


@given(
    st.sampled_from(sorted(SHAPES)),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from("abcdx"), st.integers(), max_size=4),
)
def test_arguments_are_bound_as_python_binds_them(shape, args, kwargs):
    """What Python refuses is refused, and what it takes arrives, defaults told of."""
    function = SHAPES[shape]
    binder = Binder(inspect.signature(function))
    try:
        expected = function(*args, **kwargs)
    except TypeError:
        with pytest.raises(TypeError):
            binder.bind(tuple(args), kwargs)
        return
    bound = binder.bind(tuple(args), kwargs)
    assert bound.call(function) == expected
    whole = inspect.signature(function).bind(*args, **kwargs)
    whole.apply_defaults()
    assert bound.whole() == whole.arguments
