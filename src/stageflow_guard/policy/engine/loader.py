"""From a folder to what is in force. Each tenant stands alone: a bad file of one is its own."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.catalogue import Catalogue, parse_catalogue
from stageflow_guard.policy.engine.exceptions import (
    Share,
    TemporaryGrant,
    parse_breakglass,
    parse_shares,
    parse_trials,
)
from stageflow_guard.policy.engine.flow import NO_FLOW, Flow, load_flow
from stageflow_guard.policy.engine.guardrails import Guardrails, load_guardrails
from stageflow_guard.policy.engine.limits import Limits, load_limits
from stageflow_guard.policy.engine.prove import structural
from stageflow_guard.policy.engine.rules import (
    MODEL,
    Problem,
    Template,
    TenantFile,
    parse_template,
    parse_tenant,
)
from stageflow_guard.policy.engine.suspensions import Suspension, parse_suspended, resolved
from stageflow_guard.policy.engine.text import (
    did_you_mean,
    legal_tenant,
    pinned,
    quoted,
    read,
    require_folder,
)
from stageflow_guard.policy.engine.tool_rules import ToolRules, load_tools

SUSPENDED = "platform/suspended.csv"
TOP = ("model.conf", "catalogue.yaml", "guardrails.yaml", "accepted_tools.yaml", "limits.yaml",
       "flow.yaml")  # fmt: skip
PLATFORM = (
    "suspended.csv", "shares.csv", "breakglass.csv", "trials.csv", "isolation_test.yaml",
)  # fmt: skip
TENANT = ("policy.csv", "policy_test.yaml", "guardrails.yaml", "tools.yaml", "limits.yaml")


@dataclass
class Loaded:
    """Everything in force, and everything that is not and why."""

    tenants: dict[str, TenantFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    stale: dict[str, float] = field(default_factory=dict)  # tenants on their last good file
    suspended: dict[str, float] = field(default_factory=dict)
    suspensions: list[Suspension] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    grants: list[TemporaryGrant] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    guardrails: Guardrails = field(default_factory=Guardrails)
    tools: ToolRules = field(default_factory=ToolRules)
    limits: Limits = field(default_factory=Limits)
    flow: Flow = NO_FLOW
    templates: dict[str, Template | None] = field(default_factory=dict)
    old_roles: set[str] = field(default_factory=set)  # shared roles on their last good file

    def unchanged(
        self, name: str, content: bytes, templates: Mapping[str, Template | None]
    ) -> TenantFile | None:
        """Return the tenant's lines when neither its file nor a role that it imports changed."""
        known = self.tenants.get(name)
        if known is None or name in self.stale:
            return None
        if self.files.get(f"tenants/{name}/policy.csv") != content:
            return None
        same = all(self.templates.get(role) == templates.get(role) for role in known.imports)
        return known if same else None


def load_folder(folder: Path, previous: Loaded | None = None) -> Loaded:
    """Read a policy folder.

    `ConfigError` for the folder, the model, the catalogue and the suspensions: without those
    nothing is safe to answer. A tenant whose file is bad keeps what `previous` had for it, else it
    denies; an expiring grant that cannot be read is not in force.
    """
    found = Loaded()
    folder = pinned(folder)
    require_folder(folder)
    _model(folder, found)
    if os.path.lexists(folder / "catalogue.yaml"):
        found.files["catalogue.yaml"] = read(folder / "catalogue.yaml", "catalogue.yaml")
        found.catalogue = parse_catalogue(found.files["catalogue.yaml"])
    _platform(folder, found, previous)
    _templates(folder, found, previous)
    _tenants(folder, found, previous)
    _names(found)
    _strangers(folder, found)
    found.guardrails = load_guardrails(
        folder,
        found.files,
        found.problems,
        tenants=found.tenants,
        previous=previous.guardrails.tenants if previous is not None else {},
        previous_files=previous.files if previous is not None else {},
    )
    found.tools = load_tools(
        folder,
        found.files,
        found.problems,
        catalogue=found.catalogue.tools,
        tenants=found.tenants,
        previous=previous.tools if previous is not None else None,
        previous_files=previous.files if previous is not None else {},
    )
    found.flow = load_flow(folder, found.files)
    found.limits = load_limits(
        folder,
        found.files,
        found.problems,
        tenants=found.tenants,
        previous=previous.limits if previous is not None else None,
        previous_files=previous.files if previous is not None else {},
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
            reason = f"nothing reads this file{did_you_mean(name, known)}"
            found.problems.append(Problem(f"{place}{quoted(name)}", 1, reason))


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


def _names(found: Loaded) -> None:
    """Settle who is suspended, and name what platform files say of tenants that are not there."""
    tenants = {*found.tenants, *found.broken}
    if found.suspensions:  # else no walk over every member of every tenant
        members = {
            link.member
            for tenant in found.tenants.values()
            for link in tenant.links
            if not link.member.startswith(("role:", "claim:"))
        }
        found.suspended, problems = resolved(
            found.suspensions, SUSPENDED, tenants=tenants, members=members
        )
        found.problems += problems
    granted: list[Share | TemporaryGrant] = [*found.shares, *found.grants]
    for one in granted:
        named = (one.owner, one.grantee) if isinstance(one, Share) else (one.tenant,)
        for name in named:
            if name not in tenants:
                file, _, line = one.where.rpartition(":")
                why = f"there is no tenant `{quoted(name)}`{did_you_mean(name, tenants)}"
                found.problems.append(Problem(file, int(line), why, code="unknown_tenant"))


def _suspended(folder: Path, found: Loaded, previous: Loaded | None) -> None:
    """Read the suspensions. A file that cannot be read stops a start, and no running guard."""
    try:
        content = _content(folder, "suspended.csv")
        if content is None:
            return
        found.suspensions, problems = parse_suspended(content, SUSPENDED)
    except ConfigError as exc:
        if previous is None:
            raise
        found.suspensions = list(previous.suspensions)
        why = f"{exc.message}; the suspensions that were in force stay"
        found.problems.append(Problem(SUSPENDED, 1, why))
        if SUSPENDED in previous.files:
            found.files[SUSPENDED] = previous.files[SUSPENDED]
        return
    found.problems += problems
    found.files[SUSPENDED] = content


def _content(folder: Path, name: str) -> bytes | None:
    if not os.path.lexists(folder / "platform" / name):
        return None
    require_folder(folder / "platform")
    return read(folder / "platform" / name, f"platform/{name}")


def _platform(folder: Path, found: Loaded, previous: Loaded | None) -> None:
    acts = found.catalogue.acts()
    _suspended(folder, found, previous)
    for file, parse in (
        ("shares.csv", parse_shares),
        ("breakglass.csv", parse_breakglass),
        ("trials.csv", parse_trials),
    ):
        name = f"platform/{file}"
        try:
            data = _content(folder, file)
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


def _templates(folder: Path, found: Loaded, previous: Loaded | None) -> None:
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
        elif previous is not None and previous.templates.get(name) is not None:
            template = previous.templates[name]
            found.files[file] = previous.files[file]
            found.old_roles.add(name)
        found.templates[name] = template


def _tenants(folder: Path, found: Loaded, previous: Loaded | None) -> None:
    # a fresh ext4 volume has a `lost+found`; it is no tenant's
    entries = [one for one in _entries(folder / "tenants") if one.name != "lost+found"]
    if not entries:
        raise ConfigError(f"policy folder `{folder}` has no tenants: empty means no")
    folded: dict[str, int] = {}
    for entry in entries:
        folded[entry.name.casefold()] = folded.get(entry.name.casefold(), 0) + 1
    for entry in entries:
        _tenant(entry, found, previous, alone=folded[entry.name.casefold()] == 1)


def _tenant(entry: Path, found: Loaded, previous: Loaded | None, *, alone: bool) -> None:
    name = entry.name
    file = f"tenants/{quoted(name)}/policy.csv"
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
    if parsed is None and previous is not None and legal_tenant(name) and name in previous.tenants:
        # the last good lines go on; `stale` says since when
        content = previous.files[file]
        parsed, _ = parse_tenant(name, content, file, found.catalogue, found.templates)
        parsed = parsed or previous.tenants[name]
        found.stale[name] = since
    elif parsed is not None and found.old_roles.intersection(parsed.imports):
        found.stale[name] = since
    if parsed is None:
        found.broken.add(name)
    else:
        found.tenants[name] = parsed
        found.files[file] = content
