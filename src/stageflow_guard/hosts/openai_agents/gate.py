"""The guarded agent: the run gate round the host's runner."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from agents import Agent, FunctionTool, Runner

from stageflow_guard.base.portal import Portal, require_no_loop
from stageflow_guard.enforcement.leaving import without_frames
from stageflow_guard.enforcement.scoping import scoped_key
from stageflow_guard.errors import Bypassed, ConfigError, GuardError, InspectorUnavailable
from stageflow_guard.hosts.kept import credential_in
from stageflow_guard.hosts.openai_agents.clones import Clones
from stageflow_guard.hosts.openai_agents.tools import RunsAgent

if TYPE_CHECKING:
    from agents import RunResult, RunResultStreaming, Session

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.seam import Seam

SERVER_SIDE = ("previous_response_id", "auto_previous_response_id", "conversation_id")
KEPT = (
    "`context` holds personal data, or what cannot be read, and a stored run state keeps it as it "
    "is; pass an object of your own, or leave it out"
)
REFERENCE = (
    "an `item_reference` names what the provider keeps, whoever said it: no gate has seen it; pass "
    "the item, or a `session`"
)
INPUT_SCHEMA = {
    "type": "object",
    "properties": {"input": {"type": "string"}},
    "required": ["input"],
    "additionalProperties": False,
}


class GuardedAgent:
    """An agent that runs behind the guard, or not at all.

    `run`, `run_sync` and `run_streamed` take what the host's `Runner` takes, but for histories that
    no gate has seen. A conversation is `session_id` with `session`, a function that makes the
    host's session of a key: the key belongs to the tenant, the caller and `session_id`.
    """

    def __init__(self, seam: Seam, agent: Agent[Any], name: str) -> None:
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

    async def run(self, input: Any, **how: Any) -> RunResult:
        """Run the agent; raise a `GuardError`, on record, or what the run failed with, redacted."""
        work = self._run(input, how)
        del input, how
        return await without_frames(work)

    async def _run(self, given: Any, how: dict[str, Any]) -> RunResult:
        async with self._entered(given, how) as (agent, redacted, rest):
            del given, how
            return await Runner.run(agent, redacted, **rest)

    def run_sync(self, input: Any, **how: Any) -> RunResult:
        """Run the agent from code without a loop; raise `ConfigError` inside a running one."""
        require_no_loop("await agent.run(...)")
        work = self.run(input, **how)
        del input, how
        return self._portal.call(work)

    @asynccontextmanager
    async def run_streamed(self, input: Any, **how: Any) -> AsyncGenerator[RunResultStreaming]:
        """Give the streaming result; its text is held back until it is inspected."""
        async with self._entered(input, how) as (agent, redacted, rest):
            del input, how
            result = Runner.run_streamed(agent, redacted, **rest)
            try:
                yield result
            finally:
                if not result.is_complete:
                    result.cancel()

    def as_tool(self, tool_name: str, tool_description: str) -> FunctionTool:
        """Return this agent as a tool of another one: a child run of the run that calls it."""
        return FunctionTool(
            name=tool_name,
            description=tool_description,
            params_json_schema=INPUT_SCHEMA,
            on_invoke_tool=RunsAgent(self.run),
        )

    @asynccontextmanager
    async def _entered(
        self, given: Any, how: dict[str, Any]
    ) -> AsyncGenerator[tuple[Agent[Any], Any, dict[str, Any]]]:
        """Open the run; give the clones, the redacted input and the other arguments."""
        session_id, make = how.pop("session_id", None), how.pop("session", None)
        self._require_seen(given, session_id, make, how)
        gate = self._seam.gate(
            pipeline=self.name, session_id=session_id, text=given if type(given) is str else None
        )
        async with gate as run:
            await self._require_no_personal_data(run, how.get("context"))
            clones = Clones(self._seam)
            agent = clones.of(self._agent)
            rest = {**how, "run_config": clones.config(how.get("run_config"))}
            if make is not None:
                rest["session"] = self._session(run, make, session_id)
            yield agent, await self._inspected(run, given), rest

    def _require_seen(self, given: Any, session_id: Any, make: Any, how: dict[str, Any]) -> None:
        for name in SERVER_SIDE:
            if how.get(name):
                raise ConfigError(
                    f"a guarded agent takes no `{name}`: no gate has seen its history"
                )
        if not isinstance(given, str | list):
            raise ConfigError(
                f"a guarded agent takes text or a list of items, not `{type(given).__name__}`: a "
                "stored run is no proof of who began it"
            )
        context = how.get("context")
        key = credential_in(context) if isinstance(context, Mapping) else None
        if key is not None:
            raise ConfigError(
                f"`context` may not hold `{key}`: a stored run state keeps a mapping as it is; "
                "bind the token with `guard.session`, pass other secrets in an object of your own"
            )
        if make is not None and (not callable(make) or not isinstance(session_id, str)):
            raise ConfigError(
                "`session` is a function that makes the session of a key, and `session_id` names "
                "the conversation: `run(text, session=lambda key: SQLiteSession(key, path), "
                "session_id='thread-1')`"
            )

    async def _require_no_personal_data(self, run: Run, context: Any) -> None:
        """Refuse a mapping with personal data as the run's context: `RunState` writes it down."""
        if not isinstance(context, Mapping):
            return
        try:
            written = json.dumps(dict(context), default=str)
            _, found = await self._seam.pep.inspect(run, written, direction="input")
            kept = run.blocked is not None or any(one.personal for one in found)
        except GuardError:
            raise
        except Exception:  # a circle, a key of no text: it cannot be inspected
            kept = True
        if kept:
            await self._seam.pep.refuse(Bypassed(KEPT), run=run, step="inspect_input")

    @staticmethod
    def _session(run: Run, make: Callable[[str], Session], session_id: str) -> Session:
        """Return the caller's own session: no other caller's key is the same."""
        session = make(scoped_key(run.principal, ("openai-agents", session_id)))
        if inspect.isawaitable(session):
            raise ConfigError("`session` is a function that is not async")
        return session

    async def _inspected(self, run: Run, given: Any) -> Any:
        pep = self._seam.pep
        if isinstance(given, list) and any(_kept_elsewhere(one) for one in given):
            await pep.refuse(Bypassed(REFERENCE), run=run, step="inspect_input")
        try:
            redacted, run.findings = await pep.inspect(run, given, direction="input")
            return "" if redacted is None else redacted  # blocked: the first step refuses it
        except GuardError:
            raise
        except Exception:
            await pep.refuse(
                InspectorUnavailable("the run's input could not be prepared"), run=run,
                step="inspect_input",
            )  # fmt: skip


def _kept_elsewhere(item: Any) -> bool:
    """Say whether an item is a name for what the provider keeps; one without a type is such, too.

    The provider reads an `id` alone as a reference.
    """
    if not isinstance(item, dict):
        return True
    kind = item.get("type")
    return kind == "item_reference" or (kind is None and "role" not in item)
