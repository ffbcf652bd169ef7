"""Children: no graph beside the guard where `strict_children` says so; rights never widen."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from uuid import uuid4

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.run_utils import run_simple_pipeline
from stageflow.pipeline.subpipeline import SubpipelineSpawner
from stageflow.stages.context import PipelineContext

from stageflow_guard import AccessDenied, ConfigError, Guard
from stageflow_guard.cli import main
from stageflow_guard.errors import Bypassed
from stageflow_guard.testing import IdentityProvider

TOKEN = {"auth_token": "acme:ada"}


def of(name, **stages):
    pipeline = Pipeline(name=name)
    for stage, runner in stages.items():
        pipeline = pipeline.with_stage(stage, runner, StageKind.WORK)
    return pipeline


class Body:
    """Work that is noticed."""

    def __init__(self):
        self.ran = 0

    async def __call__(self, ctx):
        self.ran += 1
        return StageOutput.ok()


WAYS = ["run", "invoke", "graph", "task", "swallowed", "simple", "spawned"]


async def escape(way, inner, ctx):
    plain = PipelineContext.create(topology="inner")
    if way == "run":
        await inner.run(input_text="")
    elif way == "invoke":
        await inner.invoke("x")
    elif way == "graph":
        await inner.build().run(plain)
    elif way == "task":
        await asyncio.create_task(inner.build().run(plain))
    elif way == "swallowed":
        with contextlib.suppress(Exception):
            await inner.build().run(plain)
    elif way == "simple":
        await run_simple_pipeline(inner, "x")
    else:
        await SubpipelineSpawner().spawn(
            pipeline_name="inner", ctx=plain, correlation_id=uuid4(), parent_stage_id="one",
            runner=lambda child: inner.build().run(child),
        )  # fmt: skip


def hidden(*args):
    """Escape so that the lint, which refuses what it can read at the mount, cannot read it."""
    return globals()["escape"](*args)


@pytest.mark.parametrize("way", WAYS)
async def test_a_graph_that_is_not_mounted_does_not_run_in_a_strict_run(world, way):
    """However the stage runs it, and whatever it does with the error: refused, on record."""
    body = Body()
    inner = of("inner", body=body)

    async def one(ctx):
        await hidden(way, inner, ctx)
        return StageOutput.ok()

    guarded = world.guard.mount(of("support", one=one), strict_children=True)
    with pytest.raises(Bypassed) as caught:
        await guarded.run(input_text="", data=TOKEN)
    assert body.ran == 0
    assert caught.value.ref
    assert [r.reason for r in world.log.kinds("decision") if r.decision == "deny"] == ["bypassed"]


@pytest.mark.parametrize("way", WAYS)
async def test_without_the_option_and_outside_of_a_run_the_host_does_what_it_did(world, way):
    """A mount that did not ask for it, and code without a run, are left alone."""
    body = Body()
    inner = of("inner", body=body)
    world.guard.mount(of("other", body=Body()), strict_children=True)

    async def one(ctx):
        await hidden(way, inner, ctx)
        return StageOutput.ok()

    await world.guard.mount(of("support", one=one)).run(input_text="", data=TOKEN)
    await escape(way, inner, None)
    assert body.ran == 2


async def test_a_child_that_is_mounted_runs_and_is_as_strict_as_its_parent(world):
    """A mounted child is a run of its own; what it starts is asked about as well."""
    body = Body()
    inner = of("inner", body=body)

    async def escaping(ctx):
        await hidden("graph", inner, ctx)
        return StageOutput.ok()

    child = world.guard.mount(of("child", body=body))
    lax = world.guard.mount(of("lax", two=escaping))

    async def good(ctx):
        await child.run(input_text="")
        return StageOutput.ok()

    async def bad(ctx):
        await lax.run(input_text="")
        return StageOutput.ok()

    await world.guard.mount(of("s", one=good), strict_children=True).run(input_text="", data=TOKEN)
    assert body.ran == 1
    with pytest.raises(Bypassed):
        await world.guard.mount(of("s", one=bad), strict_children=True).run(
            input_text="", data=TOKEN
        )
    assert body.ran == 1
    for wrong in (1, "yes", None):
        with pytest.raises(ConfigError, match="strict_children"):
            world.guard.mount(of("s", one=good), strict_children=wrong)


@pytest.mark.parametrize("chain", [(), ("a",), ("a", "b"), ("b", "a", "c")], ids=str)
async def test_rights_never_widen_along_a_chain(tmp_path, chain):
    """A call through agents may what every one of them may, in child runs of any depth, too."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    held = {"user:u": {0, 1, 2, 3}, "agent:a": {0, 1, 2}, "agent:b": {1, 2, 4}, "agent:c": {2, 5}}
    text = "".join(f"p, role:r{n}, acme, tool, t{n}, call, allow\n" for n in range(6))
    text += "".join(
        f"g, {who}, role:r{n}, acme\n" for who, tools in held.items() for n in sorted(tools)
    )
    (tmp_path / "policies/tenants/acme/policy.csv").write_text(text)
    guard = Guard.load(tmp_path / "guard.toml")
    act = None
    for actor in reversed(chain):
        act = {"sub": actor, **({"act": act} if act else {})}
    token = idp.mint(sub="u", tenant="acme", **({"act": act} if act else {}))
    allowed = set.intersection(held["user:u"], *(held[f"agent:{one}"] for one in chain))

    async def body():
        return "ran"

    tools = [guard.protect(kind="tool", obj=f"t{n}")(body) for n in range(6)]
    async with guard, guard.session(token):
        for depth, n in itertools.product((0, 1, 2), range(6)):
            ran = False
            with contextlib.suppress(AccessDenied):
                async with contextlib.AsyncExitStack() as runs:
                    for _ in range(depth + 1):
                        await runs.enter_async_context(guard.run("support"))
                    ran = await tools[n]() == "ran"
            assert ran is (n in allowed), (depth, n)
