"""Custom adapter: a client of your own behind the guard, with deadline, retry and idempotency.

What the guard does: the adapter asks policy before each attempt and inspects what goes in and out;
an order number is data, an address in an argument is a pseudonym to the client. What it refuses: a
call for a caller without the right, an adapter that would repeat what must happen once.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.harness import external_call
from stageflow_guard.hosts.stageflow.stages import ToolAdapter
from stageflow_guard.testing.scene import Scene


class Warehouse:
    """A client of a warehouse: slow at times, and it must not ship twice."""

    def __init__(self) -> None:
        self.shipped: dict[str, str] = {}
        self.calls = 0

    async def ship(self, order: int, to: str, idempotency_key: str) -> str:
        """Ship once for each key, however often it is asked."""
        self.calls += 1
        async with external_call("http", "warehouse", attempt=self.calls):
            self.shipped.setdefault(idempotency_key, to)
            if self.calls == 1:  # the answer of the first call is lost on its way
                raise ConnectionError("reset")
            return f"parcel-{order}"


class Ship:
    """Ships what the caller orders."""

    def __init__(self, ship: Any) -> None:
        self.ship = ship

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the parcel's number."""
        parcel = await self.ship(order=1002, to=ctx.snapshot.input_text or "")
        return StageOutput.ok(parcel=parcel)


def pipeline(guard: Guard, warehouse: Warehouse | None = None) -> Pipeline:
    """Build it around a client."""
    client = warehouse or Warehouse()
    ship = ToolAdapter(
        guard, client.ship, name="ship", timeout=5, retries=2, pause=0, idempotent=True,
        idempotency_key=lambda order, to: f"order-{order}",
    )  # fmt: skip
    return Pipeline.from_stages(stage("ship", Ship(ship), StageKind.WORK), name="custom_adapter")


async def scenario(scene: Scene) -> None:
    """A lost answer, and a caller who may not ship."""
    warehouse = Warehouse()
    app = scene.guard.mount(pipeline(scene.guard, warehouse), name="custom_adapter")
    to = "to maria.keller@example.com"
    results = await scene.run("an agent ships", app, to, who="bob@acme", roles=["agent"])
    assert results["ship"].data == {"parcel": "parcel-1002"}
    assert (warehouse.calls, len(warehouse.shipped)) == (2, 1)
    assert "maria" not in warehouse.shipped["order-1002"]
    await scene.run("a customer may not ship", app, to, who="maria@acme", roles=["customer"])
    assert warehouse.calls == 2
