"""Everything textual of a run's input that a stage can reach: taken out, inspected, put back.

The lists are the contract: a field of a context is a carrier, or of an exact type without text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from stageflow.core import PipelineTimer

from stageflow_guard.enforcement.answers import gave_back
from stageflow_guard.hosts.stageflow.outputs import (
    copied,
    copy_of,
    is_moment,
    output_carriers,
    prior_outputs,
    with_carriers,
)
from stageflow_guard.redaction.values.leaves import LONG

if TYPE_CHECKING:
    from stageflow.core import StageContext
    from stageflow.stages.context import PipelineContext

    from stageflow_guard.enforcement.run import Identity, Run
    from stageflow_guard.model import Principal
    from stageflow_guard.ports import Scope

INPUTS = ("input_text", "conversation", "enrichments", "extensions", "metadata")
LABELS = ("topology", "execution_mode")  # short texts beside them, which the host shows to stages
ASIDE = ("service", "configuration", "parent_stage_id", "cancellation_reason")  # kept in the run
PORTS = ("audio_data", "audio_format", "recording")  # ports that carry run input
USUAL = "pipeline"  # the host's own name for a service and for a pipeline without one
_SHOWN = ("input_text", "conversation", "enrichments", "extensions", *LABELS)


def _is_id(value: Any) -> bool:
    return value is None or type(value) is UUID


def _is_short_number(value: Any) -> bool:
    return value is None or (type(value) is int and abs(value) < 10 ** (LONG - 1))


# The other fields of a context, by the exact type that holds no text. A value of another type is
# a carrier: frameworks take a request id from a client's header.
EXACT: dict[str, Callable[[Any], bool]] = {
    "request_id": _is_id,
    "interaction_id": _is_id,
    "parent_run_id": _is_id,
    "correlation_id": _is_id,
    "created_at": is_moment,
    "input_audio_duration_ms": _is_short_number,
    "canceled": lambda value: type(value) is bool,
}


def inputs_of(ctx: PipelineContext, *, known: str = USUAL) -> dict[str, Any]:
    """Return the input carriers of a host context that hold anything.

    What only says the pipeline's `known` name, as the host writes it by itself, is none.
    """
    found = {
        name: value
        for name in (*INPUTS, *LABELS, *ASIDE)
        if _holds(value := getattr(ctx, name))
        and (name in INPUTS or type(value) is not str or value not in (known, USUAL))
    }
    for name, exact in EXACT.items():
        value = getattr(ctx, name)
        if not exact(value):
            found[name] = value
    return found


def _holds(value: Any) -> bool:
    """Say whether there is anything in `value`; only exact types are asked about themselves."""
    return value is not None and (type(value) not in (str, dict, list, tuple) or bool(value))


def emptied(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what stands for carriers whose content goes no further."""
    return {
        k: "" if isinstance(v, str) else {} if isinstance(v, dict) else None for k, v in raw.items()
    }


def is_plain(ctx: PipelineContext) -> bool:
    """Say whether the context holds nothing that one stage could change for another."""
    return (
        all(value is None or type(value) is str for value in (getattr(ctx, n) for n in _SHOWN))
        and type(ctx.metadata) is dict
        and not ctx.metadata
        and all(exact(getattr(ctx, name)) for name, exact in EXACT.items())
    )


class Restoring:
    """Gives originals back out of a scope, and knows whether there were any."""

    __slots__ = ("_scope", "changed")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.changed = False

    def restore(self, value: Any) -> Any:
        """Return `value` with the originals of the scope."""
        told = self._scope.restore(value)
        self.changed = self.changed or gave_back(told, value)
        return told


def own_snapshot(ctx: StageContext, *, plain: bool) -> Callable[[], Any]:
    """Return what makes a stage's own copy of the run's input.

    Called before other code has seen the input: the copies are made of the guard's own. `plain`
    input has no part that a stage could change, but its frame, its ids' frame, its metadata.
    """
    if not plain:
        own = copied(ctx.snapshot)
        return lambda: copied(own)
    kind, id_kind = type(ctx.snapshot), type(ctx.snapshot.run_id)
    parts, ids = _parts(ctx.snapshot), _parts(ctx.snapshot.run_id)
    put_id, put_metadata = (getattr(kind, name).__set__ for name in ("run_id", "metadata"))

    def snapshot() -> Any:
        made: Any = object.__new__(kind)
        run_id: Any = object.__new__(id_kind)
        for put, part in parts:
            put(made, part)
        for put, part in ids:
            put(run_id, part)
        put_id(made, run_id)
        put_metadata(made, {})
        return made

    return snapshot


def stage_view(ctx: StageContext, run: Run, *, scope: Restoring | None) -> StageContext:
    """Return this stage's own copy of its context, restored when `scope` is given.

    Input and prior outputs are copies of the guard's own, not what the host holds. `scope` is
    passed only for a stage whose principal holds `reveal` here.
    """
    inputs, snapshot = ctx.inputs, run.snapshot()
    prior = prior_outputs(run, inputs.prior_outputs) if inputs.prior_outputs else {}
    if scope is not None:
        snapshot = _restored(snapshot, scope)
        prior = {
            name: copy_of(with_carriers(out, scope.restore(output_carriers(out))))
            for name, out in prior.items()
        }
    if run.hooked:
        ctx = _with(ctx, inputs=_with(inputs))
    # the host makes these two for each call, so without a hook no other code has them
    _put(ctx.inputs, "snapshot", snapshot)
    _put(ctx.inputs, "prior_outputs", prior)
    _put(ctx, "snapshot", snapshot)
    timer = object.__new__(PipelineTimer)  # the host's is one for all stages
    timer._pipeline_start_ms = ctx.timer.pipeline_start_ms
    _put(ctx, "timer", timer)
    return ctx


def _restored(snapshot: Any, scope: Restoring) -> Any:
    """Return a snapshot with the originals, in ids and times of another type too."""
    held = {name: value for name in (*INPUTS, *LABELS) if (value := getattr(snapshot, name))}
    told = {n: copied(scope.restore(v)) for n, v in {**held, **_inexact(snapshot)}.items()}
    ids = _inexact(snapshot.run_id)
    if ids:
        given = {n: copied(scope.restore(v)) for n, v in ids.items()}
        told["run_id"] = _with(snapshot.run_id, **given)
    return _with(snapshot, **told)


def _inexact(part: Any) -> dict[str, Any]:
    """Return those fields of a part of the host's context that are carriers by their type."""
    names = (f.name for f in fields(part) if f.name in EXACT)
    return {name: v for name in names if not EXACT[name](v := getattr(part, name))}


# of one of the host's classes: all fields of a value at once, and what sets each of them
_SLOTS: dict[type, tuple[Callable[[Any], tuple[Any, ...]], tuple[Callable[..., None], ...]]] = {}
_put = object.__setattr__  # the host's contexts are frozen


def _parts(value: Any) -> tuple[tuple[Callable[..., None], Any], ...]:
    """Return what sets each field of one of the host's contexts, and what it holds."""
    kind = type(value)
    known = _SLOTS.get(kind)
    if known is None:
        names = [f.name for f in fields(kind)]
        known = attrgetter(*names), tuple(getattr(kind, name).__set__ for name in names)
        _SLOTS[kind] = known
    held, puts = known
    return tuple(zip(puts, held(value), strict=True))


def _with(value: Any, **changes: Any) -> Any:
    """Return a copy of one of the host's contexts; `replace` takes five times as long."""
    clone = object.__new__(type(value))
    for put, part in _parts(value):
        put(clone, part)
    for name, new in changes.items():
        _put(clone, name, new)
    return clone


def port_inputs_of(ports: Any) -> dict[str, Any]:
    """Return what of the ports is input: a run's audio and what stands beside it."""
    return {name: value for name in PORTS if (value := getattr(ports, name, None)) is not None}


def ports_view(ctx: StageContext, *, scope: Restoring | None) -> StageContext:
    """Return the context with ports whose input is this stage's own, restored with `scope`."""
    ports: Any = ctx.inputs.ports
    given = ports._given if scope is None else scope.restore(ports._given)
    mine: Any = object.__new__(GuardedPorts)
    mine._inner, mine._who, mine._given = ports._inner, ports._who, copied(given)
    return replace(ctx, inputs=replace(ctx.inputs, ports=mine))


class GuardedPorts:
    """The application's ports, plus `.auth`: who is calling. Never the token.

    It answers to the application's own type, so that `isinstance` says what it says unguarded.
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

    @property  # type: ignore[misc]  # what `isinstance` asks
    def __class__(self) -> type:
        """The application's own type."""
        return type(self._inner)

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
