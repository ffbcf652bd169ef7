"""Originals put back into files: each kind as its syntax wants it, whole.

JSON is one document, JSON lines are one each, a table is its cells, Parquet its rows; a text is what
its beginning says it is (see `vault.containers`), read as a stream. An original never adds a value,
a row or a column; what cannot be read as what it claims to be is an error by file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.atrest.cells import Unreadable
from stageflow_guard.redaction.atrest.files import WHOLE, kind_of
from stageflow_guard.redaction.atrest.json_text import as_escapes, parsed
from stageflow_guard.redaction.atrest.reading import MARK, decoded, lines, whole
from stageflow_guard.redaction.atrest.tables import Table
from stageflow_guard.redaction.atrest.targets import beside, opened
from stageflow_guard.redaction.vault import containers
from stageflow_guard.redaction.vault.json_text import parses
from stageflow_guard.redaction.vault.restore_stream import Restoring

if TYPE_CHECKING:
    from stageflow_guard.redaction.vault.vault import VaultScope

T = TypeVar("T")
Write = Callable[[str], object]
BATCH = 1 << 18  # characters whose placeholders are looked up at once: a kept vault is read anew
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
# what a line of JSON of several lines consists of, but for strings; a placeholder was a number
_FRAGMENT = re.compile(
    '(?:[\\s{}\\[\\],:"]|-?\\d[\\d.eE+-]*|true|false|null|\u27e6[^\u27e7]*\u27e7)*'
)
_APART = re.compile('[\\]}\\w"]\\s*\u27e6')  # no JSON has a value right behind another
_BLANK = " \t\r" + MARK
_AS_PROSE = "text\n"  # in front of a line that only looks like JSON: it is none


def restore_file(
    source: Path, target: Path, scope: VaultScope, *, kind: str | None = None,
    delimiter: str | None = None, quote: str | None = None,
) -> None:  # fmt: skip
    """Write `source` with this scope's placeholders replaced by the originals.

    Raises `ConfigError` that names the file and the place; then nothing is written.
    """
    kind = kind or kind_of(source)
    try:
        with beside(target) as part:
            if kind == "parquet":
                _parquet(source, part, scope)
            else:
                with source.open("rb") as file, opened(part) as out:
                    assert out is not None  # noqa: S101 - a target was given
                    restore_stream(
                        file, out.write, scope, kind=kind, name=str(source), delimiter=delimiter,
                        quote=quote,
                    )  # fmt: skip
    except OSError as exc:
        raise ConfigError(f"`{source}`: {exc.strerror}") from None


def restore_stream(
    source: IO[bytes], write: Write, scope: VaultScope, *, kind: str, name: str = "-",
    delimiter: str | None = None, quote: str | None = None,
) -> None:  # fmt: skip
    """Restore bytes of UTF-8 as they come; raises like `restore_file`."""
    if kind == "parquet":
        raise ConfigError(f"`{name}`: Parquet is read from files only")
    try:
        _restore(source, write, scope, kind, name, delimiter, quote)
    except UnicodeEncodeError:  # half a pair of surrogates, outside of JSON
        raise ConfigError(f"`{name}`: an original cannot be written as UTF-8 here") from None


def _restore(  # noqa: PLR0917 - its one caller names them
    source: IO[bytes], write: Write, scope: VaultScope, kind: str, name: str,
    delimiter: str | None, quote: str | None,
) -> None:  # fmt: skip
    chunks = decoded(source, name, "utf-8", lambda _: None)
    if kind == "json":
        text = whole(chunks, name, WHOLE, "of one JSON value; use JSON lines")
        write(_document(text, scope, name, 0))
    elif kind == "jsonl":
        _json_lines(chunks, write, scope, name)
    elif kind in ("csv", "tsv"):
        sign = delimiter or ("\t" if kind == "tsv" else None)
        _table(Table(chunks, sign, quote), write, scope, name)
    else:
        _text(chunks, write, scope, name)


def _document(text: str, scope: VaultScope, name: str, line: int) -> str:
    (fresh,) = _documents([(line, text)], scope, name)
    return fresh


def _documents(given: Sequence[tuple[int, str]], scope: VaultScope, name: str) -> Iterator[str]:
    """Yield JSON documents restored: each value stays one, a single string, too."""
    marks = [MARK if text.startswith(MARK) else "" for _, text in given]
    bodies = [text[len(mark) :] for mark, (_, text) in zip(marks, given, strict=True)]
    for (line, _), body in zip(given, bodies, strict=True):
        parsed(body, name, line)  # says what is no JSON
    # in brackets whatever stands alone is JSON by its beginning
    fresh = scope.restore([f"[{body}]" if scope.may_hold(body) else "" for body in bodies])
    for mark, body, one in zip(marks, bodies, fresh, strict=True):
        yield mark + (as_escapes(one[1:-1]) if one else body)


def _json_lines(chunks: Iterator[str], write: Write, scope: VaultScope, name: str) -> None:
    numbered = enumerate(lines(chunks, name, WHOLE), 1)
    for batch in _batches(numbered, lambda one: len(one[1])):
        fresh = _documents([one for one in batch if one[1].strip(_BLANK)], scope, name)
        for _, line in batch:
            write((next(fresh) if line.strip(_BLANK) else line) + "\n")


def _batches(given: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    batch: list[T] = []
    held = 0
    for one in given:
        batch.append(one)
        held += size(one)
        if held >= BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _table(table: Table, write: Write, scope: VaultScope, name: str) -> None:
    try:
        write(table.before)
        for batch in _batches(table, lambda row: len(row.raw)):
            held = [row.texts if scope.may_hold(row.raw) else [] for row in batch]
            fresh = scope.restore(held) if any(held) else held
            for row, values in zip(batch, fresh, strict=True):
                write(table.written(row, values) if values else row.raw)
    except Unreadable as exc:
        raise ConfigError(f"`{name}`:{exc.line}: {exc.why}") from None


def _parquet(source: Path, part: Path | None, scope: VaultScope) -> None:
    from stageflow_guard.redaction.atrest.pyarrow import redact_parquet

    redact_parquet(
        source, part, lambda row, _: scope.restore(row) if scope.may_hold(str(row)) else row
    )


def _text(chunks: Iterator[str], write: Write, scope: VaultScope, name: str) -> None:
    head, kind = next(chunks, ""), None
    if head.startswith(MARK):
        write(MARK)
        head = head[len(MARK) :]
    while (kind := containers.kind_of(head, final=False)) is None:
        more = next(chunks, None)
        if more is None:
            kind = containers.kind_of(head)
            break
        head += more
    rest = chain((head,), chunks)
    if kind == "json":
        text = whole(rest, name, WHOLE, "of a text that begins as JSON; use JSON lines")
        write(_like_json(text, scope, name))
        return
    restoring = Restoring(scope)
    for batch in _batches(rest, len):
        write(restoring.feed("".join(batch)))
    write(restoring.finish())


def _like_json(text: str, scope: VaultScope, name: str) -> str:
    """Return a text that begins as JSON: a document, or lines of which each is one or is none."""
    if parses(text):
        return _document(text, scope, name, 0)
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        if not scope.may_hold(line):
            out.append(line)
        elif parses(line):
            out.append(_document(line, scope, name, number))
        elif _is_fragment(line):
            raise ConfigError(
                f"`{name}`:{number}: a text that begins as JSON and does not parse; "
                "nothing is restored in it"
            )
        else:
            out.append(scope.restore(_AS_PROSE + line)[len(_AS_PROSE) :])
    return "\n".join(out)


def _is_fragment(line: str) -> bool:
    """Say whether `line` may be one of a JSON document."""
    bare = _STRING.sub('""', line)
    return _FRAGMENT.fullmatch(bare) is not None and not _APART.search(bare)
