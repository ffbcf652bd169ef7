"""What an explicit guard stage needs of a guard."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, runtime_checkable

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.hosts.stageflow.errors import as_host_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from stageflow_guard.model import Redaction


@runtime_checkable
class StageGuard(Protocol):
    """`Guard`, as its own explicit stages use it."""

    async def _screen(self, text: str, *, stage: str | None = None) -> Redaction: ...

    async def _judge(
        self, verdicts: list[Any], found: list[Any], *, block: bool, stage: str | None = None
    ) -> None: ...

    async def _refuse(self, error: GuardError, *, stage: str | None) -> NoReturn: ...


@asynccontextmanager
async def refusing(guard: StageGuard, *, stage: str | None, otherwise: str) -> AsyncIterator[None]:
    """Refuse the stage, on record and past the host, for every failure inside.

    What is no `GuardError` is `InspectorUnavailable(otherwise)`: uninspected text goes nowhere.
    """
    try:
        yield
        return
    except GuardError as exc:
        failed: GuardError = exc
    except Exception:
        failed = InspectorUnavailable(otherwise)
    try:
        await guard._refuse(failed, stage=stage)
    except GuardError as refused:
        raise as_host_error(refused) from None
