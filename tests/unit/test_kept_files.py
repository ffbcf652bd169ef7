"""Revisions kept by their digest: whole, private, shared between each other, never changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from pathlib import Path

import pytest

from stageflow_guard.base.durable import locked
from stageflow_guard.base.file_tree import FileTree, listed
from stageflow_guard.base.kept_files import ChangedSince, KeptFiles, flat_digest

_spec = importlib.util.spec_from_file_location(
    "disk", Path(__file__).parents[1] / "fault" / "disk.py"
)
assert _spec is not None and _spec.loader is not None
disk = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(disk)

FILES = {
    "model.conf": b"m", "roles/a.csv": b"r", "platform/suspended.csv": b"", "catalogue.yaml": b"m",
    **{f"tenants/t{n}/policy.csv": b"p%d" % n for n in range(300)},
    "tenants/t7/limits.yaml": b"l",
}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return KeptFiles(tmp_path / "kept")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_the_revision_is_what_its_lists_say():
    """Anybody can form it with `sha256sum`: the rule of the reference, written out once more."""
    tree = FileTree.of(FILES)
    groups: dict[str, list[str]] = {}
    for name in sorted(FILES):
        parts = name.split("/")
        key = sha256("/".join(parts[:2]).encode())[:2] if len(parts) > 2 else ""
        groups.setdefault(key, []).append(f"{sha256(FILES[name])}  {name}\n")
    lists = {key: "".join(lines) for key, lines in groups.items()}
    whole = "revision of stageflow-guard 1\n" + lists.pop("")
    whole += "".join(f"{sha256(lists[key].encode())}  group {key}\n" for key in sorted(lists))
    assert tree.revision == sha256(whole.encode())
    assert dict(tree) == FILES and len(tree) == len(FILES)


@pytest.mark.parametrize("what", ["list", "group", "content", "gone"])
def test_what_was_changed_is_named_and_what_was_not_stands(store, what):
    """By one reading of each content; a revision that shares none of what was changed stands."""
    trees = [FileTree.of({"model.conf": b"a", "tenants/t/policy.csv": b"p%d" % n}) for n in (0, 1)]
    for tree in trees:
        store.keep(tree)
    assert store.changed() == []
    (group,) = (one for key, one in trees[0].groups.items() if key)
    blobs = store.folder / "blobs"
    path = {"list": store.folder / trees[0].revision, "group": blobs / group.digest,
            "content": blobs / sha256(b"p0"), "gone": blobs / sha256(b"p0")}[what]  # fmt: skip
    path.chmod(0o600)
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    assert store.changed() == [trees[0].revision]
    (blobs / sha256(b"a")).unlink()
    assert store.changed() == sorted(one.revision for one in trees)


@pytest.mark.parametrize("name", [*sorted(FILES)[:5], "tenants/t7/limits.yaml"])
def test_every_byte_and_every_name_is_in_the_revision(name):
    """Another content, another name, a file more or less: another revision."""
    tree = FileTree.of(FILES)
    less = {one: content for one, content in FILES.items() if one != name}
    made = [
        FileTree.of(FILES | {name: b"other"}),
        FileTree.of(less),
        FileTree.of(less | {name + "x": FILES[name]}),
        FileTree.of(FILES | {name + "x": b""}),
    ]
    assert len({tree.revision, *(one.revision for one in made)}) == 5


def test_a_tree_that_was_changed_is_the_tree_of_its_files():
    """Piece by piece or at once: one digest; and what differs is told."""
    tree = FileTree.of(FILES)
    made = tree.but(
        ["tenants/t1/policy.csv", "model.conf", "nothing"],
        {"tenants/t2/policy.csv": b"x", "model.conf": b"m2", "tenants/n/policy.csv": b""},
    )
    files = FILES | {
        "tenants/t2/policy.csv": b"x",
        "model.conf": b"m2",
        "tenants/n/policy.csv": b"",
    }
    del files["tenants/t1/policy.csv"]
    assert (made.revision, dict(made)) == (FileTree.of(files).revision, files)
    assert made.differing(tree) == tree.differing(made) == [
        "model.conf", "tenants/n/policy.csv", "tenants/t1/policy.csv", "tenants/t2/policy.csv",
    ]  # fmt: skip
    assert FileTree.of(FILES).differing(tree) == []


@pytest.mark.parametrize(
    "name", ["a\nb", "group x", "../x", "a/../b", "/a", "a//b", "", "./a", "a/"]
)
def test_a_name_that_a_list_cannot_hold_is_refused(name):
    """No name reads as another line, and none leads out of the folder that it is put back into."""
    with pytest.raises(ValueError, match="no list can hold"):
        FileTree.of({name: b""})


def test_what_is_kept_comes_back(store):
    """Every file, byte for byte; files are 0600 and folders 0700."""
    tree = FileTree.of(FILES)
    place = store.keep(tree)
    assert KeptFiles(store.folder).files(tree.revision) == FILES
    assert sha256(place.read_bytes()) == place.name == tree.revision
    modes = {one.stat().st_mode & 0o777 for one in store.folder.rglob("*") if one.is_file()}
    assert modes == {0o600}
    assert {
        store.folder.stat().st_mode & 0o777,
        (store.folder / "blobs").stat().st_mode & 0o777,
    } == {0o700}
    assert set(store.revisions()) == {tree.revision}
    assert store.files("0" * 64) is None and store.files("../kept") is None


def test_another_revision_costs_what_is_new_in_it(store):
    """One file of one tenant: its content, its group's list, and the revision's list."""
    tree = FileTree.of(FILES)
    store.keep(tree)
    before = {one for one in store.folder.rglob("*") if one.is_file()}
    other = tree.but((), {"tenants/t9/policy.csv": b"new"})
    store.keep(other)
    assert len({one for one in store.folder.rglob("*") if one.is_file()} - before) == 3
    assert store.files(tree.revision) == FILES
    assert store.files(other.revision) == FILES | {"tenants/t9/policy.csv": b"new"}


def blobs(store, tree):
    held = {tree.revision: store.folder / tree.revision}
    for key, group in tree.groups.items():
        if key:
            held[f"list {key}"] = store.folder / "blobs" / group.digest
        held |= {name: store.folder / "blobs" / one for name, one in group.digests.items()}
    return held


def test_no_byte_of_a_kept_revision_can_be_changed(store):
    """The list, a group's list, a file: each other byte is found, and so is a file that is gone."""
    tree = FileTree.of({name: FILES[name] for name in ("model.conf", "tenants/t1/policy.csv")})
    store.keep(tree)
    for place in blobs(store, tree).values():
        content = place.read_bytes()
        for altered in (content + b"\n", content[:-1], b"", b"x" + content[1:]):
            place.write_bytes(altered)
            with pytest.raises(ChangedSince):
                store.files(tree.revision)
        place.unlink()
        if place.name == tree.revision:
            assert store.files(tree.revision) is None
        else:
            with pytest.raises(ChangedSince):
                store.files(tree.revision)
        place.write_bytes(content)
    assert store.files(tree.revision) == dict(tree)


def test_a_groups_list_is_no_revision(store):
    """A part that is put in the place of a revision would be all policies but a few taken away."""
    tree = FileTree.of(FILES)
    store.keep(tree)
    group = next(group for key, group in tree.groups.items() if key)
    (store.folder / group.digest).write_text(group.text)
    with pytest.raises(ChangedSince):
        store.files(group.digest)


@pytest.mark.parametrize("name", ["../planted", "/etc/planted", "a/../../planted", "group 00"])
def test_a_list_that_somebody_made_names_no_file_elsewhere(store, name):
    """Whoever can write into the store can make a list; what a rollback writes stays inside."""
    store.keep(FileTree.of({"model.conf": b"m"}))
    text = f"revision of stageflow-guard 1\n{sha256(b'm')}  {name}\n".encode()
    (store.folder / sha256(text)).write_bytes(text)
    with pytest.raises(ChangedSince):
        store.files(sha256(text))


@pytest.mark.parametrize("text", ["", "x\n", f"{'0' * 64} a\n", f"{'0' * 64}  a\n{'1' * 64}  a\n",
                                  f"{'G' * 64}  a\n", f"{'0' * 64}  a"])  # fmt: skip
def test_what_is_no_list_is_refused(text):
    """A list is read in one way or not at all."""
    with pytest.raises(ValueError, match=r".+"):
        listed(b"revision of stageflow-guard 2\n" + text.encode(), whole=True)
    if text:
        with pytest.raises(ValueError, match=r".+"):
            listed(text.encode(), whole=False)


def test_an_earlier_layout_is_read(store):
    """A folder with the files themselves, under one digest over all of them."""
    revision = flat_digest(FILES)
    for name, content in FILES.items():
        place = store.folder / revision / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert store.files(revision) == FILES
    assert set(store.revisions()) == {revision}
    store.keep(FileTree.of(FILES))
    assert store.files(FileTree.of(FILES).revision) == FILES
    (store.folder / revision / "tenants/t1/policy.csv").write_bytes(b"other")
    with pytest.raises(ChangedSince):
        store.files(revision)


def test_what_is_missing_is_kept_again(store):
    """A store that was cleared while a process runs, or lost a file while none did."""
    tree = FileTree.of(FILES)
    store.keep(tree)
    for one in sorted(store.folder.rglob("*"), reverse=True):
        one.unlink() if one.is_file() else one.rmdir()
    other = tree.but((), {"model.conf": b"m2"})
    store.keep(other)
    assert store.files(other.revision) == dict(other)
    (store.folder / "blobs" / sha256(b"p1")).unlink()
    KeptFiles(store.folder).keep(other)
    assert store.files(other.revision) == dict(other)


def test_contents_that_were_cleared_by_age_are_kept_again(store):
    """Somebody's retention took old contents, which the revision in force still has."""
    tree = FileTree.of(FILES)
    store.keep(tree)
    for one in (store.folder / "blobs").iterdir():
        one.unlink()
    os.utime(store.folder / "blobs", ns=(1, 1))  # a clock's tick may be longer than this test
    other = tree.but((), {"model.conf": b"m2"})
    store.keep(other)
    assert store.files(other.revision) == dict(other)


def test_a_write_that_fails_keeps_no_list(store, monkeypatch):
    """The list is written last: a revision that is there is there as a whole; the next try heals."""
    from stageflow_guard.base import durable

    store.keep(FileTree.of({"model.conf": b"m"}))
    tree = FileTree.of(FILES)
    link, made = durable.os.link, []

    def failing(source, target):
        made.append(target)
        if len(made) == 20:
            raise OSError(28, "No space left on device")
        return link(source, target)

    monkeypatch.setattr(durable.os, "link", failing)
    with pytest.raises(OSError, match="No space"):
        store.keep(tree)
    assert store.files(tree.revision) is None
    assert not list(store.folder.rglob("*.new"))
    monkeypatch.undo()
    store.keep(tree)
    assert store.files(tree.revision) == FILES


def test_several_writers_keep_the_same(store):
    """Workers that take up one change at once: nobody fails, and it is there once."""
    tree, failed = FileTree.of(FILES), []

    def keep():
        try:
            KeptFiles(store.folder).keep(tree)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == [] and store.files(tree.revision) == FILES
    assert not list(store.folder.rglob("*.new"))


@pytest.fixture
def unsynced(monkeypatch):
    """Directories are not synced: where another worker stands between a link and its sync."""
    from stageflow_guard.base import durable, kept_files

    with monkeypatch.context() as patched:
        for module in (durable, kept_files):
            patched.setattr(module, "sync_dir", lambda path: None)
        yield patched


def test_what_another_worker_put_there_is_relied_on_once_its_name_is_on_disk(
    tmp_path, unsynced, monkeypatch
):
    """A cut of power after `keep` returned leaves the revision, whoever wrote its files."""
    root = tmp_path / "disk"
    root.mkdir()
    tree = FileTree.of({"model.conf": b"m", "tenants/t1/policy.csv": b"p"})
    with disk.PowerCut(root) as power:
        os.mkdir(root / "kept")
        os.mkdir(root / "kept/blobs")
        fd = os.open(root, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
        KeptFiles(root / "kept").keep(tree)
        unsynced.undo()
        KeptFiles(root / "kept").keep(tree)
        images = list(power.images())
    for number, (what, image) in enumerate(images):
        disk.lay(image, tmp_path / str(number))
        assert KeptFiles(tmp_path / f"{number}/kept").files(tree.revision) == dict(tree), what


def test_a_writer_waits_for_another_one(store, monkeypatch):
    """Nobody keeps while somebody removes: what one finds there the other would take away."""
    from stageflow_guard.base import kept_files

    tree = FileTree.of(FILES)
    store.keep(tree)
    monkeypatch.setattr(kept_files, "PATIENCE", 0.0)
    with locked(store.folder / "lock"):
        with pytest.raises(BlockingIOError):
            store.keep(tree)
        with pytest.raises(BlockingIOError):
            store.remove([tree.revision])
    assert store.files(tree.revision) == FILES


def test_what_is_removed_takes_only_its_own_contents_along(store):
    """What another revision has stays, byte for byte; what none has is gone."""
    tree = FileTree.of(FILES)
    other = tree.but((), {"tenants/t9/policy.csv": b"new", "model.conf": b"m2"})
    store.keep(tree)
    before = {one.name for one in (store.folder / "blobs").iterdir()}
    store.keep(other)
    KeptFiles(store.folder).remove([other.revision])
    assert set(store.revisions()) == {tree.revision}
    assert store.files(tree.revision) == FILES
    assert {one.name for one in (store.folder / "blobs").iterdir()} == before
    store.keep(other)  # by the store that knew it as kept
    assert store.files(other.revision) == dict(other)


def test_a_store_of_the_earlier_layout_is_pruned_too(store):
    """Its revisions are folders and share nothing."""
    tree = FileTree.of(FILES)
    store.keep(tree)
    place = store.folder / flat_digest(FILES)
    place.mkdir()
    (place / "model.conf").write_bytes(b"m")
    store.remove([place.name])
    assert set(store.revisions()) == {tree.revision} and store.files(tree.revision) == FILES


def test_nothing_is_removed_where_what_stays_was_changed(store):
    """Which contents a list needs that is not what it was, nobody knows."""
    tree = FileTree.of(FILES)
    other = tree.but((), {"model.conf": b"m2"})
    for one in (tree, other):
        store.keep(one)
    list_of_it = store.folder / tree.revision
    list_of_it.write_bytes(list_of_it.read_bytes() + b"\n")
    with pytest.raises(ChangedSince):
        store.remove([other.revision])
    assert store.files(other.revision) == dict(other)


def test_what_is_taken_up_again_is_not_removed(store):
    """Chosen for removal, then kept once more by a guard that goes back to it: it stays."""
    tree = FileTree.of(FILES)
    other = tree.but((), {"model.conf": b"m2"})
    for one in (tree, other):
        store.keep(one)
        os.utime(store.folder / one.revision, (1000, 1000))
    KeptFiles(store.folder).keep(other)
    assert store.remove([tree.revision, other.revision], before=2000) == [tree.revision]
    assert store.files(other.revision) == dict(other)


def test_what_goes_while_it_is_listed_is_not_listed(store):
    """A reader beside a removal sees what is left; a name with nothing behind it is no revision."""
    kept = store.keep(FileTree.of(FILES)).name
    (store.folder / ("a" * 64)).symlink_to(store.folder / "gone")
    assert list(store.revisions()) == [kept]
