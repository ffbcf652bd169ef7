"""What is wrong with a file that a pydantic model refused: one fault, the one to mend first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from stageflow_guard.base.near_name import near_name

# by pydantic's name of a fault, and by the type of what stands there
WANTED = {
    "dict_type": "names with values", "model_type": "names with values",
    "model_attributes_type": "names with values", "list_type": "a list", "string_type": "text",
    "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "bool_type": "true or false",
}  # fmt: skip
GOT = {
    dict: "names with values", list: "a list", str: "text", int: "a number", float: "a number",
    bool: "true or false", type(None): "nothing",
}  # fmt: skip


def first_fault(error: ValidationError, model: type[BaseModel]) -> tuple[tuple[Any, ...], str]:
    """Return where, and what: a key that is unknown comes before one that is missing.

    A misspelt key is both; its name is what somebody can mend. The text holds no value.
    """
    found = error.errors(include_url=False)
    unknown = (one for one in found if one["type"] == "extra_forbidden")
    first = next(unknown, found[0])
    if first["type"] != "extra_forbidden":
        return first["loc"], _said(first)
    known = set(_keys(model, set()))
    close = near_name(str(first["loc"][-1]), known)
    return first["loc"], "unknown key" + (f"; did you mean `{close}`?" if close else "")


def _said(fault: Mapping[str, Any]) -> str:
    """Return `expected X, got Y` in words of whoever writes the file; never the value."""
    wanted = WANTED.get(fault["type"])
    if fault["type"] == "literal_error":
        return f"expected {fault['ctx']['expected']}"
    if wanted is None:
        return str(fault["msg"]).lower()
    got = GOT.get(type(fault["input"]))
    return f"expected {wanted}" + (f", got {got}" if got else "")


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
