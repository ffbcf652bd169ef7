"""Streams: nothing leaves before what follows could no longer change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stageflow_guard.redaction.redactor import Redactor
    from stageflow_guard.redaction.vault import VaultScope


class Stream:
    """Feeds text in chunks of any size; the released text equals the whole text's redaction.

    Everything is held until `finish`. A shorter hold-back would release earlier and is not claimed
    here: a chunk is safe only once no later character can extend a match into it.
    """

    def __init__(self, redactor: Redactor, scope: VaultScope, *, limit: int) -> None:
        self._redactor = redactor
        self._scope = scope
        self._limit = limit
        self._held: list[str] = []
        self._size = 0

    def feed(self, chunk: str) -> str:
        """Take a chunk; return what is safe to release, which is nothing before `finish`."""
        self._size += len(chunk)
        self._redactor.require_size(self._size)
        self._held.append(chunk)
        return ""

    def finish(self) -> str:
        """Return the redacted rest."""
        held, self._held, self._size = "".join(self._held), [], 0
        value, _ = self._redactor.redact_in(held, self._scope, "output")
        return str(value)
