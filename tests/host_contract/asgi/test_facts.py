"""What the ASGI adapter relies on, asked of Starlette and FastAPI themselves."""

from __future__ import annotations

import asyncio
import contextvars

import pytest

pytest.importorskip("fastapi", reason="the framework of these facts")

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

var = contextvars.ContextVar("var", default="unbound")


class Pure:
    """A pure ASGI middleware that binds a variable, as the adapter does."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        token = var.set("bound")
        try:
            await self.app(scope, receive, send)
        finally:
            var.reset(token)


def asking(app):
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://x")


async def test_a_pure_middleware_reaches_endpoint_thread_stream_and_background():
    """A1: what it binds is bound everywhere within the request."""
    app, seen = FastAPI(), {}
    app.add_middleware(Pure)

    @app.get("/async")
    async def one(background: BackgroundTasks):
        background.add_task(lambda: seen.setdefault("background", var.get()))
        return var.get()

    @app.get("/sync")
    def two():
        return var.get()

    @app.get("/stream")
    async def three():
        async def chunks():
            yield var.get()

        return StreamingResponse(chunks())

    async with asking(app) as client:
        assert [(await client.get(p)).text for p in ("/async", "/sync", "/stream")] == [
            '"bound"', '"bound"', "bound",
        ]  # fmt: skip
    assert seen == {"background": "bound"}


async def test_base_http_middleware_ends_before_the_stream_does():
    """A2: what its `finally` closes is closed while the answer is still made."""
    order, app = [], FastAPI()

    class Base(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            try:
                return await call_next(request)
            finally:
                order.append("middleware over")

    app.add_middleware(Base)

    @app.get("/")
    async def stream():
        async def chunks():
            await asyncio.sleep(0.01)
            order.append("chunk")
            yield "x"

        return StreamingResponse(chunks())

    async with asking(app) as client:
        await client.get("/")
    assert order == ["middleware over", "chunk"]


async def test_a_sync_yield_dependency_binds_nothing():
    """A3: it runs in a thread with a context of its own; an async one binds."""
    app = FastAPI()

    def sync():
        token = var.set("sync")
        yield
        token.var  # noqa: B018

    async def asynchronous():
        var.set("async")
        yield

    @app.get("/sync")
    async def one(_=Depends(sync)):
        return var.get()

    @app.get("/async")
    async def two(_=Depends(asynchronous)):
        return var.get()

    async with asking(app) as client:
        assert (await client.get("/sync")).json() == "unbound"
        assert (await client.get("/async")).json() == "async"


async def test_a_middleware_around_the_whole_application_sees_no_exception_first():
    """A5: added with `add_middleware` it sits inside of what makes 500 of every exception."""
    inside, outside = [], []

    class Catch:
        def __init__(self, app, seen):
            self.app, self.seen = app, seen

        async def __call__(self, scope, receive, send):
            async def note(message):
                if message["type"] == "http.response.start":
                    self.seen.append(message["status"])
                await send(message)

            try:
                await self.app(scope, receive, note)
            except LookupError:
                self.seen.append("raised")
                raise

    app = FastAPI()
    app.add_middleware(Catch, seen=inside)

    @app.get("/")
    async def fail():
        raise LookupError

    async with asking(Catch(app, outside)) as client:
        assert (await client.get("/")).status_code == 500
    assert (inside, outside) == (["raised"], [500, "raised"])


async def test_an_exception_handler_may_make_200_of_anything():
    """A6: binding enforces nothing; the run gate's refusal is on record all the same."""
    app = FastAPI()

    @app.exception_handler(LookupError)
    async def handler(request, error):
        return JSONResponse("fine")

    @app.get("/")
    async def fail():
        raise LookupError

    async with asking(app) as client:
        assert (await client.get("/")).status_code == 200


async def test_two_authorization_headers_reach_the_application():
    """A7: a scope may hold both, and `headers.get` tells the first one."""
    app = FastAPI()

    @app.get("/")
    async def read(request=None):
        return None

    seen = []

    async def raw(scope, receive, send):
        seen.extend(value for name, value in scope["headers"] if name == b"authorization")
        await app(scope, receive, send)

    async with asking(raw) as client:
        await client.get("/", headers=[("Authorization", "a"), ("Authorization", "b")])
    assert seen == [b"a", b"b"]


async def test_a_mounted_application_is_inside_the_outer_middleware():
    """A8: one middleware covers the parts."""
    outer, inner = FastAPI(), FastAPI()
    outer.add_middleware(Pure)
    outer.mount("/in", inner)

    @inner.get("/")
    async def read():
        return var.get()

    async with asking(outer) as client:
        assert (await client.get("/in/")).json() == "bound"
