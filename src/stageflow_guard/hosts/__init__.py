"""Where the guard attaches: one module or folder for each host, and nothing imported unasked."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from stageflow_guard.enforcement.definitions import protected_definitions
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.rights import Question, asked_once, warn_of_what_nobody_may

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.lint.model import Graph

# by the top-level package that a target's class comes from
ADAPTERS = {
    "celery": "stageflow_guard.hosts.celery.mount",
    "agents": "stageflow_guard.hosts.openai_agents.mount",
    "fastmcp": "stageflow_guard.hosts.mcp.fast",
    "langgraph": "stageflow_guard.hosts.langgraph.mount",
    "mcp": "stageflow_guard.hosts.mcp.server",
    "pydantic_ai": "stageflow_guard.hosts.pydantic_ai.mount",
    "stageflow": "stageflow_guard.hosts.stageflow.mount",
}
# where the extra has another name than the package
EXTRAS = {"agents": "openai-agents", "pydantic_ai": "pydantic-ai"}


def adapter(host: str) -> Any:
    """Return the adapter of a host; raise `ConfigError` that names the extra when it is missing."""
    try:
        return import_module(ADAPTERS[host])
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != host:
            raise
    raise ConfigError(
        f"`{host}` is not installed: install `stageflow-guard[{EXTRAS.get(host, host)}]`"
    )


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str, **options: Any
) -> Any:
    """Return `target` behind the flow, by the adapter of its host, which takes the options it has.

    Raises `ConfigError` for a type that no adapter takes, and for an option that its adapter lacks.
    """
    for cls in type(target).__mro__:
        host = cls.__module__.partition(".")[0]
        if host in ADAPTERS:
            mounting = adapter(host).mount
            unknown = sorted(set(options) - set(inspect.signature(mounting).parameters))
            if unknown:
                raise ConfigError(f"`guard.mount` of `{host}` has no option {', '.join(unknown)}")
            asked = asked_once(pep, target, name, questions_of)
            mounted = mounting(pep, target, name=name, token_key=token_key, **options)
            warn_of_what_nobody_may(pep, asked)
            return mounted
    known = ", ".join(f"`{host}`" for host in sorted(ADAPTERS))
    raise ConfigError(
        f"no adapter takes a `{type(target).__name__}`; there are adapters for {known}, and "
        "`guard.protect` and `guard.run` for plain Python"
    )


def lint_graph(target: object, *, written: str = "", name: str | None = None) -> Graph:
    """Return the lint's view of `target`, by the adapter of its host; nothing of it runs.

    A module is read function by function, whatever host they serve.
    `written` is the `module:attribute` where it is declared, `name` what policies call it. Raises
    `ConfigError` for a type whose graph no adapter can read.
    """
    if isinstance(target, ModuleType):
        from stageflow_guard.hosts.stageflow.reading.module_source import lint_module

        return lint_module(target)
    for cls in type(target).__mro__:
        host = cls.__module__.partition(".")[0]
        if host in ADAPTERS:
            graph: Graph = adapter(host).lint_graph(target, written=written, name=name)
            return graph
    raise ConfigError(
        f"the graph of a `{type(target).__name__}` cannot be read; a module's functions can: name "
        "the module alone"
    )


def graphs_in(module: ModuleType) -> list[str]:
    """Return the names of a module's attributes whose graph the lint can read."""
    found = []
    for name, value in vars(module).items():
        hosts = {cls.__module__.partition(".")[0] for cls in type(value).__mro__}
        if hosts & {"stageflow", "langgraph"} and any(
            hasattr(value, x) for x in ("stages", "nodes")
        ):
            found.append(name)
    return found


def questions_of(target: object) -> tuple[str, list[Question]]:
    """Return the name of `target` on record, and what policy is asked about its steps.

    Each question is (kind, object, act); an object that ends in `/*` stands for those below it.
    The name is empty when the target has none. Nothing of it runs. Raises `ConfigError` for a type
    whose steps no adapter can list.
    """
    for cls in type(target).__mro__:
        host = cls.__module__.partition(".")[0]
        if host in ADAPTERS:
            found: tuple[str, list[Question]] = adapter(host).questions_of(target)
            return found
    raise ConfigError(
        f"a `{type(target).__name__}` is no pipeline, graph, agent, server or tasks: its "
        "steps cannot be listed"
    )


def tool_definitions(target: object) -> dict[str, str]:
    """Return the digest of each tool's definition by name: of a host's registry, or of callables
    that `guard.protect` was given a `definition` for (one, or a module or collection of them).

    Raises `ConfigError` for what no adapter can list.
    """
    own = protected_definitions(target)
    if own:
        return own
    for cls in type(target).__mro__:
        if cls.__module__.partition(".")[0] == "stageflow":
            found: dict[str, str] = adapter("stageflow").tool_definitions(target)
            return found
    raise ConfigError(f"no adapter lists the tools of a `{type(target).__name__}`")
