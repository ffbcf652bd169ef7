"""`flow.yaml`: what may not follow on what, and what has to come first, within one run.

`never` something `after` something else was permitted; `only` something `after` something else has
ended well. A run's children are part of it. What has happened is what the guard itself decided and
recorded in that run; there is nothing beside it that could be set back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stageflow_guard.policy.engine.catalogue import Name, validated
from stageflow_guard.policy.engine.rules import object_matches
from stageflow_guard.policy.engine.text import read

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = "flow.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Event(_Strict):
    """What is decided about, as policy lines have it."""

    kind: str = Field(min_length=1)
    act: str = Field(min_length=1)
    obj: str = Field(default="*", min_length=1, description="`a/b`, `a/b/*`, or `*`")

    def is_about(self, kind: str, obj: str, act: str) -> bool:
        """Say whether a request is such an event."""
        return self.kind == kind and self.act == act and object_matches(obj, self.obj)


class FlowRule(_Strict):
    """One rule: `never` or `only`, and `after`."""

    never: Event | None = None
    only: Event | None = None
    after: Event

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.never is None) == (self.only is None):
            raise ValueError("give `never` or `only`")
        return self


class FlowFile(_Strict):
    """`flow.yaml`."""

    flow: dict[Name, FlowRule] = Field(description="rules by name")


@dataclass(frozen=True, slots=True)
class Flow:
    """The rules in force. State is a set of the names of rules whose `after` has happened."""

    rules: Mapping[str, FlowRule]

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.rules)

    def refusing(self, kind: str, obj: str, act: str, happened: Iterable[str]) -> str | None:
        """Return the rule that refuses a request after what has happened, or None."""
        known = frozenset(happened)
        for name, rule in self.rules.items():
            stopped = rule.never is not None and name in known and rule.never
            stopped = stopped or (rule.only is not None and name not in known and rule.only)
            if stopped and stopped.is_about(kind, obj, act):
                return name
        return None

    def marked(self, kind: str, obj: str, act: str, *, ended: bool) -> set[str]:
        """Return the rules whose `after` happens with this request.

        For `never`, when it is permitted; for `only`, once it has `ended` well.
        """
        return {
            name
            for name, rule in self.rules.items()
            if (rule.only is not None) is ended and rule.after.is_about(kind, obj, act)
        }


NO_FLOW = Flow({})


def load_flow(folder: Path, files: dict[str, bytes]) -> Flow:
    """Read `flow.yaml`; raise `ConfigError` for one that cannot be taken."""
    if not os.path.lexists(folder / FILE):
        return NO_FLOW
    files[FILE] = read(folder / FILE, FILE)
    return Flow(dict(validated(FlowFile, files[FILE], FILE).flow))
