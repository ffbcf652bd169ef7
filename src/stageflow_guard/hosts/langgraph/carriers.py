"""What of a node's arguments and answers is data: commands and sends carry it, and plumbing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ToolMessage,
    convert_to_messages,
)
from langgraph.errors import GraphBubbleUp, GraphInterrupt
from langgraph.types import Command, Interrupt, Send

from stageflow_guard.enforcement.seam import ControlFlow

Rebuild = Callable[[Any], Any]
DEEPEST = 8  # a state holds messages at its second or third level


def opened(value: Any) -> tuple[Any, Rebuild]:
    """Return the data that `value` carries, and what puts inspected data in its place.

    Names of nodes are plumbing.
    """
    if isinstance(value, Command):
        command, (goto, regoto) = value, opened(value.goto)

        def recommand(given: Any) -> Any:
            update, resume = given["update"], given["resume"]
            return replace(command, update=update, resume=resume, goto=regoto(given["goto"]))

        return {"update": value.update, "resume": value.resume, "goto": goto}, recommand
    if isinstance(value, Send):
        return value.arg, lambda given: Send(value.node, given)
    if isinstance(value, list | tuple) and any(isinstance(one, Command | Send) for one in value):
        parts = [opened(one) for one in value]
        kind = type(value)
        return [data for data, _ in parts], lambda given: kind(
            rebuild(one) for (_, rebuild), one in zip(parts, given, strict=True)
        )
    return value, lambda given: given


def passes(error: BaseException) -> ControlFlow | None:
    """Return a pause, a parent's command or a drain as the host understands it, inspected."""
    kind = type(error)
    if not issubclass(kind, GraphBubbleUp):
        return None
    given = error.args
    if issubclass(kind, GraphInterrupt) and given:
        interrupts: list[Interrupt] = list(given[0])

        def pause(values: Any) -> BaseException:
            pairs = zip(values, interrupts, strict=True)
            return GraphInterrupt([Interrupt(value=v, id=one.id) for v, one in pairs])

        return _flow([one.value for one in interrupts], pause)
    parts = [opened(one) for one in given]

    def again(values: Any) -> BaseException:
        made = kind.__new__(kind)
        made.args = tuple(rebuild(v) for (_, rebuild), v in zip(parts, values, strict=True))
        return made

    return _flow([data for data, _ in parts], again)


def _flow(data: Any, rebuild: Callable[[Any], BaseException]) -> ControlFlow:
    return ControlFlow("paused", data, rebuild)


def asks_for_tools(value: Any) -> bool:
    """Say whether an input holds a tool call that no later message in it answers."""
    pending: set[Any] = set()
    _collect(value, pending, 0)
    return bool(pending)


def _collect(value: Any, pending: set[Any], depth: int) -> None:
    """Add the calls that wait for an answer; an answer counts for what was asked before it."""
    message = _message_of(value)
    if isinstance(message, AIMessage):
        pending.update(call["id"] for call in message.tool_calls)
    elif isinstance(message, ToolMessage):
        pending.discard(message.tool_call_id)
    elif message is None and isinstance(value, dict) and value.get("tool_calls"):
        pending.add(id(value))  # no message of this form is known: it may become one later
    elif depth < DEEPEST:
        for one in _parts_of(value):
            _collect(one, pending, depth + 1)


def _message_of(value: Any) -> Any:
    """Return the message that the host makes of a value, by the host's own conversion."""
    if isinstance(value, BaseMessage):
        return value
    if isinstance(value, dict) and ("role" in value or "type" in value):
        try:
            (message,) = convert_to_messages([value])
        except Exception:  # it is of another kind, and the host makes no message of it either
            return None
        return message
    return None


def _parts_of(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return value
    held = list(vars(value).values()) if hasattr(value, "__dict__") else []
    slots = [name for cls in type(value).__mro__ for name in _slots_of(cls)]
    return held + [getattr(value, name) for name in slots if hasattr(value, name)]


def _slots_of(cls: type) -> tuple[str, ...]:
    own = cls.__dict__.get("__slots__", ())
    return (own,) if isinstance(own, str) else tuple(own)
