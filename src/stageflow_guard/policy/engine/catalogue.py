"""`catalogue.yaml`: which kinds, acts, roles and tools there are, so that a typo is an error."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stageflow_guard.base.first_fault import first_fault
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


Bounds = Annotated[dict[str, Any], Field(min_length=1)]


class ToolOptions(_Strict):
    """What is known of a tool. A tenant's own file can only add to it.

    `role:NAME` beside the other keys holds bounds for those who hold that role, and for agents of
    the chain that do. A bound is JSON Schema by argument: `{amount: {maximum: 100}}`.
    """

    approval: Literal["required", "none"] = Field(
        default="none", description="whether a subject with `approve` has to agree to each call"
    )
    when: Bounds | None = Field(
        default=None, description="the arguments that need the approval; others need none"
    )
    approvals: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="how many different people have to agree"
    )
    approval_expires: Annotated[int, Field(ge=1, le=30 * 86400)] = Field(
        default=3600, description="seconds from the asking until a request or its grant ends"
    )
    approval_wait: Annotated[float, Field(ge=0, le=600)] = Field(
        default=0.0, description="seconds that a call waits for the answer before it is refused"
    )
    on_denied: Literal["end", "tell_model"] | None = Field(
        default=None, description="`tell_model`: a denial is a fixed sentence, and the run goes on"
    )
    arguments: Bounds | None = Field(default=None, description="bounds for every caller")
    roles: dict[Name, Bounds] = Field(default={}, description="bounds by role, without `role:`")

    @model_validator(mode="before")
    @classmethod
    def _by_role(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        made = {k: v for k, v in content.items() if not str(k).startswith("role:")}
        by_role = {
            k.removeprefix("role:"): v for k, v in content.items() if str(k).startswith("role:")
        }
        if by_role:
            made["roles"] = {**made.get("roles", {}), **by_role}
        if isinstance(made.get("approval"), dict) and set(made["approval"]) == {"when"}:
            made["when"] = made["approval"]["when"]
            made["approval"] = "required"
        elif made.get("when") is not None and "approval" not in made:
            made["approval"] = "required"
        return made

    @model_validator(mode="after")
    def _no_empty_when(self) -> Self:
        if self.when is not None and self.approval == "none":
            raise ValueError("`when` says which calls need the approval; `approval` says none")
        return self


class ToolFile(_Strict):
    """`tenants/<tenant>/tools.yaml`."""

    tools: dict[Name, ToolOptions] = Field(description="tools by name; only tighter than the rest")


class PinFile(_Strict):
    """`accepted_tools.yaml`: the definitions of tools that somebody looked at."""

    accepted: dict[Name, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        description="SHA-256 of each tool's definition, by name"
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
        place, said = first_fault(exc, model)
        key = ".".join(str(part) for part in place)
        where: object = found
        line = 1
        for part in place:
            try:
                where = where[part]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(where, dict):
                line = where.get("__line__", line)
        raise ConfigError(f"{name}:{line}: `{key}`: {said}") from None
