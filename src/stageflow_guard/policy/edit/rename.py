"""Giving a tenant another name, in every policy file that names it."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from stageflow_guard.base.durable import move_durably
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.cases import run_cases
from stageflow_guard.policy.edit.fmt import replace_file
from stageflow_guard.policy.edit.known_tenant import tenant_folder
from stageflow_guard.policy.edit.tenants import (
    building_beside,
    moved_line,
    remove,
    renamed_in_cases,
    require_new,
    write_new,
)
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.text import read, require_folder

_CASE_TENANT = re.compile(r"(\b(?:ten|own):\s*)([A-Za-z0-9][A-Za-z0-9._-]*)")


def rename(folder: str | Path, old: str, new: str, *, same_customer: bool = False) -> list[str]:
    """Give a tenant another name in every policy file; return the names of the files that changed.

    The old folder is kept in `removed/`. What was recorded or pseudonymised stays under the old
    name; a new name that a tenant had before is refused unless `same_customer` says whose it is.
    Tried on a copy first: what would not load or lint as before is a `ConfigError`.
    """
    base = Path(folder)
    require_folder(base)
    tenant_folder(base, old)
    require_new(base, new, same_customer=same_customer)
    files = _renamed_files(base, old, new)
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "policies"
        shutil.copytree(base, trial, ignore=shutil.ignore_patterns("removed", "starters"))
        shutil.rmtree(trial / "tenants" / old)
        for name, data in files.items():
            write_new(trial / name, data)
        before, after = PolicySet.load(base), PolicySet.load(trial)
        if len(after.problems) > len(before.problems):
            raise ConfigError(f"nothing was changed: {after.problems[0]}")
        if sum(len(o.failures) for o in run_cases(after, trial)) > sum(
            len(o.failures) for o in run_cases(before, base)
        ):
            raise ConfigError("nothing was changed: a case would fail under the new name")
    with building_beside(base) as building:
        mine = {name for name in files if name.startswith("tenants/")}
        for name in mine:
            write_new(building / name, files[name])
        move_durably(building / "tenants" / new, base / "tenants" / new)
    for name in sorted(set(files) - mine):
        replace_file(base / name, files[name])
    remove(base, old)
    return sorted(files)


def _renamed_files(base: Path, old: str, new: str) -> dict[str, bytes]:
    """Return every file that names the tenant, in its new name."""
    found: dict[str, bytes] = {}
    for path in sorted((base / "tenants" / old).iterdir()):
        text = read(path, f"tenants/{old}/{path.name}").decode("utf-8")
        if path.name == "policy.csv":
            text = "\n".join(moved_line(line, old, new) for line in text.split("\n"))
        elif path.suffix == ".yaml":
            text = _CASE_TENANT.sub(
                lambda m: m[1] + new if m[2] == old else m[0], renamed_in_cases(text, old, new)
            )
        found[f"tenants/{new}/{path.name}"] = text.encode()
    columns = {
        "shares.csv": (1, 2),
        "breakglass.csv": (2,),
        "trials.csv": (1,),
        "suspended.csv": (0,),
    }
    for file, places in columns.items():
        name = f"platform/{file}"
        if (base / name).exists():
            before = read(base / name, name)
            lines = before.decode("utf-8").split("\n")
            after = "\n".join(_replaced(line, places, old, new) for line in lines).encode()
            if after != before:
                found[name] = after
    isolation = "platform/isolation_test.yaml"
    if (base / isolation).exists():
        before = read(base / isolation, isolation)
        text = renamed_in_cases(before.decode("utf-8"), old, new)
        after = _CASE_TENANT.sub(lambda m: m[1] + new if m[2] == old else m[0], text).encode()
        if after != before:
            found[isolation] = after
    return found


def _replaced(line: str, places: tuple[int, ...], old: str, new: str) -> str:
    if line.lstrip().startswith("#"):
        return line
    fields = line.split(",")
    for at in places:
        if len(fields) > at and fields[at].strip(" ") == old:
            fields[at] = fields[at].replace(old, new)
    return ",".join(fields)
