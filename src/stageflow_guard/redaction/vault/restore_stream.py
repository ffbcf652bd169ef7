"""Restoring a stream: placeholders come back, however the text that holds them is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stageflow_guard.redaction.vault.vault import VaultScope

AHEAD = 128  # more than what an edited placeholder, its brackets and what ends it take
BEHIND = 128  # what is looked back at for the type before a number


class Restoring:
    """Feeds text in chunks of any size; the released text equals the whole text's restoring."""

    def __init__(self, scope: VaultScope) -> None:
        self._scope = scope
        self._text = ""
        self._done = 0
        self._floor = 0  # where the last placeholder ended

    def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change. Raises like `VaultScope.restore`."""
        self._text += chunk
        cut = len(self._text) - AHEAD
        return self._released(cut) if cut > self._done else ""

    def finish(self) -> str:
        """Return the rest; the stream can be used again."""
        out = self._released(len(self._text))
        self._text, self._done, self._floor = "", 0, 0
        return out

    def _released(self, cut: int) -> str:
        text, parts, at = self._text, [], self._done
        for start, end, value in self._scope.originals(text, self._floor):
            if start >= cut and cut < len(text):
                break
            parts += [text[at:start], value]
            at = self._floor = end
        self._done = max(cut, at)
        parts.append(text[at : self._done])
        spare = self._done - BEHIND
        if spare > 0:
            self._text = text[spare:]
            self._done -= spare
            self._floor = max(0, self._floor - spare)
        return "".join(parts)
