"""`strict_children`: inside a guarded run no graph runs that is not mounted.

A stage can build a graph of its own, and of that the guard has nothing. With the option the host's
own `run` is asked first, whoever calls it: a graph that is not the guard's is refused on record,
and the refusal ends the run, also when the stage swallows it. The host's method is wrapped once
per process, at the first mount with the option; without a strict run around it does what it did.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from stageflow.pipeline.dag import StageGraph, UnifiedStageGraph

from stageflow_guard.errors import Bypassed, GuardError
from stageflow_guard.hosts.stageflow.errors import as_host_error
from stageflow_guard.hosts.stageflow.graph import GuardedGraph

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.enforcement.seam import Seam

MARK = "_stageflow_guard_strict"
UNMOUNTED = (
    "a graph that is not mounted was run inside a guarded run; mount the pipeline with "
    "`guard.mount`, or mount the outer one without `strict_children`"
)
_STRICT: WeakSet[Seam] = WeakSet()


def watch(seam: Seam) -> None:
    """Refuse graphs that are not mounted inside `seam`'s strict runs, from now on."""
    _STRICT.add(seam)
    for host in (UnifiedStageGraph, StageGraph):
        if not hasattr(host.run, MARK):
            host.run = _asking(host.run)  # type: ignore[method-assign]


def _asking(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    async def asked(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(self, GuardedGraph):
            for seam in tuple(_STRICT):
                await _require_none(seam)
        return await run(self, *args, **kwargs)

    setattr(asked, MARK, True)
    return asked


async def _require_none(seam: Seam) -> None:
    """Refuse where a strict run of this guard is open."""
    run = seam.current_run()
    if run is None or not run.strict_children:
        return
    try:
        await seam.pep.refuse(Bypassed(UNMOUNTED), run=run, step="run")
    except GuardError as error:
        raise as_host_error(error) from None
