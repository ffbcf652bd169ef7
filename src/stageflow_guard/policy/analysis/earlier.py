"""What happened before a request, as cases tell it, and what rules and limits make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import Name
from stageflow_guard.policy.engine.flow import WITHIN
from stageflow_guard.policy.engine.limits import COUNTED, OF_RUNS

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy.engine.flow import Flow, Marks
    from stageflow_guard.policy.engine.limits import Limit
    from stageflow_guard.policy.engine.policyset import PolicySet

Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Earlier(BaseModel):
    """Something that the same subject was permitted before."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    kind: Text
    obj: Text
    act: Text
    times: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="how often")
    ago: Seconds = Field(default=0.0, description="seconds")
    where: Literal["run", "session", "subject"] = Field(
        default="run", description="in this run, in another of its session, or elsewhere"
    )
    ended: bool = Field(default=True, description="false: it failed, or is still under way")
    seconds: Seconds = Field(default=0.0, description="how long each of them took")
    spent: dict[Name, Seconds] = Field(default={}, description="what each of them reported")


def flow_refusal(flow: Flow, request: AccessRequest, history: Iterable[Earlier]) -> str | None:
    """Return the rule of flow.yaml that refuses `request` after `history`, or None."""
    marks: dict[str, Marks] = {within: {} for within in WITHIN}
    for one in sorted(history, key=lambda one: -one.ago):
        # what happened in this run happened in its session and to its subject, too
        reached = {w: marks[w] for w in WITHIN[WITHIN.index(one.where) :]}
        held: dict[str, Marks] = {within: reached.get(within, {}) for within in WITHIN}
        for _ in range(one.times):
            flow.mark(one.kind, one.obj, one.act, held, -one.ago, ended=False)
            if one.ended:
                flow.mark(one.kind, one.obj, one.act, held, -one.ago, ended=True)
    return flow.refusing(request.kind, request.obj, request.act, marks, 0.0)


def limits_about(policies: PolicySet, request: AccessRequest) -> Iterator[tuple[str, Limit]]:
    """Yield the limits that count for a request; raise `ConfigError` where they cannot be read."""
    for name, limit in policies.limits.of(request.ten):
        if limit.of not in OF_RUNS and limit.about(request.kind, request.obj):
            yield name, limit


def full_limit(
    policies: PolicySet, request: AccessRequest, history: Iterable[Earlier]
) -> str | None:
    """Return the hard limit that is used up by `history`, or None; raise `ConfigError`."""
    before = list(history)
    for name, limit in limits_about(policies, request):
        if limit.mode != "hard":
            continue
        used = sum(_used(limit, one, request) for one in before)
        more = 1.0 if limit.of in COUNTED else 0.0
        if used + more > limit.limit or (not more and used >= limit.limit):
            return name
    return None


def _used(limit: Limit, one: Earlier, request: AccessRequest) -> float:
    """Return what something earlier takes of a limit."""
    other = {"tool", "stage"} & set(limit.per) and one.obj != request.obj
    if other or ("run" in limit.per and one.where != "run"):
        return 0.0
    if limit.window is not None and one.ago >= limit.window:
        return 0.0
    if limit.of in (*COUNTED, "seconds") and not limit.about(one.kind, one.obj):
        return 0.0
    if limit.of == "calls":
        return float(one.times)
    if limit.of == "concurrent":
        return 0.0 if one.ended else float(one.times)
    if limit.of == "seconds":
        return one.seconds * one.times
    about = limit.obj is None or limit.about(limit.kind or one.kind, one.obj)
    return one.spent.get(limit.of, 0.0) * one.times if about else 0.0


def told_limit(limit: Limit) -> str:
    """Return a limit as people read it."""
    of = f" per {', '.join(limit.per)}" if limit.per else ""
    span = "in all" if limit.window is None else f"in {limit.window:g} s"
    about = " ".join(one for one in (limit.kind, limit.obj) if one)
    said = f"{limit.limit:g} {limit.of}{of} {span}, {limit.mode}"
    return f"{said}, of {about}" if about else said


def about(policies: PolicySet, request: AccessRequest) -> list[str]:
    """Return what counts for a permitted request beside its lines: rules, limits, bounds, approval.

    Names, paths and bounds; never a value of a call.
    """
    rules = policies.flow.about(request.kind, request.obj, request.act)
    said = [f"{policies.flow.where(name)}  {name}: {rule}" for name, rule in rules]
    try:
        said += [
            f"{policies.limits.where(name)}  {name}: {told_limit(limit)}"
            for name, limit in limits_about(policies, request)
        ]
    except ConfigError as exc:
        said.append(exc.message)
    controls = policies.controls(request)
    for where, schema in () if controls is None else controls.bounds:
        said += [f"{where}  {told}" for name, one in schema.properties.items()
                 for told in _bounds(name, one)]  # fmt: skip
    for rule in () if controls is None else controls.rules:
        if rule.options.approval == "required":
            some = (
                ""
                if rule.when is None
                else ", for some arguments: "
                + "; ".join(
                    told
                    for name, one in rule.when.properties.items()
                    for told in _bounds(name, one)
                )
            )
            said.append(f"{rule.where}  approvals: {rule.options.approvals}{some}")
    return said


def _bounds(path: str, schema: object) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key == "properties":
            for name, inner in value.items():
                yield from _bounds(f"{path}.{name}", inner)
        elif key == "items":
            yield from _bounds(f"{path}[]", value)
        elif key not in ("required", "additionalProperties"):
            yield f"`{path}`: {key} {value}"
