"""Multi-tenant: two tenants, one pipeline, one memory; each finds its own and nothing else.

What the guard does: a caller's tenant comes from the token alone; keys of the memory hold tenant
and subject; a list of records is filtered by owner, each decision on record. What it refuses:
another tenant's record by name, a subject of the same name in another tenant, a tenant that does
not exist.
"""

from __future__ import annotations

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.hosts.stageflow.stages import MemoryFetchStage, MemoryWriteStage
from stageflow_guard.testing.doubles import MemoryDouble
from stageflow_guard.testing.scene import Scene

TICKETS = {"1": "acme", "2": "globex", "3": "acme"}
SESSION = "8c5f0b9e-6a0e-4a52-9a3e-0c6f0e7b9a11"  # the same in both tenants, on purpose


class Tickets:
    """Lists tickets: the store holds everybody's."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return those that the caller may read."""
        mine = await self.guard.filter(
            TICKETS, kind="data", obj=lambda number: f"ticket/{number}", owner=TICKETS.get
        )
        return StageOutput.ok(tickets=mine)


async def answer(ctx: StageContext) -> StageOutput:
    """Say how much there is."""
    tickets = ctx.inputs.require_from("tickets", "tickets")
    before = ctx.inputs.require_from("memory", "messages")
    return StageOutput.ok(text=f"{len(tickets)} tickets, {len(before)} messages before.")


def pipeline(guard: Guard, memory: MemoryDouble | None = None) -> Pipeline:
    """Build it over one memory for all tenants."""
    store = memory or MemoryDouble()
    return Pipeline.from_stages(
        stage("memory", MemoryFetchStage(guard, store), StageKind.ENRICH),
        stage("tickets", Tickets(guard), StageKind.ENRICH),
        stage("answer", answer, StageKind.AGENT, dependencies=("memory", "tickets")),
        stage("keep", MemoryWriteStage(guard, store, answer_from="answer"), StageKind.WORK,
              after="answer"),
        name="multi_tenant",
    )  # fmt: skip


async def scenario(scene: Scene) -> None:
    """Two tenants in turn, then three who look over the wall."""
    guard = scene.guard
    app = guard.mount(pipeline(guard), name="multi_tenant")

    async def texts(case: str, who: str) -> str:
        results = await scene.run(case, app, "what is open?", who=who, roles=["customer"],
                                  session_id=SESSION)  # fmt: skip
        return str(results["answer"].data["text"])

    assert await texts("acme asks", "ada@acme") == "2 tickets, 0 messages before."
    assert await texts("acme asks again", "ada@acme") == "2 tickets, 2 messages before."
    assert await texts("globex asks", "eve@globex") == "1 tickets, 0 messages before."
    assert await texts("the same name elsewhere", "ada@globex") == "1 tickets, 0 messages before."
    await scene.attempt(
        "another tenant's ticket",
        lambda: guard.authorize(kind="data", obj="ticket/2", act="read", owner="globex"),
        who="ada@acme", roles=["customer"],
    )  # fmt: skip
    await scene.run("a tenant that is none", app, "hello", who="ada@initech", roles=["customer"])
