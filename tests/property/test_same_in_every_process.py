"""What is found does not depend on the process: no order of a set decides between two readings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.marked import plain

DATA = Path(__file__).resolve().parent.parent / "data"
CHILD = """
import json, sys
from stageflow_guard.redaction import Redactor
redactor, out = Redactor("strict"), []
for text in json.load(sys.stdin):
    out.append([(s.start, s.end, s.entity, s.score) for s in redactor.find(text)])
print(json.dumps(out))
"""


def lines():
    """Return every seventh line of the labelled sets, without its marks."""
    found = []
    for name in ("kinds", "locales", "clinics", "field", "names"):
        raw = (DATA / f"{name}.txt").read_text(encoding="utf-8").split("\n")
        texts = [one.split("|", 2)[-1] for one in raw if one and not one.startswith("#")]
        found += [plain(one)[0] for one in texts[::7]]
    return [
        *found, "e-card: SV-Nr. 5802 270574", "pers nr 010612-5222", "c/c 88213-4",
        "sv nr 65 170839 J 003", "pol. no 4471-882-1",
    ]  # fmt: skip


def spans(seed, texts):
    """Return what a process of its own finds, with another order of its sets."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(texts), capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )  # fmt: skip
    return json.loads(done.stdout)


def test_every_process_finds_the_same():
    """Three orders of all sets, the same spans, types and scores of each line."""
    texts = lines()
    first = spans(1, texts)
    for seed in (2, 77):
        wrong = [t for t, a, b in zip(texts, first, spans(seed, texts), strict=True) if a != b]
        assert wrong == []
