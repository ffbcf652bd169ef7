"""A tool with a deadline, retries that are safe, and errors that surface with their type."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Collection
from contextvars import ContextVar
from typing import Any, Protocol

from stageflow_guard.errors import ConfigError, GuardError

# what the tool itself raised, by type: the guard's own error for it has no type of the tool's
_errors: ContextVar[list[tuple[str, bool]] | None] = ContextVar("tool_errors", default=None)


def _told(
    function: Callable[..., Awaitable[Any]], retry_on: tuple[type[Exception], ...]
) -> Callable[..., Awaitable[Any]]:
    """Return `function` that also tells the adapter which type it raised."""

    @functools.wraps(function)
    async def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return await function(*args, **kwargs)
        except Exception as error:
            seen = _errors.get()
            if seen is not None:
                seen.append((type(error).__name__, isinstance(error, retry_on)))
            raise

    return told


class ToolFailed(Exception):
    """A tool raised: `.tool`, `.error` its error's type, `.attempts`. No text of the error."""

    def __init__(self, tool: str, error: str, attempts: int) -> None:
        super().__init__(f"tool `{tool}` failed with {error} after {attempts} attempts")
        self.tool, self.error, self.attempts = tool, error, attempts


class ToolTimeout(ToolFailed):
    """A tool gave no answer within its deadline."""


class ToolGuard(Protocol):
    """What the adapter needs of a `Guard`."""

    def protect(self, *, kind: str, obj: Any) -> Callable[[Any], Any]:
        """Return a decorator that makes a callable a guarded step."""


class ToolAdapter:
    """`await adapter(order=7)`: the tool behind the guard, with `timeout` seconds an attempt.

    Each attempt is a guarded call of its own: asked, inspected, on record. `retries` further ones
    happen for errors of `retry_on`, timeouts among them, and only when the tool is `idempotent`.
    `idempotency_key(**arguments)` makes the key that goes with every attempt of one call. A denial
    is never retried and passes as it is. Raises `ToolTimeout`, `ToolFailed`, the guard's errors.
    """

    def __init__(
        self, guard: ToolGuard, function: Callable[..., Awaitable[Any]], *, name: str | None = None,
        timeout: float = 10.0, retries: int = 0, pause: float = 0.1, idempotent: bool = False,
        retry_on: Collection[type[Exception]] = (ConnectionError, TimeoutError),
        idempotency_key: Callable[..., str] | None = None,
    ) -> None:  # fmt: skip
        if retries and not idempotent:
            raise ConfigError("`retries` needs `idempotent=True`: a repeated call does it twice")
        if timeout <= 0:
            raise ConfigError("`timeout` is more than 0 seconds")
        self.name = name or str(getattr(function, "__name__", "tool"))
        self._call = guard.protect(kind="tool", obj=self.name)(_told(function, tuple(retry_on)))
        self._timeout, self._retries, self._pause = timeout, retries, pause
        self._retry_on = tuple(retry_on)
        self._key = idempotency_key

    async def __call__(self, **arguments: Any) -> Any:
        """Call the tool; see the class for what it raises."""
        if self._key is not None:
            arguments = {**arguments, "idempotency_key": self._key(**arguments)}
        attempts = self._retries + 1
        failed: ToolFailed | None = None
        seen: list[tuple[str, bool]] = []
        for attempt in range(1, attempts + 1):
            if attempt > 1:
                await asyncio.sleep(self._pause * 2 ** (attempt - 2))
            try:
                token = _errors.set(seen)
                try:
                    async with asyncio.timeout(self._timeout):
                        return await self._call(**arguments)
                finally:
                    _errors.reset(token)
            except GuardError:
                raise  # a refusal: never retried
            except TimeoutError:
                failed = ToolTimeout(self.name, "TimeoutError", attempt)
                again = issubclass(TimeoutError, self._retry_on)
            except Exception as error:  # the tool's own error, its text already redacted
                told = seen[-1] if seen else (type(error).__name__, False)
                kind = ToolTimeout if told[0] == "TimeoutError" else ToolFailed
                failed, again = kind(self.name, told[0], attempt), told[1]
            if not again:
                break
        assert failed is not None  # noqa: S101 - every other way out returned or raised
        raise failed from None
