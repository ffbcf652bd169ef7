"""Databases that several workers share: who comes second waits, and an address keeps its options."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import uuid

import pytest

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.stages.escalation import HumanQueue
from stageflow_guard.hosts.stageflow.stages.memory import SqliteMemory
from stageflow_guard.redaction.vault.stores.sqlite import SqliteVault

FILES = {"vault": SqliteVault, "memory": SqliteMemory, "queue": lambda path: HumanQueue(None, path)}


@pytest.mark.parametrize("kind", FILES)
def test_a_worker_waits_for_the_one_that_makes_the_file(tmp_path, kind):
    """Two workers start at once: the second opens the file when the first has let it go."""
    path = tmp_path / "shared.db"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.chmod(0o600)
    first.execute("BEGIN EXCLUSIVE")
    first.execute("CREATE TABLE another (x)")
    ending = threading.Timer(0.3, first.commit)
    ending.start()
    second = FILES[kind](path)
    ending.join()
    first.close()
    with contextlib.closing(sqlite3.connect(path)) as third:
        assert third.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    second.close()


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_database_is_named_and_not_quoted(tmp_path, kind):
    """`ConfigError` with the path; what is in the file is in no message."""
    path = tmp_path / "notes.db"
    path.write_bytes(b"ada.lovelace@example.com " * 100)
    with pytest.raises(ConfigError, match=r"notes\.db") as caught:
        FILES[kind](path)
    assert "ada" not in str(caught.value)


# -- PostgreSQL --------------------------------------------------------------------------------------


def rows(url):
    from stageflow_guard.enforcement.rowstores.psycopg import PostgresRows

    return PostgresRows(url)._db


def vault(url):
    from stageflow_guard.redaction.vault.stores.psycopg import PostgresVault

    return PostgresVault(url)._db


def sink(url):
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    return PostgresSink(url)._connect()


@pytest.mark.parametrize("made", [rows, vault, sink])
def test_the_options_of_an_address_stay_beside_our_deadline(needs_service, made):
    """A `search_path` named in the URL is in force, and so is the time that a statement may take."""
    needs_service("PostgreSQL", 5432)
    psycopg = pytest.importorskip("psycopg")
    url = os.environ.get(
        "STAGEFLOW_GUARD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"
    )
    schema = f"shared_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA {schema}")
        try:
            mark = "&" if "?" in url else "?"
            db = made(f"{url}{mark}options=-csearch_path%3D{schema}")
            assert db.execute("SHOW search_path").fetchone() == (schema,)
            assert db.execute("SHOW statement_timeout").fetchone() != ("0",)
            db.close()
        finally:
            owner.execute(f"DROP SCHEMA {schema} CASCADE")
