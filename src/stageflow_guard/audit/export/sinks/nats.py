"""NATS JetStream: one subject per origin, in sequence, once. nats-py's only file.

The server's default writes to disk every two minutes: set `sync_interval: always`, or replicas,
where the stream must survive a power cut. The local log stays the system of record either way.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

from stageflow_guard.audit.export.sink import RejectedRecord, Shipped, SinkUnavailable, need
from stageflow_guard.errors import ConfigError


class NatsSink:
    """Publishes to `<subject>.records.<origin>`, checkpoints to `<subject>.checkpoints.<origin>`.

    Makes the stream when it is missing: file storage, no deletes, no purge. Each message carries
    its key (`Nats-Msg-Id`) and the subject sequence that it follows, so that neither a repeated
    batch nor a second exporter can add a duplicate or a gap.
    """

    kind = "nats"
    batch = 500
    least = 1

    def __init__(
        self, url: str, *, stream: str = "AUDIT", subject: str = "audit", replicas: int = 1,
        timeout: float = 10.0,
    ) -> None:  # fmt: skip
        if any(c in subject for c in "*> \t") or not subject:
            raise ConfigError("a NATS subject prefix may not hold `*`, `>` or white space")
        self._nats = need("nats", "nats")
        self._errors = need("nats.errors", "nats")
        self._js_errors = need("nats.js.errors", "nats")
        self._url = url
        self._stream = stream
        self._subject = subject
        self._replicas = replicas
        self._timeout = timeout
        self._client: Any = None
        self._js: Any = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self._timeout * 3)
        except TimeoutError:
            future.cancel()
            raise SinkUnavailable("NATS did not answer in time") from None
        except self._js_errors.APIError as exc:
            raise SinkUnavailable(f"JetStream refused (error {exc.err_code})") from None
        except (self._errors.Error, OSError) as exc:
            raise SinkUnavailable(f"NATS failed ({type(exc).__name__})") from None

    async def _open(self) -> Any:
        if self._client is None or self._client.is_closed:
            self._client = await self._nats.connect(
                self._url, connect_timeout=self._timeout, max_reconnect_attempts=1,
                allow_reconnect=False, reconnect_time_wait=0.1, error_cb=_quiet,
            )  # fmt: skip
            self._js = self._client.jetstream(timeout=self._timeout)
            try:
                await self._js.stream_info(self._stream)
            except self._js_errors.NotFoundError:
                await self._js.add_stream(
                    name=self._stream, subjects=[f"{self._subject}.>"], storage="file",
                    num_replicas=self._replicas, deny_delete=True, deny_purge=True,
                )  # fmt: skip
        return self._js

    def _on(self, kind: str, origin: str) -> str:
        return f"{self._subject}.{kind}.{quote(origin, safe='').replace('.', '%2E')}"

    async def _last(self, subject: str) -> tuple[int, int]:
        """Return (stream sequence, log index) of the subject's last message; (0, -1) without."""
        js = await self._open()
        try:
            found = await js.get_last_msg(self._stream, subject)
        except self._js_errors.NotFoundError:
            return 0, -1
        return found.seq, int((found.headers or {})["Audit-Index"])

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Publish what the subject does not hold yet; each message is acknowledged by JetStream."""
        self._do(self._send(batch, head))
        return []

    async def _send(self, batch: Sequence[Shipped], head: bytes) -> None:
        js = await self._open()
        origin = batch[0].origin
        subject = self._on("records", origin)
        last, held = await self._last(subject)
        for one in batch:
            if one.index <= held:
                continue
            ack = await js.publish(
                subject, one.entry, timeout=self._timeout,
                headers={
                    "Nats-Msg-Id": one.key, "Audit-Index": str(one.index),
                    "Nats-Expected-Last-Subject-Sequence": str(last),
                },
            )  # fmt: skip
            last = ack.seq
        await js.publish(
            self._on("checkpoints", origin), head, timeout=self._timeout,
            headers={"Audit-Index": str(batch[-1].index)},
        )  # fmt: skip

    def origins(self) -> list[str]:
        """Return the origins in the stream."""
        return list(self._do(self._origins()))

    async def _origins(self) -> list[str]:
        js = await self._open()
        prefix = f"{self._subject}.records."
        info = await js.stream_info(self._stream, subjects_filter=f"{prefix}>")
        return sorted(unquote(s.removeprefix(prefix)) for s in (info.state.subjects or {}))

    def stored(self, origin: str) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in stream order."""
        yield from self._do(self._stored(origin))

    async def _stored(self, origin: str) -> list[tuple[int, bytes]]:
        js = await self._open()
        subject = self._on("records", origin)
        info = await js.stream_info(self._stream, subjects_filter=subject)
        total = (info.state.subjects or {}).get(subject, 0)
        found: list[tuple[int, bytes]] = []
        if not total:
            return found
        reading = await js.subscribe(subject, ordered_consumer=True, stream=self._stream)
        while len(found) < total:
            message = await reading.next_msg(timeout=self._timeout)
            found.append((int(message.headers["Audit-Index"]), message.data))
        await reading.unsubscribe()
        return found

    def head(self, origin: str) -> bytes | None:
        """Return the newest checkpoint that was shipped."""

        async def last() -> bytes | None:
            js = await self._open()
            try:
                found = await js.get_last_msg(self._stream, self._on("checkpoints", origin))
            except self._js_errors.NotFoundError:
                return None
            return bytes(found.data)

        return self._do(last())  # type: ignore[no-any-return]  # the client is untyped

    def close(self) -> None:
        """Let the connection and its thread go."""
        if self._loop.is_closed():
            return

        async def shut() -> None:
            if self._client is not None and not self._client.is_closed:
                await self._client.close()

        with contextlib.suppress(SinkUnavailable):
            self._do(shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        self._loop.close()

    def __repr__(self) -> str:
        """Show the stream; the URL may hold credentials."""
        return f"<NatsSink {self._stream}>"


async def _quiet(_: Exception) -> None:
    """Failures are raised where they are awaited; nothing is printed beside them."""
