"""What a kilobyte of a long text costs: python bench/long_texts.py [CHECKOUT ...].

Of documentation, source, records and a dense form, in texts of 1, 10 and 20 KB, no two the same: the
median of the texts, the least of three rounds, in microseconds of CPU per KB. With CHECKOUT, a
checkout of another commit, the same texts are read by its package in a process of its own, and the
ratio is printed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 20_000)
MOST = 100_000  # characters of each family
RECORDS = ROOT.parent / "shared" / "vectors" / "pii" / "synth_v2_dev.jsonl"
FORM = (
    "Name Ada Lovelace, born in London and living there since. Her SSN is 536-90-4399 and she pays by card 4111 1111 1111 1111. You reach her at "
    "ada@example.com or +1 202-555-0143 during the day. The account is IBAN DE89370400440532013000, opened last spring; she logs in from 203.0.113.42. "
)


def families() -> dict[str, str]:
    """Return the texts by their family; records only where the labelled lines are."""
    found = {
        "documentation": "\n".join(f.read_text("utf-8") for f in sorted((ROOT / "docs").rglob("*.md"))),
        "source": "\n".join(f.read_text("utf-8") for f in sorted((ROOT / "src").rglob("*.py"))),
        "form": FORM * (MOST // len(FORM) + 1),
    }  # fmt: skip
    if RECORDS.exists():
        lines = RECORDS.read_text("utf-8").split("\n")
        found["records"] = "\n".join(json.loads(line)["text"] for line in lines if line)
    return found


def measured() -> dict[str, dict[str, float]]:
    """Return microseconds per KB by family and size, of the package that is imported."""
    from stageflow_guard.redaction import Redactor

    redactor = Redactor()
    redactor.warmup()
    out: dict[str, dict[str, float]] = {}
    for family, text in families().items():
        out[family] = {}
        for size in SIZES:
            parts = [text[at : at + size] for at in range(0, min(len(text), MOST) - size + 1, size)]
            for part in parts:
                redactor.find(part)  # what is compiled when it is met
            rounds = [[cost(redactor, part) for part in parts] for _ in range(3)]
            out[family][str(size)] = min(map(statistics.median, rounds)) * 1e9 / size
    return out


def cost(redactor: object, text: str) -> float:
    begun = time.process_time()
    redactor.find(text)  # type: ignore[attr-defined]
    return time.process_time() - begun


def of_checkout(folder: Path) -> dict[str, dict[str, float]]:
    """Return the same of a checkout's package, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--json"],
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def main() -> int:
    if "--json" in sys.argv:
        print(json.dumps(measured()))
        return 0
    own = of_checkout(ROOT)
    others = [of_checkout(Path(folder)) for folder in sys.argv[1:]]
    for family, sizes in own.items():
        for size, micros in sizes.items():
            beside = "".join(f"  {micros / other[family][size]:5.2f} of {other[family][size]:5.0f}" for other in others)  # fmt: skip
            print(f"{family:<14} {int(size) // 1000:>3} KB {micros:6.0f} us/KB{beside}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
