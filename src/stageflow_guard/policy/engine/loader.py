"""From a folder to what is in force. Each tenant stands alone: a bad file of one is its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import Catalogue, parse_catalogue
from stageflow_guard.policy.engine.exceptions import (
    Grant,
    Share,
    parse_breakglass,
    parse_shares,
    parse_suspended,
    parse_trials,
)
from stageflow_guard.policy.engine.files import (
    MODEL,
    Problem,
    Template,
    TenantFile,
    parse_template,
    parse_tenant,
)
from stageflow_guard.policy.engine.guardrails import Guardrails, load_guardrails
from stageflow_guard.policy.engine.prove import structural
from stageflow_guard.policy.engine.text import legal_tenant, meant, read, require_folder, shown

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet


TOP = ("model.conf", "catalogue.yaml", "guardrails.yaml")
PLATFORM = (
    "suspended.csv", "shares.csv", "breakglass.csv", "trials.csv", "isolation_test.yaml",
)  # fmt: skip
TENANT = ("policy.csv", "policy_test.yaml", "guardrails.yaml")


@dataclass
class Loaded:
    """Everything in force, and everything that is not and why."""

    tenants: dict[str, TenantFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    stale: dict[str, float] = field(default_factory=dict)  # tenants on their last good file
    suspended: dict[str, float] = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    guardrails: Guardrails = field(default_factory=Guardrails)
    templates: dict[str, Template | None] = field(default_factory=dict)
    old_roles: set[str] = field(default_factory=set)  # shared roles on their last good file


def load_folder(folder: Path, previous: PolicySet | None = None) -> Loaded:
    """Read a policy folder.

    `ConfigError` for the folder, the model, the catalogue and the suspensions: without those
    nothing is safe to answer. A tenant whose file is bad keeps what `previous` had for it, else it
    denies; an expiring grant that cannot be read is not in force.
    """
    found = Loaded()
    require_folder(folder)
    _model(folder, found)
    if os.path.lexists(folder / "catalogue.yaml"):
        found.files["catalogue.yaml"] = read(folder / "catalogue.yaml", "catalogue.yaml")
        found.catalogue = parse_catalogue(found.files["catalogue.yaml"])
    _platform(folder, found)
    _templates(folder, found, previous)
    _tenants(folder, found, previous)
    _strangers(folder, found)
    found.guardrails = load_guardrails(
        folder, found.files, found.problems, tenants=found.tenants, previous=previous
    )
    return found


def _strangers(folder: Path, found: Loaded) -> None:
    """Name files that nothing reads: a suspension in `suspend.csv` would be lost in silence."""
    places = [("", TOP), ("platform/", PLATFORM)]
    places += [(f"tenants/{name}/", TENANT) for name in found.tenants]
    for place, known in places:
        base = folder / place
        for entry in os.scandir(base) if base.is_dir() else ():
            name = entry.name
            told = name.endswith((".csv", ".yaml", ".yml", ".conf", ".toml"))
            if name in known or name.startswith(".") or not told:
                continue
            reason = f"nothing reads this file{meant(name, known)}"
            found.problems.append(Problem(f"{place}{shown(name)}", 1, reason))


def _model(folder: Path, found: Loaded) -> None:
    model = read(folder / "model.conf", "model.conf")
    text = model.decode("utf-8", "replace")
    if text != MODEL:
        hole = structural(text).counterexample
        raise ConfigError(
            "`model.conf` is not the shipped model"
            + (f"; it would let through: {hole}" if hole else "; only that one is compiled")
        )
    found.files["model.conf"] = model


def _platform(folder: Path, found: Loaded) -> None:
    acts = found.catalogue.acts()

    def content(name: str) -> bytes | None:
        if not os.path.lexists(folder / "platform" / name):
            return None
        require_folder(folder / "platform")
        return read(folder / "platform" / name, f"platform/{name}")

    suspended = content("suspended.csv")
    if suspended is not None:
        name = "platform/suspended.csv"
        found.suspended, problems = parse_suspended(suspended, name)
        if problems:  # a suspension that cannot be read may not be lost: nothing starts
            raise ConfigError(str(problems[0]))
        found.files[name] = suspended
    for file, parse in (
        ("shares.csv", parse_shares),
        ("breakglass.csv", parse_breakglass),
        ("trials.csv", parse_trials),
    ):
        name = f"platform/{file}"
        try:
            data = content(file)
        except ConfigError as exc:
            found.problems.append(Problem(name, 1, exc.message))
            continue
        if data is None:
            continue
        granted, problems = parse(data, name, acts)
        found.problems += problems
        if not problems:
            found.files[name] = data
            for one in granted:
                if isinstance(one, Share):
                    found.shares.append(one)
                else:
                    found.grants.append(one)


def _entries(folder: Path) -> list[Path]:
    require_folder(folder)
    try:
        return sorted(folder.iterdir())
    except OSError as exc:
        raise ConfigError(f"policy folder `{folder}` cannot be read ({exc.strerror})") from None


def _templates(folder: Path, found: Loaded, previous: PolicySet | None) -> None:
    if not os.path.lexists(folder / "roles"):
        return
    for entry in _entries(folder / "roles"):
        if entry.suffix != ".csv":
            continue
        file, name = f"roles/{entry.name}", entry.stem
        template: Template | None = None
        try:
            content = read(entry, file)
        except ConfigError as exc:
            found.problems.append(Problem(file, 1, exc.message))
        else:
            template, problems = parse_template(name, content, file, found.catalogue)
            found.problems += problems
        if template is not None:
            found.files[file] = content
        elif previous is not None and previous.template(name) is not None:
            template = previous.template(name)
            found.files[file] = previous.files()[file]
            found.old_roles.add(name)
        found.templates[name] = template


def _tenants(folder: Path, found: Loaded, previous: PolicySet | None) -> None:
    entries = _entries(folder / "tenants")
    if not entries:
        raise ConfigError(f"policy folder `{folder}` has no tenants: empty means no")
    folded: dict[str, int] = {}
    for entry in entries:
        folded[entry.name.casefold()] = folded.get(entry.name.casefold(), 0) + 1
    for entry in entries:
        _tenant(entry, found, previous, alone=folded[entry.name.casefold()] == 1)


def _tenant(entry: Path, found: Loaded, previous: PolicySet | None, *, alone: bool) -> None:
    name = entry.name
    file = f"tenants/{shown(name)}/policy.csv"
    parsed: TenantFile | None = None
    content = b""
    try:
        if not legal_tenant(name):
            raise ConfigError(f"`{name[:60]!r}` cannot be a tenant's name")
        if not alone:
            raise ConfigError(f"`{name}` differs from another tenant only by case")
        require_folder(entry)
        content = read(entry / "policy.csv", file)
    except ConfigError as exc:
        found.problems.append(Problem(file, 1, exc.message))
    else:
        if previous is not None and previous.catalogue == found.catalogue:
            parsed = previous.unchanged(name, content, found.templates)
        if parsed is None:
            parsed, problems = parse_tenant(name, content, file, found.catalogue, found.templates)
            found.problems += problems
    since = time.time() if previous is None else previous.stale.get(name, time.time())
    if parsed is None and previous is not None and legal_tenant(name) and previous.knows(name):
        # the last good lines go on; how long already is for everybody to see
        content = previous.files()[file]
        parsed, _ = parse_tenant(name, content, file, found.catalogue, found.templates)
        parsed = parsed or previous.tenant(name)
        found.stale[name] = since
    elif parsed is not None and found.old_roles.intersection(parsed.imports):
        found.stale[name] = since
    if parsed is None:
        found.broken.add(name)
    else:
        found.tenants[name] = parsed
        found.files[file] = content
