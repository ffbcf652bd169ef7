"""Revocations: what they match, how they spread, what happens when the list cannot be read."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time

import pytest

from stageflow_guard.auth.denylist import Entry, MemoryDenylist, SqliteDenylist, from_json, to_json
from stageflow_guard.errors import ConfigError, NotAuthenticated, TokenUnavailable
from stageflow_guard.model import Principal

ISS = "https://id.example"


def who(**more):
    """A caller with a token, a session and a moment of issue."""
    return Principal(
        **{
            "subject": "user:ada", "tenant": "acme", "issuer": ISS, "token_id": "t1",
            "session_id": "s1", "issued_at": 100, **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "caller", "denied"),
    [
        (Entry(issuer=ISS, what="jti", value="t1"), who(), True),
        (Entry(issuer=ISS, what="jti", value="t2"), who(), False),
        (Entry(issuer="https://other", what="jti", value="t1"), who(), False),
        (Entry(issuer=ISS, what="sid", value="s1"), who(token_id="t9"), True),
        (Entry(issuer=ISS, what="sid", value="t1"), who(session_id=None), False),
        (Entry(issuer=ISS, what="sub", value="user:ada"), who(), True),
        (Entry(issuer=ISS, what="sub", value="user:ada", before=101), who(), True),
        (Entry(issuer=ISS, what="sub", value="user:ada", before=100), who(), False),
        (Entry(issuer=ISS, what="sub", value="user:bob"), who(), False),
    ],
)
def test_an_entry_matches_what_it_names_and_nothing_else(entry, caller, denied):
    """Issuer, kind and value together; a subject's tokens only when issued before the moment."""
    found = MemoryDenylist()
    found.add(from_json(to_json(entry)))
    assert found.denies(caller) is denied


def test_a_weaker_entry_never_replaces_a_stronger_one():
    """Revoking everything before noon does not lift "all"."""
    found = MemoryDenylist()
    found.add(Entry(issuer=ISS, what="sub", value="user:ada"))
    found.add(Entry(issuer=ISS, what="sub", value="user:ada", before=50))
    assert found.denies(who())


CHILD = """
import sys
from stageflow_guard.auth.denylist import Entry, SqliteDenylist
from stageflow_guard.auth.redis import RedisDenylist
kind, where = sys.argv[1:]
one = SqliteDenylist(where) if kind == "sqlite" else RedisDenylist(where)
one.add(Entry(issuer="https://id.example", what="jti", value="t1"))
one.close()
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_revocation_in_another_process_counts_within_a_second(tmp_path, kind, redis_url):
    """Shared lists are read again when another process has written."""
    from stageflow_guard.auth.redis import RedisDenylist

    if kind == "redis" and redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    where = str(tmp_path / "denied.db") if kind == "sqlite" else redis_url
    here = SqliteDenylist(where) if kind == "sqlite" else RedisDenylist(where)
    assert not here.denies(who())
    subprocess.run([sys.executable, "-c", CHILD, kind, where], check=True)
    until = time.monotonic() + 30
    while not here.denies(who()):
        assert time.monotonic() < until
        time.sleep(0.02)
    here.close()


def test_a_revocation_counts_here_even_when_it_cannot_be_kept(tmp_path):
    """A write that fails is typed, and the revocation holds in this process all the same."""
    here = SqliteDenylist(tmp_path / "d.db")
    blocker = sqlite3.connect(tmp_path / "d.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    here._db.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(TokenUnavailable):
        here.add(Entry(issuer=ISS, what="jti", value="t1"))
    blocker.close()
    assert here.denies(who())
    here.close()


def test_a_list_that_cannot_be_read_refuses_every_token(tmp_path):
    """Fail closed: who cannot be checked is not believed."""
    here = SqliteDenylist(tmp_path / "d.db")
    here.close()
    time.sleep(0.12)
    with pytest.raises(NotAuthenticated) as caught:
        here.denies(who())
    assert caught.value.reason == "denylist_unavailable"


def test_a_redis_that_went_away_refuses_every_token(redis_url):
    """After five seconds without a look at the list, every token is refused."""
    from stageflow_guard.auth.redis import BLIND, RedisDenylist

    if redis_url is None:
        pytest.skip("no Redis on 127.0.0.1:6379")
    here = RedisDenylist(redis_url)
    here.close()
    here._looked -= BLIND + 1
    with pytest.raises(NotAuthenticated):
        here.denies(who())


@pytest.mark.parametrize("where", ["redis://127.0.0.1:1/0", "redis://user:pw-secret@127.0.0.1:1/0"])
def test_an_unreachable_redis_is_a_configuration_error_without_its_password(where):
    """At start-up, typed; the address may hold a secret and is not shown."""
    from stageflow_guard.auth.redis import RedisDenylist

    with pytest.raises(ConfigError) as caught:
        RedisDenylist(where)
    assert "pw-secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path):
    """A clear error at start-up."""
    (tmp_path / "d.db").write_text("not a database, not at all" * 100)
    with pytest.raises(ConfigError, match=r"d\.db"):
        SqliteDenylist(tmp_path / "d.db")
