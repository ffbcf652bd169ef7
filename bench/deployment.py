"""A deployment as the docs describe it, guarded and bare: requests a second, latency, CPU.

    python bench/deployment.py [--seconds 20] [--workers 4] [--profile]

Two servers of four uvicorn workers each run the application of `bench/served.py`; the guarded one
has a log in shards and three sinks (SQLite, PostgreSQL, NATS JetStream at their usual ports). They
are asked in turns, and the other one waits meanwhile:

1. requests a second, with as many connections as keep every worker busy
2. latency with one connection: what one user feels
3. the same while another tenant has four inputs of 5 MB under way, again and again

CPU a request is that of the server's processes, exporters included, over the whole of part 1. The
client is a process of its own on the same cores. Exit 1 when a bar of the design is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from uuid import uuid4

import sinks
from stageflow_guard.testing import IdentityProvider

HERE = Path(__file__).parent
TENANTS = ("acme", "globex")
LINES = """\
g, claim:agent, role:agent, {t}
p, role:agent, {t}, stage, support/*, run, allow
p, role:agent, {t}, stage, lookup/*, run, allow
p, role:agent, {t}, pipeline, lookup, spawn, allow
p, role:agent, {t}, tool, refund, call, allow
"""
SINKS = """
[[audit.sinks]]
kind = "sqlite"
path = "audit.db"
[[audit.sinks]]
kind = "postgres"
dsn_env = "AUDIT_DSN"
table = "{table}"
[[audit.sinks]]
kind = "nats"
url_env = "AUDIT_NATS"
stream = "{stream}"
subject = "{stream}"
"""
TEXT = "Please tell me when order {n} was sent, and write to ada.lovelace{n}@example.com about it."
LARGE = "The order of last week was sent by our team; ask jo.doe{n}@example.com or 415-555-0132. "


def prepare(folder: Path) -> dict[str, str]:
    """Write settings, keys and policies; return a token for each tenant."""
    said = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "init", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise SystemExit(said.stderr)
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(folder / "jwks.json")
    for tenant in TENANTS:
        place = folder / "policies" / "tenants" / tenant
        place.mkdir(parents=True, exist_ok=True)
        (place / "policy.csv").write_text(LINES.format(t=tenant))
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import schema_sql

    name = f"deployment_{uuid4().hex[:12]}"
    with psycopg.connect(sinks.DSN, autocommit=True) as conn:
        conn.execute(schema_sql(name))
    toml = folder / "guard.toml"
    text = toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n')
    toml.write_text(text + SINKS.format(table=name, stream=name))
    return {
        tenant: idp.mint(sub="bob", tenant=tenant, roles=["agent"], aud="pipelines", ttl=3600)
        for tenant in TENANTS
    }


class Server:
    """One uvicorn with its workers."""

    def __init__(self, folder: Path, workers: int, *, bare: bool) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = {"AUDIT_DSN": sinks.DSN, "AUDIT_NATS": sinks.NATS, "BARE": "1" if bare else ""}
        path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "served:app", "--factory", "--port", str(self.port),
             "--workers", str(workers), "--log-level", "warning", "--no-access-log"],
            cwd=folder, env=os.environ | own | {"PYTHONPATH": path},
        )  # fmt: skip

    def cpu(self) -> float:
        """Return the CPU seconds of all its processes that live."""
        total = 0.0
        for pid in self._all():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total

    def _all(self) -> Iterator[int]:
        waiting = [self._process.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    waiting += map(int, task.read_text().split())

    def stop(self) -> None:
        """End it; what is not shipped yet is shipped."""
        self._process.terminate()
        self._process.wait(60)


class Caller:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            b"POST /ask HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
            % (self._token.encode(), len(body))
            + body
        )
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        return int(head.split()[1]), await reader.readexactly(size)

    def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()


async def asked(
    port: int, token: str, connections: int, seconds: float
) -> tuple[float, list[float]]:
    """Ask again and again; return answers a second, and how long each took."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def go_on() -> None:
        caller, start = Caller(port, token), time.perf_counter()
        while start < until:
            status, body = await caller.ask(TEXT.format(n=time.monotonic_ns()).encode())
            if status != 200:
                raise SystemExit(f"{status} {body.decode()[:300]}")
            now = time.perf_counter()
            took.append(now - start)
            start = now
        caller.close()

    began = time.perf_counter()
    await asyncio.gather(*(go_on() for _ in range(connections)))
    return len(took) / (time.perf_counter() - began), took


@contextlib.asynccontextmanager
async def large_inputs(port: int, token: str) -> AsyncGenerator[list[int], None]:
    """Keep four inputs of 5 MB under way; yields how each of them was answered so far."""
    answers: list[int] = []

    async def go_on() -> None:
        caller = Caller(port, token)
        while True:
            n = time.monotonic_ns()
            line = LARGE.format(n=n)
            status, _ = await caller.ask((line * (5_000_000 // len(line))).encode())
            answers.append(status)

    tasks = [asyncio.create_task(go_on()) for _ in range(4)]
    try:
        await asyncio.sleep(1.0)
        yield answers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def at(share: float, values: list[float]) -> float:
    """Return the milliseconds below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


async def measure(servers: dict[str, Server], tokens: dict[str, str], seconds: float) -> bool:
    """Print each row; say whether every bar is met."""
    mine, others = tokens["acme"], tokens["globex"]
    for server in servers.values():
        for _ in range(300):  # every worker has started
            with contextlib.suppress(OSError):
                await asyncio.gather(*(asked(server.port, mine, 16, 1.0) for _ in range(1)))
                break
            await asyncio.sleep(0.2)
    rate: dict[str, list[float]] = {name: [] for name in servers}
    cpu: dict[str, list[float]] = {name: [] for name in servers}
    alone: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(5):
        for name, server in servers.items():
            spent = server.cpu()
            per_second, took = await asked(server.port, mine, 32, seconds / 5)
            await asyncio.sleep(1.5)  # what it recorded is shipped
            rate[name].append(per_second)
            cpu[name].append((server.cpu() - spent) / len(took) * 1000)
            alone[name] += (await asked(server.port, mine, 1, seconds / 10))[1]
    held: dict[str, list[float]] = {}
    for name, server in servers.items():
        async with large_inputs(server.port, others) as answers:
            held[name] = (await asked(server.port, mine, 1, seconds))[1]
        print(f"{name}: {len(answers)} inputs of 5 MB answered {sorted(set(answers))}")
    ratio = statistics.median(g / b for g, b in zip(rate["guarded"], rate["bare"], strict=True))
    for name in servers:
        print(
            f"{name:<8} {statistics.median(rate[name]):7.1f} requests/s  "
            f"{statistics.median(cpu[name]):6.2f} ms CPU  "
            f"p50 {at(0.5, alone[name]):6.2f} ms  p99 {at(0.99, alone[name]):6.2f} ms  "
            f"beside 4 x 5 MB: p50 {at(0.5, held[name]):6.2f} ms  p99 {at(0.99, held[name]):7.2f} ms"
        )
    added = at(0.5, alone["guarded"]) - at(0.5, alone["bare"])
    behind = at(0.99, held["guarded"]) - at(0.99, held["bare"])
    bars = (
        ("requests/s, guarded over bare", ratio, 0.35, ratio >= 0.35),
        ("added p50, ms", added, 8.0, added <= 8.0),
        ("added p99 beside four inputs of 5 MB, ms", behind, 250.0, behind <= 250.0),
    )
    for what, value, bar, met in bars:
        print(f"{what}: {value:.2f} (bar {bar}) {'met' if met else 'MISSED'}")
    return all(met for *_, met in bars)


def main() -> int:
    """Start both servers, measure, end them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        tokens = prepare(folder)
        servers = {
            name: Server(folder, given.workers, bare=name == "bare") for name in ("bare", "guarded")
        }
        try:
            met = asyncio.run(measure(servers, tokens, given.seconds))
        finally:
            for server in servers.values():
                server.stop()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
