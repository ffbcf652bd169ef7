"""Changing the policies of a running guard: load, keep, record, then swap, in that order.

A revision that decides was kept before, and its `policy_change` record is durable before. What
cannot be loaded, kept or recorded is not taken: the last good snapshot goes on, and `health` shows
since when.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.engine.loader import SUSPENDED
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.live.watch import NEVER, ContentCheck, Looked, Signature, signature

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy.live.reloadable import ReloadablePolicies
    from stageflow_guard.policy.live.revisions import Revisions

logger = logging.getLogger("stageflow_guard")
SETTLED = 0.2  # seconds without a further change: an editor or a checkout may still be writing
REREAD = 600.0  # seconds within which each file is read again, whatever its times say
NOTHING = frozenset[str]()
Record = Callable[..., Awaitable[int]]


class NotKept(ConfigError):
    """The disk's fault, not the files': they are good and cannot be kept, so it is tried again."""


def warn_of(problems: Iterable[object]) -> None:
    """Log what is wrong with policy files, by file and line, as a warning each."""
    for problem in list(problems)[:100]:
        logger.warning("policy problem: %s", problem)


class Reloader:
    """Owns every change of one `ReloadablePolicies`. `record` makes a record durable."""

    def __init__(
        self,
        live: ReloadablePolicies,
        *,
        path: str | Path,
        shadow: str | Path | None,
        revisions: Revisions,
        record: Record,
    ) -> None:
        self._live = live
        self._path = Path(path)
        self._shadow = Path(shadow) if shadow is not None else None
        self._revisions = revisions
        self._record = record
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._said: set[asyncio.Task[Any]] = set()
        self._check = ContentCheck(REREAD)
        # whose files a change that was not taken is about: the next look reads them again
        self._owed: frozenset[str] | None = NOTHING  # None: all of them

    # -- one change --------------------------------------------------------------------------------

    async def reload(
        self, source: str, looked: Looked | None = None, *, also: frozenset[str] = frozenset()
    ) -> str:
        """Load the folder again; return the revision in force. `source` stands in the record.

        Without `looked` every file is read. With it, a look that was just taken, only tenants that
        changed since the snapshot in force was read, and those in `also`. Raises `ConfigError` when
        the folder cannot be taken; the last good snapshot goes on.
        """
        async with self._lock:
            now = looked if looked is not None else await asyncio.to_thread(self._look)
            self._live.seen = now
            whole = looked is None
            owed = None if whole or self._owed is None else also | self._owed
            changed = None if owed is None else _touched(now.policies, self._live.basis, owed)
            try:
                fresh = await self._loaded(changed, source)
                await self._take(fresh, source, now.policies)
                self._owed = NOTHING
                await self._take_shadow(source, now.shadow, whole=whole)
            except GuardError as error:
                if isinstance(error, NotKept) or not isinstance(error, ConfigError):
                    # not the files are at fault: the next look tries again
                    self._live.seen, self._owed = Looked(), owed
                raise
            return fresh.revision

    async def _loaded(self, changed: frozenset[str] | None, source: str) -> PolicySet:
        try:
            return await asyncio.to_thread(
                PolicySet.load, self._path, previous=self._live.current, changed=changed
            )
        except ConfigError as error:
            await self._refused(error, source)
            raise

    async def rollback(self, revision: str) -> str:
        """Put a kept revision in force, in memory, until the files change or are reloaded.

        `revision` may be cut short where it is still one. Suspensions stay as they are now: a
        rollback of other files lifts none of them. Returns the revision in force, which is another
        one where the suspensions differ. Raises `ConfigError`.
        """
        async with self._lock:
            whole = await asyncio.to_thread(self._revisions.find, revision)
            suspended = self._live.files().get(SUSPENDED)
            fresh = await asyncio.to_thread(self._revisions.with_suspensions, whole, suspended)
            await self._take(fresh, f"rollback:{whole}")
            return fresh.revision

    async def _take(self, fresh: PolicySet, source: str, basis: Signature = NEVER) -> None:
        old = self._live.current
        news = fresh.revision != old.revision or fresh.problems != old.problems
        if fresh.revision != old.revision:
            await self._keep(fresh, source)
        if news or not source.startswith("watch"):
            change = await asyncio.to_thread(diff, old, fresh)
            note: dict[str, Any] = {
                "source": source, "previous": old.revision, "change": change.summary()[:500],
                "files": fresh.tree.differing(old.tree)[:50],
                "problems": [str(problem)[:200] for problem in fresh.problems[:20]],
                "last_good": sorted(fresh.stale)[:100],
            }  # fmt: skip
            await self._record(
                kind="policy_change", action="reload", policy={"sha256": fresh.revision}, note=note
            )
        if fresh.problems != old.problems:
            warn_of(fresh.problems)  # not before: what could not be recorded is tried at each look
        self._live.swap(fresh, basis)

    async def _keep(self, fresh: PolicySet, source: str) -> None:
        try:
            await asyncio.to_thread(self._revisions.keep, fresh.tree)
        except OSError as exc:
            error = NotKept(f"the policy revision cannot be kept ({exc.strerror})")
            await self._refused(error, source)
            raise error from None

    async def _refused(self, error: ConfigError, source: str) -> None:
        if not self._live.reject(error.message):
            return  # the same trouble, seen again
        try:
            await self._record(
                kind="policy_change", action="reload", outcome="refused", reason="policy_invalid",
                policy={"sha256": self._live.revision},
                note={"source": source, "why": error.message[:500]},
            )  # fmt: skip
        except GuardError:
            self._live.rejected = None  # not on record: the next look records it again
            raise

    async def _take_shadow(self, source: str, now: Signature, *, whole: bool) -> None:
        """Load the policies on trial; what is wrong with them never touches what counts."""
        if self._shadow is None:
            return
        changed = None if whole else _touched(now, self._live.shadow_basis)
        try:
            fresh = await asyncio.to_thread(
                PolicySet.load, self._shadow, previous=self._live.shadow, changed=changed
            )
        except ConfigError as error:
            await self._record(
                kind="policy_change", action="reload_shadow", outcome="refused",
                reason="policy_invalid", note={"source": source, "why": error.message[:500]},
            )  # fmt: skip
            return
        self._live.swap_shadow(fresh, now)

    # -- watching ----------------------------------------------------------------------------------

    def start(self, seconds: float) -> None:
        """Watch the files, looking every so many seconds; 0 watches nothing."""
        loop = asyncio.get_running_loop()

        def alarm(request: AccessRequest) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone, and the guard with it
                loop.call_soon_threadsafe(self._stopped, request)

        def corrected(back: float) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._corrected, back)

        self._live.on_mismatch = alarm
        self._live.current.clock.on_correction = corrected
        if seconds > 0:
            self._task = loop.create_task(self._watch(seconds), name="stageflow-guard-policies")

    async def stop(self) -> None:
        """Watch no longer."""
        self._live.on_mismatch = None
        self._live.current.clock.on_correction = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await asyncio.gather(*self._said, return_exceptions=True)
        await asyncio.to_thread(self._live.close)

    async def _watch(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            found = await asyncio.to_thread(self._look)
            while found != self._live.seen:
                await asyncio.sleep(min(SETTLED, seconds))
                again = await asyncio.to_thread(self._look)
                if again == found:
                    break
                found = again
            try:
                also = frozenset[str]()
                if found == self._live.seen:
                    also = await asyncio.to_thread(self._other_content, seconds)
                    if not also:
                        continue
                await self.reload(f"watch:{self._path}", found, also=also)
            except ConfigError:
                continue  # on record; the last good goes on until the files change again
            except GuardError:
                continue  # it could not be kept or recorded now: the next look tries again
            except Exception as exc:  # whatever it was, watching goes on and health shows it
                self._live.reject(f"a reload failed ({type(exc).__name__})")

    def _stopped(self, request: AccessRequest) -> None:
        self._record_soon(
            kind="policy_change", action="index_stopped", tenant=request.ten,
            resource=f"{request.kind}:{request.obj}"[:500],
            policy={"sha256": self._live.revision},
            note={"source": "sampler", "now": "pycasbin decides"},
        )  # fmt: skip

    def _corrected(self, back: float) -> None:
        """Record that the wall clock went back for good: earlier decisions had another time."""
        self._record_soon(
            kind="auth", action="clock_corrected", step="authenticate",
            note={"seconds_back": round(back)},
        )  # fmt: skip

    def _record_soon(self, **fields: Any) -> None:
        task = asyncio.ensure_future(self._record(**fields))
        self._said.add(task)
        task.add_done_callback(self._said.discard)

    def _look(self) -> Looked:
        basis, shadow = self._live.basis, self._live.shadow_basis
        return Looked(
            signature(self._path, basis),
            NEVER if self._shadow is None else signature(self._shadow, shadow),
        )

    def _other_content(self, elapsed: float) -> frozenset[str]:
        """Return what is not as it was loaded although it looks so; see `ContentCheck`."""
        if self._live.basis == NEVER:  # what is in force is not from the folder
            return frozenset()
        found = self._check.differing(self._path, self._live.current, elapsed)
        return frozenset() if found is None else frozenset({found})


def _touched(
    now: Signature, basis: Signature, also: frozenset[str] = frozenset()
) -> frozenset[str] | None:
    found = now.changed_since(basis)
    return None if found is None else found | also
