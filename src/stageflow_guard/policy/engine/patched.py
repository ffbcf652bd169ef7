"""What a load may take from the load before it, so that one tenant's change costs one tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

V = TypeVar("V")


def patched(
    old: Mapping[str, V], again: Collection[str] | None, made: Mapping[str, V]
) -> dict[str, V]:
    """Return what holds by tenant after `again` were read again, with `made` as the result.

    None for `again`: all were read. Names are sorted, as they are when all are read: nothing may
    depend on the way in which a state was reached.
    """
    if again is None:
        return dict(made)
    found = dict(old)
    for name in again:
        if name not in made:
            found.pop(name, None)
    found.update(made)
    grew = len(found) > len(old) or any(name not in old for name in made)
    return dict(sorted(found.items())) if grew else found
