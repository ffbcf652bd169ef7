"""`TokenManager` against a provider that rotates refresh tokens and punishes their reuse."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from stageflow_guard import errors
from stageflow_guard.auth import Clock, FileStore, MemoryStore, TokenManager
from stageflow_guard.auth.http import send
from stageflow_guard.errors import ConfigError, ReauthRequired, TokenUnavailable
from stageflow_guard.testing import IdentityProvider


@pytest.fixture
def idp():
    """A provider over HTTP whose access tokens live for ten seconds."""
    with IdentityProvider.serve(access_ttl=10) as served:
        yield served


def manager(idp, store, **more):
    """The embedded client of the provider."""
    return TokenManager(
        token_endpoint=idp.token_endpoint, client_id="demo-app", client_secret="demo-secret",
        store=store, **more,
    )  # fmt: skip


async def adopted(idp, store, *, expires_in=None, **more):
    """A manager that holds a fresh family; `expires_in` makes it look older than it is."""
    tokens, given = manager(idp, store, **more), idp.grant(sub="ada", tenant="acme")
    await tokens.adopt(given["access_token"], given["refresh_token"], expires_in or 10)
    return tokens, given


async def expired(tokens):
    """Let the token run out now, as a clock would."""
    tokens._until = float("-inf")


async def test_a_valid_token_costs_no_request(idp, tmp_path):
    """What is valid and not due is returned as it is."""
    tokens, given = await adopted(idp, tmp_path / "t.json")
    assert await tokens.access_token() == given["access_token"]
    assert idp.hits["/token"] == 0
    assert tokens.state == "valid"


async def test_a_hundred_callers_cause_one_refresh(idp, tmp_path):
    """Single flight: every caller gets the same new token."""
    tokens, given = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    got = set(await asyncio.gather(*(tokens.access_token() for _ in range(100))))
    assert len(got) == 1 and given["access_token"] not in got
    assert idp.grants["refresh_token"] == 1


CHILD = textwrap.dedent("""
    import asyncio, json, sys
    from stageflow_guard.auth import TokenManager
    async def main(endpoint, store):
        t = TokenManager(token_endpoint=endpoint, client_id="demo-app", client_secret="demo-secret", store=store, family="ada")
        print(json.dumps(await asyncio.gather(*(t.access_token() for _ in range(10)))))
    asyncio.run(main(*sys.argv[1:]))
""")


@pytest.mark.parametrize("kind", ["file", "redis"])
async def test_four_processes_of_ten_callers_cause_one_refresh(idp, tmp_path, kind, redis_url):
    """The store's lock holds across processes, and the session lives on."""
    if kind == "redis" and redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    from stageflow_guard.auth.redis import RedisStore

    where = str(tmp_path / "t.json") if kind == "file" else redis_url
    store = where if kind == "file" else RedisStore(where, family="ada")
    idp.access_ttl = 3600  # however long the processes take to start
    tokens, given = await adopted(idp, store, expires_in=1)
    time.sleep(1.1)
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, idp.token_endpoint, where], stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    got = {t for p in crowd for t in json.loads(p.communicate(timeout=60)[0])}
    assert len(got) == 1 and given["access_token"] not in got
    assert idp.grants["refresh_token"] == 1
    await expired(tokens)
    assert await tokens.access_token() in got  # this one reads what they got


async def test_a_caller_that_gives_up_does_not_cut_the_refresh_off(idp, tmp_path):
    """A stage's timeout is not the session's end: the rotated token reaches the store."""
    tokens, given = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    idp.faults.slow("/token", 0.3, times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tokens.access_token(), 0.05)
    fresh = await tokens.access_token()
    assert fresh != given["access_token"] and idp.grants["refresh_token"] == 1
    assert FileStore(tmp_path / "t.json").load().access_token == fresh


def test_a_loop_that_closes_does_not_cut_the_refresh_off(idp, tmp_path):
    """`asyncio.run` ends while the provider answers: the session is alive in the next one."""

    async def first():
        tokens, _ = await adopted(idp, tmp_path / "t.json")
        await expired(tokens)
        idp.faults.slow("/token", 0.2, times=1)
        asyncio.get_running_loop().create_task(tokens.access_token())
        await asyncio.sleep(0.05)
        return tokens

    tokens = asyncio.run(first())
    assert asyncio.run(tokens.access_token())
    assert idp.grants["refresh_token"] == 1


@pytest.mark.parametrize("fault", ["503", "slow", "dropped", "garbage"])
async def test_no_caller_waits_or_fails_while_the_token_is_valid(idp, tmp_path, fault):
    """A provider in trouble is the refresh's trouble, not the callers'."""
    {
        "503": lambda: idp.faults.status("/token", 503),
        "slow": lambda: idp.faults.slow("/token", 1.0),
        "dropped": lambda: idp.faults.drop("/token", times=99),
        "garbage": lambda: idp.faults.garbage("/token", b"<html>", times=99),
    }[fault]()
    tokens, given = await adopted(idp, tmp_path / "t.json", expires_in=300)
    tokens._until = tokens._clock.monotonic() + 5  # due: less than a fifth is left
    assert tokens.state == "due"
    for _ in range(20):
        asked = tokens.access_token()
        with pytest.raises(StopIteration) as answered:  # at once: it never waits for anything
            asked.send(None)
        assert answered.value.value == given["access_token"]
        await asyncio.sleep(0.005)
    idp.faults.clear()


async def test_an_expired_token_waits_out_a_short_outage(idp, tmp_path):
    """With nothing valid to hand out, the refresh is tried again within its patience."""
    tokens, _ = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    idp.faults.status("/token", 503, times=2)
    assert await tokens.access_token()
    assert idp.hits["/token"] == 3


async def test_a_session_that_was_ended_asks_for_a_login_and_never_loops(idp, tmp_path):
    """`invalid_grant` is terminal, on disk, and asked for once, over restarts too."""
    tokens, given = await adopted(idp, tmp_path / "t.json")
    thief = manager(idp, MemoryStore())
    await thief.adopt(given["access_token"], given["refresh_token"], 1)
    await expired(thief)
    await thief.access_token()  # somebody else has used the refresh token
    await expired(tokens)
    for _ in range(5):
        with pytest.raises(ReauthRequired):
            await tokens.access_token()
    with pytest.raises(ReauthRequired):
        await manager(idp, tmp_path / "t.json").access_token()
    assert idp.grants["refresh_token"] == 2
    again = idp.grant(sub="ada", tenant="acme")
    await tokens.adopt(again["access_token"], again["refresh_token"], 10)
    assert await tokens.access_token() == again["access_token"]


KILLED = textwrap.dedent("""
    import asyncio, os, signal, sys
    from stageflow_guard.auth import FileStore, TokenManager
    class Dies(FileStore):
        def save(self, tokens):
            os.kill(os.getpid(), signal.SIGKILL)  # the provider has answered, nothing is on disk
    async def main(endpoint, store):
        t = TokenManager(token_endpoint=endpoint, client_id="demo-app", client_secret="demo-secret", store=Dies(store))
        await t.access_token()
    asyncio.run(main(*sys.argv[1:]))
""")


async def test_a_kill_between_answer_and_store_ends_in_one_request_for_login(idp, tmp_path):
    """The lost rotation cannot be undone; it is refused once, written down, and never retried."""
    store = tmp_path / "t.json"
    await adopted(idp, store, expires_in=1)
    time.sleep(1.1)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, idp.token_endpoint, str(store)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    after = manager(idp, store)
    for _ in range(3):
        with pytest.raises(ReauthRequired):
            await after.access_token()
    assert idp.grants["refresh_token"] == 2


async def test_a_lost_answer_ends_typed(idp, tmp_path):
    """The provider rotated, the answer got lost: terminal, after one more try."""
    tokens, _ = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    idp.faults.lose("/token", times=1)
    with pytest.raises(ReauthRequired):
        await tokens.access_token()
    assert idp.grants["refresh_token"] == 2


async def test_a_store_that_cannot_be_written_loses_nothing(idp, tmp_path):
    """A full disk after the rotation: the tokens stay in memory and are saved before anything else."""

    class Full(FileStore):
        full = False

        def save(self, tokens):
            if self.full:
                raise TokenUnavailable("the token store cannot be written (No space left)")
            super().save(tokens)

    store = Full(tmp_path / "t.json")
    tokens, given = await adopted(idp, store)
    store.full = True
    await expired(tokens)
    waiting = asyncio.create_task(tokens.access_token())
    await asyncio.sleep(0.3)
    store.full = False
    assert await waiting != given["access_token"]
    assert idp.grants["refresh_token"] == 1


async def test_a_clock_stepped_back_revives_no_token(idp, tmp_path):
    """Validity ends by the stricter of two clocks."""
    wall, mono = [1e9], [0.0]
    tokens = manager(
        idp, tmp_path / "t.json", clock=Clock(wall=lambda: wall[0], monotonic=lambda: mono[0])
    )
    given = idp.grant(sub="ada", tenant="acme")
    await tokens.adopt(given["access_token"], given["refresh_token"], 10)
    wall[0] -= 3600
    mono[0] += 11
    assert await tokens.access_token() != given["access_token"]


async def test_client_credentials_need_no_refresh_token(idp):
    """A service asks again when its token is due."""
    tokens = manager(idp, MemoryStore(), grant="client_credentials", scope="a b")
    first = await tokens.access_token()
    await expired(tokens)
    assert await tokens.access_token() != first
    assert idp.grants["client_credentials"] == 2


async def test_a_wrong_client_secret_is_not_the_end_of_the_session(idp, tmp_path):
    """An operator's mistake is mended by the operator, not by a login."""
    tokens, _ = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    wrong = TokenManager(
        token_endpoint=idp.token_endpoint, client_id="demo-app", client_secret="no",
        store=tmp_path / "t.json",
    )  # fmt: skip
    wrong._tokens = tokens._tokens
    with pytest.raises(TokenUnavailable, match="invalid_client"):
        await wrong.access_token()
    assert await tokens.access_token()


async def test_revocation_counts_here_first(idp, tmp_path):
    """After `revoke` nothing is handed out, even when the provider cannot be told."""
    tokens, _ = await adopted(idp, tmp_path / "t.json", revocation_endpoint=idp.revocation_endpoint)
    idp.faults.status("/revoke", 503, times=1)
    with pytest.raises(TokenUnavailable):
        await tokens.revoke()
    with pytest.raises(ReauthRequired):
        await tokens.access_token()


async def test_tokens_show_themselves_nowhere(idp, tmp_path, caplog):
    """No token in repr, logs at DEBUG, exceptions, file names; the store is 0600; no pickling."""
    import pickle

    caplog.set_level("DEBUG")
    tokens, given = await adopted(idp, tmp_path / "t.json")
    await expired(tokens)
    fresh = await tokens.access_token()
    idp.faults.garbage("/token", b'{"access_token": "leak-me"}', times=99)
    await expired(tokens)
    tokens._store.save = None
    with pytest.raises(errors.GuardError) as caught:
        await asyncio.wait_for(tokens.access_token(), 20)
    secrets = [given["access_token"], given["refresh_token"], fresh, "leak-me", "demo-secret"]
    seen = f"{tokens!r}{tokens._store!r}{tokens._tokens!r}{caught.value!r}{caplog.text}"
    assert not [s for s in secrets if s in seen]
    assert os.stat(tmp_path / "t.json").st_mode & 0o777 == 0o600
    with pytest.raises(TypeError):
        pickle.dumps(tokens)


async def test_a_sealed_store_holds_no_token_in_clear(idp, tmp_path):
    """With a seal the file is useless without its key."""
    _, given = await adopted(idp, tmp_path / "t.json", seal_key=tmp_path / "key")
    raw = (tmp_path / "t.json").read_bytes()
    assert given["refresh_token"].encode() not in raw
    assert await manager(idp, tmp_path / "t.json", seal_key=tmp_path / "key").access_token()
    with pytest.raises(ConfigError, match="damaged"):
        await manager(idp, tmp_path / "t.json").access_token()
    with pytest.raises(ConfigError, match="another key"):
        await manager(idp, tmp_path / "t.json", seal_key=tmp_path / "key2").access_token()


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "damaged"), (b"{}", "damaged"), (b"\xff", "damaged"), (b'{"v": 1}', "damaged")],
)
async def test_a_damaged_store_is_named(idp, tmp_path, content, says):
    """A store that cannot be read is a clear error, never a silent new beginning."""
    (tmp_path / "t.json").write_bytes(content)
    (tmp_path / "t.json").chmod(0o600)
    with pytest.raises(ConfigError, match=says):
        await manager(idp, tmp_path / "t.json").access_token()


async def test_a_store_that_others_can_read_is_refused(idp, tmp_path):
    """Tokens in a file with wide rights have leaked already."""
    await adopted(idp, tmp_path / "t.json")
    (tmp_path / "t.json").chmod(0o644)
    with pytest.raises(ConfigError, match="open to others"):
        await manager(idp, tmp_path / "t.json").access_token()


@pytest.mark.bars
async def test_a_refresh_never_stalls_the_loop(idp, tmp_path):
    """Handshake, parsing and fsync happen elsewhere: the loop is never held for long."""
    tokens, _ = await adopted(idp, tmp_path / "t.json")
    stalls: list[float] = []
    done = False

    async def watch():
        while not done:
            began = time.perf_counter()
            await asyncio.sleep(0)
            stalls.append(time.perf_counter() - began)

    watcher = asyncio.create_task(watch())
    for _ in range(5):
        await expired(tokens)
        await tokens.access_token()
    done = True
    await watcher
    assert sorted(stalls)[int(len(stalls) * 0.999)] < 0.005


def test_the_port_follows_nothing_and_bounds_everything(idp):
    """No redirects; what is not an answer is an `OSError` without content."""
    idp.faults.garbage("/token", b"x" * (600 * 1024), times=1)
    with pytest.raises(OSError, match="too large"):
        send("POST", idp.token_endpoint, body="a=b")
