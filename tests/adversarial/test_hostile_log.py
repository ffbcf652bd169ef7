"""A log folder that somebody else prepared: readers end, name the file, and take a bounded amount."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import time

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.log.integrate import Integrator
from stageflow_guard.audit.log.wal import FRAME, Chain, scan
from stageflow_guard.audit.read.query import iter_rows
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.audit.records.schema_check import readable, wrong_field
from stageflow_guard.audit.tlog.checkpoint import parse_size
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, VerificationError
from stageflow_guard.keys import read_key

ORIGIN = "hostile.example/log"
FILES = ["checkpoint", "vkey", "wal", "format", "tile/entries/000.p/3", "tile/0/000.p/3"]
VERBS = [
    ["verify", "{d}"],
    ["query"],
    ["stats"],
    ["tail"],
    ["prove", "1"],
    ["why", "#1"],
    ["export"],
]


async def small(tmp_path):
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    for i in range(3):
        await log.append({"kind": "auth", "run": f"r{i}"})
    await log.close()
    return tmp_path / "audit"


def fifo(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def link(path):
    other = path.parent.parent / "elsewhere"
    other.write_bytes(b"precious")
    path.symlink_to(other)


def sparse(path):
    with path.open("wb") as file:
        file.truncate(3 * 2**30)


def listening(path):
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


PLANTED = {"fifo": fifo, "device": device, "link": link, "sparse": sparse, "socket": listening}


async def run(args):
    return await asyncio.wait_for(asyncio.to_thread(main, args), 20)


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("name", FILES)
async def test_no_planted_file_hangs_a_reader_or_fills_its_memory(tmp_path, capsys, name, planted):
    """Every verb ends with a typed error on one line; nothing is an internal error."""
    log = await small(tmp_path)
    (log / name).unlink()
    PLANTED[planted](log / name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for verb in VERBS:
        args = [a.format(d=log) for a in verb]
        where = [] if verb[0] == "verify" else ["--dir", str(log)]
        capsys.readouterr()
        unread = name == "wal" and verb[0] == "prove"  # the only one that needs no such file
        assert await run(["audit", *args, *where]) in ((0,) if unread else (1, 2)), verb
        said = capsys.readouterr().err
        assert "internal_error" not in said
        assert "Traceback" not in said
    with pytest.raises(ConfigError):
        await asyncio.wait_for(Log.open(log, origin=ORIGIN, key_file=tmp_path / "k"), 20)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


@pytest.mark.bars
@pytest.mark.parametrize(
    "filling",
    [b"SGW2", b"SGA2", b"SGW2" * 9 + b"\x00", b"\x00", b"SGW2" + b"\xff" * 60, b"SGA2SGW2"],
)
def test_reading_a_hostile_write_ahead_file_is_linear(filling):
    """Blocks are read at their claimed offsets; twice the bytes take no more than twice the work."""

    def took(size):
        content = (filling * (size // len(filling) + 1))[:size]
        started = time.process_time()
        try:
            scan(content)
        except VerificationError:
            pass
        return time.process_time() - started

    assert took(2**22) < 5.0  # quadratic reading took minutes


def test_many_true_heads_with_wrong_contents_are_one_refusal():
    """Heads that hold over payloads that do not: the first one behind the damage is enough."""
    chain = Chain(bytes(32))
    block = chain.seal(FRAME, 1, bytes(200))
    bad = block[:-1] + b"\x01"
    with pytest.raises(VerificationError, match="damaged at 0"):
        scan(bad * 20_000)


# -- records of a wrong shape, signed ---------------------------------------------------------------

WRONG = {
    "an actor that is text": {"kind": "decision", "actor": "x"},
    "an actor that is a list": {"kind": "decision", "actor": [1]},
    "a subject that is a number": {"kind": "decision", "actor": {"subject": 5}},
    "a policy that is text": {"kind": "decision", "policy": "p"},
    "findings that are a number": {"kind": "auth", "findings": 7},
    "findings of numbers": {"kind": "auth", "findings": [7]},
    "a count that is text": {
        "kind": "auth", "findings": [{"entity": "A", "count": "many", "direction": "input"}],
    },
    "a note that is a list": {"kind": "recovery", "note": [1]},
    "rules that are a number": {"kind": "decision", "rules": 9},
    "rules of objects": {"kind": "decision", "rules": [{"a": 1}]},
    "a kind that is a list": {"kind": ["decision"]},
    "no kind": {"run": "x"},
    "a time beyond the calendar": {"kind": "auth", "wall_ns": 10**30},
    "a time that is text": {"kind": "auth", "wall_ns": "now"},
    "roles that are a number": {"kind": "decision", "actor": {"subject": "s", "roles": 5}},
    "a latency that is true": {"kind": "auth", "latency_us": True},
    "a resource that is an object": {"kind": "decision", "resource": {"a": 1}},
    "a tenant that is a list": {"kind": "approval", "tenant": [1]},
    "obligations of a permit that are a number": {
        "kind": "decision", "decision": "permit", "obligations": 5, "attempt": 1, "run": "r",
    },
    "an outcome that is a list": {"kind": "run_end", "run": "r", "outcome": ["failed"]},
}  # fmt: skip


async def signed(tmp_path, records):
    """A log whose tree holds these records, signed with its key: as another program may write it."""
    log = await small(tmp_path)
    key = SigningKey(read_key(tmp_path / "k", create=False))
    tree = Integrator(log, ORIGIN, key)
    from stageflow_guard.audit.tlog.checkpoint import parse

    head = parse((log / "checkpoint").read_bytes())[0]
    tree.load(head.size, head.root)
    note = tree.grow([encoded(one) for one in records])
    tree.publish(note)
    from stageflow_guard.audit.log.wal import LABEL, WriteAhead

    wal = WriteAhead(log, key.derive(LABEL + ORIGIN.encode()))
    wal.start(note)
    wal.close()
    return log


@pytest.mark.parametrize("what", WRONG)
async def test_a_record_of_a_wrong_shape_stops_no_other(tmp_path, capsys, monkeypatch, what):
    """It is shown as `malformed`; every verb answers, and shows what stands beside it."""
    monkeypatch.chdir(tmp_path)
    log = await signed(tmp_path, [WRONG[what], {"kind": "auth", "run": "behind", "wall_ns": 5}])
    shown = list(iter_rows(log))[3].record
    assert shown["kind"] == "malformed"
    assert shown["reason"].startswith("field `")
    for verb in (
        ["query", "--json"], ["query", "--format", "csv"], ["denied"], ["stats"], ["tail", "-n", "9"],
        ["timeline", "--since", "9999d"], ["export"], ["export", "--as", "record"], ["why", "#3"],
        ["report", "--out", "r.html"], ["query", "--db", "kept.db"], ["query", "--db", "kept.db"],
        ["review"], ["review", "today"], ["review", "1970-01-01", "--json"],
        ["review", "1970-01-02"],
        ["bundle", "--out", "b", "--index", "3", "--index", "4", "--key-file", str(tmp_path / "k")],
    ):  # fmt: skip
        capsys.readouterr()
        code = await run(["audit", *verb, "--dir", str(log)])
        said = capsys.readouterr()
        assert code == 0, (verb, said.err)
        if verb[0] in ("query", "tail", "why") and "--db" not in verb:
            assert "malformed" in said.out
    assert await run(["audit", "gaps", "--dir", str(log)]) in (0, 1)
    assert "_error" not in capsys.readouterr().err
    assert verify(log).size == 5


def test_fields_that_this_release_does_not_know_are_no_fault():
    """A later release may add some; what is known is checked."""
    assert wrong_field({"kind": "decision", "of_a_later_release": {"a": 1}}) is None
    assert readable(b'{"kind":"auth","later":5}') == {"kind": "auth", "later": 5}
    assert readable(b'{"actor":5,"kind":"auth","run":"r"}') == {
        "kind": "malformed", "reason": "field `actor`", "run": "r",
    }  # fmt: skip


@pytest.mark.parametrize(
    "digits", ["9" * 4301, "9" * 20, "9223372036854775808", "01", "+1", " 1", "1 ", "-1", "1_0", "",
               "\u0661", "1e3", "0x1"],
)  # fmt: skip
async def test_a_size_that_is_none_is_malformed_whatever_its_length(tmp_path, capsys, digits):
    """In a checkpoint, a proof and `minimum`: exit 1, never an internal error."""
    assert parse_size(digits) is None
    log = await small(tmp_path)
    note = (log / "checkpoint").read_bytes()
    proof = tmp_path / "p"
    assert await run(["audit", "prove", "1", "--dir", str(log), "--out", str(proof)]) == 0
    proof.write_bytes(proof.read_bytes().replace(b"index 1", b"index " + digits.encode()))
    (tmp_path / "old").write_bytes(note.replace(b"\n3\n", b"\n" + digits.encode() + b"\n"))
    for args in (
        ["prove", "--check", str(proof), "--record", f"{proof}.json", "--vkey", str(log / "vkey"), "1"],
        ["verify", str(log), "--checkpoint", str(tmp_path / "old")],
    ):  # fmt: skip
        assert await run(["audit", *args]) == 1, args
    (log / "minimum").write_bytes(digits.encode() + b"\n")
    assert await run(["audit", "verify", str(log)]) == 1
    assert "internal_error" not in capsys.readouterr().err


def test_sizes_that_are_sizes_parse():
    """Up to 2^63 - 1, as C2SP writes them."""
    for size in (0, 1, 255, 10**18, 2**63 - 1):
        assert parse_size(str(size)) == size


async def test_json_of_a_malformed_record_is_json(tmp_path, capsys):
    """Machines get the same answer as people."""
    log = await signed(tmp_path, [{"kind": "decision", "actor": "x"}])
    await run(["audit", "tail", "-n", "1", "--json", "--dir", str(log)])
    assert json.loads(capsys.readouterr().out)["kind"] == "malformed"
