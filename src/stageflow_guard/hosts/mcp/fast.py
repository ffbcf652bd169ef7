"""`guard.mount(server)` for FastMCP: the same gate, and its own components wrapped.

A cache among its middleware, tools that a middleware brings along, mounted servers, proxies and
transforms that rename are refused: each gives answers, or names, that no permit stands behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastmcp import FastMCP
from fastmcp.exceptions import FastMCPError
from fastmcp.prompts.function_prompt import FunctionPrompt
from fastmcp.resources import Resource
from fastmcp.resources.function_resource import FunctionResource
from fastmcp.resources.template import FunctionResourceTemplate
from fastmcp.server.auth import AccessToken, TokenVerifier
from fastmcp.server.transforms.visibility import Visibility
from fastmcp.tools.function_tool import FunctionTool

from stageflow_guard.enforcement.leaving import text_of
from stageflow_guard.enforcement.seam import ControlFlow, Seam
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.mcp.credentials import GuardTokenVerifier
from stageflow_guard.hosts.mcp.gate import GateFirst, RequestGate
from stageflow_guard.hosts.mcp.server import Watched, claimed, control_flow, lint_graph
from stageflow_guard.hosts.mcp.steps import Owner, Steps, questions

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint

__all__ = ["GuardAuth", "lint_graph", "mount"]

# middleware that gives answers, or tools, without a step
REFUSED = ("ResponseCachingMiddleware", "ToolInjectionMiddleware")


class GuardAuth(TokenVerifier):
    """The guard's authenticator as FastMCP's: `FastMCP(auth=GuardAuth(guard))`."""

    def __init__(self, guard: Any, **options: Any) -> None:
        super().__init__(**options)
        self._verifier = GuardTokenVerifier(guard)

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return the host's view of a token, or None for one that the guard refuses."""
        seen = await self._verifier.verify_token(token)
        return (
            None
            if seen is None
            else AccessToken(**{**seen.model_dump(), "claims": seen.claims or {}})
        )


def mount(
    pep: PolicyEnforcementPoint,
    target: object,
    *,
    name: str | None,
    token_key: str,
    owner: Owner | None = None,
    credential: Callable[[], Any] | None = None,
    continue_trace: bool = True,
) -> FastMCP[Any]:
    """Return the server, guarded in place; the options are those of an `MCPServer`.

    Raises `ConfigError` for another type, a server that another guard has, and what cannot be
    wrapped.
    """
    if not isinstance(target, FastMCP):
        raise ConfigError(f"`guard.mount` takes a `FastMCP`, not `{type(target).__name__}`")
    pipeline = require_segment(name or target.name, "a server")
    seam = Seam(pep, host="fastmcp", passes=_control_flow)
    cover = _Cover(target, Steps(seam, owner))
    if not claimed(pep, target):
        return target
    cover()
    gate = RequestGate(
        seam, pipeline=pipeline, owner=owner, credential=credential, cover=cover,
        continue_trace=continue_trace,
    )  # fmt: skip
    lowlevel = target._mcp_server
    lowlevel.middleware = GateFirst(gate, lowlevel.middleware)
    return target


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a server's name, and a question for each tool, resource, template and prompt."""
    if not isinstance(target, FastMCP):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    own = list(target.local_provider._components.values())
    return target.name, questions(
        [one.name for one in own if isinstance(one, FunctionTool)],
        [str(one.uri) for one in own if isinstance(one, Resource)],
        [one.uri_template for one in own if isinstance(one, FunctionResourceTemplate)],
        [one.name for one in own if isinstance(one, FunctionPrompt)],
    )


def _control_flow(error: BaseException) -> ControlFlow | None:
    kind = type(error)
    if issubclass(kind, FastMCPError):
        return ControlFlow("error", text_of(error), kind)
    return control_flow(error)


class _Cover:
    """Wraps what the server has; called again before each request."""

    def __init__(self, server: FastMCP[Any], steps: Steps) -> None:
        self._server = server
        self._steps = steps

    def __call__(self) -> None:
        """Wrap everything; raise `ConfigError` for what cannot be."""
        server = self._server
        local = server.local_provider
        for one in server.middleware:
            for cls in type(one).__mro__:
                if cls.__name__ in REFUSED:
                    raise ConfigError(
                        f"`{cls.__name__}` gives answers that no permit stands behind: remove it"
                    )
        for provider in server.providers:
            if provider is not local:
                raise ConfigError(
                    f"`{type(provider).__name__}` brings components under other names: mount and "
                    "serve that server by itself"
                )
        for transform in (*server._transforms, *local._transforms):
            if not isinstance(transform, Visibility):
                raise ConfigError(
                    f"`{type(transform).__name__}` changes what a component is called or does: "
                    "register it as it shall be"
                )
        if type(local._components) is not Watched:
            local._components = Watched(local._components, self._wrap)

    def _wrap(self, component: Any) -> None:
        if isinstance(component, FunctionTool | FunctionPrompt | FunctionResourceTemplate):
            if getattr(component.fn, "__guarded_by__", None) is None:
                component.fn = self._step_of(component)
        elif isinstance(component, FunctionResource):
            if getattr(component.fn, "__guarded_by__", None) is None:
                component.fn = self._steps.resource(str(component.uri), component.fn)
        elif isinstance(component, Resource):
            if "read" not in vars(component):
                guarded = self._steps.resource(str(component.uri), component.read)
                object.__setattr__(component, "read", guarded)
        else:
            raise ConfigError(f"`{type(component).__name__}` has no function to wrap")

    def _step_of(self, component: Any) -> Callable[..., Any]:
        if isinstance(component, FunctionTool):
            inspected = list(component.parameters.get("properties", {}))
            return self._steps.tool(component.name, component.fn, inspected)
        if isinstance(component, FunctionPrompt):
            names = [one.name for one in component.arguments or ()]
            return self._steps.prompt(component.name, component.fn, names)
        inspected = list(component.parameters.get("properties", {}))
        return self._steps.template(component.uri_template, component.fn, inspected)
