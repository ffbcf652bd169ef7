"""Bulk redaction on an engine that is there already: map functions for Ray Data and for Spark.

    job = RedactionJob(tenant="acme", key="file:keys/acme.key", columns=("note",), keep=("id",))
    ray.data.read_parquet(src).map_batches(arrow_map(job), batch_format="pyarrow")
    frame.mapInPandas(pandas_map(job), frame.schema)

or, file by file and resumable, whatever spreads the work: `Partitions(job, "out")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.redaction.distributed.arrow import arrow_map
    from stageflow_guard.redaction.distributed.job import RedactionJob
    from stageflow_guard.redaction.distributed.pandas import pandas_map
    from stageflow_guard.redaction.distributed.partitions import PartitionReport, Partitions

_WHERE = {
    "PartitionReport": "partitions",
    "Partitions": "partitions",
    "RedactionJob": "job",
    "arrow_map": "arrow",
    "pandas_map": "pandas",
}

__all__ = ["PartitionReport", "Partitions", "RedactionJob", "arrow_map", "pandas_map"]

__getattr__ = lazy(__name__, _WHERE)
