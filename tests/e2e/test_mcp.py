"""The MCP adapter over the wire: a real client on stdio and on streamable HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sys
import textwrap

import httpx
import pytest

pytest.importorskip("mcp", reason="the host of these tests")

import uvicorn
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import BaseModel

from stageflow_guard import current_principal
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.asgi import GuardMiddleware
from stageflow_guard.hosts.mcp.credentials import GuardTokenVerifier
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, BOB, EVE, MAIL

# the host calls its logging, which is what is looked at here, deprecated
pytestmark = pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")


class Answer(BaseModel):
    colour: str


def owner_of(uri: str) -> str | None:
    return "globex" if uri.endswith("/8") else "acme"


def desk(env, **options):
    """A server with everything that a server has."""
    server = MCPServer("desk", **options)

    @server.tool()
    async def echo(text: str) -> str:
        return text

    @server.tool()
    def echo_sync(text: str) -> dict[str, str]:
        return {"text": text, "from": "grace@example.org"}

    @server.tool()
    async def who() -> str:
        await asyncio.sleep(0.01)
        return current_principal().subject

    @server.tool()
    async def token(ctx: Context) -> list[str]:
        seen = get_access_token()
        headers = {} if ctx.headers is None else dict(ctx.headers)
        return [str(headers.get("authorization")), "" if seen is None else seen.token]

    @server.tool()
    async def talk(text: str, ctx: Context) -> str:
        await ctx.report_progress(1, 2, f"at {text} and grace@example.org")
        await ctx.info(f"said {text} and grace@example.org")
        return text

    @server.tool()
    async def ask(ctx: Context) -> str:
        said = await ctx.elicit(f"is it {MAIL}?", Answer)
        return f"the answer was {said.data.colour}"

    @server.tool()
    async def bug() -> str:
        raise ValueError(f"no {MAIL}")

    @server.tool()
    async def told() -> str:
        raise ToolError(f"ask {MAIL}")

    @server.tool()
    async def typed() -> str:
        raise MCPError(-32050, f"ask {MAIL}")

    @server.tool()
    async def whole() -> CallToolResult:
        return CallToolResult(
            content=[TextContent(text=f"a {MAIL}")],
            structured_content={"b": MAIL},
            _meta={"c": MAIL},
        )

    @server.tool()
    async def picture() -> CallToolResult:
        data = base64.b64encode(b"\x89PNG" + bytes(range(64))).decode()
        return CallToolResult(content=[ImageContent(data=data, mime_type="image/png")])

    @server.tool()
    async def outer(text: str, ctx: Context) -> str:
        with contextlib.suppress(Exception):
            await ctx.mcp_server.call_tool("echo", {"text": text})
        return "done"

    @server.resource("ticket://{number}")
    async def ticket(number: str) -> str:
        return f"ticket {number} from {MAIL}"

    @server.resource("config://app")
    def config() -> str:
        return f"kept by {MAIL}"

    @server.prompt()
    def greet(name: str) -> str:
        return f"hello {name}"

    return server


@pytest.fixture
def env():
    return Environment()


@contextlib.asynccontextmanager
async def served(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.005)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}/mcp"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def over_http(url, token, **options):
    import httpx2

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), **options) as client,
    ):
        yield client


AUTH = AuthSettings(
    issuer_url="https://id.example",
    resource_server_url="https://mcp.example",
    validate_token_resource=False,  # the guard checks the audience
)


@pytest.fixture
async def url(env):
    """The server over streamable HTTP, its sessions bound to their principals."""
    server = desk(env, auth=AUTH, token_verifier=GuardTokenVerifier(env.guard))
    env.guard.mount(server, owner=owner_of)
    async with served(server.streamable_http_app()) as address:
        yield address


@pytest.fixture(params=["memory", "http"])
async def client(request, env):
    """A client of the guarded server, as Ada, in a task of its own, as its scopes need."""
    opened, over = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def hold():
        if request.param == "http":
            server = desk(env, auth=AUTH, token_verifier=GuardTokenVerifier(env.guard))
            env.guard.mount(server, owner=owner_of)
            async with (
                served(server.streamable_http_app()) as address,
                over_http(address, ADA) as client,
            ):
                opened.set_result(client)
                await over.wait()
        else:
            server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)
            async with Client(server) as client:
                opened.set_result(client)
                await over.wait()

    task = asyncio.create_task(hold())
    await asyncio.wait({task, opened}, return_when=asyncio.FIRST_COMPLETED)
    yield await (opened if opened.done() else task)
    over.set()
    await task


def text_of(result):
    return str(result.model_dump(by_alias=True))


async def refused(work, code):
    with pytest.raises(MCPError) as error:
        await work
    assert error.value.error.data["code"] == code
    assert error.value.error.data["ref"] in str(error.value)
    return error.value


async def test_tools_are_governed_and_all_of_a_result_is_redacted(client, env):
    """Arguments in, content, structured content and metadata out; async and sync."""
    for name in ("echo", "echo_sync"):
        answer = text_of(await client.call_tool(name, {"text": f"to {MAIL}"}))
        assert "EMAIL_ADDRESS_1" in answer and "@example" not in answer
    whole = await client.call_tool("whole", {})
    assert MAIL not in text_of(whole)
    assert "EMAIL_ADDRESS" in whole.structured_content["b"] and "EMAIL_ADDRESS" in whole.meta["c"]
    permits = [r for r in env.log.kinds("decision") if r.decision == "permit" and r.attempt]
    assert [r.resource for r in permits] == ["tool:echo", "tool:echo_sync", "tool:whole"]
    assert len(env.log.kinds("run_start")) == len(env.log.kinds("run_end"))
    assert len({r.run for r in permits}) == 3  # one request, one run


async def test_a_denial_carries_code_and_ref_and_the_body_does_not_run(client, env, caplog):
    """The error's code is the HTTP status; its data and text have the ref of the record.

    The host does not take it for a crash.
    """
    env.rules.denied.add("echo")
    error = await refused(client.call_tool("echo", {"text": MAIL}), "access_denied")
    assert error.error.code == 403 and MAIL not in str(error)
    record = env.log.records[int(error.error.data["ref"].rpartition("#")[2])]
    assert record.decision == "deny" and record.resource == "tool:echo"
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_a_denial_that_a_tool_swallows_is_the_requests_all_the_same(client, env):
    """A tool that calls a tool and catches what it raises does not hide a refusal."""
    env.rules.denied.add("echo")
    await refused(client.call_tool("outer", {"text": "x"}), "access_denied")
    assert env.log.kinds("run_end")[-1].outcome == "refused"


async def test_lists_hold_what_the_caller_may_have(client, env):
    """Tools, resources, templates and prompts; each decision is on record."""
    env.rules.denied |= {"echo", "app", "greet"}
    tools = [one.name for one in (await client.list_tools()).tools]
    assert "echo" not in tools and "who" in tools
    assert (await client.list_resources()).resources == []
    assert (await client.list_prompts()).prompts == []
    templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in templates] == ["ticket://{number}"]
    assert {r.action for r in env.log.kinds("decision")} == {"call", "read"}


async def test_resources_and_prompts_are_steps(client, env):
    """Read under a permit, redacted; another tenant's resource is refused."""
    for uri in ("ticket://7", "config://app"):
        answer = text_of(await client.read_resource(uri))
        assert "EMAIL_ADDRESS" in answer and MAIL not in answer
    prompt = text_of(await client.get_prompt("greet", {"name": MAIL}))
    assert "EMAIL_ADDRESS" in prompt and MAIL not in prompt
    asked = [r.resource for r in env.log.kinds("decision") if r.attempt]
    assert asked == ["data:resource/ticket/7", "data:resource/config/app", "data:prompt/greet"]
    env.rules.denied |= {"9", "app", "greet"}
    await refused(client.read_resource("ticket://9"), "access_denied")
    await refused(client.read_resource("config://app"), "access_denied")
    await refused(client.get_prompt("greet", {"name": "x"}), "access_denied")


async def test_the_owner_of_a_resource_is_what_policy_is_asked_about(client, env):
    """The tenant that a URI belongs to stands in the request."""
    await client.read_resource("ticket://8")
    owners = {r.owner for r in env.log.kinds("decision") if r.resource == "data:resource/ticket/8"}
    assert owners == {"globex"}


async def test_progress_and_logs_are_inspected_before_they_leave(env):
    """What a tool says before it ends holds no raw text, and is on record."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)
    heard = []

    async def progress(done, total, message):
        heard.append(message)

    async def log(params):
        heard.append(params.data)

    async with Client(server, logging_callback=log, mode="legacy") as client:
        await client.call_tool("talk", {"text": f"to {MAIL}"}, progress_callback=progress)
    assert heard[0] is None  # the number leaves at once, the text when nothing can change it
    assert len(heard) == 3 and all("EMAIL_ADDRESS_2" in one for one in heard[1:])
    assert "@example" not in str(heard)
    ports = [r.resource for r in env.log.records if r.action == "stream"]
    assert ports == ["port:progress", "port:message"] * 2


async def test_progress_over_http_is_held_back_for_its_own_session(env, url):
    """What leaves on the stream of a request holds no raw text, and goes to no other session."""
    heard, others = [], []

    async def progress(done, total, message):
        heard.append(message)

    async def log(params):
        others.append(params.data)

    async with (
        over_http(url, EVE, mode="legacy", logging_callback=log) as other,
        over_http(url, ADA, mode="legacy") as client,
    ):
        await other.call_tool("who", {})
        await client.call_tool("talk", {"text": f"to {MAIL}"}, progress_callback=progress)
    assert any("EMAIL_ADDRESS_2" in str(one) for one in heard)
    assert "@example" not in str(heard)
    assert others == []


async def test_an_answer_to_a_question_is_input(env):
    """The question is inspected on its way out, the answer on its way in."""
    from mcp_types import ElicitResult

    asked = []

    async def answer(context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"colour": f"red {MAIL}"})

    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)
    async with Client(server, elicitation_callback=answer, mode="legacy") as client:
        said = text_of(await client.call_tool("ask", {}))
    assert MAIL not in str(asked) and "EMAIL_ADDRESS" in str(asked)
    assert MAIL not in said and "red" in said


async def test_texts_of_errors_are_redacted(client, env):
    """What a tool says on purpose leaves redacted; a crash says nothing."""
    bug = await client.call_tool("bug", {})
    assert bug.is_error and MAIL not in text_of(bug)
    told = await client.call_tool("told", {})
    assert told.is_error and "EMAIL_ADDRESS" in text_of(told) and MAIL not in text_of(told)
    with pytest.raises(MCPError) as typed:
        await client.call_tool("typed", {})
    assert typed.value.error.code == -32050 and "EMAIL_ADDRESS" in str(typed.value)
    wrong = await client.call_tool("echo", {"text": {"a": MAIL}})
    assert wrong.is_error and MAIL not in text_of(wrong)
    assert [r.outcome for r in env.log.kinds("effect")] == ["error"] * 3


async def test_bytes_in_a_result_need_policys_word(client, env):
    """Base64 in content is bytes: refused without the act, whole with it."""
    await refused(client.call_tool("picture", {}), "access_denied")
    decide = env.rules.decide

    def permit(request):
        if request.act == "bytes":
            return decide(type(request)(**{**vars_of(request), "act": "call"}))
        return decide(request)

    env.rules.decide = permit
    picture = await client.call_tool("picture", {})
    assert base64.b64decode(picture.content[0].data).startswith(b"\x89PNG")


def vars_of(request):
    return {f: getattr(request, f) for f in ("sub", "ten", "own", "kind", "obj", "act", "roles")}


async def test_a_tool_does_not_see_the_token(env, url):
    """Neither the header nor the host's access token holds it inside a request."""
    async with over_http(url, ADA) as client:
        seen = text_of(await client.call_tool("token", {}))
    assert ADA not in seen and "None" in seen


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_requests_of_many_callers_are_not_mixed(env, url, mode):
    """Concurrent clients keep their own callers."""

    async def one(n):
        async with over_http(url, f"acme:u{n}", mode=mode) as client:
            answers = [await client.call_tool("who", {}) for _ in range(3)]
            return {a.content[0].text for a in answers}

    assert await asyncio.gather(*map(one, range(12))) == [{f"user:u{n}"} for n in range(12)]


async def test_a_session_belongs_to_its_principal(env, url):
    """Another caller on a session id is answered as if there were none; none and wrong are 401."""
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
    }  # fmt: skip
    call = {
        "jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": {"name": "who", "arguments": {}},
    }  # fmt: skip
    base = {"Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(headers=base, timeout=60) as http:

        async def post(what, token, session=None):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if session:
                headers |= {"mcp-session-id": session, "mcp-protocol-version": "2025-06-18"}
            return await http.post(url, json=what, headers=headers)

        opened = await post(body, ADA)
        session = opened.headers["mcp-session-id"]
        await post({"jsonrpc": "2.0", "method": "notifications/initialized"}, ADA, session)
        assert "user:ada" in (await post(call, ADA, session)).text
        assert (await post(call, BOB, session)).status_code == 404
        assert (await post(call, None, session)).status_code == 401
        assert (await post(call, "expired", session)).status_code == 401
        async with http.stream(
            "GET", url, headers={"Authorization": f"Bearer {EVE}", "mcp-session-id": session}
        ) as stream:
            assert stream.status_code == 404


async def test_without_authentication_in_front_an_http_caller_is_nobody(env):
    """Neither the session around the server nor the credential of stdio is lent over HTTP."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)
    async with (
        env.guard.session(ADA),
        served(server.streamable_http_app()) as address,
        over_http(address, BOB) as client,
    ):
        await refused(client.call_tool("who", {}), "not_authenticated")


async def test_the_asgi_middleware_lends_its_session_to_stateless_requests(env):
    """Behind `GuardMiddleware` each request has its own caller; a session id is refused."""
    server = env.guard.mount(desk(env), owner=owner_of)
    app = GuardMiddleware(server.streamable_http_app(), guard=env.guard)
    async with served(app) as address:
        async with over_http(address, BOB) as client:
            assert (await client.call_tool("who", {})).content[0].text == "user:bob"
        async with over_http(address, BOB, mode="legacy") as client:
            await refused(client.call_tool("who", {}), "not_authenticated")


SERVER = """
import asyncio, os
from mcp.server.mcpserver import MCPServer
from stageflow_guard.testing.conformance import Environment

env = Environment()
env.rules.denied.add("refund")
server = MCPServer("desk")

@server.tool()
async def echo(text: str) -> str:
    return text + " by grace@example.org"

@server.tool()
async def refund() -> str:
    raise SystemExit("it ran")

env.guard.mount(server, credential=lambda: os.environ.get("GUARD_TOKEN"))
server.run("stdio")
"""


async def test_over_stdio_the_credential_is_a_callables(tmp_path):
    """A real process on stdio: governed as its callable says; without a token nobody calls."""
    script = tmp_path / "server.py"
    script.write_text(textwrap.dedent(SERVER))
    for token in (ADA, None):
        import os

        environment = {**os.environ, **({"GUARD_TOKEN": token} if token else {})}
        parameters = StdioServerParameters(
            command=sys.executable, args=[str(script)], env=environment
        )
        with open(os.devnull, "w") as quiet:
            async with Client(stdio_client(parameters, errlog=quiet)) as client:
                if token is None:
                    await refused(client.list_tools(), "not_authenticated")
                    continue
                assert [t.name for t in (await client.list_tools()).tools] == ["echo"]
                said = text_of(await client.call_tool("echo", {"text": f"to {MAIL}"}))
                assert "@example" not in said and "EMAIL_ADDRESS_2" in said
                await refused(client.call_tool("refund", {}), "access_denied")


# -- mounting --------------------------------------------------------------------------------------


async def test_what_is_registered_later_is_guarded(env):
    """A tool that is added after the mount is a step, too."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)

    @server.tool()
    async def late(text: str) -> str:
        return text

    await refused(server.call_tool("late", {"text": "x"}), "not_authenticated")
    env.rules.denied.add("late")
    async with Client(server) as client:
        await refused(client.call_tool("late", {"text": "x"}), "access_denied")


async def test_a_middleware_that_answers_by_itself_is_refused(env):
    """An answer without its step came from a cache: it is another caller's, perhaps."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)

    async def cache(ctx, call_next):
        if ctx.method == "tools/call":
            return {"content": [{"type": "text", "text": "of somebody else"}]}
        return await call_next(ctx)

    server.middleware.append(cache)
    async with Client(server) as client:
        await refused(client.call_tool("echo", {"text": "x"}), "bypassed")
    server.middleware.clear()
    server.middleware.insert(0, cache)  # the gate stays in front all the same
    async with Client(server) as client:
        await refused(client.call_tool("echo", {"text": "x"}), "bypassed")


async def test_an_exception_of_a_middleware_tells_a_client_nothing(env):
    """Its text is nobody's answer, on any transport."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)

    async def broken(ctx, call_next):
        if ctx.method == "tools/call":
            raise KeyError(MAIL)
        return await call_next(ctx)

    server.middleware.append(broken)
    async with Client(server, mode="legacy") as client:
        with pytest.raises(MCPError, match="Internal server error"):
            await client.call_tool("echo", {"text": "x"})
    assert env.log.kinds("run_end")[-1].outcome == "error"


async def test_a_connection_keeps_its_pseudonyms(env):
    """Two requests of one caller on one connection are one conversation."""
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: ADA)
    async with Client(server, mode="legacy") as client:
        answers = {
            (await client.call_tool("echo", {"text": MAIL})).content[0].text for _ in range(2)
        }
    assert len(answers) == 1 and "EMAIL_ADDRESS_1" in answers.pop()


async def test_two_callers_on_one_connection_are_refused(env):
    """A connection belongs to its first caller."""
    tokens = [ADA]
    server = env.guard.mount(desk(env), owner=owner_of, credential=lambda: tokens[-1])
    async with Client(server, mode="legacy") as client:
        await client.call_tool("who", {})
        tokens.append(EVE)
        await refused(client.call_tool("who", {}), "not_authenticated")


def test_what_cannot_be_guarded_is_told_at_mount(env):
    """Templates without an owner, names that are patterns, another guard, unknown options."""
    with pytest.raises(ConfigError, match="owner"):
        env.guard.mount(desk(env))
    server = MCPServer("x")
    env.guard.mount(server)
    assert env.guard.mount(server) is server
    with pytest.raises(ConfigError, match="another guard"):
        Environment().guard.mount(server)
    with pytest.raises(ConfigError, match="no option colour"):
        env.guard.mount(MCPServer("y"), colour="red")
