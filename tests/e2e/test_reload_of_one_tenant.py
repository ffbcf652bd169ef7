"""One tenant's change in a running guard: what is read, kept, recorded, and found all the same."""

from __future__ import annotations

import gc
import os
import shutil
import tracemalloc
from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest

from stageflow_guard import Guard
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.base.kept_files import flat_digest
from stageflow_guard.errors import AuditUnavailable, ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.engine.index import TenantIndex
from stageflow_guard.policy.engine.loader import Loaded
from stageflow_guard.policy.engine.named_subjects import NamedSubjects
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.policy.live.reload import Reloader
from stageflow_guard.policy.live.revisions import Revisions
from stageflow_guard.policy.live.watch import (
    LISTED,
    SHARED,
    TICK,
    ContentCheck,
    Looked,
    Signature,
    signature,
)
from stageflow_guard.testing import IdentityProvider
from stageflow_guard.testing.layout import write_file, write_policies, write_settings

TENANTS = ("acme", "globex", "initech", "umbrella")


def lines(tenant, act="read", obj="x"):
    return f"g, user:ada, role:a, {tenant}\np, role:a, {tenant}, data, {obj}, {act}, allow\n"


@pytest.fixture
def policies(tmp_path):
    """Four tenants."""
    return write_policies(
        tmp_path / "policies", {f"tenants/{one}/policy.csv": lines(one) for one in TENANTS}
    )


def guard_over(policies, place):
    place.mkdir(exist_ok=True)
    idp = IdentityProvider("https://id.example")
    return Guard.load(write_settings(place, idp, policies=policies, policy={"watch": 0}))


async def watched(guard, *, late=False) -> bool:
    """Take one look as the watch does, and what follows from it; say whether anything did.

    `late`: as if everything had been still for a while, so that marks alone are trusted.
    """
    reloader: Reloader = guard._life.reloader
    live = reloader._live
    if late:
        live.basis = replace(live.basis, young=frozenset())
    found = reloader._look()
    if late:
        found = Looked(replace(found.policies, young=frozenset()), found.shadow)
    also = frozenset() if found != live.seen else reloader._other_content(600.0)
    if found == live.seen and not also:
        return False
    await reloader.reload("watch:test", found, also=also)
    return True


def may(guard, tenant, act="read", obj="x"):
    asked = AccessRequest(sub="user:ada", ten=tenant, own=tenant, kind="data", obj=obj, act=act)
    return guard._pep.decisions.decide(asked).permitted


async def test_one_tenants_change_is_kept_recorded_and_in_force(policies, tmp_path):
    """As for a reload of everything; the store grows by a file's content and two lists."""
    async with guard_over(policies, tmp_path / "a") as guard:
        before = guard.health()["policy_revision"]
        store = tmp_path / "a/audit.policies"
        held = {one for one in store.rglob("*") if one.is_file()}
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
        assert await watched(guard, late=True) and may(guard, "acme", "write")
        after = guard.health()["policy_revision"]
        assert not await watched(guard)
    assert after == PolicySet.load(policies).revision
    assert len({one for one in store.rglob("*") if one.is_file()} - held) == 3
    (record,) = [r for _, r in iter_records(tmp_path / "a/audit") if r["kind"] == "policy_change"]
    assert record["policy"] == {"sha256": after}
    assert record["note"]["previous"] == before
    assert record["note"]["files"] == ["tenants/acme/policy.csv"]
    assert record["note"]["change"] == "+1 grants, -1, tenants acme"
    assert sha256((store / after).read_bytes()).hexdigest() == after


async def test_a_rollback_restores_every_file_of_an_earlier_revision(policies, tmp_path):
    """After many changes of one tenant each: exactly the files of then, on disk and in force."""
    async with guard_over(policies, tmp_path / "a") as guard:
        first, then = guard.health()["policy_revision"], PolicySet.load(policies).files()
        for n, tenant in enumerate(TENANTS):
            write_file(policies / f"tenants/{tenant}/policy.csv", lines(tenant, obj=f"y{n}"))
            await watched(guard, late=True)
        shutil.rmtree(policies / "tenants/umbrella")
        write_file(policies / "tenants/new/policy.csv", lines("new"))
        await watched(guard, late=True)
        assert await guard.rollback(first) == first
        assert may(guard, "umbrella") and not may(guard, "new")
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "export"))
        await watched(
            guard, late=True
        )  # from the folder again, whole: nothing of the rollback stays
        assert may(guard, "new") and may(guard, "acme", "export")
        assert guard.health()["policy_revision"] == PolicySet.load(policies).revision
    Revisions(tmp_path / "a/audit.policies").restore(first, policies)
    assert dict(PolicySet.load(policies).files()) == dict(then)


async def test_what_changed_while_a_load_was_refused_is_not_lost(policies, tmp_path):
    """A tenant and a bad model at once, the model mended alone: the tenant's change counts, too."""
    async with guard_over(policies, tmp_path / "a") as guard:
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
        write_file(policies / "model.conf", "nonsense\n")
        with pytest.raises(ConfigError):
            await watched(guard)
        write_file(policies / "model.conf", MODEL)
        assert await watched(guard, late=True) and may(guard, "acme", "write")


async def test_what_could_not_be_recorded_is_taken_up_later(policies, tmp_path):
    """The log fails: the old lines decide, and the next look brings the change."""
    async with guard_over(policies, tmp_path / "a") as guard:
        record = guard._life.reloader._record

        async def fail(**fields):
            raise AuditUnavailable("disk full")

        guard._life.reloader._record = fail
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
        with pytest.raises(AuditUnavailable):
            await watched(guard)
        assert not may(guard, "acme", "write")
        guard._life.reloader._record = record
        guard._life.reloader._live.seen = Looked()  # as the watch does
        assert await watched(guard) and may(guard, "acme", "write")


async def test_a_change_that_no_mark_shows_is_found(policies, tmp_path):
    """Every file is read again in its turn: a mark is trusted for ten minutes, not for ever."""
    async with guard_over(policies, tmp_path / "a") as guard:
        reloader = guard._life.reloader
        for file, text in (("tenants/globex/policy.csv", lines("globex", "write")),
                           ("platform/suspended.csv", "initech, late, never\n")):  # fmt: skip
            write_file(policies / file, text)
            reloader._live.seen = reloader._look()  # as if the marks were those of before
            reloader._live.basis = reloader._live.seen.policies
            assert await watched(guard), file
        assert may(guard, "globex", "write") and not may(guard, "initech")


async def test_what_changes_while_it_is_read_is_read_again(policies, tmp_path, monkeypatch):
    """Half of a file may be read: the look before is what the next one is compared with."""
    from stageflow_guard.policy.engine import source

    read = source.read

    def writing(path, name):
        found = read(path, name)
        if name == "tenants/acme/policy.csv" and b"write" in found:
            write_file(path, lines("acme", "export"))
        return found

    async with guard_over(policies, tmp_path / "a") as guard:
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
        monkeypatch.setattr(source, "read", writing)
        assert await watched(guard) and may(guard, "acme", "write")
        monkeypatch.undo()
        assert await watched(guard) and may(guard, "acme", "export")
        assert guard.health()["policy_revision"] == PolicySet.load(policies).revision


async def test_policies_on_trial_are_loaded_by_tenant_too(policies, tmp_path):
    """The second folder has looks of its own, and what is wrong with it touches nothing else."""
    shutil.copytree(policies, tmp_path / "trial")
    place = tmp_path / "a"
    guard_over(policies, place)
    text = (place / "guard.toml").read_text()
    (place / "guard.toml").write_text(
        text.replace("watch = 0", f'watch = 0\nshadow = "{tmp_path}/trial"')
    )
    async with Guard.load(place / "guard.toml") as guard:
        before = guard.health()["policy_revision"]
        for text in (lines("acme", "write"), "bad\n", lines("acme", "delete")):
            write_file(tmp_path / "trial/tenants/acme/policy.csv", text)
            assert await watched(guard)
        assert guard.health()["policy_revision"] == before
        on_trial = guard.health()["policy"]["shadow"]
    assert on_trial == PolicySet.load(tmp_path / "trial").revision


async def test_a_folder_that_cannot_be_listed_does_not_end_the_watch(policies, tmp_path):
    """A file in the place of `roles/`, whatever the marks show: refused, and looked at again."""
    async with guard_over(policies, tmp_path / "a") as guard:
        reloader = guard._life.reloader
        write_file(policies / "roles", "no folder")
        reloader._live.seen = reloader._look()
        for _ in range(2):
            with pytest.raises(ConfigError):
                await watched(guard)
        assert guard.health()["policy"]["rejected"]
        (policies / "roles").unlink()
        assert await watched(guard) and guard.health()["policy"]["rejected"] is None
    refused = [r for _, r in iter_records(tmp_path / "a/audit") if r["kind"] == "policy_change"]
    assert [r.get("outcome") for r in refused] == ["refused"]


async def test_two_guards_over_one_folder_reach_one_state(policies, tmp_path):
    """Each looks when it does; after the last look both decide by the same revision."""
    async with (
        guard_over(policies, tmp_path / "a") as one,
        guard_over(policies, tmp_path / "b") as other,
    ):
        for n, tenant in enumerate(TENANTS):
            write_file(policies / f"tenants/{tenant}/policy.csv", lines(tenant, obj=f"z{n}"))
            await watched(one)
            if n == 1:
                await watched(other)
        await watched(other)
        assert one.health()["policy_revision"] == other.health()["policy_revision"]
        assert may(one, "umbrella", obj="z3") and may(other, "umbrella", obj="z3")


async def test_memory_does_not_grow_with_reloads(policies, tmp_path, caplog):
    """Fifty changes leave what one leaves: one snapshot, and nothing of those before."""
    caplog.set_level("CRITICAL", logger="stageflow_guard")  # the test run itself keeps warnings
    write_file(policies / "platform/suspended.csv", "user:adda, left, never\nnobody, left, never\n")
    async with guard_over(policies, tmp_path / "a") as guard:
        counted, sizes = [], []
        tracemalloc.start()
        for n in range(50):
            who = f"user:u{n % 7}, left, never\nuser:adda, left, never\nu{n % 5}, left, never\n"
            write_file(policies / "platform/suspended.csv", who)
            write_file(policies / "tenants/acme/policy.csv", lines("acme", obj=f"o{n % 9}"))
            await watched(guard)
            if n in (20, 49):
                gc.collect()
                kinds = (PolicySet, Loaded, FileTree, NamedSubjects, TenantIndex, Signature)
                counted.append(Counter(type(o) for o in gc.get_objects() if type(o) in kinds))
                ours = [
                    tracemalloc.Filter(True, f"*/stageflow_guard/{one}/*")
                    for one in ("policy", "base")
                ]
                taken = tracemalloc.take_snapshot().filter_traces(ours)
                sizes.append(sum(one.size for one in taken.statistics("filename")))
        tracemalloc.stop()
    assert counted[0] == counted[1]
    assert sizes[1] - sizes[0] < 4000


async def test_an_earlier_layout_of_the_store_still_rolls_back(policies, tmp_path):
    """A revision that was kept as a folder, under its old digest: its files, under the new one."""
    async with guard_over(policies, tmp_path / "a") as guard:
        files = PolicySet.load(policies).files()
        old = flat_digest(files)
        for name, content in files.items():
            place = tmp_path / "a/audit.policies" / old / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
        await watched(guard)
        assert await guard.rollback(old[:12]) == FileTree.of(files).revision
        assert not may(guard, "acme", "write")
        (tmp_path / "a/audit.policies" / old / "model.conf").write_bytes(b"x")
        with pytest.raises(ConfigError, match="was changed"):
            await guard.rollback(old)


# -- what a look trusts ----------------------------------------------------------------------------


def test_what_changed_within_a_tick_is_not_trusted(policies):
    """It may change again without another mark: it is read at the next load, whatever shows."""
    late = signature(policies, now=lambda: int(policies.stat().st_ctime_ns) + 10 * TICK)
    assert late.young == frozenset()
    early = signature(policies)
    assert early == late and early.young == {LISTED, SHARED, *TENANTS}
    assert late.changed_since(early) == {LISTED, *TENANTS}
    assert late.changed_since(late) == frozenset()


def test_a_tenant_that_is_gone_is_touched(policies):
    """Told by the look itself, and by the comparison of any two."""
    before, between = (signature(policies, now=lambda: 2**62) for _ in range(2))
    shutil.rmtree(policies / "tenants/acme")
    now = signature(policies, before, now=lambda: 2**62)
    assert now.changed_since(before) == now.changed_since(between) == {LISTED, "acme"}


def replaced(file):
    text, info = file.read_text(), file.stat()
    fresh = file.with_name("fresh")
    write_file(fresh, text.replace("read", "call"))
    os.utime(fresh, ns=(info.st_atime_ns, info.st_mtime_ns))
    fresh.replace(file)


def in_place(file):
    info = file.stat()
    with file.open("r+") as one:
        one.write(file.read_text().replace("read", "call"))
    os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))


def opened_to_others(file):
    file.chmod(0o666)


def turned_into_a_link(file):
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to("../elsewhere")


@pytest.mark.parametrize("change", [replaced, in_place, opened_to_others, turned_into_a_link])
def test_a_change_that_hides_is_seen(policies, change):
    """Same size and same time as before, another right, a link: each is a change."""
    before = replace(signature(policies), young=frozenset())
    change(policies / "tenants/acme/policy.csv")
    now = signature(policies, before)
    assert now != before and "acme" in (now.changed_since(before) or ())


def test_a_folder_that_comes_or_goes_is_listed_again():
    """Even where the marks of `tenants/` do not show it."""
    base = Signature("/p", {LISTED: (1,), SHARED: (1,), "acme": (1,)})
    more = Signature("/p", {LISTED: (1,), SHARED: (1,), "acme": (1,), "globex": (1,)})
    shared = Signature("/p", {LISTED: (1,), SHARED: (2,), "acme": (1,)})
    assert more.changed_since(base) == base.changed_since(more) == {LISTED, "globex"}
    assert shared.changed_since(base) == frozenset()  # read at every load
    assert base.changed_since(Signature("/q", base.units)) is None
    assert base.changed_since(Signature()) is None and Signature().changed_since(base) is None


def test_every_file_comes_to_its_turn(policies):
    """A quarter of the time reads a quarter of the tenants; problems are not taken for changes."""
    write_file(policies / "tenants/umbrella/policy.csv", "bad\n")
    held = PolicySet.load(policies)
    check = ContentCheck(100.0)
    assert [check.differing(policies, held, 100.0) for _ in range(3)] == [None] * 3
    for tenant in ("acme", "globex", "initech"):
        write_file(policies / f"tenants/{tenant}/policy.csv", lines(tenant, "write"))
    found = [check.differing(policies, held, 1.0) for _ in range(8)]
    assert {*found} == {None, "acme", "globex", "initech"}
    write_file(policies / "tenants/acme/limits.yaml", "limits: {}\n")
    (policies / "tenants/acme/policy.csv").write_text(lines("acme"))
    assert "acme" in [check.differing(policies, held, 1.0) for _ in range(8)]


def test_a_file_that_counts_as_it_is_written_comes_to_its_turn(policies):
    """A warning about one line leaves no other line of a file in force unread."""
    for first in ("user:adda, slip, never\n", "user:x\n"):
        write_file(policies / "platform/suspended.csv", f"{first}user:eve, left, never\n")
        held = PolicySet.load(policies)
        assert held.problems and "user:eve" in held.suspended
        check = ContentCheck(100.0)
        assert check.differing(policies, held, 100.0) is None
        write_file(policies / "platform/suspended.csv", f"{first}user:ada, left, never\n")
        assert check.differing(policies, held, 100.0) == SHARED


def test_a_name_that_several_tenants_took_on_at_once_is_counted_once_each(policies):
    """No hint names a subject that nobody's lines name any more."""
    write_file(policies / "platform/suspended.csv", "user:alicja, slip, never\n")
    held = PolicySet.load(policies)
    for name in ("alicia", "zed"):
        for tenant in ("acme", "globex"):
            write_file(
                policies / f"tenants/{tenant}/policy.csv",
                lines(tenant) + f"g, user:{name}, role:a, {tenant}\n",
            )
        held = PolicySet.load(policies, previous=held, changed={"acme", "globex"})
        assert held.problems == PolicySet.load(policies).problems
        assert len(held.problems) == (name == "alicia")


def test_a_difference_over_several_loads_leaves_nothing_out(policies):
    """Only what one load read is known; between any other two sets every tenant is compared."""
    first = PolicySet.load(policies)
    write_file(policies / "tenants/acme/policy.csv", lines("acme", "write"))
    second = PolicySet.load(policies, previous=first, changed={"acme"})
    write_file(policies / "tenants/globex/policy.csv", lines("globex", "write"))
    third = PolicySet.load(policies, previous=second, changed={"globex"})
    assert diff(first, second).tenants == ("acme",) and diff(second, third).tenants == ("globex",)
    assert diff(first, third).tenants == diff(third, first).tenants == ("acme", "globex")
    imagined = third.with_tenant(replace(third.tenant("umbrella"), rules=()))
    assert diff(second, imagined).tenants == ("globex", "umbrella")


def test_a_kept_revision_that_is_read_otherwise_now_is_not_used(tmp_path):
    """Its bytes are right and a file of it is refused: then it is not what decided."""
    store = Revisions(tmp_path / "kept")
    files = {"model.conf": MODEL.encode(), "tenants/a/policy.csv": lines("a").encode(),
             "tenants/b/policy.csv": b"p, of, another, form\n"}  # fmt: skip
    tree = FileTree.of(files)
    store.keep(tree)
    with pytest.raises(ConfigError, match="does not load as it was"):
        store.load(tree.revision)
    with pytest.raises(ConfigError, match="is kept"):
        store.load("0" * 64)


def test_two_tenants_with_long_names_are_two(policies):
    """A name that a message would cut is a file's whole name in the revision."""
    names = ["n" * 100 + end for end in "ab"]
    for name in names:
        write_file(policies / f"tenants/{name}/policy.csv", lines(name))
    held = PolicySet.load(policies)
    assert {f"tenants/{name}/policy.csv" for name in names} < set(held.files())
    assert held.problems == ()


def test_a_guardrail_that_was_never_good_refuses_no_reload(policies):
    """Twice bad: everything of the tenant is blocked, and the other files go on being read."""
    write_file(policies / "tenants/acme/guardrails.yaml", "guardrails: 1\n")
    first = PolicySet.load(policies)
    second = PolicySet.load(policies, previous=first)
    assert second.problems == first.problems
    assert second.guardrails == first.guardrails
