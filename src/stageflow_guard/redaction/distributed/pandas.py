"""Pandas frames in and out: `mapInPandas` of Spark. Nothing is imported: a frame brings its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import isnan
from typing import Any

from stageflow_guard.redaction.distributed.job import RedactionJob
from stageflow_guard.redaction.distributed.rows import as_json, of


def pandas_map(job: RedactionJob) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return a function from frames to frames redacted: same rows, order and columns.

        frame.mapInPandas(pandas_map(job), frame.schema)

    With `job.findings` the schema that is given to Spark has that column, a string, at its end.
    Raises as `arrow_map` says.
    """
    return _PandasMap(job)


class _PandasMap:
    def __init__(self, job: RedactionJob) -> None:
        self.job = job

    def __call__(self, frames: Iterable[Any]) -> Iterator[Any]:
        worker = of(self.job)
        for frame in frames:
            worker.require_columns([str(name) for name in frame.columns])
            tenants = None
            if self.job.tenant_column is not None:
                tenants = frame[self.job.tenant_column].tolist()
            values = {name: [_plain(one) for one in frame[name]] for name in self.job.columns}
            fresh, found = worker.redact(values, tenants, len(frame))
            # an index is no column: nobody named it, so that it stays here
            yield frame.reset_index(drop=True).assign(**fresh, **self._added(found))

    def _added(self, found: list[Counter[str]]) -> dict[str, list[str]]:
        return {} if self.job.findings is None else {self.job.findings: list(map(as_json, found))}


def _plain(value: Any) -> Any:
    """Return None for a gap, and lists for arrays, which Arrow's lists come as."""
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    if (type(value) is float and isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value
