"""What an intake refused for good: one JSON line each, durable, counted without being read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from stageflow_guard.audit.export.sink import RejectedRecord
from stageflow_guard.base.durable import append_durably, write_durably
from stageflow_guard.base.opening import read_plain
from stageflow_guard.errors import ConfigError

CAP = 2**30


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record, or a range of which `count` were refused, and why."""

    index: int
    ref: str
    reason: str
    last: int | None = None
    count: int = 1

    @property
    def indices(self) -> range:
        """The indices that it stands for."""
        return range(self.index, (self.index if self.last is None else self.last) + 1)


class DeadLetters:
    """The file of one (log, sink)."""

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin
        self._counted: tuple[int, int] | None = None  # size of the file, letters in it

    def add(self, rejected: Iterable[RejectedRecord]) -> None:
        """Keep what was refused; durable when this returns."""
        lines = "".join(
            json.dumps({**asdict(one), "ref": f"{self._origin}#{one.index}"}) + "\n"
            for one in rejected
        )
        if lines:
            append_durably(self._path, lines.encode())

    def read(self) -> list[DeadLetter]:
        """Return the letters, each once; raise `ConfigError` for a damaged file."""
        try:
            lines = read_plain(self._path, cap=CAP).decode().splitlines()
            found = [DeadLetter(**json.loads(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):
            raise ConfigError(f"dead letters `{self._path}` are damaged") from None
        return list({(one.index, one.last): one for one in found}.values())

    def keep_only(self, letters: Iterable[DeadLetter]) -> None:
        """Keep these only."""
        text = "".join(json.dumps(asdict(one)) + "\n" for one in letters)
        write_durably(self._path, text.encode())

    def count(self) -> int:
        """Return how many records were refused; the file is read only after it has changed."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return 0
        if self._counted is None or self._counted[0] != size:
            self._counted = (size, sum(one.count for one in self.read()))
        return self._counted[1]
