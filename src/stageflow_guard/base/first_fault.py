"""What is wrong with a file that a pydantic model refused: one fault, the one to mend first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from stageflow_guard.base.near_name import near_name


def first_fault(error: ValidationError, model: type[BaseModel]) -> tuple[tuple[Any, ...], str]:
    """Return where, and what: a key that is unknown comes before one that is missing.

    A misspelt key is both; its name is what somebody can mend. The text holds no value.
    """
    found = error.errors(include_input=False, include_url=False)
    unknown = (one for one in found if one["type"] == "extra_forbidden")
    first = next(unknown, found[0])
    if first["type"] != "extra_forbidden":
        return first["loc"], first["msg"].lower()
    known = set(_keys(model, set()))
    close = near_name(str(first["loc"][-1]), known)
    return first["loc"], "unknown key" + (f"; did you mean `{close}`?" if close else "")


def _keys(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    """Yield every key of a model and of those inside it."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield field.alias or name
        todo: list[Any] = [field.annotation]
        while todo:
            one = todo.pop()
            todo += get_args(one)
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield from _keys(one, seen)
