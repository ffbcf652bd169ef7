"""Whatever changes in whatever order: what was loaded piece by piece is what a whole load finds."""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.policy.live.watch import signature

LONG = "l" * 100  # a legal name that messages would cut
TENANTS = ("acme", "Acme", "globex", "initech", LONG, LONG + "2", "no tenant")
LINES = {
    "plain": "g, user:ada, role:a, {t}\np, role:a, {t}, data, x/*, read, allow\n",
    "more": "g, user:ada, role:a, {t}\ng, user:bob, role:a, {t}\np, role:a, {t}, data, *, read, allow\n",
    "deny": "g, user:ada, role:a, {t}\np, role:a, {t}, data, x/*, read, deny\n",
    "imports": "import, role:shared, {t}\ng, user:eve, role:shared, {t}\n",
    "alike": "g, user:adax, role:a, {t}\ng, user:addab, role:a, {t}\n"
             "p, role:a, {t}, data, y, read, allow\n",
    "bad": "p, role:a\n", "empty": "",
}  # fmt: skip
OTHER = {
    "guardrails.yaml": ("guardrails:\n  - {entity: PERSON, action: block}\n",
                        "guardrails:\n  - {entity: EMAIL, min_score: 0.9}\n", "guardrails: 1\n"),
    "tools.yaml": ("tools: {mail: {approval: required}}\n", "tools: {mail: {approvals: 2}}\n", "x"),
    "limits.yaml": ("limits: {a: {of: calls, limit: 1}}\n", "limits: {b: {of: calls, limit: 2}}\n",
                    "limits: {a: {of: concurrent, limit: 1, window: 2}}\n"),
    "policy_test.yaml": ("cases: []\n",), "polcy.csv": ("stray\n",),
}  # fmt: skip
GENERAL = {
    "catalogue.yaml": ("roles: [a, shared]\n", "roles: [shared]\n", "tools: {mail: {}}\n"),
    "guardrails.yaml": ("guardrails:\n  - {entity: PERSON, action: redact}\n",
                        "guardrails:\n  - {entity: EMAIL, action: block, min_score: 0.5}\n"),
    "limits.yaml": ("limits: {p: {of: calls, limit: 9}}\n", "limits: {q: {of: calls, limit: 8}}\n"),
    "flow.yaml": ("flow: {f: {never: {kind: data, obj: y, act: read}, "
                  "after: {kind: data, obj: x/1, act: read}}}\n",),
    "accepted_tools.yaml": (f"accepted: {{mail: {'a' * 64}}}\n", "accepted: {mail: b}\n"),
    "roles/shared.csv": ("p, role:shared, data, x/1, read, allow\n",
                         "p, role:shared, data, x/1, read, deny\n", "p, role:other\n"),
    "platform/suspended.csv": ("user:bob, left, never\n", "user:adda, left, never\nacmee, x, never\n",
                               "user:nobody, left, never\nglobex, late, never\n",
                               "user:ada, left, never\n", "\xff"),
    "platform/shares.csv": ("share, acme, globex, data, x/*, read, 2100-01-01T00:00:00Z\n",
                            "share, acme, nobody, data, x/*, read, 2100-01-01T00:00:00Z\n", "s\n"),
    "platform/suspend.csv": ("stray\n",),
}  # fmt: skip

tenants = st.sampled_from(TENANTS)
steps = st.one_of(
    st.tuples(st.just("lines"), tenants, st.sampled_from(sorted(LINES))),
    st.tuples(st.just("lines"), tenants, st.sampled_from(["plain", "more", "imports"])),
    st.sampled_from(sorted(OTHER)).flatmap(
        lambda f: st.tuples(st.just("other"), tenants, st.just(f), st.sampled_from(OTHER[f]))
    ),
    st.sampled_from(sorted(GENERAL)).flatmap(
        lambda f: st.tuples(st.just("general"), st.just(f), st.sampled_from((*GENERAL[f], None)))
    ),
    st.tuples(st.just("drop"), tenants, st.sampled_from(["policy.csv", *sorted(OTHER)])),
    st.tuples(st.just("rename"), tenants, tenants),
    st.tuples(st.just("remove"), tenants),
    st.tuples(st.just("link"), tenants, tenants),
    st.tuples(st.just("open"), tenants),
)
MENDED = [("general", f, None) for f in sorted(GENERAL) if f != "model.conf"]
MENDED += [("general", "model.conf", MODEL), ("lines", "globex", "plain")]


class Place:
    """A policy folder on which steps are taken, each of which marks what it touched."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._times = itertools.count(1_000_000_000)
        (base / "tenants").mkdir(parents=True, mode=0o755)
        base.chmod(0o755)
        (base / "tenants").chmod(0o755)
        for step in (("general", "model.conf", MODEL), ("lines", "acme", "plain"),
                     ("lines", "globex", "more")):  # fmt: skip
            self.take(step)

    def take(self, step: tuple) -> None:
        """Do what a step says; one that cannot be done changes nothing."""
        match step:
            case "lines", tenant, kind:
                self.write(f"tenants/{tenant}/policy.csv", LINES[kind].format(t=tenant))
            case "other", tenant, file, text:
                self.write(f"tenants/{tenant}/{file}", text)
            case "general", file, None:
                (self.base / file).unlink(missing_ok=True)
                self.touched(self.base / file)
            case "general", file, text:
                self.write(file, text)
            case "drop", tenant, file:
                (self.base / "tenants" / tenant / file).unlink(missing_ok=True)
                self.touched(self.base / "tenants" / tenant / file)
            case "rename", old, new:
                old, new = self.base / "tenants" / old, self.base / "tenants" / new
                if old.is_dir() and not old.is_symlink() and not os.path.lexists(new):
                    old.rename(new)
                    self.touched(new)
            case "remove", tenant:
                self.clear(self.base / "tenants" / tenant)
            case "link", old, new:
                if old != new and (self.base / "tenants" / old).exists():
                    self.clear(self.base / "tenants" / new)
                    (self.base / "tenants" / new).symlink_to(old)
                    self.touched(self.base / "tenants" / new)
            case "open", tenant:
                file = self.base / "tenants" / tenant / "policy.csv"
                if file.is_file() and not file.parent.is_symlink():
                    file.chmod(0o666)
                    self.touched(file)

    def clear(self, folder: Path) -> None:
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder, ignore_errors=True)
        self.touched(folder)

    def write(self, name: str, text: str) -> None:
        file = self.base / name
        if file.parent.is_symlink():
            return
        file.parent.mkdir(exist_ok=True, mode=0o755)
        file.parent.chmod(0o755)
        file.write_bytes(text.encode("latin-1"))
        file.chmod(0o644)
        self.touched(file)

    def touched(self, place: Path) -> None:
        """Give what changed a time of its own: two steps may come within one tick of the clock."""
        for one in (place, place.parent):
            if one.exists() and not one.is_symlink():
                os.utime(one, ns=(0, next(self._times)))


class Chain:
    """One load after another, whole or of what changed."""

    def __init__(self, base: Path, *, whole: bool) -> None:
        self.base, self.whole = base, whole
        self.before = self.held = PolicySet.load(base)
        self.basis = settled(base)
        self.refused = ""

    def load(self) -> None:
        now = settled(self.base, self.basis)
        changed = None if self.whole else now.changed_since(self.basis)
        self.refused = ""
        try:
            fresh = PolicySet.load(self.base, previous=self.held, changed=changed)
        except ConfigError as error:
            self.refused = error.message
            return
        self.before, self.held, self.basis = self.held, fresh, now


def settled(base, like=None):
    """A signature of files that are older than a tick: these tests give each change its own time."""
    found = signature(base) if like is None else signature(base, like)
    return replace(found, young=frozenset())


ASKED = [
    AccessRequest(sub=sub, ten=ten, own=own, kind="data", obj=obj, act="read")
    for sub in ("user:ada", "user:bob", "user:eve")
    for ten in TENANTS
    for own in (ten, "acme")
    for obj in ("x/1", "y")
]


def state(policies: PolicySet, *, exact: bool = True) -> dict[str, object]:
    """Everything that a set answers, in the order in which it answers."""
    tools = policies.tools
    found = {
        "decisions": [replace(policies.decide(one), revision="") for one in ASKED],
        "revision": policies.revision, "files": sorted(policies.files().items()),
        "tenants": [(name, policies.tenant(name)) for name in policies.tenants],
        "broken": policies.broken, "suspended": list(policies.suspended.items()),
        "shares": policies.shares, "grants": policies.grants,
        "guardrails": (policies.guardrails.platform, list(policies.guardrails.tenants.items())),
        "tools": [(owner, name, rule.where, rule.options)
                  for owner, rules in [("", tools.platform), *tools.tenants.items()]
                  for name, rule in rules.items()],
        "blocked": (dict(tools.broken), dict(policies.limits.broken)), "pins": policies.tool_pins,
        "limits": [(owner, dict(held)) for owner, held in
                   [("", policies.limits.platform), *policies.limits.tenants.items()]],
        "lines": dict(policies.limits.lines), "flow": policies.flow,
        "templates": dict(policies.templates), "catalogue": policies.catalogue,
    }  # fmt: skip
    if exact:  # what was in force before counts, too
        found |= {"problems": policies.problems, "stale": set(policies.stale)}
    return found


def general(file, number=None):
    return ("general", file, None if number is None else GENERAL[file][number])


def other(tenant, file, number):
    return ("other", tenant, file, OTHER[file][number])


SHARED, GONE, RAILS = "roles/shared.csv", "platform/suspended.csv", "guardrails.yaml"
SCENARIOS = {
    "a broken file, and another tenant changes": [
        [other("acme", RAILS, 2)], [("lines", "globex", "plain")], [other("acme", RAILS, 0)]],
    "a broken file among others, after a folder that was refused": [
        [("lines", "acme", "deny"), ("general", "model.conf", "weaker\n")],
        [("general", "model.conf", MODEL)]],
    "a catalogue that was refused": [
        [("lines", "acme", "deny"), ("general", "catalogue.yaml", "roles: 1\n")],
        [general("catalogue.yaml")]],
    "a tenant that differs by case comes and goes": [
        [("lines", "Acme", "plain")], [("remove", "acme")], [("rename", "Acme", "acme")]],
    "a shared role changes": [
        [general(SHARED, 0), ("lines", "acme", "imports")], [general(SHARED, 1)], [general(SHARED)]],
    "a shared role breaks": [
        [general(SHARED, 0), ("lines", "acme", "imports")], [general(SHARED, 2)],
        [("lines", "globex", "deny")], [general(SHARED, 0)]],
    "a catalogue that knows a role no more": [
        [general("catalogue.yaml", 0)], [general("catalogue.yaml", 1)],
        [("lines", "globex", "deny")], [general("catalogue.yaml", 0)]],
    "the platform's guardrails become stricter": [
        [other("acme", RAILS, 1)], [general(RAILS, 1)], [general(RAILS, 0)], [general(RAILS)]],
    "files in the other order": [
        [other("globex", one, 0) for one in (RAILS, "tools.yaml", "limits.yaml")],
        [other("acme", one, 0) for one in (RAILS, "tools.yaml", "limits.yaml")],
        [("remove", "acme")]],
    "limits of other names": [
        [other("acme", "limits.yaml", 0), general("limits.yaml", 0)],
        [other("acme", "limits.yaml", 1)], [general("limits.yaml", 1)],
        [("drop", "acme", "limits.yaml")]],
    "the closest name is found, and goes": [
        [general(GONE, 1)], [("lines", "acme", "alike")], [("lines", "globex", "alike")],
        [("lines", "acme", "plain")], [("lines", "globex", "deny")]],
    "a suspended subject loses its lines": [
        [general(GONE, 3)], [("lines", "initech", "alike")], [("lines", "acme", "alike")],
        [("lines", "globex", "alike")], [("lines", "acme", "plain")]],
    "a suspension of what is no tenant, until it is one": [
        [general(GONE, 1)], [("rename", "globex", "initech")], [("remove", "initech")]],
    "suspensions that cannot be read": [
        [general(GONE, 0)], [general(GONE, 4)], [("lines", "acme", "deny")], [general(GONE, 0)]],
    "a share with a tenant that comes": [
        [general("platform/shares.csv", 1)], [("lines", "initech", "plain")],
        [general("platform/shares.csv", 0)], [("remove", "globex")]],
    "links and open files": [
        [("open", "acme")], [("link", "globex", "initech")], [("link", "globex", "acme")],
        [("lines", "initech", "plain")], [("remove", "initech")], [("lines", "initech", "plain")]],
    "long names": [
        [("lines", LONG, "plain")], [("lines", LONG + "2", "deny")], [("lines", LONG, "more")],
        [("lines", LONG + "2", "bad")]],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_reload_of_what_changed_is_one_of_everything(tmp_path, name):
    """Decisions, problems, order, revision and the told difference are the same after each change."""
    require_the_same(tmp_path / "p", SCENARIOS[name])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(taken=st.lists(st.lists(steps, min_size=1, max_size=3), min_size=1, max_size=8))
def test_a_reload_of_any_changes_is_one_of_everything(tmp_path_factory, taken):
    """The same of changes that nobody thought of."""
    require_the_same(tmp_path_factory.mktemp("p"), taken)


def require_the_same(base, taken):
    place = Place(base)
    pieces, whole = Chain(place.base, whole=False), Chain(place.base, whole=True)
    seldom = Chain(place.base, whole=False)  # another process, which looks less often
    for number, several in enumerate([*taken, MENDED]):
        for step in several:
            place.take(step)
        pieces.load()
        whole.load()
        if number % 2:
            seldom.load()
        assert pieces.refused == whole.refused
        assert state(pieces.held) == state(whole.held)
        assert FileTree.of(dict(pieces.held.files())).revision == pieces.held.revision
        if not pieces.refused:
            assert diff(pieces.before, pieces.held) == diff(whole.before, whole.held)
    seldom.load()
    start = PolicySet.load(place.base)
    assert len(start.files()) == len(list(start.files())) >= len(start.tenants)
    good = {*start.tenants} - {*pieces.held.stale, *seldom.held.stale}
    for chain in (pieces, seldom):
        assert {n: chain.held.tenant(n) for n in good} == {n: start.tenant(n) for n in good}
        if not chain.held.stale and not start.problems:
            assert state(chain.held) == state(start)


@pytest.mark.parametrize("step", [
    ("lines", "acme", "more"), ("other", "acme", "limits.yaml", "limits: {}\n"), ("remove", "globex"),
    ("lines", "initech", "plain"), ("general", "platform/suspended.csv", "user:ada, left, never\n"),
], ids=lambda step: step[0] + "-" + step[1].replace("/", "_"))  # fmt: skip
def test_what_did_not_change_is_not_read(tmp_path, step, monkeypatch):
    """One tenant's change reads that tenant's files, and those that are no tenant's."""
    place = Place(tmp_path / "p")
    chain = Chain(place.base, whole=False)
    place.take(("lines", "initech", "plain")) if step[1] != "initech" else None
    chain.load()
    place.take(step)
    from stageflow_guard.policy.engine import source

    read, seen = source.read, []

    def reading(path, name):
        seen.append(name)
        return read(path, name)

    monkeypatch.setattr(source, "read", reading)
    chain.load()
    expected = {step[1]} if step[0] != "general" else set()
    assert {name.split("/")[1] for name in seen if name.startswith("tenants/")} <= expected
    assert chain.held.revision == PolicySet.load(place.base).revision
