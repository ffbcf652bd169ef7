"""`guard.health()` as text that Prometheus scrapes (exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stageflow_guard.telemetry.state import PREFIX, STATE, Labels, Measurement

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def prometheus_text(health: Mapping[str, Any]) -> str:
    """Return the guard's state as text, from what `guard.health()` returned.

    Serve it under `/metrics` with `Content-Type: text/plain; version=0.0.4`. It holds names, codes
    and numbers, no tenant, no subject.
    """
    lines: list[str] = []
    for one in STATE:
        lines += _family(metric_name(one), one.counter, one.text, one.read(health))
    refusals = health.get("refusals") or {}
    lines += _family(
        f"{PREFIX}_refusals_total", True, "refusals by code",
        (({"code": str(code)}, float(count)) for code, count in sorted(refusals.items())),
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def metric_name(one: Measurement) -> str:
    """Return the name that Prometheus shows: as OpenTelemetry's exporters make it, too."""
    unit = {"s": "_seconds"}.get(one.unit, "")
    return f"{PREFIX}_{one.name.replace('.', '_')}{unit}{'_total' if one.counter else ''}"


def _family(
    name: str, counter: bool, text: str, samples: Iterable[tuple[Labels, float]]
) -> list[str]:
    shown = [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    if not shown:
        return []
    kind = "counter" if counter else "gauge"
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *shown]


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
