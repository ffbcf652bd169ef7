"""A secret that was told in one place of a value stands in others, too: under another key, in a sentence. Pure.

A text is read so by itself; what is parsed is read leaf by leaf, so the leaves are looked at once more.
"""

from __future__ import annotations

from collections.abc import Iterable

from stageflow_guard.model import EntitySpan

_LEAST, _MOST = 8, 128  # characters of a value that nothing else is
_SURE = 0.6


class Repeated:
    """The secrets that were told."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._looked_for = False

    def look(self) -> bool:
        """Look for them from now on; say whether there are any."""
        self._looked_for = bool(self._values)
        return self._looked_for

    def note(self, text: str, spans: Iterable[EntitySpan]) -> None:
        """Remember what of `text` is surely a secret."""
        for span in spans:
            if span.score >= _SURE:
                self.add(span.entity, text[span.start : span.end])

    def add(self, entity: str, value: str) -> None:
        """Remember `value` if it is a secret, as a key may tell."""
        if entity != "SECRET":
            return
        if _LEAST <= len(value) <= _MOST and not any(map(str.isspace, value)):
            self._values.add(value)

    def spans(self, text: str) -> list[EntitySpan]:
        """Return where one of them stands in `text`, as a whole, once they are looked for."""
        found = []
        for value in self._values if self._looked_for else ():
            at = text.find(value)
            while at >= 0:
                end = at + len(value)
                if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
                    found.append(EntitySpan(at, end, "SECRET", _SURE))
                at = text.find(value, end)
        return found
