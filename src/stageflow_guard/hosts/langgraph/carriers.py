"""What of a node's arguments and answers is data: commands and sends carry it, and plumbing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.errors import GraphBubbleUp, GraphInterrupt
from langgraph.types import Command, Interrupt, Send

from stageflow_guard.enforcement.seam import ControlFlow

Rebuild = Callable[[Any], Any]


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
    """Say whether an input holds a tool call that no message in it answers."""
    asked: set[Any] = set()
    answered: set[Any] = set()
    _collect(value, asked, answered, 0)
    return bool(asked - answered)


def _collect(value: Any, asked: set[Any], answered: set[Any], depth: int) -> None:
    if isinstance(value, AIMessage):
        asked.update(call["id"] for call in value.tool_calls)
    elif isinstance(value, ToolMessage):
        answered.add(value.tool_call_id)
    elif isinstance(value, dict) and value.get("role") in ("assistant", "ai"):
        asked.update(_id_of(call) for call in value.get("tool_calls") or ())
    elif isinstance(value, dict) and value.get("role") == "tool":
        answered.add(value.get("tool_call_id"))
    elif depth < 6 and isinstance(value, dict):
        for one in value.values():
            _collect(one, asked, answered, depth + 1)
    elif depth < 6 and isinstance(value, list | tuple | set):
        for one in value:
            _collect(one, asked, answered, depth + 1)
    elif depth < 6 and hasattr(value, "__dict__"):
        _collect(vars(value), asked, answered, depth + 1)


def _id_of(call: Any) -> Any:
    return call.get("id") if isinstance(call, dict) else id(call)
