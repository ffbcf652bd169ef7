"""Restoring a stream: placeholders come back, however the text that holds them is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.redaction.vault.containers import hits, kind_of, place_of, put
from stageflow_guard.redaction.vault.places import AHEAD as SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.redaction.vault.containers import Kind
    from stageflow_guard.redaction.vault.original import Original
    from stageflow_guard.redaction.vault.places import Place
    from stageflow_guard.redaction.vault.vault import VaultScope

AHEAD = 160 + SEEN  # more than an edited placeholder, its brackets and what a place looks at
BEHIND = 128  # what is looked back at for the type before a number


class Restoring:
    """Feeds text in chunks of any size; the released text equals the whole text's restoring.

    The first characters say what the text is (see `containers`). JSON is kept until `finish`: only
    the whole of it parses, and only what parses is restored.
    """

    def __init__(self, scope: VaultScope) -> None:
        self._scope = scope
        self._begin()

    def _begin(self) -> None:
        self._text = ""
        self._done = 0
        self._floor = 0  # where the last placeholder ended
        self._kind: Kind | None = None
        self._place: Place | None = None

    @property
    def reads(self) -> int:
        """How many characters are read when the rest is asked for."""
        return len(self._text)

    def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change. Raises like `VaultScope.restore`."""
        self._text += chunk
        if self._kind is None:
            self._kind = kind_of(self._text, final=False)
        if self._kind is None or self._kind == "json":
            return ""
        cut = len(self._text) - AHEAD
        return self._released(cut) if cut > self._done else ""

    def finish(self) -> str:
        """Return the rest; the stream can be used again."""
        kind = self._kind or kind_of(self._text)
        if kind == "json":
            out = str(self._scope.restore(self._text))
        else:
            self._kind = kind
            out = self._released(len(self._text))
        self._begin()
        return out

    def _found(self, text: str) -> Iterator[tuple[int, int, Original]]:
        return self._scope.originals(text, self._floor if text is self._text else 0)

    def _released(self, cut: int) -> str:
        if self._place is None:
            self._place = place_of(self._kind or "prose")
        text, parts, at, last = self._text, [], self._done, cut == len(self._text)
        while not last and cut > at and text[cut - 1] in '"\\':
            cut -= 1  # quotes go with the number that a placeholder stands for
        for start, end, value in hits(text, self._found):
            if start < at:
                continue
            if start >= cut and not last:
                break
            mark, ahead = text[start:end], text[end : end + SEEN]
            parts += [text[at:start], put(text[at:start], mark, value, ahead, self._place)]
            at = self._floor = end
        self._done = max(cut, at)
        self._place.passed(text[at : self._done])
        parts.append(text[at : self._done])
        spare = self._done - BEHIND
        if spare > 0:
            self._text = text[spare:]
            self._done -= spare
            self._floor = max(0, self._floor - spare)
        return "".join(parts)
