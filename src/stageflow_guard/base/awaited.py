"""What a function of the application's own gives, whether it is async or not."""

from __future__ import annotations

import inspect
from typing import Any


async def awaited(answer: Any) -> Any:
    """Return an answer that may have to be awaited."""
    return await answer if inspect.isawaitable(answer) else answer
