"""`flow.yaml`: what may not follow on what, what has to come first, and how often something may be.

`never` something `after` something else was permitted; `only` something `after` something else has
ended well; `at_most` N times `of` something. A rule speaks of what happened within one `run` and
its children, within one `session` (the session id that the application gives its runs), or of one
`subject`; always within one tenant.

What has happened is a few times (seconds of a clock that nobody can set) for each rule, so that an
answer costs the same however long the history is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import Name, validated
from stageflow_guard.policy.engine.rules import object_matches
from stageflow_guard.policy.engine.source import PolicySource
from stageflow_guard.policy.engine.strictyaml import LINE, load_yaml

FILE = "flow.yaml"
Within = Literal["run", "session", "subject"]
WITHIN: tuple[Within, ...] = ("run", "session", "subject")
MOST = 10_000  # times that one rule counts up to
LONGEST = 366 * 86400.0  # seconds
# answered beside a step's own question, or by somebody else later: no history holds them
UNTOLD = ("reveal", "bytes", "approve", "stream")
Times = deque[float]
Marks = dict[str, Times]  # by rule: when it happened last, as often as the rule counts


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Event(_Strict):
    """What is decided about, as policy lines have it."""

    kind: str = Field(min_length=1)
    act: str = Field(min_length=1)
    obj: str = Field(default="*", min_length=1, description="`a/b`, `a/b/*`, or `*`")

    @model_validator(mode="after")
    def _is_told(self) -> Self:
        if self.act in UNTOLD:
            raise ValueError(f"no history holds `{self.act}`")
        return self

    def is_about(self, kind: str, obj: str, act: str) -> bool:
        """Say whether a request is such an event."""
        return self.kind == kind and self.act == act and object_matches(obj, self.obj)

    def __str__(self) -> str:
        """Return `act kind obj`."""
        return f"{self.act} {self.kind} {self.obj}"


class FlowRule(_Strict):
    """One rule: `never` or `only` with `after`, or `at_most` with `of`."""

    never: Event | None = Field(default=None, description="what may not come `after`")
    only: Event | None = Field(default=None, description="what may come only `after`")
    after: Event | None = None
    at_most: Annotated[int, Field(ge=1, le=MOST)] | None = Field(
        default=None, description="how often `of` may be permitted"
    )
    of: Event | None = None
    within: Within = Field(default="run", description="where the rule looks for what happened")
    window: Annotated[float, Field(gt=0, le=LONGEST)] | None = Field(
        default=None, description="seconds that the rule looks back; a session or subject needs it"
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        forms = [one is not None for one in (self.never, self.only, self.at_most)]
        if sum(forms) != 1:
            raise ValueError("give one of `never`, `only` and `at_most`")
        if (self.after is not None) is (self.at_most is not None):
            raise ValueError("`never` and `only` take `after`, `at_most` takes `of`")
        if (self.of is not None) is not (self.at_most is not None):
            raise ValueError("`at_most` takes `of`, and nothing else does")
        if self.within != "run" and self.window is None:
            raise ValueError(f"`within: {self.within}` needs a `window`")
        return self

    @property
    def stops(self) -> Event:
        """What the rule refuses."""
        found = self.never or self.only or self.of
        assert found is not None  # noqa: S101 - the model saw to it
        return found

    @property
    def marks(self) -> Event:
        """What the rule remembers."""
        found = self.after or self.of
        assert found is not None  # noqa: S101 - the model saw to it
        return found

    def refuses(self, times: Times | None, now: float) -> bool:
        """Say whether what it stops is refused, after what happened at `times`."""
        since = float("-inf") if self.window is None else now - self.window
        if self.at_most is not None:  # the oldest of the last N decides
            return times is not None and len(times) >= self.at_most and times[0] > since
        happened = bool(times) and times is not None and times[-1] > since
        return happened if self.never is not None else not happened

    def __str__(self) -> str:
        """Return it as people read it."""
        if self.at_most is not None:
            told = f"at most {self.at_most} times {self.of}"
        else:
            told = f"{'never' if self.never else 'only'} {self.stops} after {self.after}"
        span = "" if self.window is None else f", {self.window:g} s"
        return f"{told} (within {self.within}{span})"


class FlowFile(_Strict):
    """`flow.yaml`."""

    flow: dict[Name, FlowRule] = Field(description="rules by name")


@dataclass(frozen=True)
class Flow:
    """The rules in force. `lines` says where each stands."""

    rules: Mapping[str, FlowRule]
    lines: Mapping[str, str] = field(default_factory=dict, compare=False)
    _stopping: dict[tuple[str, str], list[tuple[str, FlowRule]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _marking: dict[tuple[str, str], list[tuple[str, FlowRule]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Sort the rules by what they are about."""
        for name, rule in self.rules.items():
            for event, table in ((rule.stops, self._stopping), (rule.marks, self._marking)):
                table.setdefault((event.kind, event.act), []).append((name, rule))

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.rules)

    @property
    def wide(self) -> dict[str, FlowRule]:
        """The rules that look beyond one run."""
        return {name: rule for name, rule in self.rules.items() if rule.within != "run"}

    def where(self, name: str) -> str:
        """Return `file:line` of a rule."""
        return self.lines.get(name, f"{FILE}:1")

    def dropped(self) -> Iterator[tuple[str, str, Flow]]:
        """Yield (where, what is gone, the rules without it)."""
        for name in self.rules:
            left = {key: rule for key, rule in self.rules.items() if key != name}
            yield self.where(name), f"rule {name} dropped", Flow(left, self.lines)

    def about(self, kind: str, obj: str, act: str) -> Iterator[tuple[str, FlowRule]]:
        """Yield the rules that may refuse a request."""
        for name, rule in self._stopping.get((kind, act), ()):
            if object_matches(obj, rule.stops.obj):
                yield name, rule

    def marked(
        self, kind: str, obj: str | None, act: str, *, ended: bool
    ) -> Iterator[tuple[str, FlowRule]]:
        """Yield the rules that remember a request: `only` rules once it has `ended` well, the
        others when it is permitted. An object that cannot be told (None) is every object.
        """
        for name, rule in self._marking.get((kind, act), ()):
            if (rule.only is not None) is ended and (
                obj is None or object_matches(obj, rule.marks.obj)
            ):
                yield name, rule

    def speaks_of(self, kind: str, obj: str, act: str) -> str | None:
        """Return the first rule beyond one run that stops or remembers a request, or None."""
        for name, rule in (
            *self._stopping.get((kind, act), ()), *self._marking.get((kind, act), ()),
        ):  # fmt: skip
            about = rule.stops.is_about(kind, obj, act) or rule.marks.is_about(kind, obj, act)
            if about and rule.within != "run":
                return str(name)
        return None

    def refusing(
        self, kind: str, obj: str, act: str, marks: Mapping[str, Marks], now: float
    ) -> str | None:
        """Return the name of the rule that refuses a request, or None; `marks` by `within`."""
        for name, rule in self.about(kind, obj, act):
            if rule.refuses(marks[rule.within].get(name), now):
                return name
        return None

    def mark(
        self, kind: str, obj: str | None, act: str, marks: Mapping[str, Marks], at: float, *,
        ended: bool,
    ) -> None:  # fmt: skip
        """Remember a request in `marks`, in place."""
        for name, rule in self.marked(kind, obj, act, ended=ended):
            held = marks[rule.within]
            times = held.get(name)
            if times is None:
                times = held[name] = deque(maxlen=rule.at_most or 1)
            times.append(at)


NO_FLOW = Flow({})


def load_flow(
    source: PolicySource,
    files: dict[str, bytes],
    *,
    previous: Flow = NO_FLOW,
    previous_files: Mapping[str, bytes] | None = None,
) -> Flow:
    """Read `flow.yaml`; raise `ConfigError` for one that cannot be taken.

    `previous` are the rules that `previous_files` hold: the same bytes are not read again.
    """
    if not source.has(FILE):
        return NO_FLOW
    content = files[FILE] = source.read(FILE)
    if previous_files is not None and previous_files.get(FILE) == content:
        return previous
    rules = dict(validated(FlowFile, content, FILE).flow)
    raw = load_yaml(content, FILE)["flow"]
    for name, rule in rules.items():
        if rule.only is not None and rule.after == rule.only:
            raise ConfigError(f"{FILE}:{raw[name][LINE]}: rule `{name}` waits for itself")
    return Flow(rules, {name: f"{FILE}:{raw[name][LINE]}" for name in rules})
