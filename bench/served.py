"""The application of `bench/deployment.py`: six stages with a stream, a tool and a child pipeline.

`uvicorn served:app --factory`, in a folder that `deployment.py` made. With `BARE=1` the same
pipeline, tool and child run without a guard.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import LLMPorts
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stageflow_guard import Guard
from stageflow_guard.hosts.asgi import GuardMiddleware

ANSWER = "Order 1002 was sent on Monday; write to help@example.com if it has not come by Friday."


async def refund(order: int, note: str) -> str:
    """A tool."""
    return f"order {order} is refunded: {note}"


def pipelines(
    tool: Callable[..., Awaitable[str]], mount: Callable[[Pipeline], Pipeline]
) -> Pipeline:
    """Return the pipeline; its third stage calls `tool`, its fourth a child pipeline."""

    async def find(ctx: Any) -> StageOutput:
        return StageOutput.ok(article="kb/refunds", text=ctx.snapshot.input_text)

    child = mount(Pipeline(name="lookup").with_stage("find", find, StageKind.ENRICH))

    async def read(ctx: Any) -> StageOutput:
        return StageOutput.ok(text=ctx.snapshot.input_text)

    async def plan(ctx: Any) -> StageOutput:
        return StageOutput.ok(text=ctx.inputs.get_from("read", "text"), tool="refund")

    async def act(ctx: Any) -> StageOutput:
        text = ctx.inputs.get_from("plan", "text")
        return StageOutput.ok(text=text, done=await tool(order=1002, note="as promised"))

    async def look(ctx: Any) -> StageOutput:
        found = await child.run(input_text="refunds")
        return StageOutput.ok(
            text=ctx.inputs.get_from("act", "text"), article=found["find"].data["article"]
        )

    async def answer(ctx: Any) -> StageOutput:
        for at in range(0, len(ANSWER), 12):
            await ctx.inputs.ports.send_token(ANSWER[at : at + 12])
        return StageOutput.ok(text=ANSWER)

    async def send(ctx: Any) -> StageOutput:
        return StageOutput.ok(text=ctx.inputs.get_from("answer", "text"))

    stages = (
        ("read", read, ()), ("plan", plan, ("read",)), ("act", act, ("plan",)),
        ("look", look, ("act",)), ("answer", answer, ("look",)), ("send", send, ("answer",)),
    )  # fmt: skip
    made = Pipeline(name="support")
    for name, stage, after in stages:
        made = made.with_stage(name, stage, StageKind.TRANSFORM, after=after)
    return mount(made)


def app() -> Starlette:
    """Return the application: `POST /ask` runs the pipeline on its body."""
    bare = bool(os.environ.get("BARE"))
    guard = None if bare else Guard.load("guard.toml")
    if guard is None:
        support = pipelines(refund, lambda pipeline: pipeline)
    else:
        support = pipelines(guard.protect(kind="tool", obj="refund")(refund), guard.mount)

    async def ask(request: Request) -> JSONResponse:
        said: list[str] = []

        async def take(piece: str) -> None:
            said.append(piece)

        text = (await request.body()).decode()
        await support.run(input_text=text, ports=LLMPorts(send_token=take))
        return JSONResponse({"said": "".join(said)})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with guard or contextlib.nullcontext():
            yield

    made = Starlette(routes=[Route("/ask", ask, methods=["POST"])], lifespan=lifespan)
    if guard is not None:
        made.add_middleware(GuardMiddleware, guard=guard)
    return made
