"""Files that another user plants where the package writes: refused by name, never written through."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.auth import FileStore
from stageflow_guard.auth.sealing import Seal
from stageflow_guard.auth.store import Stored
from stageflow_guard.base.durable import append_durably, take_lock, write_durably
from stageflow_guard.base.opening import open_own, read_plain, read_secret
from stageflow_guard.errors import ConfigError, GuardError, TokenUnavailable
from stageflow_guard.keys import FileKeyProvider, SubjectKeyring, read_key

THEIRS = 12_345  # a user id that nobody has
TOKENS = Stored(access_token="a", refresh_token="r", expires_at=time.time() + 60, lifetime=60)
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def victim(place):
    other = place.parents[1] / f"{place.parent.name}-victim"
    other.write_bytes(b"precious")
    return other


def link(place):
    place.symlink_to(victim(place))


def hard_link(place):
    os.link(victim(place), place)


def fifo(place):
    os.mkfifo(place)


def foreign(place):
    place.write_bytes(b"")
    os.chown(place, THEIRS, -1)


PLANTED = [
    link, hard_link, fifo, pytest.param(foreign, marks=root_only),
]  # fmt: skip


def stays_as_it_was(place):
    other = place.parents[1] / f"{place.parent.name}-victim"
    return not other.exists() or (other.read_bytes() == b"precious")


async def save(folder):
    FileStore(folder / "t.json").save(TOKENS)


async def open_log(folder):
    log = await Log.open(folder / "audit", origin="t", key_file=folder / "k")
    await log.close()


async def ship(folder):
    sink = SqliteProjection(folder / "p.db")
    sink.sync(folder / "audit")
    sink.close()


async def lock(folder):
    store = FileStore(folder / "t.json")
    with store.lock(0.2):
        pass


async def ring(folder):
    keys = FileKeyProvider(folder / "ring", create=True)
    SubjectKeyring(folder / "ring", keys).key("acme", f"user:{time.time_ns()}", "vault")


async def export(folder):
    exporter = Exporter(folder / "audit", SqliteProjection(":memory:"), folder / "state")
    exporter.run()


WRITERS = {
    "a token store": (save, ".t.json.new"),
    "a token store's lock": (lock, ".t.json.lock"),
    "a log's lock": (open_log, "audit/lock"),
    "a log's checkpoint": (open_log, "audit/checkpoint.new"),
    "a log's write-ahead file": (open_log, "audit/wal.new"),
    "a projection": (ship, "p.db"),
    "a keyring's lock": (ring, "ring/lock"),
    "a cursor": (export, "state/{slug}-{log}.cursor.new"),
    "a cursor's lock": (export, "state/{slug}.lock"),
}


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("what", WRITERS)
async def test_nothing_is_written_into_what_another_user_planted(tmp_path, what, plant):
    """A typed error at once; the planted file, and what it leads to, stay as they were."""
    from stageflow_guard.audit.export.sink import slug
    from stageflow_guard.audit.read.log_id import log_ids

    write, name = WRITERS[what]
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    await log.append({"kind": "auth"})
    await log.close()
    await ring(tmp_path)
    log_id = log_ids(tmp_path / "audit")["t"]
    place = tmp_path / name.format(slug=slug("t"), log=log_id)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.unlink(missing_ok=True)
    plant(place)
    if place.parent.name == "audit" and place.suffix == ".new":  # removed as a crash's leftover
        await asyncio.wait_for(write(tmp_path), 20)
        assert stays_as_it_was(place)
        return
    with pytest.raises((GuardError, OSError)):
        await asyncio.wait_for(write(tmp_path), 20)
    assert stays_as_it_was(place)
    assert os.path.lexists(place)


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("name", ["{slug}-{log}.cursor", "{slug}.cursor"])
async def test_no_planted_cursor_is_read(tmp_path, plant, name):
    """Its own, or one of an earlier release: an error at once, and nothing is shipped by it."""
    from stageflow_guard.audit.export.sink import slug
    from stageflow_guard.audit.read.log_id import log_ids

    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    await log.append({"kind": "auth"})
    await log.close()
    (tmp_path / "state").mkdir(mode=0o700)
    place = tmp_path / "state" / name.format(slug=slug("t"), log=log_ids(tmp_path / "audit")["t"])
    plant(place)
    with pytest.raises((GuardError, OSError)):
        await asyncio.wait_for(asyncio.to_thread(asyncio.run, export(tmp_path)), 20)
    assert stays_as_it_was(place)
    assert os.path.lexists(place)


@root_only
@pytest.mark.parametrize("what", ["store", "key", "seal"])
def test_a_secret_that_another_user_owns_is_not_taken(tmp_path, what):
    """Who owns the file chooses what is in it."""
    if what == "store":
        FileStore(tmp_path / "f").save(TOKENS)
    else:
        read_key(tmp_path / "f", create=True)
    os.chown(tmp_path / "f", THEIRS, -1)
    read = {
        "store": lambda: FileStore(tmp_path / "f").load(),
        "key": lambda: read_key(tmp_path / "f", create=False),
        "seal": lambda: Seal(tmp_path / "f"),
    }[what]
    with pytest.raises(ConfigError, match="another user"):
        read()


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o1777])
def test_a_folder_that_others_write_holds_no_tokens(tmp_path, mode):
    """They could replace the file at any time."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(ConfigError, match="writable by others"):
        FileStore(folder / "t.json")


def test_a_fifo_as_a_store_does_not_hang(tmp_path):
    """Reading and writing end at once, typed."""
    os.mkfifo(tmp_path / "t.json")
    with pytest.raises(ConfigError, match="not a plain file"):
        FileStore(tmp_path / "t.json").load()
    os.mkfifo(tmp_path / ".t.json.new")
    with pytest.raises(TokenUnavailable):
        FileStore(tmp_path / "t.json").save(TOKENS)


def test_what_a_crash_left_is_replaced(tmp_path):
    """A half-written file of this user is in nobody's way."""
    (tmp_path / ".t.json.new").write_bytes(b"half")
    FileStore(tmp_path / "t.json").save(TOKENS)
    assert FileStore(tmp_path / "t.json").load() == TOKENS
    (tmp_path / "x.new").write_bytes(b"half")
    write_durably(tmp_path / "x", b"whole")
    assert (tmp_path / "x").read_bytes() == b"whole"


def test_a_mounted_key_is_a_link_and_is_read(tmp_path):
    """Orchestrators mount secrets as links; the file behind it is checked like any other."""
    (tmp_path / "data").write_text("ab" * 32)
    (tmp_path / "data").chmod(0o400)
    (tmp_path / "k").symlink_to("data")
    assert read_key(tmp_path / "k", create=False) == bytes.fromhex("ab" * 32)
    (tmp_path / "data").chmod(0o440)
    with pytest.raises(ConfigError, match="open to others"):
        read_key(tmp_path / "k", create=False)


@pytest.mark.parametrize("opening", [
    lambda p: os.close(open_own(p)), lambda p: read_plain(p, cap=9),
    lambda p: read_secret(p, cap=9), lambda p: append_durably(p, b"x"), lambda p: take_lock(p),
])  # fmt: skip
@pytest.mark.parametrize("plant", [link, fifo])
def test_no_opening_follows_a_link_or_waits_for_a_fifo(tmp_path, opening, plant):
    """The last name is never a link, and the open never blocks."""
    place = tmp_path / "f"
    plant(place)
    with pytest.raises(OSError):
        opening(place)
    assert stays_as_it_was(place)


def test_more_than_the_cap_is_not_read(tmp_path):
    """Sparse, or growing while it is read."""
    with (tmp_path / "f").open("wb") as file:
        file.truncate(2**40)
    (tmp_path / "f").chmod(0o600)
    for read in (read_plain, read_secret):
        with pytest.raises(OSError, match="over 64 bytes"):
            read(tmp_path / "f", cap=64)
