"""Splunk's HTTP Event Collector, with a channel and acknowledgment by the indexers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    chunks,
)
from stageflow_guard.audit.export.sinks.poster import Poster

# docs.splunk.com, "Format events for HTTP Event Collector" and limits.conf [http_input]: a request
# of 1 MB at most is what is advised (max_content_length is 800 MB); a line is cut at props.conf's
# TRUNCATE, 10 000 bytes by default, in silence
OCTETS, RECORDS, TRUNCATE = 1_000_000, 1_000, 10_000
ACK_EVERY = 0.25  # seconds between two questions


class SplunkSink:
    """Posts events, and asks until the indexers have acknowledged them.

    `url` is the collector's base, such as `https://splunk.example:8088`. The token must have
    indexer acknowledgment: without it, a success only says that the event lies in memory. An event
    that is longer than `truncate` is refused here by name, because Splunk would cut it; raise it
    together with `TRUNCATE` of the sourcetype.
    """

    kind = "splunk"
    batch = 1_000
    least = 1
    refills = True

    def __init__(
        self,
        url: str,
        token: str,
        *,
        index: str | None = None,
        sourcetype: str = "stageflow:audit",
        render: Callable[[Shipped], dict[str, Any]],
        truncate: int = TRUNCATE,
        ack_timeout: float = 30.0,
        timeout: float = 10.0,
        ca_file: str | None = None,
        proxy: str | None = None,
    ) -> None:
        headers = {
            "authorization": f"Splunk {token}",
            # acknowledgments are counted per channel, so each sink has one of its own
            "x-splunk-request-channel": str(uuid4()),
        }
        base = url.rstrip("/") + "/services/collector"
        self._events, self._acks = (
            Poster(base + path, headers, timeout=timeout, ca_file=ca_file, proxy=proxy)
            for path in ("/event", "/ack")
        )
        self._about = {"sourcetype": sourcetype, **({"index": index} if index else {})}
        self._render = render
        self._truncate = truncate
        self._patience = ack_timeout

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Post the batch, wait for its acknowledgments; raise where they do not come in time."""
        rejected, ready = [], []
        bodies: dict[int, bytes] = {}
        for one in batch:
            body, event = self._body(one)
            bodies[one.index] = body
            if event > self._truncate:
                rejected.append(RejectedRecord(one.index, f"{event} bytes, over {self._truncate}"))
            else:
                ready.append(one)
        waiting: set[int] = set()
        refused: list[RejectedRecord] = []
        for part in chunks(
            ready, size=lambda one: len(bodies[one.index]), records=RECORDS, octets=OCTETS
        ):
            refused += self._post(part, bodies, waiting)
        if refused:
            self._events.require_proved()
        self._acknowledged(waiting)
        return rejected + refused

    def _body(self, one: Shipped) -> tuple[bytes, int]:
        """Return the event as it is posted, and how long Splunk's own text of it will be."""
        record = one.record
        event = self._render(one)
        content = {
            **self._about,
            "time": round(record.get("wall_ns", 0) / 1e9, 3),
            "host": str(record.get("node") or ""),
            "source": one.origin,
            "event": event,
            "fields": {"audit_key": one.key, "audit_index": str(one.index)},
        }
        text = json.dumps(event, ensure_ascii=False).encode()
        return json.dumps(content, ensure_ascii=False).encode(), len(text)

    def _post(
        self, part: list[Shipped], bodies: dict[int, bytes], waiting: set[int]
    ) -> list[RejectedRecord]:
        body = b"\n".join(bodies[one.index] for one in part)
        answer = self._events.post(body, content_type="application/json")
        if answer.accepted:
            waiting.add(_ack_id(answer.body))
            return []
        if len(part) == 1:
            return [RejectedRecord(part[0].index, f"the collector answered {answer.status}")]
        middle = len(part) // 2  # one bad event must not take the others with it
        return self._post(part[:middle], bodies, waiting) + self._post(
            part[middle:], bodies, waiting
        )

    def _acknowledged(self, waiting: set[int]) -> None:
        until = time.monotonic() + self._patience
        while waiting:
            answer = self._acks.post(
                json.dumps({"acks": sorted(waiting)}).encode(), content_type="application/json"
            )
            said = _parsed(answer.body).get("acks")
            if not answer.accepted or not isinstance(said, dict):
                raise SinkUnavailable("the collector does not tell acknowledgments")
            waiting -= {one for one in waiting if said.get(str(one)) is True}
            if waiting and time.monotonic() > until:
                raise SinkUnavailable("the indexers did not acknowledge in time")
            if waiting:
                time.sleep(ACK_EVERY)

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: the collector cannot be asked."""
        return None

    def close(self) -> None:
        """Let connections go."""
        self._events.close()
        self._acks.close()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _ack_id(body: bytes) -> int:
    found = _parsed(body).get("ackId")
    if type(found) is not int:
        raise SinkUnavailable(
            "the token has no indexer acknowledgment: turn it on for this token", retry_after=60.0
        )
    return found
