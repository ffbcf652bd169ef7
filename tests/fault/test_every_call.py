"""Every write, fsync, rename, open, truncate, unlink of the log fails once; then power goes.

Append, checkpoint, reopening, key rotation and pruning. Afterwards the log opens, verifies, and
holds every record that was acknowledged.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.admin.holds import hold_of, in_force
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.admin.rotate import rotate
from stageflow_guard.audit.log.wal import FRAME, WriteAhead
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.tlog.storage import pack
from stageflow_guard.errors import AuditUnavailable, GuardError, VerificationError

_spec = importlib.util.spec_from_file_location("disk", Path(__file__).with_name("disk.py"))
disk = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(disk)

ORIGIN = "example.com/fault"
HOLD = hold_of(name="h", why="kept", subject="user:of nobody here")


@pytest.fixture
def tmp_path(tmp_path):
    """A place in memory where there is one: thousands of real syncs prove nothing more here."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    place = Path(tempfile.mkdtemp(prefix="fault-", dir="/dev/shm"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


async def opened(home, **more):
    return await Log.open(
        home / "audit", origin=ORIGIN, key_file=home / "k", checkpoint_copy=home / "copy", **more
    )


async def appending(home, ack):
    """Open, append alone and together, close (a checkpoint), open again, append, close."""
    for turn in range(2):
        log = await opened(home)
        try:
            for i in range(2):
                index = await log.append({"kind": "auth", "run": f"{turn}-{i}"})
                ack(index, f"{turn}-{i}")
            found = await asyncio.gather(
                *(log.append({"kind": "auth", "run": f"{turn}+{i}"}) for i in range(4)),
                return_exceptions=True,
            )
            for i, index in enumerate(found):
                if isinstance(index, int):
                    ack(index, f"{turn}+{i}")
        finally:
            await log.close()


async def storming(home, ack):
    """So many records at once that their tiles are synced on several threads."""
    log = await opened(home)
    try:
        first = log.size
        for i in range(1300):
            log.enqueue({"kind": "auth", "run": f"s{i}"})
        await log.flush()
        for i in range(1300):
            ack(first + i, f"s{i}")
    finally:
        await log.close()


async def in_need(home, ack):
    """Below the reserve: no run begins, what has begun ends on record."""
    log = await opened(home, reserve_bytes=2**62)
    try:
        for i in range(3):
            with pytest.raises(AuditUnavailable, match=r"nearly full|poisoned"):
                await log.append({"kind": "run_start", "run": f"new{i}"})
            ack(await log.append({"kind": "run_end", "run": f"e{i}"}), f"e{i}")
    finally:
        await log.close()


WORK = {"append": appending, "storm": storming, "need": in_need}


async def prepared(home, n):
    log = await opened(home)
    log.enqueue({**HOLD.record(), "run": "p0"})
    for i in range(1, n):
        log.enqueue({"kind": "auth", "run": f"p{i}"})
    await log.flush()
    await log.close()


def check(home, acked):
    """Open as after a crash; every acknowledged record must be at its index; the log must hold.

    It holds before that, too: a reviewer who looks at a dead worker's log sees no false alarm.
    """
    if (home / "audit" / "checkpoint").exists():
        look(home / "audit")

    async def reopen():
        log = await opened(home)
        await log.append({"kind": "auth", "run": "after"})
        await log.close()

    asyncio.run(reopen())
    runs = {i: r.get("run") for i, r in iter_records(home / "audit")}
    for index, run in acked.items():
        assert runs.get(index) == run, f"acknowledged record {index} is lost"
    assert sorted(runs) == list(range(len(runs)))
    assert verify(home / "audit", checkpoint=home / "copy").size == len(runs)


def look(folder):
    """Verify a log that nobody opened again; its own files are all that may be there."""
    said = ""
    try:
        verify(folder)
    except VerificationError as error:
        said = str(error)
    assert "does not belong" not in said and "more than a log" not in said


def forked(work):
    """Run `work(ack)` in a child that may die; return (its acknowledgements, exit status)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        real = os.write
        try:
            work(lambda index, run: real(write, f"{index} {run}\n".encode()))
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        acked = dict(line.split() for line in pipe.read().splitlines())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {int(index): run for index, run in acked.items()}, status


def apart(work):
    """Run `work()` in a child: the parent stays without threads, and so may fork again."""

    def said(ack):
        try:
            work()
        except BaseException as exc:
            ack(0, f"{type(exc).__name__}:{exc}".replace(" ", "_").replace("\n", "_"))
            raise

    problem, status = forked(said)
    assert status == 0, problem


def in_a_process_of_its_own(*args):
    """Run this file as a script: a child forked from a process without threads cannot deadlock."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, args)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("filled", [0, 253])
@pytest.mark.parametrize("how", ["error", "full", "short", "kill"])
def test_every_call_of_appending_fails_once(tmp_path, how, filled):
    """Fresh, and across the edge of a tile."""
    if how == "kill":
        in_a_process_of_its_own("append", filled, tmp_path)
    else:
        append_with_every_fault(tmp_path, how, filled)


@pytest.mark.parametrize("how", ["error", "kill"])
def test_every_call_of_syncing_many_tiles_fails_once(tmp_path, how):
    """More files than are synced one by one: several threads, and any of their calls may fail."""
    if how == "kill":
        in_a_process_of_its_own("storm", 0, tmp_path)
    else:
        append_with_every_fault(tmp_path, how, 0, "storm")


@pytest.mark.parametrize("how", ["error", "full", "kill"])
def test_every_call_below_the_reserve_fails_once(tmp_path, how):
    """A disk that is nearly full refuses new runs and loses nothing of those that end."""
    if how == "kill":
        in_a_process_of_its_own("need", 0, tmp_path)
    else:
        append_with_every_fault(tmp_path, how, 0, "need")


def append_with_every_fault(place, how, filled, work="append"):
    """Fail every call once, kind by kind: threads do not make theirs in a fixed order."""
    base = place / "base"
    base.mkdir(mode=0o700)
    through = apart if how == "kill" else (lambda work: work())
    if filled:
        through(lambda: asyncio.run(prepared(base, filled)))
    tried, hits = 0, set()
    for kind in disk.FAILING:
        found = fail_each(kind, place, base, how, WORK[work], through)
        tried += found
        hits |= {kind} if found else set()
    assert tried > (50 if work == "append" else 30)
    if how == "error":
        assert hits >= {"open", "write", "fsync", "fdatasync", "replace", "statvfs"}


def fail_each(kind, place, base, how, doing, through):
    """Fail the first, second, ... call of a kind, until there is none; return how many there were."""
    at = 1
    while True:
        home = place / f"{kind}-{at}"
        shutil.copytree(base, home)
        acked: dict[int, str] = {}
        if how == "kill":

            def work(ack, home=home, at=at):
                with disk.Failing(home, at, how, only=kind):
                    asyncio.run(doing(home, ack))

            acked, status = forked(work)
            over = status == 0
        else:
            with disk.Failing(home, at, how, only=kind) as failing:
                try:
                    asyncio.run(doing(home, acked.__setitem__))
                except GuardError:
                    pass
            over = failing.hit is None
        through(lambda home=home, acked=acked: check(home, acked))
        shutil.rmtree(home)
        if over:
            return at - 1
        at += 1


def upkeep(kind, home):
    if kind == "rotate":
        asyncio.run(rotate(home / "audit", key_file=home / "k", copies=home / "copy"))
    else:
        asyncio.run(
            prune(
                home / "audit", below=512, origin=ORIGIN, key_file=home / "k",
                checkpoint_copy=home / "copy",
            )
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["rotate", "prune"])
@pytest.mark.parametrize("how", ["error", "kill"])
def test_every_call_of_rotation_and_pruning_fails_once(tmp_path, kind, how):
    """Run again, it ends where it would have ended; no record is lost, the old key still verifies."""
    if how == "kill":
        in_a_process_of_its_own(kind, how, tmp_path)
    else:
        upkeep_with_every_fault(tmp_path, kind, how)


def upkeep_with_every_fault(place, kind, how):
    base = place / "base"
    base.mkdir(mode=0o700)
    through = apart if how == "kill" else (lambda work: work())
    through(lambda: asyncio.run(prepared(base, 600)))
    vkey = (base / "audit" / "vkey").read_text()
    at = 1
    while True:
        home = place / f"{at}"
        shutil.copytree(base, home)
        if how == "kill":

            def work(ack, home=home, at=at):
                with disk.Failing(home, at, how):
                    upkeep(kind, home)

            over = forked(work)[1] == 0
        else:
            with disk.Failing(home, at, how) as failing:
                try:
                    upkeep(kind, home)
                except (GuardError, OSError):
                    pass
            over = failing.hit is None

        def ends_well(home=home, over=over):
            upkeep(kind, home)
            if over and kind == "rotate":
                upkeep(kind, home)  # a second handover, on top
            minimum = 512 if kind == "prune" else None
            report = verify(home / "audit", vkey=vkey, checkpoint=base / "copy", minimum=minimum)
            assert report.size >= 601
            kept = [r.get("run") for _, r in iter_records(home / "audit")][: 600 - (minimum or 0)]
            assert kept == [f"p{i}" for i in range(minimum or 0, 600)]
            assert in_force(home / "audit") == {"h": HOLD}  # its first record may be gone

        through(ends_well)
        shutil.rmtree(home)
        if over:
            break
        at += 1
    assert at > 20


def cut_everywhere(home, target, *, without=None, doing=appending):
    """Run `doing`; at every change, lay down what a power cut might have left, and check that."""
    acked: dict[int, str] = {}
    moments = []
    home.mkdir(mode=0o700)
    with disk.PowerCut(home, without=without) as power:
        power.after = lambda: moments.append((dict(acked), list(power.images())))
        asyncio.run(doing(home, acked.__setitem__))
    moments.append((dict(acked), list(power.images())))
    seen, problems = set(), []
    for then, images in moments:
        for name, image in images:
            mark = hash((tuple(then), tuple(sorted(image.items(), key=lambda i: i[0]))))
            if mark in seen:
                continue
            seen.add(mark)
            disk.lay(image, target)
            try:
                check(target, then)
            except (AssertionError, GuardError, OSError) as exc:
                problems.append(f"{name}, {len(then)} acknowledged: {exc}")
                if without:
                    return problems, len(seen)
            finally:
                shutil.rmtree(target)
    return problems, len(seen)


def test_no_power_cut_loses_an_acknowledged_record(tmp_path):
    """Any moment; names and bytes that were not synced may be there, absent, or half there."""
    problems, looked = cut_everywhere(tmp_path / "home", tmp_path / "cut")
    assert problems == []
    assert looked > 60


def test_no_power_cut_among_many_tiles_loses_a_record(tmp_path):
    """The same while several threads sync tiles: none has its name before its bytes are sure."""
    problems, looked = cut_everywhere(tmp_path / "home", tmp_path / "cut", doing=storming)
    assert problems == []
    assert looked > 60


def test_the_power_cut_suite_catches_tiles_that_are_not_synced(tmp_path):
    """Threads that forget to sync are found out."""
    problems, _ = cut_everywhere(
        tmp_path / "home", tmp_path / "cut", without="fsync", doing=storming
    )
    assert problems != []


@pytest.mark.parametrize("without", ["fdatasync", "fsync"])
def test_the_power_cut_suite_catches_a_missing_sync(tmp_path, without):
    """A log that forgets one kind of sync is found out: kill -9 alone would never tell."""
    problems, _ = cut_everywhere(tmp_path / "home", tmp_path / "cut", without=without)
    assert problems != []


def test_the_power_cut_suite_catches_two_blocks_under_one_sync(tmp_path, monkeypatch):
    """Sectors arrive in any order: of two blocks the second may be there alone, and is no tail."""

    def both(self, first, entries):
        self._write(b"".join(self._chain.seal(FRAME, first, pack([e])) for e in entries))

    monkeypatch.setattr(WriteAhead, "append", both)
    problems, _ = cut_everywhere(tmp_path / "home", tmp_path / "cut")
    assert any("is damaged" in problem for problem in problems)


if __name__ == "__main__":
    what, option, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if what in WORK:
        append_with_every_fault(folder, "kill", int(option), what)
    else:
        upkeep_with_every_fault(folder, what, option)


def test_a_key_that_another_process_has_just_made_is_used_once_its_name_is_on_disk(
    tmp_path, monkeypatch
):
    """Two workers with one new key: what either signs is never signed by a key that a cut took."""
    from stageflow_guard.base import durable
    from stageflow_guard.keys import provider

    root = tmp_path / "disk"
    root.mkdir()
    with disk.PowerCut(root) as power:
        with monkeypatch.context() as between:  # the other one stands between a link and its sync
            for module in (durable, provider):
                between.setattr(module, "sync_dir", lambda path: None)
            made = provider.read_key(root / "audit.key", create=True)
        assert provider.read_key(root / "audit.key", create=True) == made
        images = list(power.images())
    for number, (what, image) in enumerate(images):
        disk.lay(image, tmp_path / str(number))
        assert provider.read_key(tmp_path / f"{number}/audit.key", create=False) == made, what


@pytest.mark.parametrize("dead", ["before the folder is synced", "before either is"])
def test_a_secret_that_another_process_made_is_used_once_its_name_is_on_disk(
    tmp_path, monkeypatch, dead
):
    """A cut of power leaves the secret, whoever wrote its file and its folder."""
    from stageflow_guard.base import durable
    from stageflow_guard.keys import open_keyring

    root = tmp_path / "disk"
    root.mkdir()
    with disk.PowerCut(root) as power:
        open_keyring(root / "k")
        other, mine = open_keyring(root / "k"), open_keyring(root / "k")
        real = durable.sync_dir

        def sync(path):
            if dead == "before the folder is synced" and path.name == "subjects":
                real(path)

        with monkeypatch.context() as between:  # the other one stands between a name and its sync
            between.setattr(durable, "sync_dir", sync)
            other.key("acme", "user:ada", "vault")
        key = mine.key("acme", "user:ada", "vault")
        images = list(power.images())
    for number, (what, image) in enumerate(images):
        disk.lay(image, tmp_path / str(number))
        ring = open_keyring(tmp_path / f"{number}/k")
        assert ring.key("acme", "user:ada", "vault") == key, what
