"""Adding, listing, suspending and removing tenants of a policy folder.

Each change is one rename, so that a guard that watches the folder never sees half a tenant.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.base.durable import move_durably, write_durably
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.analysis.cases import run_cases
from stageflow_guard.policy.analysis.lint import holds, lint
from stageflow_guard.policy.edit.fmt import replace_file
from stageflow_guard.policy.edit.known_tenant import require_tenant, tenant_folder
from stageflow_guard.policy.edit.until import require_ahead
from stageflow_guard.policy.engine.catalogue import ToolOptions, parse_catalogue
from stageflow_guard.policy.engine.exceptions import FOREVER
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.prove import structural
from stageflow_guard.policy.engine.suspensions import (
    lines_of_name,
    parse_suspended,
    without_lines,
)
from stageflow_guard.policy.engine.text import legal_tenant, read, require_folder, rows_of

EXAMPLE = "example"  # the tenant of a starter set that others are copied from
SUSPENDED = "# subject or tenant, reason, until (a time, or never)\n"
_RULE_TEXT = re.compile(r"""(\brule:\s*")([pg],[^"\n]*)(")""")
COPIED = ("policy.csv", "policy_test.yaml", "guardrails.yaml", "tools.yaml", "limits.yaml")


@dataclass(frozen=True, slots=True)
class Summary:
    """One tenant in a list. `state`: in force, last good, denies, suspended."""

    name: str
    state: str
    rules: int
    members: int
    tested: bool
    since: float | None = None  # of `last good`; until when, for `suspended`


def listed(folder: str | Path, *, now: float | None = None) -> list[Summary]:
    """Return every tenant of a folder, those that deny because of their file included."""
    policies = PolicySet.load(folder)
    when = time.time() if now is None else now
    found = []
    for name in sorted({*policies.tenants, *policies.broken}):
        until = policies.suspended.get(name, 0.0)
        state, since = "in force", None
        rules = members = 0
        if policies.knows(name):
            rules = len(policies.tenant(name).rules)
            members = sum(not m.startswith("role:") for m in policies.index(name).members())
        else:
            state = "denies"
        if when < until:
            state, since = "suspended", None if until == FOREVER else until
        tested = (Path(folder) / "tenants" / name / "policy_test.yaml").exists()
        found.append(Summary(name, state, rules, members, tested, since))
    return found


def add(folder: str | Path, name: str, *, source: Path, same_customer: bool = False) -> list[str]:
    """Add a tenant from another one's folder; return the names of the files written.

    A name that a tenant had before is refused unless `same_customer` says whose it is.

    `source` is a tenant's folder in a policy set: a starter's, or one of this set. Shared roles
    that its lines import come along where this set has none of that name. The result is loaded,
    linted, tested and proved on a copy first: what does not hold is a `ConfigError`, and nothing
    was written.
    """
    base = Path(folder)
    require_folder(base)
    require_new(base, name, same_customer=same_customer)
    written = {f"tenants/{name}/{one}": data for one, data in _copied(source, name).items()}
    if f"tenants/{name}/tools.yaml" not in written:
        written |= {f"tenants/{name}/tools.yaml": one for one in _tool_rules(base, source)}
    for role in _imports(written[f"tenants/{name}/policy.csv"]):
        file = f"roles/{role}.csv"
        if not (base / file).exists():
            written[file] = read(source.parents[1] / file, file)
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "policies"
        shutil.copytree(base, trial, ignore=shutil.ignore_patterns("removed", "starters"))
        for one, data in written.items():
            write_new(trial / one, data)
        _require_good(trial, name)
    with building_beside(base) as building:
        for one, data in written.items():
            write_new(building / one, data)
        for one in written:
            if one.startswith("roles/"):
                (base / "roles").mkdir(exist_ok=True, mode=0o755)
                move_durably(building / one, base / one)
        move_durably(building / "tenants" / name, base / "tenants" / name)
    return sorted(written)


def _tool_rules(base: Path, source: Path) -> Iterator[bytes]:
    """Yield the bounds and approvals of the source's catalogue that this set's has not.

    Without them a tenant from a starter would be looser than the starter.
    """
    found = []
    for folder in (source.parents[1], base):
        file = folder / "catalogue.yaml"
        found.append(parse_catalogue(read(file, file.name)).tools or {} if file.exists() else {})
    theirs, ours = found
    missing = {
        tool: options.model_dump(mode="json", exclude_defaults=True)
        for tool, options in theirs.items()
        if options != ours.get(tool) and options != ToolOptions()
    }
    if missing:
        lines = [f"  {tool}: {json.dumps(said)}" for tool, said in missing.items()]
        yield ("\n".join(["tools:", *lines]) + "\n").encode()


def suspend(folder: str | Path, who: str, *, reason: str, until: str = "never") -> list[float]:
    """Suspend a subject or a tenant from the next decision on; the line stands in platform/.

    An earlier line about this name alone is replaced, since of two the later end would count.
    Return until when such lines suspended it, seconds since the epoch. Raises `ConfigError` for a
    line that the loader would refuse, and for a tenant that is not there. To lift it, take the line
    out.
    """
    base = Path(folder)
    policies = PolicySet.load(base)
    if ":" not in who:
        require_tenant(policies, who, in_force=False)
    if until != "never":
        require_ahead(until)
    if any(c in ",\n\r" for c in who + reason + until) or not reason.strip():
        raise ConfigError("name, reason and end are one line without a comma")
    file = base / "platform" / "suspended.csv"
    before = read(file, "platform/suspended.csv") if file.exists() else SUSPENDED.encode()
    line = f"{who}, {reason.strip()}, {until}\n"
    earlier = lines_of_name(parse_suspended(before, "platform/suspended.csv")[0], who)
    if earlier:
        gone = {one.line for one in earlier}
        before = without_lines(before.decode("utf-8"), gone).encode()
    if before and not before.endswith(b"\n"):
        before += b"\n"
    after = before + line.encode()
    # the new line alone: what is wrong with others is for `lint`, and never delays a suspension
    found, problems = parse_suspended(line.encode(), "platform/suspended.csv")
    if problems or [one.who for one in found] != [who]:
        raise ConfigError(str(problems[0]) if problems else f"`{who[:60]}` is no subject or tenant")
    file.parent.mkdir(exist_ok=True, mode=0o755)
    replace_file(file, after)
    return [one.until for one in earlier]


def remove(folder: str | Path, name: str) -> Path:
    """Take a tenant out of force; its folder moves to `removed/`, nothing is lost."""
    base = Path(folder)
    place = tenant_folder(base, name)
    if len(list((base / "tenants").iterdir())) == 1:
        raise ConfigError(f"`{name}` is the last tenant; a policy folder without one never starts")
    target = base / "removed" / f"{name}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    if target.exists():
        raise ConfigError(f"`{target}` is there already; try again in a second")
    target.parent.mkdir(exist_ok=True, mode=0o755)
    move_durably(place, target)
    return target


def require_new(base: Path, name: str, *, same_customer: bool = False) -> None:
    """Raise `ConfigError` unless `name` can be a new tenant's here.

    A name that was renamed or removed still has its records, pseudonyms and keys: another customer
    of that name would have them. `same_customer` says that it is the one who had it.
    """
    if not legal_tenant(name):
        raise ConfigError(
            f"`{name[:60]}` cannot be a tenant's name: letters, digits, `.`, `_` and `-`, a letter "
            "or digit first, and no word such as `null` that files read as something else"
        )
    taken = [one.name for one in (base / "tenants").iterdir()]
    if name.casefold() in {one.casefold() for one in taken}:
        raise ConfigError(f"there is a tenant `{name}` already, or one that differs only by case")
    if not same_customer and (kept := _kept_of(base, name)) is not None:
        raise ConfigError(
            f"`{name}` was a tenant's name before (`removed/{kept}`): its records, pseudonyms and "
            "keys would be the new one's; take another name, or say `--same-customer` if it is "
            "the same customer"
        )


def _kept_of(base: Path, name: str) -> str | None:
    """Return what is kept of a tenant that had this name, in whatever case."""
    removed = base / "removed"
    kept = sorted(one.name for one in removed.iterdir()) if removed.is_dir() else []
    wanted = name.casefold()
    # `NAME.time` from a removal or a new name, `NAME.digits` from a rollback
    return next((one for one in kept if one.rpartition(".")[0].casefold() == wanted), None)


def _copied(source: Path, name: str) -> dict[str, bytes]:
    """Return the source's files in the new tenant's name."""
    found = {}
    for one in COPIED:
        if one == "policy.csv" or (source / one).exists():
            found[one] = read(source / one, f"{source.name}/{one}")
    for row in rows_of(found["policy.csv"]):
        if row.fields[0] == "g" and row.fields[1].startswith("user:"):
            raise ConfigError(
                f"`{source.name}` names people in policy.csv:{row.number}; copy from a starter"
            )
    lines = found["policy.csv"].decode("utf-8").split("\n")
    found["policy.csv"] = "\n".join(moved_line(line, source.name, name) for line in lines).encode()
    if "policy_test.yaml" in found:  # a case may name its line by file
        said = found["policy_test.yaml"].decode("utf-8")
        found["policy_test.yaml"] = renamed_in_cases(said, source.name, name).encode()
    return found


def moved_line(line: str, old: str, new: str) -> str:
    """Return a line of a tenant's with its tenant column in another tenant's name."""
    fields = line.split(",")
    column = {"p": 2, "g": 3, "import": 2}.get(fields[0].strip(" "))
    if column is None or len(fields) <= column or fields[column].strip(" ") != old:
        return line
    fields[column] = f" {new}"
    return ",".join(fields)


def renamed_in_cases(text: str, old: str, new: str) -> str:
    """Return a decision table whose cases name their rules in another tenant's name."""
    text = text.replace(f"tenants/{old}/", f"tenants/{new}/")
    return _RULE_TEXT.sub(lambda m: m[1] + moved_line(m[2], old, new) + m[3], text)


def _imports(content: bytes) -> Iterator[str]:
    for row in rows_of(content):
        if row.fields[0] == "import" and len(row.fields) > 1:
            yield row.fields[1].removeprefix("role:")


def _require_good(trial: Path, name: str) -> None:
    policies = PolicySet.load(trial)
    mine = (f"tenants/{name}/", "roles/")
    found = [one for one in lint(policies, trial) if one.where.startswith(mine)]
    if not holds(found):
        raise ConfigError(
            f"the new tenant does not hold: {next(f for f in found if not holds([f]))}"
        )
    proof = structural(policies.files()["model.conf"].decode())
    if not proof.holds:
        raise ConfigError(f"isolation is not proved: {proof.counterexample}")
    for outcome in run_cases(policies, trial):
        if outcome.tenant == name and outcome.failures:
            first = outcome.failures[0]
            raise ConfigError(f"a case of the new tenant fails: {first.where}: {first.message}")


def write_new(path: Path, content: bytes) -> None:
    """Write a policy file below a folder that the loader does not read yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    write_durably(path, content, mode=0o644)
    path.parent.chmod(0o755)


@contextmanager
def building_beside(base: Path) -> Iterator[Path]:
    """Yield a folder beside the tenants, on the same file system, that the loader never reads."""
    building = Path(tempfile.mkdtemp(dir=base, prefix=".adding."))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)
