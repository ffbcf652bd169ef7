"""No type of value carries text past the inspector: it is redacted, or the value is refused."""

from __future__ import annotations

import functools
import io
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, PrivateAttr

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction import Redactor

MAIL = "ada.lovelace@example.com"
REDACTOR = Redactor()


@dataclass
class AfterInit:
    n: int = 0

    def __post_init__(self):
        self.raw = MAIL


@dataclass
class Cached:
    n: int = 0

    @functools.cached_property
    def mail(self):
        return MAIL


class Private(BaseModel):
    model_config = ConfigDict(extra="allow")
    n: int = 0
    _p: str = PrivateAttr(default=MAIL)

    @functools.cached_property
    def _late(self):
        return MAIL


class Callable:
    def __init__(self):
        self.text = MAIL

    def __call__(self):
        """Nothing; being callable is the point."""


class Mixed:
    __slots__ = ("__dict__", "text")

    def __init__(self):
        self.text = MAIL


class Queue(deque):
    pass


class Loud(Exception):
    def __str__(self):
        raise RuntimeError(f"cannot render {MAIL}")


def redacted(value):
    return REDACTOR.redact([value]).value[0]


def test_an_exception_leaves_as_its_redacted_text():
    """An exception's arguments are read; what leaves is text."""
    out = redacted(ValueError(f"no such user {MAIL}"))
    assert out.startswith("ValueError: no such user ⟦EMAIL_ADDRESS_1·")


def test_an_exception_that_cannot_be_read_is_refused_without_its_text():
    """A raising `__str__` is a typed refusal that does not quote it."""
    with pytest.raises(InspectorUnavailable) as caught:
        redacted(Loud())
    assert MAIL not in str(caught.value)
    assert caught.value.__cause__ is None


def test_state_of_a_dataclass_outside_its_fields_is_redacted():
    """What `__post_init__` and cached properties leave behind is read too."""
    cached = Cached()
    assert cached.mail == MAIL
    for value in (AfterInit(), cached):
        out = redacted(value)
        assert type(out) is type(value)
        assert MAIL not in str(vars(out))
        assert "⟦EMAIL_ADDRESS" in str(vars(out))
        assert MAIL in str(vars(value))


def test_private_extra_and_cached_state_of_a_pydantic_model_is_redacted():
    """Private attributes, extra fields and cached properties are read like fields."""
    model = Private(more=MAIL)
    assert model._late == MAIL
    out = redacted(model)
    assert type(out) is Private
    state = f"{vars(out)} {out.__pydantic_extra__} {out.__pydantic_private__}"
    assert MAIL not in state
    assert state.count("⟦EMAIL_ADDRESS") == 3
    assert model._p == MAIL


@pytest.mark.parametrize("make", [Callable, Mixed, lambda: SimpleNamespace(text=MAIL)])
def test_callable_slotted_and_bare_objects_are_redacted(make):
    """An object is walked whether or not it can be called or has slots."""
    out = redacted(make())
    assert type(out) is type(make())
    assert out.text.startswith("⟦EMAIL_ADDRESS_1·")


@pytest.mark.parametrize(
    "make",
    [
        lambda: io.StringIO(MAIL),
        lambda: io.BytesIO(MAIL.encode()),
        lambda: Queue([MAIL]),
        lambda: deque([MAIL]),
        lambda: functools.partial(print, MAIL),
    ],
    ids=["StringIO", "BytesIO", "deque subclass", "deque", "partial"],
)
def test_state_kept_outside_python_is_refused(make):
    """A type with storage that the walk cannot see is a typed refusal, never a pass."""
    with pytest.raises(InspectorUnavailable):
        redacted(make())


@pytest.mark.parametrize("leaf", [print, len, redacted, dict, "x".upper, MAIL.__len__], ids=str)
def test_functions_and_classes_pass(leaf):
    """Real functions, methods and classes are not content."""
    assert redacted(leaf) is leaf
