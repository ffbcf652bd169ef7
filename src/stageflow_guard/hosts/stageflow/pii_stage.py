"""Explicit guard stages for graphs that are built by hand."""

from __future__ import annotations

from typing import Any

from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.stage_guard import StageGuard, refusing


class PiiGuardStage:
    """A GUARD stage that puts redacted text where later stages can read it: output key `text`.

    It reads `input_text`, or `content_key` of an earlier stage's output. A text that is missing or
    no string fails the stage; it never skips (a skipped guard counts as passed). Under a mount the
    text is redacted already and passes as it is. In a hand-built graph, later stages can still read
    the raw input from their snapshot: only `guard.mount` takes it away.
    """

    name = "pii_guard"
    kind = StageKind.GUARD

    def __init__(self, guard: StageGuard, *, content_key: str | None = None) -> None:
        if not isinstance(guard, StageGuard):
            raise ConfigError(f"`PiiGuardStage` takes a `Guard`, not `{type(guard).__name__}`")
        self._guard = guard
        self._key = content_key

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the redacted text; raise `ContentBlocked` or `InspectorUnavailable`."""
        text: Any = ctx.snapshot.input_text if self._key is None else ctx.inputs.get(self._key)
        if type(text) is not str:
            where = "`input_text`" if self._key is None else f"key `{self._key}`"
            return StageOutput.fail(error=f"no text to inspect in {where}")
        async with refusing(
            self._guard, stage=ctx.stage_name, otherwise="the text could not be inspected"
        ):
            screened = await self._guard._screen(text, stage=ctx.stage_name)
        found = {f.entity: f.count for f in screened.findings}
        return StageOutput.ok(text=screened.value, findings=found)
