"""Bundles of shards, pruned logs, handed-over keys and cosigned checkpoints, checked by their page."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from hashlib import sha256

import pytest

from stageflow_guard.audit import Log, open_shard
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.admin.rotate import rotate
from stageflow_guard.audit.admin.witness import Witness
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.base.kept_files import KeptFiles
from stageflow_guard.cli import main

ORIGIN = "e.x/b"


async def grown(home, n, start=0):
    log = await Log.open(home / "audit", origin=ORIGIN, key_file=home / "k")
    for i in range(start, start + n):
        log.enqueue({"kind": "decision", "decision": "deny", "run": f"r{i}"})
    await log.flush()
    await log.close()


def line_of(folder):
    return (folder / "vkey").read_text().strip()


def follow(out, *given):
    """Run what VERIFY.md says, word for word, without any installed package; return the outcome."""
    commands = re.findall(r"^ {7}(\S.*)$", (out / "VERIFY.md").read_text(), re.MULTILINE)
    assert len(commands) == 4
    if given:
        assert "python3 verify.py 'LINE' 'WITNESS LINE'" in (out / "VERIFY.md").read_text()
        commands[-1] = " ".join(["python3 verify.py", *(f"'{one}'" for one in given)])
    path = f"{os.path.dirname(sys.executable)}:/usr/bin:/bin"
    for command in commands:
        line = command.replace("python3", "python3 -I -S")
        done = subprocess.run(
            ["sh", "-c", line], cwd=out, env={"PATH": path}, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        if done.returncode:
            break
    return done.stdout + done.stderr


def bundled(home, *args):
    return main(["audit", "bundle", "--out", str(home / "b"), "--dir", str(home / "audit"),
                 "--key-file", str(home / "k"), *args])  # fmt: skip


def test_shards_go_into_a_folder_each(tmp_path):
    """One bundle per log that holds a chosen record, each with its own page, key and proofs."""

    async def write():
        for name in ("w0", "w1", "w2"):
            log = await open_shard(tmp_path / "audit", name, origin=ORIGIN, key_file=tmp_path / "k")
            for i in range(3):
                run = "mine" if name != "w2" and i == 1 else f"{name}-{i}"
                await log.append({"kind": "auth", "run": run})
            await log.close()

    asyncio.run(write())
    assert bundled(tmp_path, "--run", "mine") == 0
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == ["w0", "w1"]
    for name in ("w0", "w1"):
        said = follow(tmp_path / "b" / name)
        assert said.startswith(f"HOLDS: 1 records of {ORIGIN}/{name}, tree of 3"), said


def test_a_pruned_log_still_bundles_what_is_left(tmp_path):
    """Proofs go through what pruning kept; what is gone is named, and nothing is written."""
    asyncio.run(grown(tmp_path, 700))
    asyncio.run(prune(tmp_path / "audit", below=512, origin=ORIGIN, key_file=tmp_path / "k"))
    assert bundled(tmp_path, "--index", "3") == 1
    assert not (tmp_path / "b").exists()
    assert bundled(tmp_path, "--run", "r600") == 0
    assert follow(tmp_path / "b").startswith("HOLDS: 1 records of e.x/b, tree of 701")


def test_an_earlier_key_line_leads_to_the_present_key(tmp_path):
    """Handovers come along and are followed; a key of nobody is refused, and so is a forged one."""
    asyncio.run(grown(tmp_path, 5))
    lines = [line_of(tmp_path / "audit")]
    for turn in (1, 2):
        asyncio.run(rotate(tmp_path / "audit", key_file=tmp_path / "k"))
        asyncio.run(grown(tmp_path, 3, start=10 * turn))
        lines.append(line_of(tmp_path / "audit"))
    assert bundled(tmp_path, "--index", "2") == 0
    out = tmp_path / "b"
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["indices"], manifest["handovers"]) == ([2], [5, 9])
    assert "signed by the key you gave" in follow(out, lines[2])
    for earlier in lines[:2]:
        assert "a key that the one you gave handed over to" in follow(out, earlier)
    other = tmp_path / "other"
    other.mkdir()
    asyncio.run(grown(other, 1))
    assert "is not the one you were given" in follow(out, line_of(other / "audit"))
    path = out / "records/5.json"  # a handover from the stranger's key that nobody signed
    before = sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text().replace(lines[0], line_of(other / "audit")))
    sums = (out / "SHA256SUMS").read_text()  # a forger writes a list that fits
    after = sha256(path.read_bytes()).hexdigest()
    (out / "SHA256SUMS").write_text(sums.replace(before, after))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(out / "verify.py"), line_of(other / "audit")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "record 5 hands over to a key without a signature" in done.stderr


@pytest.mark.parametrize("later", [0, 300])
def test_a_cosigned_checkpoint_is_what_the_proofs_lead_to(tmp_path, later):
    """Given one, the bundle is proven against it, grown log or not; the witness's line is checked."""
    asyncio.run(grown(tmp_path, 300))
    witness = Witness(tmp_path / "w", name="w.example", key=SigningKey(b"w" * 32))
    other = Witness(tmp_path / "w2", name="w.other", key=SigningKey(b"x" * 32))
    vkey = line_of(tmp_path / "audit")
    note = witness.cosign(tmp_path / "audit", vkey=vkey, now=int(time.time()))
    (tmp_path / "cosigned").write_bytes(note)
    if later:
        asyncio.run(grown(tmp_path, later, start=300))
    assert bundled(tmp_path, "--run", "r7", "--checkpoint", str(tmp_path / "cosigned")) == 0
    said = follow(tmp_path / "b", vkey, witness.vkey)
    assert said.startswith("HOLDS: 1 records of e.x/b, tree of 300")
    assert "cosigned by w.example" in said
    assert "not cosigned by this witness" in follow(tmp_path / "b", vkey, other.vkey)


def test_a_checkpoint_of_another_history_bundles_nothing(tmp_path):
    """One that the log did not grow from is refused; so is one of another key."""
    asyncio.run(grown(tmp_path, 3))
    other = tmp_path / "other"
    other.mkdir()
    (other / "k").write_bytes((tmp_path / "k").read_bytes())
    (other / "k").chmod(0o600)
    asyncio.run(grown(other, 2, start=50))
    given = ["--checkpoint", str(other / "audit/checkpoint")]
    assert bundled(tmp_path, "--index", "1", *given) == 1
    assert not (tmp_path / "b").exists()


def test_no_file_of_a_bundle_can_be_changed_added_or_taken_away(tmp_path):
    """`verify.py` by itself names it; the page's other commands need not be run for that."""
    asyncio.run(grown(tmp_path, 6))
    tree = FileTree.of({"policy.csv": b"p, a, b\n", "tenants/acme/policy.csv": b"p\n"})
    KeptFiles(tmp_path / "audit.policies").keep(tree)
    asyncio.run(policied(tmp_path, tree.revision))
    assert bundled(tmp_path, "--kind", "decision") == 0
    out = tmp_path / "b"
    assert "HOLDS: 7 records" in follow(out)

    def said():
        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py"], cwd=out, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    files = sorted(p for p in out.rglob("*") if p.is_file())
    for name, content in tree.items():
        assert (out / "policies" / tree.revision / name).read_bytes() == content
    for path in files:
        held = path.read_bytes()
        if path.name not in ("SHA256SUMS.sig", "verify.py"):  # the key's; what runs
            path.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))
            assert said()[0] == 1, path.name
        other = b"\1" if held.endswith(b"\0") else b"\0"  # a signature may end in a zero byte
        path.write_bytes(held + b"\n" if path.name == "verify.py" else held[:-1] + other)
        assert "HOLDS: 7" not in follow(out), path.name
        if path.name not in ("SHA256SUMS.sig", "verify.py"):
            path.unlink()
            assert said()[0] == 1, path.name
        path.write_bytes(held)
    for extra in (f"policies/{tree.revision}/more.csv", "records/999.json", "note.txt",
                  "policies/r2/policy.csv"):  # fmt: skip
        path = out / extra
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
        assert "not in the list" in follow(out)
        path.unlink()
    (out / "link").symlink_to(out / "vkey")
    assert "not in the list" in said()[1]


def test_a_kept_revision_that_was_changed_is_not_bundled(tmp_path):
    """What the store holds now is not what decided then: the manifest says that it is missing."""
    asyncio.run(grown(tmp_path, 3))
    tree = FileTree.of({"policy.csv": b"p, a, b\n"})
    KeptFiles(tmp_path / "audit.policies").keep(tree)
    (blob,) = (tmp_path / "audit.policies/blobs").iterdir()
    blob.write_bytes(b"p, a, c\n")
    asyncio.run(policied(tmp_path, tree.revision))
    assert bundled(tmp_path, "--kind", "decision") == 0
    manifest = json.loads((tmp_path / "b/manifest.json").read_bytes())
    assert manifest["missing_policies"] == [tree.revision]
    assert not (tmp_path / "b/policies").exists()


def test_a_bundle_about_one_tenant_names_nobody_of_another(tmp_path):
    """Its policies are that tenant's alone; the rest of a revision names other people."""
    asyncio.run(grown(tmp_path, 3))
    files = {
        "model.conf": b"m\n", "platform/suspended.csv": b"user:eve, 2026-01-01\n",
        "tenants/acme/policy.csv": b"p, user:ada\n", "tenants/acme2/policy.csv": b"p, user:dan\n",
    }  # fmt: skip
    tree = FileTree.of(files)
    KeptFiles(tmp_path / "audit.policies").keep(tree)
    asyncio.run(policied(tmp_path, tree.revision, tenant="acme"))
    assert bundled(tmp_path, "--tenant", "acme") == 0
    given = {str(p.relative_to(tmp_path / "b")) for p in (tmp_path / "b").rglob("*.c*")}
    assert given == {f"policies/{tree.revision}/tenants/acme/policy.csv"}
    assert json.loads((tmp_path / "b/manifest.json").read_bytes())["policies_of"] == "acme"


async def policied(home, revision, **more):
    log = await Log.open(home / "audit", origin=ORIGIN, key_file=home / "k")
    await log.append({
        "kind": "decision", "decision": "deny", "policy": {"sha256": revision}, **more,
    })  # fmt: skip
    await log.close()


def test_what_a_verb_writes_is_for_its_owner_only(tmp_path, capsys):
    """Under any umask, over a file that was open before: 0600, folders 0700; `--json` is JSON."""
    asyncio.run(grown(tmp_path, 3))
    (tmp_path / "r.html").touch(0o666)
    (tmp_path / "r.html").chmod(0o666)
    mask = os.umask(0)
    try:
        place = ["--dir", str(tmp_path / "audit")]
        made = tmp_path / "made"
        made.mkdir(0o700)
        for words in (
            ["prove", "1", "--out", str(made / "p")],
            ["bundle", "--out", str(made / "b"), "--key-file", str(tmp_path / "k"), "--json"],
            ["report", "--out", str(tmp_path / "r.html"), "--json"],
            ["query", "--format", "csv", "--out", str(made / "q.csv"), "--db", str(made / "q.db")],
            ["export", "--out", str(made / "e.jsonl")],
            [
                "witness",
                "--state",
                str(made / "seen"),
                "--key-file",
                str(made / "w.key"),
                "--name",
                "e.x/w",
                "--vkey",
                line_of(tmp_path / "audit"),
                "--out",
                str(made / "cosigned"),
                "--json",
            ],
        ):
            assert main(["audit", *words, *place]) == 0
            out = capsys.readouterr().out
            if "--json" in words:
                assert json.loads(out)
    finally:
        os.umask(mask)
    found = [p for p in tmp_path.rglob("*") if not p.is_symlink()]
    assert len(found) > 20
    open_to_others = [p for p in found if p.stat().st_mode & 0o077]
    assert open_to_others == []
