"""The ASGI adapter over real HTTP and a real websocket: uvicorn serves, httpx and websockets ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the framework of these tests")
pytest.importorskip("uvicorn", reason="the server of these tests")

import httpx
import uvicorn
import websockets
from fastapi import BackgroundTasks, Depends, FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

from stageflow_guard import current_principal
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    Bypassed,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    LimitExceeded,
    NotAuthenticated,
    PolicyUnavailable,
    ReauthRequired,
    TokenUnavailable,
)
from stageflow_guard.hosts.asgi import GuardMiddleware, status_of
from stageflow_guard.model import Decision, Effect
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, BOB, MAIL

SECRET = "acme:ada-very-secret"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextlib.asynccontextmanager
async def served(app: Any):
    """Serve `app` on a port of its own; give its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="critical", ws="websockets-sansio", lifespan="on")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.005)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def env():
    return Environment()


@pytest.fixture
async def app(env):
    """An application of every kind of route, and the guard in front."""
    app = FastAPI()
    app.add_middleware(GuardMiddleware, guard=env.guard)
    app.state.seen = {}

    @env.guard.protect(kind="tool", obj="echo")
    async def echo(text: str) -> str:
        await asyncio.sleep(0)
        return text

    @env.guard.protect(kind="tool", obj="echo")
    def echo_sync(text: str) -> str:
        return text

    async def asked(text: str) -> str:
        async with env.guard.run("desk", input=text) as run:
            return await echo(run.input)

    @app.get("/public")
    async def public():
        return {"caller": str(current_principal())}

    @app.get("/echo")
    async def route(text: str, request: Request):
        return {"text": await asked(text), "header": request.headers.get("authorization")}

    @app.get("/sync")
    def sync(text: str):
        with env.guard.run("desk", input=text) as run:
            return {"text": echo_sync(run.input)}

    @app.get("/who")
    async def who():
        async with env.guard.run("desk"):
            await asyncio.sleep(0.01)
            return {"subject": current_principal().subject}

    @app.get("/stream")
    async def stream(text: str):
        async def chunks():
            yield (await asked(text)) + "\n"
            for n in range(3):
                await asyncio.sleep(0)
                yield (await asked(f"{n}")) + "\n"

        return StreamingResponse(chunks())

    @app.get("/broken-stream")
    async def broken():
        async def chunks():
            yield "first\n"
            env.rules.denied.add("echo")
            yield await asked("second")

        return StreamingResponse(chunks())

    @app.get("/late")
    async def late(background: BackgroundTasks):
        async def work():
            app.state.seen["background"] = await asked("in the background")

        background.add_task(work)
        return {}

    @app.get("/leak")
    async def leak():
        async def work():
            await asyncio.sleep(0.2)
            return await asked("after the answer")

        app.state.seen["task"] = asyncio.create_task(work())
        return {}

    async def dependency():
        return await asked("from a dependency")

    @app.get("/dependency")
    async def depends(text=Depends(dependency)):
        return {"text": text}

    @app.get("/group")
    async def group():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asked("one"))

    @app.get("/handler")
    async def handler():
        raise KeyError("for the handler")

    @app.exception_handler(KeyError)
    async def handle(request, error):
        return JSONResponse({"text": await asked("from a handler")})

    @app.websocket("/ws")
    async def socket(socket: WebSocket):
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(await asked(text))

    @app.websocket("/early")
    async def early(socket: WebSocket):
        await asked("before it is accepted")
        await socket.accept()

    return app


@pytest.fixture
async def base(app):
    async with served(app) as address:
        yield address


@pytest.fixture
async def client(base):
    async with httpx.AsyncClient(base_url=f"http://{base}", timeout=60) as client:
        yield client


async def get(client, path, token=ADA, **params):
    return await client.get(path, params=params or None, headers=bearer(token) if token else {})


def is_refusal(answer, status, code, env):
    """The body is `{"code", "ref"}`, nothing else, and the ref finds a denial on record."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    body = answer.json()
    assert set(body) == {"code", "ref"} and body["code"] == code
    record = env.log.records[int(body["ref"].rpartition("#")[2])]
    assert record.decision == "deny"
    assert answer.headers["cache-control"] == "no-store"
    return record


# -- the caller ------------------------------------------------------------------------------------


async def test_a_route_is_governed_and_the_header_is_out_of_reach(client, env):
    """Async and sync endpoints see redacted text; no endpoint sees the token."""
    answer = (await get(client, "/echo", text=f"to {MAIL}")).json()
    assert MAIL not in answer["text"] and "EMAIL_ADDRESS" in answer["text"]
    assert answer["header"] is None
    assert "EMAIL_ADDRESS" in (await get(client, "/sync", text=f"to {MAIL}")).json()["text"]


async def test_a_request_without_a_token_has_no_caller(client, env):
    """A public route answers; guarded work in another refuses with a challenge that says no more."""
    assert (await get(client, "/public", token=None)).json() == {"caller": "None"}
    answer = await get(client, "/echo", token=None, text="x")
    assert is_refusal(answer, 401, "not_authenticated", env).reason == "missing"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_session_around_the_server_is_no_callers(app, env):
    """A request without a token does not inherit what was bound where the server started."""
    async with (
        env.guard.session(ADA),
        served(app) as address,
        httpx.AsyncClient(timeout=60) as client,
    ):
        answer = await client.get(f"http://{address}/echo", params={"text": "x"})
        assert is_refusal(answer, 401, "not_authenticated", env).reason == "missing"
        answer = await client.get(f"http://{address}/who", headers=bearer(BOB))
        assert answer.json() == {"subject": "user:bob"}


async def test_a_refused_token_is_401_with_a_challenge(client, env):
    """RFC 6750: the challenge of a token that was refused says `invalid_token`."""
    answer = await get(client, "/echo", token="expired", text="x")
    assert is_refusal(answer, 401, "not_authenticated", env).reason == "expired"
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_two_authorization_headers_are_refused(client, env):
    """RFC 6750, 3.1: 400, on record, before the application sees it; on public routes, too."""
    two = [("Authorization", f"Bearer {ADA}"), ("authorization", f"Bearer {BOB}")]
    answer = await client.get("/public", headers=two)
    assert is_refusal(answer, 400, "not_authenticated", env).reason == "ambiguous_credential"
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_request"'


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (f"DPoP {SECRET}", "`DPoP`"),
        (f"dpop {SECRET}", "`DPoP`"),
        (f"Basic {SECRET}", "`Basic`"),
        (f"Negotiate {SECRET}", "`Negotiate`"),
        (SECRET, "this scheme"),
        (f"{SECRET} x", "this scheme"),
    ],
)
async def test_other_schemes_are_refused_by_name(client, env, value, named):
    """A known scheme is named; what a client made up may be the token itself, and is not."""
    answer = await client.get("/public", headers={"Authorization": value})
    assert is_refusal(answer, 401, "not_authenticated", env).reason == "unsupported_scheme"
    challenge = answer.headers["www-authenticate"]
    assert named in challenge and "ada-very-secret" not in challenge + env.recorded


@pytest.mark.parametrize("value", ["Bearer", "bearer", "Bearer a b", "Bearer a\tb", ""])
async def test_a_header_without_one_token_is_malformed(client, env, value):
    """An empty or broken credential is refused; it does not pass for a request without one."""
    answer = await client.get("/public", headers={"Authorization": value})
    assert answer.status_code == 401 and answer.json()["code"] == "not_authenticated"


async def test_five_hundred_concurrent_requests_of_many_callers_are_not_mixed(client, env):
    """Each request sees its own caller, and so do its records."""
    limits = asyncio.Semaphore(100)

    async def one(n):
        async with limits:
            return (await get(client, "/who", token=f"t{n % 7}:u{n}")).json()["subject"]

    assert await asyncio.gather(*map(one, range(500))) == [f"user:u{n}" for n in range(500)]
    ends = env.log.kinds("run_end")
    assert sorted(r.actor["subject"] for r in ends) == sorted(f"user:u{n}" for n in range(500))
    assert all(r.tenant == f"t{int(r.actor['subject'][6:]) % 7}" for r in ends)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/echo?text=x", "/dependency", "/group", "/handler", "/sync?text=x"]
)
async def test_a_denial_is_403_wherever_it_was_raised(client, env, path):
    """In an endpoint, a dependency, a task group, an exception handler."""
    env.rules.denied.add("echo")
    is_refusal(await get(client, path), 403, "access_denied", env)


async def test_what_could_not_be_decided_is_503(client, env):
    """Policy, inspector and log: each answers 503, with its code."""
    env.rules.broken = True
    is_refusal(await get(client, "/echo", text="x"), 503, "policy_unavailable", env)
    env.rules.broken, env.inspector.broken = False, True
    is_refusal(await get(client, "/echo", text="x"), 503, "inspector_unavailable", env)
    env.inspector.broken, env.log.down = False, True
    for headers in (bearer(ADA), {"Authorization": "DPoP x"}):  # a refusal has no record then
        answer = await client.get("/echo", params={"text": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) in (
            (503, "audit_unavailable"), (401, "not_authenticated"),
        )  # fmt: skip
        assert answer.json()["ref"].startswith("unrecorded:")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAuthenticated("expired"), 401),
        (NotAuthenticated("unsupported_context"), 400),  # an id, say: no other token would help
        (AccessDenied(Decision(effect=Effect.DENY, reason="no", revision="r" * 64)), 403),
        (ContentBlocked(()), 422),
        (LimitExceeded("calls", retry_after=1.2), 429),
        (ReauthRequired("over"), 401),
        (PolicyUnavailable("x"), 503),
        (InspectorUnavailable("x"), 503),
        (AuditUnavailable("x"), 503),
        (TokenUnavailable("x"), 503),
        (Bypassed("x"), 503),
        (ConfigError("x"), 503),
        (GuardError("x"), 503),
    ],
)
def test_every_code_has_its_status(error, status):
    """What is refused is a 4xx, what could not be decided a 503."""
    assert status_of(error) == status


@pytest.mark.parametrize("middle", [False, True], ids=["plain", "behind BaseHTTPMiddleware"])
async def test_errors_cross_the_wire_with_code_ref_and_retry_after(env, middle):
    """429 says when to try again, in whole seconds; a middleware in between changes nothing."""
    app = FastAPI()
    if middle:

        class Between(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                return await call_next(request)

        app.add_middleware(Between)
    app.add_middleware(GuardMiddleware, guard=env.guard)

    @app.get("/limited")
    async def limited():
        raise LimitExceeded("calls", retry_after=1.2)

    @app.get("/blocked")
    async def blocked():
        raise ContentBlocked((), f"found {MAIL}")

    async with (
        served(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client,
    ):
        answer = await client.get("/limited")
        assert answer.status_code == 429 and answer.headers["retry-after"] == "2"
        assert answer.json() == {"code": "limit_exceeded", "ref": None}
        answer = await client.get("/blocked")
        assert answer.status_code == 422 and MAIL not in answer.text
        assert (await client.head("/limited")).status_code == 405


async def test_an_ordinary_error_is_the_frameworks_own(client, app):
    """Only the guard's refusals are translated."""

    @app.get("/bug")
    async def bug():
        raise ValueError("a bug")

    assert (await get(client, "/bug")).status_code == 500


# -- streams, background, leaks --------------------------------------------------------------------


async def test_a_stream_keeps_its_caller_to_its_end(client, env):
    """Every chunk is made under the session of the request."""
    answer = await get(client, "/stream", text=f"to {MAIL}")
    assert answer.status_code == 200 and MAIL not in answer.text
    assert answer.text.splitlines()[1:] == ["0", "1", "2"]
    assert {r.actor["subject"] for r in env.log.kinds("run_end")} == {"user:ada"}


async def test_a_stream_that_is_refused_at_its_first_step_has_a_status(client, env):
    """The start of an answer waits for its first piece: 403, not a broken 200."""
    env.rules.denied.add("echo")
    is_refusal(await get(client, "/stream", text="x"), 403, "access_denied", env)


async def test_a_stream_that_is_refused_in_the_middle_is_cut_off(client, env):
    """Once a piece has left, no end follows: a client does not take it for the whole."""
    with pytest.raises(httpx.RemoteProtocolError):
        await get(client, "/broken-stream")
    assert [r for r in env.log.kinds("decision") if r.decision == "deny"]


async def test_a_background_task_keeps_its_caller(client, app, env):
    """What runs after the answer, within the request, still has its caller."""
    assert (await get(client, "/late")).status_code == 200
    async with asyncio.timeout(5):
        while "background" not in app.state.seen:
            await asyncio.sleep(0.01)
    assert app.state.seen["background"] == "in the background"


async def test_a_task_that_outlives_its_request_has_no_caller(client, app, env):
    """The session ends with the request, for every task that copied the context."""
    assert (await get(client, "/leak")).status_code == 200
    with pytest.raises(NotAuthenticated) as refused:
        await app.state.seen["task"]
    assert refused.value.reason == "missing"


# -- websockets ------------------------------------------------------------------------------------


async def test_a_websocket_has_one_caller_and_is_closed_with_a_code(base, env):
    """Each message is governed; a denial closes with 3003 and the ref, a broken policy with 1013."""
    async with websockets.connect(f"ws://{base}/ws", additional_headers=bearer(ADA)) as socket:
        await socket.send(f"to {MAIL}")
        assert "EMAIL_ADDRESS" in await socket.recv()
        env.rules.denied.add("echo")
        await socket.send("again")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd.code == 3003
    told = json.loads(closed.value.rcvd.reason)
    assert told["code"] == "access_denied"
    assert env.log.records[int(told["ref"].rpartition("#")[2])].decision == "deny"
    env.rules.broken = True
    async with websockets.connect(f"ws://{base}/ws", additional_headers=bearer(ADA)) as socket:
        await socket.send("x")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd.code == 1013


async def test_a_websocket_without_a_token_is_closed_at_its_first_guarded_step(base, env):
    """3000, the registered code for `unauthorized`."""
    async with websockets.connect(f"ws://{base}/ws") as socket:
        await socket.send("x")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd.code == 3000


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [("/early", f"Bearer {ADA}", 403), ("/ws", f"DPoP {ADA}", 401), ("/early", None, 401)],
)
async def test_a_handshake_is_answered_with_a_status(base, env, path, header, status):
    """Before the socket is accepted a refusal is an HTTP answer, with code and ref."""
    env.rules.denied.add("echo")
    headers = {"Authorization": header} if header else {}
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"ws://{base}{path}", additional_headers=headers)
    assert refused.value.response.status_code == status
    assert set(json.loads(refused.value.response.body)) == {"code", "ref"}


async def test_a_websocket_of_a_revoked_caller_ends_at_the_next_guarded_step(base, env):
    """A socket may outlive its token; no guarded step does."""
    async with websockets.connect(f"ws://{base}/ws", additional_headers=bearer(ADA)) as socket:
        await socket.send("x")
        assert await socket.recv() == "x"
        env.tokens.revoked.add("user:ada")
        await socket.send("y")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd.code == 3000


# -- composition -----------------------------------------------------------------------------------


async def test_one_guard_in_front_of_an_application_and_of_its_part_binds_once(env):
    """A mounted application with the same middleware keeps the caller of the outer one."""
    outer, inner = FastAPI(), FastAPI()
    for app in (outer, inner):
        app.add_middleware(GuardMiddleware, guard=env.guard)

    @inner.get("/who")
    async def who():
        async with env.guard.run("desk"):
            return current_principal().subject

    outer.mount("/in", inner)
    async with served(outer) as address, httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(f"http://{address}/in/who", headers=bearer(BOB))
    assert answer.json() == "user:bob"


async def test_lifespan_passes_untouched(env):
    """The application's start and end are its own."""
    seen = []

    @contextlib.asynccontextmanager
    async def lifespan(app):
        seen.append("start")
        yield
        seen.append("end")

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(GuardMiddleware, guard=env.guard)
    async with served(app):
        pass
    assert seen == ["start", "end"]


def test_the_middleware_takes_a_guard():
    """A mistake is told at start-up."""
    with pytest.raises(ConfigError, match="guard="):
        GuardMiddleware(None, guard="guard")
