"""HTTP for tokens, keys and sinks: one request, one bounded answer. The only file with `httpx`.

`HttpClient.send` blocks and is called on a thread. What it guarantees, whatever the peer does:

1. One deadline over name, connection, handshake, headers and body. When it is over, the socket is
   shut down and the call raises, also when the peer sends a byte now and then.
2. At most `cap` bytes of body, counted as they arrive. An answer with a `Content-Encoding` is
   refused: `identity` was asked for, and what unpacks can grow without a bound.
3. No redirects, no proxy or certificate from the environment, TLS verified.
4. An `OSError` for every failure. Its text names the kind of failure, nothing of what was sent.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CAP = 512 * 1024
DEADLINE = 5.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")  # through a proxy as well
_lock = threading.Lock()
_trust: dict[str, ssl.SSLContext] = {}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer. The body may hold tokens: it does not show itself."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None


def require_https(url: str, key: str) -> None:
    """Raise `ConfigError` unless `url` is https, or http on loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise ConfigError(f"`{key}` is not a URL") from None
    if parts.username or parts.password:
        raise ConfigError(f"`{key}` may not hold credentials")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ConfigError(f"`{key}` must be an https URL")


class HttpClient:
    """Sends requests, each within `deadline` seconds and `cap` bytes. Safe to share by threads.

    `ca_file` (PEM) is trusted beside the public authorities; `proxy` is the URL of an HTTP proxy.
    A connection has to stand within `connect` seconds. With `keep_alive` it serves several
    requests. Raises `ConfigError` for a file that
    holds no certificate and for an unusable proxy.
    """

    def __init__(
        self,
        *,
        ca_file: str | Path | None = None,
        proxy: str | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
        connect: float = DEADLINE,
        cap: int = CAP,
        keep_alive: bool = False,
    ) -> None:
        if proxy is not None and urlsplit(proxy).scheme not in ("http", "https"):
            raise ConfigError("`http.proxy` is the URL of an http proxy")
        if proxy is not None and (urlsplit(proxy).username or urlsplit(proxy).password):
            raise ConfigError("`http.proxy` may not hold credentials")
        self._ca_file = None if ca_file is None else str(ca_file)
        if self._ca_file is not None:
            _context(self._ca_file)  # a wrong file is found at start-up
        self._proxy = proxy
        self._headers = {"Accept-Encoding": "identity", **(headers or {})}
        self._deadline, self._cap = deadline, cap
        self._connect = min(connect, deadline)
        self._keep_alive = keep_alive
        self._idle: list[_Link] = []
        self._closings = 0
        self._idle_lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | bytes = "",
    ) -> HttpResponse:
        """Return the answer, whatever its status; raise `OSError` when there is no whole one."""
        content = body.encode() if isinstance(body, str) else body
        exchange = _Exchange(self._cap, self._deadline)
        # on a thread of its own: neither a name that is looked up nor a connect can be interrupted
        thread = threading.Thread(
            target=exchange.run,
            args=(self, method, url, {**self._headers, **(headers or {})}, content),
            name="http-exchange",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:  # the limit on threads, or the interpreter's end
            raise OSError("no thread can be started for a request") from None
        return exchange.result()

    def close(self) -> None:
        """Close the connections that are kept; one that is lent is closed when it comes back."""
        with self._idle_lock:
            idle, self._idle = self._idle, []
            self._closings += 1
        for link in idle:
            link.client.close()

    @contextlib.contextmanager
    def _link(self) -> Iterator[_Link]:
        """Lend a connection to one request; keep it when an answer was read to its end."""
        with self._idle_lock:
            link, closings = self._idle.pop() if self._idle else None, self._closings
        link = _Link(self._new()) if link is None else link
        try:
            yield link
        except BaseException:
            link.client.close()
            raise
        with self._idle_lock:
            kept = self._keep_alive and closings == self._closings
            if kept:
                self._idle.append(link)
        if not kept:
            link.client.close()

    def _new(self) -> Any:
        import httpx

        return httpx.Client(
            timeout=httpx.Timeout(self._deadline, connect=self._connect),
            follow_redirects=False, trust_env=False, proxy=self._proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            verify=_context(self._ca_file), headers={"User-Agent": "stageflow-guard"},
        )  # fmt: skip


@dataclass(slots=True)
class _Link:
    """A client of one connection, and its socket, which httpx does not tell of a second time."""

    client: Any
    socket: socket.socket | None = None


class _Exchange:
    """One request on its thread, and the caller that waits for it no longer than the deadline."""

    def __init__(self, cap: int, deadline: float) -> None:
        self._cap, self._deadline = cap, deadline
        self._until = time.monotonic() + deadline
        self._done: queue.SimpleQueue[HttpResponse | OSError] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._link: _Link | None = None
        self._over = False

    def result(self) -> HttpResponse:
        """Return the answer; at the deadline shut the socket down and raise `OSError`."""
        try:
            found = self._done.get(timeout=max(0.0, self._until - time.monotonic()))
        except queue.Empty:
            with self._lock:
                self._over = True
                self._shut()
            raise OSError(f"no whole answer within {self._deadline:g} s") from None
        if isinstance(found, OSError):
            raise found
        return found

    def run(
        self, owner: HttpClient, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> None:
        """Send and read; every outcome goes to the caller."""
        try:
            with owner._link() as link:
                self._take(link)
                answer = self._read(link.client, method, url, headers, body)
                self._take(None)  # from here on the socket may be another request's
            self._done.put(answer)
        except OSError as exc:
            self._done.put(OSError(_why(exc)))
        except BaseException as exc:  # its text may hold what was sent
            self._done.put(OSError(_why(exc)))

    def _read(
        self, client: Any, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> HttpResponse:
        received = bytearray()
        with client.stream(
            method, url, headers=headers, content=body or None, extensions={"trace": self._trace}
        ) as answer:
            encoding = answer.headers.get("content-encoding", "identity").strip().lower()
            if encoding not in ("", "identity"):
                raise _RefusedAnswer("the answer is compressed, although `identity` was asked for")
            for chunk in answer.iter_raw():
                received += chunk
                if len(received) > self._cap:
                    raise _RefusedAnswer(f"the answer is too large: over {self._cap} bytes")
            retry_after = _seconds(answer.headers.get("retry-after"))
            return HttpResponse(answer.status_code, bytes(received), retry_after)

    def _take(self, link: _Link | None) -> None:
        """Remember whose socket a deadline shuts down; after the deadline, raise `OSError`."""
        with self._lock:
            if self._over:
                raise _RefusedAnswer("the deadline is over")
            self._link = link

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the socket; one that comes after the deadline is shut down at once."""
        if not event.endswith(_CONNECTED):
            return
        with self._lock:
            if self._link is not None:
                self._link.socket = info["return_value"].get_extra_info("socket")
            if self._over:
                self._shut()

    def _shut(self) -> None:
        if self._link is not None and self._link.socket is not None:
            with contextlib.suppress(OSError):
                # not `SSLSocket.shutdown`: that drops the TLS object under the reading thread
                socket.socket.shutdown(self._link.socket, socket.SHUT_RDWR)


class _RefusedAnswer(OSError):
    """An answer that is not taken; its text is ours."""


def _why(error: BaseException) -> str:
    """Return what kind of failure this is; the text of a foreign error may hold an address."""
    if isinstance(error, _RefusedAnswer):
        return str(error)
    known: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in known:
        known.add(id(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}; see `[http] ca_file`"
        if isinstance(cause, ssl.SSLError):
            return f"the TLS handshake failed ({cause.reason or 'no reason given'})"
        if isinstance(cause, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _context(ca_file: str | None) -> ssl.SSLContext:
    """Return the trust store, loaded once for each `ca_file`: it costs tens of milliseconds."""
    import httpx

    with _lock:
        if (known := _trust.get(ca_file or "")) is not None:
            return known
        context = httpx.create_ssl_context(trust_env=False)
        if ca_file is not None:
            try:
                context.load_verify_locations(cafile=ca_file)
            except ssl.SSLError:
                raise ConfigError(f"`http.ca_file`: `{ca_file}` holds no PEM certificate") from None
            except OSError as exc:
                raise ConfigError(
                    f"`http.ca_file`: `{ca_file}` cannot be read ({exc.strerror})"
                ) from None
        _trust[ca_file or ""] = context
        return context


def _seconds(value: str | None) -> float | None:
    # RFC 9110 section 10.2.3 also allows a date; rate limiters do not send one
    short = value is not None and value.isascii() and value.isdigit() and len(value) < 6
    return float(value) if value is not None and short else None


def async_client(seconds: float) -> Any:
    """Return an `httpx.AsyncClient` with this timeout, for a library that takes one.

    It follows no redirect: a library's key stands in a header that would go along.
    """
    import httpx

    return httpx.AsyncClient(timeout=seconds)
