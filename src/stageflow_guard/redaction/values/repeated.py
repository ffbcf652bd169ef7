"""A secret that was told in one place of a value stands in others, too: under another key, in a sentence. Pure.

A text is read so by itself; what is parsed is read leaf by leaf, so the leaves are looked at once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.recognizers.repeats import SURE, is_looked_for, starts

_TWO = 2
_BORDER = "\x00"
_INSIDE = 100  # of so many it is asked whether they stand inside of a text: the work stays linear


class Repeated:
    """The secrets that were told."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}
        self._looked_for = False

    @property
    def known(self) -> bool:
        """Say whether any was told: only then the texts are worth listing."""
        return bool(self._values)

    def look(self, given: Iterable[str]) -> bool:
        """Say whether any of them may stand elsewhere in `given`, all texts of the value; look for them from now on."""
        counts = Counter(given)
        if counts.total() < _TWO:
            return False  # one text is read for them by itself
        others = _BORDER.join(text for text in counts if text not in self._values)
        self._looked_for = any(counts[value] > 1 for value in self._values) or any(
            value in others for value in islice(self._values, _INSIDE)
        )
        return self._looked_for

    def note(self, text: str, spans: Iterable[EntitySpan]) -> None:
        """Remember what of `text` is surely a secret."""
        for span in spans:
            if span.score >= SURE:
                self.add(span.entity, text[span.start : span.end])

    def add(self, entity: str, value: str) -> None:
        """Remember `value` if it is a secret, as a key may tell."""
        if entity == "SECRET" and not value.isalpha() and is_looked_for(value):
            self._values[value] = None

    def spans(self, text: str) -> list[EntitySpan]:
        """Return where one of them stands in `text`, as a whole, once they are looked for."""
        if not self._looked_for:
            return []
        if text in self._values:
            return [EntitySpan(0, len(text), "SECRET", SURE)]
        found = []
        for value in islice(self._values, _INSIDE):
            for at in starts(text, value, 0, len(text)):
                found.append(EntitySpan(at, at + len(value), "SECRET", SURE))
        return found
