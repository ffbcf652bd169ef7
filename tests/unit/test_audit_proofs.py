"""Proofs that travel, witnesses, key rotation, pruning, bundles."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import shutil
import subprocess
import sys

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.admin.bundle import bundle
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.admin.rotate import rotate
from stageflow_guard.audit.admin.witness import Witness
from stageflow_guard.audit.read.proofs import check_proof, prove
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.tlog.cosign import cosigned_at
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.errors import ConfigError, VerificationError

ORIGIN = "example.com/test"


async def filled(folder, n, name="audit", key="k"):
    log = await Log.open(folder / name, origin=ORIGIN, key_file=folder / key)
    for i in range(n):
        log.enqueue({"kind": "decision", "decision": "deny", "run": f"run-{i}"})
    await log.flush()
    await log.close()
    return folder / name


def held(folder):
    return (folder / "vkey").read_text().strip()


@pytest.mark.parametrize("n", [1, 2, 300])
async def test_every_proof_holds_and_no_changed_one(tmp_path, n):
    """A C2SP proof binds index, bytes and checkpoint; any flipped byte of it is refused."""
    log = await filled(tmp_path, n)
    for index in {0, n // 2, n - 1}:
        proof, entry = prove(log, index)
        assert check_proof(proof, entry, held(log)).index == index
        with pytest.raises(VerificationError):
            check_proof(proof, entry + b" ", held(log))
        for i in range(len(proof)):
            bad = proof[:i] + bytes([proof[i] ^ 1]) + proof[i + 1 :]
            with pytest.raises(VerificationError):
                check_proof(bad, entry, held(log))
    with pytest.raises(VerificationError):
        prove(log, n)


async def test_a_witness_cosigns_growth_and_nothing_else(tmp_path):
    """Growth is cosigned; a log that was rolled back, or forked at any size, is not."""
    witness = Witness(tmp_path / "w", name="w.example", key=SigningKey(b"w" * 32))
    log = await filled(tmp_path, 5)
    first = witness.cosign(log, vkey=held(log), now=1_800_000_000)
    assert cosigned_at(first, witness.vkey)[:2] == ("w.example", 1_800_000_000)
    assert verify(log, checkpoint=first, witnesses=(witness.vkey,)).witnesses == ("w.example",)
    shutil.copytree(log, tmp_path / "old")
    await filled(tmp_path, 300)
    second = witness.cosign(log, vkey=held(log), now=1_800_000_001)
    assert verify(log, checkpoint=second, witnesses=(witness.vkey,)).size == 305
    with pytest.raises(VerificationError, match="rolled back"):
        witness.cosign(tmp_path / "old", vkey=held(log), now=2)
    shutil.rmtree(log)
    await filled(tmp_path, 400)  # the real key, another history
    again = Witness(tmp_path / "w", name="w.example", key=SigningKey(b"w" * 32))
    with pytest.raises(VerificationError, match="forked"):
        again.cosign(log, vkey=held(log), now=3)


async def test_a_missing_or_changed_cosignature_is_refused(tmp_path):
    """Only the given witness's own line counts, and every byte of it."""
    witness = Witness(tmp_path / "w", name="w.example", key=SigningKey(b"w" * 32))
    other = Witness(tmp_path / "v", name="w.example", key=SigningKey(b"v" * 32))
    log = await filled(tmp_path, 2)
    plain = (log / "checkpoint").read_bytes()
    note = witness.cosign(log, vkey=held(log), now=5)
    for bad, vkey in ((plain, witness.vkey), (note, other.vkey)):
        with pytest.raises(VerificationError, match="witness"):
            verify(log, checkpoint=bad, witnesses=(vkey,))
    for i in range(len(plain), len(note)):
        with pytest.raises(VerificationError):
            cosigned_at(note[:i] + bytes([note[i] ^ 1]) + note[i + 1 :], witness.vkey)


async def test_a_rotated_key_is_endorsed_on_record(tmp_path):
    """Old key line, old checkpoint, new key line: each verifies the log that changed hands twice."""
    log = await filled(tmp_path, 3)
    old, note = held(log), (log / "checkpoint").read_bytes()
    await rotate(log, key_file=tmp_path / "k", copies=tmp_path / "copy")
    await filled(tmp_path, 3)
    await rotate(log, key_file=tmp_path / "k")
    await filled(tmp_path, 1)
    new = held(log)
    assert old != new
    assert not (tmp_path / "k.next").exists()
    report = verify(log, vkey=old, checkpoint=note)
    assert (report.keys[0], report.keys[-1], len(report.keys)) == (old, new, 3)
    assert verify(log, vkey=new).size == 9
    with pytest.raises(VerificationError, match="vkey"):
        verify(log, vkey=held(await filled(tmp_path, 1, "other", "k2")))


async def test_a_key_without_endorsement_is_found(tmp_path):
    """A log re-signed with another key and a replaced `vkey` does not verify under the old one."""
    log = await filled(tmp_path, 3)
    old, note = held(log), (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    await filled(tmp_path, 3, key="thief")
    assert verify(log).anchored == "none"
    for outside in ({"vkey": old}, {"checkpoint": note}):
        with pytest.raises(VerificationError):
            verify(log, **outside)


@pytest.mark.parametrize("step", range(4))
async def test_a_rotation_that_was_interrupted_is_finished(tmp_path, monkeypatch, step):
    """Whatever step fails, running it again ends with one key everywhere and a log that holds."""
    from stageflow_guard.audit.admin import rotate as module

    log = await filled(tmp_path, 3)
    old = held(log)
    calls = {"n": 0}

    def failing(*args):
        calls["n"] += 1
        if calls["n"] == step:
            raise OSError(5, "Input/output error")
        return real(*args)

    real = module.write_durably if step else os.replace
    target = (module, "write_durably") if step else (os, "replace")
    if step == 0:

        def failing(a, b):
            if str(a).endswith(".next"):
                raise OSError(5, "Input/output error")
            return real(a, b)

    monkeypatch.setattr(*target, failing)
    if step == 3:  # there is no third write without a copy
        monkeypatch.undo()
    else:
        with pytest.raises(OSError, match="Input"):
            await rotate(log, key_file=tmp_path / "k")
        monkeypatch.undo()
    made = await rotate(log, key_file=tmp_path / "k")
    assert made == [held(log)]
    assert verify(log, vkey=old).anchored == "vkey"
    await filled(tmp_path, 1)
    assert verify(log, vkey=made[0]).size >= 5


async def test_pruned_records_go_and_the_rest_still_proves(tmp_path):
    """Verification begins at the given minimum; old checkpoints, proofs and appends still work."""
    log = await filled(tmp_path, 600)
    note = (log / "checkpoint").read_bytes()
    await filled(tmp_path, 200)
    options = {"origin": ORIGIN, "key_file": tmp_path / "k"}
    assert await prune(log, below=700, **options) == 512
    assert await prune(log, below=100, **options) == 512
    assert not (log / "tile/entries/000").exists()
    with pytest.raises(VerificationError, match="--min 512"):
        verify(log)
    with pytest.raises(VerificationError, match="pruned"):
        verify(log, minimum=256)
    report = verify(log, minimum=512, checkpoint=note)
    assert (report.size, report.minimum) == (801, 512)
    proof, entry = prove(log, 513)
    assert check_proof(proof, entry, held(log)).index == 513
    with pytest.raises(VerificationError, match="missing"):
        prove(log, 3)
    await filled(tmp_path, 500)
    assert verify(log, minimum=512).size == 1301
    assert next(i for i, _ in iter_records(log)) == 512
    with pytest.raises(ConfigError):
        await prune(log, below=10_000, **options)


async def test_every_changed_byte_of_a_pruned_log_is_found(tmp_path):
    """Sampled over every file: what lies below the minimum cannot hide a change either."""
    log = await filled(tmp_path, 1100)
    await prune(log, below=512, origin=ORIGIN, key_file=tmp_path / "k")
    for path in sorted(p for p in log.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for i in range(0, len(content), max(1, len(content) // 12)):
            path.write_bytes(content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :])
            with pytest.raises(VerificationError):
                verify(log, minimum=512)
        path.write_bytes(content)
    verify(log, minimum=512)


async def test_an_auditor_follows_the_page_literally(tmp_path):
    """Every command of VERIFY.md runs as written, without this package; any change is found."""
    log = await filled(tmp_path, 300)
    key = SigningKey(bytes.fromhex((tmp_path / "k").read_text()))
    out = tmp_path / "bundle"
    assert bundle(log, out, indices=[3, 256, 299], key=key, asked={"run": "x"}).records == 3
    commands = re.findall(r"^ {7}(\S.*)$", (out / "VERIFY.md").read_text(), re.MULTILINE)
    assert len(commands) == 4

    def follow():
        path = f"{os.path.dirname(sys.executable)}:/usr/bin:/bin"
        for command in commands:
            line = command.replace("python3", "python3 -I -S")
            done = subprocess.run(
                ["sh", "-c", line], cwd=out, env={"PATH": path}, capture_output=True, text=True
            )
            if done.returncode:
                return done.stdout + done.stderr
        return done.stdout

    assert follow().startswith("HOLDS: 3 records of example.com/test, tree of 300")
    assert "NOT ANCHORED" in follow()
    given = subprocess.run(
        [sys.executable, "-I", str(out / "verify.py"), held(log)], capture_output=True, text=True
    )
    assert "the key you gave" in given.stdout
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        content = path.read_bytes()
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert not follow().startswith("HOLDS"), path
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="exists"):
        bundle(log, out, indices=[1], key=key)
    out = tmp_path / "unsigned"
    bundle(log, out, indices=[1], key=None)
    assert not (out / "SHA256SUMS.sig").exists()
    commands = re.findall(r"^ {7}(\S.*)$", (out / "VERIFY.md").read_text(), re.MULTILINE)
    assert len(commands) == 3
    assert follow().startswith("HOLDS: 1 records")


async def test_verifying_beside_a_running_writer(tmp_path):
    """A reader sees a consistent log at every moment, and never takes growth for damage."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    sizes = []

    async def write():
        for i in range(1500):
            await log.append({"kind": "auth", "run": str(i)})

    task = asyncio.create_task(write())
    while not task.done():
        sizes.append((await asyncio.to_thread(verify, tmp_path / "audit")).size)
        seen = [
            i for i, _ in await asyncio.to_thread(lambda: list(iter_records(tmp_path / "audit")))
        ]
        assert seen == list(range(len(seen)))
        await asyncio.sleep(0.05)
    await task
    await log.close()
    assert sizes == sorted(sizes)
    assert verify(tmp_path / "audit").size == 1500


async def test_a_tile_that_grows_while_strays_are_looked_for_is_no_damage(tmp_path, monkeypatch):
    """Beside a writer a partial tile may go between being listed and being looked at."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    await log.append({"kind": "auth"})
    while not verify(tmp_path / "audit").size:
        await asyncio.sleep(0.05)
    module = importlib.import_module("stageflow_guard.audit.verification.verify")
    real = module._listed

    def listed(folder, live):
        found = list(real(folder, live))
        for one in found:
            if ".p/" in one.as_posix() and one.is_file():
                one.unlink()
        return iter(found)

    monkeypatch.setattr(module, "_listed", listed)
    assert verify(tmp_path / "audit").size == 1
    monkeypatch.undo()
    await log.close()
    with pytest.raises(VerificationError, match="missing"):
        verify(tmp_path / "audit")


async def test_an_unknown_signature_in_the_logs_own_checkpoint_is_found(tmp_path):
    """A line more in `checkpoint` is a change like any other; both keys' lines hold in a handover."""
    from stageflow_guard.audit.tlog.checkpoint import parse, sign

    log = await filled(tmp_path, 3)
    old = SigningKey(bytes.fromhex((tmp_path / "k").read_text().strip()))
    note = (log / "checkpoint").read_bytes()
    stranger = sign(parse(note)[0], SigningKey(b"s" * 32)).partition(b"\n\n")[2]
    (log / "checkpoint").write_bytes(note + stranger)
    with pytest.raises(VerificationError, match="unknown key"):
        verify(log)
    (log / "checkpoint").write_bytes(note)
    await rotate(log, key_file=tmp_path / "k")
    note = (log / "checkpoint").read_bytes()
    (log / "checkpoint").write_bytes(note + sign(parse(note)[0], old).partition(b"\n\n")[2])
    assert verify(log).size == 4


async def test_a_bundle_beside_a_running_writer_has_one_checkpoint(tmp_path):
    """The log grows by tiles meanwhile; every proof still leads to the checkpoint in the folder."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    for i in range(300):
        log.enqueue({"kind": "auth", "run": str(i)})
    await log.flush()
    await asyncio.sleep(1.2)
    old = (tmp_path / "audit/checkpoint").read_bytes()
    for i in range(400):
        log.enqueue({"kind": "auth", "run": str(i)})
    await log.flush()
    await asyncio.sleep(1.2)
    assert (tmp_path / "audit/checkpoint").read_bytes() != old
    for index in (0, 255, 256, 299):
        proof, entry = prove(tmp_path / "audit", index, note=old)
        assert check_proof(proof, entry, held(tmp_path / "audit")).checkpoint.size == 300
    out = tmp_path / "b"
    assert bundle(tmp_path / "audit", out, indices=range(0, 300, 50), key=None).records == 6
    await log.close()
    done = subprocess.run(
        [sys.executable, "-I", str(out / "verify.py")], capture_output=True, text=True
    )
    assert done.stdout.startswith("HOLDS: 6")


async def test_old_key_lines_lead_on_after_a_pruning(tmp_path):
    """Handovers whose records go are said again, in order: every earlier line still verifies."""
    from stageflow_guard.audit.export.exporter import Exporter
    from stageflow_guard.audit.export.reconcile import verify_sink
    from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection

    log = await filled(tmp_path, 300)
    lines = [held(log)]
    await rotate(log, key_file=tmp_path / "k")
    lines.append(held(log))
    await filled(tmp_path, 300)
    await rotate(log, key_file=tmp_path / "k")
    lines.append(held(log))
    await filled(tmp_path, 300)
    for below in (512, 768):
        await prune(log, below=below, origin=ORIGIN, key_file=tmp_path / "k")
        for line in lines:
            assert verify(log, minimum=below, vkey=line).keys == tuple(lines)
    await rotate(log, key_file=tmp_path / "k")
    lines.append(held(log))
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    for line in lines:
        assert verify(log, minimum=768, vkey=line).keys == tuple(lines)
        assert verify_sink(sink, ORIGIN, vkey=line, log=log).minimum == 768
    sink.close()
    bundle(log, tmp_path / "b", indices=[800], key=None)
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(tmp_path / "b" / "verify.py"), line],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "HOLDS" in done.stdout, done.stderr


async def test_a_rotation_beside_a_writer_changes_nothing(tmp_path):
    """Neither the shard that is free, nor the folder of the key: one that stays is nobody's."""
    from stageflow_guard.audit.log.log import LogLocked

    for shard in ("w0", "w1"):
        log = await Log.open(tmp_path / shard, origin=f"x.y/{shard}", key_file=tmp_path / "k")
        if shard == "w0":
            await log.close()
    before = {one: one.read_bytes() for one in (tmp_path / "w0").iterdir() if one.is_file()}
    with pytest.raises(LogLocked):
        await rotate(tmp_path, key_file=tmp_path / "k")
    await log.close()
    assert {one: one.read_bytes() for one in before} == before
    assert not (tmp_path / "k.next").exists()
