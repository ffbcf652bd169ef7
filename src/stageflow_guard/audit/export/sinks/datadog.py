"""Datadog logs, API v2. It knows no idempotency: the key travels in each message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    chunks,
)
from stageflow_guard.audit.export.sinks.poster import Poster

# docs.datadoghq.com/api/latest/logs: 1000 entries and 5 MB per request, 1 MB per entry (longer ones
# are cut with a 2xx), 18 hours back
MOST, OCTETS, ONE, OLDEST = 1_000, 5_000_000, 1_000_000, 18 * 3600


def _plain(one: Shipped) -> dict[str, Any]:
    return one.record


class DatadogSink:
    """Posts arrays of logs. What the intake would cut or drop in silence is refused here, by name.

    `url` is the intake of your site, for example `https://http-intake.logs.datadoghq.eu/api/v2/logs`.
    """

    kind = "datadog"
    batch = 1_000
    least = 1
    refills = True

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        service: str = "stageflow-guard",
        render: Callable[[Shipped], dict[str, Any]] = _plain,
        clock: Callable[[], float] = time.time,
        timeout: float = 10.0,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        self._poster = Poster(
            url, {"DD-API-KEY": api_key}, timeout=timeout, ca_file=ca_file, proxy=proxy
        )
        self._service = service
        self._render = render
        self._clock = clock

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Post the batch in as many requests as its limits ask for."""
        oldest = (self._clock() - OLDEST) * 1e9
        rejected, ready = [], []
        bodies: dict[int, bytes] = {}
        for one in batch:
            record = one.record
            body = bodies[one.index] = self._body(one, record)
            if record.get("wall_ns", 0) < oldest:
                rejected.append(
                    RejectedRecord(one.index, "older than the 18 hours that the intake takes")
                )
            elif len(body) > ONE:
                rejected.append(RejectedRecord(one.index, f"{len(body)} bytes, over {ONE}"))
            else:
                ready.append(one)
        # a comma behind each but the last, two brackets
        parts = chunks(
            ready, size=lambda one: len(bodies[one.index]) + 1, records=MOST, octets=OCTETS - 1
        )
        refused = [one for part in parts for one in self._post(part, bodies)]
        if refused:  # of records, if the address takes any; else this raises
            self._poster.require_proved()
        return rejected + refused

    def _body(self, one: Shipped, record: dict[str, Any]) -> bytes:
        return json.dumps({
            "ddsource": "stageflow-guard", "service": self._service,
            "hostname": record.get("node", ""), "ddtags": f"origin:{one.origin}",
            "audit": {
                "key": one.key, "origin": one.origin, "index": one.index, "log": one.log,
                "id": str(record.get("id", "")),
            },
            "timestamp": record.get("wall_ns", 0) // 1_000_000,
            "message": json.dumps(self._render(one), ensure_ascii=False),
        }, ensure_ascii=False).encode()  # fmt: skip

    def _post(self, part: list[Shipped], bodies: dict[int, bytes]) -> list[RejectedRecord]:
        body = b"[" + b",".join(bodies[one.index] for one in part) + b"]"
        answer = self._poster.post(body, content_type="application/json")
        if answer.accepted:
            return []
        if len(part) == 1:
            return [RejectedRecord(part[0].index, f"the intake answered {answer.status}")]
        middle = len(part) // 2  # one bad entry must not take the others with it
        return self._post(part[:middle], bodies) + self._post(part[middle:], bodies)

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: the intake cannot be asked."""
        return None

    def close(self) -> None:
        """Let connections go."""
        self._poster.close()
