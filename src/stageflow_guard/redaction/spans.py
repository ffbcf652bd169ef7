"""Which spans win when several overlap. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from stageflow_guard.model import EntitySpan


def resolve(spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """Return non-overlapping spans in order of position.

    A higher score wins (a validated pattern scores 1.0); then the longer; then the earlier. What a
    loser covers beyond its winner is kept under the loser's type: nothing found is ever uncovered.
    """
    chosen: list[EntitySpan] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.start, s.entity)):
        pieces = [(span.start, span.end)]
        for taken in chosen:
            rest = []
            for start, end in pieces:
                if taken.end <= start or end <= taken.start:
                    rest.append((start, end))
                    continue
                if start < taken.start:
                    rest.append((start, taken.start))
                if taken.end < end:
                    rest.append((taken.end, end))
            pieces = rest
        chosen += [EntitySpan(s, e, span.entity, span.score) for s, e in pieces if s < e]
    return sorted(chosen)
