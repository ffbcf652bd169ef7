"""A LangGraph graph behind the guard, paused and resumed: `python langgraph_app.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may send letters; Carol, an
analyst, may not, and does not reach Ada's thread.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from stageflow_guard import AccessDenied, Guard
from stageflow_guard.testing import IdentityProvider

LINES = """p, role:supervisor, acme, stage, desk/*, run, allow
p, role:analyst, acme, stage, desk/draft, run, allow
"""


class State(TypedDict, total=False):
    """What goes from node to node."""

    text: str
    sent: bool


async def draft(state: State) -> State:
    """Write the letter; the address is a pseudonym here."""
    return {"text": f"dear {state['text']}"}


async def send(state: State) -> State:
    """Ask, then send: the answer comes in a run of its own."""
    return {"sent": interrupt("send it?") == "yes"}


def prepare() -> IdentityProvider:
    """Write the test issuer's keys and the policy lines; your provider publishes its own keys."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks("jwks.json")
    policy = Path("policies/tenants/acme/policy.csv")
    policy.write_text(policy.read_text() + LINES)
    return idp


async def main(idp: IdentityProvider) -> None:
    """Draft and send as Ada, then try as Carol."""
    builder = StateGraph(State).add_node("draft", draft).add_node("send", send)
    builder.add_edge(START, "draft").add_edge("draft", "send")
    saver, config = InMemorySaver(), {"configurable": {"thread_id": "letter-1"}}
    async with Guard.load("guard.toml") as guard:
        desk = guard.mount(builder, name="desk").compile(saver)
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            await desk.ainvoke({"text": "ada@example.com"}, config)
            print(await desk.ainvoke(Command(resume="yes"), config))
        assert "ada@example.com" not in repr(list(saver.list(None)))
        async with guard.session(idp.mint(sub="carol", tenant="acme")):
            assert (await desk.aget_state(config)).values == {}  # her own thread of that name
            try:
                await desk.ainvoke({"text": "me"}, config)
            except AccessDenied as denied:
                print(denied.decision.reason, denied.ref)


if __name__ == "__main__":
    asyncio.run(main(prepare()))
