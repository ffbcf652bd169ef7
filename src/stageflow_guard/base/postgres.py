"""A connection to PostgreSQL that ends every wait: of a query, of a lock, of a silent network."""

from __future__ import annotations

from typing import Any


def connect(psycopg: Any, url: str, *, seconds: float, **more: Any) -> Any:
    """Return a connection that commits each statement and waits `seconds` at most for one.

    `psycopg` is the module, which only extras bring; `more` goes to its `connect`. Raises its
    `Error`.
    """
    whole, milliseconds = max(2, int(seconds)), int(seconds * 1000)
    db = psycopg.connect(
        url, autocommit=True, connect_timeout=whole,
        # a network that swallows everything is noticed, not waited for
        tcp_user_timeout=milliseconds, keepalives_idle=whole, keepalives_interval=whole,
        keepalives_count=1, **more,
    )  # fmt: skip
    try:
        # not as `options`, which would undo those of the URL: a `search_path`, a role
        db.execute(f"SET statement_timeout={milliseconds}")
    except BaseException:
        db.close()
        raise
    return db
