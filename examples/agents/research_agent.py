"""A research agent with a budget: `python research_agent.py`.

Run it in a folder that `stageflow-guard init` made. The agent asks a search in ever more branches.
Calls at a time, tokens, child runs and their depth are limited in `limits.yaml`, and once it has
read a customer's file it sends nothing out (`flow.yaml`). Whatever it wants, it stops there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from stageflow_guard import Guard, Refused
from stageflow_guard.testing import IdentityProvider

LIMITS = """\
limits:
  at-once: {of: concurrent, limit: 3, per: [subject], kind: tool, obj: search}
  nearly: {of: tokens, limit: 700, per: [run], mode: soft}
  budget: {of: tokens, limit: 1000, per: [run]}
  branches: {of: children, limit: 4, per: [run]}
  deep: {of: depth, limit: 2}
"""
FLOW = """\
flow:
  keeps-it:
    never: {kind: tool, act: call, obj: publish}
    after: {kind: data, act: read}
"""
LINES = """
g, claim:analyst, role:analyst, acme
p, role:analyst, acme, tool, search, call, allow
p, role:analyst, acme, tool, publish, call, allow
p, role:analyst, acme, data, file/*, read, allow
"""

idp = IdentityProvider("https://id.example")  # a test issuer: replace with your provider
idp.write_jwks("jwks.json")
policies = Path("policies")
(policies / "limits.yaml").write_text(LIMITS)
(policies / "flow.yaml").write_text(FLOW)
with (policies / "tenants/acme/policy.csv").open("a") as added:
    added.write(LINES)
guard = Guard.load("guard.toml")


@guard.protect(kind="tool", obj="search")
async def search(words: str) -> str:
    """Search; what it cost is counted, whether it was worth it or not."""
    await asyncio.sleep(0.01)
    await guard.spend("tokens", 120)
    return f"three pages on {words}"


@guard.protect(kind="data", act="read", obj=lambda name: f"file/{name}", owner="acme")
async def read(name: str) -> str:
    """Read a customer's file."""
    return f"what {name} ordered"


@guard.protect(kind="tool", obj="publish")
async def publish(text: str) -> str:
    """Send a report out."""
    return "published"


async def branch(topic: str, depth: int) -> list[str]:
    """Look into a topic and what it leads to: a run within a run for each step down."""
    async with guard.run("branch", input=topic):
        found = [await search(topic)]
        return found + await branch(f"{topic}, closer", depth - 1) if depth else found


async def attempt(name: str, work: Callable[[], Awaitable[str]]) -> None:
    """Run one task; say how it ended, by code, limit and ref."""
    try:
        async with guard.run("research"):
            print(f"{name}: {await work()}")
    except Refused as refused:
        print(f"{name}: refused {refused.code} {getattr(refused, 'limit', '')} {refused.ref}")


async def main() -> None:
    """Stay within the budget, then go over each part of it."""

    async def modest() -> str:
        return await search("cups") + "; " + await search("plates")

    async def greedy() -> str:
        return "; ".join([await search(f"topic {n}") for n in range(20)])

    async def wide() -> str:
        found = await asyncio.gather(*(search(f"topic {n}") for n in range(8)))
        return "; ".join(found)

    async def deep() -> str:
        return "; ".join(await branch("cups", 5))

    async def leaky() -> str:
        return await publish(await read("7"))

    token = idp.mint(sub="ada", tenant="acme", roles=["analyst"])
    async with guard, guard.session(token):
        for work in (modest, greedy, wide, deep, leaky):
            await attempt(work.__name__, work)


if __name__ == "__main__":
    asyncio.run(main())
