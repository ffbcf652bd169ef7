"""Bulk redaction on engines: the same bytes as one process, nothing lost, nothing twice, no key."""

from __future__ import annotations

import json
import os
import pickle
import secrets
import subprocess
import sys
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.distributed import (
    Partitions,
    RedactionJob,
    arrow_map,
    pandas_map,
)

MAIL, CARD = "ada.lovelace@example.org", "4111 1111 1111 1111"


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "keys" / "acme.key"
    path.parent.mkdir(mode=0o700)
    path.write_text(secrets.token_hex(32) + "\n")
    path.chmod(0o600)
    return path


def job_of(key, /, **changes):
    return RedactionJob(**{
        "tenant": "acme", "key": f"file:{key}", "columns": ("note", "email"), "keep": ("id",),
        **changes,
    })  # fmt: skip


def table_of(start, count):
    return pa.table({
        "id": pa.array(range(start, start + count), pa.int64()),
        "note": [f"write to user{i % 7}@example.org about {CARD}" if i % 3 else None
                 for i in range(start, start + count)],
        "email": [f"user{i % 7}@example.org" for i in range(start, start + count)],
    })  # fmt: skip


# -- what a map function does -----------------------------------------------------------------


def test_a_table_in_pieces_is_redacted_as_the_whole(key):
    """However an engine cuts the rows, the same values get the same marks, in the same rows."""
    change, whole = arrow_map(job_of(key, findings="found")), table_of(0, 60)
    expected = change(whole)
    for cut in (1, 7, 59):
        parts = [change(whole.slice(at, cut)) for at in range(0, 60, cut)]
        assert pa.concat_tables(parts).equals(expected)
    assert expected.column("id").equals(whole.column("id"))
    told = json.dumps(expected.to_pylist())
    assert "example.org" not in told and CARD not in told
    marks = set(expected.column("email").to_pylist())
    assert len(marks) == 7 and all(mark.startswith("<EMAIL_ADDRESS:") for mark in marks)
    assert json.loads(expected.column("found")[1].as_py()) == {
        "CREDIT_CARD": 1, "EMAIL_ADDRESS": 2,
    }  # fmt: skip


def test_frames_are_redacted_as_tables_are(key):
    """`mapInPandas` gives what `map_batches` gives; gaps stay gaps."""
    pytest.importorskip("pandas", reason="pandas is not installed (extra `ray`)")
    job, whole = job_of(key, findings="found"), table_of(0, 30)
    frames = [whole.slice(0, 11).to_pandas(), whole.slice(11).to_pandas()]
    rows = [row for one in pandas_map(job)(iter(frames)) for row in one.to_dict("records")]
    rows = [{k: v if isinstance(v, str | int) else None for k, v in row.items()} for row in rows]
    assert rows == arrow_map(job)(whole).to_pylist()


def test_each_tenant_has_its_own_key(key):
    """By the column that names it: one value has two marks for two tenants; no key, no row."""
    other = key.with_name("globex.key")
    other.write_text(secrets.token_hex(32) + "\n")
    other.chmod(0o600)
    job = job_of(key, tenant=None, tenant_column="owner", keep=("id", "owner"),
                 key=f"file:{key.parent}/{{tenant}}.key")  # fmt: skip
    rows = {"id": [1, 2], "note": [MAIL, MAIL], "email": [None, None]}
    found = arrow_map(job)(pa.table(
        {**rows, "email": pa.array(rows["email"], pa.string()), "owner": ["acme", "globex"]}
    )).column("note").to_pylist()  # fmt: skip
    assert found[0] != found[1] and MAIL not in found
    for owner in ("nobody", "../acme", "", None):
        table = pa.table({**rows, "email": pa.array(rows["email"], pa.string()),
                          "owner": pa.array(["acme", owner], pa.string())})  # fmt: skip
        with pytest.raises(ConfigError):
            arrow_map(job)(table)


@pytest.mark.parametrize(
    ("change", "table", "told"),
    [
        ({}, {"id": [1], "note": ["x"]}, "no column `email`"),
        ({}, {"id": [1], "note": ["x"], "email": ["y"], "phone": ["z"]}, "column `phone` is in neither"),
        ({}, {"id": [1], "note": [b"x"], "email": ["y"]}, "column `note` is binary"),
        ({}, {"id": [1], "note": [4111111111111111], "email": ["y"]}, "column `note` is int64"),
        ({"findings": "id2"}, {"id": [1], "note": ["x"], "email": ["y"], "id2": ["z"]}, "already"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_named_or_not_text_is_refused(key, change, table, told):
    """By its name, never by a value; nothing passes unread."""
    with pytest.raises(ConfigError, match=told):
        arrow_map(job_of(key, **change))(pa.table(table))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"columns": ()}, "at least one"), ({"tenant": None}, "`tenant_column`"),
        ({"tenant": "a/b"}, "tenant"), ({"key": None}, "needs `key`"),
        ({"key": "ab" * 32}, "never the key itself"), ({"keep": ("note",)}, "twice"),
        ({"operator": "pseudonym"}, "operator"), ({"colums": ("x",)}, "colums"),
        ({"tenant": None, "tenant_column": "t", "keep": ("id", "t")}, "{tenant}"),
        ({"tenant": None, "tenant_column": "t"}, "one of `keep`"),
    ],
)  # fmt: skip
def test_a_job_that_cannot_be_done_is_refused_where_it_is_made(key, change, told):
    """Named, and without what was given: it may be a key."""
    with pytest.raises(ConfigError) as caught:
        job_of(key, **change)
    assert told in str(caught.value) and "abab" not in str(caught.value)


def test_no_key_travels_with_a_task(key, monkeypatch):
    """What an engine pickles and logs holds where a key is, and a worker without it stops."""
    text = key.read_text().strip()
    for made in (arrow_map(job_of(key)), pandas_map(job_of(key)), Partitions(job_of(key), "out")):
        made.job  # noqa: B018 - it is there, as plain values
        sent = pickle.dumps(made)
        assert text.encode() not in sent and bytes.fromhex(text) not in sent
        assert text not in repr(made.job)
        assert isinstance(pickle.loads(sent).job, RedactionJob)
    job = job_of(key, key="env:SOME_KEY")
    monkeypatch.delenv("SOME_KEY", raising=False)
    with pytest.raises(ConfigError, match="SOME_KEY"):
        arrow_map(job)(table_of(0, 3))
    monkeypatch.setenv("SOME_KEY", "not a key at all")
    with pytest.raises(ConfigError) as caught:
        arrow_map(job)(table_of(0, 3))
    assert "not a key" not in str(caught.value)


def test_lists_and_structs_of_text_keep_their_types(key):
    """Nested text is read by its names; dictionaries of text stay so."""
    kind = pa.struct([("email", pa.string()), ("tags", pa.list_(pa.string()))])
    table = pa.table({
        "id": [1, 2], "email": pa.array([MAIL, MAIL]).dictionary_encode(),
        "note": pa.array([{"email": MAIL, "tags": [f"to {MAIL}", None]}, None], kind),
    })  # fmt: skip
    found = arrow_map(job_of(key))(table)
    assert found.schema.types == table.schema.types
    assert MAIL not in str(found.to_pylist())


@pytest.mark.parametrize("tenants", [{}, {"tenant": None, "tenant_column": "id"}])
def test_a_name_inside_of_a_column_that_would_be_redacted_is_refused(key, tenants):
    """The type keeps the name, so that the value under it would be lost without a word."""
    table = pa.table({"id": ["acme"], "email": [MAIL], "note": [[{MAIL: "hello"}]]})
    changes = {**tenants, "key": f"file:{key.parent}/{{tenant}}.key"}
    with pytest.raises(ConfigError, match="`note` has a field") as caught:
        arrow_map(job_of(key, **changes))(table)
    assert MAIL not in str(caught.value)


def test_a_columns_name_that_tells_and_holds_personal_data_is_refused(key):
    """What a redacted name told of its value is lost: nothing passes by it."""
    name = f"password of {MAIL}"
    with pytest.raises(ConfigError, match="rename") as caught:
        arrow_map(job_of(key, columns=(name,), keep=()))(pa.table({name: ["abc123xyz"]}))
    assert MAIL not in str(caught.value)


def test_an_index_of_a_frame_stays_where_it_was(key):
    """Nobody named it, so that it is not passed on: it may hold what a column held."""
    pytest.importorskip("pandas", reason="pandas is not installed (extra `ray`)")
    frame = table_of(0, 4).to_pandas()
    frame.index = frame["email"].rename("who")
    (found,) = pandas_map(job_of(key))(iter([frame]))
    assert found.index.tolist() == [0, 1, 2, 3] and found.index.name is None
    assert found["id"].tolist() == [0, 1, 2, 3] and "user1@" not in found.to_csv()


# -- files ------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(6):
        pq.write_table(table_of(n * 100, 100), folder / f"part{n}.parquet")
    return sorted(folder.iterdir())


def test_a_partition_is_done_once_and_again_when_it_changed(tmp_path, key, files):
    """A second run does nothing; a changed source, target or job is redacted again."""
    parts = Partitions(job_of(key), tmp_path / "out")
    reports = [parts(path) for path in parts.pending(map(str, files))]
    assert [report["rows"] for report in reports] == [100] * 6
    assert json.loads(reports[0]["entities"])["EMAIL_ADDRESS"] == 166
    assert parts.pending(files) == [] and len(parts.reports(files)) == 6
    target = tmp_path / "out" / files[0].name
    before = target.stat().st_mtime_ns
    parts.run(files[0])
    assert target.stat().st_mtime_ns == before
    pq.write_table(table_of(0, 99), files[0])
    (tmp_path / "out" / files[1].name).write_bytes(b"cut")
    (tmp_path / "out" / f"{files[2].name}.report.json").write_text("{")
    assert parts.pending(files) == [str(path) for path in files[:3]]
    assert len(Partitions(job_of(key, operator="mask"), tmp_path / "out").pending(files)) == 6


def test_a_file_that_cannot_be_redacted_whole_leaves_nothing(tmp_path, key, files):
    """No target, no report, no half of one; the error names the file, never a value."""
    pq.write_table(pa.table({"id": [1], "note": [MAIL], "email": [MAIL], "more": [CARD]}), files[1])
    files[0].write_bytes(b"PAR1" + MAIL.encode())
    parts = Partitions(job_of(key), tmp_path / "out")
    for path, told in ((files[0], "part0.parquet"), (files[1], "`more`")):
        with pytest.raises(ConfigError, match=told) as caught:
            parts.run(path)
        assert MAIL not in str(caught.value) and CARD not in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(ConfigError, match="overwritten"):
        Partitions(job_of(key), files[0].parent).pending(files)


def test_no_file_is_written_over_however_it_is_named(tmp_path, key, files):
    """By a link, by `..`, by a direct call, by the name of a report: refused, and still there."""
    folder, before = files[0].parent, files[0].read_bytes()
    (tmp_path / "link").symlink_to(folder)
    for out, source in (
        (folder, files[0]), (tmp_path / "link", files[0]), (folder, tmp_path / "link" / "part0.parquet"),
        (folder, folder / ".." / "in" / "part0.parquet"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match="overwritten"):
            Partitions(job_of(key), out).pending([source])
        with pytest.raises(ConfigError, match="overwritten"):
            Partitions(job_of(key), out).run(source)
    assert files[0].read_bytes() == before
    with pytest.raises(ConfigError, match="report"):
        Partitions(job_of(key), tmp_path / "out").run(folder / "part0.parquet.report.json")
    with pytest.raises(ConfigError, match="cannot be redacted"):
        Partitions(job_of(key), tmp_path / "out").run(folder / "gone.parquet")


async def test_each_partition_is_on_record(tmp_path, key, files):
    """A record each: counts and digests, no text; the log verifies and knows the kind."""
    parts = Partitions(job_of(key), tmp_path / "out")
    log = await Log.open(tmp_path / "audit", origin="e.x/bulk", key_file=tmp_path / "k")
    for path in files:
        await log.append(parts.run(path).record("acme"))
    await log.close()
    assert verify(tmp_path / "audit").size == 6
    record = next(record for _, record in iter_records(tmp_path / "audit"))
    assert (record["kind"], record["tenant"], record["note"]["rows"]) == ("redaction", "acme", 100)
    assert {"entity": "EMAIL_ADDRESS", "direction": "input", "count": 166} in record["findings"]
    assert "user1" not in json.dumps(record)


# -- engines ----------------------------------------------------------------------------------

RAY = """
import os, sys, json, signal, pathlib
import ray
from stageflow_guard.redaction.distributed import Partitions, RedactionJob, arrow_map
given = json.loads(sys.argv[1])
job = RedactionJob(**{**given["job"], "columns": tuple(given["job"]["columns"]),
                      "keep": tuple(given["job"]["keep"])})
for left in (2, 1, 0):  # Ray gives its own processes half a minute to start, on any machine
    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
        break
    except Exception:
        ray.shutdown()
        if not left:
            raise
ray.data.DataContext.get_current().enable_progress_bars = False
table = ray.data.read_parquet(given["files"]).map_batches(arrow_map(job), batch_format="pyarrow")
rows = sorted(table.take_all(), key=lambda row: row["id"])
parts = Partitions(job, given["out"])
once = pathlib.Path(given["once"])

class Dies:
    def __init__(self, parts):
        self.parts = parts
    def __call__(self, row):
        if row["item"].endswith("part3.parquet") and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.parts(row)

dies = Dies(parts)
done = ray.data.from_items(parts.pending(given["files"]), override_num_blocks=6).map(
    lambda row: dies(row)).take_all()
pathlib.Path(given["result"]).write_text(json.dumps({"rows": rows, "done": done}))
"""


def test_ray_gives_the_same_with_two_workers_one_of_them_killed(tmp_path, key, files):
    """Real Ray: rows equal one process's; a killed worker's file is done, once, byte for byte."""
    pytest.importorskip("ray", reason="Ray is not installed (extra `ray`)")
    job = {"tenant": "acme", "key": f"file:{key}", "columns": ["note", "email"], "keep": ["id"]}
    given = {
        "job": job, "files": [str(path) for path in files], "out": str(tmp_path / "ray"),
        "once": str(tmp_path / "once"), "result": str(tmp_path / "result.json"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(RAY), json.dumps(given)],
        check=False, timeout=600, capture_output=True, text=True,
        env={**os.environ, "RAY_DATA_DISABLE_PROGRESS_BARS": "1", "RAY_USAGE_STATS_ENABLED": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "once").exists()
    found = json.loads((tmp_path / "result.json").read_text())
    alone = Partitions(job_of(key), tmp_path / "alone")
    whole = pa.concat_tables([arrow_map(job_of(key))(pq.read_table(path)) for path in files])
    assert found["rows"] == whole.to_pylist()
    assert sorted(row["source"] for row in found["done"]) == [path.name for path in files]
    for path in files:
        alone.run(path)
        same = (tmp_path / "alone" / path.name).read_bytes()
        assert (tmp_path / "ray" / path.name).read_bytes() == same
    names = {path.name for path in (tmp_path / "ray").iterdir()}
    assert names == {n for p in files for n in (p.name, f"{p.name}.report.json")}


@pytest.mark.filterwarnings("ignore")  # Spark's own
def test_spark_gives_the_same(tmp_path, key, files, monkeypatch):
    """Real Spark, two cores: `mapInPandas` gives the rows of one process."""
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed (pip install pyspark)")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    with session.getOrCreate() as spark:
        spark.sparkContext.setLogLevel("ERROR")
        frame = spark.read.parquet(*map(str, files))
        rows = frame.mapInPandas(pandas_map(job_of(key)), frame.schema).collect()
        parts = Partitions(job_of(key), tmp_path / "spark")
        done = spark.sparkContext.parallelize(parts.pending(files), 6).map(parts).collect()
    whole = pa.concat_tables([arrow_map(job_of(key))(pq.read_table(path)) for path in files])
    assert sorted((row.asDict() for row in rows), key=lambda row: row["id"]) == whole.to_pylist()
    assert len(done) == 6 and parts.pending(files) == []
