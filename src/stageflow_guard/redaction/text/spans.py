"""Which spans win when several overlap. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter

from stageflow_guard.model import EntitySpan

_place = attrgetter("start", "end")


def merged(spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """Return the spans with overlapping ones of one entity united, the best score kept."""
    out: list[EntitySpan] = []
    open_at: dict[str, int] = {}
    for span in sorted(spans, key=_place):
        place = open_at.get(span.entity)
        if place is not None and span.start < out[place].end:
            last = out[place]
            out[place] = EntitySpan(
                last.start, max(last.end, span.end), span.entity, max(last.score, span.score)
            )
        else:
            open_at[span.entity] = len(out)
            out.append(span)
    return out


def resolve(spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """Return non-overlapping spans in order of position.

    Spans of one entity that overlap are one. Then a higher score wins (a checksum or a label scores
    above a shape, a shape above a model); then the longer; then the earlier. What a loser covers
    beyond its winner is kept under the loser's type: nothing found is ever uncovered.
    """
    chosen: list[EntitySpan] = []
    for cluster in _clusters(merged(spans)):
        chosen += cluster if len(cluster) == 1 else _settled(cluster)
    return chosen


def _clusters(spans: list[EntitySpan]) -> Iterable[list[EntitySpan]]:
    """Group what overlaps, of spans in order; almost always one span alone."""
    group: list[EntitySpan] = []
    reach = -1
    for span in spans:
        if group and span.start >= reach:
            yield group
            group = []
            reach = -1
        group.append(span)
        reach = max(reach, span.end)
    if group:
        yield group


def _settled(cluster: list[EntitySpan]) -> list[EntitySpan]:
    taken: list[EntitySpan] = []
    for span in sorted(cluster, key=lambda s: (-s.score, s.start - s.end, s.start, s.entity)):
        at = span.start
        fresh: list[EntitySpan] = []
        place = max(0, bisect_right(taken, at, key=lambda s: s.start) - 1)
        for other in taken[place:]:
            if other.end <= at:
                continue
            if other.start >= span.end:
                break
            if at < other.start:
                fresh.append(EntitySpan(at, other.start, span.entity, span.score))
            at = other.end
        if at < span.end:
            fresh.append(EntitySpan(at, span.end, span.entity, span.score))
        if fresh:
            taken += fresh
            taken.sort(key=_place)
    return taken
