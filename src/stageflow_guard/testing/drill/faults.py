"""How a collaborator fails: at one of its calls and at every one behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stageflow_guard.testing.conformance.environment import Environment


class Broken(Exception):
    """What a drilled collaborator raises."""


@dataclass(frozen=True, slots=True)
class Port:
    """One method of a collaborator: `part` is the environment's name for it."""

    name: str
    part: str
    method: str
    is_async: bool


PORTS = (
    Port("authenticator: authenticate", "tokens", "authenticate", True),
    Port("authenticator: recheck", "tokens", "recheck", False),
    Port("policy: decide", "rules", "decide", False),
    Port("inspector: scope", "inspector", "scope_for", False),
    Port("inspector: redact", "inspector", "redact", True),
    Port("audit log: enqueue", "log", "enqueue", False),
    Port("audit log: append", "log", "append", True),
)
RAISES, HANGS, LIES, NOTHING = "raises", "hangs", "lies", "returns nothing"
FAULTS = (RAISES, HANGS, LIES, NOTHING)


def applies(port: Port, fault: str) -> bool:
    """Say whether a port can fail so: a plain call cannot hang alone, `recheck` returns nothing."""
    if fault == HANGS:
        return port.is_async
    return not (fault == NOTHING and port.method == "recheck")


class FaultyPort:
    """A collaborator that is honest until the `at`-th call of one method; `at=0` only counts."""

    def __init__(self, env: Environment, port: Port, fault: str = "", at: int = 0) -> None:
        self.calls = 0
        self.failed = False
        inner = getattr(env, port.part)
        honest: Callable[..., Any] = getattr(inner, port.method)

        def due() -> bool:
            self.calls += 1
            self.failed |= bool(at) and self.calls >= at
            return bool(at) and self.calls >= at

        def wrong() -> Any:
            if fault == RAISES:
                raise Broken("drilled")
            return None if fault == NOTHING else {"an answer": "of no type that was asked for"}

        async def answer(*args: Any, **kwargs: Any) -> Any:
            if not due():
                return await honest(*args, **kwargs)
            if fault == HANGS:
                await asyncio.Event().wait()
            return wrong()

        def answer_now(*args: Any, **kwargs: Any) -> Any:
            return wrong() if due() else honest(*args, **kwargs)

        setattr(inner, port.method, answer if port.is_async else answer_now)
