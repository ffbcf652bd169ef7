"""A table that comes in pieces: its dialect, its rows, and rows written with other values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from stageflow_guard.redaction.atrest.cells import (
    MOST,
    Cell,
    Row,
    Unreadable,
    needs_quotes,
    rows,
    written,
)
from stageflow_guard.redaction.atrest.dialects import (
    SAMPLE,
    cut,
    dialect_of,
    sampled,
    told,
)
from stageflow_guard.redaction.atrest.heads import too_many
from stageflow_guard.redaction.atrest.reading import MARK

WIDE = 4 << 20  # characters that are looked at where a cell of many lines begins


class Table:
    """The rows of a text, once. `first` are those by which it is judged, also among the rows."""

    def __init__(
        self, chunks: Iterable[str], delimiter: str | None = None, quote: str | None = None
    ) -> None:
        """Read as much as it takes to know the dialect.

        `delimiter` and `quote` say what no line can; a quote of `'` is one beside `"`.
        """
        source = iter(chunks)
        head, final = "", False
        while not final:
            head, final = _longer(head, source, max(SAMPLE, 2 * len(head)))
            self.before = MARK if head.startswith(MARK) else ""
            line, sign = told(head[len(self.before) :])
            self.before += line
            body = head[len(self.before) :]
            self.dialect, more = dialect_of(
                body, final=final, delimiter=delimiter or sign or None, quote=quote
            )
            self.first, *_ = sampled(body, self.dialect, final=final)
            if len(head) > MOST or (self.first and not (more and len(head) < WIDE)):
                break
        self._open = quote is None and "'" not in self.dialect.quotes
        self._line = 2 if line else 1
        self._rows = rows(chain((body,), source), self.dialect, self._line)
        self.first = [row._replace(line=row.line + self._line - 1) for row in self.first]

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows. Raises `Unreadable`."""
        return self._rows

    def require_whole(self, row: Row, size: int) -> None:
        """Raise `Unreadable` for a row that is too long and that another dialect reads shorter.

        Its cells may be halves of one: a single quote or a backslash may keep them together.
        """
        if too_many(row, size) and (
            cut(row)
            or any(c.text.endswith("\\") or (not c.quote and '"' in c.text) for c in row.cells[:-1])
        ):
            raise Unreadable(row.line, "more cells than columns, and signs that may join them")

    def written(self, row: Row, values: Sequence[str]) -> str:
        """Return `row` with `values`; what is the same stays as it was written.

        Raises `Unreadable` where a value needs quotes and stands in single ones that may be some.
        """
        if all(cell.text == value for cell, value in zip(row.cells, values, strict=True)):
            return row.raw
        sign = self.dialect.delimiter
        return sign.join(self._cells(row, values)) + row.end

    def _cells(self, row: Row, values: Sequence[str]) -> Iterator[str]:
        for cell, value in zip(row.cells, values, strict=True):
            if cell.text == value:
                yield cell.raw
                continue
            if self._open and _in_single(cell) and needs_quotes(value, self.dialect):
                raise Unreadable(row.line, "single quotes around a value: are they `--quote`?")
            yield written(cell, value, self.dialect)


def _in_single(cell: Cell) -> bool:
    return not cell.quote and len(cell.text) > 1 and cell.text[0] == cell.text[-1] == "'"


def _longer(text: str, source: Iterator[str], size: int) -> tuple[str, bool]:
    parts, had = [text], len(text)
    while had < size:
        chunk = next(source, None)
        if chunk is None:
            return "".join(parts), True
        parts.append(chunk)
        had += len(chunk)
    return "".join(parts), False
