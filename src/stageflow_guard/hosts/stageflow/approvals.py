"""The host's approval service, with an authority behind it.

The host's own takes `decided_by=None`, lets a denial be turned into an approval, and shows every
tenant's requests to everybody. Hand this one to `AdvancedToolExecutor(approval_service=…)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from stageflow.tools.approval import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalService,
    ApprovalStatus,
)

from stageflow_guard.enforcement.approvals import (
    ApprovalRequest as GuardedRequest,
)
from stageflow_guard.enforcement.approvals import request_approval, settle
from stageflow_guard.errors import AccessDenied
from stageflow_guard.model import Decision, Effect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.model import Principal


class GuardedApprovals(ApprovalService):
    """Asks and answers in the name of the session that is open, each on record.

    A request is asked by the current caller. It is settled once, by the current caller of another
    session: see `stageflow_guard.enforcement.approvals`. Whom the host names as `decided_by` is
    not believed.
    """

    def __init__(
        self,
        pep: PolicyEnforcementPoint,
        caller: Callable[[], Awaitable[Principal]],
        run: Callable[[], str | None],
        *,
        timeout: float = 60.0,
    ) -> None:
        super().__init__(default_timeout_seconds=timeout)
        self._pep = pep
        self._caller = caller
        self._run = run
        self._requests_of: dict[UUID, GuardedRequest] = {}
        self._settling: set[UUID] = set()

    async def request_approval(
        self,
        action_id: UUID,
        tool_name: str,
        pipeline_run_id: UUID | None = None,
        approval_message: str = "",
        payload_summary: dict[str, Any] | None = None,
    ) -> ApprovalRequest:
        """Put the request on record, then on the list."""
        who = await self._caller()
        asked = await request_approval(self._pep, who, tool=tool_name, run=self._run())
        made = await super().request_approval(
            action_id, tool_name, pipeline_run_id, approval_message, payload_summary
        )
        self._requests_of[made.id] = asked
        return made

    async def record_decision(
        self,
        request_id: UUID,
        granted: bool,
        decided_by: UUID | None = None,
        reason: str | None = None,
    ) -> ApprovalDecision:
        """Settle a request once; raise `AccessDenied` (on record) for who may not, or too late."""
        who = await self._caller()
        asked, request = self._requests_of.get(request_id), await self.get_request(request_id)
        if asked is None or request is None or request.status is not ApprovalStatus.PENDING:
            await self._too_late(request_id, who)
        if request_id in self._settling:  # somebody settles it at this moment
            await self._too_late(request_id, who)
        assert asked is not None  # noqa: S101 - refused above
        self._settling.add(request_id)
        try:
            await settle(self._pep, who, asked, granted=granted)
        finally:
            self._settling.discard(request_id)
        mine = UUID(who.host_user_id) if who.host_user_id else None
        return await super().record_decision(request_id, granted, mine, reason)

    async def await_decision(
        self, request_id: UUID, timeout_seconds: float | None = None
    ) -> ApprovalDecision:
        """Wait for the answer; that none came in time is on record, too."""
        if not await self._mine(request_id):
            raise KeyError("no such request in this tenant")
        try:
            return await super().await_decision(request_id, timeout_seconds)
        except TimeoutError:
            await self._note(request_id, "expired")
            raise

    async def cancel_request(self, request_id: UUID) -> bool:
        """Take back a request of the caller's tenant."""
        if not await self._mine(request_id) or not await super().cancel_request(request_id):
            return False
        await self._note(request_id, "withdrawn")
        return True

    async def _note(self, request_id: UUID, outcome: str) -> None:
        asked = self._requests_of[request_id]
        await self._pep.record_event(
            kind="approval", action="ask", step="approve", run=asked.run, tenant=asked.tenant,
            resource=f"tool:{asked.obj}", outcome=outcome, note={"of": asked.ref},
        )  # fmt: skip

    async def _too_late(self, request_id: UUID, who: Principal) -> None:
        error = AccessDenied(
            Decision(effect=Effect.DENY, reason="nothing_to_approve"), "no such request is open"
        )
        await self._pep.refuse(error, run=None, step="approve", tenant=who.tenant,
                               decision=error.decision)  # fmt: skip

    async def get_request(self, request_id: UUID) -> ApprovalRequest | None:
        """Return a request of the caller's tenant."""
        return await super().get_request(request_id) if await self._mine(request_id) else None

    async def get_status(self, request_or_action_id: UUID) -> ApprovalStatus | None:
        """Return how a request of the caller's tenant stands, by its id or its action's."""
        tenant = (await self._caller()).tenant
        for one in reversed([*self._requests.values()]):
            if request_or_action_id in (one.id, one.action_id) and (
                self._requests_of[one.id].tenant == tenant
            ):
                return one.status
        return None

    async def get_pending_requests(
        self, pipeline_run_id: UUID | None = None
    ) -> list[ApprovalRequest]:
        """Return what waits in the caller's tenant."""
        tenant = (await self._caller()).tenant
        found = await super().get_pending_requests(pipeline_run_id)
        return [one for one in found if self._requests_of[one.id].tenant == tenant]

    async def _mine(self, request_id: UUID) -> bool:
        asked = self._requests_of.get(request_id)
        return asked is not None and asked.tenant == (await self._caller()).tenant

    async def cleanup(self, request_id: UUID) -> None:
        """Forget a request that is over; the log keeps it. One that waits is not forgotten."""
        request = self._requests.get(request_id)
        if request is not None and request.status is ApprovalStatus.PENDING:
            return
        await super().cleanup(request_id)
        self._requests_of.pop(request_id, None)
