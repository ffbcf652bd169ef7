"""The harness: checks first, bounded runs, one log schema, results; redacted by construction."""

from __future__ import annotations

import asyncio
import io
import json

import jsonschema
import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput

from stageflow_guard import ConfigError
from stageflow_guard.harness import (
    Check,
    CheckFailed,
    Harness,
    Input,
    RunLog,
    credential_present,
    external_call,
    gauge,
    model_listed,
    reachable,
    read_inputs,
)
from stageflow_guard.harness import resources as readings_module
from stageflow_guard.harness.run_log import Entry

CANARY = "ada@example.com"


async def intake(ctx):
    text = ctx.snapshot.input_text or ""
    if text.startswith("fail"):
        raise ValueError(f"broke on {text} {CANARY}")
    return StageOutput.ok(text=text)


async def model(ctx):
    gauge("backlog", lambda: 3)
    gauge("broken", lambda: 1 / 0)
    for attempt in (1, 2):
        try:
            async with external_call("model", "echo", attempt=attempt):
                if attempt == 1:
                    raise ConnectionError
        except ConnectionError:
            continue
    return StageOutput.ok(answer=ctx.inputs.get_from("intake", "text"))


PIPELINE = Pipeline.from_stages(
    stage("intake", intake, StageKind.TRANSFORM),
    stage("model", model, StageKind.TRANSFORM, after="intake"),
    name="support",
)


async def harness(world, inputs, **options):
    stream = io.StringIO()
    async with world.guard as guard:
        made = Harness(
            guard, guard.mount(PIPELINE, name="support"), log=RunLog(stream),
            **{"credential": "acme:ada", **options},
        )  # fmt: skip
        summary = await made.run(inputs)
    return summary, [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_every_line_of_the_log_follows_the_schema_and_holds_no_text(world):
    """By JSON Schema; no canary of input, answer or error in any line."""
    world.rules.denied.add("support/nothing")
    summary, log = await harness(world, [f"mail {CANARY}", f"fail {CANARY}", "hello"])
    validator = jsonschema.Draft202012Validator(Entry.model_json_schema())
    for line in log:
        validator.validate(line)
    assert CANARY not in json.dumps(log)
    assert "broke on" not in json.dumps(log)
    assert [row.outcome for row in summary.rows] == ["ok", "failed", "ok"]
    assert CANARY not in "".join(summary.jsonl())
    assert {line["event"] for line in log} == {"start", "run_start", "stage", "run_end", "end"}


async def test_a_stage_tells_calls_retries_redactions_and_queues(world):
    """One line at each stage's end, with what that stage did."""
    _, log = await harness(world, [f"mail {CANARY}"])
    stages = {line["stage"]: line for line in log if line["event"] == "stage"}
    assert list(stages) == ["intake", "model"]
    calls = stages["model"]["calls"]["model:echo"]
    assert (calls["calls"], calls["failed"], calls["retries"]) == (2, 1, 1)
    assert stages["model"]["queues"] == {"backlog": 3}
    assert stages["model"]["status"] == "ok"
    assert stages["model"]["ms"] >= 0
    end = next(line for line in log if line["event"] == "run_end")
    assert end["redactions"] == {"EMAIL_ADDRESS": end["redactions"]["EMAIL_ADDRESS"]}
    assert end["run"] == stages["model"]["run"]


async def test_a_refused_run_says_reason_and_ref_and_the_others_go_on(world):
    """The row and the log line lead to the record."""
    world.rules.denied.add("support/model")
    summary, log = await harness(world, ["a", "b"])
    assert [row.outcome for row in summary.rows] == ["refused", "refused"]
    assert summary.rows[0].reason == "no_matching_rule"
    index = int(summary.rows[0].ref.rpartition("#")[2])
    assert world.log.records[index].decision == "deny"
    assert summary.exit_code == 1
    ends = [line for line in log if line["event"] == "run_end"]
    assert [line["ref"] for line in ends] == [row.ref for row in summary.rows]


async def test_never_more_runs_at_once_than_asked_and_a_slow_consumer_holds_the_source(world):
    """Three at most under way; the source is never read further ahead than that."""
    now, most, taken = 0, 0, 0
    release = asyncio.Event()

    async def slow(ctx):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await release.wait()
        now -= 1
        return StageOutput.ok(n=1)

    async def source():
        nonlocal taken
        for _ in range(20):
            taken += 1
            yield "x"

    pipeline = Pipeline.from_stages(stage("slow", slow, StageKind.TRANSFORM), name="support")
    async with world.guard as guard:
        made = Harness(
            guard, guard.mount(pipeline, name="support"), credential="acme:ada", concurrency=3
        )
        running = asyncio.create_task(made.run(source()))
        while now < 3:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        assert (now, taken) == (3, 3)
        release.set()
        summary = await running
    assert (most, len(summary.rows), summary.exit_code) == (3, 20, 0)


async def test_rows_come_back_in_the_order_of_the_inputs(world):
    """Whatever ends first."""
    summary, _ = await harness(world, [f"n{n}" for n in range(30)], concurrency=8)
    assert [row.input for row in summary.rows] == list(range(1, 31))


async def test_each_input_can_have_its_own_caller(world):
    """A credential that is a function is asked for each input; one that breaks fails that input."""

    def caller(given):
        if given.text == "c":
            raise LookupError(CANARY)
        return f"{given.text}:ada"

    summary, log = await harness(world, ["acme", "globex", "c"], credential=caller)
    starts = world.log.kinds("run_start")
    assert {record.tenant for record in starts} == {"acme", "globex"}
    assert [row.outcome for row in summary.rows] == ["ok", "ok", "failed"]
    assert CANARY not in json.dumps(log)


async def test_a_failed_check_stops_before_the_first_input(world):
    """No run, exit 3, each failed check by name; what a probe raises by itself is its type alone."""

    async def down():
        raise CheckFailed("start the model server")

    async def breaks():
        raise RuntimeError("key sk-123")

    async def fine():
        return None

    checks = [Check("model", down), Check("store", breaks), Check("ok", fine)]
    summary, log = await harness(world, ["a"], checks=checks)
    assert summary.failed_checks == ("model: start the model server", "store: RuntimeError")
    assert (summary.exit_code, len(summary.rows)) == (3, 0)
    assert world.log.kinds("run_start") == []
    assert [line["status"] for line in log if line["event"] == "check"] == ["fail", "fail", "ok"]


async def test_reachable_and_credential_present_say_what_to_do(monkeypatch):
    """A closed port, an open one; a variable that is not set, set, blank."""
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await reachable(f"127.0.0.1:{port}").probe()
    server.close()
    await server.wait_closed()
    with pytest.raises(CheckFailed, match=f"127.0.0.1:{port} cannot be reached"):
        await reachable(f"http://127.0.0.1:{port}/v1").probe()
    with pytest.raises(ValueError, match="known scheme"):
        reachable("nowhere")
    monkeypatch.setenv("KEY_OF_TEST", " ")
    with pytest.raises(CheckFailed, match="KEY_OF_TEST"):
        await credential_present("KEY_OF_TEST").probe()
    monkeypatch.setenv("KEY_OF_TEST", "s3cret")
    await credential_present("KEY_OF_TEST").probe()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, '{"data": [{"id": "llama"}]}', None),
        (200, '{"data": [{"id": "other"}]}', "`llama` is not listed; there are other"),
        (200, "no json", "no list of models"),
        (401, "{}", "refuses the key in `KEY_OF_TEST`"),
        (500, "{}", "answers 500"),
    ],
)
async def test_model_listed_reads_the_services_own_list(monkeypatch, status, body, said):
    """Against a real server that speaks the protocol; the key is sent, and never shown."""
    seen = []

    async def serve(reader, writer):
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    monkeypatch.setenv("KEY_OF_TEST", "s3cret")
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    check = model_listed(f"http://127.0.0.1:{port}/v1", "llama", key_variable="KEY_OF_TEST")
    try:
        if said is None:
            await check.probe()
        else:
            with pytest.raises(CheckFailed, match=said) as caught:
                await check.probe()
            assert "s3cret" not in str(caught.value)
    finally:
        server.close()
    assert seen[0].startswith("GET /v1/models ")
    assert "authorization: bearer s3cret" in seen[0].lower()


async def test_readings_never_fail_a_run(world, monkeypatch):
    """Where nothing can be read, nothing is written, and the run goes on."""

    def broken():
        raise OSError

    monkeypatch.setattr(
        readings_module, "_READINGS", dict.fromkeys(readings_module._READINGS, broken)
    )
    summary, log = await harness(world, ["a"])
    assert summary.exit_code == 0
    assert all(line["resources"] == {} for line in log if "resources" in line)


async def test_names_that_could_hold_content_are_refused_where_they_are_given():
    """A client's or a gauge's name stands in the log."""
    with pytest.raises(ValueError, match="short words"):
        async with external_call("model", f"prompt {CANARY}"):
            pass
    with pytest.raises(ValueError, match="short word"):
        gauge("a b", lambda: 1)


def test_inputs_are_read_by_line_and_a_bad_line_is_named(tmp_path):
    """Text and JSON lines; the error says file and line, and repeats nothing of it."""
    (tmp_path / "a.txt").write_text("one\n\n two\n")
    assert [(i.text, i.line) for i in read_inputs(tmp_path / "a.txt")] == [("one", 1), (" two", 3)]
    (tmp_path / "a.jsonl").write_text('{"text": "one", "session_id": "s"}\n{"text": 3}\n')
    found = read_inputs(tmp_path / "a.jsonl")
    assert next(found) == Input("one", {"session_id": "s"}, 1)
    with pytest.raises(ConfigError, match=r"a\.jsonl:2: needs a string `text`"):
        next(found)
    (tmp_path / "b.txt").write_bytes(b"\xff\n")
    with pytest.raises(ConfigError, match=r"b\.txt:1: not UTF-8"):
        next(read_inputs(tmp_path / "b.txt"))
    with pytest.raises(ConfigError, match="cannot be read"):
        next(read_inputs(tmp_path / "none.txt"))


async def test_results_as_table_jsonl_and_parquet(world, tmp_path):
    """The three say the same; the table fits its terminal."""
    import pyarrow.parquet as pq

    summary, _ = await harness(world, ["a", "fail now", f"mail {CANARY}"])
    table = summary.table(width=60)
    assert all(len(line) <= 60 for line in table.splitlines())
    assert table.splitlines()[-1] == "3 inputs: 2 ok, 1 failed"
    rows = [json.loads(line) for line in summary.jsonl()]
    assert [row["outcome"] for row in rows] == ["ok", "failed", "ok"]
    assert rows[2]["output"]["model"]["answer"].startswith("mail ⟦EMAIL_ADDRESS_1·")
    summary.parquet(tmp_path / "r.parquet")
    read = pq.read_table(tmp_path / "r.parquet").to_pylist()
    assert [row["outcome"] for row in read] == ["ok", "failed", "ok"]
    assert json.loads(read[2]["output"]) == rows[2]["output"]


async def test_a_cancelled_harness_ends_its_runs(world):
    """Nothing goes on in the background, and the log says that it ended."""
    stopped = asyncio.Event()

    async def forever(ctx):
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    pipeline = Pipeline.from_stages(stage("s", forever, StageKind.TRANSFORM), name="support")
    async with world.guard as guard:
        made = Harness(guard, guard.mount(pipeline, name="support"), credential="acme:ada")
        running = asyncio.create_task(made.run(["a"]))
        while not world.log.kinds("decision"):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.wait_for(stopped.wait(), 5)
    assert world.log.kinds("run_end")[0].outcome == "cancelled"
