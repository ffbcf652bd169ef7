"""`guard.protect`: one callable of plain Python as a guarded step, sync or async.

1. the arguments are bound by the callable's signature
2. policy is asked about (kind, object, act, owner) for the run of this context
3. the arguments are inspected as a mapping; a caller with `reveal` gets the originals
4. the body runs: an async one here, a sync one in its caller's thread
5. what it gives is inspected, its effect is on record, and only then it is returned
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stageflow_guard.base.portal import Portal
from stageflow_guard.enforcement.binding import Binder, Bound
from stageflow_guard.enforcement.definitions import MARK, ToldDefinition
from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.pending import current_permit
from stageflow_guard.enforcement.resources import UNKNOWN
from stageflow_guard.enforcement.seam import Answer, Call, Seam, copied
from stageflow_guard.enforcement.step import ACTS, ASKS, OWNED, Step, require_segment
from stageflow_guard.errors import (
    ConfigError,
    GuardError,
    InspectorUnavailable,
    PolicyUnavailable,
    Refused,
)
from stageflow_guard.policy.engine.argument_schema import UnreadableArguments, plain_copy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from stageflow_guard.enforcement.definitions import Pins

F = TypeVar("F", bound=Callable[..., Any])
Told = str | Callable[..., Any]

# what a model reads of a call that policy denies with `on_denied: tell_model`
TOLD = "This call was denied by policy. Do not try it again in this form."
_VAR_KEYWORD = inspect.Parameter.VAR_KEYWORD
RECEIVERS = ("self", "cls")


class Protection:
    """What is asked before one callable runs, read once when it is decorated.

    Raises `ConfigError` for a kind without an act, for `data` and `memory` without an owner, for a
    generator, and for what is no callable.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        kind: str,
        obj: Told,
        act: str | None,
        owner: Told | None,
        uninspected: Collection[str],
        definition: Any = None,
        pins: Pins | None = None,
    ) -> None:
        if isinstance(function, staticmethod | classmethod | property | type):
            raise ConfigError(
                f"`guard.protect` takes a function or method, not `{type(function).__name__}`; put "
                "it below the other decorator"
            )
        if not callable(function):
            raise ConfigError(f"`guard.protect` takes a callable, not `{type(function).__name__}`")
        self.name = getattr(function, "__qualname__", type(function).__name__)
        if inspect.isgeneratorfunction(inspect.unwrap(function)) or inspect.isgeneratorfunction(
            type(function).__call__
        ):
            raise ConfigError(
                f"`{self.name}` is a generator: its items would leave unwatched; return a list, or "
                "make it an async generator"
            )
        if type(kind) is not str or not kind:
            raise ConfigError("`kind` is text, as policy lines have it")
        chosen = act if act is not None else ACTS.get(kind)
        if type(chosen) is not str or not chosen:
            raise ConfigError(f"kind `{kind}` needs an `act`: `read`, `write`, …")
        if owner is None and kind in OWNED:
            raise ConfigError(
                f"kind `{kind}` needs an `owner`: a tenant, or a function of the arguments"
            )
        for what, told in (("obj", obj), ("owner", owner)):
            if told is not None and not callable(told) and (type(told) is not str or not told):
                raise ConfigError(f"`{what}` is text, or a function of the arguments")
        self.signature = inspect.signature(function)
        self._binder = Binder(self.signature)
        kinds = {one.name: one.kind for one in self.signature.parameters.values()}
        self._var_keyword = next((n for n, k in kinds.items() if k is _VAR_KEYWORD), None)
        unknown = [name for name in uninspected if name not in self.signature.parameters]
        if unknown:
            raise ConfigError(f"`uninspected` names no parameter of `{self.name}`: {unknown}")
        self._kind, self._act, self._obj, self._owner = kind, chosen, obj, owner
        self._uninspected = frozenset(uninspected) | _receivers(function, self.signature)
        self.told: ToldDefinition | None = None
        self.pins = pins
        if definition is not None:
            self._define(definition, kind, obj)
        self._step: Step | None = None
        if not callable(obj) and not callable(owner):
            self._step = Step(kind=kind, obj=obj, act=chosen, owner=owner)

    def _define(self, definition: Any, kind: str, obj: Told) -> None:
        """Take over what a model is told of a tool; the first that this guard sees counts."""
        if kind != "tool" or callable(obj):
            raise ConfigError("a `definition` is one tool's: `kind` is `tool`, `obj` its name")
        self.told = ToldDefinition(require_segment(obj, "a tool"), definition)
        if self.pins is not None:
            self.pins.see(self.told.definition)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Return the arguments by name; raise `TypeError` as the callable itself would."""
        return self._binder.bind(args, kwargs)

    def split(self, bound: Bound) -> dict[str, Any]:
        """Return those arguments that are data."""
        if not self._uninspected:
            return dict(bound.arguments)
        return {k: v for k, v in bound.arguments.items() if k not in self._uninspected}

    def judged(self, bound: Bound, copies: dict[str, Any]) -> dict[str, Any]:
        """Return what bounds on a tool's arguments speak of: every one, as the body will see it.

        Defaults included, keyword arguments by their own names; of parameters that are not
        inspected, those that are plain values.
        """
        made: dict[str, Any] = {}
        for name, value in bound.whole().items():
            if name in self._uninspected:
                with contextlib.suppress(UnreadableArguments):
                    bound.arguments[name] = made[name] = plain_copy(value)
            elif name == self._var_keyword:
                made.update(copies.get(name, value))
            else:
                made[name] = copies.get(name, value)
        return made

    def step_of(self, bound: Bound) -> Step:
        """Return what is asked about this call; raise `PolicyUnavailable` when it cannot be told.

        An owner that cannot be told is a foreign one.
        """
        if self._step is not None:
            return self._step
        obj = self._told(self._obj, bound)
        if obj is None:
            raise PolicyUnavailable(f"the object of this call of `{self.name}` cannot be told")
        owner = self._owner
        if callable(owner):
            owner = self._told(owner, bound) or UNKNOWN
        return Step(kind=self._kind, obj=obj, act=self._act, owner=owner)

    @property
    def general_step(self) -> Step:
        """Return what stands on record of a call whose object is not known yet."""
        obj = self._obj if isinstance(self._obj, str) else self.name
        return Step(kind=self._kind, obj=obj, act=self._act, owner=None)

    @property
    def asks(self) -> tuple[str, str, str] | None:
        """Return what is asked (kind, object, act); None where the arguments tell the object."""
        return (self._kind, self._obj, self._act) if isinstance(self._obj, str) else None

    def names_of(self, step: Step) -> list[str]:
        """Return what of a step's names comes from the arguments: they stand on record."""
        told = ((self._obj, step.obj), (self._owner, step.owner))
        return [name for how, name in told if callable(how) and name]

    def _told(self, told: Told, bound: Bound) -> str | None:
        if not callable(told):
            return told
        try:
            value = _call_with(told, bound.whole())
        except Exception:  # arguments of another form name nothing
            return None
        return value if type(value) is str and value else None


def _call_with(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call `function` with those arguments that it has parameters for, by name."""
    wanted = inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in wanted.values()):
        return function(**arguments)
    return function(**{name: arguments[name] for name in wanted if name in arguments})


def _receivers(function: Callable[..., Any], signature: inspect.Signature) -> frozenset[str]:
    """Return the name of the receiver of a method that is decorated in its class."""
    outer, _, _ = getattr(function, "__qualname__", "").rpartition(".")
    first = next(iter(signature.parameters), None)
    if outer and not outer.endswith("<locals>") and first in RECEIVERS:
        return frozenset((first,))
    return frozenset()


def protected(seam: Seam, portal: Portal, function: F, protection: Protection) -> F:
    """Return `function` as a guarded callable of the same kind: async, async generator, or sync."""
    body = inspect.unwrap(function) if inspect.isfunction(function) else function
    guarded: Any
    if inspect.isasyncgenfunction(body) or inspect.isasyncgenfunction(type(function).__call__):
        guarded = _stream(seam, function, protection)
    elif inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        type(function).__call__
    ):
        guarded = _async(seam, function, protection)
    else:
        guarded = _sync(seam, portal, function, protection)
    try:
        functools.update_wrapper(guarded, function)
    finally:
        # the unguarded function would be one attribute away
        guarded.__dict__.pop("__wrapped__", None)
    guarded.__signature__ = protection.signature
    if protection.told is not None:
        setattr(guarded, MARK, protection.told)
    setattr(guarded, ASKS, protection.asks)
    return cast("F", guarded)


async def _begin(seam: Seam, protection: Protection, bound: Bound) -> tuple[Call, dict[str, Any]]:
    """Return the call and its inspected arguments; raise a `GuardError`, on record."""
    run = seam.current_run()
    if run is None:
        await seam.refuse_outside(protection.general_step, None)
    try:
        step = protection.step_of(bound)
    except GuardError as error:
        await seam.pep.refuse_step(error, run, protection.general_step, "authorize")
    if protection.told is not None and protection.pins is not None:
        told, given = protection.told, copied(protection.split(bound))
        await protection.pins.require_call(
            told.definition, told.now, protection.judged(bound, given), run, step
        )
    names = protection.names_of(step)
    if names:
        _, found = await seam.pep.inspect(run, names, direction="input")
        if run.blocked is not None or any(one.personal for one in found):
            error_ = InspectorUnavailable(
                f"the object or owner of this call of `{protection.name}` holds personal data: "
                "name it by id"
            )
            await seam.pep.refuse_step(error_, run, protection.general_step, "authorize")
    return await seam.begin(
        step, protection.split(bound), judged=lambda copies: protection.judged(bound, copies)
    )


def _async(seam: Seam, function: Callable[..., Any], protection: Protection) -> Callable[..., Any]:
    async def guarded(*args: Any, **kwargs: Any) -> Any:
        bound = protection.bind(args, kwargs)
        del args, kwargs
        try:
            try:
                call, arguments = await _begin(seam, protection, bound)
            except Refused as refused:
                if refused.tells_model:
                    return TOLD
                raise
            bound.arguments.update(arguments)
            work = bound.call(function)
            del bound, arguments
            answer = await seam.run_step(call, work)
            del work
            return await seam.conclude(call, answer)
        except BaseException as error:
            drop_frames(error)  # their locals hold raw arguments
            raise

    return guarded


def _sync(
    seam: Seam, portal: Portal, function: Callable[..., Any], protection: Protection
) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        bound = protection.bind(args, kwargs)
        del args, kwargs
        try:
            try:
                call, arguments = portal.call(_begin(seam, protection, bound))
            except Refused as refused:
                if refused.tells_model:
                    return TOLD
                raise
            bound.arguments.update(arguments)
            del arguments
            token = current_permit.set(call.permit)
            try:
                answer = Answer()
                answer.values.append(bound.call(function))
            except BaseException as error:
                answer = seam.failed(call, error)
            finally:
                current_permit.reset(token)
                del bound
            return portal.call(seam.conclude(call, answer))
        except BaseException as error:
            drop_frames(error)  # their locals hold raw arguments
            raise

    return guarded


def _stream(seam: Seam, function: Callable[..., Any], protection: Protection) -> Callable[..., Any]:
    """Return an async generator whose text is held back until it is inspected, on record first."""

    async def guarded(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        bound = protection.bind(args, kwargs)
        del args, kwargs
        try:
            call, arguments = await _begin(seam, protection, bound)
        except Refused as refused:
            if not refused.tells_model:
                raise
            yield TOLD
            return
        bound.arguments.update(arguments)
        source = bound.call(function)
        del bound, arguments
        released: list[Any] = []

        async def deliver(item: Any) -> None:
            released.append(item)

        egress = StepEgress(seam.pep, call.run, call.permit, seam.join)
        call.run.egress.append(egress)
        text, values = egress.text("items", deliver), egress.calls("values")
        outcome = "cancelled"
        try:
            while True:
                answer = await seam.run_step(call, _next_of(source))
                if not answer.values:
                    await seam.conclude(call, answer)  # raises how it failed
                item = answer.values.pop()
                if item is _DONE:
                    break
                if type(item) is str:
                    await text.send(item)
                else:
                    await text.end()  # order: what was said before leaves before
                    await values.call(deliver, item)
                while released:
                    yield released.pop(0)
            await egress.finish()
            while released:
                yield released.pop(0)
            outcome = "ok"
        finally:
            await source.aclose()
            await egress.stop()
            found = egress.close(outcome)
            if egress in call.run.egress:
                call.run.egress.remove(egress)
            seam.pep.effect(call.run, call.permit, outcome, findings=found)
        if call.run.refusal is not None:
            raise seam.join(call.run.refusal) from None

    return guarded


_DONE = object()


async def _next_of(source: Any) -> Any:
    """Return the next item of an async generator, or `_DONE`: its end is no failure."""
    try:
        return await anext(source)
    except StopAsyncIteration:
        return _DONE
