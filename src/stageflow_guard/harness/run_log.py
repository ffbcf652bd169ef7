"""The run log: JSON lines in one documented schema. It holds names, numbers and codes, never text.

`Entry` is the schema (`docs/reference/run-log.md`). A value that is no plain name is left out
rather than written.
"""

from __future__ import annotations

import json
import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1
NAME = re.compile(r"[A-Za-z0-9_.:/#@-]{1,200}\Z")
Event = Literal["start", "check", "run_start", "stage", "run_end", "end"]


class Client(BaseModel):
    """Calls of one external client by one stage."""

    model_config = ConfigDict(extra="forbid")
    calls: int = Field(description="how often it was called")
    failed: int = Field(description="how many of them raised")
    retries: int = Field(description="how many were a further attempt")
    ms: float = Field(description="milliseconds in all of them together")


class Entry(BaseModel):
    """One line."""

    model_config = ConfigDict(extra="forbid")
    v: int = Field(VERSION, description="version of this schema")
    time: str = Field(description="when it was written: RFC 3339, UTC, milliseconds")
    event: Event = Field(description="what happened")
    input: int | None = Field(None, description="number of the input, from 1")
    run: str | None = Field(None, description="id of the run, as in the audit log")
    pipeline: str | None = Field(None, description="what policies call the pipeline")
    stage: str | None = Field(None, description="the stage that ended")
    kind: str | None = Field(None, description="the stage's kind")
    name: str | None = Field(None, description="name of a check")
    status: str | None = Field(None, description="ok, skip, fail, cancel, refused, error, …")
    reason: str | None = Field(None, description="a refusal's or an error's code")
    ref: str | None = Field(None, description="where it stands in the audit log: origin#index")
    ms: float | None = Field(None, description="milliseconds that it took")
    attempt: int | None = Field(None, description="which attempt of the stage this was, from 1")
    calls: dict[str, Client] | None = Field(None, description="external calls by kind:name")
    redactions: dict[str, int] | None = Field(None, description="finds by entity")
    queues: dict[str, int] | None = Field(None, description="gauges, such as depths of queues")
    resources: dict[str, float] | None = Field(None, description="readings of the process")
    counts: dict[str, int] | None = Field(None, description="at the end: inputs by outcome")


class RunLog:
    """Writes entries to a file or stream, one line each; threads may share it."""

    def __init__(self, target: str | Path | IO[str] | None = None) -> None:
        self._owned = isinstance(target, str | Path)
        self._file: IO[str] | None
        if isinstance(target, str | Path):
            self._file = Path(target).open("a", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        else:
            self._file = target
        self._lock = threading.Lock()

    def write(self, event: Event, **fields: Any) -> None:
        """Write one entry: fields that are None are left out, text that is no name is `?`."""
        if self._file is None:
            return
        known = {name: _plain(value) for name, value in fields.items() if value is not None}
        moment = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        entry = Entry(time=moment.replace("+00:00", "Z"), event=event, **known)
        line = json.dumps(entry.model_dump(exclude_none=True), ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close a file that this log opened."""
        if self._owned and self._file is not None:
            self._file.close()
            self._file = None


def _plain(value: Any) -> Any:
    """Return names, numbers, and mappings of such; any other text is `?`."""
    if isinstance(value, str):
        return value if NAME.match(value) else "?"
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value
