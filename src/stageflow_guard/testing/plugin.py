"""Fixtures for a suite whose code runs behind a guard: a real guard, real tokens, a real log.

Load it in the top `conftest.py`: `pytest_plugins = ["stageflow_guard.testing.plugin"]`. It has no
entry point, so that it never loads itself into a suite that did not ask.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from stageflow_guard.guard import Guard
    from stageflow_guard.testing.idp import IdentityProvider
    from stageflow_guard.testing.tenancy import Isolation

_GUARD_TOML = """\
[[auth.issuers]]
issuer = {issuer}
audiences = ["pipelines"]
algorithms = ["RS256"]
jwks_file = "jwks.json"
tenant_claim = "org_id"
roles_claim = "roles"

[policy]
path = {policies}

[redaction]
{redaction}

[audit]
path = "audit"
origin = "test.example/pipelines"
key_file = "audit.key"
"""


@dataclass(frozen=True, slots=True)
class TemporaryGuard:
    """An open guard, the token its session is bound to, and what it recorded."""

    guard: Guard
    token: str = field(repr=False)
    folder: Path
    roles: tuple[str, ...]
    idp: IdentityProvider = field(repr=False)

    def records(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the records of these kinds in order; decisions and effects without any."""
        from stageflow_guard.audit.read.query import iter_records

        wanted = kinds or ("decision", "effect")
        found = iter_records(self.folder / "audit", written_ahead=True)
        return [r for _, r in found if r["kind"] in wanted]

    @asynccontextmanager
    async def as_tenant(
        self, name: str, *, roles: Iterable[str] | None = None, sub: str = "ada"
    ) -> AsyncIterator[str]:
        """Run the block as a caller of tenant `name`; yields the token.

        `roles` are those of the guard's own caller when left out. A tenant without policy lines
        is denied everything.
        """
        held = self.roles if roles is None else tuple(roles)
        token = self.idp.mint(sub=sub, tenant=name, roles=list(held))
        async with self.guard.session(token):
            yield token


def _write_policies(folder: Path, tenants: Iterable[str], roles: Iterable[str]) -> None:
    """Write a set where each role may run every stage of its tenant, and nothing else."""
    from stageflow_guard.policy.engine.rules import MODEL

    # a file without rules is a mistake, not an empty set; no token claims this role
    listed = tuple(roles) or ("unused",)
    files = {"model.conf": MODEL}
    for tenant in tenants:
        files[f"tenants/{tenant}/policy.csv"] = "".join(
            f"g, claim:{role}, role:{role}, {tenant}\n"
            f"p, role:{role}, {tenant}, stage, *, run, allow\n"
            for role in listed
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in (folder, *folder.rglob("*")):  # whatever the umask: writable by no other user
        path.chmod(0o755 if path.is_dir() else 0o644)


@dataclass
class _Workshop:
    """Opens guards under one folder, each in its own; remembers which are open."""

    folder: Path
    idp: IdentityProvider
    opened: int = 0
    open: list[TemporaryGuard] = field(default_factory=list)

    @asynccontextmanager
    async def guard(
        self, *, tenant: str = "acme", roles: Iterable[str] = (), sub: str = "ada",
        scopes: Iterable[str] = (), tenants: Iterable[str] = (),
        policies: str | Path | None = None, redaction: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[TemporaryGuard]:  # fmt: skip
        from stageflow_guard.guard import Guard

        held = tuple(roles)
        folder = self._lay_out({tenant, *tenants}, held, policies, redaction or {})
        scope = " ".join(scopes) or None
        token = self.idp.mint(sub=sub, tenant=tenant, roles=list(held), scope=scope)
        async with Guard.load(folder / "guard.toml") as guard, guard.session(token):
            one = TemporaryGuard(guard, token, folder, held, self.idp)
            self.open.append(one)
            try:
                yield one
            finally:
                self.open.remove(one)

    def _lay_out(
        self, tenants: Iterable[str], roles: Iterable[str], policies: str | Path | None,
        redaction: Mapping[str, Any],
    ) -> Path:  # fmt: skip
        """Return a new folder with all that `Guard.load` asks for."""
        self.opened += 1
        folder = self.folder / f"guard-{self.opened}"
        folder.mkdir(mode=0o700)
        if policies is None:
            _write_policies(folder / "policies", tenants, roles)
        where = Path(policies or folder / "policies").resolve()
        self.idp.write_jwks(folder / "jwks.json")
        content = _GUARD_TOML.format(  # JSON's texts, numbers and lists are TOML, too
            issuer=json.dumps(self.idp.issuer), policies=json.dumps(str(where)),
            redaction="\n".join(f"{k} = {json.dumps(v)}" for k, v in redaction.items()),
        )  # fmt: skip
        (folder / "guard.toml").write_text(content, encoding="utf-8")
        return folder

    def as_tenant(
        self, name: str, *, roles: Iterable[str] | None = None, sub: str = "ada"
    ) -> AbstractAsyncContextManager[str]:
        if not self.open:
            raise ConfigError("`as_tenant` needs an open `temporary_guard`")
        return self.open[-1].as_tenant(name, roles=roles, sub=sub)


@pytest.fixture
def identity_provider() -> IdentityProvider:
    """An identity provider in this process, without HTTP: it mints, forges and rotates."""
    from stageflow_guard.testing.idp import IdentityProvider

    return IdentityProvider()


@pytest.fixture
def _workshop(tmp_path: Path, identity_provider: IdentityProvider) -> _Workshop:
    return _Workshop(tmp_path, identity_provider)


@pytest.fixture
def temporary_guard(
    _workshop: _Workshop,
) -> Callable[..., AbstractAsyncContextManager[TemporaryGuard]]:
    """Open a real guard: `async with temporary_guard(tenant="acme", roles=["agent"]) as g:`.

    What runs inside runs as that caller (`sub`, `scopes`). Without `policies=PATH`, these roles may
    run every stage of `tenant` and of each of `tenants`. `redaction` are keys of `[redaction]`.
    Yields a `TemporaryGuard`: `.guard`, `.token`, `.records()`, `.as_tenant(name)`.
    """
    return _workshop.guard


@pytest.fixture
def as_tenant(_workshop: _Workshop) -> Callable[..., AbstractAsyncContextManager[str]]:
    """Run as a subject of another tenant: `async with as_tenant("globex"):`, in the last guard."""
    return _workshop.as_tenant


@pytest.fixture
def tenants_apart(_workshop: _Workshop) -> Callable[..., Awaitable[Isolation]]:
    """Run a pipeline as two tenants with planted canaries: `await tenants_apart(pipeline)`.

    `roles` are both callers' (default: one that may run every stage); `policies=PATH` takes yours,
    `tenants` are then two of its tenants. `inputs`, `plant`, `recall`, `rounds` are those of
    `check_tenants`. Fails on any crossing; returns what was seen.
    """

    async def run(
        pipeline: Any, *, name: str | None = None, roles: Iterable[str] = ("tester",),
        tenants: tuple[str, str] = ("acme", "globex"), policies: str | Path | None = None,
        redaction: Mapping[str, Any] | None = None, **more: Any,
    ) -> Isolation:  # fmt: skip
        from stageflow_guard.testing.tenancy import check_tenants

        held = list(roles)
        async with _workshop.guard(
            tenant=tenants[0], tenants=tenants, roles=held, policies=policies, redaction=redaction
        ) as g:
            credentials = {
                one: _workshop.idp.mint(sub="ada", tenant=one, roles=held) for one in tenants
            }
            guarded = g.guard.mount(pipeline, name=name)
            kinds = ("run_start", "run_end", "decision", "effect")
            return await check_tenants(
                g.guard, guarded, credentials, records=lambda: g.records(*kinds), **more
            )

    return run
