"""The audit log on a real disk."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.records.columns import when
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError

ORIGIN = "example.com/test"


def test_a_time_is_of_its_own_second():
    """To the last nanosecond: a float would round it up, and keep the milliseconds."""
    assert when(1_766_966_400_999_999_999) == "2025-12-29T00:00:00.999Z"
    assert when(-1) == "1969-12-31T23:59:59.999Z"


async def opened(folder, **options):
    return await Log.open(folder / "audit", origin=ORIGIN, key_file=folder / "k", **options)


async def filled(folder, n):
    log = await opened(folder)
    await asyncio.gather(*(log.append({"kind": "auth", "run": str(i)}) for i in range(n)))
    await log.close()


@pytest.mark.parametrize("n", [0, 1, 2, 255, 256, 257, 700])
async def test_a_closed_log_verifies_at_every_size(tmp_path, n):
    """Records come back in order, and the tree over them is the signed one."""
    await filled(tmp_path, n)
    assert verify(tmp_path / "audit").size == n
    assert [i for i, _ in iter_records(tmp_path / "audit")] == list(range(n))


async def test_every_changed_byte_is_found(tmp_path):
    """A change anywhere in any file is found; small log, every single byte."""
    await filled(tmp_path, 3)
    for path in sorted(p for p in (tmp_path / "audit").rglob("*") if p.is_file()):
        content = path.read_bytes()
        for i in range(len(content)):
            path.write_bytes(content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :])
            with pytest.raises(VerificationError):
                verify(tmp_path / "audit")
        path.write_bytes(content)
    verify(tmp_path / "audit")


async def test_reopening_goes_on_where_it_stopped(tmp_path):
    """Recovery is the normal path: each opening replays with the code that appends."""
    for _ in range(4):
        await filled(tmp_path, 100)
    assert verify(tmp_path / "audit").size == 400


async def test_a_rolled_back_log_is_found_by_an_older_checkpoint(tmp_path):
    """An older checkpoint from outside convicts a log that was cut and signed again."""
    await filled(tmp_path, 5)
    newer = (tmp_path / "audit" / "checkpoint").read_bytes()
    import shutil

    shutil.rmtree(tmp_path / "audit")
    await filled(tmp_path, 3)
    assert verify(tmp_path / "audit").anchored == "none"
    with pytest.raises(VerificationError, match="rolled back"):
        verify(tmp_path / "audit", checkpoint=newer)
    await filled(tmp_path, 9)
    with pytest.raises(VerificationError, match="forked"):
        verify(tmp_path / "audit", checkpoint=newer)


async def test_a_torn_tail_is_cut_and_recorded(tmp_path):
    """Only bytes behind the last whole frame go, and the log says so."""
    await filled(tmp_path, 2)
    (tmp_path / "audit" / "wal").write_bytes(b"SGW1\x00\x00torn")
    await (await opened(tmp_path)).close()
    kinds = [r["kind"] for _, r in iter_records(tmp_path / "audit")]
    assert kinds == ["auth", "auth", "recovery"]


async def test_one_writer_only(tmp_path):
    """A second writer is refused with what to do."""
    log = await opened(tmp_path)
    with pytest.raises(ConfigError, match="locked"):
        await opened(tmp_path)
    await log.close()


async def test_foreign_directories_and_lost_keys_are_refused(tmp_path):
    """Another origin, a missing key, stray files, open permissions: a clear refusal each."""
    await filled(tmp_path, 1)
    with pytest.raises(ConfigError, match="origin"):
        await Log.open(tmp_path / "audit", origin="other", key_file=tmp_path / "k")
    with pytest.raises(ConfigError, match="missing"):
        await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "lost")
    (tmp_path / "audit" / "notes.txt").touch()
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        await opened(tmp_path)
    (tmp_path / "audit" / "notes.txt").unlink()
    (tmp_path / "audit").chmod(0o777)
    with pytest.raises(ConfigError, match="chmod"):
        await opened(tmp_path)


async def test_a_failed_sync_poisons_the_log(tmp_path, monkeypatch):
    """After one failed sync nothing is accepted."""
    log = await opened(tmp_path)

    def broken(_fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    for _ in range(2):
        with pytest.raises(AuditUnavailable, match="poisoned"):
            await log.append({"kind": "auth"})
    monkeypatch.undo()
    with pytest.raises(AuditUnavailable):
        await log.append({"kind": "auth"})
    with pytest.raises(AuditUnavailable):
        await log.close()


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "auth", "run": "x" * 40_000},
        {"kind": "auth", "run": "\ud800"},
        {"kind": "auth", "latency_us": float("nan")},
        {"kind": "auth", "note": {"k": b"bytes"}},
        {"kind": "auth", "prompt": "x"},
        {},
    ],
)
async def test_what_cannot_be_recorded_is_refused(tmp_path, record):
    """Never cut, never dropped in silence."""
    log = await opened(tmp_path)
    with pytest.raises(AuditUnavailable):
        await log.append(record)
    await log.close()


def test_acknowledged_records_survive_kill_9(tmp_path):
    """Every index that was printed after its append is in the log after SIGKILL."""
    script = textwrap.dedent(
        """
        import asyncio, sys
        from stageflow_guard.audit import Log
        async def main(folder):
            log = await Log.open(folder + "/audit", origin="example.com/test", key_file=folder + "/k")
            while True:
                print(await log.append({"kind": "auth"}), flush=True)
        asyncio.run(main(sys.argv[1]))
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        acked = [int(process.stdout.readline()) for _ in range(150)]
        process.send_signal(signal.SIGKILL)
        acked += [int(x) for x in process.stdout.read().split("\n")[:-1]]

    async def reopen():
        await (await opened(tmp_path)).close()

    asyncio.run(reopen())
    assert verify(tmp_path / "audit").size > max(acked)


async def test_the_projection_repeats_safely(tmp_path):
    """Syncing twice changes nothing; unknown filters are named."""
    await filled(tmp_path, 10)
    projection = SqliteProjection(tmp_path / "a.db")
    assert projection.sync(tmp_path / "audit") == 10
    assert projection.sync(tmp_path / "audit") == 0
    assert [r["index"] for r in projection.query(run="7")]
    with pytest.raises(ConfigError, match="no filter"):
        projection.query(colour="red")


async def test_a_fork_does_not_inherit_the_log(tmp_path, monkeypatch):
    """An append in another process than the opener's is refused."""
    log = await opened(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(AuditUnavailable, match="fork"):
        await log.append({"kind": "auth"})
    monkeypatch.undo()
    await log.close()


def test_no_module_hides_a_public_name():
    """Importing any module of the room leaves `verify` the function: no module bears its name."""
    import pkgutil

    import stageflow_guard.audit as room

    assert not {m.name for m in pkgutil.iter_modules(room.__path__)} & set(room.__all__)
