"""OTLP logs over HTTP, protobuf. opentelemetry-proto's only file.

Not the SDK's batch processor: that one drops when its queue is full.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    chunks,
    need,
)
from stageflow_guard.audit.export.sinks.poster import IntakeAnswer, Poster

OCTETS = 4_000_000  # a collector's default for one message is 4 MiB


def _plain(one: Shipped) -> dict[str, Any]:
    return one.record


class OtlpSink:
    """Posts `ExportLogsServiceRequest`s to `url` (a collector's `/v1/logs`).

    The attribute `audit.key` identifies each record. An answer that says how many records of a
    request were rejected does not say which: the request is then one dead letter, with that count.
    """

    kind = "otlp"
    batch = 1_000
    least = 1
    refills = True

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        service: str = "stageflow-guard",
        render: Callable[[Shipped], dict[str, Any]] = _plain,
        clock: Callable[[], int] = time.time_ns,
        timeout: float = 10.0,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        self._proto = need("opentelemetry.proto.collector.logs.v1.logs_service_pb2", "otlp")
        self._poster = Poster(url, headers or {}, timeout=timeout, ca_file=ca_file, proxy=proxy)
        self._service = service
        self._render = render
        self._clock = clock

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Post the batch in as many requests as its size asks for."""
        rejected: list[RejectedRecord] = []
        # a log record is its body, its attributes, and less than 300 bytes around them
        for part in chunks(
            batch, size=lambda one: len(one.entry) * 2 + 600, records=self.batch, octets=OCTETS
        ):
            rejected += self._post(part)
        if rejected:
            self._poster.require_proved()
        return rejected

    def _post(self, part: list[Shipped]) -> list[RejectedRecord]:
        answer = self._poster.post(
            self._request(part).SerializeToString(), content_type="application/x-protobuf"
        )
        if answer.accepted:
            count = self._rejected(answer)
            if count == 0:
                return []
            # the specification forbids to send them again: the answer does not say which they were
            first, last = part[0].index, part[-1].index
            why = f"the collector rejected {count} of {len(part)} records, it does not say which"
            return [RejectedRecord(first, why, last, min(count, len(part)))]
        if len(part) == 1:
            return [RejectedRecord(part[0].index, f"the collector answered {answer.status}")]
        middle = len(part) // 2
        return self._post(part[:middle]) + self._post(part[middle:])

    def _rejected(self, answer: IntakeAnswer) -> int:
        """Return `rejected_log_records` of a documented answer; 0 for any other body."""
        try:
            if answer.body.lstrip()[:1] == b"{":
                said = json.loads(answer.body)["partialSuccess"]["rejectedLogRecords"]
                return max(0, int(str(said)[:9]))
            response = self._proto.ExportLogsServiceResponse()
            response.ParseFromString(answer.body)
            return max(0, int(response.partial_success.rejected_log_records))
        except Exception:  # protobuf's own error is no public name
            return 0

    def _request(self, part: list[Shipped]) -> Any:
        request = self._proto.ExportLogsServiceRequest()
        resource = request.resource_logs.add()
        _set(resource.resource.attributes.add(), "service.name", self._service)
        scope = resource.scope_logs.add()
        scope.scope.name = "stageflow_guard.audit"
        for one in part:
            record, log = one.record, scope.log_records.add()
            log.time_unix_nano = max(0, record.get("wall_ns", 0))
            log.observed_time_unix_nano = self._clock()
            denied = record.get("decision") == "deny"
            log.severity_number = 13 if denied else 9  # WARN, INFO
            log.severity_text = "WARN" if denied else "INFO"
            log.event_name = f"audit.{record.get('kind', 'record')}"
            log.body.string_value = json.dumps(self._render(one), ensure_ascii=False)
            for name, value in (
                ("audit.key", one.key), ("audit.origin", one.origin), ("audit.index", one.index),
                ("audit.log", one.log or None), ("audit.id", record.get("id")),
                *((f"audit.{n}", record.get(n)) for n in ("tenant", "run", "decision", "reason")),
            ):  # fmt: skip
                if value is not None:
                    _set(log.attributes.add(), name, value)
        return request

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: the intake cannot be asked."""
        return None

    def close(self) -> None:
        """Let connections go."""
        self._poster.close()


def _set(attribute: Any, name: str, value: Any) -> None:
    attribute.key = name
    if type(value) is int:
        attribute.value.int_value = value
    else:
        attribute.value.string_value = str(value)
