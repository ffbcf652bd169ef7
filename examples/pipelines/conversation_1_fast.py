"""Fast conversation: one stage, one model, a cache of the caller's own in front of it.

What the guard does: the key of the cache holds tenant and subject, so that an answer never reaches
somebody else; a hit is still a decision on record, because the cache stands inside the stage. What
it refuses: an answer from the cache for a caller who may not run the stage.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.testing.doubles import EchoModel
from stageflow_guard.testing.scene import Scene


class Answer:
    """Answers from its cache, or asks the model."""

    def __init__(self, guard: Guard, model: Any) -> None:
        self.guard, self.model = guard, model
        self.cache: dict[str, str] = {}

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the answer, and whether it was kept."""
        text = ctx.snapshot.input_text or ""
        key = self.guard.scoped_key("answers", text)
        kept = key in self.cache
        if not kept:
            self.cache[key] = (await self.model.complete(text)).text
        return StageOutput.ok(text=self.cache[key], kept=kept)


def pipeline(guard: Guard, model: Any = None) -> Pipeline:
    """Build it; a double stands in for a model."""
    answer = Answer(guard, model or EchoModel())
    return Pipeline.from_stages(stage("answer", answer, StageKind.AGENT), name="fast")


async def scenario(scene: Scene) -> None:
    """Asked twice, by two, and by one who may not."""
    model = EchoModel()
    app = scene.guard.mount(pipeline(scene.guard, model), name="fast")
    customer: dict[str, Any] = {"roles": ["customer"]}
    first = await scene.run("ada asks", app, "open today?", who="ada@acme", **customer)
    again = await scene.run("ada asks again", app, "open today?", who="ada@acme", **customer)
    other = await scene.run("eve asks the same", app, "open today?", who="eve@acme", **customer)
    kept = [results["answer"].data["kept"] for results in (first, again, other)]
    assert (kept, model.calls) == ([False, True, False], 2)
    await scene.run("a guest is not served", app, "open today?", who="gwen@acme",
                    roles=["guest"])  # fmt: skip
    assert model.calls == 2
