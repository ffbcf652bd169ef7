"""What the audit log costs, against naive writing, the raw disk and SQLite, all in one run.

    python bench/audit.py [--records 200000] [--verify 1000000] [--dir DIR]
    python bench/audit.py --parts       what one append is made of, each part in a loop of its own
    python bench/audit.py --syncs [--dir DIR]   what a sync costs behind zeros, behind nothing

Each rate is the median of `--repeat` rounds, the contenders taking turns. Records are the guard's
own, written as it writes them: a decision, durable before anything else happens, and its effect,
enqueued behind it. What writes naively writes the same ones. Exit 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stageflow_guard.audit import Log
from stageflow_guard.audit.log.wal import FRAME, ROOM, Chain
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.tlog.storage import pack
from stageflow_guard.audit.tlog.tiles import subtree_hash
from stageflow_guard.audit.tlog.tree import leaf_hashes
from stageflow_guard.model import RecordTemplate

RECORD = {
    "kind": "decision", "run": "3f0c2f6e-6c07-4f0e-9a34-2f6d8f0b7a11", "tenant": "acme",
    "pipeline": "support", "stage": "answer", "stage_kind": "transform", "attempt": 1,
    "action": "run", "resource": "stage:support/answer", "owner": "acme", "decision": "permit",
    "reason": "permitted", "rules": ["tenants/acme/policy.csv:12"], "policy": {"sha256": "a" * 64},
    "obligations": ["redact"], "evaluation": "ok",
    "actor": {"subject": "user:ada", "method": "jwt", "key_id": "k1", "roles": ["supervisor"]},
}  # fmt: skip
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
STAMPS = {
    "v": 1,
    "id": "a1afc4395ddb0a90-0",
    "boot": "39e5304c-c9f8-4b6e-b849-fedff9770120",
    "node": "n",
}


OWN = ("run", "trace", "attempt")
COMMON = {name: value for name, value in RECORD.items() if name not in OWN}
DECISION = RecordTemplate(COMMON)
WHO = ("pipeline", "tenant", "actor", "stage")
EFFECT = RecordTemplate({**{name: RECORD[name] for name in WHO}, "kind": "effect"})


def own(number: int) -> dict[str, Any]:
    """Return what only one stage call's records say."""
    return {"run": f"3f0c2f6e-6c07-4f0e-9a34-{number:012x}", "trace": TRACE, "attempt": 1}


def ending(number: int, index: int) -> dict[str, Any]:
    """Return what only one effect says."""
    return {**own(number), "outcome": "ok", "decision_index": index, "latency_us": 1234}


class Rate(NamedTuple):
    """Records a second: by the clock, and of the CPU of the thread that gives them."""

    wall: float
    cpu: float


def naive(folder: Path, count: int) -> Rate:
    """`json.dumps`, write, flush: what a log file costs that survives no power cut."""
    started, spent = time.perf_counter(), time.thread_time()
    with open(folder / "naive.jsonl", "w") as file:
        for number in range(count // 2):
            for fields in (
                {**DECISION.fields, **own(number)},
                {**EFFECT.fields, **ending(number, 2 * number)},
            ):
                stamps = {"wall_ns": time.time_ns(), "mono_ns": time.monotonic_ns()}
                file.write(json.dumps({**fields, **STAMPS, **stamps}) + "\n")
                file.flush()
    return Rate(count / (time.perf_counter() - started), count / (time.thread_time() - spent))


def raw(folder: Path, count: int, size: int) -> float:
    """One write and fdatasync per record of the same size: what the disk gives one caller."""
    fd = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    entry = b"x" * size
    started = time.perf_counter()
    for _ in range(count):
        os.write(fd, entry)
        os.fdatasync(fd)
    took = time.perf_counter() - started
    os.close(fd)
    return count / took


def sqlite(folder: Path, count: int) -> float:
    """One committed insert per record, write-ahead log, synchronous=FULL."""
    db = sqlite3.connect(folder / "bench.db")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE r (id INTEGER PRIMARY KEY, record TEXT)")
    started = time.perf_counter()
    for _ in range(count):
        with db:
            db.execute("INSERT INTO r (record) VALUES (?)", (json.dumps({**RECORD, **STAMPS}),))
    took = time.perf_counter() - started
    db.close()
    return count / took


async def durable(folder: Path, count: int, together: int) -> tuple[Rate, float]:
    """Write `count` records by so many callers at once, each a decision and its effect.

    Returns two rates: until the last decision is acknowledged, and until the tree over all of them
    is on disk and signed. What the log is busy with for longer than a second, the first includes
    in part and the second wholly.
    """
    log = await Log.open(folder / "log", origin="bench.example/log", key_file=folder / "k")
    each = count // together // 2

    async def caller(first: int) -> None:
        for number in range(first, first + each):
            index = await log.append(DECISION.record(own(number)))
            log.enqueue(EFFECT.record(ending(number, index)))

    started, spent = time.perf_counter(), time.thread_time()
    await asyncio.gather(*(caller(each * i) for i in range(together)))
    written = 2 * each * together
    rate = Rate(written / (time.perf_counter() - started), written / (time.thread_time() - spent))
    await log.close()
    return rate, written / (time.perf_counter() - started)


async def alone(folder: Path, count: int) -> float:
    """Return how many decisions a second one caller makes durable, one after the other."""
    log = await Log.open(folder / "alone", origin="bench.example/log", key_file=folder / "k")
    await log.append(DECISION.record(own(0)))  # the first one of an opening is signed at once
    started = time.perf_counter()
    for number in range(count):
        await log.append(DECISION.record(own(number)))
    rate = count / (time.perf_counter() - started)
    await log.close()
    return rate


VERIFY = """
import sys, time
from stageflow_guard.audit import verify
started = time.perf_counter()
report = verify(sys.argv[1])
took = time.perf_counter() - started
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(report.size, took, int(peak.split()[1]) / 1024)
"""


async def grown(folder: Path, count: int) -> float:
    """Make a log of `count` records; return how many seconds opening it takes."""
    options = {"origin": "bench.example/log", "key_file": folder / "k"}
    log = await Log.open(folder / "big", **options)
    for i in range(count):
        log.enqueue(RECORD)
        if i % 4000 == 3999:
            await log.flush()
    await log.flush()
    await log.close()
    started = time.perf_counter()
    log = await Log.open(folder / "big", **options)
    took = time.perf_counter() - started
    await log.close()
    return took


def growth(folder: Path) -> dict[str, float]:
    """Return the bytes that a stage and a run of the demo add to the log, tree included."""
    from stageflow_guard.cli import main as command

    with contextlib.redirect_stdout(io.StringIO()):
        assert command(["demo", "--out", str(folder / "demo")]) == 0
    sizes: dict[str, list[int]] = {}
    for _, entry in iter_entries(folder / "demo" / "audit"):
        record = json.loads(entry)
        if record.get("decision") != "deny":
            sizes.setdefault(record["kind"], []).append(len(entry) + 34)
    mean = {kind: statistics.mean(found) for kind, found in sizes.items()}
    return {
        "a permitted stage": mean["decision"] + mean["effect"],
        "a run": mean["run_start"] + mean["run_end"],
    }


def parts(count: int = 50_000, repeat: int = 5) -> None:
    """Print what an append by one of many is made of: microseconds, the least of some rounds."""
    one = own(1)
    stamps = {"boot": STAMPS["boot"], "node": STAMPS["node"]}
    line = {**RECORD, **STAMPS, "wall_ns": time.time_ns(), "mono_ns": time.monotonic_ns()}
    entries = [encode(RECORD, **stamps) for _ in range(count)]
    hashed = leaf_hashes(entries)
    batches = range(0, count, 256)

    async def waiters() -> None:
        loop = asyncio.get_running_loop()
        asked: list[asyncio.Future[None]] = []

        async def caller() -> None:
            for _ in range(count // 256):
                asked.append(loop.create_future())
                await asked[-1]

        callers = asyncio.gather(*(caller() for _ in range(256)))
        while not callers.done():
            batch, asked[:] = asked[:], []
            for future in batch:
                future.set_result(None)
            await asyncio.sleep(0)

    chain = Chain(bytes(32))
    for text, work in (
        ("json.dumps of the record", lambda: [json.dumps(line) for _ in range(count)]),
        ("encode, checked: a dict", lambda: [encode(RECORD, **stamps) for _ in range(count)]),
        (
            "encode, checked: of a shape",
            lambda: [encode(DECISION.record(one.copy()), **stamps) for _ in range(count)],
        ),
        ("wake one of 256 waiters, nothing else", lambda: asyncio.run(waiters())),
        (
            "frame, chained",
            lambda: [chain.seal(FRAME, i, pack(entries[i : i + 256])) for i in batches],
        ),
        ("leaf hash", lambda: leaf_hashes(entries)),
        ("node hashes", lambda: [subtree_hash(hashed[i : i + 256]) for i in batches]),
        ("pack a bundle", lambda: [pack(entries[i : i + 256]) for i in batches]),
    ):
        took = []
        for _ in range(repeat):
            started = time.perf_counter()
            work()
            took.append(time.perf_counter() - started)
        print(f"{text:<44} {min(took) / count * 1e6:>10.2f} us")


def syncs(folder: Path, size: int, count: int = 6000, turn: int = 200) -> None:
    """Print the time of write + fdatasync of `size` bytes, for three ways to make a file grow.

    They take turns; what an extension costs is in the mean.
    """
    ways = ("appended", "room by fallocate", "room by zeros")
    took: dict[str, list[float]] = {way: [] for way in ways}
    files, at, room = {}, dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    for way in ways:
        files[way] = os.open(folder / way, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    block = os.urandom(size)
    for _ in range(count // turn):
        for way in ways:
            fd = files[way]
            for _ in range(turn):
                started = time.perf_counter()
                os.write(fd, block)
                at[way] += size
                if at[way] > room[way] and way != "appended":
                    room[way] = (at[way] // ROOM + 1) * ROOM
                    if way == "room by zeros":
                        os.write(fd, bytes(room[way] - at[way]))
                        os.lseek(fd, at[way], os.SEEK_SET)
                    else:
                        os.posix_fallocate(fd, at[way], room[way] - at[way])
                os.fdatasync(fd)
                took[way].append((time.perf_counter() - started) * 1e6)
    for fd in files.values():
        os.close(fd)
    print(f"{f'write + fdatasync of {size} bytes, us':<44} {'mean':>8} {'p50':>8} {'p99':>8}")
    for way, found in took.items():
        found.sort()
        p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
        print(f"{way:<44} {statistics.mean(found):>8.0f} {p50:>8.0f} {p99:>8.0f}")


@contextlib.contextmanager
def place(where: str | None) -> Iterator[Path]:
    """Yield a private folder there."""
    home = Path(tempfile.mkdtemp(prefix="bench-", dir=where))
    home.chmod(0o700)
    try:
        yield home
    finally:
        shutil.rmtree(home)


Bar = tuple[str, float, str, float]


def many_callers(where: str | None, what: str, count: int, repeat: int) -> list[Bar]:
    """Print and return what 256 callers at once get of the log, beside naive writing."""
    plain: list[Rate] = []
    ours: list[Rate] = []
    signed: list[float] = []
    for _ in range(repeat):
        with place(where) as home:
            plain.append(naive(home, count))
            rate, whole = asyncio.run(durable(home, count, 256))
            ours.append(rate)
            signed.append(whole)
    print(f"{what + ', records/s':<44} {'wall':>10} {'CPU':>10}")
    for text, rates in (
        ("json.dumps + write + flush, not durable", plain),
        ("this log, 256 in flight, durable", ours),
    ):
        wall, cpu = (statistics.median(one[i] for one in rates) for i in (0, 1))
        print(f"{text:<44} {wall:>10.0f} {cpu:>10.0f}")
    print(f"{'until tree and checkpoint are, too':<44} {statistics.median(signed):>10.0f}")
    wall, cpu = (
        statistics.median(own[i] / bare[i] for own, bare in zip(ours, plain, strict=True))
        for i in (0, 1)
    )
    return [
        (f"256 in flight, durable, {what}: wall, of naive", wall, ">=", 1.0),
        (f"256 in flight, durable, {what}: loop CPU, of naive", cpu, ">=", 1.0),
    ]


def one_caller(where: str | None, count: int, repeat: int) -> list[Bar]:
    """Print and return what one caller waits for, beside the raw device and SQLite."""
    size = len(encode(DECISION.record(own(0)), boot=STAMPS["boot"], node=STAMPS["node"]))
    rates: dict[str, list[float]] = {"raw": [], "one": [], "sqlite": []}
    for _ in range(repeat):
        with place(where) as home:
            rates["raw"].append(raw(home, count, size))
            rates["one"].append(asyncio.run(alone(home, count)))
            rates["sqlite"].append(sqlite(home, count))
    for name, text in (
        ("raw", f"write + fdatasync of {size} bytes, one caller"),
        ("one", "this log, one caller, durable"),
        ("sqlite", "SQLite, one caller, durable"),
    ):
        print(f"{text:<44} {statistics.median(rates[name]):>10.0f} records/s")
    times = statistics.median(
        bare / own for own, bare in zip(rates["one"], rates["raw"], strict=True)
    )
    return [("one caller, disk: wall, times raw write + sync", times, "<=", 1.5)]


def main() -> int:
    """Measure, print, compare with the bars."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--records", type=int, default=200_000)
    args.add_argument("--alone", type=int, default=400)
    args.add_argument("--verify", type=int, default=1_000_000)
    args.add_argument("--repeat", type=int, default=5)
    args.add_argument("--dir")
    args.add_argument("--parts", action="store_true")
    args.add_argument("--syncs", action="store_true")
    chosen = args.parse_args()
    if chosen.syncs:
        with tempfile.TemporaryDirectory(dir=chosen.dir) as home:
            for size in (750, 8000):
                syncs(Path(home), size)
        return 0
    if chosen.parts:
        parts()
        return 0
    bars = [
        *many_callers(chosen.dir, "disk", chosen.records, chosen.repeat),
        *one_caller(chosen.dir, chosen.alone, chosen.repeat),
    ]
    if Path("/dev/shm").is_dir():
        many_callers("/dev/shm", "RAM disk", chosen.records, chosen.repeat)
    with place(chosen.dir) as home:
        opening = asyncio.run(grown(home, chosen.verify))
        done = subprocess.run(
            [sys.executable, "-c", VERIFY, str(home / "big")],
            capture_output=True,
            text=True,
            check=True,
        )
        grows = growth(home)
        disk = sum(p.stat().st_size for p in (home / "big").rglob("*") if p.is_file())
        size = len(next(iter_entries(home / "big"))[1])
    found, took, peak = (float(x) for x in done.stdout.split())
    print(f"{'verify':<44} {found / took:>10.0f} records/s, {peak:.0f} MB peak for {found:.0f}")
    print(f"{'opening that log':<44} {opening * 1000:>10.1f} ms")
    print(f"{'on disk, tree included':<44} {disk / found:>10.0f} bytes per record of {size}")
    for what, octets in grows.items():
        print(f"{'the log grows by, for ' + what:<44} {octets:>10.0f} bytes")
    bars.append(("verify, against 100 000 records/s", found / took / 100_000, ">=", 1.0))
    met = True
    for name, value, way, bar in bars:
        holds = value >= bar if way == ">=" else value <= bar
        met = met and holds
        print(f"{'bar: ' + name:<52} {value:>6.2f}  ({way} {bar:g}) {'met' if holds else 'MISSED'}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'(this process)':<44} {most:>10.0f} MB peak")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
