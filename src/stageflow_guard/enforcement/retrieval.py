"""What a search finds, before anybody sees it: the caller's own, permitted, inspected.

1. policy is asked whether the caller may search at all: kind, the search's name, act
2. the search runs, under a permit, with inspected arguments
3. each hit is asked about by its own name and owner; what is not the caller's is dropped
4. what is left is inspected, its effect is on record, and only then it is returned
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stageflow_guard.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])


def permitted_hits(search: F, keep: Callable[[Iterable[Any]], Any]) -> F:
    """Return `search`, an async function, as one that gives what `keep` lets through.

    Raises `ConfigError` for anything else.
    """
    if not inspect.iscoroutinefunction(search):
        raise ConfigError("`guard.retriever` takes an async function that returns its hits")

    @functools.wraps(search)
    async def found(*args: Any, **kwargs: Any) -> list[Any]:
        kept: list[Any] = await keep(await search(*args, **kwargs))
        return kept

    return found  # type: ignore[return-value]
