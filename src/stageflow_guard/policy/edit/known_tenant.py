"""One sentence for a tenant that is not there, and another for one whose file is not in force."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.text import did_you_mean, legal_tenant, quoted


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


def tenant_folder(base: Path, name: str) -> Path:
    """Return a tenant's folder, in force or not; raise `ConfigError` for what is none.

    A file, or a folder whose name no tenant can have, is nobody's to remove or to rename.
    """
    place = base / "tenants" / name
    if legal_tenant(name) and place.is_dir():
        return place
    require_tenant(PolicySet.load(base), name, in_force=False)
    raise ConfigError(f"`{quoted(name)}` in `{base / 'tenants'}` is no tenant's folder")
