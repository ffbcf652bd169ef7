"""A text whose lines are of several kinds: sentences, YAML without a head or in a fence. Pure.

A line that no mapping can hold (at the margin, without a key) ends the YAML: from there on the text
is prose, as what stands before a fence (three backticks and `yaml`) and behind it. The body of a
mail may be quoted-printable, as the header before it says.
"""

from __future__ import annotations

import quopri
import re

from stageflow_guard.redaction.vault.places import Prose
from stageflow_guard.redaction.vault.yaml_place import Yaml

_FENCE = re.compile(r"[ ]{0,3}(?:[>*+-][ ])?[ ]{0,8}```+[ ]?(?:ya?ml)[ \t]*\r?$", re.IGNORECASE)
_CLOSED = re.compile(r"[ ]{0,11}```+[ \t]*\r?$")
_HEADER = re.compile(r"content-transfer-encoding:[ \t]*([\w-]+)\s", re.IGNORECASE)
_LONGEST_HEADER = 64
_KEYED = re.compile(r":(?:\s|$)")  # of a whole line
_KEYED_SO_FAR = re.compile(r":\s")
_STARTS = tuple("-?#'\"[{&*!|>%. \t")
_HEAD = 120  # characters of a line that are remembered


class Lines:
    """Prose with YAML in it, or a mapping of YAML without its head."""

    def __init__(self, *, mapping: bool) -> None:
        self._prose = Prose()
        self._yaml: Yaml | None = Yaml() if mapping else None
        self._fenced = False
        self._line = ""  # the beginning of this line
        self._keyed = False  # a key's colon stands in it
        self._inside = False  # a scalar or a collection of an earlier line goes on in it
        self._last = ""
        self._tail = ""  # the end of what passed, in which a header may begin
        self._printable = False  # the body of a mail, quoted-printable

    @property
    def is_plain(self) -> bool:
        """Say whether this is a sentence in which any value stands as it is."""
        return self._yaml is None and not self._printable and self._prose.is_plain

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        self._prose.passed(text)
        self._read_header(text)
        if self._yaml is None and "`" not in self._line and "`" not in text:
            _, newline, tail = text.rpartition("\n")
            self._line = (tail if newline else self._line + tail)[:_HEAD]
            return
        for piece in _split(text):
            self._take(piece)

    def _read_header(self, text: str) -> None:
        joined = self._tail + text
        for match in _HEADER.finditer(joined):
            self._printable = match[1].lower() == "quoted-printable"
        self._tail = joined[-_LONGEST_HEADER:]

    def _take(self, piece: str) -> None:
        body = piece.removesuffix("\n")
        pattern = _KEYED_SO_FAR if piece == body else _KEYED
        self._keyed = self._keyed or pattern.search(self._last + body) is not None
        self._last = body[-1:] or self._last
        self._line = (self._line + body)[:_HEAD]
        if piece == body:
            if self._yaml is not None:
                self._yaml.passed(piece)
            return
        self._end_line(piece)

    def _end_line(self, piece: str) -> None:
        if self._yaml is None:
            if _FENCE.match(self._line):
                self._yaml, self._fenced = Yaml(), True
        elif self._fenced and _CLOSED.match(self._line):
            self._yaml, self._fenced = None, False
        elif not self._fenced and self._no_mapping(""):
            self._yaml = None
        else:
            self._yaml.passed(piece)
        self._line, self._keyed, self._last = "", False, ""
        self._inside = self._yaml is not None and self._yaml.goes_on

    def _no_mapping(self, ahead: str) -> bool:
        """Say whether no mapping can hold this line, which goes on as `ahead`."""
        if self._inside or self._keyed:
            return False
        line = self._line + ahead.partition("\n")[0]
        return bool(line.strip()) and not line.startswith(_STARTS) and not _KEYED.search(
            self._last + ahead.partition("\n")[0]
        )  # fmt: skip

    def _of_yaml(self, ahead: str) -> Yaml | None:
        if self._yaml is None or (not self._fenced and self._no_mapping("x" + ahead)):
            return None
        return self._yaml

    def read(self, raw: str, ahead: str) -> str | None:
        """Return what `raw` is in this line."""
        yaml = self._of_yaml(ahead)
        if yaml is None and self._printable:
            text = unprintable(raw)
            return None if text is None else self._prose.read(text, ahead)
        if yaml is None:
            return self._prose.read(raw, ahead)
        value = yaml.read(raw, ahead)
        if value is None or not self._prose.in_address(ahead):
            return value
        return self._prose.read(value, ahead)

    def where(self, ahead: str) -> str:
        """Return what kind of place this is."""
        yaml = self._of_yaml(ahead)
        prose = self._prose.where(ahead)
        if yaml is None:
            return f"printable {prose}" if self._printable else prose
        return f"{yaml.where(ahead)} {prose}" if self._prose.in_address(ahead) else yaml.where("")

    def parts(self, raw: str) -> list[tuple[int, int]]:
        """Return what of `raw` are values in this line."""
        yaml = self._of_yaml(raw)
        return self._prose.parts(raw) if yaml is None else yaml.parts(raw)

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` as this line wants it; None where it would change what is around it."""
        yaml = self._of_yaml(ahead)
        if yaml is None:
            written = self._prose.written(value, ahead)
            return printable(written) if self._printable and written is not None else written
        if self._prose.in_address(ahead):
            value = self._prose.written(value, ahead) or ""
        return yaml.written(value, ahead)


def printable(text: str) -> str:
    """Return `text` as the body of a mail that is quoted-printable has it."""
    return "".join(
        char
        if char in "\n\t" or (char != "=" and char.isascii() and char.isprintable())
        else "".join(f"={byte:02X}" for byte in char.encode("utf-8", "replace"))
        for char in text
    )


def unprintable(raw: str) -> str | None:
    """Return what is written quoted-printable as `raw`; None where it is not."""
    if not raw.isascii():
        return None
    try:
        return quopri.decodestring(raw.encode()).decode()
    except UnicodeDecodeError:
        return None


def _split(text: str) -> list[str]:
    """Return the lines of `text`, ended by line feeds alone."""
    parts = text.split("\n")
    return [*(part + "\n" for part in parts[:-1]), *parts[-1:]]
