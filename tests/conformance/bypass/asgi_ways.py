"""FastAPI: a dependency, a middleware of the framework, and the guard's middleware with `protect`."""

import httpx
from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

from stageflow_guard.hosts.asgi import GuardMiddleware
from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA


async def get(app, path):
    transport = httpx.ASGITransport(app=app)
    headers = {"authorization": f"Bearer {ADA}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        answer = await client.get(path, headers=headers)
    return answer.text


async def speak():
    for start in range(0, len(SPOKEN), 4):
        yield SPOKEN[start : start + 4]


class Ways(Contender):
    """How the application is made to take each way."""

    host = "asgi (FastAPI)"

    def application(self, attempt):
        """A guarded application; `self.work` is the guarded work for its routes."""
        raise NotImplementedError

    def work(self, attempt):
        return attempt.body

    def spoken(self, attempt):
        return speak

    def app(self, attempt):
        app, work = self.application(attempt), self.work(attempt)

        @app.get("/refund")
        async def refund():
            return await work()

        return app

    async def sub_agent(self, attempt):
        """An application that is mounted below the guarded one."""
        inner, work = FastAPI(), self.work(attempt)

        @inner.get("/refund")
        async def refund():
            return await work()

        app = self.application(attempt)
        app.mount("/inner", inner)
        return await get(app, "/inner/refund")

    async def streaming(self, attempt):
        app, spoken = self.application(attempt), self.spoken(attempt)

        @app.get("/chat")
        async def chat():
            return StreamingResponse(spoken())

        attempt.hear(await get(app, "/chat"))

    async def hook_raises(self, attempt):
        return await get(self.app(attempt), "/refund")

    hook_hangs = hook_raises

    async def second_transport(self, attempt):
        """A websocket in the place of a request."""
        app, work = self.application(attempt), self.work(attempt)

        @app.websocket("/refund")
        async def refund(websocket: WebSocket):
            await websocket.accept()
            await websocket.send_text(await work())

        return await socket(app, "/refund")

    async def shadow(self, attempt):
        """`dependency_overrides`, which tests set and a deployment may keep."""
        app = self.app(attempt)
        for route in app.routes:
            for dependency in getattr(getattr(route, "dependant", None), "dependencies", ()):
                app.dependency_overrides[dependency.call] = lambda: None
        return await get(app, "/refund")


async def socket(app, path):
    """What a websocket hears from the application."""
    heard, given = [], [{"type": "websocket.connect"}]

    async def receive():
        return given.pop() if given else {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        heard.append(str(message))

    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"authorization", f"Bearer {ADA}".encode())], "subprotocols": [],
        "scheme": "ws", "root_path": "", "client": ("c", 1), "server": ("s", 1),
        "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return heard


class Dependency(Ways):
    """A dependency of the application."""

    guard = "a dependency"

    def application(self, attempt):
        async def may_they():
            await attempt.decide()

        return FastAPI(dependencies=[Depends(may_they)])


class Middleware(Ways):
    """`BaseHTTPMiddleware`."""

    guard = "`BaseHTTPMiddleware`"

    def application(self, attempt):
        async def asks(request, call_next):
            await attempt.decide()
            return await call_next(request)

        app = FastAPI()
        app.add_middleware(BaseHTTPMiddleware, dispatch=asks)
        return app


class Guarded(Ways):
    """`GuardMiddleware`, and the work under `guard.protect`."""

    guard = "`GuardMiddleware` and `guard.protect`"

    def guard_of(self, attempt):
        if getattr(attempt, "env", None) is None:
            attempt.env = governed(attempt)
        return attempt.env.guard

    def application(self, attempt):
        app = FastAPI()
        app.add_middleware(GuardMiddleware, guard=self.guard_of(attempt))
        return app

    def work(self, attempt):
        guard = self.guard_of(attempt)
        refund = guard.protect(kind="tool", obj="refund")(attempt.body)

        async def work():
            async with guard.run("desk"):
                return await refund("hi")

        return work

    def spoken(self, attempt):
        guard = self.guard_of(attempt)
        guarded = guard.protect(kind="tool", obj="speak")(speak)

        async def spoken():
            async with guard.run("desk"):
                async for piece in guarded():
                    yield piece

        return spoken


CONTENDERS = (Dependency, Middleware, Guarded)
