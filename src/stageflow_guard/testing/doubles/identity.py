"""Callers of a test: tokens of a real provider with real keys, by short names."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.testing.idp import IdentityProvider

ISSUER = "https://id.example"


class Callers:
    """`callers("ada@acme", "supervisor")` is a token; `.forged` and `.expired` never pass."""

    def __init__(self, issuer: str = ISSUER, *, audience: str = "pipelines") -> None:
        self.provider = IdentityProvider(issuer)
        self._audience = audience

    def __call__(self, who: str, *roles: str, ttl: int = 300) -> str:
        """Return a token for `user@tenant` with these roles, valid for `ttl` seconds."""
        user, _, tenant = who.partition("@")
        if not user or not tenant:
            raise ValueError("a caller is named user@tenant")
        return self.provider.mint(
            sub=user, tenant=tenant, roles=list(roles), aud=self._audience, ttl=ttl
        )

    def expired(self, who: str, *roles: str) -> str:
        """Return a token that ended an hour ago."""
        return self(who, *roles, ttl=-3600)

    def forged(self, who: str) -> str:
        """Return a token that another key signed."""
        user, _, tenant = who.partition("@")
        return self.provider.forge(sub=user, tenant=tenant)

    def write_jwks(self, path: str | Path) -> None:
        """Write the public keys where a `guard.toml` names them."""
        self.provider.write_jwks(Path(path))
