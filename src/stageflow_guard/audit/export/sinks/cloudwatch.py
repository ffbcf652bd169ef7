"""CloudWatch Logs. boto3's only file. It knows no idempotency: the key travels in each message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    chunks,
    need,
    slug,
)

# PutLogEvents: 10 000 events and 1 048 576 bytes per request, each event counted with 26 bytes
# more; in order of time, spanning 24 hours at most, from 14 days back to 2 hours ahead
MOST, OCTETS, OVERHEAD = 10_000, 1_048_576, 26
SPAN, BACK, AHEAD = 24 * 3600_000, 14 * 24 * 3600_000, 2 * 3600_000


def _plain(one: Shipped) -> str:
    # the entry's own bytes, so that they can be read back and compared
    return f'{{"key":{json.dumps(one.key)},"record":{one.entry.decode()}}}'


class CloudWatchSink:
    """Puts events into `group`, one stream per log; makes the stream, never the group.

    Where retention or encryption matter, the group is yours to set up. Reads back what was shipped
    without `render`.
    """

    kind = "cloudwatch"
    batch = 5_000
    least = 1
    refills = True

    def __init__(
        self,
        group: str,
        *,
        region: str | None = None,
        render: Callable[[Shipped], dict[str, Any]] | None = None,
        clock: Callable[[], float] = time.time,
        client: Any = None,
    ) -> None:
        boto3 = need("boto3", "cloudwatch")
        self._errors = need("botocore.exceptions", "cloudwatch")
        self._logs = client or boto3.client("logs", region_name=region)
        self._group = group
        self._render = render
        self._clock = clock
        self._made: set[str] = set()

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Put the batch in as many requests as the limits ask for."""
        stream = _stream(batch[0].origin, batch[0].log)
        now = int(self._clock() * 1000)
        rejected: list[RejectedRecord] = []
        events: dict[int, dict[str, Any]] = {}
        for one in batch:
            at = one.record.get("wall_ns", 0) // 1_000_000
            message = _plain(one) if self._render is None else self._rendered(one)
            why = _refusal(at, now, len(message.encode()) + OVERHEAD)
            if why:
                rejected.append(RejectedRecord(one.index, why))
            else:
                events[one.index] = {"timestamp": at, "message": message}
        ready = sorted((o for o in batch if o.index in events), key=lambda o: (
            events[o.index]["timestamp"], o.index))  # fmt: skip
        for part in chunks(
            ready, size=lambda one: len(events[one.index]["message"].encode()) + OVERHEAD,
            records=MOST, octets=OCTETS,
        ):  # fmt: skip
            for piece in _within_a_day(part, events):
                rejected += self._put(stream, piece, events)
        return rejected

    def _rendered(self, one: Shipped) -> str:
        assert self._render is not None  # noqa: S101 - the caller saw to it
        return json.dumps({"key": one.key, "event": self._render(one)}, ensure_ascii=False)

    def _put(
        self, stream: str, part: list[Shipped], events: dict[int, dict[str, Any]]
    ) -> list[RejectedRecord]:
        try:
            if stream not in self._made:
                self._make(stream)
            answer = self._logs.put_log_events(
                logGroupName=self._group, logStreamName=stream,
                logEvents=[events[one.index] for one in part],
            )  # fmt: skip
        except (self._errors.ClientError, self._errors.BotoCoreError) as exc:
            code = getattr(exc, "response", {}).get("Error", {}).get("Code", type(exc).__name__)
            raise SinkUnavailable(f"CloudWatch did not take the batch ({code})") from None
        return _said(answer.get("rejectedLogEventsInfo") or {}, part)

    def _make(self, stream: str) -> None:
        try:
            self._logs.create_log_stream(logGroupName=self._group, logStreamName=stream)
        except self._errors.ClientError as exc:
            if exc.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        self._made.add(stream)

    def _streams(self, prefix: str | None = None) -> Iterator[str]:
        options = {"logStreamNamePrefix": prefix} if prefix is not None else {}
        pages = self._logs.get_paginator("describe_log_streams").paginate(
            logGroupName=self._group, **options
        )
        yield from (s["logStreamName"] for page in pages for s in page["logStreams"])

    def origins(self) -> list[str]:
        """Return the origins of which events can be read back."""
        found: set[str] = set()
        for stream in self._streams():
            for event in self._events(stream, limit=1):
                found.add(_taken_apart(json.loads(event)["key"])[0])
                break
        return sorted(found)

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin`; "" for what an earlier release shipped."""
        firsts = (next(iter(self._events(s, limit=1)), None) for s in self._streams(slug(origin)))
        keys = [_taken_apart(json.loads(one)["key"]) for one in firsts if one is not None]
        return sorted({log for of, _, log in keys if of == origin})

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order of index, duplicates included.

        What an earlier release shipped says no log: it is taken for the one that is asked for.
        """
        found = []
        for stream in self._streams(slug(origin)):
            for message in self._events(stream):
                of, index, said = _taken_apart(json.loads(message)["key"])
                if of == origin and (log is None or said in (log, "")) and ',"record":' in message:
                    found.append((index, message.partition(',"record":')[2][:-1].encode()))
        yield from sorted(found)

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return nothing: CloudWatch keeps no checkpoints."""
        return None

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield nothing: CloudWatch keeps no checkpoints."""
        yield from ()

    def _events(self, stream: str, limit: int = 10_000) -> Iterator[str]:
        options: dict[str, Any] = {
            "logGroupName": self._group, "logStreamName": stream, "startFromHead": True,
            "limit": limit,
        }  # fmt: skip
        token = None
        while True:
            try:
                page = self._logs.get_log_events(**options)
            except self._errors.ClientError as exc:
                code = exc.response["Error"]["Code"]
                if code == "ResourceNotFoundException":
                    return
                raise SinkUnavailable(f"CloudWatch cannot be read ({code})") from None
            yield from (event["message"] for event in page["events"])
            if page["nextForwardToken"] == token:
                return
            token = options["nextToken"] = page["nextForwardToken"]

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return nothing: the intake cannot be asked."""
        return None

    def close(self) -> None:
        """Let connections go."""
        self._logs.close()


def _stream(origin: str, log: str) -> str:
    return f"{slug(origin)}-{log}" if log else slug(origin)


def _taken_apart(key: str) -> tuple[str, int, str]:
    """Return (origin, index, log) of a key."""
    origin, _, rest = key.rpartition("#")
    index, _, log = rest.partition("@")
    return origin, int(index), log


def _refusal(at: int, now: int, size: int) -> str | None:
    if size > OCTETS:
        return f"{size} bytes, over {OCTETS}"
    if at < now - BACK:
        return "older than the 14 days that the intake takes"
    if at > now + AHEAD:
        return "more than 2 hours ahead of the intake's clock"
    return None


def _within_a_day(
    part: list[Shipped], events: dict[int, dict[str, Any]]
) -> Iterator[list[Shipped]]:
    piece: list[Shipped] = []
    for one in part:
        at = events[one.index]["timestamp"]
        if piece and at - events[piece[0].index]["timestamp"] >= SPAN:
            yield piece
            piece = []
        piece.append(one)
    if piece:
        yield piece


def _said(said: dict[str, int], part: list[Shipped]) -> list[RejectedRecord]:
    """Return what the answer names as rejected; it names positions in the request."""
    end = max(said.get("tooOldLogEventEndIndex", 0), said.get("expiredLogEventEndIndex", 0))
    start = said.get("tooNewLogEventStartIndex", len(part))
    old = [RejectedRecord(one.index, "too old for the log group") for one in part[:end]]
    return old + [RejectedRecord(one.index, "too new for the intake") for one in part[start:]]
