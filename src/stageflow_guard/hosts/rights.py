"""What a mount says of steps that no policy line permits: once for each name and revision.

It is a word to whoever runs the application, and no decision: whatever fails here is ignored, and
each step is decided when it is run. An application that mounts for each request pays for the first.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from stageflow_guard.policy.engine.text import quoted
from stageflow_guard.ports import RightsSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint

Question = tuple[str, str, str]  # kind, object, act
MOST = 1000  # names that are remembered for one guard and revision
SHOWN = 10  # steps that one warning names
logger = logging.getLogger("stageflow_guard")
# by guard: the revision, and what was asked about under it
_asked: WeakKeyDictionary[PolicyEnforcementPoint, tuple[str, set[tuple[type, str]]]] = (
    WeakKeyDictionary()
)


def asked_once(
    pep: PolicyEnforcementPoint,
    target: object,
    name: str | None,
    questions_of: Callable[[object], tuple[str, list[Question]]],
) -> list[Question]:
    """Return what policy will be asked about a target's steps, as far as that is told.

    Nothing where a target of this type and name was asked about under this revision.
    """
    try:
        source = pep.decisions
        if not isinstance(source, RightsSource):
            return []
        revision, seen = _asked.get(pep, ("", set()))
        if revision != pep.decisions.revision:
            seen = set()
            _asked[pep] = pep.decisions.revision, seen
        called = name or getattr(target, "name", None)
        if isinstance(called, str):
            if (type(target), called) in seen or len(seen) >= MOST:
                return []
            seen.add((type(target), called))
        own, found = questions_of(target)
    except Exception:  # it is mounted or refused by what it is, not by what is told of it here
        return []
    return [(kind, obj.replace("{name}", name or own), act) for kind, obj, act in found]


def warn_of_what_nobody_may(pep: PolicyEnforcementPoint, asked: list[Question]) -> None:
    """Log the steps that no policy line permits: else the first refusal is what tells."""
    try:
        source = pep.decisions
        found = source.nobody_may(asked) if asked and isinstance(source, RightsSource) else ()
        named = [f"{kind} `{quoted(obj)}` ({act})" for kind, obj, act in found[:SHOWN]]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    except Exception:  # a decision point of the application's own
        return
    if named:
        logger.warning(
            "no policy line of any tenant permits %s%s: every caller is refused there",
            ", ".join(named), more,
        )  # fmt: skip
