"""Which policy revision decided last, as the log says: what changed while nothing ran is found."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.signed_entries import attested
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.tree import WIDTH

LOOKED = 256 * WIDTH  # records looked at, from the end: more than heartbeats of two months


def last_revision(folder: Path) -> str | None:
    """Return the sha256 of the policies of the last record that names them; None where none does.

    Raises `VerificationError` for a log that does not hold where it is read.
    """
    head, _ = signed_head(folder)
    end = max(read_minimum(folder), head.size - LOOKED)
    for first in range(head.size - 1 - (head.size - 1) % WIDTH, end - 1, -WIDTH):
        _, entries = next(attested(folder, head, first))
        for entry in reversed(entries):
            if b'"policy":' not in entry or b'"outcome":"refused"' in entry:
                continue  # canonical bytes; a reload that was refused put nothing in force
            found = (readable(entry).get("policy") or {}).get("sha256")
            if found:
                return str(found)
    return None
