"""Arrow tables in and out: `map_batches` of Ray Data, and Parquet files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.distributed.job import RedactionJob
from stageflow_guard.redaction.distributed.rows import as_json, of


def arrow_map(job: RedactionJob) -> Callable[[Any], Any]:
    """Return a function from a `pyarrow.Table` to the table redacted: same rows, order and types.

        dataset.map_batches(arrow_map(job), batch_format="pyarrow")

    Columns of text, and lists and structs of text, are redacted; metadata of the schema is left
    out. The function raises `ConfigError`, which ends the engine's job, for a column that is named
    nowhere or cannot be read; no row passes unread. It is pickled with the job's plain values.
    """
    return _ArrowMap(job)


class _ArrowMap:
    def __init__(self, job: RedactionJob) -> None:
        self.job = job

    def __call__(self, table: Any) -> Any:
        return redact_table(self.job, table)[0]


def redact_table(job: RedactionJob, table: Any) -> tuple[Any, Counter[str]]:
    """Return a `pyarrow.Table` redacted, and how often each entity was found in it."""
    pa = _pyarrow()
    worker = of(job)
    worker.require_columns(table.schema.names)
    for name in job.columns:
        if not _text(pa, table.schema.field(name).type):
            raise ConfigError(
                f"redaction job: column `{name}` is {table.schema.field(name).type}, which is no "
                "text; cast it, or keep it"
            )
        if inside := _names(pa, table.schema.field(name).type):
            worker.require_names(name, inside)
    tenants = None if job.tenant_column is None else table.column(job.tenant_column).to_pylist()
    values = {name: table.column(name).to_pylist() for name in job.columns}
    fresh, found = worker.redact(values, tenants, table.num_rows)
    fields, columns = [], []
    for field in table.schema:
        fields.append(pa.field(field.name, field.type, field.nullable))
        columns.append(
            pa.chunked_array([pa.array(fresh[field.name], type=field.type)])
            if field.name in fresh
            else table.column(field.name)
        )
    if job.findings is not None:
        fields.append(pa.field(job.findings, pa.string()))
        columns.append(pa.chunked_array([pa.array(map(as_json, found), type=pa.string())]))
    total: Counter[str] = Counter()
    for counted in found:
        total.update(counted)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields)), total


def redact_parquet(job: RedactionJob, source: str, file: Any) -> tuple[int, Counter[str]]:
    """Write the Parquet file `source` redacted to the open `file`; return rows and finds."""
    _pyarrow()
    import pyarrow.parquet as pq

    rows, total = 0, Counter[str]()
    with pq.ParquetFile(source, pre_buffer=False) as given:
        writer = None
        try:
            for group in range(given.num_row_groups):
                table, found = redact_table(job, given.read_row_group(group))
                writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
                rows += table.num_rows
                total.update(found)
            if writer is None:
                table, _ = redact_table(job, given.read())
                writer = pq.ParquetWriter(file, table.schema, compression="zstd")
        finally:
            if writer is not None:
                writer.close()
    return rows, total


def _text(pa: Any, kind: Any) -> bool:
    """Say whether a column of this type holds text, or lists and structs of text, only."""
    types = pa.types
    if types.is_dictionary(kind):
        return bool(types.is_string(kind.value_type) or types.is_large_string(kind.value_type))
    if types.is_list(kind) or types.is_large_list(kind):
        return _text(pa, kind.value_type)
    if types.is_struct(kind):
        return all(_text(pa, kind.field(i).type) for i in range(kind.num_fields))
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind))


def _names(pa: Any, kind: Any) -> list[str]:
    """Return the names of all fields inside of a type."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _names(pa, kind.value_type)
    if not pa.types.is_struct(kind):
        return []
    fields = [kind.field(i) for i in range(kind.num_fields)]
    return [name for one in fields for name in (one.name, *_names(pa, one.type))]


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise ConfigError("Arrow needs pyarrow: pip install 'stageflow-guard[parquet]'") from None
    return pa
