"""The provider on loopback: HTTP/1.1 with keep-alive, counted, and broken on request."""

from __future__ import annotations

import math
import socket
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from stageflow_guard.testing.grants import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.testing.grants import Endpoints

CAP = 1 << 20


@dataclass
class _Fault:
    path: str
    kind: str
    left: float
    seconds: float = 0.0
    answer: Answer | None = None


class Faults:
    """What goes wrong next, by path. `times=None` means until `clear`. Thread-safe.

    Delays add up and go with any other fault; of the others, the one planned first comes first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Fault] = []

    def _plan(self, path: str, kind: str, times: int | None, **more: Any) -> None:
        with self._lock:
            left = math.inf if times is None else times
            self._planned.append(_Fault(path, kind, left, **more))

    def slow(self, path: str, seconds: float, times: int | None = None) -> None:
        """Answer, but `seconds` late."""
        self._plan(path, "slow", times, seconds=seconds)

    def status(
        self, path: str, code: int, times: int | None = None, *, retry_after: int | None = None
    ) -> None:
        """Answer with this status and do nothing."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        body = b'{"error": "temporarily_unavailable"}'
        self._plan(path, "status", times, answer=Answer(code, headers, body))

    def garbage(self, path: str, body: bytes, times: int | None = 1) -> None:
        """Answer 200 with this body and do nothing."""
        self._plan(path, "garbage", times, answer=Answer(200, {}, body))

    def drop(self, path: str, times: int | None = 1) -> None:
        """Close the connection; the request was never heard."""
        self._plan(path, "drop", times)

    def lose(self, path: str, times: int | None = 1) -> None:
        """Do the work (a rotation counts), then close the connection without an answer."""
        self._plan(path, "lose", times)

    def clear(self) -> None:
        """Plan nothing."""
        with self._lock:
            self._planned.clear()

    def take(self, path: str) -> tuple[float, _Fault | None]:
        """Return the delay and the fault for one request, and count them down."""
        with self._lock:
            here = [f for f in self._planned if f.path == path]
            slow = [f for f in here if f.kind == "slow"]
            other = next((f for f in here if f.kind != "slow"), None)
            for fault in (*slow, *([other] if other else [])):
                fault.left -= 1
            self._planned = [f for f in self._planned if f.left > 0]
        return sum(f.seconds for f in slow), other


class Server(ThreadingHTTPServer):
    """One thread a connection; every connection is closed with the server."""

    daemon_threads = True
    request_queue_size = 128  # forty clients may knock at once

    def __init__(
        self, endpoints: Endpoints, faults: Faults, hits: Counter[str], port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.endpoints, self.faults, self.hits = endpoints, faults, hits
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._open: set[Any] = set()

    @property
    def url(self) -> str:
        """The base URL; without a slash at its end it is the issuer, to the letter."""
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, path: str) -> None:
        """Count a request that arrived, whatever comes of it."""
        with self._lock:  # `Counter.__iadd__` on a key is a read and a write
            self.hits[path] += 1

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hung up is what these tests are about."""

    def close(self) -> None:
        """Stop listening, wake what is slow, close every connection."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # gone already
                    continue


class _Exchange(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one segment, or delayed ACKs cost 40 ms a request

    def do_GET(self) -> None:
        """Answer one request, or break as planned."""
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= CAP):
            self.close_connection = True
            return self._send(Answer(400, {}, b""))
        body = self.rfile.read(int(length))
        target = urlsplit(self.path)
        text = body.decode("utf-8", "replace") if self.command == "POST" else target.query
        self.server.count(target.path)
        delay, fault = self.server.faults.take(target.path)
        if delay:
            self.server.closing.wait(delay)
        if fault is not None and fault.answer is not None:
            return self._send(fault.answer)
        if fault is None or fault.kind == "lose":
            answer = self.server.endpoints.answer(
                self.command, target.path, dict(self.headers.items()),
                parse_qsl(text, keep_blank_values=True),
            )  # fmt: skip
            if fault is None:
                return self._send(answer)
        self.close_connection = True

    do_POST = do_GET

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a request line can hold a code."""


@contextmanager
def running(server: Server) -> Iterator[None]:
    """Serve from a thread of its own while the block runs."""
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.close()
        thread.join()
