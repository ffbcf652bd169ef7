"""NATS JetStream: one subject per log, in sequence, once. nats-py's only file.

The server's default writes to disk every two minutes: set `sync_interval: always`, or replicas,
where the stream must survive a power cut. The local log stays the system of record either way.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any
from urllib.parse import quote, unquote

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    forked,
    need,
)
from stageflow_guard.audit.read.log_id import id_of_first
from stageflow_guard.errors import ConfigError

PAGE = 500  # messages that are read back at once
TRIES = 3  # to publish a batch at once, before its messages go one by one
NOT_NEXT = (10070, 10071)  # JetStream: another message id, another sequence is the last


class NatsSink:
    """Publishes to `<subject>.records.<origin>.<log>`, checkpoints likewise to `….checkpoints.…`.

    `<log>` is the log's id: two logs of one origin stand in two sequences. A log whose records
    stand under `<subject>.records.<origin>` goes on there: an earlier release knew no id.

    Makes the stream when it is missing: file storage, no deletes, no purge. Each message carries
    its key (`Nats-Msg-Id`) and the subject sequence that it follows, so that neither a repeated
    batch nor a second exporter can add a duplicate or a gap.
    """

    kind = "nats"
    batch = 500
    least = 1
    refills = False  # messages stand in sequence; a gap before the last cannot be filled
    in_turns = True  # what comes between two messages of a batch has it sent again

    def __init__(
        self, url: str, *, stream: str = "AUDIT", subject: str = "audit", replicas: int = 1,
        timeout: float = 10.0,
    ) -> None:  # fmt: skip
        if any(c in subject for c in "*> \t") or not subject:
            raise ConfigError("a NATS subject prefix may not hold `*`, `>` or white space")
        self._nats = need("nats", "nats")
        self._errors = need("nats.errors", "nats")
        self._js_errors = need("nats.js.errors", "nats")
        self._api = need("nats.js.api", "nats")
        self._url = url
        self._stream = stream
        self._subject = subject
        self._replicas = replicas
        self._timeout = timeout
        self._client: Any = None
        self._js: Any = None
        self._old: dict[str, str] = {}  # by origin, the log whose subject carries no id
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self._timeout * 3)
        except TimeoutError:
            future.cancel()
            why = "NATS did not answer in time"
        except self._js_errors.APIError as exc:
            why = f"JetStream refused (error {exc.err_code})"
        except (self._errors.Error, OSError) as exc:
            why = f"NATS failed ({type(exc).__name__})"
        # connect anew, and look for the stream anew: it may have been deleted
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop)
        raise SinkUnavailable(why)

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None and not client.is_closed:
            with contextlib.suppress(Exception):  # it is given up anyway
                await asyncio.wait_for(client.close(), self._timeout)

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

    def _on(self, kind: str, origin: str, log: str) -> str:
        base = f"{self._subject}.{kind}.{quote(origin, safe='').replace('.', '%2E')}"
        return f"{base}.{log}" if log and self._old.get(origin) != log else base

    async def _old_log(self, origin: str) -> None:
        """Find out which log stands under the subject that carries no id."""
        if origin in self._old:
            return
        js = await self._open()
        try:
            first = await js.get_msg(
                self._stream, seq=1, subject=self._on("records", origin, ""), next=True
            )
        except self._js_errors.NotFoundError:
            return
        at = int((first.headers or {})["Audit-Index"])
        self._old[origin] = "" if at else id_of_first(first.data)

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
        origin, log = batch[0].origin, batch[0].log
        await self._old_log(origin)
        subject = self._on("records", origin, log)
        last, left = await self._missing(subject, batch)
        for _ in range(TRIES if left else 0):
            if await self._publish_at_once(subject, left, last):
                left = []
                break
            last, left = await self._missing(subject, left)
        for one in left:
            ack = await js.publish(
                subject, one.entry, timeout=self._timeout, headers=_headers(one) | _after(last)
            )
            last = ack.seq
        await js.publish(
            self._on("checkpoints", origin, log), head, timeout=self._timeout,
            headers={"Audit-Index": str(batch[-1].index)},
        )  # fmt: skip

    async def _missing(
        self, subject: str, batch: Sequence[Shipped]
    ) -> tuple[int, Sequence[Shipped]]:
        """Return the subject's last stream sequence, and what of the batch comes after it."""
        last, held = await self._last(subject)
        there = [one for one in batch if one.index <= held]
        if there and await self._entry(subject, there[-1].index, last) != there[-1].entry:
            raise forked(self.kind, there[-1])
        return last, batch[len(there) :]

    async def _publish_at_once(self, subject: str, batch: Sequence[Shipped], last: int) -> bool:
        """Publish without waiting in between; False where another log's messages came in between.

        The first message has to follow `last` in its subject, each other one the message before it
        in the stream, by its key: what comes behind a refused message is refused as well. So there
        is no gap, and the last one's answer is the answer for all: no other is asked for.
        """
        after = _after(last)
        for one in batch[:-1]:
            await self._client.publish(subject, one.entry, headers=_headers(one) | after)
            after = {"Nats-Expected-Last-Msg-Id": one.key}
        answer = await self._client.request(
            subject, batch[-1].entry, timeout=self._timeout, headers=_headers(batch[-1]) | after
        )
        error = json.loads(answer.data).get("error")
        if error is None:
            return True
        if error.get("err_code") in NOT_NEXT:
            return False
        raise self._js_errors.APIError.from_error(error)

    async def _entry(self, subject: str, index: int, last: int) -> bytes | None:
        """Return the entry of a log index up to stream sequence `last`; None where it is missing.

        Sequences grow with the index, so that halving finds it.
        """
        js, low, high = self._js, 1, last
        while low <= high:
            middle = (low + high) // 2
            found = await js.get_msg(self._stream, seq=middle, subject=subject, next=True)
            at = int((found.headers or {})["Audit-Index"])
            if at == index:
                return bytes(found.data)
            low, high = (found.seq + 1, high) if at < index else (low, middle - 1)
        return None

    def origins(self) -> list[str]:
        """Return the origins in the stream."""
        return list(self._do(self._origins()))

    async def _origins(self) -> list[str]:
        js = await self._open()
        prefix = f"{self._subject}.records."
        info = await js.stream_info(self._stream, subjects_filter=f"{prefix}>")
        found = info.state.subjects or {}
        return sorted({unquote(s.removeprefix(prefix).partition(".")[0]) for s in found})

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` in the stream."""
        return list(self._do(self._logs(origin)))

    async def _logs(self, origin: str) -> list[str]:
        js = await self._open()
        self._old.pop(origin, None)  # a stream may have been made anew
        await self._old_log(origin)
        base = f"{self._subject}.records.{quote(origin, safe='').replace('.', '%2E')}"
        info = await js.stream_info(self._stream, subjects_filter=f"{base}.*")
        found = {s.removeprefix(f"{base}.") for s in (info.state.subjects or {})}
        return sorted(found | {self._old[origin]} if origin in self._old else found)

    def inventory(self, origin: str) -> list[Inventory]:
        """Return how many records of each log of `origin` there are, from where to where."""
        found = []
        for log in self.logs(origin):
            count, first, last = self._do(self._inventory(origin, log))
            found.append(Inventory(log, count, first, last, self.head(origin, log)))
        return found

    async def _inventory(self, origin: str, log: str) -> tuple[int, int, int]:
        js = await self._open()
        subject = self._on("records", origin, log)
        count = await self._count(js, subject)
        if not count:
            return 0, 0, -1
        first = await js.get_msg(self._stream, seq=1, subject=subject, next=True)
        return count, int((first.headers or {})["Audit-Index"]), (await self._last(subject))[1]

    async def _count(self, js: Any, subject: str) -> int:
        info = await js.stream_info(self._stream, subjects_filter=subject)
        return int((info.state.subjects or {}).get(subject, 0))

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in stream order, page by page: each has the timeout for itself."""
        found = self.logs(origin)
        flows = [self._read(origin, one) for one in found if log is None or one == log]
        yield from flows[0] if len(flows) == 1 else merge(*flows, key=itemgetter(0))

    def _read(self, origin: str, log: str) -> Iterator[tuple[int, bytes]]:
        reading, left = self._do(self._begin(self._on("records", origin, log)))
        try:
            while left > 0:
                page = self._do(reading.fetch(min(PAGE, left), timeout=self._timeout))
                for message in page:
                    yield int(message.headers["Audit-Index"]), message.data
                left -= len(page)
        finally:  # the caller may have seen enough
            if reading is not None:
                with contextlib.suppress(SinkUnavailable):
                    self._do(reading.unsubscribe())

    async def _begin(self, subject: str) -> tuple[Any, int]:
        js = await self._open()
        total = await self._count(js, subject)
        if not total:
            return None, 0
        config = self._api.ConsumerConfig(
            ack_policy=self._api.AckPolicy.NONE, inactive_threshold=self._timeout * 6
        )
        reading = await js.pull_subscribe(subject, stream=self._stream, config=config)
        return reading, total

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield the newest checkpoint of each log that was shipped."""
        for one in self.logs(origin) if log is None else [log]:
            note = self._do(self._newest(origin, one))
            if note is not None:
                yield note

    async def _newest(self, origin: str, log: str) -> bytes | None:
        js = await self._open()
        await self._old_log(origin)
        try:
            found = await js.get_last_msg(self._stream, self._on("checkpoints", origin, log))
        except self._js_errors.NotFoundError:
            return None
        return bytes(found.data)

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the newest checkpoint that was shipped."""
        return next(self.heads(origin, log), None)

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


def _headers(one: Shipped) -> dict[str, str]:
    return {"Nats-Msg-Id": one.key, "Audit-Index": str(one.index)}


def _after(last: int) -> dict[str, str]:
    return {"Nats-Expected-Last-Subject-Sequence": str(last)}


async def _quiet(_: Exception) -> None:
    """Failures are raised where they are awaited; nothing is printed beside them."""
