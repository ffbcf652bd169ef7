"""Bytes are never read on a guess: what is found of them is their length and digest. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from stageflow_guard.model import BYTES, Finding

MOST_BLOBS = 64  # digests per value; the rest is counted in one


def of_bytes(blobs: Sequence[bytes], direction: str) -> tuple[Finding, ...]:
    """Return what is recorded of bytes: equal ones once, by length and sha256, and how often."""
    if not blobs:
        return ()
    marks = Counter(
        f"{BYTES}{len(blob)}:sha256:{hashlib.sha256(blob).hexdigest()}" for blob in blobs
    ).most_common()
    shown = [Finding(mark, n, direction) for mark, n in marks[:MOST_BLOBS]]
    rest = sum(n for _, n in marks[MOST_BLOBS:])
    return (*shown, *([Finding(f"{BYTES}more", rest, direction)] if rest else []))
