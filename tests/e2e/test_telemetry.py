"""Telemetry: spans of the flow, metrics, Prometheus text, the dashboard; never content."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import AccessDenied, ConfigError, Guard, NotAuthenticated
from stageflow_guard.cli import main
from stageflow_guard.enforcement.observers import FlowTimers
from stageflow_guard.telemetry import observe, prometheus_text
from stageflow_guard.testing import IdentityProvider

ROOT = Path(__file__).parents[2]
CANARIES = ("canary@example.com", "536-90-4399", "user:ada", "eyJ", "ada-canary-session")
PARTS = {"authenticate", "authorize", "inspect_input", "record", "run", "inspect_output"}


class Say:
    """A stage that answers with personal data, too."""

    kind = StageKind.TRANSFORM

    async def execute(self, ctx):
        """Answer."""
        return StageOutput.ok(text="my number is 536-90-4399")


@pytest.fixture
async def told(tmp_path):
    """A guard that was observed through a run, a tool, two refusals: (spans, exposition, health)."""
    from opentelemetry.exporter.prometheus import PrometheusMetricReader
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from prometheus_client import CollectorRegistry, generate_latest

    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text() + '\n[[audit.sinks]]\nkind = "sqlite"\npath = "p.db"\n')
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as lines:
        lines.write("p, role:supervisor, acme, tool, refund, call, allow\n")
        lines.write("p, role:supervisor, acme, data, ada-canary-session, read, allow\n")
    common = {"tenant": "acme", "aud": "pipelines"}
    good = idp.mint(sub="ada", roles=["supervisor"], **common)
    weak = idp.mint(sub="eve", roles=["nobody"], **common)
    spans, registry = InMemorySpanExporter(), CollectorRegistry()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider([PrometheusMetricReader(registry=registry)])
    async with Guard.load(toml) as guard:
        remove = observe(guard, tracer_provider=tracers, meter_provider=meters)

        @guard.protect(kind="tool", obj="refund", act="call")
        async def refund(amount):
            return {"mail": "canary@example.com", "amount": amount}

        class Pay:
            kind = StageKind.TRANSFORM

            async def execute(self, ctx):
                await guard.authorize(
                    kind="data", obj="ada-canary-session", act="read", owner="acme"
                )
                return StageOutput.ok(paid=await refund(3))

        pipeline = guard.mount(
            Pipeline(name="support")
            .with_stage("intake", Say(), StageKind.TRANSFORM)
            .with_stage("retrieve", Pay(), StageKind.TRANSFORM, dependencies=("intake",))
        )
        text = "I am canary@example.com, canary@example.com"
        async with guard.session(good):
            await pipeline.run(input_text=text)
            await pipeline.run(input_text="hello")
        for token, error in (("forged", NotAuthenticated), (weak, AccessDenied)):
            with pytest.raises(error):
                async with guard.session(token):
                    await pipeline.run(input_text=text)
        shown = generate_latest(registry).decode()
        health = guard.health()
        remove()
    yield spans.get_finished_spans(), shown, health
    meters.shutdown()


async def test_a_run_is_a_span_with_each_part_of_the_flow_below_it(told):
    """Six parts and the steps, by the conventions where they exist; refusals are errors."""
    spans, _, _ = told
    runs = [s for s in spans if s.name == "invoke_workflow support"]
    assert [s.attributes.get("stageflow_guard.outcome") for s in runs] == [
        "ok",
        "ok",
        None,
        "refused",
    ]
    assert [s.attributes.get("error.type") for s in runs] == [
        None, None, "not_authenticated", "access_denied"
    ]  # fmt: skip
    first = runs[0]
    below = [s for s in spans if s.parent and s.parent.span_id == first.context.span_id]
    assert {s.attributes.get("stageflow_guard.flow") for s in below} >= PARTS
    assert {s.attributes.get("stageflow_guard.step") for s in below} >= {
        "support/intake", "support/retrieve"
    }  # fmt: skip
    (tool,) = (s for s in below if s.name == "execute_tool refund")
    assert tool.attributes["gen_ai.operation.name"] == "execute_tool"
    assert tool.attributes["gen_ai.tool.name"] == "refund"
    assert first.attributes["gen_ai.workflow.name"] == "support"
    assert all(first.start_time <= s.start_time <= s.end_time for s in below)
    assert [e.attributes["stageflow_guard.reason"] for s in runs for e in s.events] == [
        "malformed", "no_matching_rule"
    ]  # fmt: skip


async def test_metrics_count_decisions_denials_finds_times_caches_and_lag(told):
    """Values, not only names: finds once a run, refusals by reason, each part's duration."""
    _, shown, _ = told

    def value(line):
        found = re.search(rf"^{re.escape(line)} ([0-9.e+-]+)$", shown, re.MULTILINE)
        assert found, line
        return float(found[1])

    found = re.findall(
        r'redactions_total\{direction="input",entity="EMAIL_ADDRESS".*?\} (\S+)', shown
    )
    assert [float(one) for one in found] == [2.0]  # once, though two stages met them
    assert re.search(
        r'refusals_total\{code="access_denied".*reason="no_matching_rule".*\} 1', shown
    )
    assert re.search(r'refusals_total\{code="not_authenticated".*reason="malformed".*\} 1', shown)
    assert re.search(r'decisions_total\{decision="permit",kind="tool".*\} 2', shown)
    for part in PARTS - {"run"}:
        assert re.search(rf'flow_duration_seconds_count\{{flow="{part}".*\}} [1-9]', shown), part
    assert re.search(r'step_duration_seconds_count\{.*outcome="ok".*\} [1-9]', shown)
    for cache in ("decisions", "tokens"):
        assert re.search(rf'cache_hits_total\{{cache="{cache}".*\}} [1-9]', shown), cache
    assert re.search(r"sink_lag_seconds\{.*sink=", shown)
    assert "stageflow_guard_log_queued" in shown


async def test_no_content_leaves_by_telemetry(told):
    """Neither spans, nor metrics, nor the state's text hold text, token, subject or resource."""
    spans, shown, health = told
    everything = "".join(s.to_json() for s in spans) + shown + prometheus_text(health)
    assert len(everything) > 5000
    assert [one for one in CANARIES if one in everything] == []


async def test_every_query_of_the_dashboard_asks_for_a_metric_that_is_emitted(told):
    """A renamed metric breaks this test, not a dashboard at night."""
    _, shown, _ = told
    emitted = set(re.findall(r"^(stageflow_guard\w+)", shown, re.MULTILINE))
    board = json.loads((ROOT / "examples/grafana/stageflow-guard.json").read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"stageflow_guard\w+", target["expr"])
    }
    assert len(asked) >= 15
    assert asked - emitted == set()


async def test_the_text_for_prometheus_parses_and_has_the_same_names(told):
    """Prometheus's own parser reads it; OpenTelemetry's exporter gives the same names."""
    from prometheus_client.parser import text_string_to_metric_families

    _, shown, health = told
    text = prometheus_text(health)
    families = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert families["stageflow_guard_open"] == 1
    assert families["stageflow_guard_log_poisoned"] == 0
    assert families["stageflow_guard_log_records_total"] > 10
    assert 'stageflow_guard_refusals_total{code="access_denied"} 1' in text
    emitted = set(re.findall(r"^(stageflow_guard\w+)", shown, re.MULTILINE))
    assert set(families) - emitted == set()


def test_without_a_timer_the_flow_reads_no_clock(monkeypatch):
    """Unobserved, a part of the flow is neither timed nor told (its cost: tests/bars)."""
    timers = FlowTimers()
    monkeypatch.setattr(time, "perf_counter_ns", lambda: pytest.fail("a clock was read"))
    assert timers.start() == 0
    timers.end("authorize", "r", None, 0)


def test_a_broken_timer_changes_nothing_and_is_logged_by_type(caplog):
    """What a timer raises is a WARNING with its type; the others are told."""
    timers, told = FlowTimers(), []

    def broken(*_):
        raise ValueError("4111 1111 1111 1111")

    timers.add(broken)
    remove = timers.add(lambda *said: told.append(said[0]))
    timers.end("record", "r", None, timers.start())
    remove()
    timers.end("record", "r", None, timers.start())
    assert told == ["record"]
    assert "a flow timer failed: ValueError" in caplog.text
    assert "4111" not in caplog.text


def test_without_the_extra_the_error_names_it():
    """An absent API is a `ConfigError` that says what to install; importing the room needs nothing."""
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from stageflow_guard.telemetry import observe\n"
        "observe(None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"{ConfigError.__name__}: config_error: telemetry needs the extra `otel`" in done.stderr
