"""What each process or machine keeps for itself, for whoever runs several of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stageflow_guard.base.version import page

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.flow import Flow
    from stageflow_guard.policy.engine.limits import Limits
    from stageflow_guard.settings import Settings


def kept_apart(settings: Settings, flow: Flow | None, limits: Limits | None) -> Iterator[str]:
    """Yield what is in force and counts for one process or one machine alone, and what to do.

    Told from the settings, which do not say how many processes and machines there are.
    """
    more = page("how-to/workers")
    if flow is not None and flow.wide:
        name = next(iter(flow.wide))
        one = "one worker at a time keeps it, a second one does not start; and " if (
            settings.audit.shard is not None
        ) else ""  # fmt: skip
        yield (
            f"{flow.where(name)}: rule `{name}` looks beyond one run, at the history in this "
            f"machine's log: {one}another machine does not know it. Over several, count with "
            f'`limits.yaml` and `[limits] kind = "redis"` ({more})'
        )
    if limits and settings.limits.kind == "memory":
        yield (
            "`limits.yaml`: each process counts for itself, so that four workers permit four times "
            'as much. For the workers of one machine set `[limits] kind = "sqlite"`, for several '
            f'machines `"redis"` ({more})'
        )
    elif limits and settings.limits.kind == "sqlite":
        yield (
            "`limits.yaml`: the workers of this machine count together, another machine for "
            f'itself. For several set `[limits] kind = "redis"` ({more})'
        )
    if settings.audit.shard is not None:
        yield (
            "`guard.approvals()` (Stageflow's executor) keeps its requests in the worker that "
            "asked: the answer has to reach that one. What needs no executor, `approval: required` "
            f"and `guard.require_approval`, is shared ({more})"
        )
