"""A provider or an intake that answers slowly, too much, packed or under a wrong name."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import itertools
import socket
import ssl
import threading
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stageflow_guard.audit.export.sink import SinkUnavailable
from stageflow_guard.audit.export.sinks.poster import Poster
from stageflow_guard.auth.http import fetcher
from stageflow_guard.base.http import HttpClient
from stageflow_guard.errors import ConfigError


class Peer:
    """A server of `turns` answers per connection, each an iterable of byte strings."""

    def __init__(self, answer, tls=None, turns=1):
        self.answer, self.tls, self.turns = answer, tls, turns
        self.requests, self.closed = [], threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}/x"
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._serve, daemon=True)]
        self.threads[0].start()

    def _serve(self):
        while not self.over.is_set():
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._one, args=(link,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _one(self, link):
        with contextlib.suppress(OSError), link:
            if self.tls is not None:
                link = self.tls.wrap_socket(link, server_side=True)
            with link:
                try:
                    for _ in range(self.turns):
                        self.requests.append(link.recv(65536))
                        if not self.requests[-1]:
                            return
                        for part in self.answer() if callable(self.answer) else self.answer:
                            link.sendall(part)
                            if self.over.is_set():
                                return
                except OSError:  # the client has hung up
                    self.closed.set()

    def close(self):
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture(scope="module", autouse=True)
def _loaded():
    """Load the library before a deadline runs: on a busy machine that alone is longer than one."""
    HttpClient()._new().close()


@pytest.fixture
def peer():
    """Start peers; all of them end with the test."""
    started = []

    def start(answer, **more):
        started.append(Peer(answer, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


def dripping(*parts):
    """Yield the parts, then a byte now and then, for ever."""

    def answer():
        yield from parts
        pause = threading.Event()
        for _ in itertools.count():
            pause.wait(0.02)
            yield b"a"

    return answer


def dripping_1xx():
    """Yield one interim answer after another, for ever."""
    pause = threading.Event()
    while True:
        pause.wait(0.02)
        yield b"HTTP/1.1 103 Early Hints\r\n\r\n"


OK = b"HTTP/1.1 200 OK\r\n"
SLOW = {
    "headers": dripping(OK + b"X-Slow: "),
    "a status line": dripping(b"HTTP/1.1 200 "),
    "interim answers": dripping_1xx,
    "a body": dripping(OK + b"Content-Length: 100000\r\n\r\n"),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n"),
    "a body without an end": dripping(OK + b"\r\n"),
    "a packed header": dripping(OK + b"Content-Encoding: identity\r\n\r\n\x1f\x8b"),
}


@pytest.mark.parametrize("what", SLOW)
def test_one_deadline_ends_a_request_and_closes_its_socket(peer, what):
    """A byte now and then is no answer: the call raises at its deadline, and the peer sees the end."""
    slow = peer(SLOW[what])
    with pytest.raises(OSError, match=r"no whole answer within 0\.3 s"):
        HttpClient(deadline=0.3).send("GET", slow.url)
    assert slow.closed.wait(10)


@pytest.mark.parametrize("what", SLOW)
def test_a_deadline_also_ends_a_kept_connection(peer, what):
    """The second request of a connection has the deadline of the first, and its socket is closed."""
    whole = OK + b"Content-Length: 2\r\n\r\nok"
    turns = iter([[whole], SLOW[what]() if callable(SLOW[what]) else SLOW[what]])
    slow = peer(lambda: next(turns), turns=2)
    http = HttpClient(deadline=30, keep_alive=True)
    assert http.send("GET", slow.url).body == b"ok"
    http._deadline = 0.3  # what a busy machine needs for the first is not at issue
    with pytest.raises(OSError, match="no whole answer"):
        http.send("GET", slow.url)
    assert slow.closed.wait(10)
    assert len(slow.threads) == 2, "the second request opened a connection of its own"
    http.close()


def test_a_late_answer_does_not_end_the_request_that_follows_it(peer):
    """A connection is kept after a whole answer only: one that was cut short is not used again."""
    turns = iter([dripping(OK + b"X-Slow: ")(), [OK + b"Content-Length: 2\r\n\r\nok"]])
    slow = peer(lambda: next(turns), turns=2)
    http = HttpClient(deadline=0.3, keep_alive=True)
    with pytest.raises(OSError, match="no whole answer"):
        http.send("GET", slow.url)
    http._deadline = 30
    assert http.send("GET", slow.url).body == b"ok"
    assert len(slow.threads) == 3
    http.close()


def test_a_connection_that_was_lent_at_the_close_is_not_kept(peer):
    """Who closes a client during a request leaves no socket: it is closed with its answer."""
    begun, go_on, answers = threading.Event(), threading.Event(), []

    def answer():
        begun.set()
        go_on.wait(30)
        yield OK + b"Content-Length: 2\r\n\r\nok"

    slow = peer(answer, turns=2)
    http = HttpClient(deadline=30, keep_alive=True)
    asking = threading.Thread(target=lambda: answers.append(http.send("GET", slow.url).body))
    asking.start()
    assert begun.wait(30)
    http.close()
    go_on.set()
    asking.join(30)
    assert answers == [b"ok"]
    slow.threads[-1].join(10)
    assert slow.requests[1:] == [b""], "the peer still waits for another request"


PACKED = {
    "gzip": gzip.compress(b"{}" * 9),
    "gzip, gzip": gzip.compress(gzip.compress(bytes(1 << 20))),
    "deflate": zlib.compress(b"{}"),
    "br": b"\x0b\x01\x80{}\x03",
    "zstd": b"(\xb5/\xfd",
    "GZIP": gzip.compress(b"{}"),
    "identity, gzip": gzip.compress(b"{}"),
    "x-unknown": b"{}",
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_packed_answer_is_refused_and_never_unpacked(peer, coding):
    """`identity` is asked for; whatever else comes is no answer."""
    body = PACKED[coding]
    head = f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    packed = peer([OK + head + body])
    with pytest.raises(OSError, match="compressed"):
        HttpClient().send("GET", packed.url)
    assert b"accept-encoding: identity" in packed.requests[0].lower()


@pytest.mark.parametrize("framing", ["length", "chunked", "until the end", "a length that lies"])
def test_bytes_are_counted_as_they_arrive(peer, framing):
    """An answer over the cap is refused, however it is framed."""
    body = b"x" * 2000
    answers = {
        "length": OK + b"Content-Length: 2000\r\n\r\n" + body,
        "chunked": OK + b"Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + body + b"\r\n0\r\n\r\n",
        "until the end": OK + b"\r\n" + body,
        "a length that lies": OK + b"Content-Length: 9\r\n\r\n" + body,
    }
    large = peer([answers[framing]])
    http = HttpClient(cap=1000)
    if framing == "a length that lies":
        assert http.send("GET", large.url).body == body[:9]
    else:
        with pytest.raises(OSError, match="too large"):
            http.send("GET", large.url)
    assert HttpClient(cap=2000).send("GET", large.url).status == 200


def test_a_redirect_is_an_answer_and_is_not_followed(peer):
    """Who answers chooses no other address."""
    other = peer([OK + b"\r\n"])
    first = peer([b"HTTP/1.1 302 F\r\nLocation: " + other.url.encode() + b"\r\n\r\n"])
    assert HttpClient().send("GET", first.url).status == 302
    assert other.requests == []


async def test_only_a_200_is_a_key_set(peer):
    """Keys come from a whole 200 answer; the error names the status."""
    for status in (b"204 No", b"301 Moved", b"404 Not", b"500 No"):
        answer = peer([b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"])
        with pytest.raises(OSError, match="status"):
            await fetcher(HttpClient().send)(answer.url)


# -- what an error names ---------------------------------------------------------------------------


def authority(tmp_path, *, host="127.0.0.1"):
    """Return (a server's TLS context, the file of the authority that signed for it)."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "internal")])
    import ipaddress

    names = [
        x509.DNSName(host) if host != "127.0.0.1" else x509.IPAddress(ipaddress.ip_address(host))
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "ca.pem").write_bytes(pem)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    return context, tmp_path / "ca.pem"


def test_an_internal_authority_is_named_by_a_setting(peer, tmp_path):
    """Without `ca_file` the error says certificate; with it the request goes through."""
    tls, ca = authority(tmp_path)
    inside = peer([OK + b"Content-Length: 2\r\n\r\nok"], tls=tls)
    with pytest.raises(OSError, match=r"certificate is not trusted.*\[http\] ca_file"):
        HttpClient().send("GET", inside.url)
    assert HttpClient(ca_file=ca).send("GET", inside.url).body == b"ok"


def test_a_certificate_of_another_host_is_not_trusted(peer, tmp_path):
    """An internal authority does not stand for every name."""
    tls, ca = authority(tmp_path, host="other.example")
    with pytest.raises(OSError, match="certificate is not trusted"):
        HttpClient(ca_file=ca).send("GET", peer([OK], tls=tls).url)


def test_the_environment_names_no_authority(peer, tmp_path, monkeypatch):
    """`SSL_CERT_FILE` and the proxy variables change nothing."""
    tls, ca = authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with pytest.raises(OSError, match="certificate"):
        HttpClient().send("GET", peer([OK], tls=tls).url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1/", "refused"),
        ("https://no-such-host.invalid/", "name cannot be resolved"),
    ],
)
def test_an_error_names_its_kind(url, said):
    """Refused, unresolved: what to mend is in the text, the address is not."""
    with pytest.raises(OSError, match=said) as caught:
        HttpClient().send("GET", url + "secret-path")
    assert "secret" not in str(caught.value)


def test_a_plain_peer_at_an_https_address_is_a_handshake_error(peer):
    """The text says TLS, not the URL."""
    plain = peer([b"no tls here\r\n"])
    with pytest.raises(OSError, match="TLS"):
        HttpClient().send("GET", plain.url.replace("http:", "https:"))


def test_a_proxy_is_a_setting(peer):
    """Requests go through the proxy that `[http]` names."""
    proxy = peer([OK + b"Content-Length: 7\r\n\r\nproxied"])
    http = HttpClient(proxy=proxy.url.removesuffix("/x"))
    assert http.send("GET", "http://id.internal/jwks").body == b"proxied"
    assert proxy.requests[0].startswith(b"GET http://id.internal/jwks ")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://me:secret@proxy.example", "x"])
def test_a_proxy_that_cannot_be_used_is_a_config_error(proxy):
    """Named at start-up; a password stands in no setting."""
    with pytest.raises(ConfigError, match=r"http\.proxy") as caught:
        HttpClient(proxy=proxy)
    assert "secret" not in str(caught.value)


def test_a_file_without_a_certificate_is_a_config_error(tmp_path):
    """Found at start-up, by the setting's name."""
    (tmp_path / "empty.pem").write_text("no certificate")
    for file in ("empty.pem", "missing.pem"):
        with pytest.raises(ConfigError, match=r"http\.ca_file"):
            HttpClient(ca_file=tmp_path / file)


# -- the sinks' poster is the same client ----------------------------------------------------------


@pytest.mark.parametrize("what", ["gzip, gzip", "too large", "slow"])
def test_an_intake_is_bounded_too(peer, what):
    """A packed, an endless and a slow answer of an intake are `SinkUnavailable`: tried later."""
    answers = {
        "gzip, gzip": [OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + PACKED["gzip, gzip"]],
        "too large": lambda: itertools.chain([OK + b"\r\n"], itertools.repeat(b"x" * 65536)),
        "slow": SLOW["headers"],
    }
    poster = Poster(
        peer(answers[what]).url, {"DD-API-KEY": "s3cret"}, timeout=0.5 if what == "slow" else 10
    )
    with pytest.raises(SinkUnavailable) as caught:
        poster.post(b"[]", content_type="application/json")
    assert "s3cret" not in str(caught.value)
    poster.close()


@pytest.mark.parametrize(
    "url", ["http://intake.example/", "ftp://x/", "https://k:s@intake.example/"]
)
def test_an_intake_needs_tls(url):
    """Off loopback, https; no credentials in an address."""
    with pytest.raises(ConfigError):
        Poster(url, {})


@pytest.mark.parametrize("trusted", [False, True])
async def test_discovery_blames_what_is_at_fault(peer, tmp_path, trusted):
    """A certificate is named as such; only a status says to check the URL."""
    from stageflow_guard.auth.discovery import discover

    tls, ca = authority(tmp_path)
    inside = peer([b"HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n"], tls=tls)
    http = HttpClient(ca_file=ca) if trusted else HttpClient()
    with pytest.raises(ConfigError) as caught:
        await discover(inside.url.removesuffix("/x"), fetcher(http.send))
    assert ("check the URL" in caught.value.message) is trusted
    assert ("certificate" in caught.value.message) is not trusted


def test_a_deadline_ends_a_tunnel_through_a_proxy(peer, tmp_path):
    """TLS inside CONNECT: the socket is shut down there, too."""
    tls, ca = authority(tmp_path)
    closed = threading.Event()

    class Tunnel(Peer):
        def _one(self, link):
            with contextlib.suppress(OSError), link:
                link.recv(65536)
                link.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                with tls.wrap_socket(link, server_side=True) as inside:
                    inside.recv(65536)
                    inside.sendall(OK + b"X-Slow: ")
                    inside.settimeout(10)
                    while inside.recv(1):
                        pass
                closed.set()

    proxy = Tunnel([])
    http = HttpClient(proxy=proxy.url.removesuffix("/x"), ca_file=ca, deadline=0.5)
    with pytest.raises(OSError, match="no whole answer"):
        http.send("GET", "https://127.0.0.1:9/x")
    assert closed.wait(10)
    proxy.close()


def test_a_guard_reaches_its_provider_as_the_settings_say(peer, tmp_path, capsys):
    """`[http] ca_file` in guard.toml: the check fetches the keys; without it a certificate is named."""
    import json

    from stageflow_guard.cli import main
    from stageflow_guard.testing import IdentityProvider

    tls, ca = authority(tmp_path)
    body = json.dumps(IdentityProvider().jwks()).encode()
    head = OK + f"Content-Length: {len(body)}\r\n\r\n".encode()
    inside = peer([head + body], tls=tls)
    home = tmp_path / "home"
    assert main(["init", str(home)]) == 0
    toml = home / "guard.toml"
    text = toml.read_text().replace('jwks_file = "jwks.json"', f'jwks_url = "{inside.url}"')
    check = ["config", "check", "--online", "--config", str(toml)]
    toml.write_text(text)
    assert main(check) == 3
    assert "certificate is not trusted" in capsys.readouterr().out
    toml.write_text(f'{text}\n[http]\nca_file = "../{ca.name}"\n')
    assert main(check) == 0
    assert "keys      https://id.example: ok" in capsys.readouterr().out
