"""From `[[audit.sinks]]` to sinks: each kind, what is missing, what is wrong, what never shows."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.audit.export.assemble import sink_from, state_of
from stageflow_guard.audit.export.sink import Readable, Shipped
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.errors import ConfigError
from stageflow_guard.settings import Settings

BASE = {
    "auth": {"issuers": [{
        "issuer": "https://id.example", "audiences": ["a"], "algorithms": ["RS256"],
        "jwks_file": "jwks.json",
    }]},
    "audit": {"path": "audit", "origin": "e.x/s", "key_file": "k"},
}  # fmt: skip
KINDS = {
    "sqlite": {"path": "a.db"},
    "parquet": {"path": "files"},
    "postgres": {"dsn_env": "S_DSN"},
    "nats": {"url_env": "S_URL"},
    "cloudwatch": {"group": "/g", "region": "eu-west-1"},
    "datadog": {"api_key_env": "S_KEY"},
    "syslog": {"address": "syslog.example:6514", "format": "cef"},
    "splunk": {"url": "https://splunk.example:8088", "token_env": "S_KEY"},
    "s3": {"bucket": "worm", "region": "eu-west-1", "retain_days": 365},
    "kafka": {"servers": "kafka.example:9093", "username_env": "S_KEY", "password_env": "S_AUTH"},
    "otlp": {"url": "https://collector.example/v1/logs", "authorization_env": "S_AUTH"},
}


def settings(*sinks):
    return Settings.of({**BASE, "audit": {**BASE["audit"], "sinks": list(sinks)}})


@pytest.fixture
def secrets(monkeypatch, tmp_path):
    """The variables that the sinks name, each holding a canary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("S_DSN", "postgresql://u:canary@127.0.0.1:1/x")
    monkeypatch.setenv("S_URL", "nats://u:canary@127.0.0.1:1")
    monkeypatch.setenv("S_KEY", "canary")
    monkeypatch.setenv("S_AUTH", "Bearer canary")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_built_and_shows_no_secret(kind, secrets):
    """The sink is of its kind, has a place for its cursors, and its repr names no secret."""
    found = settings({"kind": kind, **KINDS[kind]})
    assert "canary" not in json.dumps(found.masked())
    sink = sink_from(found.audit.sinks[0])
    assert sink.kind == kind
    assert sink.batch >= sink.least >= 1
    assert "canary" not in repr(sink)
    assert isinstance(sink, Readable) is (
        kind not in ("datadog", "otlp", "syslog", "splunk", "kafka")
    )
    assert state_of(found.audit, found.audit.sinks[0]).parent.name == "audit.sinks"
    sink.close()


@pytest.mark.parametrize("kind", ["postgres", "nats", "datadog", "otlp", "splunk", "kafka"])
def test_an_unset_variable_is_named(kind, tmp_path, monkeypatch):
    """The error names the variable, at start-up."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="`S_[A-Z]+` is not set"):
        sink_from(settings({"kind": kind, **KINDS[kind]}).audit.sinks[0])


@pytest.mark.parametrize(
    "sink",
    [
        {"kind": "carrier pigeon"},
        {"kind": "splunk"},
        {"kind": "syslog", "address": "syslog.example"},
        {"kind": "s3", "bucket": "worm"},
        {"kind": "kafka", "servers": "k:9093", "username_env": "X"},
        {"kind": "sqlite"},
        {"kind": "sqlite", "path": "a", "colour": "red"},
        {"kind": "postgres", "dsn_env": "X", "table": "x; DROP TABLE y"},
        {"kind": "nats", "url_env": "X", "subject": "audit.>"},
        {"kind": "otlp", "url": "https://x", "format": "cef"},
        {"path": "a.db"},
    ],
)
def test_wrong_settings_are_refused_by_name(sink):
    """An unknown kind or key, a missing one, a name that is none."""
    with pytest.raises(ConfigError, match=r"audit\.sinks\.0"):
        settings(sink)


@pytest.mark.parametrize(
    "url", ["http://intake.example/", "http://127.0.0.1.evil.example/", "ftp://x"]
)
def test_an_intake_must_be_https(url, secrets):
    """Records do not cross a network in the clear; only the loopback is excepted."""
    with pytest.raises(ConfigError, match="https"):
        sink_from(settings({"kind": "datadog", "api_key_env": "S_KEY", "url": url}).audit.sinks[0])


def test_ocsf_is_what_the_intake_gets(secrets, datadog, collector, monkeypatch):
    """`format = "ocsf"`: the message is the OCSF event, and still carries the key."""
    monkeypatch.setenv("S_KEY", "secret")
    one = Shipped("e.x/s", 3, encoded({"kind": "auth", "wall_ns": 1_900_000_000_000_000_000}))
    for sink in (
        {"kind": "datadog", "api_key_env": "S_KEY", "url": datadog.url, "format": "ocsf"},
        {"kind": "otlp", "url": collector.url, "format": "ocsf"},
    ):
        made = sink_from(settings(sink).audit.sinks[0])
        assert made.send([one], b"") == []
        made.close()
    sent = [json.loads(datadog.double.kept[0]["message"]), json.loads(collector.double.kept[0][1])]
    assert [s["metadata"]["uid"] for s in sent] == ["e.x/s#3"] * 2
    assert {s["class_uid"] for s in sent} == {3002}
