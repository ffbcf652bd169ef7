"""What follows from a file that is not in force, for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stageflow_guard.policy.engine.guardrails import FILE as GUARDRAILS
from stageflow_guard.policy.engine.text import Problem, legal_tenant, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

GRANTS = ("platform/shares.csv", "platform/breakglass.csv", "platform/trials.csv")
LAST_GOOD = "one that runs goes on with the last good file"


def with_consequences(policies: PolicySet) -> Iterator[Problem]:
    """Yield the problems; the first of a file that is not in force says what follows, once."""
    told = _consequences(policies)
    for problem in policies.problems:
        # a warning takes nothing out of force
        said = None if problem.code.startswith("unknown_") else told.pop(problem.file, None)
        yield problem if said is None else replace(problem, reason=f"{problem.reason}; {said}")


def _consequences(policies: PolicySet) -> dict[str, str]:
    found = dict.fromkeys(GRANTS, "until this is mended, no line of this file is in force")
    for name in _tenants(policies):
        found[f"tenants/{name}/{GUARDRAILS}"] = (
            f"until this is mended, a guard that starts blocks every find of `{name}`; {LAST_GOOD}"
        )
    for name in policies.broken:
        shown = name if legal_tenant(name) else quoted(name)
        found[f"tenants/{shown}/policy.csv"] = (
            f"until this is mended, a guard that starts denies every request of `{shown}`; "
            f"{LAST_GOOD}"
        )
    return found


def _tenants(policies: PolicySet) -> Iterable[str]:
    """Return the tenants that a problem is about, whose rules are not as they are written."""
    parts = (one.file.split("/") for one in policies.problems)
    return {one[1] for one in parts if len(one) == 3 and one[0] == "tenants"}
