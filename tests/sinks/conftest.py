"""A log to ship, and doubles of intakes that enforce what the real ones document."""

from __future__ import annotations

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.signed_head import signed_head

ORIGIN = "example.com/ship"


async def grow(folder, n, *, origin=ORIGIN, name="audit", start=0):
    """Append `n` records of several kinds to the log below `folder`; return its directory."""
    log = await Log.open(folder / name, origin=origin, key_file=folder / "k")
    for i in range(start, start + n):
        log.enqueue({
            "kind": "decision", "run": f"run-{i // 4}", "tenant": ("acme", "globex")[i % 2],
            "stage": "answer", "decision": ("permit", "deny")[i % 3 == 0], "reason": "r\u00e9ason",
            "actor": {"subject": f"user:u{i % 5}", "method": "jwt", "key_id": "k", "roles": []},
        })  # fmt: skip
    await log.flush()
    await log.close()
    return folder / name


def name_of(log):
    """Return the log's id."""
    return log_id(log, signed_head(log)[0])


def keys_of(log, n):
    """Return the keys of the log's first `n` records."""
    return {f"{ORIGIN}#{i}@{name_of(log)}" for i in range(n)}


class Intake:
    """An HTTP intake. `faults` are used up one per request: a status, or what else goes wrong.

    `late`: the body is taken, no answer comes until the client gives up. `cut`: taken, and the
    connection is closed without an answer.
    """

    def __init__(self, take):
        self.take = take
        self.faults: list[object] = []
        self.requests: list[tuple[dict, bytes]] = []
        self.media: str | None = None
        self.encoding: str | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.requests.append((dict(self.headers), body))
                fault = outer.faults.pop(0) if outer.faults else None
                if isinstance(fault, int):
                    self.answer(fault, b"", {"retry-after": "0"} if fault == 429 else {})
                    return
                status, answer = outer.take(dict(self.headers), body)
                if fault == "cut":
                    self.close_connection = True
                    return
                if fault == "late":
                    self.connection.settimeout(60)
                    self.close_connection = not self.connection.recv(1)  # it gave up
                    return
                try:
                    self.answer(status, answer, {})
                except OSError:
                    pass

            def answer(self, status, body, headers):
                self.send_response(status)
                if outer.media:
                    self.send_header("content-type", outer.media)
                if outer.encoding:
                    self.send_header("content-encoding", outer.encoding)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class DatadogDouble:
    """The documented limits of POST /api/v2/logs."""

    def __init__(self):
        self.kept: list[dict] = []

    def __call__(self, headers, body):
        if headers.get("DD-API-KEY", headers.get("dd-api-key")) != "secret":
            return 403, b"{}"
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if len(body) > 5_000_000:
            return 413, b"{}"
        found = json.loads(body)
        if not isinstance(found, list) or len(found) > 1_000:
            return 400, b"{}"
        if any("poison" in json.dumps(one) for one in found):
            return 400, b"{}"
        for one in found:
            text = json.dumps(one)
            # what the real one does: cuts with a 2xx, drops what is old with a 2xx
            if one["timestamp"] / 1000 < time.time() - 18 * 3600:
                continue
            self.kept.append(one if len(text) <= 1_000_000 else {"cut": True})
        return 202, b"{}"


class OtlpDouble:
    """A collector: protobuf in, partial success out for what `refuse` names."""

    def __init__(self):
        from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as proto

        self.proto = proto
        self.kept: list[tuple[str, str]] = []
        self.refuse: set[str] = set()

    def __call__(self, headers, body):
        if headers.get("content-type") != "application/x-protobuf" or len(body) > 4 * 2**20:
            return 400, b""
        request = self.proto.ExportLogsServiceRequest.FromString(body)
        answer = self.proto.ExportLogsServiceResponse()
        for resource in request.resource_logs:
            for scope in resource.scope_logs:
                for record in scope.log_records:
                    key = next(
                        a.value.string_value for a in record.attributes if a.key == "audit.key"
                    )
                    if key in self.refuse:
                        answer.partial_success.rejected_log_records += 1
                    else:
                        self.kept.append((key, record.body.string_value))
        return 200, answer.SerializeToString()


@pytest.fixture
def datadog():
    """A Datadog intake."""
    double = DatadogDouble()
    intake = Intake(double)
    intake.double = double
    yield intake
    intake.close()


@pytest.fixture
def collector():
    """An OTLP collector."""
    double = OtlpDouble()
    intake = Intake(double)
    intake.double = double
    yield intake
    intake.close()


@pytest.fixture
def made():
    """Make sinks that are closed at the end."""
    sinks = []

    def make(kind, *args, **options):
        sinks.append(kind(*args, **options))
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()
