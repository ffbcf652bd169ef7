"""What an adapter's author writes: how the host is made to call steps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from stageflow_guard import Guard

PIPELINE = "kit"  # the run's name, and the pipeline of every object that policy is asked about


class NotOffered(Exception):
    """The host has nothing of this kind, so the row does not apply. The text says what."""


class Body:
    """What one step does, sync or async, and what it saw. The row gives the action."""

    def __init__(self, name: str, action: Callable[[Any], Any] | None = None) -> None:
        self.name = name
        self.seen: list[Any] = []
        self.finished = 0
        self._action = action

    @property
    def started(self) -> int:
        """How often the body ran."""
        return len(self.seen)

    async def call(self, text: Any) -> Any:
        """Do the work, in async code."""
        self.seen.append(text)
        answer = text if self._action is None else self._action(text)
        if isinstance(answer, Awaitable):
            answer = await answer
        self.finished += 1
        return answer

    def call_sync(self, text: Any) -> Any:
        """Do the work, in sync code: what the action awaits is awaited on a loop of its own."""
        self.seen.append(text)
        answer = text if self._action is None else self._action(text)
        if isinstance(answer, Awaitable):

            async def wait() -> Any:
                return await answer

            answer = asyncio.run(wait())
        self.finished += 1
        return answer

    async def stream(self, text: Any) -> AsyncIterator[str]:
        """Give the text in chunks of three characters."""
        self.seen.append(text)
        for start in range(0, len(text), 3):
            yield text[start : start + 3]
            await asyncio.sleep(0)
        self.finished += 1


class Driver:
    """Makes one host call the kit's steps. Subclass it; what stays as it is, is not offered.

    Every step belongs to the pipeline `kit`; the last segment of its policy object is `body.name`.
    The session is bound outside. `limits` names the rows that the host cannot hold, each with the
    reason, which is printed.
    """

    host: str = ""
    limits: ClassVar[Mapping[str, str]] = {}

    async def turn(self, guard: Guard, bodies: list[Body], text: str) -> list[Any]:
        """Run the bodies as steps of one run, in order, each given `text`; return the answers."""
        raise NotImplementedError

    async def parallel(self, guard: Guard, bodies: list[Body], text: str) -> list[Any]:
        """Run the bodies as steps of one run, all at once; return the answers."""
        raise NotOffered("the host runs no steps side by side")

    async def swallow(self, guard: Guard, bodies: list[Body], text: str) -> Any:
        """Run as `turn` does, while the host or its user swallows what each step raises."""
        raise NotOffered("nothing in the host swallows what a step raises")

    async def retry(self, guard: Guard, body: Body, text: str, times: int) -> Any:
        """Run one step which the host runs again, up to `times`, when it raises."""
        raise NotOffered("the host runs no step again")

    async def direct(self, guard: Guard, body: Body, text: str) -> Any:
        """Call the guarded callable itself, outside a run."""
        raise NotOffered("the host hands out no guarded callable")

    async def detached(self, guard: Guard, body: Body, text: str) -> asyncio.Task[Any]:
        """Start the step from inside a run in a task that outlives it; return the task."""
        raise NotOffered("the host starts no step outside its own flow")

    async def nested(self, guard: Guard, outer: Body, inner: Body, text: str) -> Any:
        """Run `inner` in a child run (a subgraph, a handoff) that step `outer` starts."""
        raise NotOffered("the host nests no runs")

    async def conversation(self, guard: Guard, body: Body, text: str, key: str) -> Any:
        """Run one step in the conversation `key`; return its answer."""
        raise NotOffered("the host keeps no conversation")

    async def stream(self, guard: Guard, body: Body, text: str, heard: list[str]) -> None:
        """Run a step that gives `text` in chunks; append to `heard` each chunk that leaves."""
        raise NotOffered("nothing leaves a step of the host before it ends")

    async def cached(self, guard: Guard, body: Body, text: str) -> Any:
        """Put a cache of the host in front of the step, and run it; `ConfigError` is right."""
        raise NotOffered("the host caches no steps")

    async def forged(self, guard: Guard, body: Body, text: str) -> Any:
        """Let the caller choose or forge the way to the step, as the host allows."""
        raise NotOffered("a caller of the host chooses no step")

    def dump(self) -> list[str]:
        """Return everything that the host's stores, checkpoints and traces hold, as text."""
        return []


def spin(seconds: float) -> None:
    """Keep the interpreter busy without giving it up: a body that cannot be stopped."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
