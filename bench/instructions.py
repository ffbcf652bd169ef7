"""How many instructions of the processor a kilobyte costs: python bench/instructions.py [CHECKOUT ...].

Where other work goes on, times differ by half from run to run; what valgrind counts does not. Reads the
texts of bench/redaction.py (clean, sparse, dense) and, in pieces of 3 000 characters, those of
bench/long_texts.py. Prints millions of instructions per KB, for presidio's patterns too, and beside each
CHECKOUT of another commit the ratio. Needs valgrind with its headers, and a C compiler.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIECE, PIECES = 3_000, (1, 10, 20)  # characters; which pieces of a family are read
_CLIENT = """
#include <valgrind/callgrind.h>
void begin(void) { CALLGRIND_START_INSTRUMENTATION; CALLGRIND_ZERO_STATS; }
void end(const char *name) { CALLGRIND_DUMP_STATS_AT(name); CALLGRIND_STOP_INSTRUMENTATION; }
"""


def texts() -> dict[str, list[str]]:
    """Return the texts of each family."""
    import long_texts
    import redaction

    short = {"clean": redaction.CLEAN, "sparse": redaction.SPARSE, "dense": redaction.DENSE}
    out = {name: [text[:1_024]] for name, text in short.items()}
    for name, text in long_texts.families().items():
        out[name] = [text[n * PIECE : (n + 1) * PIECE] for n in PIECES]
    return out


def counted(client: Path, file: Path) -> None:
    """Read what `file` holds; valgrind counts, as `client` tells it to. In a process of its own."""
    from stageflow_guard.redaction import Redactor

    tool = ctypes.CDLL(str(client))
    redactor = Redactor()
    redactor.warmup()
    read: dict[str, Callable[[str], object]] = {"": redactor.find}
    if (ROOT / "src").samefile(os.environ["PYTHONPATH"]):
        from stageflow_guard.redaction.presidio import stock_finder

        read["presidio "] = stock_finder()
    for name, parts in json.loads(file.read_text("utf-8")).items():
        for who, find in read.items():
            if who and len(parts) > 1:
                continue  # presidio reads the short ones alone
            for _ in range(3):
                for part in parts:
                    find(f"{part} ")  # what is compiled when it is met
            tool.begin()
            for part in parts:
                find(part)
            tool.end(f"{who}{name}".encode())


def measured(checkout: Path, folder: Path, client: Path, file: Path) -> dict[str, int]:
    """Return the instructions by family of the package in `checkout`."""
    out = folder / "counts"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    command = [
        "valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}/c",
        sys.executable, __file__, "--child", str(client), str(file),
    ]  # fmt: skip
    own = {**os.environ, "PYTHONPATH": str(checkout / "src"), "PYTHONHASHSEED": "0"}
    subprocess.run(command, check=True, env=own)
    found = {}
    for dump in out.iterdir():
        told = dump.read_text()
        name = re.search(r"^desc: Trigger: Client Request: (.*)$", told, re.MULTILINE)
        total = re.search(r"^(?:totals|summary): (\d+)$", told, re.MULTILINE)
        if name is not None and total is not None:
            found[name[1]] = int(total[1])
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("checkouts", nargs="*", type=Path)
    options.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.child:
        counted(*args.child)
        return 0
    for tool in ("valgrind", "cc"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed: Debian's packages valgrind and gcc have both")
            return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "client.c").write_text(_CLIENT)
        client, file = folder / "client.so", folder / "texts.json"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", client, folder / "client.c"], check=True)
        parts = texts()
        file.write_text(json.dumps(parts), "utf-8")
        own = measured(ROOT, folder, client, file)
        others = [measured(checkout, folder, client, file) for checkout in args.checkouts]
    for family, pieces in parts.items():
        size = sum(map(len, pieces)) / 1_000
        line = f"{family:<14}{own[family] / size / 1e6:8.2f} M/KB"
        if f"presidio {family}" in own:
            line += f", of presidio's patterns {own[family] / own[f'presidio {family}']:.3f}"
        for other, checkout in zip(others, args.checkouts, strict=True):
            line += f", of {checkout.name} {own[family] / other[family]:.2f}"
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
