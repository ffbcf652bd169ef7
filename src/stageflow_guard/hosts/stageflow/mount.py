"""What `guard.mount` and `guard.interceptors` make of Stageflow's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stageflow.pipeline.pipeline import Pipeline

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow import tools
from stageflow_guard.hosts.stageflow.approvals import GuardedApprovals
from stageflow_guard.hosts.stageflow.interceptors import GuardInterceptor
from stageflow_guard.hosts.stageflow.pipeline import GuardedPipeline
from stageflow_guard.hosts.stageflow.reading.graph import lint_graph as read
from stageflow_guard.hosts.stageflow.runner import stageflow_seam
from stageflow_guard.hosts.stageflow.strict import watch
from stageflow_guard.lint import mountable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.lint.model import Graph
    from stageflow_guard.model import Principal


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str,
    strict_children: bool = False,
) -> GuardedPipeline:  # fmt: skip
    """Return a guarded pipeline; with `strict_children` its stages run no graph that is unmounted.

    Raises `ConfigError` for what is no `Pipeline`, and for one that the lint refuses.
    """
    if not isinstance(target, Pipeline):
        raise ConfigError(
            f"`guard.mount` takes a stageflow `Pipeline`, not `{type(target).__name__}`"
        )
    seam = stageflow_seam(pep)
    if type(strict_children) is not bool:
        raise ConfigError("`strict_children` is True or False")
    if strict_children:
        watch(seam)
    guarded = GuardedPipeline(
        seam, name or target.name, dict(target.stages), token_key=token_key, strict=strict_children
    )
    mountable(read(guarded, name=guarded.name))
    return guarded


def lint_graph(target: object, *, written: str, name: str | None) -> Graph:
    """Return the lint's view of a pipeline, mounted or not."""
    if not isinstance(target, Pipeline):
        raise ConfigError(f"the lint takes a stageflow `Pipeline`, not `{type(target).__name__}`")
    return read(target, target=written, name=name)


def questions_of(target: object) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a pipeline's name, and a question for each of its stages."""
    if not isinstance(target, Pipeline):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    return target.name, [("stage", f"{{name}}/{stage}", "run") for stage in target.stages]


def interceptors(pep: PolicyEnforcementPoint, token_key: str) -> list[Any]:
    """Return interceptors for a builder: authentication, authorization and audit only."""
    return [GuardInterceptor(pep, token_key)]


def mount_tools(pep: PolicyEnforcementPoint, target: object, *, approvals: Any) -> Any:
    """Return a registry or an executor whose tools are guarded; see `hosts.stageflow.tools`."""
    return tools.mount_tools(pep, target, approvals=approvals)


def tool_definitions(target: object) -> dict[str, str]:
    """Return the digest of each tool's definition in a registry or an executor, by name."""
    return tools.tool_definitions(target)


def approvals(
    pep: PolicyEnforcementPoint,
    caller: Callable[[], Awaitable[Principal]],
    run: Callable[[], str | None],
    *,
    timeout: float,
) -> GuardedApprovals:
    """Return the host's approval service with the guard's authority behind it."""
    return GuardedApprovals(pep, caller, run, timeout=timeout)
