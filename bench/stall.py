"""One caller beside another's heavy work: how long the event loop stands still, and a short run.

Run: python bench/stall.py [seconds]. Each row does its heavy work for one tenant again and again
while the loop is sampled every millisecond and another tenant's 25 characters are inspected.
Prints the stall of the loop (p99, worst) and the time of the short inspection (p50, worst).
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

SHORT = "mail ada@example.com today"[:25]
WORDS = ["the", "order", "of", "last", "week", "was", "sent", "by", "our", "team", "again", "on"]


def text(size: int, seed: int, every: int = 40) -> str:
    """Return prose of `size` characters in which each `every`th word is personal."""
    chosen = random.Random(seed)
    parts: list[str] = []
    length = n = 0
    while length < size:
        n += 1
        word = f"p{chosen.randrange(10**6)}@example.com" if n % every == 0 else chosen.choice(WORDS)
        parts.append(word)
        length += len(word) + 1
    return " ".join(parts)[:size]


async def stalls(stop: asyncio.Event) -> list[float]:
    """Return by how many milliseconds each wait of one millisecond was late, until `stop`."""
    late: list[float] = []
    while not stop.is_set():
        start = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - start - 0.001) * 1000)
    return late


async def measured(
    name: str, inspector: OffLoopInspector, heavy: Callable[[], Awaitable[object]], seconds: float
) -> None:
    """Print the row of `heavy`."""
    stop = asyncio.Event()
    sampling = asyncio.create_task(stalls(stop))
    until = time.perf_counter() + seconds
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while time.perf_counter() < until:
            await heavy()
            rounds += 1

    working = asyncio.create_task(work())
    short: list[float] = []
    n = 0
    while not working.done():
        n += 1
        start = time.perf_counter()
        scope = inspector.scope("other", f"run-{n}")
        try:
            await inspector.redact(f"{SHORT} {n}", scope=scope, direction="input")
            short.append((time.perf_counter() - start) * 1000)
        except Exception as exc:
            print("   refused:", type(exc).__name__, exc)
            short.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.01)
    await working
    stop.set()
    late = sorted(await sampling)
    print(
        f"{name:28} rounds {rounds:3}  stall p99 {late[int(len(late) * 0.99)]:7.2f} ms "
        f"worst {late[-1]:8.2f} ms   short p50 {statistics.median(short):7.2f} ms "
        f"worst {max(short):8.2f} ms"
    )


async def main(seconds: float) -> None:
    """Print each row."""
    inspector = OffLoopInspector(Redactor(), Vault())
    await inspector.redact(text(9_000, 0), scope=inspector.scope("acme", "warm"), direction="input")
    texts = [text(900_000, seed) for seed in range(1, 5)]
    turn = 0

    async def four() -> None:
        nonlocal turn
        turn += 1
        scope = inspector.scope("acme", f"run-{turn}")
        await asyncio.gather(
            *(inspector.redact(f"{turn} {one}", scope=scope, direction="input") for one in texts),
            return_exceptions=True,
        )

    numbers = list(range(3_000_000))

    async def many() -> None:
        await inspector.redact(numbers, scope=inspector.scope("acme", "n"), direction="input")

    scope = inspector.scope("acme", "restored")
    dense, _ = await inspector.redact(text(600_000, 9, every=2), scope=scope, direction="input")

    async def restoring() -> None:
        await inspector.restore(dense, scope=scope)

    async def nothing() -> None:
        await asyncio.sleep(0.05)

    await measured("nothing", inspector, nothing, min(seconds, 3))
    await measured("restores 600 KB", inspector, restoring, seconds)
    await measured("3 M numbers", inspector, many, seconds)
    await measured("4 x 900 KB", inspector, four, seconds)
    inspector.close()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
