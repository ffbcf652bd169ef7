"""A FastAPI application behind the guard: `python fastapi_app.py`, or `uvicorn fastapi_app:app`.

Run it in a folder that `stageflow-guard init` made. Bob, an agent, may refund over HTTP and over a
websocket; Carol, an analyst, is answered 403; nobody is answered 401.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
import websockets
from fastapi import FastAPI, WebSocket

from stageflow_guard import Guard
from stageflow_guard.hosts.asgi import GuardMiddleware
from stageflow_guard.testing import IdentityProvider

LINES = "p, role:agent, acme, tool, refund, call, allow\n"

idp = IdentityProvider("https://id.example")  # a test issuer: replace with your provider
idp.write_jwks("jwks.json")
policy = Path("policies/tenants/acme/policy.csv")
if LINES not in policy.read_text():
    policy.write_text(policy.read_text() + LINES)
guard = Guard.load("guard.toml")


@guard.protect(kind="tool", obj="refund")
async def refund(order: int, note: str) -> str:
    """Refund an order: reached by permitted callers only, arguments and answer inspected."""
    return f"order {order} is refunded: {note}"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the guard with the application, and close it."""
    async with guard:
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(GuardMiddleware, guard=guard)


@app.post("/refunds/{order}")
async def refunds(order: int, note: str) -> dict[str, str]:
    """One request, one run."""
    async with guard.run("desk", input=note) as run:
        return {"answer": await refund(order, run.input)}


@app.websocket("/desk")
async def desk(socket: WebSocket) -> None:
    """One websocket, one caller, a run for each message."""
    await socket.accept()
    async for note in socket.iter_text():
        async with guard.run("desk", input=note) as run:
            await socket.send_text(await refund(1, run.input))


async def main() -> None:
    """Serve, ask as three callers, and stop."""
    config = uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    address = f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    bob = idp.mint(sub="bob", tenant="acme", roles=["agent"], aud="pipelines")
    carol = idp.mint(sub="carol", tenant="acme", roles=["analyst"], aud="pipelines")
    note = {"note": "for ada@example.com"}
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        for name, token in (("bob", bob), ("carol", carol), ("nobody", None)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            said = await http.post("/refunds/7", params=note, headers=headers)
            print(name, said.status_code, json.dumps(said.json(), ensure_ascii=False))
            if name == "carol":
                ref = said.json()["ref"]
    headers = {"Authorization": f"Bearer {bob}"}
    async with websockets.connect(f"ws://{address}/desk", additional_headers=headers) as socket:
        await socket.send("for ada@example.com")
        print("bob", await socket.recv())
    server.should_exit = True
    await serving
    why = [sys.executable, "-m", "stageflow_guard", "audit", "why", ref, "--dir", "audit"]
    done = await asyncio.to_thread(subprocess.run, why, capture_output=True, text=True, check=True)
    print(done.stdout)


if __name__ == "__main__":
    asyncio.run(main())
