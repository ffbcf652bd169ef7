"""Which names of two large mappings do not hold the very same object."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from operator import is_not


def changed_names(old: Mapping[str, object], new: Mapping[str, object]) -> set[str]:
    """Return the names that only one holds, or that hold another object in each.

    What both share as an object cannot differ, so that a snapshot which took nearly everything from
    the one before is compared without a look into it. Two objects may still be equal.
    """
    names = set(compress(new, map(is_not, map(old.get, new), new.values())))  # no step in Python
    if len(old) + sum(name not in old for name in names) > len(new):
        names |= old.keys() - new.keys()
    return names
