"""`ReloadablePolicies`: the decision point of a running guard, over one snapshot that is replaced.

The snapshot is swapped whole, by one assignment: a decision sees the old one or the new one, never
a mixture. A second snapshot may stand in its shadow: asked, recorded where it differs, never
obeyed. A sample of decisions is compared with pycasbin in the background; when they differ,
pycasbin itself decides from then on, and it is said aloud.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stageflow_guard.policy.analysis.who_can import nobody_may
from stageflow_guard.policy.live.sampler import Sampler
from stageflow_guard.policy.live.watch import NEVER, Looked, Signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.base.clock import NeverBackClock
    from stageflow_guard.model import AccessRequest, Decision
    from stageflow_guard.policy.engine.flow import Flow
    from stageflow_guard.policy.engine.guardrails import Guardrails
    from stageflow_guard.policy.engine.limits import Limits
    from stageflow_guard.policy.engine.policyset import PolicySet
    from stageflow_guard.policy.engine.tool_rules import ToolControls

logger = logging.getLogger("stageflow_guard")


@dataclass(frozen=True, slots=True)
class RejectedReload:
    """A reload that was not taken: since when (seconds since the epoch), and why."""

    since: float
    why: str


class ReloadablePolicies:
    """Decides from the current snapshot. `sample` is how many decisions there are to one check.

    `on_mismatch` is called once, from a thread, with the request that index and pycasbin answer
    differently.
    """

    def __init__(
        self,
        policies: PolicySet,
        *,
        shadow: PolicySet | None = None,
        sample: int = 1000,
        on_mismatch: Callable[[AccessRequest], None] | None = None,
    ) -> None:
        self._current = policies
        self._shadow = shadow
        self._sampler = Sampler(self._alarm)
        self._changing = threading.Lock()
        self._every = sample
        self._left = sample
        self.on_mismatch = on_mismatch
        self.loaded = time.time()
        self.rejected: RejectedReload | None = None
        # how the files stood before they were read, those in force and those on trial; empty
        # where what is in force did not come from the folder
        self.basis = self.shadow_basis = NEVER
        self.seen = Looked()  # at the last look after which they were loaded, or refused
        self.mismatches = 0
        self.glass_broken = 0

    # -- deciding ----------------------------------------------------------------------------------

    def decide(self, request: AccessRequest) -> Decision:
        """Return the current snapshot's decision; `.dry_run` says where the shadow differs."""
        policies = self._current
        decision = policies.decide(request)
        self._left -= 1
        if self._left <= 0:
            self._left = self._every
            self._sampler.take(policies, request)
        if decision.reason == "break_glass":
            self.glass_broken += 1
            logger.warning(
                "break-glass: tenant=%s kind=%s rule=%s", request.ten, request.kind,
                decision.rules[0],
            )  # fmt: skip
        if self._shadow is not None:
            return self._compared(decision, request)
        return decision

    def _compared(self, decision: Decision, request: AccessRequest) -> Decision:
        shadow = self._shadow
        try:
            other = shadow.decide(request) if shadow is not None else decision
        except Exception as exc:  # what is on trial never touches what counts
            return replace(decision, dry_run=f"error ({type(exc).__name__})")
        if other.effect is decision.effect:
            return decision
        return replace(decision, dry_run=f"{other.effect.value} ({other.reason})")

    def controls(self, request: AccessRequest, actors: tuple[str, ...] = ()) -> ToolControls | None:
        """Return what counts for this call of a tool beside `decide`; see `PolicySet.controls`."""
        return self._current.controls(request, actors)

    # -- changing ----------------------------------------------------------------------------------

    @property
    def current(self) -> PolicySet:
        """The snapshot in force."""
        return self._current

    @property
    def shadow(self) -> PolicySet | None:
        """The snapshot on trial, or None."""
        return self._shadow

    def swap(self, policies: PolicySet, basis: Signature = NEVER) -> None:
        """Put another snapshot in force, from the next decision on; `basis` as the attribute."""
        with self._changing:
            policies.clock = self._current.clock  # a revision of old revives no expired right
            # an index that was wrong once is not believed again before a new start
            self._current = policies.decided_by_casbin() if self.mismatches else policies
            self.basis = basis
        self.loaded = time.time()
        self.rejected = None

    def share(self, clock: NeverBackClock) -> None:
        """Decide by this clock from now on, over every later snapshot."""
        self._current.clock = clock

    def swap_shadow(self, shadow: PolicySet | None, basis: Signature = NEVER) -> None:
        """Put another snapshot on trial, or none."""
        self._shadow, self.shadow_basis = shadow, basis

    def reject(self, why: str) -> bool:
        """Remember that a reload was not taken; say whether that is news."""
        if self.rejected is not None and self.rejected.why == why:
            return False
        since = time.time() if self.rejected is None else self.rejected.since
        self.rejected = RejectedReload(since, why)
        return True

    def _alarm(self, request: AccessRequest) -> None:
        with self._changing:  # from another thread: a reload may be swapping right now
            self.mismatches += 1
            self._current = self._current.decided_by_casbin()
        if self.on_mismatch is not None:
            self.on_mismatch(request)

    def close(self) -> None:
        """Stop the background check."""
        self._sampler.close()

    # -- what the guard and redaction read ---------------------------------------------------------

    @property
    def revision(self) -> str:
        """The revision in force."""
        return self._current.revision

    @property
    def guardrails(self) -> Guardrails:
        """The guardrails in force."""
        return self._current.guardrails

    @property
    def flow(self) -> Flow:
        """The rules about what follows on what."""
        return self._current.flow

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._current.limits

    @property
    def tool_pins(self) -> Mapping[str, str] | None:
        """The accepted definitions of tools, or None where none are kept."""
        return self._current.tool_pins

    def nobody_may(self, questions: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Return those of the questions (kind, object, act) that no line of any tenant permits."""
        return nobody_may(self._current, questions)

    @property
    def problems(self) -> tuple[Any, ...]:
        """Why files are not in force."""
        return self._current.problems

    def files(self) -> Mapping[str, bytes]:
        """Return the files in force."""
        return self._current.files()

    def health(self) -> dict[str, Any]:
        """Return revision, ages in seconds, and what is not as it should be."""
        now = time.time()
        rejected = self.rejected
        return {
            "revision": self.revision,
            "age": round(now - self.loaded, 1),
            "last_good": {name: round(now - t, 1) for name, t in self._current.stale.items()},
            "rejected": None
            if rejected is None
            else {"age": round(now - rejected.since, 1), "why": rejected.why},
            "problems": [str(problem)[:200] for problem in self._current.problems[:20]],
            "clock_corrections": self._current.clock.corrections,
            "denying": sorted(self._current.broken),
            "shadow": None if self._shadow is None else self._shadow.revision,
            "decided_by_casbin": not self._current.indexed,
            "checked": self._sampler.checked,
            "mismatches": self.mismatches,
            "break_glass": self.glass_broken,
            "cache_hits": self._current.cache_hits,
            "cache_misses": self._current.cache_misses,
        }
