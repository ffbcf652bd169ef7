"""From a folder to what is in force. Each tenant stands alone: a bad file of one is its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.catalogue import Catalogue, parse_catalogue
from stageflow_guard.policy.files import (
    MODEL,
    Problem,
    Template,
    TenantFile,
    parse_template,
    parse_tenant,
)
from stageflow_guard.policy.guardrails import Guardrails, load_guardrails
from stageflow_guard.policy.platform import (
    Grant,
    Share,
    parse_breakglass,
    parse_shares,
    parse_suspended,
    parse_trials,
)
from stageflow_guard.policy.prove import structural
from stageflow_guard.policy.text import legal_tenant, read, require_folder, shown

if TYPE_CHECKING:
    from stageflow_guard.policy.policyset import PolicySet


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


def load_folder(folder: Path, previous: PolicySet | None = None) -> Loaded:
    """Read a policy folder.

    `ConfigError` for the folder, the model, the catalogue and the suspensions: without those
    nothing is safe to answer. A tenant whose file is bad keeps what `previous` had for it, else it
    denies; an expiring grant that cannot be read is not in force.
    """
    found = Loaded()
    require_folder(folder)
    _model(folder, found)
    if (folder / "catalogue.yaml").exists():
        found.files["catalogue.yaml"] = read(folder / "catalogue.yaml", "catalogue.yaml")
        found.catalogue = parse_catalogue(found.files["catalogue.yaml"])
    _platform(folder, found)
    templates = _templates(folder, found)
    _tenants(folder, found, templates, previous)
    load_guardrails(
        folder, found.guardrails, found.files, found.problems, tenants=found.tenants,
        previous=previous,
    )  # fmt: skip
    return found


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
        if not (folder / "platform" / name).exists():
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


def _templates(folder: Path, found: Loaded) -> dict[str, Template | None]:
    templates: dict[str, Template | None] = {}
    if not (folder / "roles").exists():
        return templates
    require_folder(folder / "roles")
    for entry in sorted((folder / "roles").iterdir()):
        if entry.suffix != ".csv":
            continue
        file = f"roles/{entry.name}"
        try:
            content = read(entry, file)
        except ConfigError as exc:
            found.problems.append(Problem(file, 1, exc.message))
            templates[entry.stem] = None
            continue
        templates[entry.stem], problems = parse_template(entry.stem, content, file, found.catalogue)
        found.problems += problems
        if templates[entry.stem] is not None:
            found.files[file] = content
    return templates


def _tenants(
    folder: Path,
    found: Loaded,
    templates: dict[str, Template | None],
    previous: PolicySet | None,
) -> None:
    require_folder(folder / "tenants")
    entries = sorted((folder / "tenants").iterdir())
    if not entries:
        raise ConfigError(f"policy folder `{folder}` has no tenants: empty means no")
    folded: dict[str, int] = {}
    for entry in entries:
        folded[entry.name.casefold()] = folded.get(entry.name.casefold(), 0) + 1
    same_names = previous is not None and previous.catalogue == found.catalogue
    for entry in entries:
        name = entry.name
        file = f"tenants/{shown(name)}/policy.csv"
        parsed: TenantFile | None = None
        content = b""
        try:
            if not legal_tenant(name):
                raise ConfigError(f"`{name[:60]!r}` cannot be a tenant's name")
            if folded[name.casefold()] > 1:
                raise ConfigError(f"`{name}` differs from another tenant only by case")
            require_folder(entry)
            content = read(entry / "policy.csv", file)
        except ConfigError as exc:
            found.problems.append(Problem(file, 1, exc.message))
        else:
            if same_names and previous is not None:
                parsed = previous.unchanged(name, content, templates)
            if parsed is None:
                parsed, problems = parse_tenant(name, content, file, found.catalogue, templates)
                found.problems += problems
        if parsed is not None:
            found.tenants[name] = parsed
            found.files[file] = content
        elif previous is not None and legal_tenant(name) and previous.knows(name):
            # the last good lines go on; how long already is for everybody to see
            found.tenants[name] = previous.tenant(name)
            found.files[file] = previous.files()[file]
            found.stale[name] = previous.stale.get(name, time.time())
        else:
            found.broken.add(name)
