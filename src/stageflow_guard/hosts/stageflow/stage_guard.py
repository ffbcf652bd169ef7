"""What an explicit guard stage needs of a guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol, runtime_checkable

if TYPE_CHECKING:
    from stageflow_guard.errors import GuardError
    from stageflow_guard.model import Redaction


@runtime_checkable
class StageGuard(Protocol):
    """`Guard`, as its own explicit stages use it."""

    async def _screen(self, text: str, *, stage: str | None = None) -> Redaction: ...

    async def _judge(
        self, verdicts: list[Any], found: list[Any], *, block: bool, stage: str | None = None
    ) -> None: ...

    async def _refuse(self, error: GuardError, *, stage: str | None) -> NoReturn: ...
