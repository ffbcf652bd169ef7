"""Tools of remote servers as guarded tools, their definitions pinned.

What a model is told of a tool (name, description, schemas) comes from somebody else's server. A pin
is the digest of what somebody here has read. A tool without a pin is not mounted; one whose
definition changed is refused, at mount and before a call; and no server's tool takes the name of
another's.

    tools = RemoteTools(guard)
    await tools.add("billing", client, pins={"refund": "sha256:…"})
    async with guard.session(token), guard.run("desk"):
        answer = await tools.call("refund", {"order": 7})

Policy is asked about `tool`, `billing/refund`, `call`.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcp.client import Client
from mcp.shared.exceptions import MCPError

from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.seam import ControlFlow, Seam
from stageflow_guard.enforcement.step import Step, require_segment
from stageflow_guard.errors import ConfigError, ContentBlocked, PolicyUnavailable
from stageflow_guard.hosts.mcp.blobs import inspected_result

if TYPE_CHECKING:
    from stageflow_guard.base.traceparent import TraceContext
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.model import Finding

# of a definition, what a model is told and what a call is made of
PINNED = (
    "name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons", "_meta",
)  # fmt: skip
MOST = 1000  # tools of one server


def pin_of(definition: Mapping[str, Any]) -> str:
    """Return the pin of a tool's definition as it stands on the wire: `sha256:` and 64 digits."""
    said = {name: definition[name] for name in PINNED if definition.get(name) is not None}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


async def pins_of(client: Client) -> dict[str, str]:
    """Return the pins of all tools of a server as it is now: to be read, then kept in a file."""
    return {name: pin_of(one) for name, one in (await definitions_of(client)).items()}


async def definitions_of(client: Client) -> dict[str, dict[str, Any]]:
    """Return what a server says of its tools, by name, all pages, not from a cache.

    Raises `ConfigError` for two tools of one name, and for a list without an end.
    """
    found: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    while True:
        page = await client.list_tools(cursor=cursor, cache_mode="refresh")
        for tool in page.tools:
            if tool.name in found:
                raise ConfigError(f"the server has two tools named {tool.name!r}")
            found[tool.name] = tool.model_dump(by_alias=True, mode="json", exclude_none=True)
        cursor = page.next_cursor
        if not cursor:
            return found
        if len(found) > MOST or not page.tools:
            raise ConfigError(f"the server lists more than {MOST} tools, or pages without any")


@dataclass(slots=True)
class _Remote:
    """One server: its client, its pins, and when its definitions were compared with them."""

    name: str
    client: Client
    pins: dict[str, str]
    recheck: float
    compared: float = field(default_factory=time.monotonic)


class RemoteTools:
    """The tools of remote servers, each a step. They run inside a run, as every guarded tool."""

    def __init__(self, guard: Any) -> None:
        pep: PolicyEnforcementPoint = guard._pep
        self._seam = Seam(pep, host="mcp_client", passes=_control_flow)
        self._servers: dict[str, _Remote] = {}
        self._tools: dict[str, tuple[_Remote, dict[str, Any]]] = {}

    async def add(
        self,
        server: str,
        client: Client,
        *,
        pins: Mapping[str, str],
        reserved: Collection[str] = (),
        recheck: float = 60.0,
    ) -> list[str]:
        """Mount the pinned tools of a connected server; return the names that have no pin.

        `server` is what policy calls it. `reserved` are names of tools of the application's own.
        Definitions are compared again before a call when the last time is over `recheck` seconds
        ago. Raises `ConfigError` for a pin that does not hold, for a tool that is gone, and for a
        name that another tool has: then nothing of it is mounted.
        """
        require_segment(server, "a server")
        if server in self._servers:
            raise ConfigError(f"server `{server}` is mounted already")
        said = await definitions_of(client)
        for name, pin in pins.items():
            require_segment(name, "a tool")
            problem = _problem(name, pin, said)
            if problem is not None:
                raise ConfigError(f"server `{server}`: {problem}")
            if name in reserved:
                raise ConfigError(f"tool `{name}` of `{server}` has the name of one of your own")
            if name in self._tools:
                other = self._tools[name][0].name
                raise ConfigError(f"tool `{name}` of `{server}` has the name of one of `{other}`")
        remote = self._servers[server] = _Remote(server, client, dict(pins), recheck)
        for name in pins:
            self._tools[name] = (remote, said[name])
        return sorted(set(said) - set(pins))

    def definitions(self) -> list[dict[str, Any]]:
        """Return what a model may be told: the definitions as they were pinned."""
        return [json.loads(json.dumps(said)) for _, said in self._tools.values()]

    async def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a tool; return its result as it stands on the wire, inspected.

        The arguments are inspected: the server gets pseudonyms, or originals where policy says
        `reveal`. Raises a `GuardError` on record; `KeyError` for a name that is not mounted;
        `MCPError` with its text redacted for what the server answers as an error.
        """
        remote, _ = self._tools[name]
        step = Step(kind="tool", obj=f"{remote.name}/{name}", act="call")
        try:
            call, given = await self._seam.begin(step, dict(arguments or {}))
            await self._require_pinned(call.run, step, remote, call)
            answer = await self._seam.run_step(
                call, _asked(remote.client, name, given, call.run.trace)
            )

            async def release(result: Any) -> tuple[dict[str, Any], tuple[Finding, ...], str]:
                told, found = await inspected_result(self._seam.pep, call.run, result, step)
                return told, found, "error" if result.get("isError") else "ok"

            result: dict[str, Any] = await self._seam.conclude(call, answer, release)
            return result
        except BaseException as error:
            drop_frames(error)  # their locals hold raw arguments
            raise

    async def _require_pinned(self, run: Any, step: Step, remote: _Remote, call: Any) -> None:
        """Compare the definitions again; refuse the call when one of its server changed."""
        if time.monotonic() - remote.compared < remote.recheck:
            return
        with self._seam.withheld(run, call.permit):
            try:
                said = await definitions_of(remote.client)
            except Exception:  # a server that does not answer has not said the same
                error = PolicyUnavailable(f"the tools of `{remote.name}` could not be listed")
                await self._seam.pep.refuse_step(error, run, step, "authorize")
            for name, pin in remote.pins.items():
                if _problem(name, pin, said) is not None:
                    changed = ContentBlocked(
                        (), f"tool `{name}` of `{remote.name}` is not what was pinned",
                        reason="pin_changed",
                    )  # fmt: skip
                    await self._seam.pep.refuse_step(changed, run, step, "authorize")
        remote.compared = time.monotonic()


async def _asked(
    client: Client, name: str, arguments: dict[str, Any], trace: TraceContext
) -> dict[str, Any]:
    meta: Any = {"traceparent": trace.header}  # SEP-414
    result = await client.session.call_tool(name, arguments, meta=meta)
    return result.model_dump(by_alias=True, mode="json", exclude_none=True)


def _problem(name: str, pin: str, said: Mapping[str, Mapping[str, Any]]) -> str | None:
    if name not in said:
        return f"tool `{name}` is pinned and gone"
    now = pin_of(said[name])
    return None if now == pin else f"tool `{name}` is not what was pinned: now {now}"


def _control_flow(error: BaseException) -> ControlFlow | None:
    """Return what a server answers as an error; its text is inspected."""
    if not issubclass(type(error), MCPError):
        return None
    code = error.error.code  # type: ignore[attr-defined]
    return ControlFlow("error", error.error.message, lambda text: MCPError(code, text))  # type: ignore[attr-defined]
