"""What an exporter hands to a sink, and what a sink may answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from stageflow_guard.audit.records.columns import values
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.base.version import page
from stageflow_guard.errors import ConfigError, Unavailable, VerificationError


class Entry:
    """An entry and what is in it, taken apart once for all the sinks that it goes to."""

    __slots__ = ("_record", "_values", "octets")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self._record: dict[str, Any] | None = None
        self._values: tuple[Any, ...] | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The record, the reader's own; one of a wrong shape is of kind `malformed`."""
        own: dict[str, Any] = _own(self._read())
        return own

    @property
    def values(self) -> tuple[Any, ...]:
        """The record's columns, in the order of `columns.NAMES`."""
        found = self._values
        if found is None:
            found = self._values = values(self._read())
        return found

    def _read(self) -> dict[str, Any]:
        found = self._record
        if found is None:
            found = self._record = readable(self.octets)
        return found


def _own(value: Any) -> Any:
    """Return a copy of what JSON gave: a sink may change it, and others read the same entry."""
    if type(value) is dict:
        return {
            name: part if type(part) is str or type(part) is int else _own(part)
            for name, part in value.items()
        }
    return [_own(part) for part in value] if type(value) is list else value


@dataclass(frozen=True, slots=True)
class Shipped:
    """One entry on its way: `key` identifies it everywhere, so that duplicates can be told.

    `log` is the id of the log that it is from (`audit.read.log_id`). `shared` is the entry as other
    sinks have it too, where there are any.
    """

    origin: str
    index: int
    entry: bytes
    log: str = ""
    shared: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Return `origin#index@log`: another log of this origin has other keys."""
        return f"{self.origin}#{self.index}" + (f"@{self.log}" if self.log else "")

    @property
    def record(self) -> dict[str, Any]:
        """The record; one of a wrong shape is of kind `malformed`."""
        return (self.shared or Entry(self.entry)).record

    @property
    def values(self) -> tuple[Any, ...]:
        """The record's columns, in the order of `columns.NAMES`."""
        return (self.shared or Entry(self.entry)).values


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """An entry that the intake will never take, and why; it goes to the dead letters.

    Where an intake only says how many of several it refused, `last` is the last one's index and
    `count` how many.
    """

    index: int
    reason: str
    last: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a sink says that it holds of one log: how many records, from where to where.

    `note` is the newest checkpoint that it was given, where it keeps any; `log` is the log's id,
    empty for what an earlier release shipped and nobody can tell.
    """

    log: str
    count: int
    first: int
    last: int
    note: bytes | None

    @property
    def whole(self) -> bool:
        """Say whether no record is missing between the first and the last."""
        return self.count == self.last - self.first + 1


class SinkUnavailable(Unavailable):
    """The sink did not take a batch now; `retry_after` is in seconds where the intake said so."""

    code = "sink_unavailable"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ForkedSink(VerificationError):
    """The sink holds another log under this log's origin, or another history of this log."""

    code = "forked"


def forked(kind: str, one: Shipped) -> ForkedSink:
    """Return the error for a record that is there already, and differs: this log was copied."""
    return ForkedSink(
        f"fork: the sink `{kind}` holds another record {one.index} of `{one.origin}`, log "
        f"{one.log}: two machines go on from one copy of it ({page('how-to/lost-log')})",
        index=one.index,
    )


class Sink(Protocol):
    """A projection of the log. `send` returns once the intake has taken responsibility."""

    kind: str
    batch: int  # records per `send` at most
    least: int  # records that are worth a `send` while the log goes on
    refills: bool  # whether records below the last one can be sent again

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Hand over `batch`, in order of index, under the signed checkpoint `head`.

        A batch may come again, whole or in part, after a crash. Returns what the intake refuses
        for good: of a record, never of the address. Raises `SinkUnavailable` for everything that
        may be tried again, and `ForkedSink`, with nothing of the batch taken, where a record of
        this log is there already and differs, if the sink can tell.
        """
        ...

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return what the sink holds of each log of `origin`; None for one that cannot be asked.

        Raises `SinkUnavailable` when it does not answer.
        """
        ...

    def close(self) -> None:
        """Let connections go."""
        ...


@runtime_checkable
class Readable(Protocol):
    """A sink that can be read back, and so be compared with the log.

    Without `log`, what is asked for is of every log of the origin.
    """

    def origins(self) -> list[str]:
        """Return the origins of which it holds records."""
        ...

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` of which it holds records, in order."""
        ...

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order of index, duplicates included."""
        ...

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the newest signed checkpoint it was given, if it keeps any."""
        ...

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield every signed checkpoint that it keeps, contradicting ones included."""
        ...


def need(module: str, extra: str) -> Any:
    """Import a sink's client; raise `ConfigError` that names the extra when it is missing."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise ConfigError(f"this sink needs `{name}`: install `stageflow-guard[{extra}]`") from None


def chunks(
    batch: Iterable[Shipped], *, size: Callable[[Shipped], int], records: int, octets: int
) -> Iterator[list[Shipped]]:
    """Cut a batch where the intake's limits say so; one entry alone may still be too large."""
    part: list[Shipped] = []
    total = 0
    for one in batch:
        weight = size(one)
        if part and (len(part) >= records or total + weight > octets):
            yield part
            part, total = [], 0
        part.append(one)
        total += weight
    if part:
        yield part


def slug(origin: str) -> str:
    """Return a file name for an origin: readable, and different for different origins."""
    return (
        re.sub(r"[^A-Za-z0-9.-]+", "_", origin)[:80] + "-" + sha256(origin.encode()).hexdigest()[:8]
    )
