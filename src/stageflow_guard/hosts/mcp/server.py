"""`guard.mount(server)` for the official SDK's `MCPServer`.

The server is guarded in place: each function that it hands out is wrapped where it is called, those
that are registered later as well, and the gate stands at the head of its middleware.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import (
    ResourceError,
    ToolError,
    UnexpectedResourceError,
    UnexpectedToolError,
)
from mcp.server.mcpserver.resources import FunctionResource
from mcp.shared.exceptions import MCPError

from stageflow_guard.enforcement.leaving import text_of
from stageflow_guard.enforcement.seam import ControlFlow, Seam
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.mcp.gate import GateFirst, RequestGate
from stageflow_guard.hosts.mcp.steps import Owner, Steps, questions

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.lint.model import Graph

_MOUNTED: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def mount(
    pep: PolicyEnforcementPoint,
    target: object,
    *,
    name: str | None,
    token_key: str,
    owner: Owner | None = None,
    credential: Callable[[], Any] | None = None,
    continue_trace: bool = True,
) -> MCPServer[Any]:
    """Return the server, guarded in place.

    `owner` tells which tenant a resource belongs to, by its URI; resource templates need it.
    `credential` gives the token on stdio and in the process; over HTTP it is never asked.
    `continue_trace=False` begins a trace for each request, whatever it brings. Raises
    `ConfigError` for another type, a server that another guard has, and what cannot be wrapped.
    """
    if not isinstance(target, MCPServer):
        raise ConfigError(f"`guard.mount` takes an `MCPServer`, not `{type(target).__name__}`")
    if not claimed(pep, target):
        return target
    pipeline = require_segment(name or target.name, "a server")
    seam = Seam(pep, host="mcp", passes=control_flow)
    steps = Steps(seam, owner)
    cover = _Cover(target, steps)
    cover()
    gate = RequestGate(
        seam, pipeline=pipeline, owner=owner, credential=credential, cover=cover,
        continue_trace=continue_trace,
    )  # fmt: skip
    lowlevel = target._lowlevel_server
    lowlevel.middleware = GateFirst(gate, lowlevel.middleware)
    return target


def claimed(pep: PolicyEnforcementPoint, target: object) -> bool:
    """Take a server for this guard; False when it has it already. `ConfigError`: another has it."""
    known = _MOUNTED.get(target)
    if known is not None and known != id(pep):
        raise ConfigError("this server is mounted by another guard")
    _MOUNTED[target] = id(pep)
    return known is None


def lint_graph(target: object, *, written: str, name: str | None) -> Graph:
    """Raise `ConfigError`: a server's tools are no graph."""
    raise ConfigError("the lint reads pipelines; an MCP server has none")


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a server's name, and a question for each tool, resource, template and prompt."""
    if not isinstance(target, MCPServer):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    resources = target._resource_manager
    return target.name, questions(
        target._tool_manager._tools, map(str, resources._resources), resources._templates,
        target._prompt_manager._prompts,
    )  # fmt: skip


def control_flow(error: BaseException) -> ControlFlow | None:
    """Return what a function says to its client on purpose: its text is inspected, and leaves."""
    kind = type(error)
    if issubclass(kind, UnexpectedToolError | UnexpectedResourceError):
        return None
    if issubclass(kind, MCPError):
        code = error.error.code  # type: ignore[attr-defined]
        return ControlFlow("error", error.error.message, lambda text: MCPError(code, text))  # type: ignore[attr-defined]
    for said in (ToolError, ResourceError):
        if issubclass(kind, said):
            return ControlFlow("error", text_of(error), said)
    return None


class Watched(dict[str, Any]):
    """A registry that wraps what is put into it."""

    def __init__(self, known: dict[str, Any], wrap: Callable[[Any], None]) -> None:
        super().__init__()
        self._wrap = wrap
        for key, value in known.items():
            self[key] = value

    def __setitem__(self, key: str, value: Any) -> None:
        """Wrap, then keep; raise `ConfigError` for what cannot be wrapped."""
        self._wrap(value)
        super().__setitem__(key, value)


class _Cover:
    """Wraps what the server has; called again before each request."""

    def __init__(self, server: MCPServer[Any], steps: Steps) -> None:
        self._server = server
        self._steps = steps

    def __call__(self) -> None:
        """Wrap everything; raise `ConfigError` for what cannot be."""
        server = self._server
        for manager, field, wrap in (
            (server._tool_manager, "_tools", self._tool),
            (server._resource_manager, "_resources", self._resource),
            (server._resource_manager, "_templates", self._template),
            (server._prompt_manager, "_prompts", self._prompt),
        ):
            known = getattr(manager, field)
            if type(known) is not Watched:
                setattr(manager, field, Watched(known, wrap))

    def _tool(self, tool: Any) -> None:
        if getattr(tool.fn, "__guarded_by__", None) is not None:
            return
        if tool.resolved_params:
            raise ConfigError(
                f"tool `{tool.name}` has `Resolve(…)` parameters, which run before its permit: "
                "ask in the tool's body"
            )
        fields = tool.fn_metadata.arg_model.model_fields
        inspected = {given for name, one in fields.items() for given in (name, one.alias)}
        tool.fn = self._steps.tool(tool.name, tool.fn, inspected)

    def _resource(self, resource: Any) -> None:
        if isinstance(resource, FunctionResource):
            if getattr(resource.fn, "__guarded_by__", None) is None:
                resource.fn = self._steps.resource(str(resource.uri), resource.fn)
        elif "read" not in vars(resource):
            guarded = self._steps.resource(str(resource.uri), resource.read)
            object.__setattr__(resource, "read", guarded)

    def _template(self, template: Any) -> None:
        if getattr(template.fn, "__guarded_by__", None) is None:
            inspected = list(template.parameters.get("properties", {}))
            template.fn = self._steps.template(template.uri_template, template.fn, inspected)

    def _prompt(self, prompt: Any) -> None:
        if getattr(prompt.fn, "__guarded_by__", None) is None:
            inspected = [one.name for one in prompt.arguments or ()]
            prompt.fn = self._steps.prompt(prompt.name, prompt.fn, inspected)
