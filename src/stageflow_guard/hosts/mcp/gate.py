"""One request is one run: the outermost middleware of a server.

1. the server is covered: what was registered since is wrapped before it can run
2. the trace and the caller are bound; the token is out of the reach of steps
3. the run opens; its conversation is the connection, which belongs to its first caller
4. arguments and answers to questions are inspected before anything of the host reads them
5. lists hold what the caller may have; an answer without its step is refused
6. all of the result is inspected: content, structured content, metadata, error texts
7. a refusal, also one that the host swallowed, leaves as an error with code and ref
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from mcp.shared.exceptions import MCPError

from stageflow_guard.base.traceparent import TraceContext, new_trace, parse
from stageflow_guard.enforcement import tracing
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.resources import filter_permitted
from stageflow_guard.enforcement.step import Step
from stageflow_guard.errors import Bypassed, ConfigError, GuardError, NotAuthenticated
from stageflow_guard.hosts.asgi import traceparent_in
from stageflow_guard.hosts.mcp.blobs import inspected_result
from stageflow_guard.hosts.mcp.credentials import caller_bound
from stageflow_guard.hosts.mcp.errors import as_mcp_error
from stageflow_guard.hosts.mcp.outbound import Speech
from stageflow_guard.hosts.mcp.steps import (
    Owner,
    bodies_run,
    expanded,
    prompt_object,
    resource_object,
)

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.seam import Seam

# what says nothing of the server's and does no work of the application's
OPEN = ("initialize", "ping", "server/discover", "logging/setLevel")
WORK = ("tools/call", "resources/read", "prompts/get")
LISTS = {
    "tools/list": "tools",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}
GIVEN = ("arguments", "inputResponses")  # of a request, what a caller says

# what a client is told of an exception that nobody meant for it (JSON-RPC 2.0, 5.1)
INVALID = (-32602, "Invalid request parameters")
INTERNAL = (-32603, "Internal server error")

Context = Any


class RequestGate:
    """The middleware at index 0. `cover` wraps what a server has now, or raises `ConfigError`."""

    def __init__(
        self,
        seam: Seam,
        *,
        pipeline: str,
        owner: Owner | None,
        credential: Callable[[], Any] | None,
        cover: Callable[[], None],
        continue_trace: bool = True,
    ) -> None:
        self._seam = seam
        self._pipeline = pipeline
        self._owner = owner
        self._credential = credential
        self._cover = cover
        self._continue_trace = continue_trace
        self._connections: WeakKeyDictionary[Any, _Conversation] = WeakKeyDictionary()

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: Callable[[Context], Awaitable[Any]]
    ) -> Any:
        """Answer one message of a client."""
        if ctx.request_id is None or ctx.method in OPEN:
            return await call_next(ctx)
        try:
            with self._traced(ctx):
                return await self._run(ctx, call_next)
        except _Failed as failed:  # its run ended in an error; the client hears what it said
            return failed.result
        except GuardError as error:
            drop_frames(error)
            answer = as_mcp_error(error)
        except MCPError as error:
            drop_frames(error)  # their locals hold raw text
            raise
        except Exception as error:  # some transports of the host tell a client its text
            wrong = type(error).__name__ == "ValidationError"
            answer = MCPError(*(INVALID if wrong else INTERNAL))
        raise answer from None

    async def _run(self, ctx: ServerRequestContext[Any, Any], call_next: Any) -> Any:
        pep = self._seam.pep
        try:
            self._cover()
        except ConfigError as error:
            await pep.refuse(error, run=str(uuid4()), pipeline=self._pipeline, step="run")
        conversation = self._conversation(ctx.session._connection)
        async with caller_bound(pep, ctx, self._credential) as bare:
            del ctx  # it holds the token
            gate = self._seam.gate(pipeline=self._pipeline, session_id=conversation.id)
            async with gate as run:
                await conversation.require_same(self._seam, run)
                result = await self._request(run, bare, call_next)
                if result.get("isError"):
                    raise _Failed(result)
                return result

    def _traced(self, ctx: Context) -> AbstractContextManager[None]:
        """Bind the trace that the request belongs to, or let one begin."""
        if not self._continue_trace:
            return tracing.bound(new_trace())
        trace = trace_of(ctx)
        return nullcontext() if trace is None else tracing.bound(trace)

    def _conversation(self, connection: Any) -> _Conversation:
        known = self._connections.get(connection)
        if known is None:
            known = self._connections[connection] = _Conversation()
        return known

    async def _request(self, run: Run, ctx: Context, call_next: Any) -> Any:
        ctx = await self._inspected_params(run, ctx)
        speech = Speech(self._seam, run)
        speech.guard(ctx.session)
        ran: list[str] = []
        token = bodies_run.set(ran)
        try:
            result = await self._answered(run, ctx, call_next)
            if ctx.method in WORK and not ran and not result.get("isError"):
                await self._seam.pep.refuse(Bypassed(ANSWERED), run=run, step="run")
            if ctx.method in LISTS:
                result = await self._filtered(run, ctx.method, result)
            result, _ = await inspected_result(self._seam.pep, run, result, _step_of(ctx))
            await speech.finish("ok")
            return result
        finally:
            bodies_run.reset(token)
            speech.close()

    async def _answered(self, run: Run, ctx: Context, call_next: Any) -> dict[str, Any]:
        """Return the host's answer, or raise its error with its text redacted."""
        try:
            if ctx.method in WORK or ctx.method in LISTS:
                result = await call_next(ctx)
            else:
                step = Step(kind="tool", obj=f"mcp/{ctx.method}", act="call")
                result = await self._seam.step(step, None, lambda _: call_next(ctx))
        except MCPError as error:
            if run.refusal is not None:
                raise
            told, _ = await self._seam.pep.inspect(
                run, [error.message, error.data], direction="output"
            )
            raise MCPError(error.code, told[0], told[1]) from None
        if run.refusal is not None:
            raise run.refusal
        return _as_dict(result)

    async def _inspected_params(self, run: Run, ctx: Context) -> Context:
        params: Mapping[str, Any] | None = ctx.params
        given = {name: params[name] for name in GIVEN if name in params} if params else {}
        if not given:
            return ctx
        redacted, run.findings = await self._seam.pep.inspect(run, given, direction="input")
        return replace(ctx, params={**(params or {}), **(redacted or dict.fromkeys(given))})

    async def _filtered(self, run: Run, method: str, result: dict[str, Any]) -> dict[str, Any]:
        """Return a list without what the caller may not call or read; each decision on record."""
        key, own = LISTS[method], run.principal.tenant
        owner = self._owner
        kind, act, obj = "data", "read", _name_of_prompt
        owned: Callable[[Any], str | None] = lambda _: own  # noqa: E731
        if key == "tools":
            kind, act, obj = "tool", "call", lambda item: item["name"]
        elif key == "resources":
            obj = _name_of_resource
            if owner is not None:
                owned = lambda item: owner(item["uri"])  # noqa: E731
        elif key == "resourceTemplates":
            obj = _name_of_template
        items = await filter_permitted(
            self._seam.pep, run.principal, run, result.get(key) or [],
            kind=kind, act=act, obj=obj, owner=owned,
        )  # fmt: skip
        return {**result, key: items}


def trace_of(ctx: Context) -> TraceContext | None:
    """Return the trace of one request: in its `_meta` (SEP-414), else in the HTTP header."""
    meta: Any = ctx.meta
    said = meta.get("traceparent") if isinstance(meta, Mapping) else None
    found = parse(said)
    if found is None and ctx.request is not None:
        return traceparent_in(ctx.request.scope["headers"])
    return found


class _Failed(Exception):
    """A tool's own failure, as the inspected result that tells of it."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


class GateFirst(list[Any]):
    """The middleware of a server: what its owner puts there, and the gate before all of it.

    The host composes by `reversed`, so the gate comes last there, wherever the list has it.
    """

    def __init__(self, gate: RequestGate, others: Iterable[Any]) -> None:
        super().__init__((gate, *others))
        self._gate = gate

    def __reversed__(self) -> Iterator[Any]:
        """Give the gate last: outermost."""
        yield from (one for one in reversed(list(self)) if one is not self._gate)
        yield self._gate


class _Conversation:
    """One connection: its key, and the caller that it belongs to."""

    def __init__(self) -> None:
        self.id = str(uuid4())
        self._caller: tuple[str, str] | None = None

    async def require_same(self, seam: Seam, run: Run) -> None:
        """Refuse another caller than the first one."""
        caller = (run.principal.tenant, run.principal.subject)
        if self._caller is None:
            self._caller = caller
        elif self._caller != caller:
            await seam.pep.refuse(
                NotAuthenticated("identity_changed", "this connection is another caller's"),
                run=run, step="authenticate",
            )  # fmt: skip


ANSWERED = (
    "an answer came without its step: a cache, or a middleware that answers by itself, stands in "
    "front of it; remove that"
)


def _as_dict(result: Any) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return dict(result)
    if hasattr(result, "model_dump"):
        dumped: dict[str, Any] = result.model_dump(by_alias=True, mode="json", exclude_none=True)
        return dumped
    return {}


def _step_of(ctx: Context) -> Step | None:
    params = ctx.params or {}
    if ctx.method == "tools/call":
        return Step(kind="tool", obj=str(params.get("name")), act="call")
    if ctx.method == "resources/read":
        return Step(kind="data", obj=resource_object(str(params.get("uri"))), act="read")
    if ctx.method == "prompts/get":
        return Step(kind="data", obj=prompt_object(str(params.get("name"))), act="read")
    return None


def _name_of_prompt(item: Any) -> str:
    return prompt_object(item["name"])


def _name_of_resource(item: Any) -> str:
    return resource_object(item["uri"])


class _AsWritten(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "-"


def _name_of_template(item: Any) -> str:
    return resource_object(expanded(item["uriTemplate"], _AsWritten()))
