"""What verbs print: a terminal obeys control characters, so none of a record's or a file's gets out.

Every verb runs with standard output and error behind this, so that no verb can forget it. Only what
`own` marked with this process's nonce passes as it is: colours and progress bars.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import sys
from typing import TextIO

_NONCE = secrets.token_hex(8)
_OWN = re.compile(f"\x00{_NONCE}([^\x00]*)\x00")
_PLAIN = re.compile(r"[^\n\t -~]")


def own(sequence: str) -> str:
    """Return a control sequence of ours, marked so that it reaches the terminal."""
    return f"\x00{_NONCE}{sequence}\x00"


def styled(text: str, code: int | str) -> str:
    """Return `text` in a colour or weight (SGR); the caller knows that a terminal is there."""
    return own(f"\x1b[{code}m") + text + own("\x1b[0m")


def escape_control(text: str) -> str:
    """Return `text` with what does not print written as JSON writes it: `\\u001b`.

    Line ends and tabs stay; so do letters of every script. Escaped JSON stays the same JSON. What
    does not print is control characters (C0, C1), directional overrides, lone surrogates.
    """
    return _PLAIN.sub(lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)


def one_line(value: object) -> str:
    """Return a value that stays on its line, too; what does not print as Python writes it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(value))


class Terminal(io.TextIOBase):
    """A text stream that lets nothing through but text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write `text`, control characters escaped."""
        parts = _OWN.split(text)  # text, ours, text, ours, …
        parts[::2] = [escape_control(part) for part in parts[::2]]
        safe = "".join(parts)
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(safe.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def flush(self) -> None:
        """Pass on what is buffered; a stream that is closed has nothing left.

        The interpreter flushes once more when this object goes, which can be later.
        """
        if not self._stream.closed:
            self._stream.flush()

    def isatty(self) -> bool:
        """Say whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor below."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only here, on purpose
        """Return the encoding of the stream below."""
        return self._stream.encoding or "utf-8"

    @property
    def data(self) -> TextIO:
        """Return where a document goes: the stream itself, unless it is a terminal."""
        return self if self.isatty() else self._stream  # type: ignore[return-value]


def document() -> TextIO:
    """Return standard output for a document, which is data: as it is, unless it is a terminal."""
    return sys.stdout.data if isinstance(sys.stdout, Terminal) else sys.stdout
