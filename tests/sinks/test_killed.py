"""SIGKILL in mid-batch for intakes that know no idempotency, and for files."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile, verify_sink
from stageflow_guard.audit.read.query import iter_entries

_spec = importlib.util.spec_from_file_location(
    "sinks_conftest_killed", Path(__file__).with_name("conftest.py")
)
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)
grow, ORIGIN = shared.grow, shared.ORIGIN
name_of, keys_of = shared.name_of, shared.keys_of

SCRIPT = """
import sys, time
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.sinks.{module} import {name}

class Slow({name}):
    batch = 20

    def send(self, batch, head):
        done = super().send(batch, head)
        print(batch[-1].index, flush=True)
        time.sleep(0.05)
        return done

Exporter(sys.argv[1], Slow({args}), sys.argv[2]).run()
"""


def killed(log, state, script, lines=(3, 5, 2)):
    """Kill the exporter between sending and moving its cursor, again and again."""
    for count in lines:
        args = [sys.executable, "-c", script, str(log), str(state)]
        with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(count):
                assert process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("kind", ["datadog", "otlp"])
async def test_an_intake_without_idempotency_gets_all_and_repeats_are_told(
    tmp_path, made, datadog, collector, kind
):
    """The union is complete, without a gap; what came twice is the same under the same key."""
    from stageflow_guard.audit.export.sinks.datadog import DatadogSink
    from stageflow_guard.audit.export.sinks.otlp import OtlpSink

    log = await grow(tmp_path, 400)
    state = tmp_path / "state"
    if kind == "datadog":
        args, sink = f"{datadog.url!r}, 'secret'", made(DatadogSink, datadog.url, "secret")
        killed(log, state, SCRIPT.format(module="datadog", name="DatadogSink", args=args))
    else:
        args, sink = f"{collector.url!r}", made(OtlpSink, collector.url)
        killed(log, state, SCRIPT.format(module="otlp", name="OtlpSink", args=args))
    exporter = Exporter(log, sink, state)
    assert exporter.lag().records > 0
    exporter.run()
    if kind == "datadog":
        got = [(one["audit"]["key"], one["message"]) for one in datadog.double.kept]
    else:
        got = collector.double.kept
    assert len(got) > 400  # at least once
    held = dict(got)
    assert all(held[key] == text for key, text in got)
    expected = {f"{ORIGIN}#{i}@{name_of(log)}": json.loads(entry) for i, entry in iter_entries(log)}
    assert {key: json.loads(text) for key, text in held.items()} == expected
    assert exporter.lag().records == 0


async def test_parquet_files_are_whole_and_hold_each_record_once(tmp_path, made):
    """A batch that comes again replaces its file: no gap, nothing twice, and the tree verifies."""
    pytest.importorskip("pyarrow")
    from stageflow_guard.audit.export.sinks.parquet import ParquetSink

    log = await grow(tmp_path, 400)
    state, files = tmp_path / "state", tmp_path / "files"
    args = f"{str(files)!r}"
    killed(log, state, SCRIPT.format(module="parquet", name="ParquetSink", args=args))
    sink = made(ParquetSink, files)
    Exporter(log, sink, state).run()
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.behind, found.duplicates) == (True, 400, 0, 0)
    assert verify_sink(sink, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 400
    import pyarrow.parquet as pq

    assert sum(pq.read_table(one).num_rows for one in files.rglob("*.parquet")) == 400
