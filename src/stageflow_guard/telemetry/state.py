"""What `guard.health()` says, as measurements with names: the same for every system that reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Health = Mapping[str, Any]
Labels = dict[str, str]
PREFIX = "stageflow_guard"


class Measurement(NamedTuple):
    """A number of the guard's state.

    `name` is dotted, below `stageflow_guard`; `unit` is "s" or empty; a counter only grows within
    one process. `read` yields (labels, value); what the state does not tell yields nothing.
    """

    name: str
    unit: str
    counter: bool
    text: str
    read: Callable[[Health], Iterator[tuple[Labels, float]]]


def _one(*path: str, scale: float = 1.0) -> Callable[[Health], Iterator[tuple[Labels, float]]]:
    def read(health: Health) -> Iterator[tuple[Labels, float]]:
        value: Any = health
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, bool | int | float):
            yield {}, float(value) * scale

    return read


def _said(*path: str) -> Callable[[Health], Iterator[tuple[Labels, float]]]:
    """Yield 1 for anything but nothing: a poisoned log tells its reason, not True."""

    def read(health: Health) -> Iterator[tuple[Labels, float]]:
        value: Any = health
        for name in path[:-1]:
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and path[-1] in value:
            yield {}, float(bool(value[path[-1]]))

    return read


def _caches(which: str) -> Callable[[Health], Iterator[tuple[Labels, float]]]:
    def read(health: Health) -> Iterator[tuple[Labels, float]]:
        for cache, room in (("decisions", "policy"), ("tokens", "auth")):
            value = (health.get(room) or {}).get(f"cache_{which}")
            if isinstance(value, int):
                yield {"cache": cache}, float(value)

    return read


def _sinks(field: str) -> Callable[[Health], Iterator[tuple[Labels, float]]]:
    def read(health: Health) -> Iterator[tuple[Labels, float]]:
        for lag in health.get("sinks") or []:
            yield {"sink": str(lag["sink"]), "origin": str(lag["origin"])}, float(lag[field])

    return read


STATE = (
    Measurement("open", "", False, "1 while the guard's log is open", _one("open")),
    Measurement("runs", "", False, "runs under way", _one("runs")),
    Measurement("policy.problems", "", False, "tenant files that cannot be read, so deny",
                _one("policy_problems")),
    Measurement("policy.age", "s", False, "age of the policies in force", _one("policy", "age")),
    Measurement("policy.mismatches", "", True, "answers on which index and pycasbin disagreed",
                _one("policy", "mismatches")),
    Measurement("cache.hits", "", True, "answers that were kept from before", _caches("hits")),
    Measurement("cache.misses", "", True, "answers that had to be found", _caches("misses")),
    Measurement("log.records", "", True, "durable records of the log", _one("audit", "durable")),
    Measurement("log.queued", "", False, "records that wait for the disk", _one("audit", "queued")),
    Measurement("log.write", "s", False, "how long the last write took",
                _one("audit", "last_write_us", scale=1e-6)),
    Measurement("log.poisoned", "", False, "1 after a failed write: restart the process",
                _said("audit", "poisoned")),
    Measurement("log.disk_low", "", False, "1 while the disk is nearly full",
                _said("audit", "disk_low")),
    Measurement("checkpoint_copy.behind", "s", False, "age of the oldest checkpoint not copied",
                _one("audit", "checkpoint_copy", "behind_s")),
    Measurement("sink.lag.records", "", False, "signed records that a sink has not",
                _sinks("records")),
    Measurement("sink.lag", "s", False, "age of the oldest of them", _sinks("seconds")),
    Measurement("sink.dead", "", False, "records that a sink refused for good", _sinks("dead")),
    Measurement("sink.lost", "", False, "records that a sink had once and has not any more",
                _sinks("lost")),
)  # fmt: skip
