"""`guard.spend`: what a step reports of itself, counted and, over a limit, refused on record."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from stageflow_guard.enforcement.limiting import amount_from
from stageflow_guard.enforcement.pending import current_permit
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated

if TYPE_CHECKING:
    from stageflow_guard.enforcement.controls import Controls
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run


async def spent(
    pep: PolicyEnforcementPoint, controls: Controls, run: Run | None, unit: str, amount: float
) -> None:
    """Count `amount` of `unit` for `run`; raise a `GuardError`, on record."""
    if type(unit) is not str or not unit:
        raise ConfigError("`spend` takes the name of a unit, such as `tokens`")
    number = amount_from(amount)
    if run is None or run.ended:
        await pep.refuse(
            NotAuthenticated("outside_run", "`guard.spend` counts for a run; open one first"),
            run=run or str(uuid4()), step="authorize",
        )  # fmt: skip
    permit = current_permit.get()
    obj = "" if permit is None else permit.step.obj
    try:
        over = await controls.limiter.spend(run, unit, number, obj)
    except GuardError as error:
        await pep.refuse(error, run=run, step="authorize")
    if over:
        await pep.record_event(
            run, kind="decision", step="authorize", action="spend", decision="permit",
            reason="over_soft_limit", evaluation="ok",
            note={"over": list(over), "unit": unit},
        )  # fmt: skip
