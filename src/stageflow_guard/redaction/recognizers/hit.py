"""What a recognizer says: where, what, how sure, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Hit(NamedTuple):
    """A half-open range of the view, its entity, a score from 0 to 1, the rule, what spoke for it.

    `why` is a word of the rule's own vocabulary (`checksum`, `label card`), never text.
    """

    start: int
    end: int
    entity: str
    score: float
    rule: str
    why: str = ""


Recognize = Callable[[str], Iterator[Hit]]
