"""What a placeholder stands for: a value, and how it was written where it was found. Pure."""

from __future__ import annotations

import json
from typing import NamedTuple

TEXT = "text"  # the form of what is the whole of a string of JSON


class Original(NamedTuple):
    """A value that comes back."""

    value: str
    # spellings that a place would not choose by itself, and the kind of place that they stood in:
    # `O&#39;Neill` in the text of HTML, `p%40ss` in a form
    writings: tuple[tuple[str, str], ...] = ()
    number: str = ""  # it was a number of JSON, written so

    def __repr__(self) -> str:
        """Show nothing of the value."""
        return "Original(...)"

    def __reduce__(self) -> str:
        """Refuse to be written out: the vault seals what it keeps."""
        raise TypeError("an original is not pickled")


class Note(NamedTuple):
    """What a vault keeps about the pseudonym of (entity, number), beside its value."""

    entity: str
    number: int
    form: str  # `TEXT`, a number as it is written, or nothing
    where: str
    writing: str

    def __repr__(self) -> str:
        """Show nothing of how the value was written."""
        return f"Note({self.entity}, {self.number})"

    def text(self) -> str:
        """Return what is sealed."""
        return json.dumps(self)

    @classmethod
    def read(cls, text: str) -> Note:
        """Return what `text` says; raise `ValueError` for what is no note."""
        entity, number, *rest = json.loads(text)
        form, where, writing = map(str, rest)
        return cls(str(entity), int(number), form, where, writing)
