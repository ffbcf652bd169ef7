"""Erasing a subject everywhere: a secret destroyed, a record that says so, every proof intact."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.admin.fingerprint import Fingerprints
from stageflow_guard.audit.admin.holds import LegalHoldError, maintenance_lock, require_erasable
from stageflow_guard.keys.assemble import ring_from

if TYPE_CHECKING:
    from stageflow_guard.audit.log.log import Log
    from stageflow_guard.settings import Settings


async def erase(
    log: Log, settings: Settings, *, subject: str, tenant: str | None = None
) -> list[tuple[str, str]]:
    """Destroy the subject's secret in `tenant`, or in every tenant that has one; record each.

    Two records: `begun` before a secret goes, `erased` once it is gone.

    Returns (tenant, the record's ref) per secret destroyed; a request that found nothing is on
    record, too. The record names the subject by a fingerprint that no remaining key can test.

    Raises `KeyringUnavailable` when a secret could not be destroyed, before that is recorded, and
    `LegalHoldError` while a legal hold covers the subject: nothing is destroyed then, and the
    refusal is on record.
    """
    turn = await asyncio.to_thread(maintenance_lock, settings.audit.path)
    try:
        try:
            await asyncio.to_thread(require_erasable, settings.audit.path, subject, tenant)
        except LegalHoldError:
            await _record(log, tenant, "held", {})
            raise
        return await _erase(log, settings, subject, tenant)
    finally:
        os.close(turn)


async def _erase(
    log: Log, settings: Settings, subject: str, tenant: str | None
) -> list[tuple[str, str]]:
    ring = ring_from(settings)
    tenants = (
        [tenant]
        if tenant is not None
        else sorted({held for held, name in ring.subjects() if name == subject})
    )
    done = []
    for one in tenants:
        held = ring.peek(one, subject, "fingerprint")
        if held is None:
            continue
        mark = Fingerprints(ring).of(one, subject, "subject", subject)
        note = {"subject_fp": mark, "epoch": held.epoch}
        await _record(log, one, "begun", note)  # on disk before the act: nothing goes unrecorded
        if ring.erase(one, subject):
            done.append((one, await _record(log, one, "erased", note)))
    if not done:
        await _record(log, tenant, "nothing_held", {})
    return done


async def _record(log: Log, tenant: str | None, outcome: str, note: dict[str, Any]) -> str:
    index = await log.append({
        "kind": "erasure", "action": "erase", "tenant": tenant, "outcome": outcome, "note": note
    })  # fmt: skip
    return f"{log.origin}#{index}"
