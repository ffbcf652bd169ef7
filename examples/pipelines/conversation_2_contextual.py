"""Contextual conversation: what was said before is remembered, as pseudonyms, and can be erased.

What the guard does: a person keeps one pseudonym through a conversation, so that the model can
follow; the memory holds pseudonyms only. What it refuses: another subject's conversation, whatever
session id is given, and reading a memory without its right.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.hosts.stageflow.stages import MemoryFetchStage, MemoryWriteStage
from stageflow_guard.testing.doubles import MemoryDouble, ScriptedModel
from stageflow_guard.testing.scene import Scene

SESSION = "5f6c2b1e-3a77-4a2e-8a05-1d5b6b6c2f11"
FIRST = "I am at maria.keller@example.com."
SECOND = "Did you write to maria.keller@example.com?"


class Answer:
    """Asks the model with what was said before."""

    def __init__(self, model: Any) -> None:
        self.model = model

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the answer and how much it had to go by."""
        before = ctx.inputs.require_from("memory", "messages")
        prompt = [{"role": m["role"], "content": m["text"]} for m in before]
        prompt.append({"role": "user", "content": ctx.snapshot.input_text or ""})
        reply = await self.model.complete(prompt)
        return StageOutput.ok(text=reply.text, before=len(before))


def pipeline(guard: Guard, store: MemoryDouble | None = None, model: Any = None) -> Pipeline:
    """Build it; doubles stand in for a store and a model."""
    memory = store or MemoryDouble()
    return Pipeline.from_stages(
        stage("memory", MemoryFetchStage(guard, memory, limit=10), StageKind.ENRICH),
        stage("answer", Answer(model or ScriptedModel(["Noted.", "Yes."])), StageKind.AGENT,
              after="memory"),
        stage("keep", MemoryWriteStage(guard, memory, answer_from="answer"), StageKind.WORK,
              after="answer"),
        name="contextual",
    )  # fmt: skip


async def scenario(scene: Scene) -> None:
    """Two turns of one conversation, and two who listen in."""
    store, model = MemoryDouble(), ScriptedModel(["Noted.", "Yes."])
    app = scene.guard.mount(pipeline(scene.guard, store, model), name="contextual")
    maria: dict[str, Any] = {"who": "maria@acme", "roles": ["customer"], "session_id": SESSION}
    await scene.run("first turn", app, FIRST, **maria)
    results = await scene.run("second turn", app, SECOND, **maria)
    assert results["answer"].data["before"] == 2
    first, second = (line for line in model.seen[1].splitlines() if "⟦" in line)
    assert first.partition("⟦")[2].partition("⟧")[0] == second.partition("⟦")[2].partition("⟧")[0]
    assert "maria.keller" not in str(store.items)
    results = await scene.run("another subject, the same session", app, "Go on.",
                              who="eve@acme", roles=["customer"], session_id=SESSION)  # fmt: skip
    assert results["answer"].data["before"] == 0
    await scene.run("a guest has no memory here", app, "Go on.", who="gwen@acme",
                    roles=["guest"], session_id=SESSION)  # fmt: skip
