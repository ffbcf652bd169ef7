"""Streams: nothing leaves before what follows could no longer change it.

A recognizer sees at most `AHEAD` characters behind a find, and none reaches across an open word;
so what lies before a white space with that much behind it is settled, unless a find or an open
key covers that place. Up to `WHOLE` characters everything is read again from the start; behind
that, from a place where no number and no run of single characters is under way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.text.named import context, settled
from stageflow_guard.redaction.vault.containers import kind_of, place_of
from stageflow_guard.redaction.vault.json_text import parses
from stageflow_guard.redaction.vault.replacing import Parts, of_lines, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stageflow_guard.redaction.vault.containers import Kind
    from stageflow_guard.redaction.vault.replacing import Part
    from stageflow_guard.redaction.vault.vault import VaultScope

AHEAD = 320
WHOLE = 2_048
BEHIND = 512
STEP = 96
_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_MOST = 17_000
# what every text says in the same way
_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w@.+ -]*[A-Za-z0-9])?", re.ASCII)
# between two plain words nothing is under way
_CALM = re.compile(r"[a-z]{3,20},? [a-z]{3,20} (?=[a-z]{3,20} )")


class Replacer(Protocol):
    """What finds and replaces; `Redactor` is one."""

    def find(self, text: str) -> list[EntitySpan]:
        """Return non-overlapping spans, offsets into `text`."""
        ...

    def require_size(self, chars: int) -> None:
        """Raise `InspectorUnavailable` above the length cap."""
        ...

    def put(
        self, text: str, parts: Sequence[Part], scope: VaultScope, start: int, end: int
    ) -> str:  # fmt: skip
        """Return `text[start:end]` with `parts`, which lie inside, replaced."""
        ...


class Stream:
    """Feeds text in chunks of any size; the released text equals the whole text's redaction."""

    def __init__(
        self,
        redactor: Replacer,
        scope: VaultScope,
        *,
        find: Callable[[str], list[EntitySpan]] | None = None,
        find_whole: Callable[[str], list[EntitySpan]] | None = None,
        judge: Callable[[str, list[EntitySpan]], list[EntitySpan]] | None = None,
    ) -> None:
        """`find` replaces the redactor's own search; `judge` says which finds are replaced.

        `find_whole` is asked in its place at the end, for a text of which nothing was dropped.
        """
        self._redactor = redactor
        self._scope = scope
        self._find = find or redactor.find
        self._find_whole = find_whole or self._find
        self._judge = judge
        self._text = (
            ""  # from `_base` on: what was released and is still context, then what is held
        )
        self._head = ""  # of the table that `_text` begins in
        self._done = 0  # how much of `_text` is released
        self._tried = 0
        self._parts: list[str] = []
        self._pending = 0
        self._offset = 0  # where `_text` begins in all that was fed
        self._found: list[EntitySpan] = []
        self._begin()

    def _begin(self) -> None:
        self._text, self._head, self._done, self._tried, self._offset = "", "", 0, 0, 0
        self._kind: Kind | None = None  # what the text is by its beginning
        self._lines = False  # JSON, a document in each line
        self._until: str | None = None  # what is waited for: nothing is read before it comes
        self._places: Parts | None = None
        self._early: list[EntitySpan] = []  # released before the kind was known

    def found(self) -> list[EntitySpan]:
        """Return what was replaced since the last call, offsets into all that was fed."""
        found, self._found = self._found, []
        return found

    @property
    def held(self) -> int:
        """How many characters are held back now."""
        return len(self._text) - self._done + self._pending

    @property
    def reads(self) -> int:
        """How many characters are read when the rest is asked for."""
        return len(self._text) + self._pending

    @property
    def settled(self) -> int:
        """How much of all that was fed is released: no find begins before it any more."""
        return self._offset + self._done

    def waits(self, chunk: str) -> bool:
        """Say whether `feed(chunk)` would only keep it: no text is read then."""
        if self._until is not None and not any(sign in chunk for sign in self._until):
            return True
        size = len(self._text) + self._pending + len(chunk)
        return size - AHEAD < max(self._done, self._tried) + STEP

    def feed(self, chunk: str) -> str:
        """Take a chunk; return what is safe to release now, often nothing."""
        waits = self.waits(chunk)
        self._parts.append(chunk)
        self._pending += len(chunk)
        self._redactor.require_size(self.held)
        if waits:
            return ""
        self._take()
        self._look()
        if self._until is not None:
            return ""
        cut = self._cut(len(self._text) - AHEAD)
        self._tried = len(self._text) - AHEAD
        return self._released(cut) if cut > self._done else ""

    def finish(self) -> str:
        """Return the redacted rest; the stream can be used again."""
        self._take()
        out = self._released(len(self._text), last=True)
        self._begin()
        return out

    def _take(self) -> None:
        self._text += "".join(self._parts)
        self._parts, self._pending = [], 0

    def _look(self) -> None:
        """Decide what the text is; JSON is held until the end of it, or of its line."""
        if self._kind is None:
            self._kind = kind_of(self._text, final=False)
        self._until = None
        if self._kind is None:
            if self._text.lstrip()[:1] == '"':
                self._until = '"\n'
        elif self._kind == "json" and not self._lines:
            first, newline, _ = self._text.partition("\n")
            self._lines = bool(newline) and parses(first)
            self._until = None if self._lines else "" if newline else "\n"

    def _back(self, cut: int) -> int:
        """Return where the word, or of JSON the line, begins that `cut` is in."""
        while cut > self._done and not (
            self._text[cut - 1] == "\n" if self._lines else self._text[cut - 1].isspace()
        ):
            cut -= 1
        return cut

    def _cut(self, most: int) -> int:
        """Return the last white space before `most` that lies in no open key."""
        at = settled(self._text, most)
        while at > self._done and not self._text[at].isspace():
            at -= 1
        keys = list(_KEY.finditer(self._text, max(0, self._done - 64), at))
        key = keys[-1] if keys else None
        if key is not None and not _KEY_END.search(self._text, key.end()) and (
            len(self._text) - key.start() < _KEY_MOST
        ):  # fmt: skip
            at = min(at, key.start())
        return self._back(at) if self._lines else at

    def _released(self, cut: int, *, last: bool = False) -> str:
        spans = self._spans(whole=last and not self._offset)
        if not last:
            for span in reversed(spans):  # a find across the cut is held whole, with its neighbours
                if span.start <= cut < span.end + 1 or self._is_early(span, cut):
                    cut = self._back(span.start)
        if cut <= self._done and not last:
            return ""
        ours = [
            EntitySpan(max(s.start, self._done), s.end, s.entity, s.score)
            for s in spans if s.end > self._done and s.end <= cut
        ]  # fmt: skip
        if self._judge is not None:
            ours = self._judge(self._text, ours)
        self._found += [
            EntitySpan(s.start + self._offset, s.end + self._offset, s.entity, s.score)
            for s in ours
        ]
        parts = self._parts_of(ours, cut, last=last)
        out = self._redactor.put(self._text, parts, self._scope, self._done, cut)
        self._done = cut
        if not last:
            self._forget()
        return out

    def _is_early(self, span: EntitySpan, cut: int) -> bool:
        """Say whether what the text is has to be known before `span` can leave."""
        if self._kind is not None or not self._done <= span.start < cut:
            return False
        return _PLAIN.fullmatch(self._text, span.start, span.end) is None

    def _parts_of(self, spans: list[EntitySpan], cut: int, *, last: bool) -> list[Part]:
        """Return what is replaced up to `cut`."""
        if self._kind is None and last:
            self._kind = kind_of(self._text) or "prose"
        if self._kind == "json" and not self._lines:
            return parts_of(self._text, [*self._early, *spans])[len(self._early) :]
        if self._kind == "json":
            at = self._done
            moved = [EntitySpan(s.start - at, s.end - at, s.entity, s.score) for s in spans]
            found = of_lines(self._text[at:cut], moved)
            return [p._replace(start=p.start + at, end=p.end + at) for p in found]
        if self._kind is None:
            self._early += spans
            return Parts(place_of("prose")).of(self._text, spans, self._done, cut)
        if self._places is None:
            self._places = Parts(place_of(self._kind))
            if self._done:
                self._places.of(self._text, self._early, 0, self._done)
        return self._places.of(self._text, spans, self._done, cut)

    def _spans(self, *, whole: bool) -> list[EntitySpan]:
        """Return the finds in `_text`, read below the head of the table that it begins in."""
        find = self._find_whole if whole else self._find
        if not self._head:
            return find(self._text)
        shift = len(self._head)
        return [
            EntitySpan(max(s.start - shift, 0), s.end - shift, s.entity, s.score)
            for s in find(self._head + self._text) if s.end > shift
        ]  # fmt: skip

    def _forget(self) -> None:
        """Drop context that is far behind, at a calm place."""
        if self._done < WHOLE or self._kind is None:
            return
        calm = list(_CALM.finditer(self._text, self._done - 2 * BEHIND, self._done - BEHIND))
        base = calm[-1].end() if calm else 0
        if not base and self._done > 4 * WHOLE:
            base = self._done - WHOLE
        if base:  # a row under a head is read again from its start
            row, head = context(self._head + self._text, len(self._head) + base)
            base, self._head = row - len(self._head), head
            self._text = self._text[base:]
            self._offset += base
            self._done -= base
            self._tried = max(0, self._tried - base)
