"""A tool that answers by script and remembers what it was called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stageflow_guard.base.awaited import awaited
from stageflow_guard.testing.doubles.faults import Faults, Scheduled


class ToolDouble(Scheduled):
    """An async callable: `await tool(order=7)`. `answer` is a value, or a function of arguments.

    `seen` holds the arguments of every call that got through.
    """

    def __init__(
        self,
        name: str,
        answer: Any = "ok",
        *,
        schema: Mapping[str, Any] | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults)
        self.name = self.__name__ = self.__qualname__ = name
        self.schema = dict(schema or {"type": "object"})
        self._answer = answer
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, **arguments: Any) -> Any:
        """Answer one call."""
        await self.begin()
        self.seen.append(arguments)
        if not callable(self._answer):
            return self._answer
        answer: Callable[..., Any] = self._answer
        result = answer(**arguments)
        return await awaited(result)
