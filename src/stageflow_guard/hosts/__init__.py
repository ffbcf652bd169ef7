"""Where the guard attaches: one module or folder for each host, and nothing imported unasked."""

from __future__ import annotations

import inspect
import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stageflow_guard.enforcement.definitions import protected_definitions
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.text import quoted
from stageflow_guard.ports import RightsSource

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


SHOWN = 10  # steps that one warning names
logger = logging.getLogger("stageflow_guard")
Question = tuple[str, str, str]  # kind, object, act


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
            asked = _asked(target, name)
            mounted = mounting(pep, target, name=name, token_key=token_key, **options)
            _warn_of_what_nobody_may(pep, asked)
            return mounted
    known = ", ".join(f"`{host}`" for host in sorted(ADAPTERS))
    raise ConfigError(
        f"no adapter takes a `{type(target).__name__}`; there are adapters for {known}, and "
        "`guard.protect` and `guard.run` for plain Python"
    )


def _asked(target: object, name: str | None) -> list[Question]:
    """Return what policy will be asked about a target's steps, as far as that is told."""
    try:
        own, found = questions_of(target)
    except Exception:  # it is mounted or refused by what it is, not by what is told of it here
        return []
    return [(kind, obj.replace("{name}", name or own), act) for kind, obj, act in found]


def _warn_of_what_nobody_may(pep: PolicyEnforcementPoint, asked: list[Question]) -> None:
    """Log the steps that no policy line permits: else the first refusal is what tells."""
    source = pep.decisions
    found = source.nobody_may(asked) if asked and isinstance(source, RightsSource) else ()
    if found:
        named = [f"{kind} `{quoted(obj)}` ({act})" for kind, obj, act in found[:SHOWN]]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        logger.warning(
            "no policy line of any tenant permits %s%s: every caller is refused there",
            ", ".join(named), more,
        )  # fmt: skip


def lint_graph(target: object, *, written: str = "", name: str | None = None) -> Graph:
    """Return the lint's view of `target`, by the adapter of its host; nothing of it runs.

    `written` is the `module:attribute` where it is declared, `name` what policies call it. Raises
    `ConfigError` for a type whose graph no adapter can read.
    """
    for cls in type(target).__mro__:
        host = cls.__module__.partition(".")[0]
        if host in ADAPTERS:
            graph: Graph = adapter(host).lint_graph(target, written=written, name=name)
            return graph
    raise ConfigError(f"the graph of a `{type(target).__name__}` cannot be read")


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
