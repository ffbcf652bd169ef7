"""Escalation to a human: a stage that hands a case over and ends the run without an error.

The host's meanings are kept: a run that is handed over is cancelled (no failure, nothing after it
runs), one that is not goes on. A case holds what the stage sees, so pseudonyms, and ids to look up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.enforcement.session import current_principal
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.hosts.stageflow.stages.rows import SqliteRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stageflow_guard.model import Principal

KIND = "data"  # what policy lines call the queue's cases: data, case/ID


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `text` is what the stage saw; `state` is open, taken or closed."""

    id: str
    tenant: str
    subject: str
    run: str
    reason: str
    text: str
    at: float
    state: str = "open"
    taken_by: str = ""


class EscalationGuard(Protocol):
    """What a queue needs of a `Guard`."""

    async def caller(self) -> Principal:
        """Return the current principal, validated now."""

    def authorize(self, *, kind: str, obj: str, act: str, owner: str) -> Any:
        """Ask for a right of the current principal."""


class EscalationStage:
    """Asks `when(ctx)` for a reason; with one, puts a case into `queue` and cancels the run.

    `when` returns a short reason, or None to go on (output `escalated=False`). A case that cannot
    be put is an error: the run fails rather than loses it. In the cancelled output: `case`,
    `reason`.
    """

    kind = StageKind.WORK

    def __init__(self, queue: HumanQueue, *, when: Callable[[StageContext], str | None]) -> None:
        self._queue, self._when = queue, when

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Hand the case over, or go on."""
        reason = self._when(ctx)
        if reason is None:
            return StageOutput.ok(escalated=False)
        principal = current_principal()
        if principal is None:
            raise NotAuthenticated("missing", "a case belongs to a caller, and there is none here")
        case = Case(
            id=str(uuid4()), tenant=principal.tenant, subject=principal.subject,
            run=str(ctx.pipeline_run_id or ""), reason=reason,
            text=ctx.snapshot.input_text or "", at=time.time(),
        )  # fmt: skip
        await self._queue.put(case)
        return StageOutput.cancel(reason, data={"case": case.id, "reason": reason})


class HumanQueue:
    """Cases for people, in an SQLite file, 0600. Every reader is asked for the right to the case.

    A reader sees the cases of its own tenant alone. Two who take one case: the first has it.
    """

    def __init__(self, guard: EscalationGuard, path: str | Path) -> None:
        self._guard = guard
        self._rows = SqliteRows(
            path,
            "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, "
            "subject TEXT NOT NULL, run TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, "
            "at REAL NOT NULL, state TEXT NOT NULL, taken_by TEXT NOT NULL)",
        )

    async def put(self, case: Case) -> None:
        """Keep a case; durable when this returns."""
        await self._rows.run(
            "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (case.id, case.tenant, case.subject, case.run, case.reason, case.text, case.at,
             case.state, case.taken_by),
        )  # fmt: skip

    async def waiting(self) -> Sequence[Case]:
        """Return the open cases of the current principal's tenant, oldest first.

        Needs `data, case/*, read`.
        """
        tenant = (await self._allowed("*", "read")).tenant
        rows, _ = await self._rows.run(
            "SELECT * FROM cases WHERE tenant = ? AND state = 'open' ORDER BY at", (tenant,)
        )
        return [Case(*row) for row in rows]

    async def take(self, case_id: str) -> Case | None:
        """Take a case; None when it is not there, of another tenant, or somebody else's.

        Needs `data, case/ID, write`.
        """
        who = await self._allowed(case_id, "write")
        _, taken = await self._rows.run(
            "UPDATE cases SET state = 'taken', taken_by = ? "
            "WHERE id = ? AND tenant = ? AND state = 'open'",
            (who.subject, case_id, who.tenant),
        )
        if not taken:
            return None
        rows, _ = await self._rows.run("SELECT * FROM cases WHERE id = ?", (case_id,))
        return Case(*rows[0])

    async def close_case(self, case_id: str) -> bool:
        """Close a case that the current principal took; say whether it was so."""
        who = await self._allowed(case_id, "write")
        _, closed = await self._rows.run(
            "UPDATE cases SET state = 'closed' "
            "WHERE id = ? AND tenant = ? AND state = 'taken' AND taken_by = ?",
            (case_id, who.tenant, who.subject),
        )
        return closed == 1

    async def _allowed(self, case_id: str, act: str) -> Principal:
        principal = await self._guard.caller()
        await self._guard.authorize(
            kind=KIND, obj=f"case/{case_id}", act=act, owner=principal.tenant
        )
        return principal

    def close(self) -> None:
        """Close the file."""
        self._rows.close()
