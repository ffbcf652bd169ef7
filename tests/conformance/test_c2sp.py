"""The log on disk against verifiers that nobody here wrote: Go's x/mod and sigstore."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore.errors import VerificationError as Rejected

from rfc6962 import consistency_proof, inclusion_proof
from stageflow_guard.audit import Log
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.tlog.checkpoint import parse_vkey
from stageflow_guard.audit.tlog.tree import leaf_hash, root_of

HERE = Path(__file__).parent
GOPATH = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev puts it
ENTRIES = [f"entry {i}".encode() for i in range(70)]
LEAVES = [leaf_hash(e) for e in ENTRIES]


@pytest.fixture(scope="session")
def c2sp(tmp_path_factory):
    """The Go verifier, built; skipped where Go is absent, a failure in CI."""
    missing = next(
        (
            what
            for what, there in (
                ("Go", shutil.which("go")),
                ("x/mod", (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir()),
            )
            if not there
        ),
        None,
    )
    if missing:
        why = f"{missing} is not installed (Debian: golang-go, golang-golang-x-mod-dev)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    binary = tmp_path_factory.mktemp("go") / "c2sp"
    cache = tmp_path_factory.mktemp("gocache")
    subprocess.run(
        ["go", "build", "-o", str(binary), str(HERE / "c2sp" / "main.go")],
        check=True, timeout=300,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(cache),
             "GOFLAGS": ""},
    )  # fmt: skip
    return binary


def ask(binary, *args, text=None):
    return subprocess.run(
        [str(binary), *map(str, args)], input=text, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def demo_log(tmp_path_factory):
    """The log that `stageflow-guard demo` leaves."""
    from stageflow_guard.cli import main

    out = tmp_path_factory.mktemp("demo") / "out"
    assert main(["demo", "--out", str(out)]) == 0
    return next(p.parent for p in out.rglob("checkpoint"))


def test_go_accepts_the_demos_log(c2sp, demo_log):
    """x/mod opens the note, recomputes the tree and every tile."""
    answer = ask(c2sp, "verify", demo_log)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.slow
def test_go_rejects_the_demos_log_after_any_single_byte_is_changed(c2sp, demo_log):
    """One changed bit in any byte of any file, and x/mod refuses the log."""
    answer = ask(c2sp, "flip", demo_log)
    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout.split()[0]) > 10_000


async def test_go_accepts_a_log_beyond_one_tile(c2sp, tmp_path):
    """600 records: full tiles, a partial one, and a level above."""
    log = await Log.open(tmp_path / "a", origin="t.example/log", key_file=tmp_path / "k")
    for i in range(600):
        log.enqueue({"kind": "decision", "reason": f"r{i}"})
    await log.flush()
    await log.close()
    assert ask(c2sp, "verify", tmp_path / "a").returncode == 0


def test_go_accepts_our_proofs_and_no_changed_one(c2sp):
    """Inclusion and consistency, all pairs up to 70 leaves in steps, hold in x/mod's tlog."""

    def entry(kind, old, new, old_hash, path):
        return {
            "Kind": kind, "Old": old, "New": new,
            "OldHash": base64.b64encode(old_hash).decode(),
            "NewHash": base64.b64encode(root_of(LEAVES[:new])).decode(),
            "Path": [base64.b64encode(p).decode() for p in path],
        }  # fmt: skip

    made = [
        entry("record", i, n, LEAVES[i], inclusion_proof(LEAVES[:n], i))
        for n in (1, 2, 3, 8, 33, 70)
        for i in range(n)
    ] + [
        entry("tree", k, n, root_of(LEAVES[:k]), consistency_proof(LEAVES[:n], k))
        for n in (2, 3, 8, 33, 70)
        for k in range(1, n)
    ]
    answer = ask(c2sp, "proofs", text=json.dumps(made))
    assert answer.returncode == 0, answer.stderr
    made[-1]["OldHash"] = base64.b64encode(bytes(32)).decode()
    assert ask(c2sp, "proofs", text=json.dumps(made)).returncode == 1


async def test_go_accepts_a_log_whose_key_was_rotated(c2sp, tmp_path):
    """After the handover the checkpoint is the new key's alone, and stays so."""
    from stageflow_guard.audit.admin.rotate import rotate

    options = {"origin": "t.example/log", "key_file": tmp_path / "k"}
    log = await Log.open(tmp_path / "a", **options)
    for i in range(300):
        log.enqueue({"kind": "decision", "reason": f"r{i}"})
    await log.flush()
    await log.close()
    await rotate(tmp_path / "a", key_file=tmp_path / "k")
    assert (tmp_path / "a" / "checkpoint").read_bytes().count(b"\xe2\x80\x94") == 1
    assert ask(c2sp, "verify", tmp_path / "a").returncode == 0
    log = await Log.open(tmp_path / "a", **options)
    await log.append({"kind": "decision"})
    await log.close()
    assert ask(c2sp, "verify", tmp_path / "a").returncode == 0


async def test_go_accepts_our_travelling_proofs(c2sp, tmp_path):
    """The hashes of a tlog-proof, and a witness's consistency, as x/mod's tlog checks them."""
    from stageflow_guard.audit.read.proofs import parse_proof, prove
    from stageflow_guard.audit.tlog.tiles import TileReader

    log = await Log.open(tmp_path / "a", origin="t.example/log", key_file=tmp_path / "k")
    for i in range(700):
        log.enqueue({"kind": "decision", "reason": f"r{i}"})
    await log.flush()
    await log.close()
    reader = TileReader(tmp_path / "a", 700)
    root = reader.range_hash(0, 700)

    def entry(kind, old, old_hash, path):
        encoded = [base64.b64encode(h).decode() for h in (old_hash, root)]
        return {"Kind": kind, "Old": old, "New": 700, "OldHash": encoded[0], "NewHash": encoded[1],
                "Path": [base64.b64encode(p).decode() for p in path]}  # fmt: skip

    made = []
    for index in (0, 1, 255, 256, 511, 512, 699):
        proof, record = prove(tmp_path / "a", index)
        made.append(entry("record", index, leaf_hash(record), parse_proof(proof)[1]))
    for old in (1, 255, 256, 300, 512, 699):
        made.append(entry("tree", old, reader.range_hash(0, old), reader.consistency(old)))
    answer = ask(c2sp, "proofs", text=json.dumps(made))
    assert answer.returncode == 0, answer.stderr


def test_sigstore_reads_the_demos_checkpoint(demo_log):
    """sigstore's parser sees the same origin, size and root, and the key's own signature."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = SignedCheckpoint.from_text((demo_log / "checkpoint").read_text())
    name, public = parse_vkey((demo_log / "vkey").read_text())
    records = list(iter_records(demo_log))
    assert signed.checkpoint.origin == name
    assert signed.checkpoint.log_size == len(records)
    one = signed.signed_note.signatures[0]
    Ed25519PublicKey.from_public_bytes(public).verify(
        base64.b64decode(one.signature), signed.signed_note.note.encode()
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 70])
def test_sigstore_accepts_our_inclusion_proofs(size):
    """RFC 6962 inclusion, as sigstore verifies it; a proof for another leaf is rejected."""
    root = root_of(LEAVES[:size])
    for i in range(size):
        proof = SimpleNamespace(
            log_index=i, tree_size=size, root_hash=root, hashes=inclusion_proof(LEAVES[:size], i)
        )
        inner = SimpleNamespace(inclusion_proof=proof, canonicalized_body=ENTRIES[i])
        verify_merkle_inclusion(SimpleNamespace(_inner=inner))
        inner.canonicalized_body = b"other"
        with pytest.raises(Rejected):
            verify_merkle_inclusion(SimpleNamespace(_inner=inner))
