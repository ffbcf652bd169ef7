"""How much labelled personal data is covered, by type: python bench/redaction.py [FOLDER].

FOLDER holds JSON lines with `text` and `spans` ([start, end, type]); default ../shared/vectors/pii.
Covered means characters: what is left readable is what leaks.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from stageflow_guard.redaction import Redactor

# types with a shape that a pattern can know; the rest (names, places, dates) needs a model
STRUCTURED = {
    "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN", "IBAN_CODE", "SSN", "US_SSN",
    "IP_ADDRESS", "URL", "US_DRIVER_LICENSE", "API_KEY", "DOMAIN_NAME", "MAC_ADDRESS",
    "CRYPTO_ADDRESS", "CRYPTO", "PASSPORT_NUMBER", "US_BANK_NUMBER",
}  # fmt: skip


def main(folder: Path) -> None:
    redactor = Redactor(preset="balanced", ner=None)
    for file in sorted(folder.glob("*.jsonl")):
        total: dict[str, int] = defaultdict(int)
        hit: dict[str, int] = defaultdict(int)
        groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        lines = clean = flagged = 0
        for raw in file.read_text(encoding="utf-8").split("\n"):
            if not raw:
                continue
            line = json.loads(raw)
            lines += 1
            text = line["text"]
            covered = bytearray(len(text))
            found = redactor.find(text)
            for span in found:
                covered[span.start : span.end] = b"\1" * (span.end - span.start)
            if not line["spans"]:
                clean += 1
                flagged += bool(found)
            for start, end, kind in line["spans"]:
                total[kind] += end - start
                seen = sum(covered[start:end])
                hit[kind] += seen
                if "transform" in line:
                    group = groups[line["transform"]]
                    group[0] += 1
                    group[1] += seen == end - start
        chars, seen = sum(total.values()), sum(hit.values())
        shaped = sum(total[k] for k in total if k in STRUCTURED) or 1
        shaped_hit = sum(hit[k] for k in hit if k in STRUCTURED)
        print(f"\n{file.stem}: {lines} lines; characters covered: all {seen / chars:.2f}, "
              f"with a shape {shaped_hit / shaped:.2f}; lines without a label flagged: "
              f"{flagged}/{clean}")  # fmt: skip
        for kind in sorted(total, key=lambda k: -total[k]):
            print(f"  {kind:<20} {hit[kind] / total[kind]:5.2f}   {total[kind]:>6} characters")
        for name, (n, whole) in sorted(groups.items()):
            print(f"  evasion {name:<18} {whole / n:5.2f}   {n:>6} spans found whole")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/vectors/pii"))
