"""Bulk redaction on Ray: what two workers do over one, on the same files, and that it is the same.

    python bench/distributed.py [--rows 20000]

Each run has a Ray of its own, with one processor or two; its start and the loading of recognizers
are not counted. Exit 1 when two workers are below 1.7 times one, or a byte differs.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 16


def write(folder: Path, rows: int) -> list[str]:
    """Write Parquet files of letters with an address and a number each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    each, paths = rows // FILES, []
    for n in range(FILES):
        text = [
            f"Dear Ada, order {i} was sent to ada{i}@example.org; call 0151 {23456780 + i} or pay "
            f"to DE89 3704 0044 0532 0130 00. {'Nothing else happened that day. ' * 8}"
            for i in range(n * each, (n + 1) * each)
        ]
        path = folder / f"part{n:02}.parquet"
        pq.write_table(pa.table({"id": range(n * each, (n + 1) * each), "note": text}), path)
        paths.append(str(path))
    return paths


def work(given: dict[str, object]) -> float:
    """Redact all files on a Ray of so many processors; return the seconds without its start."""
    import ray

    from stageflow_guard.redaction.distributed import Partitions, RedactionJob

    workers = int(str(given["workers"]))
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    job = RedactionJob(tenant="acme", key=f"file:{given['key']}", columns=("note",), keep=("id",))
    parts = Partitions(job, str(given["out"]))
    task = ray.remote(num_cpus=1)(lambda parts, path: parts(path))
    paths = list(map(str, given["files"]))  # type: ignore[call-overload]
    warm = Partitions(job, f"{given['out']}-warm")
    ray.get([task.remote(warm, path) for path in paths])
    started = time.perf_counter()
    ray.get([task.remote(parts, path) for path in parts.pending(paths)])
    return time.perf_counter() - started


def main() -> int:
    """Print both times and their ratio."""
    if len(sys.argv) > 2 and sys.argv[1] == "--work":
        print(work(json.loads(sys.argv[2])))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        key = folder / "keys" / "acme.key"
        key.parent.mkdir(mode=0o700)
        key.write_text(secrets.token_hex(32))
        key.chmod(0o600)
        (folder / "in").mkdir()
        files = write(folder / "in", rows)
        took, outs = [], []
        for workers in (1, 2):
            out = folder / f"out{workers}"
            outs.append(out)
            given = {"workers": workers, "key": str(key), "files": files, "out": str(out)}
            done = subprocess.run(
                [sys.executable, "-W", "ignore", __file__, "--work", json.dumps(given)],
                check=True, capture_output=True, text=True,
                env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},
            )  # fmt: skip
            took.append(float(done.stdout.split()[-1]))
            print(
                f"{workers} worker(s): {took[-1]:6.1f} s, {rows / took[-1]:7.0f} rows/s", flush=True
            )
        same = all(
            (outs[0] / Path(path).name).read_bytes() == (outs[1] / Path(path).name).read_bytes()
            for path in files
        )
    ratio = took[0] / took[1]
    print(f"two over one: {ratio:.2f}x (bar 1.7), bytes equal: {same}")
    return int(ratio < 1.7 or not same)


if __name__ == "__main__":
    sys.exit(main())
