"""Everything textual that a stage can reach: taken out, inspected, put back.

The list is the contract: input text, conversation, enrichments, extensions,
metadata, prior outputs, output data with its keys, artifacts, events, errors, reasons.
"""

from __future__ import annotations

import copy
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow.core import StageArtifact, StageContext, StageEvent, StageOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow.stages.context import PipelineContext

    from stageflow_guard.enforcement.run import Identity
    from stageflow_guard.model import Principal
    from stageflow_guard.ports import Scope

INPUTS = ("input_text", "conversation", "enrichments", "extensions", "metadata")
LABELS = ("topology", "execution_mode")  # short texts beside them, which the host shows to stages
ASIDE = ("service", "configuration", "parent_stage_id", "cancellation_reason")  # kept in the run
PORTS = ("audio_data", "audio_format", "recording")  # ports that carry run input
USUAL = "pipeline"  # the host's own name for a service and for a pipeline without one


def inputs_of(ctx: PipelineContext, *, known: str = USUAL) -> dict[str, Any]:
    """Return the input carriers of a host context that hold anything.

    What only says the pipeline's `known` name, as the host writes it by itself, is none.
    """
    return {
        name: value
        for name in (*INPUTS, *LABELS, *ASIDE)
        if (value := getattr(ctx, name)) and (name in INPUTS or value not in (known, USUAL))
    }


def emptied(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what stands for carriers whose content goes no further."""
    return {
        k: "" if isinstance(v, str) else {} if isinstance(v, dict) else None for k, v in raw.items()
    }


def output_carriers(output: StageOutput) -> dict[str, Any]:
    """Return the textual carriers of a stage's output that hold anything."""
    found: dict[str, Any] = {}
    if output.data:
        found["data"] = output.data
    if output.error:
        found["error"] = output.error
    if output.version:
        found["version"] = output.version
    if output.artifacts:
        found["artifacts"] = [{"type": a.type, "payload": a.payload} for a in output.artifacts]
    if output.events:
        found["events"] = [{"type": e.type, "data": e.data} for e in output.events]
    return found


def with_carriers(output: StageOutput, redacted: dict[str, Any]) -> StageOutput:
    """Return `output` with its carriers replaced by their redacted copies."""
    changes: dict[str, Any] = {
        name: redacted[name] for name in ("data", "error", "version") if name in redacted
    }
    if "artifacts" in redacted:
        changes["artifacts"] = [
            StageArtifact(type=new["type"], payload=new["payload"], timestamp=old.timestamp)
            for new, old in zip(redacted["artifacts"], output.artifacts, strict=True)
        ]
    if "events" in redacted:
        changes["events"] = [
            StageEvent(type=new["type"], data=new["data"], timestamp=old.timestamp)
            for new, old in zip(redacted["events"], output.events, strict=True)
        ]
    return replace(output, **changes) if changes else output


def deep_copied(value: Any) -> Any:
    """Return a copy whose containers no other stage holds.

    The host freezes a snapshot at the top only, so one stage could rewrite what later ones see.
    Containers and dataclasses are copied; leaves of other types are shared.
    """
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is StageOutput:
        return StageOutput(
            status=value.status,
            data=deep_copied(value.data) if value.data else {},
            artifacts=deep_copied(value.artifacts) if value.artifacts else [],
            events=deep_copied(value.events) if value.events else [],
            error=value.error,
            duration_ms=value.duration_ms,
            version=value.version,
        )
    if isinstance(value, dict):
        return {k: deep_copied(v) for k, v in value.items()}
    if isinstance(value, list):
        return [deep_copied(v) for v in value]
    if kind is tuple:
        return tuple(deep_copied(v) for v in value)
    if isinstance(value, set):
        return set(value)
    if is_dataclass(value) and not isinstance(value, type):
        clone = copy.copy(value)
        for f in fields(value):
            old = getattr(value, f.name, None)
            if isinstance(old, dict | list | tuple | set) or is_dataclass(old):
                object.__setattr__(clone, f.name, deep_copied(old))
        return clone
    return value


def is_plain(ctx: PipelineContext) -> bool:
    """Say whether the input carriers hold nothing that one stage could change for another."""
    return all(not value or type(value) is str for value in (getattr(ctx, n) for n in INPUTS))


def stage_view(ctx: StageContext, *, scope: Scope | None, plain: bool = False) -> StageContext:
    """Return this stage's own copy of its context, restored when `scope` is given.

    `scope` is passed only for a stage whose principal holds `reveal` here; `plain` is what
    `is_plain` said of the run's context.
    """
    snapshot, inputs = ctx.snapshot, ctx.inputs
    prior = inputs.prior_outputs
    if scope is None:
        # the host makes this dict anew for each stage call, so its values may be exchanged
        for name, out in prior.items():
            prior[name] = deep_copied(out)
        if plain:
            return ctx
        mutable = {
            name: deep_copied(value)
            for name in INPUTS
            if (value := getattr(snapshot, name)) and type(value) is not str
        }
        if not mutable:
            return ctx
        snapshot = replace(snapshot, **mutable)
    else:
        held = {name: value for name in (*INPUTS, *LABELS) if (value := getattr(snapshot, name))}
        restored = {name: deep_copied(scope.restore(value)) for name, value in held.items()}
        snapshot = replace(snapshot, **restored)
        prior = {
            name: deep_copied(with_carriers(out, scope.restore(output_carriers(out))))
            for name, out in prior.items()
        }
    return replace(
        ctx, snapshot=snapshot, inputs=replace(inputs, snapshot=snapshot, prior_outputs=prior)
    )


def port_inputs_of(ports: Any) -> dict[str, Any]:
    """Return what of the ports is input: a run's audio and what stands beside it."""
    return {name: value for name in PORTS if (value := getattr(ports, name, None)) is not None}


def ports_view(ctx: StageContext, *, scope: Scope | None) -> StageContext:
    """Return the context with ports whose input is this stage's own, restored with `scope`."""
    ports: Any = ctx.inputs.ports
    given = ports._given if scope is None else scope.restore(ports._given)
    mine: Any = object.__new__(GuardedPorts)
    mine._inner, mine._who, mine._given = ports._inner, ports._who, deep_copied(given)
    return replace(ctx, inputs=replace(ctx.inputs, ports=mine))


class GuardedPorts:
    """The application's ports, plus `.auth`: who is calling. Never the token.

    `given` is what stands for the application's own where that is input of the run.
    """

    __slots__ = ("_given", "_inner", "_who")

    def __init__(self, inner: Any, identity: Identity, given: dict[str, Any]) -> None:
        self._inner = inner
        self._given = given
        # to be asked, not to be assigned
        self._who: Callable[[], Principal] = lambda: identity.principal

    @property
    def auth(self) -> Principal:
        """Who is calling, as of the latest renewal."""
        return self._who()

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying."""
        raise TypeError("the ports of a run are its own; they cannot be copied")

    def __getattr__(self, name: str) -> Any:
        """Delegate to the application's own ports; what is input comes inspected."""
        if name in self._given:
            return self._given[name]
        if name in PORTS and getattr(self._inner, name) is not None:
            raise AttributeError(f"`{name}` was not there when the run's input was inspected")
        return getattr(self._inner, name)
