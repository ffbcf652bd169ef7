"""Ways out under anything that can happen at once: what is said, cancelled, late, broken, slow."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import random
from types import SimpleNamespace

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.streaming import RealtimeStageBus

from stageflow_guard.errors import GuardError

MAIL = "ada.lovelace@example.com"
STAGES = ("a", "b", "c")


class Chance:
    """One seed's application: slow log, slow and failing callbacks, a queue, a bus."""

    def __init__(self, world, seed):
        self.rng, self.world = random.Random(seed), world
        self.said, self.late = [], []
        self.queue, self.bus = asyncio.Queue(), RealtimeStageBus(default_max_size=1000)
        self.ports = SimpleNamespace(
            send_token=self.heard, send_status=self.heard, send_transcript=self.heard,
            send_audio_chunk=self.heard, llm_chunk_queue=self.queue, realtime_bus=self.bus,
        )  # fmt: skip
        world.log.append = self.slowly

    async def pause(self, often):
        if self.rng.random() < often:
            await asyncio.sleep(self.rng.random() * 0.01)

    async def slowly(self, record):
        index = self.world.log.enqueue(record)
        await self.pause(0.3)
        return index

    async def heard(self, *args):
        await self.pause(0.2)
        if self.rng.random() < 0.02:
            raise RuntimeError("the client has gone")
        self.said.append(repr(args))

    async def something(self, ports):
        match self.rng.randrange(7):
            case 0:
                await ports.send_token(f"hello {MAIL} and so on " * self.rng.randint(1, 30))
            case 1:
                await ports.send_status("stt", MAIL, None)
            case 2:
                await ports.send_audio_chunk(b"\x00\x01", "pcm", 1, False)
            case 3:
                ports.llm_chunk_queue.put_nowait(f"word {MAIL} ")
            case 4:
                await ports.llm_chunk_queue.put(self.rng.choice([f"word {MAIL} ", None]))
            case 5:
                await ports.realtime_bus.publish(f"c{self.rng.randrange(3)}", f"{MAIL} ")
            case _:
                await ports.send_transcript(1, MAIL, 0.5, 2)

    async def stage(self, ctx):
        rng = self.rng
        for _ in range(rng.randint(1, 12)):
            work, how = self.something(ctx.inputs.ports), rng.random()
            with contextlib.suppress(TimeoutError, GuardError, RuntimeError):
                if how < 0.2:
                    self.late.append(asyncio.ensure_future(work))
                elif how < 0.4:
                    await asyncio.wait_for(work, rng.random() * 0.01)
                else:
                    await work
            if rng.random() < 0.05:
                raise ValueError(MAIL)
            if rng.random() < 0.02:
                raise asyncio.CancelledError
        ends = [StageOutput.skip("x"), StageOutput.fail("no"), StageOutput.cancel("x")]
        return rng.choice([*ends, *[StageOutput.ok(text=MAIL)] * 7])

    def left(self):
        """Everything that reached anybody."""
        items = [*self.said, repr(self.world.log.records)]
        while not self.queue.empty():
            items.append(str(self.queue.get_nowait()))
        for channel in self.bus._channels.values():
            while len(channel):
                items.append(str(channel.get_nowait()))
        return " ".join(items)


@pytest.mark.parametrize("seed", range(40))
async def test_whatever_happens_what_leaves_is_redacted_and_every_record_has_its_end(world, seed):
    """No word unredacted, no way out without its effect, nothing but refusals behind the end."""
    chance = Chance(world, seed)
    world.guard._pep.stop_timeout = 0.5
    world.rules.bytes |= {f"p/{name}" for name in STAGES}
    pipeline = Pipeline(name="p")
    for name in STAGES:
        needs = ("a",) if name == "c" else ()
        pipeline = pipeline.with_stage(name, chance.stage, StageKind.WORK, dependencies=needs)
    run = world.guard.mount(pipeline).run(
        input_text="hi", data={"auth_token": "acme:ada"}, ports=chance.ports
    )
    call = asyncio.ensure_future(run)
    if chance.rng.random() < 0.4:
        await asyncio.sleep(chance.rng.random() * 0.05)
        call.cancel()
    (outcome,) = await asyncio.wait_for(asyncio.gather(call, return_exceptions=True), 20)
    await asyncio.gather(*chance.late, return_exceptions=True)
    await asyncio.sleep(0.03)

    records = world.log.records
    assert MAIL not in str(outcome) and MAIL not in chance.left()
    streams = [(i, r) for i, r in enumerate(records) if r.action == "stream"]
    ended = collections.Counter(r.decision_index for _, r in streams if r.kind == "effect")
    assert ended == dict.fromkeys([i for i, r in streams if r.kind == "decision"], 1)
    over = [i for i, r in enumerate(records) if r.kind == "run_end"]
    assert len(over) == len(world.log.kinds("run_start"))
    behind = records[over[-1] + 1 :] if over else []
    assert all(record.decision == "deny" for record in behind)
