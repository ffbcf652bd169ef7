"""Offset-preserving views of a text: what a reader sees where a pattern sees noise. Pure.

A `View` is a shadow of the original in which every character knows the range of original
characters that it stands for. Each step of `deobfuscated` is one kind of disguise; all are linear in
the length of the text. What a step cannot decide for certain it leaves to the recognizers, which
run over the original and over the last view.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, compress, pairwise, repeat

from stageflow_guard.redaction.recognizers.confusables import LETTERS, MARKS
from stageflow_guard.redaction.recognizers.hidden import BARRIER
from stageflow_guard.redaction.recognizers.phrases import numbered, spaced

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1d\x1f\x7f]")
_KEPT = 8192  # distinct characters remembered: a text of all code points cannot fill the memory

Edit = tuple[int, int, str]  # [start, end) of a view becomes this text


_counted = array("I", range(4096))  # a range is a slice of it: copied as memory
_MOST_COUNTED = 1_000_000  # of a longer text nothing is kept


def _array(places: Sequence[int]) -> array[int]:
    global _counted  # noqa: PLW0603 - replaced as a whole
    if isinstance(places, array):
        return places
    if not isinstance(places, range) or places.step != 1 or places.stop > _MOST_COUNTED:
        return array("I", places)
    counted = _counted
    if places.stop > len(counted):
        size = min(_MOST_COUNTED, max(places.stop, 2 * len(counted)))
        _counted = counted = array("I", range(size))
    return counted[places.start : places.stop]


class _Table(dict[str, str]):
    """What each character looks like to a pattern; filled on demand."""

    def __missing__(self, char: str) -> str:
        form = _normal_form(char)
        if len(self) < _KEPT:
            self[char] = form
        return form


def _normal_form(char: str) -> str:
    if char < "\x80":
        return "" if _CONTROL.match(char) else char
    if char in MARKS:
        return MARKS[char]
    category = unicodedata.category(char)
    # invisible, combining, bidi, private and lone halves of surrogate pairs split what a reader
    # sees as one; so does a pictograph between two digits
    if category in {"Cf", "Mn", "Mc", "Me", "Cc", "Cn", "Cs", "Co", "So", "Sk"}:
        return _symbol(char) if category == "So" else ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    if category in {"Zl", "Zp"}:
        return "\n"
    if category == "No":
        return _numeral(char)
    folded = unicodedata.normalize("NFKC", char)
    if folded != char:
        return "".join(LETTERS.get(c, c) for c in folded)
    return LETTERS.get(char, char)


def _symbol(char: str) -> str:
    """Circled and squared letters are letters; other symbols are decoration."""
    folded = unicodedata.normalize("NFKC", char)
    if folded != char and folded.isascii():
        return folded
    name = unicodedata.name(char, "")
    last = name.rpartition(" ")[2]
    enclosed = name.startswith(("NEGATIVE ", "REGIONAL INDICATOR", "CIRCLED ", "SQUARED "))
    return last if enclosed and len(last) == 1 and last.isascii() else ""


def _numeral(char: str) -> str:
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", char)


_TABLE = _Table()


def _places(text: str, chars: Collection[str]) -> list[int]:
    """Return where any of `chars` stands."""
    if len(chars) > 64:
        return [i for i, char in enumerate(text) if char in chars]
    some = re.compile("[" + "".join(map(re.escape, sorted(chars))) + "]")
    return [match.start() for match in some.finditer(text)]


class View:
    """A text and, for each of its characters, the original range that it stands for."""

    __slots__ = ("_ends", "_starts", "steps", "text")

    def __init__(
        self,
        text: str,
        starts: Sequence[int] | None = None,
        ends: Sequence[int] | None = None,
        steps: tuple[str, ...] = (),
    ) -> None:
        self.text = text
        self.steps = steps
        self._starts = range(len(text)) if starts is None else starts
        self._ends = range(1, len(text) + 1) if ends is None else ends

    @property
    def digits(self) -> bool:
        """Say whether there is an ASCII digit."""
        return numbered(self.text)

    @property
    def longest(self) -> int:
        """The length of the longest word between white space."""
        return spaced(self.text).longest

    @property
    def single_letters(self) -> int:
        """How many characters stand alone."""
        return spaced(self.text).single

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original range behind `[start, end)` of this view."""
        if type(self._starts) is range:  # as written
            return start, end
        if start >= end:
            return (0, 0)
        return self._starts[start], max(self._ends[end - 1], self._ends[start])

    def start(self, at: int) -> int:
        """Return where in the original the character at `at` begins."""
        return self._starts[at]

    def place(self, original: int) -> int:
        """Return the first place of this view that stands for `original` or what follows it."""
        starts = self._starts
        return original if type(starts) is range else bisect_left(starts, original)

    def rewritten(self, text: str) -> View:
        """Return the view with other characters of the same number, each in its place."""
        return View(text, self._starts, self._ends, self.steps)

    def hidden(self, spans: Iterable[tuple[int, int]]) -> View | None:
        """Return the view with these original ranges hidden, each character by a barrier.

        None where one of them has another number of characters here. `spans` are in order.
        """
        return self._hidden(spans, every=True)

    def hidden_as_written(self, spans: Iterable[tuple[int, int]]) -> View:
        """Return the view with those of these original ranges hidden that have as many characters here."""
        return self._hidden(spans, every=False) or self

    def _hidden(self, spans: Iterable[tuple[int, int]], *, every: bool) -> View | None:
        text, starts, parts, at = self.text, self._starts, list[str](), 0
        given = type(starts) is range
        for begin, end in spans:
            low = begin if given else bisect_left(starts, begin)
            high = end if given else bisect_left(starts, end, low)
            if high - low == end - begin and low >= at:
                parts += [text[at:low], BARRIER * (high - low)]
                at = high
            elif every:
                return None
        return self.rewritten("".join([*parts, text[at:]])) if at else self

    def normalised(self) -> View:
        """Return the view in which each character is what it looks like."""
        text = self.text
        if text.isascii() and (text.isprintable() or not _CONTROL.search(text)):
            return self
        drawn = {char: _TABLE[char] for char in set(text)}
        odd = {char: part for char, part in drawn.items() if len(part) != 1}
        other = {ord(c): p for c, p in drawn.items() if len(p) == 1 and p != c}
        if not odd and not other:
            return self
        if not odd:
            same = "".join(map(drawn.__getitem__, text))
            return View(same, self._starts, self._ends, (*self.steps, "characters"))
        places = _places(text, odd)
        if len(places) * 24 < len(text):
            same = text.translate(other) if other else text
            view = View(same, self._starts, self._ends, self.steps)
            return view.edited([(i, i + 1, odd[text[i]]) for i in places], "characters")
        parts = list(map(drawn.__getitem__, text))
        starts: Iterable[int]
        ends: Iterable[int]
        if max(map(len, odd.values())) == 0:  # only taken away
            starts, ends = compress(self._starts, parts), compress(self._ends, parts)
        else:
            sizes = list(map(len, parts))
            starts = chain.from_iterable(map(repeat, self._starts, sizes))
            ends = chain.from_iterable(map(repeat, self._ends, sizes))
        return View(
            "".join(parts), array("I", starts), array("I", ends), (*self.steps, "characters")
        )

    def parted(self, places: Sequence[int], step: str) -> View:
        """Return the view with a space before each of `places`, in order, none of them the first."""
        if not places:
            return self
        text, size = self.text, len(self.text)
        cuts = [0, *places, size]
        begins = chain.from_iterable(map(range, cuts, [*(p + 1 for p in places), size]))
        # behind the first cut, a part's first place is the end of what is before it: the space's
        lasts = [0, *(p - 1 for p in places)]
        ends = chain.from_iterable(map(range, lasts, cuts[1:]))
        spaced = " ".join([text[a:b] for a, b in pairwise(cuts)])
        return View(
            spaced, array("I", map(self._starts.__getitem__, begins)),
            array("I", map(self._ends.__getitem__, ends)), (*self.steps, step),
        )  # fmt: skip

    def edited(self, edits: Iterable[Edit], step: str) -> View:
        """Return the view after `edits` (ordered, disjoint).

        A replacement of the same length keeps its characters' places; of any other length, each
        of its characters stands for the whole of what it replaced.
        """
        edits = list(edits)
        if not edits:
            return self
        text: list[str] = []
        starts, ends = array("I"), array("I")  # slices of an array are copied as memory
        old_starts, old_ends = _array(self._starts), _array(self._ends)
        at = 0
        for begin, end, fresh in edits:
            if begin < at:
                continue
            text += [self.text[at:begin], fresh]
            starts += old_starts[at:begin]
            ends += old_ends[at:begin]
            if len(fresh) == end - begin:
                starts += old_starts[begin:end]
                ends += old_ends[begin:end]
            elif step == "spacing" and len(fresh) > 2:  # a gap after each
                starts += old_starts[begin:end:2]
                ends += old_ends[begin:end:2]
            elif step == "percent":  # three characters for each
                starts += old_starts[begin:end:3]
                ends += old_ends[begin + 2 : end : 3]
            elif fresh:
                first, last = old_starts[begin], old_ends[end - 1]
                starts += array("I", [first]) * len(fresh)
                ends += array("I", [last]) * len(fresh)
            at = end
        if not at:
            return self
        text.append(self.text[at:])
        starts += old_starts[at:]
        ends += old_ends[at:]
        return View("".join(text), starts, ends, (*self.steps, step))


Step = Callable[[View], View]


def deobfuscated(text: str, steps: Iterable[Step]) -> View:
    """Return the last view of `text`: characters as they look, then each of `steps` in turn."""
    view = View(text).normalised()
    for step in steps:
        view = step(view)
    return view
