"""A pydantic-ai agent behind the guard, without a model key: `python pydantic_ai_agent.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may refund; Carol, an
analyst, may not, whatever the model says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from stageflow_guard import AccessDenied, Guard
from stageflow_guard.testing import IdentityProvider

LINES = """p, role:supervisor, acme, model, *, call, allow
p, role:supervisor, acme, tool, refund, call, allow
p, role:analyst, acme, model, *, call, allow
"""


def scripted(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Stand in for a model: call the tool once, then say what it gave."""
    last = messages[-1].parts[-1]
    if last.part_kind == "tool-return":
        return ModelResponse(parts=[TextPart(f"done: {last.content}")])
    return ModelResponse(parts=[ToolCallPart("refund", {"order": 7, "note": last.content})])


agent = Agent(FunctionModel(scripted, model_name="scripted"), name="desk")


@agent.tool_plain
def refund(order: int, note: str) -> str:
    """Refund an order."""
    return f"order {order}: {note}"


def prepare() -> IdentityProvider:
    """Write the test issuer's keys and the policy lines; your provider publishes its own keys."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks("jwks.json")
    policy = Path("policies/tenants/acme/policy.csv")
    policy.write_text(policy.read_text() + LINES)
    return idp


async def main(idp: IdentityProvider) -> None:
    """Ask as Ada, then as Carol."""
    async with Guard.load("guard.toml") as guard:
        desk = guard.mount(agent)
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            result = await desk.run("write to ada@example.com, please")
            assert "ada@example.com" not in result.all_messages_json().decode()
            print(result.output)
        async with guard.session(idp.mint(sub="carol", tenant="acme")):
            try:
                await desk.run("a refund for me")
            except AccessDenied as denied:
                print(denied.decision.reason, denied.ref)


if __name__ == "__main__":
    asyncio.run(main(prepare()))
