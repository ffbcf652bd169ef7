"""Guard stages that judge a text: injection, content, and several checks at once.

Each is a GUARD that fails for real: the host counts a skipped guard as passed (W9, W10). Every
verdict is on record, by rule names, never by text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.errors import ConfigError, InspectorUnavailable
from stageflow_guard.hosts.stageflow.stage_guard import StageGuard, refusing
from stageflow_guard.redaction.guards.content import USUAL, ContentCheck
from stageflow_guard.redaction.guards.injection import InjectionCheck

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.redaction.guards.verdict import Check, Verdict

OFF_LOOP = 2_000  # characters from which a check runs on a thread
MOST = 1_000_000


@runtime_checkable
class _Judge(Protocol):
    """A check: a name, a threshold, `judge(text)`."""

    name: str
    threshold: float

    def judge(self, text: str) -> Any: ...


class GuardStage:
    """Runs several checks side by side within `deadline` seconds; one that finds fails the stage.

    `action="flag"` records and passes on instead. A check that raises or is late is a refusal. The
    text is `input_text`, or `content_key` of an earlier stage's output; a text that is missing or
    no string fails. Output: `text`, and `verdicts` by check.
    """

    name = "guard"
    kind = StageKind.GUARD

    def __init__(
        self, guard: StageGuard, *, checks: Sequence[Check],
        action: Literal["block", "flag"] = "block", content_key: str | None = None,
        deadline: float = 5.0,
    ) -> None:  # fmt: skip
        if not isinstance(guard, StageGuard):
            raise ConfigError(
                f"`{type(self).__name__}` takes a `Guard`, not `{type(guard).__name__}`"
            )
        if not checks or not all(isinstance(c, _Judge) for c in checks):
            raise ConfigError("`checks` holds at least one check with `name`, `threshold`, `judge`")
        if len({c.name for c in checks}) < len(checks):
            raise ConfigError("`checks` holds two of one name")
        if action not in ("block", "flag"):
            raise ConfigError(f"`action` is `block` or `flag`, not `{action}`")
        self._guard, self._checks, self._action = guard, list(checks), action
        self._key, self._deadline = content_key, deadline

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the text and the verdicts; raise `ContentBlocked` or `InspectorUnavailable`."""
        text: Any = ctx.snapshot.input_text if self._key is None else ctx.inputs.get(self._key)
        if type(text) is not str:
            where = "`input_text`" if self._key is None else f"key `{self._key}`"
            return StageOutput.fail(error=f"no text to judge in {where}")
        async with refusing(
            self._guard, stage=ctx.stage_name, otherwise="the text could not be judged"
        ):
            verdicts = await self._verdicts(text)
            found = [
                v for v, c in zip(verdicts, self._checks, strict=True) if v.score >= c.threshold
            ]
            await self._guard._judge(
                verdicts, found, block=self._action == "block", stage=ctx.stage_name
            )
        shown = {v.check: {"score": v.score, "reasons": list(v.reasons)} for v in verdicts}
        return StageOutput.ok(text=text, verdicts=shown, flagged=[v.check for v in found])

    async def _verdicts(self, text: str) -> list[Verdict]:
        if len(text) > MOST:
            raise InspectorUnavailable(f"{len(text)} characters are over the cap of {MOST}")
        if len(text) < OFF_LOOP:
            return [check.judge(text) for check in self._checks]
        try:
            async with asyncio.timeout(self._deadline):
                return list(
                    await asyncio.gather(*(asyncio.to_thread(c.judge, text) for c in self._checks))
                )
        except TimeoutError:
            raise InspectorUnavailable("a check took too long") from None


class InjectionGuardStage(GuardStage):
    """A GUARD against prompt injection by rules; docs/explanation/redaction.md has its rates."""

    name = "injection_guard"

    def __init__(
        self, guard: StageGuard, *, action: Literal["block", "flag"] = "block",
        threshold: float = 0.5, content_key: str | None = None,
    ) -> None:  # fmt: skip
        check = InjectionCheck(threshold=threshold)
        super().__init__(guard, checks=[check], action=action, content_key=content_key)


class ContentGuardStage(GuardStage):
    """A GUARD against categories of content, by rules."""

    name = "content_guard"

    def __init__(
        self, guard: StageGuard, *, categories: Iterable[str] = USUAL,
        action: Literal["block", "flag"] = "block", threshold: float = 0.5,
        content_key: str | None = None,
    ) -> None:  # fmt: skip
        check = ContentCheck(categories=categories, threshold=threshold)
        super().__init__(guard, checks=[check], action=action, content_key=content_key)
