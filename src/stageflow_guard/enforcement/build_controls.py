"""From settings to the store of approvals, and the key that its rows are sealed under."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.http import HttpClient, require_https
from stageflow_guard.enforcement.counters.counter import MemoryCounters
from stageflow_guard.enforcement.counters.redis import RedisCounters
from stageflow_guard.enforcement.counters.sqlite import SqliteCounters
from stageflow_guard.enforcement.grants import Grants
from stageflow_guard.enforcement.rowstores.psycopg import PostgresRows
from stageflow_guard.enforcement.rowstores.sqlite import SqliteRows
from stageflow_guard.enforcement.webhook import CAP, TIMEOUT, Webhook
from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.keys.provider import read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stageflow_guard.base.clock import NeverBackClock
    from stageflow_guard.enforcement.counters.counter import Counters
    from stageflow_guard.enforcement.rowstores.rows import RowStore
    from stageflow_guard.settings import Settings


def grants_from(settings: Settings, clock: NeverBackClock | None) -> Grants:
    """Return the requests and grants in their store; raise `ConfigError` when it cannot be used.

    The key is derived from the log's signing key: one guard, one key, and a request that another
    guard wrote is not believed.
    """
    key = read_key(Path(settings.audit.key_file), create=False)
    return Grants(_store(settings), key, clock)


def _store(settings: Settings) -> RowStore:
    chosen = settings.approvals
    if chosen.kind == "postgres":
        return PostgresRows(_variable("approvals.url_env", chosen.url_env))
    log = Path(settings.audit.path)
    return SqliteRows(chosen.path or log.with_name(f"{log.name}.approvals.db"))


def counters_from(settings: Settings) -> Counters:
    """Return where limits are counted; raise `ConfigError` when it cannot be used."""
    chosen = settings.limits
    if chosen.kind == "sqlite":
        return SqliteCounters(str(chosen.path))
    if chosen.kind == "redis":
        return RedisCounters(_variable("limits.url_env", chosen.url_env))
    return MemoryCounters()


def probe_controls(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    """Yield (part, where, None or what is wrong) of what approvals and limits need.

    Nothing is written: a file that is not there yet is asked for its folder alone.
    """
    chosen, counted = settings.approvals, settings.limits
    log = Path(settings.audit.path)
    file = chosen.path or str(log.with_name(f"{log.name}.approvals.db"))
    yield (
        "approvals",
        chosen.kind,
        _problem(
            lambda: (
                PostgresRows.reach(_variable("approvals.url_env", chosen.url_env))
                if chosen.kind == "postgres"
                else _file(file, SqliteRows)
            )
        ),
    )
    if chosen.webhook is not None:
        yield "webhook", chosen.webhook.url_env, _problem(lambda: webhook_from(settings))
    if counted.kind == "redis":
        url = counted.url_env
        yield (
            "limits",
            "redis",
            _problem(lambda: RedisCounters(_variable("limits.url_env", url)).reach()),
        )
    elif counted.kind == "sqlite":
        yield "limits", "sqlite", _problem(lambda: _file(str(counted.path), SqliteCounters))


def _problem(reach: Callable[[], object]) -> str | None:
    try:
        reach()
    except GuardError as error:
        return error.message
    return None


def _file(path: str, opened: Callable[[str], Any]) -> None:
    """Open a file that is there; else ask whether its folder may be written."""
    if os.path.lexists(path):
        opened(path).close()
        return
    parent = next(one for one in Path(path).absolute().parents if one.exists())
    if not os.access(parent, os.W_OK):
        raise ConfigError(f"`{path}` cannot be made: `{parent}` may not be written")


def _variable(setting: str, name: str | None) -> str:
    value = os.environ.get(str(name))
    if not value:
        raise ConfigError(f"`{setting}`: variable `{name}` is not set")
    return value


def webhook_from(settings: Settings) -> Webhook | None:
    """Return who hears of new requests, or None; `ConfigError` for a variable without value."""
    chosen = settings.approvals.webhook
    if chosen is None:
        return None
    url, secret = os.environ.get(chosen.url_env), os.environ.get(chosen.secret_env)
    for name, value in ((chosen.url_env, url), (chosen.secret_env, secret)):
        if not value:
            raise ConfigError(f"`approvals.webhook`: variable `{name}` is not set")
    require_https(str(url), "approvals.webhook.url_env")
    client = HttpClient(ca_file=settings.http.ca_file, proxy=settings.http.proxy,
                        deadline=TIMEOUT, cap=CAP)  # fmt: skip
    return Webhook(str(url), str(secret).encode(), client=client)
