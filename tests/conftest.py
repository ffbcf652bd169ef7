"""Shared parts of the suite: a guard over real host parts, with the smallest honest collaborators."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from stageflow_guard import Guard
from stageflow_guard.errors import AuditUnavailable, NotAuthenticated
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Effect, Principal

# `make soak` looks longer; what CI runs is the same for everyone
settings.register_profile("soak", max_examples=20_000, deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci")


class Tokens:
    """An authenticator that knows `tenant:user` strings; the mount's tests need no signatures."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.fail: BaseException | None = None

    async def authenticate(self, credential: str) -> Principal:
        if self.fail is not None:
            raise self.fail
        tenant, _, user = credential.partition(":")
        if not user:
            raise NotAuthenticated("malformed")
        return Principal(subject=f"user:{user}", tenant=tenant, key_id="k1")

    def recheck(self, principal: Principal) -> None:
        if principal.subject in self.revoked:
            raise NotAuthenticated("revoked")


class Rules:
    """A decision point: everything but what `denied` holds; `reveal`, `bytes` only where listed."""

    revision = "r" * 64

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.reveal: set[str] = set()
        self.bytes: set[str] = set()
        self.fail: BaseException | None = None

    def decide(self, request: AccessRequest) -> Decision:
        if self.fail is not None:
            raise self.fail
        ok = {
            "run": request.obj not in self.denied,
            "reveal": request.obj in self.reveal,
            "bytes": request.obj in self.bytes,
        }[request.act]
        return Decision(
            effect=Effect.PERMIT if ok else Effect.DENY,
            reason="permitted" if ok else "no_matching_rule",
            revision=self.revision,
        )


class MemoryLog:
    """A log in a list: what the mount records, in order."""

    origin = "test"

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []
        self.fail = False
        self.hold: set[str] = set()

    def enqueue(self, record: AuditRecord) -> int:
        if self.fail or record.kind in self.hold:
            raise AuditUnavailable("disk full")
        self.records.append(record)
        return len(self.records) - 1

    async def append(self, record: AuditRecord) -> int:
        return self.enqueue(record)

    def kinds(self, kind: str) -> list[AuditRecord]:
        return [r for r in self.records if r.kind == kind]


class GuardFixture:
    """A guard and its four collaborators, in reach of a test."""

    def __init__(self) -> None:
        from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

        self.tokens, self.rules, self.log = Tokens(), Rules(), MemoryLog()
        self.inspector = OffLoopInspector(Redactor(preset="balanced", ner=None), Vault())
        self.guard = self.build()

    def build(self, **changes: object) -> Guard:
        parts = {
            "authenticator": self.tokens,
            "decisions": self.rules,
            "inspector": self.inspector,
            "log": self.log,
            **changes,
        }
        return Guard(**parts)  # type: ignore[arg-type]


@pytest.fixture
def world() -> GuardFixture:
    """A fresh guard."""
    return GuardFixture()


def pytest_addoption(parser):
    """What `tests/loops.py` runs the attack suites with."""
    parser.addoption("--loop", choices=["uvloop", "eager"], help="the event loop of every test")
    parser.addoption("--sample", type=int, default=0, help="run so many coroutines only")
    parser.addoption("--seed", type=int, default=0, help="which ones")


def pytest_configure(config):
    """The suite sets the modes that it needs: it passes under any umask and from any archive.

    A policy folder that others may write is refused, so what an archive unpacked group-writable is
    taken back; files that tests write are 0644.
    """
    import os
    from pathlib import Path

    os.umask(0o022)
    shipped = Path(__file__).parents[1] / "policies"
    for one in (shipped, *shipped.rglob("*")):
        mode = one.stat().st_mode
        if mode & 0o022:
            one.chmod(mode & ~0o022)
    if config.getoption("--loop"):
        from tests.loops import OtherLoop

        config.pluginmanager.register(OtherLoop(config.getoption("--loop")))


@pytest.fixture(autouse=True)
def log_levels():
    """What a verb silences in its own process (the demo does) is heard again in the next test."""
    import logging

    loggers = [logging.getLogger(n) for n in ("stageflow_guard", "pipeline_dag", "interceptors")]
    levels = [one.level for one in loggers]
    yield
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)


def _service(name: str, port: int) -> bool:
    """Say whether a service listens; in CI a missing one is a failure, not a skip."""
    import os
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} does not listen on 127.0.0.1:{port}")
        return False
    return True


@pytest.fixture(scope="session")
def needs_service():
    """A function of a service's name and port: skips where it does not listen, fails in CI."""

    def needs(name: str, port: int) -> None:
        if not _service(name, port):
            pytest.skip(f"no {name} on 127.0.0.1:{port}")

    return needs


@pytest.fixture(scope="session")
def redis_database():
    """A database of this Redis that no other process of a suite has: several runs share a machine."""
    import fcntl
    import tempfile

    for number in range(1, 11):  # 0 is for keys with names of their own, 11 for the brokers
        path = Path(tempfile.gettempdir()) / f"stageflow-guard-tests-redis-{number}.lock"
        with path.open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"redis://127.0.0.1:6379/{number}"
            return
    pytest.fail("ten other runs hold the databases of Redis")


@pytest.fixture
def redis_url(request):
    """A Redis database that is empty before and after, or None where there is no Redis."""
    if not _service("Redis", 6379):
        yield None
        return
    import redis

    url = request.getfixturevalue("redis_database")
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield url
    client.flushdb()
    client.close()


def pytest_collection_modifyitems(config, items):
    """Long runs (`soak`) are for `make soak`, what compares times (`bars`) for `make bars`."""
    chosen = config.getoption("markexpr") or ""
    for item in items:
        if "tests/bars/" in item.path.as_posix():
            item.add_marker("bars")
        for marker, why in (("soak", "a long run; `make soak` has it"),
                            ("bars", "it compares times; `make bars` has it")):  # fmt: skip
            if marker not in chosen and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=why))
    if config.getoption("--sample"):
        from tests.loops import sampled

        items[:] = sampled(items, config.getoption("--sample"), config.getoption("--seed"))


class PolicyFolder:
    """A policy folder that a test writes into: modes as the loader wants them."""

    def __init__(self, path) -> None:
        from stageflow_guard.policy.engine.rules import MODEL

        self.path = path
        self.write("model.conf", MODEL)

    def write(self, name: str, text: str | bytes) -> None:
        """Write one file below the folder."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        for one in (self.path, *self.path.rglob("*")):
            if not one.is_symlink():
                one.chmod(0o755 if one.is_dir() else 0o644)

    def load(self, **more):
        """Return what is in force."""
        from stageflow_guard.policy import PolicySet

        return PolicySet.load(self.path, **more)

    def run(self, *words: str) -> int:
        """Run a policy verb on it."""
        from stageflow_guard.cli import main

        return main(["policy", *words, "--path", str(self.path)])


@pytest.fixture
def policy_folder(tmp_path):
    """An empty policy folder with the shipped model."""
    return PolicyFolder(tmp_path / "policies")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The documentation site, built strictly as `make site` does."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return out
