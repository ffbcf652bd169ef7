"""A FastMCP server behind the guard, and a client of it: `python fastmcp_server.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may refund; Carol, an
analyst, is not shown the tool, and may not call it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from fastmcp import FastMCP
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from stageflow_guard import Guard
from stageflow_guard.testing import IdentityProvider

LINES = "p, role:supervisor, acme, tool, refund, call, allow\n"


def server_of(guard: Guard, token: str) -> FastMCP:
    """Return a guarded server for one caller; over HTTP each request brings its own token."""
    server = FastMCP("desk")

    @server.tool
    async def refund(order: int, note: str) -> str:
        """Refund an order."""
        return f"order {order}: {note}"

    return guard.mount(server, credential=lambda: token)


def prepare() -> IdentityProvider:
    """Write the test issuer's keys and the policy lines; your provider publishes its own keys."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks("jwks.json")
    policy = Path("policies/tenants/acme/policy.csv")
    policy.write_text(policy.read_text() + LINES)
    return idp


async def main(idp: IdentityProvider) -> None:
    """Call as Ada, then as Carol."""
    async with Guard.load("guard.toml") as guard:
        for sub in ("ada", "carol"):
            server = server_of(guard, idp.mint(sub=sub, tenant="acme"))
            async with Client(server._mcp_server) as client:
                listed = [tool.name for tool in (await client.list_tools()).tools]
                print(sub, "is shown", listed)
                given = {"order": 7, "note": "for ada@example.com"}
                try:
                    answer = await client.call_tool("refund", given)
                    assert "ada@example.com" not in str(answer)
                    print(answer.content[0].text)
                except MCPError as denied:
                    ref = denied.error.data["ref"]
    why = [sys.executable, "-m", "stageflow_guard", "audit", "why", ref, "--dir", "audit"]
    done = await asyncio.to_thread(subprocess.run, why, capture_output=True, text=True, check=True)
    print(done.stdout)


if __name__ == "__main__":
    asyncio.run(main(prepare()))
