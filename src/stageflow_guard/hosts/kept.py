"""What a host writes down with a run, of what its caller passed beside the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET = ("token", "auth", "secret", "password", "api_key", "apikey", "credential", "bearer")
DEEPEST = 20  # what nests deeper, or holds itself, cannot be looked through: it counts as one


def credential_in(given: Mapping[Any, Any]) -> str | None:
    """Return the path of the first credential in `given`, told by its name or its value's form."""
    return _found(given, "", 0)


def _found(given: Any, path: str, depth: int) -> str | None:
    if depth > DEEPEST:
        return path[:80]
    if isinstance(given, Mapping):
        for key, value in given.items():
            here = f"{path}.{key}" if path else str(key)
            if any(part in str(key).lower() for part in SECRET):
                return here
            found = _found(value, here, depth + 1)
            if found is not None:
                return found
    elif isinstance(given, list | tuple | set | frozenset):
        for value in given:
            found = _found(value, path, depth + 1)
            if found is not None:
                return found
    elif type(given) is str and (given.startswith("eyJ") or " eyJ" in given):
        return path
    return None
