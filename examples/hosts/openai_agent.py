"""An OpenAI Agents agent behind the guard, without a model key: `python openai_agent.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may refund; Carol, an
analyst, may not, whatever the model says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from agents import Agent, ModelResponse, Usage, function_tool, set_tracing_disabled
from agents.testing import ScriptedModel
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage
from openai.types.responses.response_output_text import ResponseOutputText

from stageflow_guard import AccessDenied, Guard
from stageflow_guard.testing import IdentityProvider

LINES = """p, role:supervisor, acme, model, *, call, allow
p, role:supervisor, acme, tool, refund, call, allow
p, role:analyst, acme, model, *, call, allow
"""


def scripted() -> ScriptedModel:
    """Stand in for a model: call the tool once, then say that it is done."""
    call = ResponseFunctionToolCall(
        name="refund", arguments='{"order": 7}', call_id="call-1", type="function_call"
    )
    said = ResponseOutputText(text="done", type="output_text", annotations=[])
    message = ResponseOutputMessage(
        id="msg-1", role="assistant", status="completed", type="message", content=[said]
    )
    answers = [[call], [message]]
    return ScriptedModel([ModelResponse(one, Usage(), None) for one in answers])


@function_tool
def refund(order: int) -> str:
    """Refund an order."""
    return f"order {order}: refunded, a note is with ada@example.com"


def desk() -> Agent:
    """Return the agent."""
    return Agent(name="desk", model=scripted(), tools=[refund])


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
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            result = await guard.mount(desk()).run("a refund for ada@example.com, please")
            assert "ada@example.com" not in str(result.to_input_list())
            print(result.final_output)
        async with guard.session(idp.mint(sub="carol", tenant="acme")):
            try:
                await guard.mount(desk()).run("a refund for me")
            except AccessDenied as denied:
                print(denied.decision.reason, denied.ref)


if __name__ == "__main__":
    set_tracing_disabled(True)
    asyncio.run(main(prepare()))
