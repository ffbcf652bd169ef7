"""One sentence for a tenant that is not there, and another for one whose file is not in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.text import did_you_mean

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet


def require_tenant(policies: PolicySet, name: str, *, in_force: bool = True) -> None:
    """Raise `ConfigError` for a tenant that is not there, or whose file is not in force.

    Without `in_force`, being there is enough.
    """
    if name in policies.tenants or (name in policies.broken and not in_force):
        return
    if name in policies.broken:
        mine = [one for one in policies.problems if one.file.startswith(f"tenants/{name}/")]
        why = f": {mine[0]}" if mine else ""
        raise ConfigError(
            f"tenant `{name}` is not in force{why}; `policy lint` lists what is to mend"
        )
    known = {*policies.tenants, *policies.broken}
    raise ConfigError(f"there is no tenant `{name[:60]}`{did_you_mean(name, known)}")
