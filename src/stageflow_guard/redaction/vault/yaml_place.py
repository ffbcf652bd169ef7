"""Where in a YAML document an original is put, and how it is written there. Pure.

A value stays one scalar: it is written as it is where that is safe, in quotes where it is the whole
of a plain scalar, escaped in quotes, indented in a literal block. Where none of that keeps the
structure it is not written. The text comes in pieces.
"""

from __future__ import annotations

import copy
import re

_HEADER = re.compile(r"(?:^|[\s:-])([|>])[+-]?[0-9]?[+-]?$")
# a plain scalar that is one wherever it stands outside of a flow collection
_FIRST = re.compile(r"(?!=$|<<$|---|\.\.\.)(?:[^\s?:,\[\]{}#&*!|>'\"%@`-]|-(?=[^\s,\[\]{}]))")
_INSIDE = re.compile(r":(?:\s|$)|(?:^|\s)#")
_FLOW = re.compile(r"[,\[\]{}?:]")
_ENDS = re.compile(r"[ \t]*(?:\n|$|[ \t]#|:(?:[ \t\n]|$))")
_ENDS_IN_FLOW = re.compile(r"[ \t]*(?:[,\]}\n]|$|:(?:[ \t\n]|$))")
_TAIL = 8  # characters of a line that are remembered
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfre \"/\\N_LP\t])"
)
_READ = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029", "\t": "\t",
}  # fmt: skip
_FOLD = re.compile(r"[ \t]*\r?\n((?:[ \t]*\r?\n)*)[ \t]*")
_FOLD_ESCAPED = re.compile(r"((?<!\\)(?:\\\\)*)\\\r?\n[ \t]*(?:\\(?=[ \t]))?")
_IN_DOUBLE = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_IN_SINGLE = re.compile(r"(?:[^']|'')*")
# what stands between two values: the end of a line, the dash of an item, a key
_BETWEEN = re.compile(
    r"[\"']?[ \t,\]}]*(?:#[^\n]*)?(?:\r?\n[ \t]*)*(?:-[ \t]+)*"
    r"(?:[a-z_][\w-]{0,40}:[ \t]+(?:[|>][+-]?[ \t]*\r?\n[ \t]*)?)?[\"'\[{]?"
)


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def _escaped(value: str) -> str:
    """Return `value` as it is written between double quotes."""
    return "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in value)


def _unescaped(raw: str) -> str | None:
    """Return what `raw` is between double quotes; None where it is not just a part of a string."""
    if "\n" in raw or re.search(r"[\"\\]", _ESCAPE.sub("", raw)):
        return None
    return _ESCAPE.sub(_character, raw)


def _character(match: re.Match[str]) -> str:
    code = match[0][1:]
    if len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else match[0]
    return _READ[code]


def _one_line(value: str) -> bool:
    return value.isprintable() and value == value.strip() and value != ""


class Yaml:
    """A document of YAML: plain and quoted scalars, blocks, comments, flow collections."""

    def __init__(self) -> None:
        self._seen = ""  # the last characters of this line
        self._width = 0  # how many there were
        self._blanks = 0  # how many of them are white space before anything else
        self._marks = True  # there is nothing but dashes so far
        self._quote = ""  # the sign of the scalar that is open
        self._escaped = False
        self._property = False  # an anchor or a tag is written: a scalar begins behind it
        self._comment = False
        self._begins = True  # a scalar may begin here
        self._depth = 0  # of flow collections
        self._parent = -1  # the column of what holds a block
        self._column = 0  # where this line's key or dash stands
        self._block = ""  # | or >: the lines below are its content
        self._indent = -1  # of the block's content, once a line of it was seen
        self._documents = 0
        self._structured = False  # a key or an item was seen: it is no text behind front matter

    @property
    def is_plain(self) -> bool:
        """Say no: it depends on the value."""
        return False

    @property
    def goes_on(self) -> bool:
        """Say whether a scalar or a collection is open: the next line belongs to it."""
        return bool(self._quote or self._depth or self._block)

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        for char in text:
            if char == "\n":
                self._end_line()
            else:
                self._take(char)

    def _end_line(self) -> None:
        line = self._seen.rstrip()
        if line == "---" and self._width < _TAIL:
            self._documents, self._structured = self._documents + 1, False
        if not self._quote:
            header = None if self._comment or self._block else _HEADER.search(line)
            if header is not None and self._begins:
                self._block, self._parent, self._indent = header[1], self._column, -1
            self._begins = True
        self._seen, self._width, self._blanks, self._marks = "", 0, 0, True
        self._comment, self._property, self._column = False, False, 0

    def _take(self, char: str) -> None:
        before = self._seen[-1:]
        self._seen = self._seen[1 - _TAIL :] + char
        self._width += 1
        if self._blanks == self._width - 1 and char.isspace():
            self._blanks += 1
            return
        if self._block:
            if self._blanks > self._parent:
                self._indent = self._blanks if self._indent < 0 else self._indent
                return
            self._block = ""
        if self._comment:
            return
        if self._quote:
            self._in_quotes(char)
        elif char == "#" and (not before or before.isspace()):
            self._comment = True
        else:
            self._plain(char, before)

    def _in_quotes(self, char: str) -> None:
        if self._escaped:
            self._escaped = False
        elif char == "\\" and self._quote == '"':
            self._escaped = True
        elif char == self._quote:
            self._quote = ""

    def _plain(self, char: str, before: str) -> None:
        if self._property:
            self._property = not char.isspace()
            return
        if char.isspace():
            if before == ":" or (before in ("-", "?") and self._marks):
                self._begins = self._structured = True
            return
        self._marks = self._marks and char in "-?"
        if self._begins and char in "&!":
            self._property = True
        elif self._begins and char in "\"'":
            self._quote, self._begins = char, False
        elif char == "'" and before == "'":  # doubled: the scalar goes on
            self._quote = "'"
        elif (self._begins or self._depth) and char in "[{":
            self._depth, self._begins = self._depth + 1, True
        elif self._depth and char in "]}":
            self._depth, self._begins = self._depth - 1, False
        elif self._depth and char == ",":
            self._begins = True
        elif not (char in "|>+-0123456789" and self._begins and _HEADER.search(self._seen)):
            if self._begins:
                self._column = self._width - 1
            self._begins = self._marks

    def written(self, value: str, ahead: str) -> str | None:
        """Return `value` as this place wants it; None where it would change what is around it."""
        if self._in_content:
            return self._in_block(value)
        if self._quote == '"':
            return _escaped(value)
        if self._quote == "'":
            return value.replace("'", "''") if value.isprintable() else None
        if self._comment:
            return value if value.isprintable() else None
        return self._as_plain(value, ahead)

    @property
    def _in_content(self) -> bool:
        """Say whether a block goes on: a line at the margin of its key ends it."""
        return bool(self._block) and (self._width > self._blanks or self._blanks > self._parent)

    @property
    def _margin(self) -> int:
        """Return the indentation of the block's content; this line's where it is the first."""
        return self._blanks if self._indent < 0 else self._indent

    def _in_block(self, value: str) -> str | None:
        lines = value.split("\n")
        first = self._indent < 0 and self._width == self._blanks
        if not all(line.isprintable() for line in lines) or (first and value[:1].isspace()):
            return None  # the blanks of the first line are the indentation
        if len(lines) > 1 and (self._block == ">" or not lines[-1].strip()):
            return None
        margin = " " * self._margin
        return "\n".join([lines[0], *(margin + line if line else line for line in lines[1:])])

    def read(self, raw: str, ahead: str) -> str | None:
        """Return what `raw` is once quotes and indentation are read; None where it is structure."""
        if self._in_content:
            return self._read_block(raw)
        if self._quote and "\n" in raw:
            return self._read_folded(raw)
        if self._quote == '"':
            return _unescaped(raw)
        if self._quote == "'":
            whole = raw.isprintable() and "'" not in raw.replace("''", "")
            return raw.replace("''", "'") if whole else None
        if self._comment:
            return raw if raw.isprintable() else None
        return raw if self._as_plain(raw, ahead) == raw else None

    def _read_folded(self, raw: str) -> str | None:
        """Return what a quoted scalar is whose lines are deeper than its key."""
        lines = raw.split("\n")[1:]
        if not all(
            not line.strip() or len(line) - len(line.lstrip(" ")) > self._column for line in lines
        ):
            return None
        if self._quote == '"':
            raw = _FOLD_ESCAPED.sub(r"\1", raw)
        text = _FOLD.sub(lambda m: "\n" * m[1].count("\n") or " ", raw)
        marked = text.replace("\n", "\0") if "\0" not in text else ""
        if self._quote == "'":
            whole = marked.replace("\0", "").isprintable() and "'" not in raw.replace("''", "")
            return text.replace("''", "'") if whole else None
        read = _unescaped(marked)
        return None if read is None or not marked else read.replace("\0", "\n")

    def _read_block(self, raw: str) -> str | None:
        lines = raw.split("\n")
        margin = " " * self._margin
        if self._indent < 0 and self._width == self._blanks and raw[:1].isspace():
            return None
        rest = lines[1:]
        if not all(not line.strip() or line.startswith(margin) for line in rest):
            return None
        if rest and not lines[-1].strip():
            return None
        value = [lines[0], *(line[len(margin) :] for line in rest)]
        if not all(line.removesuffix("\r").isprintable() for line in value):
            return None
        folds = self._block == ">" and all(line.strip() and line == line.strip() for line in value)
        return (" " if folds else "\n").join(value)

    def where(self, ahead: str) -> str:
        """Return what kind of place this is."""
        del ahead
        if self._in_content:
            return f"yaml {self._block}"
        return f"yaml {self._quote or ('#' if self._comment else '')}"

    def parts(self, raw: str) -> list[tuple[int, int]]:
        """Return the scalars in `raw`, without the keys and the ends of lines between them."""
        if "\n" not in raw and (self._comment or not any(c in raw for c in "\"'")):
            return [(0, len(raw))]
        inside, out, at = copy.copy(self), [], 0
        while at < len(raw):
            if inside._begins and not inside._quote and raw[at] in "\"'" and not inside._in_content:
                inside.passed(raw[at])
                at += 1
            end = inside._end(raw, at)
            if any(c.isalnum() for c in raw[at:end]):
                out.append((at, end))
            between = _BETWEEN.match(raw, end)
            stop = end if between is None else between.end()
            stop = max(stop, end + 1) if stop == at else stop
            inside.passed(raw[at:stop])
            at = stop
        return out or [(0, len(raw))]

    def _end(self, raw: str, at: int) -> int:
        """Return where the scalar that goes on at `at` ends."""
        if self._in_content:
            end = at
            for line in raw[at:].split("\n"):
                blanks = len(line) - len(line.lstrip(" "))
                if end > at and line.strip() and blanks <= self._parent:
                    break
                end += len(line) + 1
            return at + len(raw[at:end].rstrip())
        if self._quote:
            pattern = _IN_DOUBLE if self._quote == '"' else _IN_SINGLE
            found = pattern.match(raw, at)
            return len(raw) if found is None else found.end()
        newline = raw.find("\n", at)
        end = len(raw) if newline < 0 else newline
        return at + len(raw[at:end].rstrip())

    def _as_plain(self, value: str, ahead: str) -> str | None:
        alone = self._begins and (_ENDS_IN_FLOW if self._depth else _ENDS).match(ahead)
        safe = (
            _one_line(value)
            and (not self._begins or _FIRST.match(value) is not None)
            and _INSIDE.search(value) is None
            and not (self._depth and _FLOW.search(value))
        )
        if safe:
            return value
        if alone:
            return f'"{_escaped(value)}"'
        prose = self._documents > 1 and not self._structured and ":" not in ahead.partition("\n")[0]
        return value if prose else None
