"""An MCP server behind the guard, on stdio: `python mcp_server.py` asks itself as two callers.

Run it in a folder that `stageflow-guard init` made. Bob, an agent, sees and may call `refund`;
Carol, an analyst, sees nothing and is refused.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError

from stageflow_guard import Guard
from stageflow_guard.testing import IdentityProvider

LINES = "p, role:agent, acme, tool, refund, call, allow\n"


def server() -> tuple[Guard, MCPServer]:
    """Return the guard and its server; the caller's token is in the environment."""
    guard = Guard.load("guard.toml")
    desk: MCPServer = MCPServer("desk")

    @desk.tool()
    async def refund(order: int, note: str) -> str:
        return f"order {order} is refunded: {note}"

    guard.mount(desk, credential=lambda: os.environ.get("DESK_TOKEN"))
    return guard, desk


async def serve() -> None:
    """Serve one client on stdio."""
    guard, desk = server()
    async with guard:
        await desk.run_stdio_async()


async def ask(name: str, token: str) -> str | None:
    """Start the server for one caller, and call its tool; return the ref of a refusal."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=[__file__, "serve"],
        env={**os.environ, "DESK_TOKEN": token},
    )
    async with Client(stdio_client(parameters)) as client:
        print(name, "sees", [tool.name for tool in (await client.list_tools()).tools])
        try:
            said = await client.call_tool("refund", {"order": 7, "note": "for ada@example.com"})
            print(name, said.structured_content)
        except MCPError as refused:
            print(name, refused.error.code, refused.error.data)
            return refused.error.data["ref"]
    return None


async def main() -> None:
    """Ask as two callers."""
    idp = IdentityProvider("https://id.example")  # a test issuer: replace with your provider
    idp.write_jwks("jwks.json")
    policy = Path("policies/tenants/acme/policy.csv")
    if LINES not in policy.read_text():
        policy.write_text(policy.read_text() + LINES)
    await ask("bob", idp.mint(sub="bob", tenant="acme", roles=["agent"], aud="pipelines"))
    carol = idp.mint(sub="carol", tenant="acme", roles=["analyst"], aud="pipelines")
    ref = await ask("carol", carol)
    why = [sys.executable, "-m", "stageflow_guard", "audit", "why", str(ref), "--dir", "audit"]
    done = await asyncio.to_thread(subprocess.run, why, capture_output=True, text=True, check=True)
    print(done.stdout)


if __name__ == "__main__":
    asyncio.run(serve() if "serve" in sys.argv else main())
