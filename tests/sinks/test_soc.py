"""What a security operations centre reads: syslog over TLS, Splunk, S3 Object Lock, Kafka."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stageflow_guard.audit.export.assemble import text_of
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile, verify_sink
from stageflow_guard.audit.export.sink import Shipped, SinkUnavailable
from stageflow_guard.audit.export.sinks.splunk import SplunkSink
from stageflow_guard.audit.export.sinks.syslog import SyslogSink
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.errors import ConfigError, VerificationError

_spec = importlib.util.spec_from_file_location(
    "sinks_conftest_soc", Path(__file__).with_name("conftest.py")
)
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)
grow, ORIGIN, Intake, keys_of = shared.grow, shared.ORIGIN, shared.Intake, shared.keys_of
RENDER = text_of("record")


def plain(one):
    return one.record


def killed(log, state, script, lines=(3, 5, 2)):
    """Kill the exporter between sending and moving its cursor, again and again."""
    for count in lines:
        args = [sys.executable, "-c", script, str(log), str(state)]
        with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(count):
                assert process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL


SCRIPT = """
import sys, time, json
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.assemble import text_of
from stageflow_guard.audit.export.sinks.{module} import {name}

class Slow({name}):
    batch = 20
    least = 1

    def send(self, batch, head):
        done = super().send(batch, head)
        print(batch[-1].index, flush=True)
        time.sleep(0.05)
        return done

Exporter(sys.argv[1], Slow({args}), sys.argv[2]).run()
"""


def certificates(folder):
    """Write a CA and a certificate of it for 127.0.0.1 and localhost; return their paths."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = dt.datetime.now(dt.UTC)
    made = {}
    for name in ("ca", "server"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = made["ca"][1].subject if made else subject
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
        )  # fmt: skip
        if name == "server":
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        signer = made["ca"][0] if made else key
        made[name] = key, builder.sign(signer, hashes.SHA256())
        (folder / f"{name}.pem").write_bytes(made[name][1].public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ))  # fmt: skip
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


# -- syslog ---------------------------------------------------------------------------------------


@pytest.fixture
def rsyslog(tmp_path):
    """Debian's rsyslogd with TLS on a port of its own: (address, CA, file it writes raw lines to)."""
    program = shutil.which("rsyslogd", path=f"{os.environ['PATH']}:/usr/sbin")
    driver = next(Path("/usr/lib").rglob("rsyslog/lmnsd_gtls.so"), None)
    if program is None or driver is None:
        if os.environ.get("CI") == "true":
            pytest.fail("rsyslog and rsyslog-gnutls are missing, and CI has them")
        pytest.skip("rsyslog and rsyslog-gnutls are not installed here")
    folder = tmp_path / "rsyslog"
    folder.mkdir()
    ca, cert, key = certificates(folder)
    port, out = free_port(), folder / "out"
    (folder / "conf").write_text(f"""
global(workDirectory="{folder}" maxMessageSize="8k" DefaultNetstreamDriver="gtls"
  DefaultNetstreamDriverCAFile="{ca}" DefaultNetstreamDriverCertFile="{cert}"
  DefaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
input(type="imtcp" port="{port}" address="127.0.0.1")
template(name="t" type="list") {{ property(name="structured-data") constant(value="\t")
  property(name="app-name") constant(value="\t") property(name="msgid") constant(value="\t")
  property(name="syslogseverity-text") constant(value="\t") property(name="syslogfacility-text")
  constant(value="\t") property(name="msg") constant(value="\n") }}
action(type="omfile" file="{out}" template="t")
""")
    with (folder / "err").open("w") as errors:
        process = subprocess.Popen(
            [program, "-n", "-f", str(folder / "conf"), "-i", str(folder / "pid")],
            stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
    until = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "err").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
    yield f"127.0.0.1:{port}", str(ca), out
    process.terminate()
    process.wait(15)


def lines_of(out, count):
    """Return what the daemon wrote once it has written that much, or no more comes."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        found = out.read_text().splitlines() if out.exists() else []
        if len(found) >= count:
            break
        time.sleep(0.1)
    return [line.split("\t") for line in found]


async def test_a_syslog_daemon_gets_every_record_over_tls(tmp_path, made, rsyslog):
    """rsyslog parses each message: facility, severity, structured data, and the record itself."""
    address, ca, out = rsyslog
    log = await grow(tmp_path, 300)
    sink = made(SyslogSink, address, render=RENDER, ca_file=ca)
    Exporter(log, sink, tmp_path / "state").run()
    lines = lines_of(out, 300)
    assert len(lines) == 300
    keys = {re.search(r'key="([^"]*)"', line[0])[1] for line in lines}
    assert keys == keys_of(log, 300)
    first = lines[0]
    assert (first[1], first[2], first[4]) == ("stageflow-guard", "decision", "audit")
    severities = {(json.loads(line[5].lstrip("\ufeff"))["decision"], line[3]) for line in lines}
    assert severities == {("permit", "notice"), ("deny", "warning")}
    entries = [json.loads(entry) for _, entry in iter_entries(log)]
    assert [json.loads(line[5].lstrip("\ufeff")) for line in lines] == entries


async def test_a_syslog_exporter_that_is_killed_loses_nothing(tmp_path, made, rsyslog):
    """kill -9 while shipping: every record arrives, repeats have the same key and text."""
    address, ca, out = rsyslog
    log = await grow(tmp_path, 400)
    args = f"{address!r}, render=text_of('record'), ca_file={ca!r}"
    state = tmp_path / "state"
    killed(log, state, SCRIPT.format(module="syslog", name="SyslogSink", args=args))
    exporter = Exporter(log, made(SyslogSink, address, render=RENDER, ca_file=ca), state)
    assert exporter.lag().records > 0
    exporter.run()
    time.sleep(1.0)
    lines = lines_of(out, 401)
    got = [(re.search(r'key="([^"]*)"', line[0])[1], line[5]) for line in lines]
    assert set(dict(got)) == keys_of(log, 400)
    assert len(got) > 400
    assert all(dict(got)[key] == text for key, text in got)


@pytest.mark.parametrize("fault", ["untrusted", "no server", "cut"])
async def test_a_syslog_daemon_that_cannot_be_trusted_or_breaks_off_gets_it_again(
    tmp_path, made, fault
):
    """A stranger's certificate, nobody there, a connection reset before the end: nothing is lost."""
    folder = tmp_path / "tls"
    folder.mkdir()
    ca, cert, key = certificates(folder)
    port = free_port()
    if fault != "no server":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
        server = socket.create_server(("127.0.0.1", port))

        def serve():
            try:
                plain_socket = server.accept()[0]
                with context.wrap_socket(plain_socket, server_side=True) as secure:
                    secure.recv(10)
                    # RST: what was not read is known to be lost
                    secure.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
    trusted = None if fault == "untrusted" else str(ca)
    log = await grow(tmp_path, 3_000)
    sink = made(SyslogSink, f"127.0.0.1:{port}", render=RENDER, ca_file=trusted, timeout=5.0)
    exporter = Exporter(log, sink, tmp_path / "state")
    with pytest.raises(SinkUnavailable) as caught:
        exporter.run()
    assert ("trusted" in str(caught.value)) is (fault == "untrusted")
    assert str(port) not in str(caught.value)
    assert exporter.lag().records == 3_000
    assert exporter.dead_letters() == []
    if fault != "no server":
        server.close()


def test_a_syslog_message_cannot_be_broken_out_of(made):
    """Quotes, brackets, line ends, other letters in a record stay inside their field."""
    evil = 'a"] <34>1 - evil - - - [x y="'
    one = Shipped(evil, 7, encoded({"kind": "auth", "node": "n\n o\u00e9", "reason": "x\ny\x00"}))
    sink = made(SyslogSink, "localhost:6514", render=RENDER)
    message = sink.message(one)
    header, _, text = message.partition(b"\xef\xbb\xbf")
    assert header.count(b"\n") == 0 and header.isascii()
    parsed = re.fullmatch(
        rb'<109>1 - \S+ stageflow-guard \d+ auth (\[audit@32473( \w+="([^"\\\]]|\\["\\\]])*")+\]) ', header
    )  # fmt: skip
    assert parsed, header
    assert b"\n" not in text and json.loads(text)["reason"] == "x\ny\x00"
    long = Shipped("o", 1, encoded({"kind": "auth", "reason": "x" * 9_000}))
    assert [r.index for r in sink.send([long], b"")] == [1]
    with pytest.raises(ConfigError, match="host:port"):
        SyslogSink("localhost", render=RENDER)


# -- Splunk ---------------------------------------------------------------------------------------


class SplunkDouble:
    """The documented behaviour of HEC with indexer acknowledgment.

    A channel is required (code 10), acknowledgments are per channel and each is told once, a
    request of over `max_content_length` is 413, an event that cannot be parsed is code 6.
    """

    def __init__(self):
        self.kept: list[dict] = []
        self.acks: dict[str, dict[int, int]] = {}
        self.use_ack, self.polls, self.lost = True, 1, 0

    def __call__(self, headers, body):
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get("authorization") != "Splunk secret":
            return 403, b'{"text":"Invalid token","code":4}'
        channel = headers.get("x-splunk-request-channel")
        if not channel:
            return 400, b'{"text":"Data channel is missing","code":10}'
        waiting = self.acks.setdefault(channel, {})
        if body.startswith(b'{"acks"'):
            asked = json.loads(body)["acks"]
            done = {}
            for one in asked:
                waiting[one] = waiting.get(one, 0) - 1
                done[str(one)] = waiting[one] < 0
            return 200, json.dumps({"acks": done}).encode()
        if len(body) > 1_000_000:
            return 413, b"{}"
        found = [json.loads(line) for line in body.split(b"\n")]
        if any("poison" in json.dumps(one["event"]) for one in found):
            return 400, b'{"text":"Invalid data format","code":6}'
        if any(
            len(json.dumps(one["event"], ensure_ascii=False).encode()) > 10_000 for one in found
        ):
            raise AssertionError("Splunk would have cut this event")
        if not self.use_ack:
            self.kept += found
            return 200, b'{"text":"Success","code":0}'
        number = len(waiting)
        if self.lost:  # taken, and lost by an indexer before it was written
            self.lost -= 1
            waiting[number] = 10**9
        else:
            waiting[number] = self.polls
            self.kept += found
        return 200, json.dumps({"text": "Success", "code": 0, "ackId": number}).encode()


@pytest.fixture
def splunk():
    """A collector."""
    double = SplunkDouble()
    intake = Intake(double)
    intake.double = double
    yield intake
    intake.close()


def splunk_keys(double):
    return [one["fields"]["audit_key"] for one in double.kept]


@pytest.mark.parametrize("fault", [None, 503, 429, "cut", "late", "lost by an indexer"])
async def test_splunk_gets_everything_and_only_an_acknowledgment_counts(
    tmp_path, made, splunk, fault
):
    """A batch whose acknowledgment does not come is sent again; a success alone is none."""
    log = await grow(tmp_path, 40)
    waits = {"late": {"timeout": 0.5}, "lost by an indexer": {"ack_timeout": 0.6}}.get(fault, {})
    sink = made(SplunkSink, splunk.url, "secret", render=plain, **waits)
    exporter = Exporter(log, sink, tmp_path / "state")
    if fault == "lost by an indexer":
        splunk.double.lost = 1
    elif fault:
        splunk.faults = [fault]
    if fault:
        with pytest.raises(SinkUnavailable) as caught:
            exporter.run()
        assert "secret" not in str(caught.value)
        assert exporter.lag().records == 40
    patient = made(SplunkSink, splunk.url, "secret", render=plain)
    Exporter(log, patient, tmp_path / "state").run()
    assert set(splunk_keys(splunk.double)) == keys_of(log, 40)
    assert {
        h.get("x-splunk-request-channel", h.get("X-Splunk-Request-Channel"))
        for h, _ in splunk.requests
    } != {None}
    one = splunk.double.kept[0]
    assert (one["source"], one["sourcetype"]) == (ORIGIN, "stageflow:audit")
    assert one["event"] == next(json.loads(entry) for _, entry in iter_entries(log))


async def test_a_splunk_token_without_acknowledgment_is_said(tmp_path, made, splunk):
    """Without an ackId a success promises nothing, so nothing counts as shipped."""
    splunk.double.use_ack = False
    log = await grow(tmp_path, 3)
    exporter = Exporter(log, made(SplunkSink, splunk.url, "secret", render=plain), tmp_path / "s")
    with pytest.raises(SinkUnavailable, match="indexer acknowledgment"):
        exporter.run()
    assert exporter.lag().records == 3


async def test_splunks_limits_are_ours_and_one_bad_event_takes_no_other_with_it(made, splunk):
    """What Splunk would cut in silence is refused by name; a refused event is halved out."""
    batch = [Shipped(ORIGIN, i, encoded({"kind": "auth", "run": "x" * 9_000})) for i in range(300)]
    batch += [
        Shipped(ORIGIN, 300, encoded({"kind": "auth", "run": "x" * 10_000})),
        Shipped(ORIGIN, 301, encoded({"kind": "auth", "run": "poison"})),
    ]
    sink = made(SplunkSink, splunk.url, "secret", render=plain)
    rejected = sink.send(batch, b"")
    assert [(r.index, r.reason.split(",")[0].rpartition(" ")[2]) for r in rejected] == [
        (300, "bytes"), (301, "400")
    ]  # fmt: skip
    assert len(splunk.double.kept) == 300
    assert max(len(body) for _, body in splunk.requests) <= 1_000_000


async def test_a_splunk_exporter_that_is_killed_loses_nothing(tmp_path, made, splunk):
    """kill -9 while shipping: the union is whole, repeats have the same key and content."""
    log = await grow(tmp_path, 400)
    state = tmp_path / "state"
    args = f"{splunk.url!r}, 'secret', render=lambda one: one.record"
    killed(log, state, SCRIPT.format(module="splunk", name="SplunkSink", args=args))
    exporter = Exporter(log, made(SplunkSink, splunk.url, "secret", render=plain), state)
    assert exporter.lag().records > 0
    exporter.run()
    got = [(one["fields"]["audit_key"], one["event"]) for one in splunk.double.kept]
    assert set(dict(got)) == keys_of(log, 400) and len(got) > 400
    assert all(dict(got)[key] == event for key, event in got)


# -- S3 Object Lock -------------------------------------------------------------------------------


@pytest.fixture
def bucket(monkeypatch):
    """moto's S3 as a server, with a bucket that has Object Lock: (endpoint, client)."""
    import boto3
    from moto.server import ThreadedMotoServer

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    monkeypatch.setattr(sys.modules[__name__], "WORM", f"worm-{time.time_ns()}")  # moto keeps all
    client.create_bucket(Bucket=WORM, ObjectLockEnabledForBucket=True)
    if "loose" not in {one["Name"] for one in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket="loose")
    yield client
    client.close()
    server.stop()


WORM = ""


def s3_sink(**options):
    from stageflow_guard.audit.export.sinks.s3 import S3Sink

    return S3Sink(WORM, days=30, prefix="audit/", **options)


async def test_s3_holds_locked_objects_that_read_back_as_the_signed_tree(tmp_path, made, bucket):
    """Compliance mode for the days that are set; the copy verifies, and agrees with the log."""
    log = await grow(tmp_path, 600)
    sink = made(s3_sink)
    Exporter(log, sink, tmp_path / "state").run()
    names = [o["Key"] for o in bucket.list_objects_v2(Bucket=WORM)["Contents"]]
    assert len(names) == 2
    for name in names:
        lock = bucket.head_object(Bucket=WORM, Key=name)
        assert lock["ObjectLockMode"] == "COMPLIANCE"
        left = lock["ObjectLockRetainUntilDate"] - dt.datetime.now(dt.UTC)
        assert dt.timedelta(days=29) < left <= dt.timedelta(days=30)
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.behind, found.duplicates) == (True, 600, 0, 0)
    assert verify_sink(sink, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 600
    await grow(tmp_path, 300, start=600)
    Exporter(log, made(s3_sink), tmp_path / "state").run()
    assert reconcile(log, sink).sink == 900


async def test_an_s3_exporter_that_is_killed_loses_nothing(tmp_path, made, bucket):
    """kill -9 while shipping: what overlaps is the same record; nothing is missing."""
    log = await grow(tmp_path, 400)
    state = tmp_path / "state"
    args = f"{WORM!r}, days=30, prefix='audit/'"
    killed(log, state, SCRIPT.format(module="s3", name="S3Sink", args=args))
    sink = made(s3_sink)
    Exporter(log, sink, state).run()
    found = reconcile(log, sink)
    assert (found.holds, found.behind) == (True, 0)
    assert verify_sink(sink, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 400
    assert {i for i, _ in sink.stored(ORIGIN)} == set(range(400))


async def test_s3_without_object_lock_and_another_history_are_refused(tmp_path, made, bucket):
    """A bucket that can be emptied is no evidence; a copy of the log that went on apart is a fork."""
    from stageflow_guard.audit.export.sinks.s3 import S3Sink

    log = await grow(tmp_path, 300)
    with pytest.raises(SinkUnavailable, match="Object Lock"):
        Exporter(log, made(S3Sink, "loose", days=1), tmp_path / "l").run()
    shutil.copytree(tmp_path, tmp_path.parent / "twin")
    twin = await grow(tmp_path.parent / "twin", 100, start=300)
    await grow(tmp_path, 90, start=800)
    Exporter(log, made(s3_sink), tmp_path / "state").run()
    with pytest.raises(VerificationError, match="fork"):
        Exporter(twin, made(s3_sink), tmp_path.parent / "twin/state").run()
    shutil.rmtree(tmp_path.parent / "twin")


# -- Kafka ----------------------------------------------------------------------------------------


@pytest.fixture
def kafka():
    """librdkafka's own cluster of brokers in this process, or KAFKA_SERVERS, which is real."""
    client = pytest.importorskip("confluent_kafka")
    if servers := os.environ.get("KAFKA_SERVERS"):
        yield servers
        return
    holder = client.Producer({"test.mock.num.brokers": 3, "log_level": 0})
    brokers = holder.list_topics(timeout=10).brokers.values()
    yield ",".join(f"{one.host}:{one.port}" for one in brokers)
    holder.flush(1)


def consumed(servers, topic, least):
    """Return (header, key, value, partition) of every message, once no more come."""
    import confluent_kafka

    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": servers, "group.id": f"g{time.time_ns()}",
        "auto.offset.reset": "earliest", "log_level": 0,
    })  # fmt: skip
    consumer.subscribe([topic])
    got, until = [], time.monotonic() + 30
    while time.monotonic() < until:
        message = consumer.poll(1.0)
        if message is None:
            if len(got) >= least:
                break
            continue
        if message.error() is None:
            headers = dict(message.headers())
            got.append((headers["audit-key"].decode(), message.key().decode(),
                        json.loads(message.value()), message.partition()))  # fmt: skip
    consumer.close()
    return got


def kafka_sink(servers, topic, **options):
    from stageflow_guard.audit.export.sinks.kafka import KafkaSink

    return KafkaSink(servers, topic, security={}, render=plain, **options)


async def test_kafka_gets_every_record_in_order_and_once(tmp_path, made, kafka):
    """One partition for a log, in order of index, the record as value, the key as header."""
    log, topic = await grow(tmp_path, 300), f"audit-{time.time_ns()}"
    Exporter(log, made(kafka_sink, kafka, topic), tmp_path / "state").run()
    got = consumed(kafka, topic, 300)
    assert [one[0] for one in got] == sorted(
        keys_of(log, 300), key=lambda k: int(k.split("#")[1].split("@")[0])
    )
    assert {one[1] for one in got} == {ORIGIN}
    assert len({one[3] for one in got}) == 1
    assert [one[2] for one in got] == [json.loads(entry) for _, entry in iter_entries(log)]


async def test_a_kafka_exporter_that_is_killed_loses_nothing(tmp_path, made, kafka):
    """kill -9 while shipping: the union is whole, repeats have the same header and value."""
    log, topic = await grow(tmp_path, 400), f"audit-{time.time_ns()}"
    state = tmp_path / "state"
    args = f"{kafka!r}, {topic!r}, security={{}}, render=lambda one: one.record"
    killed(log, state, SCRIPT.format(module="kafka", name="KafkaSink", args=args))
    exporter = Exporter(log, made(kafka_sink, kafka, topic), state)
    assert exporter.lag().records > 0
    exporter.run()
    got = consumed(kafka, topic, 401)
    assert {one[0] for one in got} == keys_of(log, 400)
    assert len(got) > 400
    held = {one[0]: one[2] for one in got}
    assert all(held[key] == value for key, _, value, _ in got)


async def test_brokers_that_are_away_lose_nothing(tmp_path, made):
    """No acknowledgment within the deadline is `SinkUnavailable`, and no address is said."""
    pytest.importorskip("confluent_kafka")
    log, port = await grow(tmp_path, 3), free_port()
    sink = made(kafka_sink, f"127.0.0.1:{port}", "audit", timeout=1.0)
    exporter = Exporter(log, sink, tmp_path / "state")
    with pytest.raises(SinkUnavailable) as caught:
        exporter.run()
    assert str(port) not in str(caught.value)
    assert exporter.lag().records == 3
