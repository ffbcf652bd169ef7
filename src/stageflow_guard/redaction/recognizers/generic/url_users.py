"""Accounts in addresses that hold their password: `postgres://billing_ro:…@db.example/x`. Pure.

With its password an account opens the same door as anybody's; `root` and an example are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.generic import secret_values as values
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit

_USER = re.compile(r"://(?P<name>[A-Za-z][\w.-]{2,40}):(?P<password>[^\s/\"'<>${}⟦⟧\x1e*]{4,128})@(?=[\w\[.-])")  # fmt: skip
_GENERIC = frozenset(["app", "application", "api", "web", "db", "database", "dbuser", "db_user", "myuser", "my_user", "user1", "username", "usr", "login", "service", "default", "public", "me", "you", "your_user", "youruser", "rabbitmq", "redis", "mongo", "mongodb", "sentry", "token", "oauth2", "x-access-token", "x-token-auth", "gitlab-ci-token", "git", "proxy", "proxyuser", "backend", "worker", "dev", "prod", "demo", "example", "pg", "postgresql", "scott", "pass", "password", "secret", "key", "someuser", "some_user", "name", "id", "host", "ftp", "ftpuser", "smtp", "mail", "bot", "ci", "deploy", "readonly", "read_only", "rw", "ro", "reader", "writer", "master", "owner", "superuser", "foo", "bar", "alice", "bob", "svc", "monitoring", "monitor", "backup", "airflow", "superset", "metabase", "django", "rails", "laravel", "wordpress", "flask", "symfony", "my_app", "myapp", "appuser", "app_user"])  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts."""
    if "@" not in text:
        return
    for at in places(text, "://"):
        match = _USER.match(text, at)
        if match is None:
            continue
        name = match["name"].lower()
        if name in NOBODY or name in _GENERIC or FILED.search(name) is not None:
            continue
        if not values.placeholder(match["password"]) and match["password"].lower() not in _GENERIC:
            yield Hit(*match.span("name"), "USERNAME", 0.42, "account, address", "label username")
