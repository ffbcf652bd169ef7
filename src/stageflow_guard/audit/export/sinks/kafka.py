"""A Kafka topic, through an idempotent producer that waits for every replica in sync."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    need,
)

# a broker's message.max.bytes is 1 048 588 by default; librdkafka's message.max.bytes 1 000 000
OCTETS = 1_000_000
logger = logging.getLogger("stageflow_guard")


class KafkaSink:
    """Produces to `topic`: the key is the origin, so that one log stays in order in one partition.

    The header `audit-key` tells duplicates. The producer is idempotent, which removes what it
    repeats itself; a batch that comes again after a crash has the same headers.
    """

    kind = "kafka"
    batch = 1_000
    least = 1
    refills = True

    def __init__(
        self,
        servers: str,
        topic: str,
        *,
        security: Mapping[str, str],
        render: Callable[[Shipped], dict[str, Any]],
        timeout: float = 30.0,
    ) -> None:
        client = need("confluent_kafka", "kafka")
        self._error = client.KafkaError
        self._failed = client.KafkaException
        self._topic, self._render, self._timeout = topic, render, timeout
        self._producer = client.Producer(
            {
                **security,
                "bootstrap.servers": servers,
                "client.id": "stageflow-guard",
                "enable.idempotence": True,
                "acks": "all",
                "message.max.bytes": OCTETS,
                "message.timeout.ms": int(timeout * 1000),
                "log_level": 3,
            },
            logger=_Quiet(),
        )

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Produce the batch; return when every message is acknowledged by all replicas in sync."""
        rejected: list[RejectedRecord] = []
        failures: list[str] = []

        def done(error: Any, _: Any) -> None:
            if error is not None:
                failures.append(str(error.name()))

        for one in batch:
            value = json.dumps(self._render(one), ensure_ascii=False).encode()
            if len(value) + 1_000 > OCTETS:
                rejected.append(RejectedRecord(one.index, f"{len(value)} bytes, over {OCTETS}"))
                continue
            try:
                self._producer.produce(
                    self._topic, value, key=one.origin.encode(),
                    headers=[("audit-key", one.key.encode())], on_delivery=done,
                )  # fmt: skip
            except (self._failed, BufferError) as exc:
                self._give_up(f"the producer took nothing more ({type(exc).__name__})")
        left = self._producer.flush(self._timeout)
        if failures or left:
            self._give_up(failures[0] if failures else "no acknowledgment in time")
        return rejected

    def _give_up(self, why: str) -> None:
        """Forget what is queued, so that nothing goes out behind a failure, and raise."""
        self._producer.purge(in_queue=True, in_flight=True)
        self._producer.flush(1.0)
        raise SinkUnavailable(f"the brokers did not take it ({why})")

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: a topic's retention is not ours to read."""
        return None

    def close(self) -> None:
        """Let connections go."""
        self._producer.purge(in_queue=True, in_flight=True)
        self._producer.flush(1.0)


class _Quiet:
    """Takes librdkafka's lines: their text may hold addresses, so the level alone is passed on."""

    def log(self, level: int, *_: object) -> None:
        """Take a line as a logger does."""
        logger.debug("the Kafka client logged at level %d", level)
