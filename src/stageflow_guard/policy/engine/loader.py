"""From files to what is in force. Each tenant stands alone: a bad file of one is its own.

So one tenant's change is loaded alone. What a tenant's files say depends on them, on the catalogue,
the shared roles and the platform's guardrails, and on nothing else; where those three are the same
bytes, a tenant of which no file changed and nothing is wrong is what it was. All else is read again
each time. A load of everything gives the same result, see `tests/property/test_reload.py`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from stageflow_guard.base.file_tree import TOP as TREE_TOP
from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.base.sharded_map import ShardedMap, followed
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
from stageflow_guard.policy.engine.guardrails import FILE as GUARDRAILS
from stageflow_guard.policy.engine.guardrails import Guardrails, load_guardrails
from stageflow_guard.policy.engine.index import TenantIndex
from stageflow_guard.policy.engine.limits import Limits, load_limits
from stageflow_guard.policy.engine.named_subjects import NamedSubjects
from stageflow_guard.policy.engine.prove import structural
from stageflow_guard.policy.engine.rules import (
    MODEL,
    Problem,
    Template,
    legal_role,
    parse_template,
    parse_tenant,
)
from stageflow_guard.policy.engine.source import PolicySource
from stageflow_guard.policy.engine.suspensions import Suspension, parse_suspended, resolved
from stageflow_guard.policy.engine.text import did_you_mean, legal_tenant, quoted
from stageflow_guard.policy.engine.tool_rules import ToolRules, load_tools

SUSPENDED = "platform/suspended.csv"
TOP = ("model.conf", "catalogue.yaml", "guardrails.yaml", "accepted_tools.yaml", "limits.yaml",
       "flow.yaml")  # fmt: skip
PLATFORM = (
    "suspended.csv", "shares.csv", "breakglass.csv", "trials.csv", "isolation_test.yaml",
)  # fmt: skip
GRANTS = (
    ("shares.csv", parse_shares), ("breakglass.csv", parse_breakglass),
    ("trials.csv", parse_trials),
)  # fmt: skip
TENANT = ("policy.csv", "policy_test.yaml", "guardrails.yaml", "tools.yaml", "limits.yaml")


@dataclass
class Loaded:
    """Everything in force, and everything that is not and why."""

    tenants: ShardedMap[TenantIndex] = field(default_factory=lambda: ShardedMap.of({}))
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    stale: dict[str, float] = field(default_factory=dict)  # tenants on their last good file
    suspended: dict[str, float] = field(default_factory=dict)
    suspensions: list[Suspension] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    grants: list[TemporaryGrant] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # of those in force, what was read
    catalogue: Catalogue = field(default_factory=Catalogue)
    guardrails: Guardrails = field(default_factory=Guardrails)
    tools: ToolRules = field(default_factory=ToolRules)
    limits: Limits = field(default_factory=Limits)
    flow: Flow = NO_FLOW
    templates: dict[str, Template | None] = field(default_factory=dict)
    old_roles: set[str] = field(default_factory=set)  # shared roles on their last good file
    entries: frozenset[str] = frozenset()  # what is in `tenants/`
    alike: frozenset[str] = frozenset()  # those that another one differs from only by case
    suspension_problems: list[Problem] = field(default_factory=list)
    names: NamedSubjects = field(default_factory=lambda: NamedSubjects(ShardedMap.of({})))
    again: frozenset[str] | None = None  # the tenants that were read; None: all
    mark: object = field(default_factory=object)  # stands for this load
    before: object = None  # the mark of the load of which the rest is
    tree: FileTree = field(default_factory=lambda: FileTree.of({}))  # all files in force

    def unchanged(
        self, name: str, content: bytes, templates: Mapping[str, Template | None]
    ) -> TenantIndex | None:
        """Return the tenant as it was when neither its file nor a role that it imports changed."""
        known = self.tenants.get(name)
        if known is None or name in self.stale:
            return None
        if self.tree.get(f"tenants/{name}/policy.csv") != content:
            return None
        same = all(self.templates.get(role) == templates.get(role) for role in known.file.imports)
        return known if same else None

    def shared(self) -> Collection[str]:
        """Return the names of the files in force that are no tenant's."""
        return self.tree.groups[TREE_TOP].files if TREE_TOP in self.tree.groups else ()

    def unsettled(self) -> set[str]:
        """Return the tenants with which something is not as it should be."""
        named = (one.file.split("/") for one in self.problems if one.file.startswith("tenants/"))
        return {*self.broken, *self.stale, *(parts[1] for parts in named)}


NOTHING = Loaded()


def load(
    source: PolicySource, previous: Loaded | None = None, *, changed: Collection[str] | None = None
) -> Loaded:
    """Read policy files.

    `ConfigError` for the folder, the model, the catalogue and the suspensions: without those
    nothing is safe to answer. A tenant whose file is bad keeps what `previous` had for it, else it
    denies; an expiring grant that cannot be read is not in force.

    `changed` promises that in `tenants/` only these differ from when `previous` was loaded: of the
    others nothing is read. `""` among them says that there may be other tenants. None promises
    nothing.
    """
    found = Loaded()
    before = previous if previous is not None else NOTHING
    _model(source, found, before)
    if source.has("catalogue.yaml"):
        content = found.files["catalogue.yaml"] = source.read("catalogue.yaml")
        same = before.tree.get("catalogue.yaml") == content
        found.catalogue = before.catalogue if same else parse_catalogue(content)
    _platform(source, found, previous)
    _templates(source, found, previous)
    if source.has(GUARDRAILS):  # read here and once: what it says decides what else is read
        found.files[GUARDRAILS] = source.read(GUARDRAILS)
    again = found.again = _again(source, found, before, changed)
    found.before = before.mark
    made = _tenants(source, found, previous, again)
    found.tenants = followed(before.tenants, again, made)
    read = sorted(made)
    _names(found, before, again)
    _strangers(source, found, read)
    found.guardrails = load_guardrails(
        source, found.files, found.problems, tenants=read, again=again,
        previous=before.guardrails, previous_files=before.tree,
    )  # fmt: skip
    found.tools = load_tools(
        source, found.files, found.problems, catalogue=found.catalogue.tools, tenants=read,
        again=again, previous=before.tools, previous_files=before.tree,
    )  # fmt: skip
    found.flow = load_flow(source, found.files, previous=before.flow, previous_files=before.tree)
    found.limits = load_limits(
        source, found.files, found.problems, tenants=read, again=again,
        previous=before.limits, previous_files=before.tree,
    )  # fmt: skip
    if again is None:
        found.tree = FileTree.of(found.files)
    else:
        read_again = {f"tenants/{tenant}/{file}" for tenant in again for file in TENANT}
        found.tree = before.tree.but({*before.shared(), *read_again}, found.files)
    return found


def _again(
    source: PolicySource, found: Loaded, before: Loaded, changed: Collection[str] | None
) -> frozenset[str] | None:
    """Return the tenants whose files have to be read, or None for all; list `tenants/`."""
    if changed is not None and "" not in changed:
        found.entries = before.entries
    else:
        source.require_folder("tenants")
        # a fresh ext4 volume has a `lost+found`; it is no tenant's
        found.entries = frozenset(source.entries("tenants")) - {"lost+found"}
    if not found.entries:
        raise ConfigError(f"policy folder `{source}` has no tenants: empty means no")
    same_entries = found.entries == before.entries
    found.alike = before.alike if same_entries else _alike(found.entries)
    roles = {name for name in (*found.files, *before.shared()) if name.startswith("roles/")}
    general = {"catalogue.yaml", GUARDRAILS, *roles}
    settled = None not in found.templates.values() and not found.old_roles and not before.old_roles
    same = found.templates.keys() == before.templates.keys() and all(
        found.files.get(name) == before.tree.get(name) for name in general
    )
    if changed is None or not (settled and same):
        return None
    again = {*changed, *before.unsettled()} - {""}
    if not same_entries:
        again.update(found.entries ^ before.entries, found.alike)
    return frozenset(again)


def _alike(entries: Collection[str]) -> frozenset[str]:
    if len(set(map(str.casefold, entries))) == len(entries):
        return frozenset()
    folded: dict[str, list[str]] = {}
    for name in entries:
        folded.setdefault(name.casefold(), []).append(name)
    return frozenset(name for names in folded.values() if len(names) > 1 for name in names)


def _strangers(source: PolicySource, found: Loaded, tenants: Iterable[str]) -> None:
    """Name files that nothing reads: a suspension in `suspend.csv` would be lost in silence."""
    places = [("", TOP), ("platform", PLATFORM)]
    places += [(f"tenants/{name}", TENANT) for name in tenants]
    for place, known in places:
        if place and not source.has(place):
            continue
        try:
            entries = source.entries(place)
        except ConfigError as exc:
            found.problems.append(Problem(place, 1, exc.message))
            continue
        for name in entries:
            told = name.endswith((".csv", ".yaml", ".yml", ".conf", ".toml"))
            if name in known or name.startswith(".") or not told:
                continue
            reason = f"nothing reads this file{did_you_mean(name, known)}"
            file = f"{place}/{quoted(name)}" if place else quoted(name)
            found.problems.append(Problem(file, 1, reason))


def _model(source: PolicySource, found: Loaded, before: Loaded) -> None:
    model = source.read("model.conf")
    text = model.decode("utf-8", "replace")
    if text != MODEL:
        hole = structural(text).counterexample
        raise ConfigError(
            "`model.conf` is not the shipped model"
            + (f"; it would let through: {hole}" if hole else "; only that one is compiled")
        )
    found.files["model.conf"] = model


def _names(found: Loaded, before: Loaded, again: Collection[str] | None) -> None:
    """Settle who is suspended, and name what platform files say of tenants that are not there."""
    known = found.names = NamedSubjects(
        found.tenants, found.broken, previous=before.names, again=again
    )
    if found.suspensions:  # else no walk over every member of every tenant
        found.suspended, problems = resolved(found.suspensions, SUSPENDED, known)
        found.problems += problems
    granted: list[Share | TemporaryGrant] = [*found.shares, *found.grants]
    for one in granted:
        named = (one.owner, one.grantee) if isinstance(one, Share) else (one.tenant,)
        for name in named:
            if not known.has_tenant(name):
                file, _, line = one.where.rpartition(":")
                why = f"there is no tenant `{quoted(name)}`{known.hint(name)}"
                found.problems.append(Problem(file, int(line), why, code="unknown_tenant"))


def _suspended(source: PolicySource, found: Loaded, previous: Loaded | None) -> None:
    """Read the suspensions. A file that cannot be read stops a start, and no running guard."""
    try:
        content = _content(source, "suspended.csv")
        if content is None:
            return
        if previous is not None and previous.tree.get(SUSPENDED) == content:
            found.suspensions = previous.suspensions
            found.suspension_problems = previous.suspension_problems
        else:
            found.suspensions, found.suspension_problems = parse_suspended(content, SUSPENDED)
    except ConfigError as exc:
        if previous is None:
            raise
        found.suspensions = previous.suspensions
        found.suspension_problems = previous.suspension_problems
        why = f"{exc.message}; the suspensions that were in force stay"
        found.problems.append(Problem(SUSPENDED, 1, why))
        if SUSPENDED in previous.tree:
            found.files[SUSPENDED] = previous.tree[SUSPENDED]
        return
    found.problems += found.suspension_problems
    found.files[SUSPENDED] = content


def _content(source: PolicySource, name: str) -> bytes | None:
    if not source.has(f"platform/{name}"):
        return None
    source.require_folder("platform")
    return source.read(f"platform/{name}")


def _platform(source: PolicySource, found: Loaded, previous: Loaded | None) -> None:
    acts = found.catalogue.acts()
    _suspended(source, found, previous)
    for file, parse in GRANTS:
        name = f"platform/{file}"
        try:
            data = _content(source, file)
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


def _templates(source: PolicySource, found: Loaded, previous: Loaded | None) -> None:
    if not source.has("roles"):
        return
    source.require_folder("roles")
    for entry in source.entries("roles"):
        if not entry.endswith(".csv") or entry == ".csv":
            continue
        file, name = f"roles/{entry}", entry.removesuffix(".csv")
        if not legal_role(name):
            why = "no line can import a role of this name; rename the file"
            found.problems.append(Problem(f"roles/{quoted(entry)}", 1, why))
            continue
        template: Template | None = None
        try:
            content = source.read(file)
        except ConfigError as exc:
            found.problems.append(Problem(file, 1, exc.message))
        else:
            template, problems = parse_template(name, content, file, found.catalogue)
            found.problems += problems
        if template is not None:
            found.files[file] = content
        elif previous is not None and previous.templates.get(name) is not None:
            template = previous.templates[name]
            found.files[file] = previous.tree[file]
            found.old_roles.add(name)
        found.templates[name] = template


def _tenants(
    source: PolicySource, found: Loaded, previous: Loaded | None, again: Collection[str] | None
) -> dict[str, TenantIndex]:
    """Return the tenants in force of `again`, or of all, as they are read now."""
    names = sorted(found.entries if again is None else found.entries.intersection(again))
    made = {
        name: _tenant(source, name, found, previous, alone=name not in found.alike)
        for name in names
    }
    found.broken = {name for name, tenant in made.items() if tenant is None}
    return {name: tenant for name, tenant in made.items() if tenant is not None}


def _tenant(
    source: PolicySource, name: str, found: Loaded, previous: Loaded | None, *, alone: bool
) -> TenantIndex | None:
    legal = legal_tenant(name)
    # a legal name is shown as it is, however long: two of them are never one file
    file = f"tenants/{name if legal else quoted(name)}/policy.csv"
    made: TenantIndex | None = None
    content = b""
    try:
        if not legal:
            raise ConfigError(f"`{name[:60]!r}` cannot be a tenant's name")
        if not alone:
            raise ConfigError(f"`{name}` differs from another tenant only by case")
        source.require_folder(f"tenants/{name}")
        content = source.read(file)
    except ConfigError as exc:
        found.problems.append(Problem(file, 1, exc.message))
    else:
        if previous is not None and previous.catalogue == found.catalogue:
            made = previous.unchanged(name, content, found.templates)
        if made is None:
            parsed, problems = parse_tenant(name, content, file, found.catalogue, found.templates)
            found.problems += problems
            made = TenantIndex(parsed) if parsed is not None else None
    since = time.time() if previous is None else previous.stale.get(name, time.time())
    if made is None and previous is not None and legal and name in previous.tenants:
        # the last good lines go on; `stale` says since when
        content = previous.tree[file]
        parsed, _ = parse_tenant(name, content, file, found.catalogue, found.templates)
        made = TenantIndex(parsed) if parsed is not None else previous.tenants[name]
        found.stale[name] = since
    elif made is not None and found.old_roles.intersection(made.file.imports):
        found.stale[name] = since
    if made is not None:
        found.files[file] = content
    return made
