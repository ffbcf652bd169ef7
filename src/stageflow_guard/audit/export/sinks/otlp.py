"""OTLP logs over HTTP, protobuf. opentelemetry-proto's only file.

Not the SDK's batch processor: that one drops when its queue is full.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import RejectedRecord, Shipped, SinkUnavailable, chunks, need
from stageflow_guard.audit.export.sinks.poster import Poster

OCTETS = 4_000_000  # a collector's default for one message is 4 MiB


def _plain(one: Shipped) -> dict[str, Any]:
    return one.record


class OtlpSink:
    """Posts `ExportLogsServiceRequest`s to `url` (a collector's `/v1/logs`).

    The attribute `audit.key` identifies each record. Where an answer says that part of a request
    was rejected, it does not say which: the request's records are then posted one by one.
    """

    kind = "otlp"
    batch = 1_000
    least = 1

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
        return rejected

    def _post(self, part: list[Shipped]) -> list[RejectedRecord]:
        answer = self._poster.post(
            self._request(part).SerializeToString(), content_type="application/x-protobuf"
        )
        refused, why = self._refused(answer.status, answer.body)
        if not refused:
            return []
        if len(part) == 1:
            return [RejectedRecord(part[0].index, why)]
        return [one for each in part for one in self._post([each])]

    def _refused(self, status: int, body: bytes) -> tuple[bool, str]:
        if 200 <= status < 300:
            response = self._proto.ExportLogsServiceResponse()
            try:
                response.ParseFromString(body)
            except Exception:  # protobuf's own error is no public name
                raise SinkUnavailable("the collector's answer is no OTLP") from None
            return response.partial_success.rejected_log_records > 0, "rejected by the collector"
        if 300 <= status < 400:
            raise SinkUnavailable(f"the collector answered {status}, which is no acceptance")
        return True, f"the collector answered {status}"

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
                *((f"audit.{n}", record.get(n)) for n in ("tenant", "run", "decision", "reason")),
            ):  # fmt: skip
                if value is not None:
                    _set(log.attributes.add(), name, value)
        return request

    def close(self) -> None:
        """Let connections go."""
        self._poster.close()


def _set(attribute: Any, name: str, value: Any) -> None:
    attribute.key = name
    if type(value) is int:
        attribute.value.int_value = value
    else:
        attribute.value.string_value = str(value)
