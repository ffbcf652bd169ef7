"""Receipts: a record that was acknowledged is found again, or its loss is."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.log.wal import scan
from stageflow_guard.audit.read.receipts import require_receipt
from stageflow_guard.audit.tlog.receipt import parse_receipt
from stageflow_guard.cli import main
from stageflow_guard.errors import VerificationError

ORIGIN = "example.com/receipts"


async def opened(home):
    return await Log.open(home / "audit", origin=ORIGIN, key_file=home / "k")


async def test_a_receipt_holds_before_and_after_the_checkpoint(tmp_path):
    """Of a record that is only written ahead, and of the same one once it is signed."""
    log = await opened(tmp_path)
    for i in range(4):
        await log.append({"kind": "auth", "run": f"r{i}"})
    receipts = [log.receipt(i) for i in range(4)]
    for one in receipts:
        require_receipt(tmp_path / "audit", one)
    with pytest.raises(VerificationError, match="not durable"):
        log.receipt(4)
    await log.close()
    for one in receipts:
        require_receipt(tmp_path / "audit", one)
        assert await asyncio.to_thread(
            main, ["audit", "verify", str(tmp_path / "audit"), "--receipt", one]
        ) == 0  # fmt: skip


async def test_a_cut_that_a_kept_receipt_contradicts_is_found(tmp_path):
    """The last second is cut after a crash, and other records take the places: it verifies, but."""
    log = await opened(tmp_path)
    await log.append({"kind": "auth", "run": "first"})
    kept = log.receipt(await log.append({"kind": "auth", "run": "second"}))
    home = tmp_path / "crashed"
    home.mkdir()
    shutil.copy(tmp_path / "k", home / "k")
    shutil.copytree(tmp_path / "audit", home / "audit")
    await log.close()
    wal = home / "audit" / "wal"
    blocks = scan(wal.read_bytes())[0]
    wal.write_bytes(wal.read_bytes()[: blocks[-1].at])  # at a frame's edge: nothing is torn
    with pytest.raises(VerificationError, match="cut: record 1 of the receipt is missing"):
        require_receipt(home / "audit", kept)
    log = await opened(home)
    await log.append({"kind": "auth", "run": "in its place"})
    await log.close()
    assert verify(home / "audit").size == 2
    with pytest.raises(VerificationError, match="record 1 is not the one of the receipt"):
        require_receipt(home / "audit", kept)
    args = ["audit", "verify", str(home / "audit"), "--receipt", kept]
    assert await asyncio.to_thread(main, args) == 1


@pytest.mark.parametrize(
    "text", ["", "x", f"{ORIGIN}#1", f"{ORIGIN}#1:abc", f"{ORIGIN}#01:{'a' * 64}", f"#1:{'a' * 64}",
             f"{ORIGIN}#{'9' * 5000}:{'a' * 64}", f"{ORIGIN}#1:{'A' * 64}"],
)  # fmt: skip
def test_what_is_no_receipt_is_malformed(text):
    """Typed, whatever it is."""
    with pytest.raises(VerificationError, match="malformed receipt"):
        parse_receipt(text)


async def test_a_receipt_of_another_log_does_not_hold(tmp_path):
    """Its origin is part of it."""
    log = await opened(tmp_path)
    await log.append({"kind": "auth"})
    kept = log.receipt(0).replace(ORIGIN, "example.com/other")
    await log.close()
    with pytest.raises(VerificationError, match="another origin"):
        require_receipt(tmp_path / "audit", kept)
    args = ["audit", "verify", str(tmp_path / "audit"), "--receipt", kept]
    assert await asyncio.to_thread(main, args) == 1
