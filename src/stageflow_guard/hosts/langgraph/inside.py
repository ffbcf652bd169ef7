"""What works inside a step and passes no wrapper: tools at the provider, tools of unmounted agents.

A model is told of a provider's tools by its binding, and a tool's body may run an agent of its own.
No callable of the builder is either of them. The host's callbacks reach both before they begin, so
the gate adds a handler that asks policy there, and raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakValueDictionary

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.callbacks.base import BaseCallbackManager
from langchain_core.tools import BaseTool

from stageflow_guard.enforcement.seam import Answer, Call
from stageflow_guard.enforcement.step import Step, require_segment

if TYPE_CHECKING:
    from stageflow_guard.base.portal import Portal
    from stageflow_guard.enforcement.seam import Seam

MARK = f"stageflow-guard-{token_hex(8)}"  # in the metadata of guarded tools; new in each process
# parameters of providers that bring tools with them, and where a client hides parameters
BRINGS = ("mcp_servers", "web_search_options")
WITHIN = ("extra_body", "model_kwargs")
# by (guard, call), who asks about it: a run in a run has a handler of each. A call that was
# cancelled has no end to take it out, and goes with its handler.
_taken: WeakValueDictionary[tuple[int, UUID], Asks] = WeakValueDictionary()


def with_asking(config: dict[str, Any], seam: Seam, portal: Portal) -> dict[str, Any]:
    """Return the config with the handler that asks."""
    asks, given = Asks(seam, portal), config.get("callbacks")
    if isinstance(given, BaseCallbackManager):
        made: Any = given.copy()
        made.add_handler(asks, inherit=True)
    else:
        made = [*(given or ()), asks]
    return {**config, "callbacks": made}


class Asks(BaseCallbackHandler):
    """Asks before a provider's tool or an unguarded one begins; what it raises stops that.

    It is sync, on the mount's portal: of an async handler the host logs and drops what it raises
    when sync code calls a tool. It is inline, because the host would go to a thread and back for
    every token otherwise; the loop waits while the guard is asked, as for every sync step.
    """

    raise_error = True
    run_inline = True
    ignore_chain = ignore_retriever = ignore_custom_event = True  # nothing of it is asked about

    def __init__(self, seam: Seam, portal: Portal) -> None:
        self._seam, self._portal = seam, portal
        self._open: dict[UUID, list[Call]] = {}

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, **how: Any
    ) -> None:
        """Ask about the provider's tools."""
        names = hosted_names(how.get("invocation_params") or {})
        self._begin(run_id, [f"provider/{name}" for name in names])

    def on_llm_end(self, response: Any, *, run_id: UUID, **how: Any) -> None:
        """Record that they could run."""
        self._end(run_id, None)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **how: Any) -> None:
        """Record that the model failed."""
        self._end(run_id, error)

    def on_tool_start(
        self, serialized: Any, input_str: str, *, run_id: UUID, metadata: Any = None, **how: Any
    ) -> None:
        """Ask about a tool that no wrapper stands round."""
        if not (metadata or {}).get(MARK):
            self._begin(run_id, [str((serialized or {}).get("name", ""))])

    def on_tool_end(self, output: Any, *, run_id: UUID, **how: Any) -> None:
        """Record that it ran."""
        self._end(run_id, None)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **how: Any) -> None:
        """Record that it failed."""
        self._end(run_id, error)

    def _begin(self, call: UUID, objects: list[str]) -> None:
        key = (id(self._seam.pep), call)
        if not objects or key in _taken:
            return
        _taken[key] = self
        begun = self._open[call] = []
        try:
            for obj in objects:
                step = Step(kind="tool", obj=require_segments(obj), act="call")
                begun.append(self._portal.call(self._seam.begin(step))[0])
        except BaseException:
            _taken.pop(key, None)
            for one in self._open.pop(call):
                self._seam.pep.effect(one.run, one.permit, "not_run")
            raise

    def _end(self, call: UUID, error: BaseException | None) -> None:
        if call not in self._open:
            return
        _taken.pop((id(self._seam.pep), call), None)
        for one in self._open.pop(call):
            if one.permit.outcome is not None:
                continue
            if error is not None:
                self._seam.pep.effect(one.run, one.permit, "error")
                continue
            answer = Answer()
            answer.values.append(None)  # what it gave is a part of the step around
            self._portal.call(self._seam.conclude(one, answer))


def require_segments(obj: str) -> str:
    """Return the object when each segment can stand in a policy; raise `ConfigError` otherwise."""
    for segment in obj.split("/"):
        require_segment(segment, "a tool")
    return obj


def hosted_names(told: Mapping[str, Any]) -> list[str]:
    """Return what policies call the provider's tools that a model's parameters bring."""
    named = [key for key in BRINGS if told.get(key) is not None]
    for place in (told, *(told.get(key) for key in WITHIN)):
        if not isinstance(place, Mapping):
            continue
        named += [name for name in map(hosted_name, place.get("tools") or ()) if name is not None]
        if place is not told:
            named += [key for key in BRINGS if place.get(key) is not None]
    return list(dict.fromkeys(named))


def hosted_name(tool: Any) -> str | None:
    """Return what policies call a tool that the provider runs; None for one that the host runs.

    What is of no form that only describes a function is a provider's.
    """
    if isinstance(tool, BaseTool) or callable(tool):
        return None
    if not isinstance(tool, dict):
        return type(tool).__name__
    kind = tool.get("type")
    described = any(
        key in tool for key in ("function", "input_schema", "parameters", "toolSpec")
    )  # fmt: skip
    if kind in (None, "function", "custom") and described:
        return None
    if kind is None and set(tool) == {"function_declarations"}:
        return None
    told = kind or tool.get("name") or next(iter(tool), "unnamed")
    return str(told)
