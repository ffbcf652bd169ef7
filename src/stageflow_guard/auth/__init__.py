"""Who is calling? Strict verification over PyJWT's signatures; no default validator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.auth.http import HttpClient
    from stageflow_guard.auth.issuer import IssuerPolicy
    from stageflow_guard.auth.login import PendingLogin, begin_login
    from stageflow_guard.auth.manager import TokenManager
    from stageflow_guard.auth.redis import RedisStore
    from stageflow_guard.auth.secret import Secret
    from stageflow_guard.auth.store import FileStore, MemoryStore, TokenStore
    from stageflow_guard.auth.verifier import TokenVerifier
    from stageflow_guard.base.clock import Clock

_WHERE = {
    "Clock": ".base.clock",
    "FileStore": "store",
    "IssuerPolicy": "issuer",
    "MemoryStore": "store",
    "PendingLogin": "login",
    "HttpClient": "http",
    "RedisStore": "redis",
    "Secret": "secret",
    "TokenManager": "manager",
    "TokenStore": "store",
    "TokenVerifier": "verifier",
    "begin_login": "login",
}

__all__ = [
    "Clock",
    "FileStore",
    "HttpClient",
    "IssuerPolicy",
    "MemoryStore",
    "PendingLogin",
    "RedisStore",
    "Secret",
    "TokenManager",
    "TokenStore",
    "TokenVerifier",
    "begin_login",
]  # fmt: skip

__getattr__ = lazy(__name__, _WHERE)
