"""False alarms in documentation and source: python bench/prose.py [FOLDER ...] [--megabytes 60].

Reads text files of FOLDER (without it, of the installed packages, shuffled by a fixed seed) and
prints, for each entity type, how many spans are found per megabyte, and each IBAN, card and SSN with
its place: whether one is false is for a reader to say. Packages whose business are such numbers
(their check digits, test data for them) are left out, by name.
"""

from __future__ import annotations

import argparse
import functools
import random
import sys
import sysconfig
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from stageflow_guard.redaction import Redactor

KINDS = frozenset({".py", ".pyi", ".md", ".rst", ".txt", ".html", ".json", ".toml", ".yaml", ".yml", ".js", ".c", ".h", ".css"})  # fmt: skip
THEIR_BUSINESS = frozenset({
    "faker", "phonenumbers", "presidio_analyzer", "presidio_anonymizer", "schwifty",
    "stageflow_guard", "stdnum",
})  # fmt: skip
LISTED = ("IBAN_CODE", "CREDIT_CARD", "US_SSN")
CAP = 2**20  # of one file


def chosen(folders: list[Path], size: int) -> list[Path]:
    """Return files of about `size` bytes in all, the same ones each time."""
    every = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS
        and not THEIR_BUSINESS & {part.lower() for part in path.relative_to(folder).parts}
        and path.is_file()
    ]
    random.Random(7).shuffle(every)
    taken: list[Path] = []
    for path in every:
        if size <= 0:
            break
        size -= min(CAP, path.stat().st_size)
        taken.append(path)
    return taken


@functools.cache
def redactor() -> Redactor:
    """Return the one of this process."""
    return Redactor()


def read(path: Path) -> tuple[int, float, Counter[str], list[str]]:
    """Return of one file: its bytes, seconds of CPU, spans by type, and the listed ones."""
    with path.open("rb") as file:
        text = file.read(CAP).decode("utf-8", "ignore")
    began = time.process_time()
    spans = redactor().find(text)
    took = time.process_time() - began
    listed = [
        f"{s.entity} {s.score:.2f} {path}:{text.count(chr(10), 0, s.start) + 1}: "
        f"{text[max(0, s.start - 30) : s.end + 10]!r}"
        for s in spans
        if s.entity in LISTED
    ]
    return len(text.encode()), took, Counter(s.entity for s in spans), listed


def main() -> int:
    """Read the files on all cores, then print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--megabytes", type=float, default=60)
    args = options.parse_args()
    folders = args.folders or [Path(sysconfig.get_paths()["purelib"])]
    files = chosen(folders, int(args.megabytes * 1e6))
    size, took, found, shown = 0, 0.0, Counter[str](), list[str]()
    with ProcessPoolExecutor() as pool:
        for one_size, one_took, one_found, one_shown in pool.map(read, files, chunksize=20):
            size, took, found = size + one_size, took + one_took, found + one_found
            shown += one_shown
    megabytes = size / 1e6
    print(f"{len(files)} files, {megabytes:.1f} MB, {took / megabytes * 1000:.0f} ms of CPU per MB")
    for entity, n in found.most_common():
        print(f"  {entity:<28}{n:>6}{n / megabytes:>9.2f} per MB")
    print("\n".join(shown) if shown else f"no {', '.join(LISTED)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
