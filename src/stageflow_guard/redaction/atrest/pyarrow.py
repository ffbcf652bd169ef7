"""Parquet through pyarrow: batch by batch, textual columns by their name and value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError

ROWS = 2_048


def redact_parquet(source: Path, out: Path | None, value: Callable[[Any, int], Any]) -> None:
    """Write `source` redacted to `out`; rows are dictionaries to `value`, with their number.

    A column whose values change their type becomes text; bytes stay bytes, unread.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError("Parquet needs pyarrow: pip install 'stageflow-guard[parquet]'") from None
    try:
        file = pq.ParquetFile(source)
    except (pa.ArrowInvalid, pa.ArrowException):
        raise ConfigError(f"`{source}`: not Parquet") from None
    with file:
        schema = _schema(pa, file.schema_arrow)
        writer = pq.ParquetWriter(out, schema) if out is not None else None
        try:
            row = 1
            for batch in file.iter_batches(batch_size=ROWS):
                fresh = [value(one, row + i) for i, one in enumerate(batch.to_pylist())]
                row += len(fresh)
                if writer is not None:
                    columns = [_column(pa, schema.field(i), fresh) for i in range(len(schema))]
                    writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        finally:
            if writer is not None:
                writer.close()
    if out is not None:
        out.chmod(0o600)


def _schema(pa: Any, schema: Any) -> Any:
    """Whole numbers under a personal name become text: a pseudonym is no number."""
    from stageflow_guard.redaction.values.key_names import tells

    return pa.schema(
        [
            pa.field(f.name, pa.string()) if pa.types.is_integer(f.type) and tells(f.name) else f
            for f in schema
        ]
    )


def _column(pa: Any, field: Any, rows: list[dict[str, Any]]) -> Any:
    values = [row[field.name] for row in rows]
    if pa.types.is_string(field.type):
        values = [v if v is None else str(v) for v in values]
    return pa.array(values, type=field.type)
