"""Names that everybody knows: of characters, artists, brands, streets, songs. Data.

Where only the surroundings of a name say that somebody is called so, such a name is nobody's here. What
announces a name (a label, a title, an account beside it) says more: `Patient: Jane Eyre` is one.
"""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.people.data_lines import data_lines

_MOST = 4  # words of the longest name that is looked up


WELL_KNOWN: frozenset[str] = frozenset(data_lines("well_known.txt"))


def is_well_known(name: str) -> bool:
    """Say whether `name`, in any case, is such a name or begins with one: `Jane Eyre 4`."""
    words = name.lower().replace("’", "'").split(" ")
    return any(" ".join(words[:n]) in WELL_KNOWN for n in range(1, min(len(words), _MOST) + 1))
