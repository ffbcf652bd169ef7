"""The three drivers of the house: Stageflow, `guard.protect` async, `guard.protect` sync."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from pathlib import Path
from typing import ClassVar

from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard.testing.conformance import Driver


def stage_of(body):
    """A stage that hands its input text to a body, and its answer on."""

    async def stage(ctx):
        return StageOutput.ok(text=await body.call(ctx.snapshot.input_text))

    return stage


def pipeline_of(bodies, *, beside=False):
    """A pipeline of the bodies: in a chain, or side by side."""
    pipeline, before = Pipeline(name="kit"), ()
    for body in bodies:
        pipeline = pipeline.with_stage(
            body.name, stage_of(body), StageKind.TRANSFORM, after=() if beside else before
        )
        before = body.name
    return pipeline


class Stageflow(Driver):
    """Stages of a mounted pipeline."""

    host = "stageflow"

    async def turn(self, guard, bodies, text):
        results = await guard.mount(pipeline_of(bodies)).run(input_text=text)
        return [results[body.name].data["text"] for body in bodies]

    async def direct(self, guard, body, text):
        kept = []

        async def keep(ctx):
            kept.append(ctx)

        await (
            Pipeline(name="raw").with_stage("keep", keep, StageKind.TRANSFORM).run(input_text=text)
        )
        runner = guard.mount(pipeline_of([body])).stages[body.name].runner
        return await runner.execute(kept[0])

    async def detached(self, guard, body, text):
        runner = guard.mount(pipeline_of([body])).stages[body.name].runner
        ended, tasks = asyncio.Event(), []

        async def late(ctx):
            await ended.wait()
            return await runner.execute(ctx)

        async def start(ctx):
            tasks.append(asyncio.create_task(late(ctx)))

        outer = Pipeline(name="kit").with_stage("outer", start, StageKind.TRANSFORM)
        await guard.mount(outer).run(input_text=text)
        ended.set()
        return tasks[0]

    async def swallow(self, guard, bodies, text):
        mounted = guard.mount(pipeline_of(bodies))

        async def all_of_it(_ctx):
            with contextlib.suppress(Exception):
                await mounted.run(input_text=text)
            return StageOutput.ok()

        outer = Pipeline(name="kit").with_stage("outer", all_of_it, StageKind.TRANSFORM)
        return await guard.mount(outer).run(input_text=text)

    async def nested(self, guard, outer, inner, text):
        child = guard.mount(pipeline_of([inner]))

        async def both(ctx):
            await outer.call(ctx.snapshot.input_text)
            await child.run(input_text=text)
            return StageOutput.ok()

        pipeline = Pipeline(name="kit").with_stage(outer.name, both, StageKind.TRANSFORM)
        return await guard.mount(pipeline).run(input_text=text)

    async def conversation(self, guard, body, text, key):
        await guard.mount(pipeline_of([body])).run(input_text=text, session_id=key)

    async def stream(self, guard, body, text, heard):
        from stageflow.stages.ports import LLMPorts

        async def hear(chunk):
            heard.append(chunk)

        async def speak(ctx):
            async for chunk in body.stream(text):
                await ctx.inputs.ports.send_token(chunk)
            return StageOutput.ok()

        pipeline = Pipeline(name="kit").with_stage(body.name, speak, StageKind.TRANSFORM)
        await guard.mount(pipeline).run(input_text="hi", ports=LLMPorts(send_token=hear))


class ProtectAsync(Driver):
    """Async functions under `guard.protect`, in `async with guard.run`."""

    host = "python, async"

    @staticmethod
    def guarded(guard, body):
        return guard.protect(kind="tool", obj=body.name)(body.call)

    async def turn(self, guard, bodies, text):
        async with guard.run("kit", input=text) as run:
            return [await self.guarded(guard, body)(run.input) for body in bodies]

    async def parallel(self, guard, bodies, text):
        async with guard.run("kit", input=text) as run:
            return await asyncio.gather(*(self.guarded(guard, b)(run.input) for b in bodies))

    async def swallow(self, guard, bodies, text):
        async with guard.run("kit", input=text) as run:
            for body in bodies:
                with contextlib.suppress(Exception):
                    await self.guarded(guard, body)(run.input)

    async def retry(self, guard, body, text, times):
        async with guard.run("kit", input=text) as run:
            for _ in range(times):
                with contextlib.suppress(Exception):
                    return await self.guarded(guard, body)(run.input)

    async def direct(self, guard, body, text):
        return await self.guarded(guard, body)(text)

    async def detached(self, guard, body, text):
        ended = asyncio.Event()

        async def late():
            await ended.wait()
            return await self.guarded(guard, body)(text)

        async with guard.run("kit"):
            task = asyncio.create_task(late())
        ended.set()
        return task

    async def nested(self, guard, outer, inner, text):
        async def both(given):
            await outer.call(given)
            return await self.turn(guard, [inner], given)

        async with guard.run("kit", input=text) as run:
            return await guard.protect(kind="tool", obj=outer.name)(both)(run.input)

    async def conversation(self, guard, body, text, key):
        async with guard.run("kit", input=text, session_id=key) as run:
            return await self.guarded(guard, body)(run.input)

    async def stream(self, guard, body, text, heard):
        async with guard.run("kit"):
            async for chunk in guard.protect(kind="tool", obj=body.name)(body.stream)(text):
                heard.append(chunk)


class ProtectSync(Driver):
    """Sync functions under `guard.protect`, in `with guard.run`, on a thread without a loop."""

    host = "python, sync"
    limits: ClassVar = {
        "cancelled: the step does not finish": "a sync body cannot be stopped from outside",
    }

    @staticmethod
    def guarded(guard, body):
        return guard.protect(kind="tool", obj=body.name)(body.call_sync)

    async def turn(self, guard, bodies, text):
        def work():
            with guard.run("kit", input=text) as run:
                return [self.guarded(guard, body)(run.input) for body in bodies]

        return await asyncio.to_thread(work)

    async def parallel(self, guard, bodies, text):
        def work():
            import contextvars
            from concurrent.futures import ThreadPoolExecutor

            with guard.run("kit", input=text) as run, ThreadPoolExecutor(len(bodies)) as pool:
                calls = [
                    pool.submit(contextvars.copy_context().run, self.guarded(guard, b), run.input)
                    for b in bodies
                ]
                return [call.result() for call in calls]

        return await asyncio.to_thread(work)

    async def swallow(self, guard, bodies, text):
        def work():
            with guard.run("kit", input=text) as run:
                for body in bodies:
                    with contextlib.suppress(Exception):
                        self.guarded(guard, body)(run.input)

        return await asyncio.to_thread(work)

    async def retry(self, guard, body, text, times):
        def work():
            with guard.run("kit", input=text) as run:
                for _ in range(times):
                    with contextlib.suppress(Exception):
                        return self.guarded(guard, body)(run.input)

        return await asyncio.to_thread(work)

    async def direct(self, guard, body, text):
        return await asyncio.to_thread(self.guarded(guard, body), text)

    async def detached(self, guard, body, text):
        import contextvars

        kept = []

        def work():
            with guard.run("kit"):
                kept.append(contextvars.copy_context())

        await asyncio.to_thread(work)
        return asyncio.create_task(asyncio.to_thread(kept[0].run, self.guarded(guard, body), text))

    async def nested(self, guard, outer, inner, text):
        def both(given):
            outer.call_sync(given)
            with guard.run("kit", input=given) as run:
                return self.guarded(guard, inner)(run.input)

        def work():
            with guard.run("kit", input=text) as run:
                return guard.protect(kind="tool", obj=outer.name)(both)(run.input)

        return await asyncio.to_thread(work)

    async def conversation(self, guard, body, text, key):
        def work():
            with guard.run("kit", input=text, session_id=key) as run:
                return self.guarded(guard, body)(run.input)

        return await asyncio.to_thread(work)


class Asgi(ProtectAsync):
    """Routes behind `GuardMiddleware`, each a run; what was raised inside is what the wire says."""

    host = "asgi"

    async def ask(self, guard, work, heard=None):
        import httpx
        from starlette.applications import Starlette
        from starlette.responses import Response, StreamingResponse
        from starlette.routing import Route

        from stageflow_guard import GuardError
        from stageflow_guard.enforcement.session import current_session
        from stageflow_guard.hosts.asgi import GuardMiddleware

        kept = []

        async def route(request):
            if heard is not None:
                return StreamingResponse(work())
            try:
                kept.append(await work())
            except BaseException as error:
                kept.append(error)
                raise
            return Response("ok")

        app = Starlette(routes=[Route("/", route, methods=["POST"])])
        app.add_middleware(GuardMiddleware, guard=guard)
        session = current_session(id(guard._pep))
        headers = {} if session is None else {"authorization": f"Bearer {session.credential()}"}
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://kit") as client:
            answer = await client.post("/", headers=headers)
        if heard is not None:
            heard.append(answer.text)
            return None
        (kept,) = kept
        if isinstance(kept, GuardError):
            assert answer.json() == {"code": kept.code, "ref": kept.ref}
        if isinstance(kept, BaseException):
            assert answer.status_code >= 400
            raise kept
        return kept

    async def turn(self, guard, bodies, text):
        return await self.ask(guard, lambda: ProtectAsync.turn(self, guard, bodies, text))

    async def parallel(self, guard, bodies, text):
        return await self.ask(guard, lambda: ProtectAsync.parallel(self, guard, bodies, text))

    async def swallow(self, guard, bodies, text):
        return await self.ask(guard, lambda: ProtectAsync.swallow(self, guard, bodies, text))

    async def retry(self, guard, body, text, times):
        return await self.ask(guard, lambda: ProtectAsync.retry(self, guard, body, text, times))

    async def direct(self, guard, body, text):
        return await self.ask(guard, lambda: ProtectAsync.direct(self, guard, body, text))

    async def detached(self, guard, body, text):
        return await self.ask(guard, lambda: ProtectAsync.detached(self, guard, body, text))

    async def nested(self, guard, outer, inner, text):
        async def both():
            async def within(given):
                await outer.call(given)
                return await ProtectAsync.turn(self, guard, [inner], given)

            async with guard.run("kit", input=text) as run:
                return await guard.protect(kind="tool", obj=outer.name)(within)(run.input)

        return await self.ask(guard, both)

    async def conversation(self, guard, body, text, key):
        return await self.ask(
            guard, lambda: ProtectAsync.conversation(self, guard, body, text, key)
        )

    async def stream(self, guard, body, text, heard):
        async def chunks():
            async with guard.run("kit"):
                async for chunk in guard.protect(kind="tool", obj=body.name)(body.stream)(text):
                    yield chunk

        await self.ask(guard, chunks, heard)


def driver_of(file, name):
    """The driver in a file beside this one, which imports its host."""
    spec = importlib.util.spec_from_file_location(file, Path(__file__).with_name(f"{file}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)()


DRIVERS = (
    Stageflow(),
    ProtectAsync(),
    ProtectSync(),
    Asgi(),
    driver_of("mcp_driver", "Mcp"),
    driver_of("mcp_driver", "Fast"),
    driver_of("langgraph_driver", "LangGraph"),
    driver_of("openai_agents_driver", "OpenAIAgents"),
    driver_of("pydantic_ai_driver", "PydanticAI"),
)
