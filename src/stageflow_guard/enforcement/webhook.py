"""Tells a webhook of new requests for approval: signed, tried again, never in the caller's way.

The body names the request and the tool; it holds no argument. Who hears of it asks the guard for
the rest with a token of their own.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import TYPE_CHECKING

from stageflow_guard.base.calls import Calls
from stageflow_guard.base.http import HttpClient

if TYPE_CHECKING:
    from stageflow_guard.enforcement.grants import PendingApproval

logger = logging.getLogger("stageflow_guard")

SIGNATURE = "X-Stageflow-Guard-Signature"
PAUSES = (1.0, 5.0, 30.0)  # seconds before each further try
TIMEOUT = 10.0
QUEUED = 600.0  # seconds for a try, those before it included
CAP = 4_096  # bytes of an answer, which nobody reads
MOST = 1000  # deliveries under way; more than that are a fault of the webhook, and dropped aloud


class Webhook:
    """A hearer for `guard.on_approval`. `secret` is the key that signs each body (HMAC-SHA256).

    `client` is the one that reaches it: its deadline and cap bound each try.
    """

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        pauses: tuple[float, ...] = PAUSES,
        client: HttpClient | None = None,
    ) -> None:
        self._url, self._secret, self._pauses = url, secret, pauses
        self._client = client or HttpClient(deadline=TIMEOUT, cap=CAP)
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = Calls("webhook", 2)  # a slow one takes nobody else's threads

    def __repr__(self) -> str:
        """Show neither address nor key."""
        return "<Webhook>"

    def __call__(self, request: PendingApproval) -> None:
        """Send the request's name in the background."""
        if len(self._tasks) >= MOST:
            logger.warning("the webhook of approvals is behind: request=%s dropped", request.id)
            return
        task = asyncio.get_running_loop().create_task(self._send(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, request: PendingApproval) -> None:
        body = json.dumps({
            "request": request.id, "ref": request.ref, "tenant": request.tenant,
            "tool": request.obj, "needed": request.needed, "expires": request.expires,
        }).encode()  # fmt: skip
        signature = hmac.digest(self._secret, body, "sha256").hex()
        headers = {"Content-Type": "application/json", SIGNATURE: f"sha256={signature}"}
        for pause in (*self._pauses, None):
            try:
                answer = await self._calls.answer(
                    QUEUED,
                    lambda: self._client.send("POST", self._url, headers=headers, body=body),
                )
                if 200 <= answer.status < 300:
                    return
                why = f"status {answer.status}"
            except Exception as exc:  # its text may hold the address
                why = type(exc).__name__
            if pause is None:
                logger.warning("nobody heard of request=%s: %s", request.id, why)
                return
            await asyncio.sleep(pause)

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way, at most `seconds`; end the rest."""
        if self._tasks:
            await asyncio.wait([*self._tasks], timeout=seconds)
        for task in [*self._tasks]:
            task.cancel()
        self._calls.end()
