"""The capability that puts the guard innermost: round every tool, model and output function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.toolsets import AbstractToolset, ToolsetTool, WrapperToolset

from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.step import Step, require_segment
from stageflow_guard.hosts.pydantic_ai.model import GuardedModel

if TYPE_CHECKING:
    from pydantic_ai import RunContext
    from pydantic_ai.capabilities import WrapOutputProcessHandler
    from pydantic_ai.models import Model
    from pydantic_ai.output import OutputContext

    from stageflow_guard.enforcement.seam import Seam


def tool_step(name: str) -> Step:
    """Return what policy is asked about a tool; raise `ConfigError` for a name it cannot hold."""
    return Step(kind="tool", obj=require_segment(name, "a tool"), act="call")


class GuardedToolset(WrapperToolset[Any]):
    """All tools of a run: the agent's, the run's, a server's. Inside every hook of the host."""

    def __init__(self, wrapped: AbstractToolset[Any], seam: Seam) -> None:
        super().__init__(wrapped)
        self._seam = seam

    async def for_run(self, ctx: RunContext[Any]) -> AbstractToolset[Any]:
        """Return this toolset over what the wrapped one is in this run."""
        return GuardedToolset(await self.wrapped.for_run(ctx), self._seam)

    async def for_run_step(self, ctx: RunContext[Any]) -> AbstractToolset[Any]:
        """Return this toolset over what the wrapped one is in this step."""
        return GuardedToolset(await self.wrapped.for_run_step(ctx), self._seam)

    def visit_and_replace(self, visitor: Any) -> AbstractToolset[Any]:
        """Return this toolset over what the visitor makes of the wrapped one."""
        return GuardedToolset(self.wrapped.visit_and_replace(visitor), self._seam)

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[Any], tool: ToolsetTool[Any]
    ) -> Any:
        """Run one tool as a step: asked, inspected, on record."""

        async def body(given: dict[str, Any]) -> Any:
            return await self.wrapped.call_tool(name, given, ctx, tool)

        try:
            return await self._seam.step(tool_step(name), tool_args, body)
        except BaseException as error:
            drop_frames(error)  # their locals hold raw arguments
            raise
        finally:
            del tool_args


class GuardCapability(AbstractCapability[Any]):
    """Adds the guard to one run. The gate gives it to the host anew for each run, last."""

    def __init__(self, seam: Seam) -> None:
        super().__init__()
        self._seam = seam
        self._known: set[bytes] = set()  # digests of inspected messages

    def get_ordering(self) -> CapabilityOrdering:
        """Say that no other capability comes between the guard and the work."""
        return CapabilityOrdering(position="innermost")

    def get_wrapper_toolset(self, toolset: AbstractToolset[Any]) -> AbstractToolset[Any]:
        """Return every tool of the run behind the guard."""
        return GuardedToolset(toolset, self._seam)

    def get_wrapper_model(self, model: Model) -> Model:
        """Return the model behind the guard, whichever one serves the request."""
        return GuardedModel(model, self._seam, self._known)

    async def wrap_output_process(
        self,
        ctx: RunContext[Any],
        *,
        output_context: OutputContext,
        output: Any,
        handler: WrapOutputProcessHandler,
    ) -> Any:
        """Run an output function as a step: it is code that the model's answer calls."""
        if not output_context.has_function or ctx.partial_output:
            return await handler(output)
        name = output_context.function_name or "output"

        async def body(given: dict[str, Any]) -> Any:
            return await handler(given["output"])

        return await self._seam.step(tool_step(name), {"output": output}, body)
