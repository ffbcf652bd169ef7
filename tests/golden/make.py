"""Make the golden log of this release: `python tests/golden/make.py 0.1.0`. Never make one again."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from stageflow_guard.audit import Log
from stageflow_guard.audit.admin.rotate import rotate
from stageflow_guard.audit.records.formats.record import KINDS

HERE = Path(__file__).parent
ORIGIN = "golden.example/log"


async def main(release: str) -> None:
    """Write 300 records of every kind, an old checkpoint, a handover to a second key."""
    folder = HERE / release
    folder.mkdir()

    async def opened() -> Log:
        return await Log.open(folder / "audit", origin=ORIGIN, key_file=folder / "audit.key")

    log = await opened()
    for i in range(200):
        kind = KINDS[i % 11]
        record = {
            "kind": kind,
            "run": f"run-{i}",
            "tenant": "acme",
            "reason": "gr\u00fcn \u27e6X_1\u27e7",
        }
        if kind == "decision":
            record |= {
                "decision": "permit" if i % 2 else "deny",
                "stage": "s",
                "rules": ["a.csv:1"],
            }
        if kind == "effect":
            record = {"kind": "effect", "decision_index": i - 1, "outcome": "ok", "latency_us": 7}
            if (i - 1) % 2 == 0:
                record["kind"] = "auth"
        log.enqueue(record)
    await log.flush()
    await log.close()
    shutil.copy(folder / "audit" / "checkpoint", folder / "old-checkpoint")
    shutil.copy(folder / "audit" / "vkey", folder / "old-vkey")
    await rotate(folder / "audit", key_file=folder / "audit.key")
    log = await opened()
    for i in range(99):
        log.enqueue({"kind": "heartbeat", "note": {"n": i}})
    await log.flush()
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
