"""When a double is slow, fails, or limits its rate: by the number of the call, never by chance."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


class RateLimited(Exception):
    """The double's own "429": `retry_after` is seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"rate limited; retry after {retry_after:g} s")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Faults:
    """A schedule over the calls of one double, counted from 1.

    `delay` seconds before every call, `delays` for single ones. Calls in `fail_on` raise what
    `error` makes, after their delay; `raising` gives single calls an error of their own. After
    every `rate_limit` calls one is refused with `RateLimited(retry_after)`. `hang_on` never answer.
    """

    delay: float = 0.0
    delays: Mapping[int, float] = field(default_factory=dict)
    fail_on: Collection[int] = ()
    error: type[Exception] = ConnectionError
    raising: Mapping[int, BaseException] = field(default_factory=dict)
    rate_limit: int = 0
    retry_after: float = 1.0
    hang_on: Collection[int] = ()

    async def before(self, call: int) -> None:
        """Wait and raise as the schedule says for this call."""
        pause = self.delays.get(call, self.delay)
        if pause:
            await asyncio.sleep(pause)
        if call in self.hang_on:
            await asyncio.Event().wait()
        if call in self.raising:
            raise self.raising[call]
        if call in self.fail_on:
            raise self.error(f"call {call} fails by its schedule")
        if self.rate_limit and call % (self.rate_limit + 1) == 0:
            raise RateLimited(self.retry_after)


class Scheduled:
    """A double that counts its calls and follows a schedule."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.calls = 0

    async def begin(self) -> int:
        """Count a call, and wait or raise as its schedule says; return its number."""
        self.calls += 1
        number = self.calls
        await self.faults.before(number)
        return number
