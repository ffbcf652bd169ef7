"""A step: whatever does work in a run, as policy calls it. A stage, a tool call, a node, a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from stageflow_guard.errors import ConfigError

# the act that policy asks for when a step of this kind runs
ACTS = {"stage": "run", "tool": "call", "model": "call", "pipeline": "spawn"}
ASKS = "__stageflow_guard_asks__"  # on a protected callable: what policy is asked, if it is told
# kinds whose things may belong to another tenant than the caller's: the owner MUST be named
OWNED = ("data", "memory")
LONGEST = 256  # characters of one segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is asked of policy before the work: `kind`, `obj`, `act`, and whose it is.

    `owner` None means the caller's own tenant. `stage` is the name in a record's field of that
    name, for hosts whose steps are stages.
    """

    kind: str
    obj: str
    act: str
    owner: str | None = None
    stage: str | None = None
    reveal_act: str = "reveal"
    bytes_act: str = "bytes"
    key: tuple[str | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Settle once what requests are kept by."""
        object.__setattr__(self, "key", (self.kind, self.obj, self.act, self.owner, self.stage))

    @property
    def place(self) -> str:
        """What guardrails call it: `<pipeline>/<stage>`, or the object of another kind."""
        return self.obj


@lru_cache(maxsize=4096)
def stage_step(pipeline: str, stage: str) -> Step:
    """Return the step of one stage of a pipeline."""
    return Step(kind="stage", obj=f"{pipeline}/{stage}", act="run", stage=stage)


def require_segment(name: object, what: str) -> str:
    """Return `name` when a policy line can hold it as one segment; raise `ConfigError` otherwise.

    Without this, pipeline `support/x` step `y` would be the object of `support` step `x/y`, and a
    step `*` would be permitted by what permits any.
    """
    if type(name) is not str or not name:
        raise ConfigError(f"{what} needs a name")
    if len(name) > LONGEST:
        raise ConfigError(f"{what} has a name of more than {LONGEST} characters")
    if not _is_segment(name):
        raise ConfigError(f"{what} name {name!r} may not hold `/`, `*`, `,` or white space")
    return name


@lru_cache(maxsize=4096)  # a run asks for its pipeline's name again and again
def _is_segment(name: str) -> bool:
    return not any(c in "/*," or c.isspace() or not c.isprintable() for c in name)
