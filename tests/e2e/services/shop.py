"""The first service of `test_crossing`: FastAPI, a LangGraph graph, a client of the second."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx2
import uvicorn
from fastapi import FastAPI
from langgraph.graph import START, StateGraph
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from stageflow_guard import Guard
from stageflow_guard.hosts.asgi import GuardMiddleware
from stageflow_guard.hosts.mcp.client import RemoteTools, pins_of

guard = Guard.load("guard.toml")
BILLING = os.environ["BILLING"]
PINS: dict[str, str] = {}


class State(TypedDict, total=False):
    tool: str
    arguments: dict[str, object]
    answer: str


async def settle(state: State) -> State:
    headers = await guard.outgoing_headers(audience="billing")
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(BILLING, http_client=http)) as client,
    ):
        tools = RemoteTools(guard)
        await tools.add("billing", client, pins=await pins_of(client))
        answer = await tools.call(state["tool"], state["arguments"])
    return {"answer": str(answer["content"])}


builder = StateGraph(State).add_node("settle", settle)
builder.add_edge(START, "settle")
desk = guard.mount(builder, name="desk").compile()


@asynccontextmanager
async def lifespan(app):
    async with guard:
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(GuardMiddleware, guard=guard, continue_trace="STRANGERS" not in os.environ)


@app.post("/desk/{tool}")
async def ask(tool: str, arguments: dict[str, object]) -> dict[str, str]:
    done = await desk.ainvoke({"tool": tool, "arguments": arguments})
    return {"answer": done["answer"]}


async def serve() -> None:
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
    serving = asyncio.create_task(running.serve())
    while not running.started:
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{running.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # until the test closes it
    running.should_exit = True
    await serving


asyncio.run(serve())
