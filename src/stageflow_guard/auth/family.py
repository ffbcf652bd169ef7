"""Whose tokens a store holds, and which store that is: one subject, one store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.auth.jws import parse_object, split
from stageflow_guard.auth.store import FileStore
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated

if TYPE_CHECKING:
    from stageflow_guard.auth.store import Stored, TokenStore


def subject_of(token: str) -> str | None:
    """Return whose token this is as it says itself; None for one that does not say.

    Not verified, and not for a decision: it keeps two sessions of an application apart.
    """
    if token.count(".") != 2:
        return None
    try:
        claims = parse_object(split(token)[2])
    except (GuardError, UnicodeError):
        return None
    issuer, subject = claims.get("iss"), claims.get("sub")
    if type(subject) is not str or not subject:
        return None
    return f"{issuer if type(issuer) is str else ''}\n{subject}"


def require_same(before: Stored | None, subject: str | None) -> None:
    """Raise `NotAuthenticated` when a store that is in use would change hands."""
    if before is None or before.over or None in (before.subject, subject):
        return
    if before.subject != subject:
        raise NotAuthenticated(
            "identity_changed",
            "the token store holds another subject's tokens; give each subject a store or `family`",
        )


def store_of(
    store: str | Path | TokenStore, seal_key: str | Path | None, family: str | None
) -> TokenStore:
    """Return the store to use; raise `ConfigError` for a shared one without `family`."""
    if isinstance(store, str) and store.startswith(("redis://", "rediss://", "unix://")):
        if seal_key is not None:
            raise ConfigError("`seal_key` is for stores in a file")
        from stageflow_guard.auth.redis import RedisStore

        if family is None:
            raise ConfigError(
                "a Redis holds many token families: `family` says whose these are, a user's id"
            )
        return RedisStore(store, family=family)
    if isinstance(store, str | Path):
        if seal_key is None:
            return FileStore(store)
        from stageflow_guard.auth.sealing import Seal

        return FileStore(store, seal=Seal(seal_key))
    if seal_key is not None:
        raise ConfigError("`seal_key` is for stores in a file")
    return store
