"""What a question to a large log costs: time, CPU and memory of each verb, as a process of its own.

    python bench/reading.py [--records 1000000] [--dir DIR]

The log holds runs of six stages as the guard records them. Exit 1 when a bar of the design is
missed: 15 s of wall and 120 MB without a projection, 150 MB for the export of everything.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stageflow_guard.audit import Log

STAGES = 6
DECISION = {
    "kind": "decision", "tenant": "acme", "pipeline": "support", "stage_kind": "transform",
    "attempt": 1, "action": "run", "owner": "acme", "reason": "permitted",
    "rules": ["tenants/acme/policy.csv:12"], "policy": {"sha256": "a" * 64},
    "obligations": ["redact"], "evaluation": "ok",
    "actor": {"subject": "user:ada", "method": "jwt", "key_id": "k1", "roles": ["supervisor"]},
}  # fmt: skip
FOUND = [{"entity": "PERSON", "direction": "input", "count": 2}]


async def write(folder: Path, count: int, key: Path) -> None:
    """Write `count` records: runs of six stages, one run in fifty refused at its last."""
    log = await Log.open(folder, origin="bench.example/log", key_file=key)
    await append(log, count)
    await log.close()


async def append(log: Log, count: int) -> None:
    """Append `count` records, as `write` does."""
    made = run = 0
    while made < count:
        run += 1
        name = f"{run:08x}-6c07-4f0e-9a34-2f6d8f0b7a11"
        for stage in range(STAGES):
            denied = stage == STAGES - 1 and run % 50 == 0
            index = log.enqueue({
                **DECISION, "run": name, "stage": f"s{stage}", "resource": f"stage:support/s{stage}",
                "decision": "deny" if denied else "permit",
                **({"findings": FOUND} if run % 4 == 0 else {}),
            })  # fmt: skip
            if not denied:
                log.enqueue({
                    "kind": "effect", "run": name, "tenant": "acme", "stage": f"s{stage}",
                    "decision_index": index, "outcome": "ok", "latency_us": 100 + run % 900,
                })  # fmt: skip
            made += 2
        log.enqueue({"kind": "run_end", "run": name, "tenant": "acme", "outcome": "ok"})
        if run % 400 == 0:
            await log.flush()


def took(*arguments: str) -> tuple[float, float, int]:
    """Return wall seconds, CPU seconds and peak MB of one call of the command."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "stageflow_guard", "audit", *arguments], stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"audit {' '.join(arguments)} ended with {process.returncode}")
    wall = time.perf_counter() - started
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main() -> int:
    """Print a row per question; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.dir) as made:
        folder = Path(made) / "log"
        # in a process of its own: a child's peak counts what its parent held when it began
        code = (
            f"import asyncio, reading as r; from pathlib import Path as P; asyncio.run("
            f"r.write(P({str(folder)!r}), {args.records}, P({made!r}) / 'k'))"
        )
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)
        where, kept = ["--dir", str(folder)], ["--db", str(Path(made) / "kept.db")]
        run = "00000007-6c07-4f0e-9a34-2f6d8f0b7a11"
        page = ["report", "--run", run, "--out", str(Path(made) / "r.html")]
        missed = False
        for name, asked, most in (
            ("query of a run", ["query", "--run", run, *where], 120),
            ("timeline of a run", ["timeline", "--run", run, *where], 120),
            ("stats", ["stats", *where], 120),
            ("denied", ["denied", *where, "--limit", "50"], 120),
            ("report of a run", [*page, *where], 120),
            ("report of everything", ["report", *page[3:], *where], 150),
            ("export of everything", ["export", *where, "--as", "record"], 150),
            ("projection built", ["query", "--run", run, *where, *kept], 0),
            ("query, projection kept", ["query", "--run", run, *where, *kept], 0),
            ("query, projection trusted", ["query", "--run", run, *where, *kept, "--trust-db"], 0),
            ("stats, projection, first time", ["stats", *where, *kept, "--trust-db"], 0),
            ("stats, projection kept", ["stats", *where, *kept, "--trust-db"], 0),
            ("denied, projection kept", ["denied", *where, *kept, "--limit", "50", "--trust-db"], 0),
        ):  # fmt: skip
            wall, cpu, peak = took(*asked)
            bad = bool(most) and (peak > most or (wall > 15 and "everything" not in name))
            missed |= bad
            print(f"{name:28} {wall:7.2f} s  {cpu:7.2f} s CPU  {peak:5} MB{'  MISSED' * bad}",
                  flush=True)  # fmt: skip
    return int(missed)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
