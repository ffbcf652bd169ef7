"""The port to a provider: one method that sends a request and returns a small answer.

It blocks and runs on threads, so that neither a handshake nor a large trust store stalls the event
loop, and a request on its way outlives the task that asked for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from stageflow_guard.base.http import HttpClient, HttpResponse, require_https

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Fetch = Callable[[str], Awaitable[bytes]]

__all__ = ["HttpClient", "HttpResponse", "Send", "fetch", "fetcher", "require_https", "send"]


class Send(Protocol):
    """Blocks until the answer is whole; raises `OSError` when there is none."""

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> HttpResponse:
        """Return the answer, whatever its status."""
        ...


send = HttpClient().send


def fetcher(send: Send) -> Fetch:
    """Return a function that fetches the body of a 200 answer; it raises `OSError` otherwise."""

    async def fetch(url: str) -> bytes:
        answer = await asyncio.to_thread(send, "GET", url)
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        return answer.body

    return fetch


fetch = fetcher(send)
