"""One node, and one tool, behind the guard."""

from __future__ import annotations

import functools
import inspect
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, get_type_hints

from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from stageflow_guard.base.portal import Portal
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.pending import current_permit
from stageflow_guard.enforcement.seam import Answer, Call, Seam
from stageflow_guard.enforcement.step import Step, require_segment, stage_step
from stageflow_guard.hosts.langgraph.carriers import opened
from stageflow_guard.hosts.langgraph.inside import MARK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.model import Finding

# the tool whose async method is running: the sync one, called from it, is a part of it
_within: ContextVar[int] = ContextVar("stageflow_guard_langchain_tool", default=0)


def _release(
    seam: Seam, call: Call
) -> Callable[[Any], Awaitable[tuple[Any, tuple[Finding, ...], str]]]:
    """Inspect what a step gives, commands and sends included."""

    async def release(value: Any) -> tuple[Any, tuple[Finding, ...], str]:
        data, rebuild = opened(value)
        redacted, found = await seam.pep.inspect(call.run, data, direction="output", step=call.step)
        return rebuild(redacted), found, "ok"

    return release


def _run_sync(seam: Seam, portal: Portal, step: Step, data: Any, body: Callable[[Any], Any]) -> Any:
    """Run a sync body in its caller's thread, between the two halves of its step."""
    try:
        call, data = portal.call(seam.begin(step, data))
        token = current_permit.set(call.permit)
        try:
            answer = Answer()
            answer.values.append(body(data))
        except BaseException as error:
            answer = seam.failed(call, error)
        finally:
            current_permit.reset(token)
            del data
        return portal.call(seam.conclude(call, answer, _release(seam, call)))
    except BaseException as error:
        drop_frames(error)  # their locals hold raw text
        raise


async def _run_async(
    seam: Seam, step: Step, data: Any, body: Callable[[Any], Awaitable[Any]]
) -> Any:
    try:
        call, data = await seam.begin(step, data)
        work = body(data)
        del data
        answer = await seam.run_step(call, work)
        del work
        return await seam.conclude(call, answer, _release(seam, call))
    except BaseException as error:
        drop_frames(error)
        raise


class GuardedNode(Runnable[Any, Any]):
    """A node as a step: its state is inspected on the way in, its update on the way out."""

    def __init__(
        self, seam: Seam, portal: Portal, pipeline: str, name: str, inner: Runnable[Any, Any]
    ) -> None:
        self.seam, self._portal, self._inner = seam, portal, inner
        self.name = name
        self._step = stage_step(pipeline, require_segment(name, "a node"))

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        """Run the node in its caller's thread."""
        return _run_sync(
            self.seam, self._portal, self._step, input,
            lambda given: self._inner.invoke(given, config, **kwargs),
        )  # fmt: skip

    async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        """Run the node."""
        return await _run_async(
            self.seam, self._step, input,
            lambda given: self._inner.ainvoke(given, config, **kwargs),
        )  # fmt: skip


def guarded_tool(seam: Seam, portal: Portal, tool: BaseTool) -> BaseTool:
    """Return a copy of a tool whose work is a step, whoever calls it.

    What the host injects (state, store, runtime, config) is plumbing and not inspected.
    """
    step = Step(kind="tool", obj=require_segment(tool.name, "a tool"), act="call")
    guarded = tool.model_copy()
    guarded.metadata = {**(tool.metadata or {}), MARK: True}
    run, arun = guarded._run, guarded._arun
    shown = _shown(tool)

    def split(kwargs: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in kwargs.items() if k in shown}

    @functools.wraps(run)
    def sync(*args: Any, **kwargs: Any) -> Any:
        if _within.get() == id(guarded):
            return run(*args, **kwargs)
        data = {"args": list(args), "kwargs": split(kwargs)}
        return _run_sync(
            seam, portal, step, data, lambda g: run(*g["args"], **{**kwargs, **g["kwargs"]})
        )

    @functools.wraps(arun)
    async def asynchronous(*args: Any, **kwargs: Any) -> Any:
        async def body(given: dict[str, Any]) -> Any:
            token = _within.set(id(guarded))
            try:
                return await arun(*given["args"], **{**kwargs, **given["kwargs"]})
            finally:
                _within.reset(token)

        return await _run_async(seam, step, {"args": list(args), "kwargs": split(kwargs)}, body)

    for name, inner, made in (("_run", run, sync), ("_arun", arun, asynchronous)):
        made.__dict__.pop("__wrapped__", None)  # the bare method would be one attribute away
        # the host reads which parameters it has to inject
        made.__dict__["__signature__"] = inspect.signature(inner)
        made.__annotations__ = get_type_hints(inner)
        object.__setattr__(guarded, name, made)
    return guarded


def _shown(tool: BaseTool) -> frozenset[str]:
    """Return the names of the arguments that a model gives."""
    schema: Any = tool.tool_call_schema
    written = schema if isinstance(schema, dict) else schema.model_json_schema()
    return frozenset(written.get("properties", ()))
