"""How the inputs ended: rows, as a table, JSON lines, Parquet, and an exit code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from stageflow_guard.errors import ConfigError

Outcome = Literal["ok", "refused", "unavailable", "failed", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = ("ok", "refused", "unavailable", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Row:
    """One input: how its run ended. `output` is what the guard let out of its last stages."""

    input: int
    line: int
    run: str
    outcome: Outcome
    reason: str
    ref: str
    seconds: float
    stages: int
    redactions: dict[str, int] = field(default_factory=dict)
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """Every row in the order of the inputs, and the checks that failed before the first."""

    rows: Sequence[Row]
    failed_checks: Sequence[str] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many inputs ended how."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in OUTCOMES if counted[outcome]}

    @property
    def exit_code(self) -> int:
        """0 when every run was ok, 1 when one was refused or failed, 3 when something is away."""
        if self.failed_checks or any(row.outcome == "unavailable" for row in self.rows):
            return 3
        return 0 if all(row.outcome == "ok" for row in self.rows) else 1

    def table(self, width: int = 80) -> str:
        """Return a table for a terminal of `width` columns, and a line of counts."""
        head = ("input", "outcome", "seconds", "stages", "redacted", "why")
        cells = [
            (
                str(row.input), row.outcome, f"{row.seconds:.3f}", str(row.stages),
                str(sum(row.redactions.values())), f"{row.reason} {row.ref}".strip(),
            )
            for row in self.rows
        ]  # fmt: skip
        widths = [max(len(line[n]) for line in (head, *cells)) for n in range(len(head))]
        lines = [
            "  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)).rstrip()
            for line in (head, *cells)
        ]
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        cut = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
        return "\n".join([*cut, f"{len(self.rows)} inputs: {counts or 'none'}"]) + "\n"

    def jsonl(self) -> Iterator[str]:
        """Yield one JSON object a row."""
        for row in self.rows:
            yield json.dumps(asdict(row), ensure_ascii=False, default=_shown) + "\n"

    def parquet(self, path: str | Path) -> None:
        """Write the rows; `redactions` and `output` are JSON texts. Needs the extra `parquet`."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ModuleNotFoundError:
            raise ConfigError(
                "Parquet needs an extra: install `stageflow-guard[parquet]`"
            ) from None
        columns: dict[str, list[Any]] = {name: [] for name in Row.__slots__}
        for row in self.rows:
            for name, column in columns.items():
                value = getattr(row, name)
                if isinstance(value, dict):
                    value = json.dumps(value, ensure_ascii=False, default=_shown)
                column.append(value)
        types = {"input": pa.int64(), "line": pa.int64(), "seconds": pa.float64(),
                 "stages": pa.int64()}  # fmt: skip
        schema = pa.schema([(name, types.get(name, pa.string())) for name in columns])
        pq.write_table(pa.table(columns, schema=schema), path)


def _shown(value: Any) -> Any:
    """Return what JSON has no type for: bytes by length, everything else by its type's name."""
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(bytes(value))} bytes"
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return f"<{type(value).__name__}>"
