"""Objects that nobody can change or delete before their time: S3 Object Lock, compliance mode.

`<prefix><origin>-<log>/entries/<first>-<last>` is a C2SP entry bundle (u16be length and entry,
repeated), `<prefix><origin>-<log>/checkpoints/<size>` the signed checkpoint it was sent under.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    forked,
    need,
    slug,
)
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.errors import VerificationError

ORIGIN = "origin"  # the objects' metadata


class S3Sink:
    """Puts each batch as one object, only if its key is free, locked for `days`.

    The bucket must have Object Lock; it is yours to make. A batch that comes again after a crash
    is the same object, or one that overlaps: readers tell records by their index.
    """

    kind = "s3"
    batch = 4_096
    least = 256
    refills = True

    def __init__(
        self,
        bucket: str,
        *,
        days: int,
        prefix: str = "",
        region: str | None = None,
        client: Any = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        boto3 = need("boto3", "s3")
        self._errors = need("botocore.exceptions", "s3")
        self._s3 = client or boto3.client("s3", region_name=region)
        self._bucket, self._prefix, self._days = bucket, prefix, days
        self._clock = clock
        self._locks = False  # whether the bucket was seen to have Object Lock
        self._last: dict[str, int] = {}  # what this process put last, by log

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Put one object for the batch and one for the checkpoint; both are there on return."""
        self._require_lock()
        first, last = batch[0].index, batch[-1].index
        base = self._base(batch[0].origin, batch[0].log)
        if self._last.get(base) != first - 1:  # the first, or one that comes again
            self._require_same(batch, base)
        content = pack([one.entry for one in batch])
        name = f"{base}entries/{first:012d}-{last:012d}"
        if not self._put(name, content, batch[0].origin) and self._get(name) != content:
            raise forked(self.kind, batch[0])
        note = f"{base}checkpoints/{parse(head)[0].size:012d}"
        there = not self._put(note, head, batch[0].origin)
        if there and parse(self._get(note))[0] != parse(head)[0]:
            raise forked(self.kind, batch[0])
        self._last[base] = last
        return []

    def _require_lock(self) -> None:
        if self._locks:
            return
        found = self._asked("get_object_lock_configuration", Bucket=self._bucket)
        enabled = (found or {}).get("ObjectLockConfiguration", {}).get("ObjectLockEnabled")
        if enabled != "Enabled":
            raise SinkUnavailable(
                f"bucket `{self._bucket}` has no Object Lock: make one that has", retry_after=60.0
            )
        self._locks = True

    def _require_same(self, batch: Sequence[Shipped], base: str) -> None:
        """Raise `ForkedSink` where an object that is there already holds another record."""
        first, last = batch[0].index, batch[-1].index
        for begin, end, name in self._ranges(base):
            if begin > last or end < first:
                continue
            held = dict(enumerate(unpack(self._get(name), name), begin))
            for one in batch:
                if held.get(one.index, one.entry) != one.entry:
                    raise forked(self.kind, one)

    def _put(self, name: str, content: bytes, origin: str) -> bool:
        """Put an object that is not there; say whether it was not."""
        put = self._asked(
            "put_object", taken=True, Bucket=self._bucket, Key=name, Body=content, IfNoneMatch="*",
            ContentType="application/octet-stream", Metadata={ORIGIN: origin},
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=self._clock() + timedelta(days=self._days),
        )  # fmt: skip
        return put is not None

    def _get(self, name: str) -> bytes:
        found = self._asked("get_object", Bucket=self._bucket, Key=name)
        return b"" if found is None else bytes(found["Body"].read())

    def _asked(self, what: str, *, taken: bool = False, **request: Any) -> dict[str, Any] | None:
        """Return S3's answer; None where a key is taken, or what is asked for is not there."""
        try:
            return dict(getattr(self._s3, what)(**request))
        except self._errors.ClientError as exc:
            code = str(exc.response.get("Error", {}).get("Code"))
            if taken and code in ("PreconditionFailed", "412"):
                return None
            if not taken and code in ("ObjectLockConfigurationNotFoundError", "NoSuchKey"):
                return None
            raise SinkUnavailable(f"S3 answered {code}") from None
        except self._errors.BotoCoreError as exc:
            raise SinkUnavailable(f"S3 did not answer ({type(exc).__name__})") from None

    def _base(self, origin: str, log: str) -> str:
        return f"{self._prefix}{slug(origin)}-{log}/"

    def _names(self, prefix: str) -> Iterator[str]:
        more: dict[str, Any] = {}
        while True:
            page = self._asked("list_objects_v2", Bucket=self._bucket, Prefix=prefix, **more) or {}
            yield from (one["Key"] for one in page.get("Contents", []))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _ranges(self, base: str) -> Iterator[tuple[int, int, str]]:
        for name in self._names(f"{base}entries/"):
            begin, _, end = name.rpartition("/")[2].partition("-")
            if begin.isdigit() and end.isdigit():
                yield int(begin), int(end), name

    def _bases(self, origin: str) -> dict[str, str]:
        """Return the folder of each log of `origin`, by its id."""
        start = f"{self._prefix}{slug(origin)}-"
        page = self._asked(
            "list_objects_v2", Bucket=self._bucket, Prefix=start, Delimiter="/"
        ) or {}  # fmt: skip
        names = (one["Prefix"] for one in page.get("CommonPrefixes", []))
        return {name[len(start) : -1]: name for name in sorted(names)}

    def origins(self) -> list[str]:
        """Return the origins in the bucket, below the prefix."""
        page = self._asked(
            "list_objects_v2", Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
        ) or {}  # fmt: skip
        found = set()
        for one in page.get("CommonPrefixes", []):
            name = next(self._names(f"{one['Prefix']}entries/"), None)
            if name is not None:
                about = self._asked("head_object", Bucket=self._bucket, Key=name) or {}
                found.add(str(about.get("Metadata", {}).get(ORIGIN)))
        return sorted(found)

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` in the bucket."""
        return list(self._bases(origin))

    def inventory(self, origin: str) -> list[Inventory] | None:
        """Return how many records the objects' names promise, from where to where."""
        found = []
        for log, base in self._bases(origin).items():
            count, first, reached = 0, None, -1
            for begin, end, _ in self._ranges(base):
                first = begin if first is None else first
                count += max(0, end - max(begin, reached + 1) + 1)
                reached = max(reached, end)
            if first is not None:
                found.append(Inventory(log, count, first, reached, self.head(origin, log)))
        return found

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order of index, duplicates included."""
        for name, base in self._bases(origin).items():
            if log is not None and name != log:
                continue
            waiting: list[tuple[int, bytes]] = []
            for begin, _, key in self._ranges(base):
                ready = [one for one in waiting if one[0] < begin]
                yield from ready
                rest = waiting[len(ready) :]
                waiting = sorted([*rest, *enumerate(unpack(self._get(key), key), begin)])
            yield from waiting

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the newest checkpoint."""
        notes = list(self.heads(origin, log))
        return max(notes, key=_size, default=None)

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield every checkpoint."""
        for name, base in self._bases(origin).items():
            if log is None or name == log:
                for key in self._names(f"{base}checkpoints/"):
                    yield self._get(key)

    def close(self) -> None:
        """Let connections go."""
        self._s3.close()


def _size(note: bytes) -> int:
    try:
        return parse(note)[0].size
    except VerificationError:
        return -1
