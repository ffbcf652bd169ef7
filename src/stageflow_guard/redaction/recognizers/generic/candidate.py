"""Neighbouring digit groups and what is written around them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from stageflow_guard.redaction.recognizers.generic.phonenumbers import REGIONS

TRIPLETS = (3, 3, 3)  # a shape that large numbers have, too


def keyed(text: str, start: int) -> bool:
    """Say whether a key and its colon touch what begins at `start`: `id:415-555-0167`."""
    return start > 1 and text[start - 1] == ":" and text[start - 2].isalpha()


@dataclass(slots=True)
class Candidate:
    """Neighbouring digit groups, what separates them and what is written beside them."""

    text: str
    start: int
    end: int
    digits: str
    shape: tuple[int, ...]
    gaps: tuple[str, ...]
    label: str
    neat: bool
    near: bool = False  # its label is in the same phrase
    touching: bool = False  # nothing but a sign or a little word is between it and its label
    behind: str = ""  # the label before one that says "something else"
    regions: tuple[str, ...] = REGIONS

    @property
    def glued(self) -> bool:
        """Say whether a letter or digit touches the candidate."""
        left = self.text[self.start - 1 : self.start]
        right = self.text[self.end : self.end + 1]
        return left.isalnum() or right.isalnum()

    @property
    def loose_edge(self) -> bool:
        """Say whether the candidate is a part of something longer, or an amount: 1.2.3, a-1-b, $1, 5%."""
        return self.cut or self.priced

    @property
    def priced(self) -> bool:
        """Say whether the sign of an amount touches digits that no dashes part: $1, 5%, #7."""
        before, after = self.text[self.start - 1 : self.start], self.text[self.end : self.end + 1]
        return (before in _AMOUNTS or after == "%") and not (self.gaps and set(self.gaps) == {"-"})

    @property
    def cut(self) -> bool:
        """Say whether the candidate is a part of something longer: 1.2.3, a-1-b."""
        before, after = (
            self.text[max(0, self.start - 2) : self.start],
            self.text[self.end : self.end + 2],
        )
        # a comma joins digits of one number only: 1,234,567; else it parts cells
        signs = "-.:/," if len(self.shape) == 1 and self.shape[0] == 3 else "-.:/"
        joined = before[-1:] in signs and before[:1].isalnum() and len(before) == 2
        joined = joined and not keyed(self.text, self.start)
        runs_on = (
            after[:1] in ("-", ".", ":")
            and after[1:].isalnum()
            and after[1:].isascii()
            and len(after) == 2
        )
        return joined or runs_on


_AMOUNTS = frozenset("$€£#%")
