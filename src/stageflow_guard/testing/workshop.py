"""Guards for tests: each real, in a folder of its own, with a real log and a provider's tokens."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.testing.layout import write_policies, write_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from stageflow_guard.guard import Guard
    from stageflow_guard.testing.idp import IdentityProvider


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

    def all_records(self) -> list[dict[str, Any]]:
        """Return every record in order; a record's place is its index."""
        from stageflow_guard.audit.read.query import iter_records

        return [r for _, r in iter_records(self.folder / "audit", written_ahead=True)]

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


def _write_roles(folder: Path, tenants: Iterable[str], roles: Iterable[str]) -> None:
    """Write a set where each role may run every stage of its tenant, and nothing else."""
    # a file without rules is a mistake, not an empty set; no token claims this role
    listed = tuple(roles) or ("unused",)
    write_policies(folder, {
        f"tenants/{tenant}/policy.csv": "".join(
            f"g, claim:{role}, role:{role}, {tenant}\n"
            f"p, role:{role}, {tenant}, stage, *, run, allow\n"
            for role in listed
        )
        for tenant in tenants
    })  # fmt: skip


def _write_trial(place: Path, tenant: str, roles: tuple[str, ...], idp: IdentityProvider) -> Path:
    """Write what a trial needs into a folder that is empty, or an earlier trial's."""
    mark = place / ".trial"
    if place.is_dir() and any(place.iterdir()) and not mark.exists():
        raise ConfigError(f"`{place}` is not empty, and no trial's: name another folder")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()
    _write_roles(place / "policies", [tenant], roles)
    write_settings(place, idp)
    return place


@asynccontextmanager
async def trial_guard(
    folder: str | Path, *, tenant: str = "acme", roles: Iterable[str] = ("agent",), sub: str = "ada"
) -> AsyncIterator[TemporaryGuard]:
    """Open a real guard in a folder that is empty, or that an earlier call wrote; bind a caller.

    For a first look and for notebooks: it writes `guard.toml`, policies in which `roles` may run
    every stage of `tenant`, and a test issuer's keys. The log goes on where it ended. Yields a
    `TemporaryGuard`: `.guard`, `.token`, `.records()`, `.as_tenant(name)`. Raises `ConfigError` for
    a folder that holds anything else.
    """
    from stageflow_guard.guard import Guard
    from stageflow_guard.testing.idp import IdentityProvider

    held, idp = tuple(roles), IdentityProvider()
    place = _write_trial(Path(folder), tenant, held, idp)
    token = idp.mint(sub=sub, tenant=tenant, roles=list(held))
    async with Guard.load(place / "guard.toml") as guard, guard.session(token):
        yield TemporaryGuard(guard, token, place, held, idp)


@dataclass
class Workshop:
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
        """Open a guard in a folder of its own and bind its caller's token; yields both."""
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
            _write_roles(folder / "policies", tenants, roles)
        where = Path(policies or folder / "policies").resolve()
        write_settings(folder, self.idp, policies=where, redaction=redaction)
        return folder

    def as_tenant(
        self, name: str, *, roles: Iterable[str] | None = None, sub: str = "ada"
    ) -> AbstractAsyncContextManager[str]:
        """Run a block as a caller of another tenant, in the guard that was opened last."""
        if not self.open:
            raise ConfigError("`as_tenant` needs an open `temporary_guard`")
        return self.open[-1].as_tenant(name, roles=roles, sub=sub)
