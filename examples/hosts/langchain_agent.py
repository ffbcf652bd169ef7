"""A LangChain agent behind the guard, without a model key: `python langchain_agent.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may refund; Carol, an
analyst, may not, whatever the model says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

from stageflow_guard import AccessDenied, Guard
from stageflow_guard.testing import IdentityProvider

LINES = """p, role:supervisor, acme, stage, desk/*, run, allow
p, role:supervisor, acme, tool, refund, call, allow
p, role:analyst, acme, stage, desk/*, run, allow
"""


class Scripted(BaseChatModel):
    """Stands in for a model: calls the tool once, then says what it gave."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **how: Any) -> Any:
        """Return the model: it knows its one tool."""
        return self

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **how: Any
    ) -> ChatResult:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            answer = AIMessage(f"done: {last.content}")
        else:
            call = {"name": "refund", "args": {"order": 7, "note": last.content}, "id": "call-1"}
            answer = AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=answer)])


@tool
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
        desk = guard.mount(create_agent(Scripted(), [refund], name="desk"))
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            asked = [HumanMessage("write to ada@example.com, please")]
            answer = await desk.ainvoke({"messages": asked})
            assert "ada@example.com" not in repr(answer)
            print(answer["messages"][-1].content)
        async with guard.session(idp.mint(sub="carol", tenant="acme")):
            try:
                await desk.ainvoke({"messages": [HumanMessage("a refund for me")]})
            except AccessDenied as denied:
                print(denied.decision.reason, denied.ref)


if __name__ == "__main__":
    asyncio.run(main(prepare()))
