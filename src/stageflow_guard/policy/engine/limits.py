"""`limits.yaml`: how much of what, for whom, in which time. A tenant's own file adds limits.

Every limit counts within one tenant, so that no tenant uses up another's. A tenant's file holds
limits of its own beside the platform's: all of them count, so that it can only tighten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from stageflow_guard.base.sharded_map import followed
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import Name, validated
from stageflow_guard.policy.engine.rules import Problem, object_matches
from stageflow_guard.policy.engine.source import PolicySource
from stageflow_guard.policy.engine.strictyaml import LINE, load_yaml
from stageflow_guard.policy.engine.text import problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE = "limits.yaml"
COUNTED = ("calls", "concurrent")  # taken when a step begins
OF_RUNS = ("children", "depth")  # asked when a child run begins


class Limit(BaseModel):
    """One limit. `of` is `calls`, `seconds`, `concurrent`, `children`, `depth`, or any unit that
    steps report with `guard.spend`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    of: Name
    limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    per: list[Literal["subject", "tool", "stage", "run"]] = Field(
        default=[], description="what has a count of its own; absent: the whole tenant"
    )
    window: Annotated[float, Field(gt=0, le=366 * 86400)] | None = Field(
        default=None, description="seconds that slide along; absent: a total that never ends"
    )
    kind: str | None = Field(default=None, description="which steps count: `tool`, `stage`, ...")
    obj: str | None = Field(default=None, description="an object as policy lines have it")
    mode: Literal["hard", "soft"] = Field(
        default="hard", description="soft: going over is on record and stops nothing"
    )

    def about(self, kind: str, obj: str) -> bool:
        """Say whether a step of this kind and object counts."""
        if self.kind is not None and self.kind != kind:
            return False
        return self.obj is None or object_matches(obj, self.obj)


class LimitFile(BaseModel):
    """`limits.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    limits: dict[Name, Limit] = Field(description="limits by name")


@dataclass(frozen=True)
class Limits:
    """The limits in force, by name: the platform's, and each tenant's."""

    platform: Mapping[str, Limit] = field(default_factory=dict)
    tenants: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)  # tenant to file
    lines: Mapping[str, str] = field(default_factory=dict, compare=False)  # by name: `file:line`

    def where(self, name: str) -> str:
        """Return `file:line` of a limit, as `of` names it."""
        return self.lines.get(name, f"{FILE}:1")

    def dropped(self) -> Iterator[tuple[str, str, Limits]]:
        """Yield (where, what is gone, the limits without it) for each hard one of a request."""
        for tenant, held in ((None, self.platform), *self.tenants.items()):
            for name, one in held.items():
                if one.mode == "soft" or one.of in OF_RUNS:  # no request shows these
                    continue
                left = {key: kept for key, kept in held.items() if key != name}
                full = name if tenant is None else f"{tenant}/{name}"
                made = (
                    replace(self, platform=left)
                    if tenant is None
                    else replace(self, tenants={**self.tenants, tenant: left})
                )
                yield self.where(full), f"limit {full} dropped", made

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.platform or self.tenants or self.broken)

    def of(self, tenant: str) -> list[tuple[str, Limit]]:
        """Return what counts in a tenant; raise `ConfigError` when its file cannot be read."""
        if tenant in self.broken:
            raise ConfigError(f"`{self.broken[tenant]}` is not in force, and no older one is")
        own = self.tenants.get(tenant, {})
        return [*self.platform.items(), *((f"{tenant}/{name}", one) for name, one in own.items())]


def load_limits(
    source: PolicySource,
    files: dict[str, bytes],
    problems: list[Problem],
    *,
    tenants: Iterable[str],
    again: Collection[str] | None,
    previous: Limits,
    previous_files: Mapping[str, bytes],
) -> Limits:
    """Read the platform's limits and the tenants'; of a bad tenant file the last good one stays.

    Where there is no good one, nothing of the tenant runs. `tenants` are those to read, `again`
    those whose limits in `previous` do not count on (None: all). Raises `ConfigError` for the
    platform's.
    """
    platform: Mapping[str, Limit] = {}
    lines: dict[str, str] = {}
    if source.has(FILE):
        content = files[FILE] = source.read(FILE)
        if previous_files.get(FILE) == content:
            platform = previous.platform
            lines |= {name: previous.lines[name] for name in platform}
        else:
            platform = MappingProxyType(_checked(content, FILE))
            lines |= _lines(content, FILE, "")
    found: dict[str, Mapping[str, Limit]] = {}
    broken: dict[str, str] = {}
    for tenant in tenants:
        file = f"tenants/{tenant}/{FILE}"
        if not source.has(file):
            continue
        try:
            content = source.read(file)
            found[tenant] = _checked(content, file)
            files[file] = content
            lines |= _lines(content, file, f"{tenant}/")
        except ConfigError as exc:
            problems.append(problem_of(file, exc))
            if tenant in previous.tenants:
                found[tenant] = previous.tenants[tenant]
                files[file] = previous_files[file]
                lines |= _lines(files[file], file, f"{tenant}/")
            else:
                broken[tenant] = file
    held = followed(previous.tenants, again, found)
    gone = None if again is None else _names(previous, again)
    where = followed(previous.lines, gone, lines)
    return Limits(platform, held, MappingProxyType(broken), where)


def _names(limits: Limits, tenants: Collection[str]) -> set[str]:
    """Return what `lines` calls the platform's limits, and those of these tenants."""
    return {*limits.platform} | {
        f"{tenant}/{name}" for tenant in tenants for name in limits.tenants.get(tenant, ())
    }


def _lines(content: bytes, file: str, prefix: str) -> dict[str, str]:
    raw = load_yaml(content, file)["limits"]
    return {f"{prefix}{name}": f"{file}:{one[LINE]}" for name, one in raw.items() if name != LINE}


def _checked(content: bytes, file: str) -> dict[str, Limit]:
    found = validated(LimitFile, content, file).limits
    for name, one in found.items():
        if one.of in ("concurrent", *OF_RUNS) and one.window is not None:
            raise ConfigError(f"{file}:1: limit `{name}`: `{one.of}` has no `window`")
    return dict(found)
