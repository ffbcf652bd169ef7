"""What follows from a file that is not in force, for whoever has to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.guardrails import FILE as GUARDRAILS
from stageflow_guard.policy.engine.limits import FILE as LIMITS
from stageflow_guard.policy.engine.loader import SUSPENDED, TOP
from stageflow_guard.policy.engine.text import Problem, legal_tenant, quoted
from stageflow_guard.policy.engine.tool_rules import TOOLS

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

WHOLE = (*TOP, SUSPENDED)  # without one of these that is there nothing loads
# what a guard that starts does while a tenant's file is broken; `policy.csv` stands for itself
TENANTS_OWN = {
    GUARDRAILS: "blocks every find",
    TOOLS: "runs no tool",
    LIMITS: "runs nothing",
}
GRANTS = ("platform/shares.csv", "platform/breakglass.csv", "platform/trials.csv")
STARTS = "until this is mended, a guard that starts"
LAST_GOOD = "one that runs goes on with the last good file"


def with_consequences(policies: PolicySet) -> Iterator[Problem]:
    """Yield the problems; the first of a file that is not in force says what follows, once."""
    told = _consequences(policies)
    for problem in policies.problems:
        # a warning takes nothing out of force
        said = None if problem.code.startswith("unknown_") else told.pop(problem.file, None)
        yield problem if said is None else replace(problem, reason=joined(problem.reason, said))


def with_consequence(error: ConfigError) -> ConfigError:
    """Return the error that no policies could be loaded, with what follows from it.

    Only of a file without which nothing is safe to answer: another error is about the folder.
    """
    if not any(re.search(rf"(^|[`/]){re.escape(file)}[`:]", error.message) for file in WHOLE):
        return error
    return ConfigError(
        joined(
            error.message,
            "until this is mended, no guard starts with these policies, and one that runs goes on "
            "with what was in force",
        )
    )


def joined(fault: str, follows: str) -> str:
    """Return both in one sentence, or in two where the fault ends as a question."""
    return f"{fault} U{follows[1:]}" if fault.endswith("?") else f"{fault}; {follows}"


def _consequences(policies: PolicySet) -> dict[str, str]:
    found = dict.fromkeys(GRANTS, "until this is mended, no line of this file is in force")
    for name in _tenants(policies):
        for file, does in TENANTS_OWN.items():
            found[f"tenants/{name}/{file}"] = f"{STARTS} {does} of `{name}`; {LAST_GOOD}"
    for name in policies.broken:
        shown = name if legal_tenant(name) else quoted(name)
        found[f"tenants/{shown}/policy.csv"] = (
            f"{STARTS} denies every request of `{shown}`; {LAST_GOOD}"
        )
    for name in policies.templates:
        found[f"roles/{name}.csv"] = (
            f"{STARTS} denies every request of a tenant that imports it; {LAST_GOOD}"
        )
    return found


def _tenants(policies: PolicySet) -> Iterable[str]:
    """Return the tenants that a problem is about, whose rules are not as they are written."""
    parts = (one.file.split("/") for one in policies.problems)
    return {one[1] for one in parts if len(one) == 3 and one[0] == "tenants"}
