"""The guarded graph: the run gate, threads that belong to their caller, streams held back."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from langgraph.types import Command

from stageflow_guard.base.portal import Portal, require_no_loop
from stageflow_guard.enforcement.leaving import drop_frames, without_frames
from stageflow_guard.enforcement.scoping import scoped_key
from stageflow_guard.errors import Bypassed, ConfigError, GuardError, InspectorUnavailable
from stageflow_guard.hosts.kept import credential_in
from stageflow_guard.hosts.langgraph.carriers import asks_for_tools, opened
from stageflow_guard.hosts.langgraph.inside import with_asking
from stageflow_guard.hosts.langgraph.streams import HeldBack

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.seam import Gate, Seam

GOTO = "a caller's command chooses no node: leave `goto` and `graph` out"
UNASKED = "the input holds tool calls that nothing answered: no model of this run asked for them"


class GuardedGraph:
    """A compiled graph that runs behind the guard, or not at all.

    `invoke`, `ainvoke` and `astream` take what the host's own take. A thread belongs to the tenant
    and the caller who names it: another caller's `thread_id` of the same name is another thread.
    """

    def __init__(
        self, seam: Seam, portal: Portal, graph: CompiledStateGraph[Any], name: str
    ) -> None:
        self._seam, self._portal = seam, portal
        self._graph: Any = graph  # its overloads ask for more than this class passes on
        self.name = name

    def __repr__(self) -> str:
        """Name the graph."""
        return f"GuardedGraph(name={self.name!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a guarded graph cannot be pickled; mount it where it runs")

    async def ainvoke(self, input: Any, config: Any = None, **how: Any) -> Any:
        """Run the graph; raise a `GuardError`, on record, or what the run failed with, redacted."""
        work = self._ainvoke(input, config, how)
        del input, config, how
        return await without_frames(work)

    async def _ainvoke(self, given: Any, config: Any, how: dict[str, Any]) -> Any:
        _require_quiet(how)
        async with self._entered(given, config) as (_, redacted, settled):
            del given, config
            return await self._graph.ainvoke(redacted, settled, **how)

    def invoke(self, input: Any, config: Any = None, **how: Any) -> Any:
        """Run the graph in this thread; raise `ConfigError` inside a running loop."""
        require_no_loop("await graph.ainvoke(...)")
        _require_quiet(how)
        try:
            gate, redacted, settled = self._portal.call(self._opened(input, config))
            settled = with_asking(settled, self._seam, self._portal)
            del input, config
            gate.bind()
            failed: BaseException | None = None
            try:
                return self._graph.invoke(redacted, settled, **how)
            except BaseException as error:
                failed = error
                raise
            finally:
                gate.unbind()
                self._portal.call(gate.close(failed))
        except BaseException as error:
            drop_frames(error)  # their locals hold raw text
            raise

    async def astream(
        self, input: Any, config: Any = None, *, stream_mode: Any = None, **how: Any
    ) -> AsyncIterator[Any]:
        """Give what the host streams in each mode; text is held back until it is inspected."""
        if how.get("version") not in (None, "v1"):
            raise ConfigError("a guarded graph streams in version `v1`")
        _require_quiet(how)
        chosen = stream_mode or self._graph.stream_mode
        modes = [chosen] if isinstance(chosen, str) else list(chosen)
        async with self._entered(input, config) as (run, redacted, settled):
            del input, config
            held = HeldBack(self._seam, run)
            try:
                async for chunk in self._graph.astream(redacted, settled, stream_mode=modes, **how):
                    for *where, mode, payload in await held.heard(chunk):
                        yield _shaped(where, mode, payload, single=isinstance(chosen, str))
                for *where, mode, payload in await held.ended():
                    yield _shaped(where, mode, payload, single=isinstance(chosen, str))
            finally:
                await held.close()

    async def aget_state(self, config: Any) -> Any:
        """Return the state of the caller's own thread; a run of its own asks who is calling."""
        async with self._entered(None, config) as (_, _none, settled):
            return await self._graph.aget_state(settled)

    @asynccontextmanager
    async def _entered(
        self, given: Any, config: Any
    ) -> AsyncGenerator[tuple[Run, Any, dict[str, Any]]]:
        gate, redacted, settled = await self._opened(given, config)
        settled = with_asking(settled, self._seam, self._portal)
        del given, config
        failed: BaseException | None = None
        gate.bind()
        run = self._seam.current_run()
        assert run is not None  # noqa: S101 - it was bound
        try:
            yield run, redacted, settled
        except BaseException as error:
            failed = error
            raise
        finally:
            gate.unbind()
            await gate.close(failed)

    async def _opened(self, given: Any, config: Any) -> tuple[Gate, Any, dict[str, Any]]:
        """Open the run; return its gate, the redacted input, and the config with its own thread."""
        settled = dict(config or {})
        chosen = dict(settled.get("configurable") or {})
        _require_no_secret(chosen)
        thread = chosen.get("thread_id")
        gate = self._seam.gate(
            pipeline=self.name, session_id=None if thread is None else str(thread)
        )
        run = await gate.open()
        try:
            redacted, kept = await self._inspected(
                run, given, {"configurable": chosen, "metadata": settled.get("metadata")}
            )
        except BaseException as error:
            await gate.close(error)
            raise
        settled |= {k: v for k, v in kept.items() if v is not None}
        if thread is not None:
            own = scoped_key(run.principal, ("langgraph", self.name, str(thread)))
            settled["configurable"] = {**settled["configurable"], "thread_id": own}
        return gate, redacted, settled

    async def _inspected(
        self, run: Run, given: Any, kept: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """Return the input and what checkpoints keep of the config, redacted, or refuse."""
        pep = self._seam.pep
        error: GuardError
        try:
            if isinstance(given, Command) and (given.goto or given.graph is not None):
                error = Bypassed(GOTO)
            elif asks_for_tools(given.update if isinstance(given, Command) else given):
                error = Bypassed(UNASKED)
            else:
                data, rebuild = opened(given)
                raw = {"input": data, "kept": copy.copy(kept)}
                redacted, run.findings = await pep.inspect(run, raw, direction="input")
                if redacted is None:  # blocked: the first permitted step refuses it
                    return _emptied(given), {"configurable": {}}
                return rebuild(redacted["input"]), redacted["kept"]
        except GuardError:
            raise
        except Exception:
            error = InspectorUnavailable("the run's input could not be prepared")
        await pep.refuse(error, run=run, step="inspect_input")


def _emptied(given: Any) -> Any:
    """Return what lets the host reach its first node, which refuses."""
    if isinstance(given, dict):
        return {key: [] if isinstance(value, list) else "" for key, value in given.items()}
    return given if given is None else Command(resume="")


def _require_quiet(how: dict[str, Any]) -> None:
    """Refuse what would print, or collect, a stream before it is inspected."""
    if how.get("stream_mode") not in (None, "values", "updates"):
        raise ConfigError("a guarded graph streams with `astream` alone")
    if how.get("print_mode"):
        raise ConfigError("a guarded graph takes no `print_mode`: print what `astream` gives")


def _require_no_secret(chosen: dict[str, Any]) -> None:
    """Refuse what looks like a credential: the host writes `configurable` into checkpoints."""
    key = credential_in(chosen)
    if key is not None:
        raise ConfigError(
            f"`configurable` may not hold `{key}`: it is written into every checkpoint; bind the "
            "token with `guard.session`, pass other secrets by `context`"
        )


def _shaped(where: list[Any], mode: str, payload: Any, *, single: bool) -> Any:
    """Return a chunk in the form that the host gives for these modes."""
    parts = [*where, payload] if single else [*where, mode, payload]
    return parts[0] if len(parts) == 1 else tuple(parts)
