"""A large immutable mapping of which a changed copy costs the change: 256 small ones, shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

V = TypeVar("V")
SHARDS = 256


class ShardedMap(Mapping[str, V]):
    """Values by name, gone through sorted by name. Build it with `of` and `but`."""

    __slots__ = ("_count", "_shards")

    def __init__(self, shards: list[dict[str, V]], count: int) -> None:
        self._shards = shards
        self._count = count

    @classmethod
    def of(cls, values: Mapping[str, V]) -> ShardedMap[V]:
        """Return a mapping that holds these values."""
        if isinstance(values, ShardedMap):
            return values
        return cls([{} for _ in range(SHARDS)], 0).but((), values)

    def but(self, without: Iterable[str], values: Mapping[str, V]) -> ShardedMap[V]:
        """Return the same without some names, and with some values in place of those that were."""
        shards, count = list(self._shards), self._count
        own: set[int] = set()  # shards that are not shared any more

        def shard_of(name: str) -> dict[str, V]:
            at = hash(name) % SHARDS
            if at not in own:
                own.add(at)
                shards[at] = dict(shards[at])
            return shards[at]

        for name in without:
            if name in self and name not in values and shard_of(name).pop(name, self) is not self:
                count -= 1
        for name, value in values.items():
            shard = shard_of(name)
            count += name not in shard
            shard[name] = value
        return ShardedMap(shards, count)

    def held(self) -> Iterator[V]:
        """Go through the values in no order, which is quick."""
        for shard in self._shards:
            yield from shard.values()

    def __getitem__(self, name: str) -> V:
        """Return the value of a name."""
        return self._shards[hash(name) % SHARDS][name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, or `default`."""
        return self._shards[hash(name) % SHARDS].get(name, default)

    def __contains__(self, name: object) -> bool:
        """Say whether there is a value of that name."""
        return name in self._shards[hash(name) % SHARDS]

    def __iter__(self) -> Iterator[str]:
        """Go through the names, sorted: where a value lies differs from process to process."""
        return iter(sorted(name for shard in self._shards for name in shard))

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def __eq__(self, other: object) -> bool:
        """Say whether another mapping holds equal values under the same names."""
        if isinstance(other, ShardedMap):
            return self._shards == other._shards
        return super().__eq__(other)

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled by content: where a value lies would be wrong in another process."""
        return ShardedMap.of, (dict(self),)

    __hash__ = None  # type: ignore[assignment]  # as every mapping


def followed(
    old: Mapping[str, V], again: Iterable[str] | None, made: Mapping[str, V]
) -> ShardedMap[V]:
    """Return what follows on `old` when the names in `again` (None: all) were made anew."""
    return ShardedMap.of(made) if again is None else ShardedMap.of(old).but(again, made)
