"""Erasing a subject everywhere: a secret destroyed, a record that says so, every proof intact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.audit.fingerprint import Fingerprints
from stageflow_guard.keys.assemble import ring_from

if TYPE_CHECKING:
    from stageflow_guard.audit.log import Log
    from stageflow_guard.settings import Settings


async def erase(log: Log, settings: Settings, *, tenant: str, subject: str) -> tuple[bool, str]:
    """Destroy the subject's secret and record it; return (there was one, the record's ref).

    The record names the subject by a fingerprint that nobody can test any more. Raises
    `KeyringUnavailable` when the secret could not be destroyed, before anything is recorded.
    """
    ring = ring_from(settings)
    held = ring.peek(tenant, subject, "fingerprint")
    mark = Fingerprints(ring).of(tenant, subject, "subject", subject) if held else None
    done = ring.erase(tenant, subject)
    index = await log.append({
        "kind": "erasure", "action": "erase", "tenant": tenant,
        "outcome": "erased" if done else "nothing_held",
        "note": {"subject_fp": mark, "epoch": held.epoch if held else 0},
    })  # fmt: skip
    return done, f"{log.origin}#{index}"
