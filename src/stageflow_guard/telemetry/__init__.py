"""What operators watch: spans and metrics for OpenTelemetry, text for Prometheus. Never content.

`observe` needs the extra `otel`; `prometheus_text` needs nothing. Both are opt-in, and neither is a
part of a decision: what stands on record is told again, as names, codes, counts and times.
"""

from stageflow_guard.telemetry.prometheus import prometheus_text

from stageflow_guard.telemetry.opentelemetry import observe  # isort: skip  # loads nothing yet

__all__ = ["observe", "prometheus_text"]
