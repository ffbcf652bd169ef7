"""Bytes as text, a piece at a time; what is no text in its encoding is an error by place. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import IO

from stageflow_guard.errors import ConfigError

MARK = "\ufeff"  # a byte order mark: programs write one; no JSON begins with it, and no first cell holds it

BLOCK = 1 << 16
_PACKED = ("%PDF-", "%!PS-Adobe")  # what may be all ASCII and hold its text packed
# bytes of another encoding may decode to something that reads like nothing: never "clean"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def decoded(
    source: IO[bytes], name: str, encoding: str, passed: Callable[[int], None]
) -> Iterator[str]:
    """Yield the text of `source`; `passed` hears how many bytes of it were read.

    Raises `ConfigError` that names the file and the place.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    read, begun = 0, True
    size = 0
    while True:
        block = source.read(BLOCK)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeError as exc:  # without a mark of its order UTF-16 is no UnicodeDecodeError
            at = size - held + exc.start if isinstance(exc, UnicodeDecodeError) else 0
            raise ConfigError(f"`{name}`: not {encoding} at byte {max(0, at)}") from None
        found = None if text.isascii() and "\0" not in text else _NO_TEXT.search(text)
        if found or (begun and text.startswith(_PACKED)):
            place = read + (found.start() if found else 0)
            raise ConfigError(
                f"`{name}`: not text in {encoding} at character {place}; "
                "is it binary, or another `--encoding`?"
            )
        begun = begun and not text
        read += len(text)
        size += len(block)
        yield text
        if not block:
            return
        passed(len(block))


def whole(chunks: Iterator[str], name: str, most: int, hint: str) -> str:
    """Return all of a text; raise `ConfigError` above `most` characters."""
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise ConfigError(f"`{name}`: over {most} characters {hint}")
    return "".join(parts)


def lines(chunks: Iterator[str], name: str, most: int) -> Iterator[str]:
    """Yield the lines of a text, ended by line feeds alone, without them.

    Raises `ConfigError` for one of more than `most` characters.
    """
    rest: list[str] = []
    held = 0
    number = 1
    for chunk in chunks:
        first, *others = chunk.split("\n")
        rest.append(first)
        held += len(first)
        for other in others:
            yield "".join(rest)
            number += 1
            rest, held = [other], len(other)
        if held > most:
            raise ConfigError(f"`{name}`:{number}: over {most} characters in one line")
    if held:
        yield "".join(rest)
