"""Stageflow's tools behind the guard: registry and executor, wrapped where tools are registered.

A tool is guarded in place, so that whoever holds it holds a guarded one: `execute` of a tool,
`handler` and `undo_handler` of a definition. Each call:

1. the run: outside of one nothing runs
2. the definition is the accepted one, and the arguments are what its input schema takes
3. policy (`tool`, name, `call`), bounds, approval; the arguments are inspected
4. the tool runs; its output is inspected, its effect is on record

The registry's own table is one that guards what is put into it: no way of registering loosens. A
function that an application keeps beside its definition is the application's own: decorate it with
`guard.protect`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from stageflow.tools.base import ToolOutput as PlainOutput
from stageflow.tools.definitions import ToolDefinition, ToolInput, ToolOutput, UndoMetadata
from stageflow.tools.executor_v2 import AdvancedToolExecutor
from stageflow.tools.registry import ToolRegistry

from stageflow_guard.enforcement.definitions import Definition, Pins, digest_of
from stageflow_guard.enforcement.protect import TOLD
from stageflow_guard.enforcement.seam import copied
from stageflow_guard.enforcement.step import Step, require_segment
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    InspectorUnavailable,
    Refused,
)
from stageflow_guard.hosts.stageflow.approvals import GuardedApprovals
from stageflow_guard.hosts.stageflow.runner import stageflow_seam
from stageflow_guard.model import Decision, Effect
from stageflow_guard.policy.engine.argument_schema import PlainArguments

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint

MARK = "_stageflow_guard_tool"
Handler = Callable[..., Awaitable[Any]]


def mount_tools(pep: PolicyEnforcementPoint, target: Any, *, approvals: GuardedApprovals) -> Any:
    """Guard every tool of a registry or an executor, now and later; return the same object.

    Raises `ConfigError` for another type, for a subclass whose table is its own, and for a tool
    that cannot be guarded.
    """
    held = getattr(target, "_tools", None)
    if isinstance(held, _Guarded):
        if held.pep is pep:
            return target
        raise ConfigError("another guard has these tools; make a registry for each guard")
    tools = Tools(pep)
    if isinstance(target, AdvancedToolExecutor):
        target._tools = _Guarded(pep, tools.definition, target._tools)
        vars(target)["_emit_event"] = tools.emitter(target._emit_event)
        asking = target._request_and_await_approval
        vars(target)["_request_and_await_approval"] = tools.asking(asking)
        if not isinstance(target._approval_service, GuardedApprovals):
            target._approval_service = approvals
        return target
    if isinstance(target, ToolRegistry):
        target._tools = _Guarded(pep, tools.tool, target._tools)
        target._factories = _Guarded(pep, tools.factory, target._factories)
        return target
    raise ConfigError(
        "`guard.mount_tools` takes a stageflow `ToolRegistry` or `AdvancedToolExecutor`, not "
        f"`{type(target).__name__}`"
    )


def tool_definitions(target: Any) -> dict[str, str]:
    """Return the digest of each tool's definition, by name; raise `ConfigError` for other types."""
    if isinstance(target, AdvancedToolExecutor):
        return {
            name: digest_of(name, str(one.description), one.input_schema)
            for name, one in target._tools.items()
        }
    if isinstance(target, ToolRegistry):
        made = {name: make() for name, make in target._factories.items()}
        return {
            name: digest_of(name, str(one.description), {})
            for name, one in {**made, **dict(target._tools.items())}.items()
        }
    raise ConfigError(f"a `{type(target).__name__}` has no tools that can be listed")


class _Guarded(dict[str, Any]):
    """A table that guards what is put into it, by whatever way, and what it gives out."""

    def __init__(
        self, pep: PolicyEnforcementPoint, guard: Callable[[Any], Any], held: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.pep = pep
        self._guard = guard
        self.update(held)

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, self._guard(value))

    def __getitem__(self, key: str) -> Any:
        return self._guard(super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key)
        return default if found is None else self._guard(found)

    def values(self) -> Any:
        return [self._guard(one) for one in super().values()]

    def items(self) -> Any:
        return [(key, self._guard(one)) for key, one in super().items()]

    def update(self, *held: Any, **named: Any) -> None:
        for key, value in dict(*held, **named).items():
            self[key] = value

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def __ior__(self, held: Any) -> Any:  # type: ignore[misc]  # `|` makes a plain dict
        self.update(held)
        return self


class Tools:
    """Makes guarded tools of one guard."""

    def __init__(self, pep: PolicyEnforcementPoint) -> None:
        self._pep = pep
        self._seam = stageflow_seam(pep)
        self._pins = Pins(pep)

    # -- what is registered ------------------------------------------------------------------------

    def tool(self, tool: Any) -> Any:
        """Return a registry's tool, guarded in place."""
        if isinstance(getattr(tool, "execute", None), _Call):
            return tool
        definition = self._defined(tool.action_type, tool.description, {})
        body = tool.execute

        def now() -> str:
            return digest_of(tool.action_type, str(tool.description), {})

        guarded = _Call(self._calling(definition, body, now, (_of_action, _with_action)))
        try:
            object.__setattr__(tool, "execute", guarded)
        except AttributeError:
            raise ConfigError(
                f"tool `{definition.name}` has slots: it cannot be guarded in place"
            ) from None
        return tool

    def factory(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Return a factory of guarded tools."""
        if isinstance(make, _Factory):
            return make
        return _Factory(self.tool, make)

    def definition(self, definition: ToolDefinition) -> ToolDefinition:
        """Return an executor's definition, guarded in place."""
        if isinstance(definition.handler, _Call) and definition.handler.of is definition:
            return definition
        said = self._defined(
            definition.action_type, definition.description, definition.input_schema
        )
        inner = definition.handler
        body = inner.body if isinstance(inner, _Call) else inner

        def now() -> str:
            return digest_of(
                definition.action_type, str(definition.description), definition.input_schema
            )

        call = self._calling(said, body, now, (_of_payload, _with_payload))
        guarded = _Call(call, definition, body)
        object.__setattr__(definition, "handler", guarded)
        undo = definition.undo_handler
        if undo is not None and not isinstance(undo, _Call):
            object.__setattr__(definition, "undo_handler", _Call(self._undoing(said, undo)))
        return definition

    def _defined(self, name: str, description: str, schema: Mapping[str, Any]) -> Definition:
        made = Definition(require_segment(name, "a tool"), str(description), schema)
        self._pins.see(made)
        return made

    # -- one call ----------------------------------------------------------------------------------

    def _calling(
        self, definition: Definition, body: Handler, now: Callable[[], str],
        payload: tuple[Callable[[Any], Any], Callable[[Any, Any], Any]],
    ) -> Handler:  # fmt: skip
        """Return the guarded form of `body`; `now` is what its definition's digest is by now."""
        payload_of, with_payload = payload
        step = Step(kind="tool", obj=definition.name, act="call")

        async def call(given: Any, *context: Any) -> Any:
            run = self._seam.current_run()
            if run is None:
                await self._seam.refuse_outside(step, None)  # 1
            kind: Any = PlainOutput if context else ToolOutput
            try:
                arguments = copied(payload_of(given))
                await self._required(definition, now, step, arguments)  # 2
                begun, redacted = await self._seam.begin(step, arguments)  # 3
            except Refused as refused:
                if not refused.tells_model:
                    raise
                return kind(success=False, error=TOLD)
            answer = await self._seam.run_step(  # 4
                begun, _fields(body(with_payload(given, redacted), *context))
            )
            held: dict[str, Any] = await self._seam.conclude(begun, answer)
            return kind(**held)

        return call

    async def _required(
        self, definition: Definition, now: Callable[[], str], step: Step, arguments: Any
    ) -> None:
        run = self._seam.current_run()
        assert run is not None  # noqa: S101 - refused by the caller
        await self._pins.require_call(definition, now, arguments, run, step)

    def _undoing(self, definition: Definition, body: Handler) -> Handler:
        step = Step(kind="tool", obj=f"{definition.name}/undo", act="call")

        async def undo(metadata: UndoMetadata) -> None:
            begun, data = await self._seam.begin(step, dict(metadata.undo_data))
            answer = await self._seam.run_step(begun, body(replace(metadata, undo_data=data)))
            await self._seam.conclude(begun, answer)

        return undo

    def asking(self, ask: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        """Return the executor's way of asking for an approval: of arguments that nobody changes."""

        async def guarded(tool: Any, tool_input: ToolInput, context: Any) -> bool:
            payload = copied(_of_payload(tool_input))
            if type(payload) is not PlainArguments:
                step = Step(kind="tool", obj=tool.action_type, act="call")
                await self._refuse_unreadable(step)
            object.__setattr__(tool_input, "payload", dict(payload))
            return await ask(tool, tool_input, context)

        return guarded

    async def _refuse_unreadable(self, step: Step) -> None:
        run = self._seam.current_run()
        if run is None:
            await self._seam.refuse_outside(step, None)
        decision = Decision(
            effect=Effect.DENY, reason="unreadable_arguments",
            revision=str(self._pep.decisions.revision),
        )  # fmt: skip
        error = AccessDenied(
            decision, "the arguments are no plain values: what is approved has to be readable",
            act="call",
        )  # fmt: skip
        await self._pep.refuse_call(error, run, step)

    def emitter(self, emit: Handler) -> Handler:
        """Return the executor's way of emitting, whose events hold inspected text alone."""

        async def guarded(event_type: str, data: dict[str, Any]) -> None:
            run = self._seam.current_run()
            if run is None:  # nothing to inspect it with: nothing leaves
                return
            redacted, _ = await self._pep.inspect(run, data, direction="output")
            await emit(event_type, redacted)

        return guarded


class _Call:
    """A guarded callable. `of` is the definition that it belongs to."""

    __slots__ = ("_call", "body", "of")

    def __init__(self, call: Handler, of: object = None, body: Any = None) -> None:
        self._call = call
        self.of = of
        self.body = body

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return await self._call(*args, **kwargs)


class _Factory:
    __slots__ = ("_guard", "_make")

    def __init__(self, guard: Callable[[Any], Any], make: Callable[..., Any]) -> None:
        self._guard, self._make = guard, make

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._guard(self._make(*args, **kwargs))


async def _fields(work: Awaitable[Any]) -> dict[str, Any]:
    """Return a tool's output by field; raise for what is no output."""
    output = await work
    if not is_dataclass(output) or not hasattr(output, "success"):
        raise InspectorUnavailable("the tool gave no `ToolOutput`")
    return {one.name: getattr(output, one.name) for one in fields(output)}


def _of_action(given: Any) -> dict[str, Any]:
    return dict(given.action.payload or {})


def _with_action(given: Any, payload: Any) -> Any:
    action = given.action
    held = {name: getattr(action, name) for name in ("id", "type") if hasattr(action, name)}
    return replace(given, action=SimpleNamespace(**held, payload=payload))


def _of_payload(given: Any) -> dict[str, Any]:
    return dict(given.payload or {})


def _with_payload(given: Any, payload: Any) -> Any:
    return replace(given, payload=payload)
