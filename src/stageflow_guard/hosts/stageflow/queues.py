"""Queues and channels as a stage sees them: every item put in is inspected, reading is free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stageflow_guard.base.awaited import awaited

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from stageflow_guard.enforcement.channels import TextChannel
    from stageflow_guard.enforcement.egress import StepEgress

# what puts nothing in; an unknown method of an application's queue may be a way in
_QUEUE = frozenset({
    "get", "get_nowait", "task_done", "join", "qsize", "empty", "full", "maxsize", "is_closed",
    "closed", "monitor", "stats",
})  # fmt: skip
_BUS = frozenset({"subscribe", "stats"})


class GuardedQueue:
    """A queue whose items are inspected; what only reads is the application's own."""

    def __init__(self, inner: Any, channel: TextChannel) -> None:
        self._inner, self._channel = inner, channel

    async def put(self, item: Any) -> bool:
        """Take an item, behind those that could not wait."""
        await self._channel.drain()
        await self._channel.put(item)
        return True

    def put_nowait(self, item: Any) -> None:
        """Take an item; it arrives when it was inspected."""
        self._channel.submit(self._channel.put(item))

    async def close(self) -> Any:
        """Release what is held, then close."""
        await self._channel.drain()
        await self._channel.end()
        return await awaited(self._inner.close())

    def __getattr__(self, name: str) -> Any:
        """Return what only reads; an unknown method could be a way in, and is not there."""
        return _read(self, name, _QUEUE)

    def __len__(self) -> int:
        """Return how many items wait for the reader."""
        return len(self._inner)

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield what the application's own yields; its iterator may be the queue itself."""
        async for item in self._inner:
            yield item


class GuardedBus:
    """Named channels whose items are inspected, names included."""

    def __init__(self, inner: Any, egress: StepEgress, name: str) -> None:
        self._inner, self._egress, self._name = inner, egress, name
        self._queues: dict[str, GuardedQueue] = {}

    async def channel(self, name: str, **options: Any) -> GuardedQueue:
        """Return the guarded queue of a channel."""
        await self._require_clean(name)
        if options:
            (options,), _ = await self._egress.inspected([options])
        inner = await self._inner.channel(name, **options)
        known = self._queues.get(name)
        if known is None:
            known = guarded_queue(self._egress, f"{self._name}:{name}", inner)
            self._queues[name] = known
        return known

    async def publish(self, channel: str, item: Any) -> bool:
        """Say something on a channel."""
        return await (await self.channel(channel)).put(item)

    async def _require_clean(self, name: str) -> None:
        """Refuse a name with personal data, or of another class: it can call itself known."""
        if type(name) is not str or name not in self._queues:
            await self._egress.require_clean(name)

    async def close_channel(self, channel: str) -> None:
        """Release what is held, then close."""
        await self._require_clean(channel)
        await self._egress.end_of(f"{self._name}:{channel}")
        await self._inner.close_channel(channel)

    async def close_all(self) -> None:
        """Release what is held, then close."""
        await self._egress.end_of(f"{self._name}:", all_of_them=True)
        await self._inner.close_all()

    def __getattr__(self, name: str) -> Any:
        """Return what only reads; an unknown method could be a way in, and is not there."""
        return _read(self, name, _BUS)


def _read(guarded: GuardedQueue | GuardedBus, name: str, known: frozenset[str]) -> Any:
    if name in known:
        return getattr(guarded._inner, name)
    raise AttributeError(
        f"a guarded {'queue' if known is _QUEUE else 'bus'} has no `{name}`: it could be a way in "
        "that is not inspected; use `put`, or `guard.redact_stream()` for a way out of your own"
    )


def guarded_queue(egress: StepEgress, name: str, inner: Any) -> GuardedQueue:
    """Return the guarded form of a queue."""
    return GuardedQueue(inner, egress.text(name, lambda item: awaited(inner.put(item))))
