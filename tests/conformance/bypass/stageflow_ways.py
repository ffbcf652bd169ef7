"""Stageflow: an interceptor, and the mounted pipeline."""

from __future__ import annotations

from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.pipeline.interceptors import (
    BaseInterceptor,
    CriticalInterceptorError,
    ErrorAction,
    get_default_interceptors,
)
from stageflow.stages.ports import LLMPorts

from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA


def pipeline_of(name, work):
    return Pipeline(name="desk").with_stage(name, work, StageKind.TRANSFORM)


class Ways(Contender):
    """How the host is made to take each way."""

    host = "stageflow"

    async def under(self, attempt, pipeline, **how):
        raise NotImplementedError

    def child(self, attempt, pipeline):
        """What a stage of the application runs."""
        return pipeline

    def refund(self, attempt):
        async def refund(_ctx):
            return StageOutput.ok(text=await attempt.body())

        return pipeline_of("refund", refund)

    async def sub_agent(self, attempt):
        """A stage runs a pipeline of its own."""
        child = self.child(attempt, self.refund(attempt))

        async def outer(_ctx):
            await child.run(input_text="hi")
            return StageOutput.ok()

        return await self.under(attempt, pipeline_of("outer", outer))

    async def streaming(self, attempt):
        async def hear(piece):
            attempt.hear(piece)

        async def speak(ctx):
            for start in range(0, len(SPOKEN), 4):
                await ctx.inputs.ports.send_token(SPOKEN[start : start + 4])
            return StageOutput.ok()

        await self.under(attempt, pipeline_of("speak", speak), ports=LLMPorts(send_token=hear))

    async def hook_raises(self, attempt):
        return await self.under(attempt, self.refund(attempt))

    hook_hangs = hook_raises

    async def second_transport(self, attempt):
        """A stage calls the runner of another pipeline's stage by itself."""
        other = self.child(attempt, self.refund(attempt))

        async def outer(ctx):
            runner = other.stages["refund"].runner
            await (runner.execute(ctx) if hasattr(runner, "execute") else runner(ctx))
            return StageOutput.ok()

        return await self.under(attempt, pipeline_of("outer", outer))

    async def shadow(self, attempt):
        """`interceptors=[]` of one run, in the place of the configured ones."""
        return await self.under(attempt, self.refund(attempt), interceptors=[])


class Interceptor(Ways):
    """An interceptor whose `before` denies as the host says: by `CriticalInterceptorError`."""

    guard = "an interceptor (`before`)"

    def asks(self, attempt):
        class Asks(BaseInterceptor):
            name, priority = "asks", -1

            async def before(self, stage_name, ctx):
                if stage_name == "refund":
                    try:
                        await attempt.decide()
                    except PermissionError as denied:
                        raise CriticalInterceptorError(str(denied), "asks") from None

            async def after(self, stage_name, result, ctx):
                pass

            async def on_error(self, stage_name, error, ctx):
                return ErrorAction.FAIL

        return Asks()

    async def under(self, attempt, pipeline, interceptors=None, **how):
        if interceptors is None:
            interceptors = [self.asks(attempt), *get_default_interceptors()]
        return await pipeline.run(input_text="hi", interceptors=interceptors, **how)


class Mounted(Ways):
    """`guard.mount(pipeline)`; a pipeline that a stage runs by itself has to be mounted, and is."""

    guard = "`guard.mount`"

    def guard_of(self, attempt):
        if getattr(attempt, "env", None) is None:
            attempt.env = governed(attempt)
        return attempt.env.guard

    def child(self, attempt, pipeline):
        return self.guard_of(attempt).mount(pipeline)

    async def under(self, attempt, pipeline, **how):
        guard = self.guard_of(attempt)
        async with guard.session(ADA):
            return await guard.mount(pipeline).run(input_text="hi", **how)


CONTENDERS = (Interceptor, Mounted)
