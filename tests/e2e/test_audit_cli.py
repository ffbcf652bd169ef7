"""`stageflow-guard audit …`: what each verb prints, and its exit code."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.records.columns import COLUMNS, NUMBERS
from stageflow_guard.audit.tlog.storage import unpack
from stageflow_guard.cli import main
from stageflow_guard.settings import Settings

APP = """
import asyncio, sys
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow_guard import Guard, GuardError

class Intake:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        return StageOutput.ok(heard=ctx.snapshot.input_text)

async def main():
    async with Guard.load("guard.toml") as guard:
        pipeline = guard.mount(Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM))
        for token in sys.argv[1:]:
            try:
                async with guard.session(token):
                    await pipeline.run(input_text="write to canary@example.com")
            except GuardError as error:
                print(error.ref)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A folder with a log: two allowed runs of ada's, one denied run, one forged token."""
    from stageflow_guard.testing import IdentityProvider

    home = tmp_path_factory.mktemp("cli") / "home"
    assert main(["init", str(home)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(home / "jwks.json")
    with (home / "guard.toml").open("a") as toml:
        toml.write('checkpoint_copy = "copy"\n')
        toml.write('[[audit.sinks]]\nkind = "sqlite"\npath = "audit.db"\n')
        toml.write('[[audit.sinks]]\nkind = "parquet"\npath = "files"\n')
    common = {"tenant": "acme", "aud": "pipelines"}
    ada = idp.mint(sub="ada", roles=["supervisor"], **common)
    eve = idp.mint(sub="eve", roles=["nobody"], **common)
    done = subprocess.run(
        [sys.executable, "-c", APP, ada, ada, eve, ada[:-4] + "AAAA"], cwd=home,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def cli(lived, monkeypatch, capsys):
    """Run a verb in that folder; return (exit code, output, errors)."""
    monkeypatch.chdir(lived)

    def run(*args):
        capsys.readouterr()
        code = main(["audit", *args])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_verify_says_what_vouches_for_the_log(cli):
    """NOT ANCHORED first; a checkpoint, a key line, a minimum; exit 1 where it does not hold."""
    code, out, _ = cli("verify", "audit")
    assert (code, out.startswith("NOT ANCHORED")) == (0, True)
    assert cli("verify", "audit", "--require-anchor")[0] == 1
    code, out, _ = cli("verify", "audit", "--checkpoint", "copy", "--require-anchor")
    assert (code, "NOT ANCHORED" in out, "anchored by a checkpoint" in out) == (0, False, True)
    assert cli("verify", "audit", "--vkey", "audit/vkey", "--require-anchor")[0] == 0
    said = json.loads(cli("verify", "audit", "--json")[1])
    assert said["size"] == verify("audit").size
    assert said["agreement"]["disagree"] == 0
    assert cli("verify", "audit", "--min", "999999")[0] == 1
    code, _, err = cli("verify", "audit", "--checkpoint", "audit/vkey")
    assert (code, err.startswith("verification_failed: ")) == (1, True)


def test_verify_names_a_record_that_was_changed(cli, lived):
    """Exit 1, `code: message`, the index in it; no traceback."""
    bundle = next((lived / "audit/tile/entries").rglob("*.p/*"))
    content = bundle.read_bytes()
    bundle.write_bytes(content.replace(b"run_start", b"run_stare", 1))
    code, _, err = cli("verify", "audit")
    bundle.write_bytes(content)
    assert code == 1
    assert err == "verification_failed: record 0 does not match its hash\n"


@pytest.mark.parametrize(
    ("args", "old", "new"),
    [
        (["query"], b"user:ada", b"user:bob"),
        (["query", "--db", "{tmp}/kept.db"], b"user:ada", b"user:bob"),
        (["denied"], b'"deny"', b'"dsny"'),
        (["why", "#1"], b"user:ada", b"user:bob"),
        (["stats"], b'"deny"', b'"dsny"'),
        (["timeline", "--since", "1h"], b"user:ada", b"user:bob"),
        (["export"], b"user:ada", b"user:bob"),
        (["tail", "--json"], b"user:ada", b"user:bob"),
    ],
)
def test_no_question_is_answered_out_of_a_changed_record(lived, tmp_path, capsys, args, old, new):
    """Every verb that reads names the record that does not match its hash, and prints nothing."""
    log = tmp_path / "audit"
    shutil.copytree(lived / "audit", log)
    bundle = next((log / "tile/entries").rglob("*.p/*"))
    content = bundle.read_bytes()
    index = next(i for i, entry in enumerate(unpack(content, "")) if old in entry)
    bundle.write_bytes(content.replace(old, new, 1))
    capsys.readouterr()
    code = main(["audit", *(one.format(tmp=tmp_path) for one in args), "--dir", str(log)])
    out = capsys.readouterr()
    assert (code, out.out) == (1, "")
    assert out.err == f"verification_failed: record {index} does not match its hash\n"


def test_an_export_is_for_its_owner_only(cli, tmp_path):
    """What a log holds is personal: the file is 0600 whatever the umask says."""
    assert cli("export", "--out", str(tmp_path / "events.jsonl"))[0] == 0
    assert (tmp_path / "events.jsonl").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "events.jsonl").read_text().count("\n") > 3


def test_query_filters_and_formats(cli, lived):
    """Filters narrow; table, JSON lines, CSV and Parquet hold the same records."""
    everything = [json.loads(line) for line in cli("query", "--format", "jsonl")[1].splitlines()]
    assert len(everything) == verify("audit").size
    denied = [
        json.loads(line)
        for line in cli("query", "--format", "jsonl", "--decision", "deny")[1].splitlines()
    ]
    assert {r["reason"] for r in denied} == {"no_matching_rule", "bad_signature"}
    rows = list(
        csv.DictReader(io.StringIO(cli("query", "--format", "csv", "--subject", "user:ada")[1]))
    )
    assert {row["subject"] for row in rows} == {"user:ada"}
    assert list(rows[0]) == ["origin", "index", "time", *COLUMNS, *NUMBERS]
    assert all("\\" not in cell for row in rows for cell in row.values())
    assert len(cli("query", "--tenant", "acme")[1].splitlines()) > len(rows)
    assert cli("query", "--format", "parquet", "--out", "q.parquet")[0] == 0
    import pyarrow.parquet as pq

    assert pq.read_table("q.parquet").num_rows == len(everything)
    assert (lived / "q.parquet").stat().st_mode & 0o777 == 0o600
    assert json.loads(cli("query", "--json", "--limit", "1")[1])[0]["index"] == 0
    assert json.loads(cli("query", "--json", "--since", "1h")[1])
    assert json.loads(cli("query", "--json", "--until", "2020-01-01T00:00:00Z")[1]) == []


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["query", "--since", "yesterday"], "no time"),
        (["query", "--since", "0001-01-01T00:00:00+12:00"], "no time"),
        (["query", "--until", "9999-12-31T23:59:59-12:00"], "no time"),
        (["query", "--format", "parquet"], "--out"),
        (["timeline"], "--run"),
        (["prove", "1", "--check", "x"], "--record"),
        (["query", "--dir", "nowhere"], "there is no log `nowhere` in `"),
        (["verify", "--sink", "nats"], "no such sink"),
        (["bundle", "--out", "b0", "--run", "none"], "no record"),
        (["why", "99999"], "no record"),
        (["why", "x#0"], "has the origin `x`"),
    ],
)
def test_bad_questions_are_named(cli, args, word):
    """Exit 2 and one line that says what is wrong."""
    code, _, err = cli(*args)
    assert code == 2
    line = err.splitlines()[-1]
    assert line.startswith("config_error: ")
    assert word in line


def test_a_timeline_shows_what_came_of_each_decision(cli):
    """Decision and effect together, agreement derived; denied lists what was refused."""
    runs = [r["run"] for r in json.loads(cli("query", "--json", "--kind", "run_start")[1])]
    found = json.loads(cli("timeline", "--run", runs[0], "--json")[1])
    assert [r["kind"] for r in found] == ["run_start", "decision", "effect", "run_end"]
    assert found[1]["agreement"] == "agree"
    cut = json.loads(cli("timeline", "--run", runs[0], "--limit", "2", "--json")[1])
    assert cut[1]["agreement"] == "agree"  # the effect counts, shown or not
    mine = json.loads(cli("timeline", "--user", "ada", "--json")[1])
    assert {r["actor"]["subject"] for r in mine} == {"user:ada"}
    refused = json.loads(cli("denied", "--json")[1])
    assert [r["reason"] for r in refused] == ["no_matching_rule", "bad_signature"]
    stats = json.loads(cli("stats", "--json")[1])
    assert stats["decisions"] == {"permit": 2, "deny": 2}
    assert stats["findings"] == {"EMAIL_ADDRESS": 2}
    assert stats["latency_us"]["p50"] > 0


def test_a_time_beyond_what_a_table_holds_is_a_time(cli):
    """All is after the stone age and before the year 9999, in the log and in its projection."""
    for asked in (["--since", "999999999d"], ["--until", "9999-12-30T00:00:00Z"]):
        whole = cli("query", "--json", *asked)
        assert whole[0] == 0 and len(json.loads(whole[1])) > 4
        kept = cli("query", "--json", *asked, "--db", "far.db")
        assert kept[0] == 0 and len(json.loads(kept[1])) >= len(json.loads(whole[1]))


def test_two_logs_of_one_origin_are_two_logs(tmp_path, monkeypatch, capsys):
    """Services begin with the same example origin: what came of a decision is its own log's."""
    monkeypatch.chdir(tmp_path)
    decided = {"kind": "decision", "decision": "permit", "stage": "s", "run": "r", "attempt": 1}
    effect = {"kind": "effect", "run": "r", "outcome": "ok"}

    async def write(name, records):
        log = await Log.open(tmp_path / name, origin="e.x/a", key_file=tmp_path / f"{name}.key")
        for record in records:
            await log.append(record)
        await log.close()

    asyncio.run(write("a", [{**decided, "decision": "deny"}, decided]))
    effects = [{**effect, "decision_index": of} for of in (0, 1)]
    asyncio.run(write("b", [decided, *effects]))
    for logs in (["--dir", "a", "--dir", "b"], ["--dir", "b", "--dir", "a"]):
        assert main(["audit", "timeline", "--run", "r", "--json", *logs]) == 0
        found = json.loads(capsys.readouterr().out)
        assert [r.get("agreement") for r in found] == ["agree", "unknown", "agree", None, None]
        for more in (["--db", "c.db"], ["--format", "parquet", "--out", "c"]):
            assert main(["audit", "timeline", "--run", "r", *logs, *more]) == 2
            assert "logs of `e.x/a`" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["query"], ["denied"], ["timeline", "--since", "1h"]])
def test_tables_have_heads_and_fit_a_terminal_of_80_columns(cli, verb):
    """The log and the day once, then heads, then rows of at most 80 characters, nothing cut."""
    lines = cli(*verb)[1].splitlines()
    assert lines[0].startswith("log example.com/pipelines, ")
    once = lines.pop(1) if lines[1].startswith("every row: ") else ""
    heads = lines[1].split()
    assert heads[:2] == ["ref", "time"]
    assert {"resource"} < set(heads)
    if verb[0] != "timeline":
        assert {"tenant", "subject", "pipeline", "reason"} < {
            *heads,
            *once.replace(",", "").split(),
        }
    assert max(map(len, lines)) <= 80
    rows = json.loads(cli(*verb, "--json")[1])
    shown = [line.split()[0] for line in lines[2:] if line.startswith("#")]
    assert shown == [f"#{row['index']}" for row in rows]


def test_what_every_row_shares_is_said_once_where_rows_would_not_fit(cli, monkeypatch):
    """Above the heads, with its value; where all fits, and of one row, each column stands."""
    asked = ("query", "--subject", "ada", "--kind", "decision")
    rows = json.loads(cli(*asked, "--json")[1])
    monkeypatch.setenv("COLUMNS", "80")
    out = cli(*asked)[1].splitlines()
    assert out[1] == (
        "every row: kind decision, tenant acme, subject user:ada, pipeline support, result permit"
    )
    assert out[2].split() == ["ref", "time", "resource", "reason"]
    assert len(out) == 3 + len(rows)  # a line each
    monkeypatch.setenv("COLUMNS", "200")
    wide = cli(*asked)[1].splitlines()
    assert "tenant" in wide[1].split() and len(wide) == 2 + len(rows)
    monkeypatch.setenv("COLUMNS", "80")
    assert "pipeline" in cli(*asked, "--limit", "1")[1].splitlines()[1].split()


def test_a_table_of_reads_says_what_was_read_how(cli):
    """A record without decision or outcome shows its action in their place."""
    assert cli("denied")[0] == 0
    out = cli("query", "--kind", "audit_read", "--dir", "audit.reads", "--limit", "500")[1]
    assert "audit" in out and "denied" in out


def test_a_kept_revision_that_was_changed_is_said_where_a_rule_is_quoted(cli, lived):
    """`why` shows which line decided all the same; what the line read then is not made up."""
    permit = json.loads(cli("query", "--decision", "permit", "--json")[1])[0]
    assert "p, role:" in cli("why", str(permit["index"]))[1]
    blobs = [*(lived / "audit.policies" / "blobs").iterdir()]
    before = {blob: blob.read_bytes() for blob in blobs}
    try:
        for blob in blobs:
            blob.write_bytes(before[blob] + b"#")
        out = cli("why", str(permit["index"]))[1]
    finally:
        for blob in blobs:
            blob.write_bytes(before[blob])
    assert "was changed" in out and "policy.csv:" in out and "p, role:" not in out


def test_verify_and_bundle_name_a_kept_revision_that_was_changed(cli, lived, tmp_path):
    """The log holds, and what its rules said is no evidence any more: verify exits 1."""
    permit = json.loads(cli("query", "--decision", "permit", "--json")[1])[0]
    revision = permit["policy"]["sha256"]
    assert json.loads(cli("verify", "audit", "--json")[1])["changed_policies"] == []
    blob = next(one for one in (lived / "audit.policies/blobs").iterdir()
                if b"p, role:" in one.read_bytes())  # fmt: skip
    before = blob.read_bytes()
    try:
        blob.write_bytes(before.replace(b"p, role:", b"p, rule:", 1))
        code, out, _ = cli("verify", "audit")
        said = json.loads(cli("verify", "audit", "--json")[1])
        wrote = cli("bundle", "--out", str(tmp_path / "b"), "--decision", "permit")
        reviewed = cli("review", "today")
        assert cli("report", "--out", str(tmp_path / "r.html"))[0] == 0
    finally:
        blob.write_bytes(before)
    line = f"ALARM: the kept revision `{revision[:12]}` was changed"
    assert (code, out.startswith(line), "holds: " in out) == (1, True, True)
    assert revision in said["changed_policies"]
    assert (wrote[0], wrote[1].startswith(line)) == (0, True)
    assert (reviewed[0], line in reviewed[1]) == (1, True)
    assert line in (tmp_path / "r.html").read_text()
    manifest = json.loads((tmp_path / "b/manifest.json").read_text())
    assert manifest["changed_policies"] == manifest["missing_policies"] == [revision]


def test_an_empty_table_says_so(cli):
    """No row is a sentence, not a head above nothing."""
    assert cli("query", "--tenant", "initech")[1] == "no record matches\n"


@pytest.mark.parametrize(
    ("flag", "value", "meant"),
    [("--kind", "aproval", "approval"), ("--decision", "denied", "deny"),
     ("--decision", "permti", "permit"), ("--error", "acces_denied", "access_denied"),
     ("--outcome", "canceled", "cancelled"), ("--outcome", "refussed", "refused")],
)  # fmt: skip
def test_a_value_that_a_closed_filter_does_not_have_is_a_usage_error(cli, flag, value, meant):
    """A misspelt value would choose nothing and look like a quiet day: exit 2, did you mean."""
    for verb in (("query",), ("denied",), ("export",), ("timeline", "--tenant", "acme"),
                 ("report", "--out", "never.html"), ("bundle", "--out", "never")):  # fmt: skip
        code, out, err = cli(*verb, flag, value)
        assert (code, out) == (2, ""), verb
        assert f"did you mean `{meant}`" in err


def test_a_closed_filter_suggests_no_word_that_merely_looks_alike(cli):
    """What there is is listed; a suggestion is for a slip of the hand alone."""
    code, _, err = cli("query", "--outcome", "well")
    assert code == 2
    assert "--outcome is one of ok, error," in err and "did you mean" not in err


def test_a_resource_without_its_kind_is_a_usage_error(cli):
    """No record has such a resource, so that nothing would match, whatever happened."""
    code, _, err = cli("query", "--resource", "support/answer")
    assert (code, "kind:object" in err) == (2, True)


def test_a_slip_in_a_reason_is_told(cli):
    """An application may have reasons of its own, so the question is asked all the same."""
    code, out, err = cli("query", "--reason", "no_matching_rul")
    assert (code, out) == (0, "no record matches\n")
    assert "did you mean `no_matching_rule`" in err
    assert "did you mean" not in cli("query", "--reason", "no_matching_rule")[2]
    assert "did you mean" not in cli("query", "--reason", "permitted")[2]


def test_why_says_who_when_tenant_owner_run_and_resource_of_a_permit_too(cli):
    """A refusal has its remedy; a permit says what came of it; both say who, when and what."""
    (denied,) = [
        r for r in json.loads(cli("denied", "--json")[1]) if r["reason"] == "no_matching_rule"
    ]
    (permit, *_) = json.loads(cli("query", "--decision", "permit", "--json")[1])
    for record in (denied, permit):
        out = cli("why", f"example.com/pipelines#{record['index']}")[1]
        told = dict(line.split(maxsplit=1) for line in out.splitlines() if " " in line)
        assert told["who"].startswith(record["actor"]["subject"])
        assert (told["tenant"], told["run"]) == ("acme", record["run"])
        assert told["owner"] == "acme"
        assert told["what"] == f"{record['action']} {record['resource']}"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", told["when"])
        assert ("remedy" in told) is (record is denied)
        assert ("came of it" in out) is (record is permit)
    assert "ok, in" in out
    assert f"record     {denied['index']}" in cli("why", denied["run"])[1]


def test_no_value_of_the_input_is_in_the_log(cli, lived):
    """The address that the runs carried is nowhere on disk: log, projections, reads, keys."""
    for path in lived.rglob("*"):
        if path.is_file() and path.suffix != ".py":
            assert b"canary" not in path.read_bytes(), path


def test_proofs_and_bundles_go_to_outsiders(cli, lived):
    """A proof that checks with the key alone; a bundle that checks with Python and openssl alone."""
    assert cli("prove", "2", "--out", "p2")[0] == 0
    code, out, _ = cli("prove", "2", "--check", "p2", "--record", "p2.json", "--vkey", "audit/vkey")
    assert (code, "holds: record 2" in out) == (0, True)
    (lived / "p2.json").write_bytes(b"{}")
    assert cli("prove", "2", "--check", "p2", "--record", "p2.json", "--vkey", "audit/vkey")[0] == 1
    assert cli("prove", "2")[1].startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert cli("bundle", "--out", "b1", "--subject", "user:ada")[0] == 0
    assert any((lived / "b1/policies").iterdir())
    done = subprocess.run(
        [sys.executable, "-I", "-S", "b1/verify.py"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("HOLDS: "), done.stderr
    manifest = json.loads((lived / "b1/manifest.json").read_text())
    assert manifest["asked"] == {"subject": "user:ada"}
    assert manifest["missing_policies"] == []


def test_a_report_is_one_page(cli, lived):
    """Self-contained HTML, private, with every decision; nothing in it is markup from a record."""
    assert cli("report", "--out", "r.html", "--since", "1h")[0] == 0
    page = (lived / "r.html").read_text().replace("<wbr>", "")
    assert page.count("no_matching_rule") == 1
    assert "NOT ANCHORED" in page
    assert "<script" not in page
    assert (lived / "r.html").stat().st_mode & 0o777 == 0o600


def test_sinks_were_filled_and_agree(cli, lived):
    """Closing the guard shipped everything; reconcile and verify --sink agree; lag is zero."""
    code, out, _ = cli("reconcile", "--json")
    assert code == 0
    assert [(one["kind"], one["holds"], one["behind"]) for one in json.loads(out)] == [
        ("sqlite", True, 0), ("parquet", True, 0),
    ]  # fmt: skip
    assert all(one["records"] == 0 for one in json.loads(cli("lag", "--json")[1]))
    said = [json.loads(line) for line in cli("ship", "--json")[1].splitlines()]
    assert [(one["sink"], one["sent"], one["dead"]) for one in said] == [
        ("sqlite", 0, 0), ("parquet", 0, 0),
    ]  # fmt: skip
    code, out, _ = cli("verify", "--sink", "sqlite")
    assert (code, out.startswith("NOT ANCHORED")) == (0, True)
    assert cli("verify", "--sink", "sqlite", "--vkey", "audit/vkey", "--require-anchor")[0] == 0
    line = (lived / "audit/vkey").read_text().strip()
    for given, by in (
        (("--vkey", "audit/vkey"), "none"), (("--checkpoint", "audit/checkpoint"), "none"),
        (("--vkey", line), "vkey"), (("--checkpoint", "copy"), "checkpoint"),
    ):  # fmt: skip
        out = cli("verify", "--sink", "sqlite", *given)[1]
        assert out.startswith("NOT ANCHORED") is (by == "none"), given
        said = json.loads(cli("verify", "--sink", "sqlite", *given, "--json")[1])
        assert [one["anchored"] for one in said] == [by]
    assert cli("verify", "--sink", "sqlite", "--checkpoint", "copy", "--require-anchor")[0] == 0
    import sqlite3

    with sqlite3.connect("audit.db") as db:
        kept = db.execute("SELECT entry FROM records WHERE idx = 1").fetchone()[0]
        db.execute("UPDATE records SET entry = ? WHERE idx = 1", (kept.replace(b"run", b"fun"),))
    db.close()
    assert cli("verify", "--sink", "sqlite")[0] == 1
    code, out, _ = cli("reconcile", "--sink", "sqlite")
    assert (code, "changed: 1" in out) == (1, True)
    with sqlite3.connect("audit.db") as db:
        db.execute("UPDATE records SET entry = ? WHERE idx = 1", (kept,))
        db.execute("UPDATE records SET origin = 'elsewhere'")
    db.close()
    code, _, err = cli("verify", "--sink", "sqlite")
    assert (code, "holds nothing of `example.com/pipelines`" in err) == (1, True)
    with sqlite3.connect("audit.db") as db:
        db.execute("UPDATE records SET origin = 'example.com/pipelines'")
    db.close()


@pytest.fixture
def rolled_back(tmp_path, monkeypatch, capsys):
    """Return a function that runs a verb beside a log that is shorter than what was seen of it.

    The sink, the checkpoint copy and a checkpoint that was kept all hold ten records, the log five.
    """
    assert main(["init", str(tmp_path / "home")]) == 0
    monkeypatch.chdir(tmp_path / "home")
    with Path("guard.toml").open("a") as toml:
        toml.write(
            'checkpoint_copy = "copy"\n[[audit.sinks]]\nkind = "sqlite"\npath = "audit.db"\n'
        )
    origin = Settings.load("guard.toml").audit.origin

    async def write(kind):
        log = await Log.open("audit", origin=origin, key_file="audit.key", checkpoint_copy=(
            "copy" if kind == "auth" else None
        ))  # fmt: skip
        for _ in range(5):
            await log.append({"kind": kind})
        await log.close()

    asyncio.run(write("auth"))
    shutil.copytree("audit", "before")
    asyncio.run(write("auth"))
    assert main(["audit", "ship"]) == 0
    shutil.copy("audit/checkpoint", "kept")
    shutil.rmtree("audit")
    shutil.move("before", "audit")

    def run(*args, more=0):
        if more:
            asyncio.run(write("heartbeat"))
        capsys.readouterr()
        code = main([*args])
        return code, *capsys.readouterr()

    return run


def test_every_verb_names_a_rollback_by_the_same_sentence(rolled_back):
    """Who has seen how many records, and how many the log holds; exit 1, or 2 of what opens it."""
    for args, by in (
        (("audit", "verify", "--checkpoint", "kept"), "the given checkpoint"),
        (("audit", "verify", "--sink", "sqlite"), "the sink"),
        (("audit", "reconcile"), "the sink"),
        (("audit", "lag"), "the sink `sqlite`"),
        (("audit", "ship"), "the sink `sqlite`"),
        (("audit", "bundle", "--out", "b", "--kind", "auth", "--checkpoint", "kept"),
         "the given checkpoint"),
        (("audit", "review", "today", "--checkpoint", "kept"), "the given checkpoint"),
        (("audit", "gaps", "--checkpoint", "kept"), "the given checkpoint"),
        (("doctor",), "the checkpoint copy"),
        (("config", "check", "--online"), "the checkpoint copy"),
    ):  # fmt: skip
        code, out, err = rolled_back(*args)
        assert code, args
        assert f"rolled back: {by} has seen 10 records, the log holds 5" in out + err, args
    assert not Path("b").exists()


def test_a_sink_that_holds_more_than_the_log_is_told_and_what_it_holds_too(rolled_back):
    """Also where the log went on since: its records are not those that the sink has seen."""
    code, out, err = rolled_back("audit", "verify", "--sink", "sqlite")
    assert (code, "rolled back" in err, "holds: 10 records" in out) == (1, True, True)
    said = json.loads(rolled_back("audit", "reconcile", "--json")[1])[0]
    assert (said["holds"], said["ahead"].partition(":")[0]) == (False, "rolled back")
    code, out, err = rolled_back("audit", "verify", "--sink", "sqlite", more=5)
    assert (code, "holds: 10 records" in out) == (1, True)
    assert "forked: the 10 records that the sink has seen are not the log's first ones" in err


def test_the_sentence_of_a_rollback_stands_in_one_place():
    """Every check that finds one raises what `rolled_back` returns."""
    src = Path(main.__code__.co_filename).parents[1]
    found = [p.name for p in src.rglob("*.py") if "rolled back: " in p.read_text()]
    assert found == ["consistency.py"]


def test_another_machines_origin_stops_no_verification(cli):
    """Each origin by itself: one without a key is named, one that fails fails, the rest is said."""
    import sqlite3

    with sqlite3.connect("audit.db") as db:
        kept = db.execute("SELECT * FROM records WHERE idx = 0").fetchone()
        marks = ", ".join("?" for _ in kept)
        db.execute(f"INSERT INTO records VALUES ({marks})", ("example.com/theirs", *kept[1:]))
    db.close()
    code, out, err = cli("verify", "--sink", "sqlite")
    assert code == 0
    assert "example.com/pipelines: holds" in out
    assert "example.com/theirs: not checked, no key is known" in err
    with sqlite3.connect("audit.db") as db:
        db.execute("DELETE FROM records WHERE origin = 'example.com/theirs'")
    db.close()


def test_dead_letters_are_listed_and_sent_by_a_verb(cli, lived):
    """Exit 1 while some stay; a sink that takes them ends the list."""
    state = next((lived / "audit.sinks").glob("*sqlite*"))
    name = next(state.glob("*.cursor")).name.removesuffix(".cursor")
    letter = {"index": 2, "ref": "example.com/pipelines#2", "reason": "too large"}
    (state / f"{name}.dead.jsonl").write_text(json.dumps(letter) + "\n")
    code, out, _ = cli("dead-letters", "list", "--sink", "sqlite")
    assert (code, "ref=example.com/pipelines#2 reason=too large" in out) == (0, True)
    assert json.loads(cli("lag", "--json", "--sink", "sqlite")[1])[0]["dead"] == 1
    code, out, _ = cli("dead-letters", "resend", "--json", "--sink", "sqlite")
    assert (code, [(one["sent"], one["left"]) for one in json.loads(out)]) == (0, [(1, 0)])
    assert cli("dead-letters", "list", "--sink", "sqlite")[1] == ""


def test_an_exported_record_is_what_the_schema_says(cli):
    """`export --as record` prints records that `audit schema record` accepts, every one."""
    import jsonschema

    schema = json.loads(cli("schema", "record")[1])
    validator = jsonschema.Draft202012Validator(schema)
    lines = cli("export", "--as", "record")[1].splitlines()
    assert len(lines) > 5
    for line in lines:
        validator.validate(json.loads(line))


def test_reading_is_on_record(cli, lived):
    """Each read has its record, durable, in a log of the readers' own that verifies."""
    before = (
        sum(1 for _ in iter_records(lived / "audit.reads/r0"))
        if (lived / "audit.reads").exists()
        else 0
    )
    cli("query", "--subject", "user:ada")
    found = [r for _, r in iter_records(lived / "audit.reads/r0")]
    assert len(found) == before + 1
    assert found[-1]["kind"] == "audit_read"
    assert found[-1]["note"] == {"asked": {"subject": "user:ada"}}
    assert found[-1]["actor"]["subject"].startswith("os:")
    assert cli("verify", "audit.reads")[0] == 0


def test_a_verification_is_a_read_like_the_others(cli, lived):
    """On record before it begins; a readers' log is verified as it lies there, then noted."""

    def noted_reads():
        return [r["action"] for _, r in iter_records(lived / "audit.reads/r0")]

    assert cli("verify", "audit")[0] == 0
    before = noted_reads()
    assert before[-1] == "audit verify"
    code, out, _ = cli("verify", "audit.reads", "--json")
    assert (code, json.loads(out)["size"]) == (0, len(before))
    assert noted_reads() == [*before, "audit verify"]


def test_a_read_only_copy_is_readable_and_says_so(cli, lived, monkeypatch):
    """Where nothing may be written, the read goes unrecorded, and that is said."""
    from stageflow_guard.audit.read import access_log as reads

    async def refused(*args, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(reads, "open_shard", refused)
    code, out, err = cli("query", "--kind", "run_start")
    assert code == 0
    assert out
    assert "this read is unrecorded" in err


@pytest.mark.parametrize("link", [None, "symlink", "hardlink"])
def test_a_logs_own_checkpoint_is_told_to_prove_nothing(tmp_path, capsys, link):
    """The verdict itself says so, on stdout and in JSON, by whatever name the file is given."""
    folder = tmp_log(tmp_path)
    given = own = folder / "checkpoint"
    if link:
        given = tmp_path / link
        (given.symlink_to if link == "symlink" else given.hardlink_to)(own)
    asked = ["audit", "verify", str(folder), "--checkpoint", str(given)]
    assert main(asked) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("NOT ANCHORED: ") and "proves nothing about a rollback" in first
    assert not [line for line in rest if "anchored by" in line]
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["anchored"], said["own_checkpoint"], said["checkpoint_size"]) == (
        "none",
        True,
        None,
    )
    kept = tmp_path / "kept"
    kept.write_bytes(own.read_bytes())
    assert main([*asked[:-1], str(kept)]) == 0
    assert capsys.readouterr().out.endswith("anchored by a checkpoint of 1 records\n")
    assert main([*asked[:-1], str(kept), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["anchored"], said["own_checkpoint"], said["checkpoint_size"]) == (
        "checkpoint", False, 1,
    )  # fmt: skip


def test_a_logs_own_key_is_told_to_prove_nothing(tmp_path, capsys):
    """A key line kept elsewhere anchors; beside it the log's own checkpoint is still named."""
    folder = tmp_log(tmp_path)
    asked = ["audit", "verify", str(folder), "--vkey"]
    assert main([*asked, str(folder / "vkey")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("NOT ANCHORED: the key that was given is the log's own file")
    line = (folder / "vkey").read_text().strip()
    assert main([*asked, line]) == 0
    out = capsys.readouterr().out
    assert "NOT ANCHORED" not in out and "anchored by its key only" in out
    assert main([*asked, line, "--checkpoint", str(folder / "checkpoint")]) == 0
    out = capsys.readouterr().out
    assert "proves nothing about a rollback" in out and "anchored by its key only" in out


def test_a_checkpoint_says_how_far_it_vouches(tmp_path, capsys):
    """Of the records behind it, nothing that was kept elsewhere says anything."""
    folder = tmp_log(tmp_path)
    kept = tmp_path / "kept"
    kept.write_bytes((folder / "checkpoint").read_bytes())
    tmp_log(tmp_path)
    size = verify(folder).size
    assert main(["audit", "verify", str(folder), "--checkpoint", str(kept)]) == 0
    assert f"checkpoint of 1 records; of the {size - 1} after it" in capsys.readouterr().out


def tmp_log(place):
    """Return a log with one record more."""

    async def write():
        log = await Log.open(place / "own" / "audit", origin="e.x/own", key_file=place / "own.key")
        await log.append({"kind": "auth"})
        await log.close()

    (place / "own").mkdir(exist_ok=True)
    asyncio.run(write())
    return place / "own" / "audit"


def test_tail_follows_a_running_writer(lived):
    """`tail -f` prints what became durable elsewhere, within seconds."""
    home = lived / "tailed"
    home.mkdir()

    async def start():
        return await Log.open(home / "audit", origin="e.x/t", key_file=home / "k")

    async def scenario():
        log = await start()
        await log.append({"kind": "auth", "run": "first"})
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())",
            "audit", "tail", "-f", "--json", "--dir", str(home / "audit"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        seen = [json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["run"]]
        await log.append({"kind": "auth", "run": "second"})
        seen.append(json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["run"])
        process.kill()
        await process.wait()
        await log.close()
        return seen

    assert asyncio.run(scenario()) == ["first", "second"]


def test_tail_follows_a_worker_that_comes_later(lived):
    """A shard that is made while `tail -f` runs is followed from its first record on."""
    home = lived / "sharded"
    home.mkdir()

    async def write(shard, run):
        log = await Log.open(home / "audit" / shard, origin=f"e.x/{shard}", key_file=home / "k")
        await log.append({"kind": "auth", "run": run})
        await log.close()

    async def scenario():
        (home / "audit").mkdir()
        await write("w0", "first")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stageflow_guard",
            "audit", "tail", "-f", "--json", "--dir", str(home / "audit"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        seen = [json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["run"]]
        await write("w1", "second")
        seen.append(json.loads(await asyncio.wait_for(process.stdout.readline(), 30))["run"])
        process.kill()
        await process.wait()
        return seen

    assert asyncio.run(scenario()) == ["first", "second"]


def test_control_characters_do_not_reach_a_terminal(tmp_path, capsys):
    """A record's text cannot repaint a reviewer's screen, nor run in a spreadsheet."""

    async def write():
        log = await Log.open(tmp_path / "audit", origin="e.x/t", key_file=tmp_path / "k")
        await log.append({
            "kind": "auth", "tenant": "\x1b[2Jred\n", "run": "=HYPERLINK(1)", "reason": "\x1b[2J",
            "resource": "\x1b[31m", "action": "\x1b]0;x\x07",
        })  # fmt: skip
        await log.close()

    asyncio.run(write())
    main(["audit", "query", "--dir", str(tmp_path / "audit")])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 3
    for args in (["why", "#0"], ["tail"], ["timeline", "--since", "1h"]):
        assert main(["audit", *args, "--dir", str(tmp_path / "audit")]) == 0
        assert "\x1b" not in capsys.readouterr().out
    main(["audit", "query", "--dir", str(tmp_path / "audit"), "--format", "csv"])
    assert "'=HYPERLINK" in capsys.readouterr().out


def test_control_characters_of_eight_bits_stay_out_too(tmp_path, capsys):
    """C1 and directional characters reach no terminal, as JSON or as a count; JSON loses nothing."""
    tenant = "\x9b2Jr\u202eed\x1b[2J"

    async def write():
        log = await Log.open(tmp_path / "audit", origin="e.x/t", key_file=tmp_path / "k")
        await log.append({"kind": "auth", "tenant": tenant})
        await log.close()

    asyncio.run(write())
    for args in (
        ["stats"], ["stats", "--json"], ["tail"], ["tail", "--json"], ["query", "--json"],
        ["query", "--format", "jsonl"], ["export", "--as", "record"],
        ["why", "#0"], ["why", "#0", "--json"],
    ):  # fmt: skip
        assert main(["audit", *args, "--dir", str(tmp_path / "audit")]) == 0
        out = capsys.readouterr().out
        assert not re.search("[\x1b\x80-\x9f\u202e]", out), args
    assert main(["audit", "tail", "--json", "--dir", str(tmp_path / "audit")]) == 0
    assert json.loads(capsys.readouterr().out)["tenant"] == tenant


def test_upkeep_verbs(lived, cli):
    """Erase, rotate, prune, witness: on record, and the log verifies with the old checkpoint."""
    (lived / "old").write_bytes((lived / "audit/checkpoint").read_bytes())
    code, out, _ = cli("erase", "user:nobody", "--tenant", "acme")
    assert (code, "nothing was held" in out) == (0, True)
    assert cli("erase", "nobody")[0] == 0
    code, out, _ = cli("rotate")
    assert (code, out.startswith("new key ")) == (0, True)
    code, _, err = cli("prune", "--below", "100")
    assert (code, "audit ship" in err) == (2, True)
    assert cli("ship")[0] == 0
    code, out, _ = cli("prune", "--below", "5")
    assert (code, out) == (0, "records below 0 are gone; verify with --min 0\n")
    code, out, _ = cli(
        "witness", "--state", "w", "--key-file", "w.key", "--name", "w.example",
        "--vkey", "audit/vkey", "--out", "cosigned",
    )  # fmt: skip
    assert code == 0
    witness = re.search(r"witness key (\S+)", out)[1]
    assert cli("verify", "audit", "--checkpoint", "cosigned", "--witness", witness)[0] == 0
    assert cli("verify", "audit", "--checkpoint", "old", "--witness", witness)[0] == 1
    code, out, _ = cli("verify", "audit", "--checkpoint", "old")
    assert (code, "1 key rotation" in out) == (0, True)
    kinds = [r["kind"] for _, r in iter_records(lived / "audit")]
    assert {"erasure", "key_rotation"} <= set(kinds)
    events = [json.loads(line) for line in cli("export")[1].splitlines()]
    assert len(events) == len(kinds)
    assert {e["metadata"]["version"] for e in events} == {"1.8.0"}


def test_schema_of_a_table_is_printed(cli):
    """What an owner runs for PostgreSQL; a name that is no name is refused."""
    code, out, _ = cli("schema", "postgres", "--table", "t1")
    assert (code, "CREATE TABLE IF NOT EXISTS t1" in out) == (0, True)
    assert cli("schema", "postgres", "--table", "t;1")[0] == 2


def test_a_slow_disk_warns_before_it_fills(tmp_path, monkeypatch):
    """Below the reserve new runs are refused with a reason; open ones still end on record."""
    from stageflow_guard.errors import AuditUnavailable

    async def scenario():
        log = await Log.open(
            tmp_path / "audit", origin="e.x/t", key_file=tmp_path / "k", reserve_bytes=2**62
        )
        await log.append({"kind": "run_end"})
        with pytest.raises(AuditUnavailable, match="disk is nearly full"):
            await log.append({"kind": "run_start"})
        assert log.health()["disk_low"] is True
        await log.close()

    asyncio.run(scenario())


def test_a_value_is_found_until_its_subject_is_erased(lived, cli):
    """The input's fingerprint answers a search; after erasure it answers nothing, and proofs hold."""
    starts = [r for _, r in iter_records(lived / "audit") if r["kind"] == "run_start"]
    assert len({r["params_fp"] for r in starts[:2]}) == 1
    assert all(r["params_fp"].startswith("h1:1:") for r in starts)
    text = "write to canary@example.com"
    found = json.loads(cli("query", "--json", "--value", text)[1])
    assert {r["actor"]["subject"] for r in found} == {"user:ada", "user:eve"}
    assert json.loads(cli("query", "--json", "--value", "something else")[1]) == []
    before = json.loads(cli("prove", "0", "--json")[1])
    code, out, _ = cli("erase", "ada", "--json")
    assert (code, json.loads(out)["tenants"]) == (0, ["acme"])
    left = json.loads(cli("query", "--json", "--value", text)[1])
    assert {r["actor"]["subject"] for r in left} == {"user:eve"}
    erasure = [r for _, r in iter_records(lived / "audit") if r["kind"] == "erasure"][-1]
    assert "ada" not in json.dumps(erasure)
    assert erasure["outcome"] == "erased"
    after = json.loads(cli("prove", "0", "--json")[1])
    assert after["record"] == before["record"]
    assert cli("verify", "audit", "--checkpoint", "copy")[0] == 0


def test_config_check_online_tries_every_sink(tmp_path, monkeypatch, capsys):
    """A sink that works is ok; one that is away makes exit 3 and says what failed, no secret in it."""
    assert main(["init", str(tmp_path)]) == 0
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text() + '[[audit.sinks]]\nkind = "sqlite"\npath = "a.db"\n')
    check = ["config", "check", "--online", "--config", str(toml)]
    assert main(check) == 0
    assert "sink      sqlite-a.db: ok" in capsys.readouterr().out
    toml.write_text(toml.read_text() + '[[audit.sinks]]\nkind = "postgres"\ndsn_env = "NO_DSN"\n')
    monkeypatch.setenv("NO_DSN", "postgresql://x:canary@127.0.0.1:1/test")
    assert main(check) == 3
    out = capsys.readouterr()
    assert "sink      postgres-audit_records: sink_unavailable: " in out.out
    assert "canary" not in out.out + out.err
    monkeypatch.delenv("NO_DSN")
    assert main(check) == 2
    assert "`NO_DSN` is not set" in capsys.readouterr().err


def test_one_verb_erases_a_subject_from_log_and_vault(tmp_path, capsys):
    """The vault's pseudonyms and the log's fingerprints stand on one secret; erasing takes both."""
    from stageflow_guard.keys.assemble import ring_from
    from stageflow_guard.redaction.inspector.assemble import vault_from

    assert main(["init", str(tmp_path)]) == 0
    toml = tmp_path / "guard.toml"
    toml.write_text(
        toml.read_text()
        + '\n[redaction.vault]\nkind = "sqlite"\npath = "vault.db"\nkeys = "subject-keys"\n'
    )
    settings = Settings.load(toml)
    scope = vault_from(settings.redaction.vault).scope("acme", "session-1", "user:ada")
    name = scope.pseudonym("EMAIL_ADDRESS", "canary@example.com")
    again = vault_from(settings.redaction.vault).scope("acme", "session-1", "user:ada")
    assert again.restore(name) == "canary@example.com"
    mark = ring_from(settings).current("acme", "user:ada", "fingerprint")
    capsys.readouterr()
    assert (
        main(["audit", "erase", "user:ada", "--tenant", "acme", "--config", str(toml), "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["erased"] is True
    gone = vault_from(settings.redaction.vault).scope("acme", "session-1", "user:ada")
    assert "canary" not in gone.restore(name)
    assert ring_from(settings).current("acme", "user:ada", "fingerprint").key != mark.key
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nkeyring = "elsewhere"\n'))
    assert main(["audit", "erase", "user:ada", "--tenant", "acme", "--config", str(toml)]) == 2
    assert "one folder" in capsys.readouterr().err


def test_shards_are_verified_each_with_its_own_anchor(tmp_path, capsys):
    """Keys and checkpoints find their log by its origin; one whose log is gone is a finding."""
    from stageflow_guard.audit import open_shard

    async def write():
        for name in ("w0", "w1"):
            log = await open_shard(
                tmp_path / "audit", name, origin="e.x/s", key_file=tmp_path / "k",
                copies=tmp_path / "copy",
            )  # fmt: skip
            await log.append({"kind": "auth", "run": name})
            await log.close()

    asyncio.run(write())
    root = str(tmp_path / "audit")
    both = ["--checkpoint", f"{tmp_path}/copy.w0", "--checkpoint", f"{tmp_path}/copy.w1"]
    assert main(["audit", "verify", root, *both, "--require-anchor"]) == 0
    assert main(["audit", "verify", root, *both[:2], "--require-anchor"]) == 1
    keys = ["--vkey", f"{root}/w0/vkey", "--vkey", f"{root}/w1/vkey"]
    assert main(["audit", "verify", root, *keys, "--require-anchor"]) == 0
    import shutil

    shutil.rmtree(tmp_path / "audit/w1")
    capsys.readouterr()
    assert main(["audit", "verify", root, *both]) == 1
    assert "e.x/s/w1" in capsys.readouterr().err
    assert main(["audit", "query", "--dir", root]) == 0


def test_in_a_sink_each_log_says_what_it_was_compared_with(tmp_path, monkeypatch, capsys):
    """A checkpoint of one shard vouches for nothing of the other, and `--require-anchor` sees it."""
    from stageflow_guard.audit import open_shard

    assert main(["init", str(tmp_path / "home")]) == 0
    monkeypatch.chdir(tmp_path / "home")
    toml = Path("guard.toml")
    origin = Settings.load("guard.toml").audit.origin
    toml.write_text(toml.read_text().replace("[audit]", '[audit]\nshard = "w0"'))
    with toml.open("a") as more:
        more.write('\n[[audit.sinks]]\nkind = "sqlite"\npath = "audit.db"\n')

    async def write():
        for name in ("w0", "w1"):
            log = await open_shard("audit", name, origin=origin, key_file="audit.key",
                                   copies="copy")  # fmt: skip
            await log.append({"kind": "auth", "run": name})
            await log.close()

    asyncio.run(write())
    assert main(["audit", "ship"]) == 0
    asked = ["audit", "verify", "--sink", "sqlite", "--require-anchor"]
    one, other = ["--checkpoint", "copy.w0"], ["--checkpoint", "copy.w1"]
    capsys.readouterr()
    for given, by, code in (
        ([*one, *other], ["checkpoint", "checkpoint"], 0), (one, ["checkpoint", "none"], 1),
        (["--vkey", "audit/w0/vkey", *one], ["checkpoint", "none"], 0),
    ):  # fmt: skip
        assert main([*asked, *given, "--json"]) == code
        assert [log["anchored"] for log in json.loads(capsys.readouterr().out)] == by
        assert main([*asked, *given]) == code
        first = capsys.readouterr().out.splitlines()[0]
        assert first.startswith(f"NOT ANCHORED: the keys of {origin}/w1 ") is ("none" in by)
    assert main([*asked, *one, *one]) == 2
    assert "is given twice" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["checkpoint", "vkey"])
def test_two_of_one_log_are_refused(tmp_path, capsys, option):
    """One of them would be compared with nothing: whichever it is, it may be the one that tells."""
    folder = tmp_log(tmp_path)
    given = [f"--{option}", str(folder / option)] * 2
    for verb in (("verify", str(folder)), ("review", "today", "--dir", str(folder))):
        assert main(["audit", *verb, *given]) == 2
        assert f"--{option} is given twice for `" in capsys.readouterr().err
