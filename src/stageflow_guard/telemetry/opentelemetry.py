"""Spans and metrics through OpenTelemetry's API: the one file that imports it.

A run is a span (`invoke_workflow`, after the conventions for generative AI); below it, a span for
each part of the flow and one for each step that ran (`execute_tool`, `chat`, or the stage). They
are made of what is timed and of what stands on record: names that code or policy gave, codes,
counts, times. No text, no argument, no token, no subject and no session id.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from stageflow_guard.audit.read.finding_counts import FindingCounts
from stageflow_guard.audit.records.outcome_words import FAILURES
from stageflow_guard.base.version import VERSION
from stageflow_guard.errors import ConfigError
from stageflow_guard.telemetry.state import PREFIX, STATE, Health, Labels, Measurement

NAMED = ("stage", "tool", "model", "pipeline")  # kinds whose objects code or policy names
MOST = 4096  # runs, and permits, that are remembered while they are open
VALUES = 200  # different reasons that become labels; what comes later is `other`
FRESH = 1.0  # seconds for which one answer of `health()` serves all measurements


class Observable(Protocol):
    """What is observed: a `Guard`."""

    def on_record(self, observer: Callable[[Mapping[str, Any]], object]) -> Callable[[], None]:
        """Tell of every record."""
        ...

    def on_flow(
        self, timer: Callable[[str, str | None, str | None, int, int], object]
    ) -> Callable[[], None]:
        """Tell how long each part of the flow took."""
        ...

    def health(self) -> Health:
        """Return the state."""
        ...


class _Permit(NamedTuple):
    run: str
    kind: str
    name: str


def observe(
    guard: Observable, *, tracer_provider: Any = None, meter_provider: Any = None
) -> Callable[[], None]:
    """Send spans and metrics of `guard` from now on; return a function that ends that.

    Without providers, the ones that the application has set for its process. Raises `ConfigError`
    without the extra `otel`.
    """
    try:
        from opentelemetry import metrics, trace
    except ImportError:
        raise ConfigError("telemetry needs the extra `otel`: stageflow-guard[otel]") from None
    tracer = trace.get_tracer(PREFIX, VERSION, tracer_provider)
    meter = metrics.get_meter(PREFIX, VERSION, meter_provider)
    spans, numbers = _Spans(trace, tracer), _Metrics(metrics, meter, guard.health)

    def told(record: Mapping[str, Any]) -> None:
        numbers.record(record)
        spans.record(record)

    def timed(part: str, run: str | None, step: str | None, began: int, ended: int) -> None:
        numbers.timed(part, ended - began)
        spans.timed(part, run, step, began, ended)

    removes = (guard.on_record(told), guard.on_flow(timed))

    def remove() -> None:
        for one in removes:
            one()
        numbers.over = True
        spans.close()

    return remove


class _Spans:
    """Open runs as spans; what has an end already is made and ended at once."""

    def __init__(self, api: Any, tracer: Any) -> None:
        self._api, self._tracer = api, tracer
        self._runs: OrderedDict[str, Any] = OrderedDict()
        self._permits: OrderedDict[int, _Permit] = OrderedDict()
        # authenticated, and not yet a run
        self._before: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def timed(self, part: str, run: str | None, step: str | None, began: int, ended: int) -> None:
        """Make the span of one part of the flow, below its run's."""
        shift = time.time_ns() - time.perf_counter_ns()
        began, ended = began + shift, ended + shift
        if run is None:
            return
        parent = self._runs.get(run)
        if parent is None:
            _keep(self._before, run, (began, ended))
            return
        self._part(parent, part, step, began, ended)

    def _part(self, parent: Any, part: str, step: str | None, began: int, ended: int) -> None:
        attributes = {f"{PREFIX}.flow": part}
        if step is not None:
            attributes[f"{PREFIX}.step"] = step
        self._child(parent, f"{PREFIX}.{part}", attributes, began).end(ended)

    def _child(self, parent: Any, name: str, attributes: Mapping[str, Any], began: int) -> Any:
        context = self._api.set_span_in_context(parent)
        return self._tracer.start_span(
            name, context=context, attributes=attributes, start_time=began
        )

    def record(self, record: Mapping[str, Any]) -> None:
        """Begin, mark or end a span, as a record says."""
        kind, run = record.get("kind"), record.get("run")
        if not isinstance(run, str):
            return
        if kind == "run_start":
            self._start(run, record)
        elif kind == "decision" and record.get("decision") == "deny":
            self._denied(run, record)
        elif kind == "decision":
            self._permitted(run, record)
        elif kind == "effect":
            self._effect(record)
        elif kind == "run_end":
            self._end(run, record)

    def _start(self, run: str, record: Mapping[str, Any]) -> Any:
        pipeline = str(record.get("pipeline"))
        before = self._before.pop(run, None)
        parent = self._runs.get(str(record.get("parent_run")))
        context = None if parent is None else self._api.set_span_in_context(parent)
        span = self._tracer.start_span(
            f"invoke_workflow {pipeline}", context=context,
            attributes={
                "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": pipeline,
                f"{PREFIX}.run": run,
                **({f"{PREFIX}.host": record["host"]} if record.get("host") else {}),
            },
            start_time=before[0] if before is not None else None,
        )  # fmt: skip
        for old in _keep(self._runs, run, span):
            old.end()
        if before is not None:
            self._part(span, "authenticate", None, *before)
        return span

    def _denied(self, run: str, record: Mapping[str, Any]) -> None:
        span, alone = self._runs.get(run), False
        if span is None:  # refused before it was a run
            span, alone = self._start(run, record), True
        code = str(record.get("error") or record.get("reason"))
        kind, name = _named(record)
        span.add_event("refused", {
            "error.type": code, f"{PREFIX}.reason": str(record.get("reason")),
            f"{PREFIX}.flow": str(record.get("step")),
            **({f"{PREFIX}.{kind}": name} if name else {}),
        })  # fmt: skip
        span.set_attribute("error.type", code)
        span.set_status(self._api.Status(self._api.StatusCode.ERROR, code))
        if alone:
            self._runs.pop(run).end()

    def _permitted(self, run: str, record: Mapping[str, Any]) -> None:
        kind, name = _named(record)
        index = record.get("index")
        if isinstance(index, int):
            _keep(self._permits, index, _Permit(run, kind, name or kind))

    def _effect(self, record: Mapping[str, Any]) -> None:
        permit = self._permits.pop(int(record.get("decision_index", -1)), None)
        parent = None if permit is None else self._runs.get(permit.run)
        if permit is None or parent is None:
            return
        now, outcome = time.time_ns(), str(record.get("outcome"))
        took = int(record.get("latency_us") or 0) * 1000
        name, attributes = _conventional(permit)
        attributes[f"{PREFIX}.outcome"] = outcome
        span = self._child(parent, name, attributes, now - took)
        if outcome in FAILURES:
            span.set_status(self._api.Status(self._api.StatusCode.ERROR, outcome))
        span.end(now)

    def _end(self, run: str, record: Mapping[str, Any]) -> None:
        span = self._runs.pop(run, None)
        if span is not None:
            span.set_attribute(f"{PREFIX}.outcome", str(record.get("outcome")))
            span.end()

    def close(self) -> None:
        """End what is open."""
        while self._runs:
            self._runs.popitem()[1].end()


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> Iterator[Any]:
    """Keep `value`; return what had to go because there are too many."""
    kept[key] = value
    gone = [kept.popitem(last=False)[1] for _ in range(len(kept) - MOST)]
    return iter(gone)


def _named(record: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return (kind, name); no name where it is a resource's, which may be a person's."""
    kind, _, obj = str(record.get("resource") or "").partition(":")
    return kind, obj if kind in NAMED and not obj.startswith("sha256:") else None


def _conventional(permit: _Permit) -> tuple[str, dict[str, Any]]:
    """Return a span's name and attributes, after the conventions for generative AI."""
    if permit.kind == "tool":
        return f"execute_tool {permit.name}", {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": permit.name,
        }  # fmt: skip
    if permit.kind == "model":
        return f"chat {permit.name}", {
            "gen_ai.operation.name": "chat", "gen_ai.request.model": permit.name,
        }  # fmt: skip
    return f"{PREFIX}.run", {f"{PREFIX}.flow": "run", f"{PREFIX}.step": permit.name}


class _Metrics:
    """Counters and histograms of the flow, and the guard's state when it is asked for."""

    def __init__(self, api: Any, meter: Any, health: Callable[[], Health]) -> None:
        self._health, self._api = health, api
        self._kept: tuple[float, Health] = (-FRESH, {})
        self._finds = FindingCounts()
        self._values: set[str] = set()
        self.over = False
        counter, histogram = meter.create_counter, meter.create_histogram
        self._decisions = counter(f"{PREFIX}.decisions", description="decisions of the policies")
        self._refusals = counter(f"{PREFIX}.refusals", description="refusals by code and reason")
        self._redactions = counter(f"{PREFIX}.redactions", description="personal data found")
        self._parts = histogram(
            f"{PREFIX}.flow.duration", unit="s", description="parts of the flow"
        )
        self._steps = histogram(f"{PREFIX}.step.duration", unit="s", description="steps that ran")
        for one in STATE:
            make = meter.create_observable_counter if one.counter else meter.create_observable_gauge
            make(f"{PREFIX}.{one.name}", [self._read(one)], unit=one.unit, description=one.text)

    def timed(self, part: str, took_ns: int) -> None:
        """Take how long a part of the flow took."""
        self._parts.record(took_ns / 1e9, {"flow": part})

    def record(self, record: Mapping[str, Any]) -> None:
        """Count a record."""
        kind = record.get("kind")
        for entity, direction, count in self._finds.take(record):
            self._redactions.add(count, {"entity": entity, "direction": direction})
        if kind == "decision":
            reason = self._bounded(str(record.get("reason")))
            decision = str(record.get("decision"))
            what = _named(record)[0] or "caller"
            self._decisions.add(1, {"decision": decision, "reason": reason, "kind": what})
            if decision == "deny":
                code = str(record.get("error") or "access_denied")
                self._refusals.add(1, {"code": code, "reason": reason})
        elif kind == "effect" and record.get("latency_us") is not None:
            self._steps.record(record["latency_us"] / 1e6, {"outcome": str(record.get("outcome"))})

    def _bounded(self, value: str) -> str:
        """Return a label; a guardrail of the application may have reasons without end."""
        if value not in self._values:
            if len(self._values) >= VALUES:
                return "other"
            self._values.add(value)
        return value

    def _read(self, one: Measurement) -> Callable[[Any], list[Any]]:
        def read(_: Any) -> list[Any]:
            if self.over:
                return []
            if time.monotonic() - self._kept[0] > FRESH:
                self._kept = (time.monotonic(), self._health())
            return [self._observation(value, labels) for labels, value in one.read(self._kept[1])]

        return read

    def _observation(self, value: float, labels: Labels) -> Any:
        return self._api.Observation(value, labels)
