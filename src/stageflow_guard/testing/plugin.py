"""Fixtures for a suite whose code runs behind a guard: a real guard, real tokens, a real log.

Load it in the top `conftest.py`: `pytest_plugins = ["stageflow_guard.testing.plugin"]`. It has no
entry point, so that it never loads itself into a suite that did not ask.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stageflow_guard.testing.assertions import assert_denied, assert_no_leak, assert_recorded
from stageflow_guard.testing.workshop import TemporaryGuard, Workshop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from stageflow_guard.testing.idp import IdentityProvider
    from stageflow_guard.testing.tenancy import Isolation

__all__ = [
    "GuardedPipeline",
    "TemporaryGuard",
    "as_tenant",
    "assert_denied",
    "assert_no_leak",
    "assert_recorded",
    "guarded_pipeline",
    "identity_provider",
    "temporary_guard",
    "tenants_apart",
]


@pytest.fixture
def identity_provider() -> IdentityProvider:
    """An identity provider in this process, without HTTP: it mints, forges and rotates."""
    from stageflow_guard.testing.idp import IdentityProvider

    return IdentityProvider()


@pytest.fixture
def _workshop(tmp_path: Path, identity_provider: IdentityProvider) -> Workshop:
    return Workshop(tmp_path, identity_provider)


@pytest.fixture
def temporary_guard(
    _workshop: Workshop,
) -> Callable[..., AbstractAsyncContextManager[TemporaryGuard]]:
    """Open a real guard: `async with temporary_guard(tenant="acme", roles=["agent"]) as g:`.

    What runs inside runs as that caller (`sub`, `scopes`). Without `policies=PATH`, these roles may
    run every stage of `tenant` and of each of `tenants`. `redaction` are keys of `[redaction]`.
    Yields a `TemporaryGuard`: `.guard`, `.token`, `.records()`, `.as_tenant(name)`.
    """
    return _workshop.guard


@pytest.fixture
def as_tenant(_workshop: Workshop) -> Callable[..., AbstractAsyncContextManager[str]]:
    """Run as a subject of another tenant: `async with as_tenant("globex"):`, in the last guard."""
    return _workshop.as_tenant


@dataclass(frozen=True, slots=True)
class GuardedPipeline:
    """A pipeline behind an open guard; `run` takes what the host's own `run` takes."""

    mounted: Any
    opened: TemporaryGuard

    async def run(self, text: str | None = None, **more: Any) -> Any:
        """Run as the bound caller; raises what a user's own run would raise."""
        return await self.mounted.run(input_text=text, **more)

    def records(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the records of these kinds in order; decisions and effects without any."""
        return self.opened.records(*kinds)


@pytest.fixture
def guarded_pipeline(
    _workshop: Workshop,
) -> Callable[..., AbstractAsyncContextManager[GuardedPipeline]]:
    """Mount a pipeline behind a real guard: `async with guarded_pipeline(pipeline) as p:`.

    `roles` are the caller's (default: one that may run every stage); everything else is
    `temporary_guard`'s, and `name` what policy lines call the pipeline. Yields a `GuardedPipeline`:
    `.run(text)`, `.records()`, `.mounted`, `.opened`.
    """

    @asynccontextmanager
    async def opened(
        pipeline: Any, *, name: str | None = None, roles: Iterable[str] = ("tester",), **more: Any
    ) -> AsyncIterator[GuardedPipeline]:
        async with _workshop.guard(roles=roles, **more) as one:
            yield GuardedPipeline(one.guard.mount(pipeline, name=name), one)

    return opened


@pytest.fixture
def tenants_apart(_workshop: Workshop) -> Callable[..., Awaitable[Isolation]]:
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
