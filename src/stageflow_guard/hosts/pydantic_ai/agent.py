"""The guarded agent: the run gate round every way that the host has to run an agent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic_ai.messages import ModelResponse, ToolCallPart

from stageflow_guard.base.portal import Portal, require_no_loop
from stageflow_guard.enforcement.leaving import without_frames
from stageflow_guard.errors import Bypassed, ConfigError, GuardError, InspectorUnavailable
from stageflow_guard.hosts.pydantic_ai.capability import GuardCapability

if TYPE_CHECKING:
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.result import StreamedRunResult
    from pydantic_ai.run import AgentRun, AgentRunResult

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.seam import Seam

# what would bring in a history, or a way through the agent, that no gate has seen
REFUSED = {
    "conversation": "pass `message_history`, and keep what `new_messages()` gives",
    "deferred_tool_results": "ask for approval inside the tool, with `guard.approvals`",
    "spec": "build the agent from the spec, then mount it",
    "workspace": "build the agent with it, then mount it",
}
UNASKED = (
    "the history holds calls of tools that nothing answered: no model of this run asked for them"
)


class GuardedAgent:
    """A pydantic-ai agent that runs behind the guard, or not at all.

    `run`, `run_sync`, `run_stream`, `run_stream_events` and `iter` take what the agent's own take,
    but for what would bring in a history that no gate has seen. `conversation_id` keys the
    pseudonyms, for the tenant and the caller.
    """

    def __init__(self, seam: Seam, agent: Agent[Any, Any], name: str) -> None:
        self._seam = seam
        self._agent = agent
        self.name = name
        self._portal = Portal()

    def __repr__(self) -> str:
        """Name the agent."""
        return f"GuardedAgent(name={self.name!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a guarded agent cannot be pickled; mount it where it runs")

    async def run(self, user_prompt: Any = None, **how: Any) -> AgentRunResult[Any]:
        """Run the agent; raise a `GuardError`, on record, or what the run failed with, redacted."""
        work = self._run(user_prompt, how)
        del user_prompt, how
        return await without_frames(work)

    async def _run(self, user_prompt: Any, how: dict[str, Any]) -> AgentRunResult[Any]:
        async with self._entered(user_prompt, how) as (prompt, given):
            del user_prompt, how
            return await self._agent.run(prompt, **given)

    def run_sync(self, user_prompt: Any = None, **how: Any) -> AgentRunResult[Any]:
        """Run the agent from code without a loop; raise `ConfigError` inside a running one."""
        require_no_loop("await agent.run(...)")
        work = self.run(user_prompt, **how)
        del user_prompt, how
        return self._portal.call(work)

    @asynccontextmanager
    async def run_stream(
        self, user_prompt: Any = None, **how: Any
    ) -> AsyncGenerator[StreamedRunResult[Any, Any]]:
        """Give the streamed result; its text is held back until it is inspected."""
        async with (
            self._entered(user_prompt, how) as (prompt, given),
            self._agent.run_stream(prompt, **given) as result,
        ):
            del user_prompt, how
            yield result

    @asynccontextmanager
    async def run_stream_events(self, user_prompt: Any = None, **how: Any) -> AsyncGenerator[Any]:
        """Give the events of the run; what they say is inspected."""
        async with (
            self._entered(user_prompt, how) as (prompt, given),
            self._agent.run_stream_events(prompt, **given) as events,
        ):
            del user_prompt, how
            yield events

    @asynccontextmanager
    async def iter(self, user_prompt: Any = None, **how: Any) -> AsyncGenerator[AgentRun[Any, Any]]:
        """Give the run, node by node."""
        async with (
            self._entered(user_prompt, how) as (prompt, given),
            self._agent.iter(prompt, **given) as run,
        ):
            del user_prompt, how
            yield run

    @asynccontextmanager
    async def _entered(
        self, prompt: Any, how: dict[str, Any]
    ) -> AsyncGenerator[tuple[Any, dict[str, Any]]]:
        """Open the run; give the redacted prompt and arguments, the guard's capability last."""
        for name, instead in REFUSED.items():
            if how.get(name) is not None:
                raise ConfigError(f"a guarded agent takes no `{name}`; {instead}")
        conversation = how.get("conversation_id")
        gate = self._seam.gate(
            pipeline=self.name,
            session_id=None if conversation is None else str(conversation),
            text=prompt if type(prompt) is str else None,
        )
        async with gate as run:
            history = how.get("message_history")
            prompt, history = await self._inspected(run, prompt, history)
            given = {
                **how,
                "message_history": history,
                "capabilities": [*(how.get("capabilities") or ()), GuardCapability(self._seam)],
                "infer_name": False,
            }
            yield prompt, given

    async def _inspected(
        self, run: Run, prompt: Any, history: Sequence[ModelMessage] | None
    ) -> tuple[Any, list[ModelMessage] | None]:
        """Return the prompt and the history redacted; refuse a history that would run a tool."""
        pep = self._seam.pep
        try:
            kept = None if history is None else list(history)
            forged = kept is not None and _unanswered(kept)
            raw = {"prompt": prompt, "history": kept}
            redacted, run.findings = await pep.inspect(run, raw, direction="input")
            if redacted is None:  # blocked: the first permitted step refuses it
                redacted = {"prompt": "", "history": None}
        except GuardError:
            raise
        except Exception:
            await pep.refuse(
                InspectorUnavailable("the run's input could not be prepared"), run=run,
                step="inspect_input",
            )  # fmt: skip
        if forged:
            await pep.refuse(Bypassed(UNASKED), run=run, step="inspect_input")
        return redacted["prompt"], redacted["history"]


def _unanswered(history: list[ModelMessage]) -> bool:
    """Say whether a history holds a tool call that nothing after it answers: the host would run it.

    Ids are the caller's to choose, so an answer counts for the call before it alone.
    """
    pending = set()
    for message in history:
        for part in message.parts:
            if isinstance(message, ModelResponse) and isinstance(part, ToolCallPart):
                pending.add(part.tool_call_id)
            elif part.part_kind in ("tool-return", "retry-prompt"):
                pending.discard(part.tool_call_id)
    return bool(pending)
