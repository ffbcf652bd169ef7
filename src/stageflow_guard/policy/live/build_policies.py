"""From settings to what decides in a running guard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.clock import NeverBackClock
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.live.reload import Record, Reloader, warn_of
from stageflow_guard.policy.live.reloadable import ReloadablePolicies
from stageflow_guard.policy.live.revisions import Revisions
from stageflow_guard.policy.live.watch import Looked, signature

if TYPE_CHECKING:
    from stageflow_guard.settings import PolicySettings, Settings


def live_from(settings: PolicySettings) -> ReloadablePolicies:
    """Load the policies, and those on trial; raise `ConfigError` for what is unusable."""
    # taken before they are read: what changes until the guard is opened is seen, too
    basis = signature(settings.path)
    live = ReloadablePolicies(PolicySet.load(settings.path), sample=settings.sample)
    live.basis = basis
    if settings.shadow is not None:
        basis = signature(settings.shadow)
        live.swap_shadow(PolicySet.load(settings.shadow), basis)
    live.seen = Looked(live.basis, live.shadow_basis)
    return live


async def reloader_from(
    live: Any, settings: Settings, *, record: Record, clock: Any = None
) -> Reloader | None:
    """Keep the revision in force beside the log, and watch the files. None for other deciders.

    `clock`, where it is a `NeverBackClock`, is from then on the clock of tokens and policies: its
    correction is one record. Problems of the files are logged as warnings, by file and line.
    """
    if not isinstance(live, ReloadablePolicies):
        return None
    if isinstance(clock, NeverBackClock):
        live.share(clock)
    warn_of(live.problems)
    place = f"{settings.audit.path}.policies"
    revisions = Revisions(place)
    try:
        await asyncio.to_thread(revisions.keep, live.current.tree)
    except OSError as exc:
        raise ConfigError(
            f"the policy revision cannot be kept beside `{settings.audit.path}` ({exc.strerror})"
        ) from None
    reloader = Reloader(
        live, path=settings.policy.path, shadow=settings.policy.shadow, revisions=revisions,
        record=record,
    )  # fmt: skip
    reloader.start(settings.policy.watch)
    return reloader
