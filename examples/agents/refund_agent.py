"""A tool agent whose large refunds wait for a person in another terminal: `python refund_agent.py`.

Run it in a folder that `stageflow-guard init` made. The agent works through three letters with
Stageflow's tools: it refunds small sums by itself, waits for somebody's yes to a large one, and is
stopped by the limit on refunds. While it waits, answer in a second terminal, as it prints.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stageflow.tools.base import BaseTool, ToolInput, ToolOutput
from stageflow.tools.registry import ToolRegistry

from stageflow_guard import Guard, Refused
from stageflow_guard.enforcement.grants import PendingApproval
from stageflow_guard.testing import IdentityProvider

CATALOGUE = """\
tools:
  refund:
    arguments: {order: {minimum: 1}, amount: {minimum: 0, maximum: 1000}}
    approval: required
    when: {amount: {exclusiveMinimum: 100}}
    approval_wait: 60
"""
LIMITS = "limits: {refunds: {of: calls, limit: 2, window: 3600, per: [subject], kind: tool}}\n"
LINES = """
g, claim:clerk, role:clerk, acme
g, claim:boss, role:boss, acme
p, role:clerk, acme, tool, refund, call, allow
p, role:boss, acme, tool, refund, approve, allow
"""
LETTERS = [
    "Order 7 came broken: 40 back, please. ada@example.com",
    "Order 8 never came: 500 back!",
    "Order 9 is too small: 20 back.",
]


@dataclass
class Action:
    """What an agent wants done."""

    type: str
    payload: dict[str, Any] = field(default_factory=dict)


class Refund(BaseTool):
    """Pays money back."""

    name = description = "pays money back for an order"
    action_type = "refund"

    async def execute(self, input: ToolInput, ctx: dict[str, Any]) -> ToolOutput:
        """Pay; reached with permitted, bounded and approved arguments only."""
        paid = input.action.payload
        return ToolOutput(success=True, data={"told": f"paid {paid['amount']} for {paid['order']}"})


def plan(letter: str) -> Action:
    """Return what a letter asks for: a model's part, played by a rule."""
    order, amount = (int(word.strip(",.:!")) for word in letter.split() if word[0].isdigit())
    return Action("refund", {"order": order, "amount": amount})


def prepare(idp: IdentityProvider) -> None:
    """Write the policies of this example, and the boss's token for the second terminal."""
    idp.write_jwks("jwks.json")
    policies = Path("policies")
    (policies / "catalogue.yaml").write_text(CATALOGUE)
    (policies / "limits.yaml").write_text(LIMITS)
    with (policies / "tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)
    settings = Path("guard.toml").read_text()
    if "shard" not in settings:  # a log has one writer: the other terminal takes a shard of its own
        Path("guard.toml").write_text(settings.replace("[audit]", '[audit]\nshard = "auto"', 1))
    boss = idp.mint(sub="mia", tenant="acme", roles=["boss"])
    with open(os.open("boss.token", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(boss)


def tell(request: PendingApproval) -> None:
    """Say what the other terminal is to do; a webhook would be told the same."""
    print(f"waiting: {request.obj} {request.arguments}")
    print(f"stageflow-guard approvals approve {request.id} < boss.token", flush=True)


async def main() -> None:
    """Work through the letters; what is refused is named by its code and ref."""
    idp = IdentityProvider("https://id.example")  # a test issuer: replace with your provider
    prepare(idp)
    registry = ToolRegistry()
    registry.register(Refund())
    guard = Guard.load("guard.toml")
    guard.mount_tools(registry)
    guard.on_approval(tell)
    clerk = idp.mint(sub="bob", tenant="acme", roles=["clerk"])
    async with guard, guard.session(clerk):
        for letter in LETTERS:
            try:
                async with guard.run("support", input=letter) as run:
                    print("read:", run.input)
                    done = await registry.execute(plan(run.input), {})
                print("done:", done.data["told"])
            except Refused as refused:
                print("refused:", refused.code, refused.ref)


if __name__ == "__main__":
    asyncio.run(main())
