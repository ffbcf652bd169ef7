"""`catalogue.yaml`: which kinds, acts, roles and tools there are, so that a typo is an error."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.strictyaml import load_yaml, plain

ACTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "stage": ("run", "reveal", "bytes"),
    "tool": ("call", "approve", "reveal"),
    "data": ("read", "write", "delete", "export", "reveal"),
    "memory": ("read", "write", "delete", "export", "reveal"),
    "model": ("call",),
    "pipeline": ("spawn",),
    "audit": ("read",),
    "policy": ("read", "write", "approve"),
})  # fmt: skip

Model = TypeVar("Model", bound=BaseModel)
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class ToolOptions(_Strict):
    """What is known of a tool."""

    approval: Literal["required", "none"] = Field(
        default="none", description="whether a subject with `approve` has to agree to each call"
    )


class Catalogue(_Strict):
    """The names that policy lines may use. A list that is absent is not checked."""

    kinds: dict[Name, Annotated[list[Name], Field(min_length=1)]] | None = Field(
        default=None, description="kind to acts; absent means the built-in ones"
    )
    roles: list[Name] | None = Field(default=None, description="roles, without `role:`")
    tools: dict[Name, ToolOptions] | None = Field(default=None, description="tools by name")

    def acts(self) -> Mapping[str, tuple[str, ...]]:
        """Return the acts of each kind."""
        return ACTS if self.kinds is None else {k: tuple(v) for k, v in self.kinds.items()}


def parse_catalogue(content: bytes, name: str = "catalogue.yaml") -> Catalogue:
    """Return the catalogue in a file; raise `ConfigError` that names file and key."""
    return validated(Catalogue, content, name)


def validated(model: type[Model], content: bytes, name: str) -> Model:
    """Return `content`, which is YAML, as `model`; the error names file, line and key."""
    found = load_yaml(content, name)
    try:
        return model.model_validate(plain(found))
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        where: object = found
        line = 1
        for part in first["loc"]:
            try:
                where = where[part]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(where, dict):
                line = where.get("__line__", line)
        raise ConfigError(f"{name}:{line}: `{key}`: {first['msg'].lower()}") from None
