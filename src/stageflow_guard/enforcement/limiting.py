"""Limits: counted before a call runs, ended with its effect, spent as steps report.

1. every limit about the call is raised in one change, or none: a full hard one is `LimitExceeded`
2. a call that is refused afterwards gives back what it took
3. with the effect, a call under way ends, and its seconds are counted

State that is away, late or makes no sense is `LimitsUnavailable`: what is limited does not run.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from stageflow_guard.base.calls import Calls
from stageflow_guard.enforcement.counters.counter import Take, Taken
from stageflow_guard.errors import (
    ConfigError,
    GuardError,
    LimitExceeded,
    LimitsUnavailable,
    PolicyUnavailable,
)
from stageflow_guard.policy.engine.limits import COUNTED, OF_RUNS, Limits
from stageflow_guard.policy.engine.rules import object_matches
from stageflow_guard.ports import LimitSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stageflow_guard.enforcement.admission import Held, ToolCall
    from stageflow_guard.enforcement.counters.counter import Counters
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.policy.engine.limits import Limit

logger = logging.getLogger("stageflow_guard")
TIMEOUT = 6.0  # behind the state's own
AGAIN = 1.0  # seconds: when a limit without a window may be free again
KEPT, LONGEST = 4096, 256  # objects whose limits are kept, and the length of their names


class Limiter:
    """The limits of one guard and their state."""

    def __init__(self, pep: PolicyEnforcementPoint, counters: Counters) -> None:
        self._pep = pep
        self.counters = counters
        self.calls = Calls("limits")
        self._asked_of: object = None  # the decision point that `_source` was taken from
        self._source: LimitSource | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._of_runs: WeakKeyDictionary[Run, set[str]] = WeakKeyDictionary()  # counts of open runs
        self._known: Limits | None = None  # those that `_found` is about
        self._found: dict[tuple[str, str, str], list[tuple[str, Limit]]] = {}

    @property
    def limits(self) -> Limits | None:
        """The limits in force, or None where there are none."""
        source = self._pep.decisions
        if source is not self._asked_of:  # such a check costs more than the question
            self._source = source if isinstance(source, LimitSource) else None
            self._asked_of = source
        found = None if self._source is None else self._source.limits
        if found is not None and type(found) is not Limits:
            raise PolicyUnavailable("the decision point gave no limits")
        return found or None

    # -- 1 and 2. before a call --------------------------------------------------------------------

    async def take(self, call: ToolCall) -> tuple[Held, tuple[str, ...]]:
        """Return what a call holds, and the soft limits that it is over."""
        request, run = call.request, call.run
        held: list[tuple[str, Limit, Take]] = []
        lease: str | None = None
        who = (request.ten, request.sub)
        for name, limit in self._about(request.ten, request.kind, request.obj):
            if limit.of in OF_RUNS or (run is None and "run" in limit.per):
                continue
            keyed = self._key(name, limit, who, request.obj, run)
            under_way = limit.of == "concurrent"
            if under_way:
                if run is None:  # nothing would end it
                    continue
                lease = lease or uuid4().hex
            counted = limit.of in COUNTED
            held.append((name, limit, Take(
                keyed, limit.limit if counted else _below(limit.limit), 1.0 if counted else 0.0,
                limit.window, limit.mode == "hard", lease if under_way else None,
            )))  # fmt: skip
        if not held:
            return (), ()
        taken = await self._asked(self.counters.take, [take for *_, take in held])
        over = self._judged(taken, [(name, limit) for name, limit, _ in held])
        return tuple((limit.of, take) for _, limit, take in held), over

    async def give_back(self, held: Held) -> None:
        """Undo what a call took that does not run."""
        counted = [take for of, take in held if of in COUNTED]
        if counted:
            await self._asked(self.counters.give_back, counted)

    # -- 3. with the effect ------------------------------------------------------------------------

    def ended(self, held: Held, seconds: float) -> None:
        """End what was under way and count its seconds; a state that is away forgets leases."""
        leases = [take for _, take in held if take.lease is not None]
        timed = [
            Take(take.key, take.limit, seconds, take.window, hard=False)
            for of, take in held
            if of == "seconds"
        ]
        for work, what in ((self.counters.give_back, leases), (self._forced, timed)):
            if what:
                self._soon(work, what)

    def _soon(self, work: Callable[..., Any], what: list[Any]) -> None:
        if not self.counters.waits:
            work(what)
            return
        task = asyncio.get_running_loop().create_task(self._quietly(work, what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def run_ended(self, run: Run) -> None:
        """Forget what was counted for this run alone: nothing asks for it again."""
        counts = self._of_runs.pop(run, None)
        if not counts or any(other.id == run.id for other in self._pep.runs):
            return
        try:
            self._soon(self.counters.forget, sorted(counts))
        except Exception as exc:  # the run ends all the same
            logger.warning("counts of a run were not dropped: %s", type(exc).__name__)

    def _forced(self, wanted: Sequence[Take]) -> Taken:
        return self.counters.take(wanted, force=True)

    async def _quietly(self, work: Callable[..., Any], what: list[Any]) -> None:
        try:
            await self._asked(work, what)
        except GuardError as exc:  # the next call is refused by itself
            logger.warning("a limit could not be counted down: %s", exc.code)

    async def drain(self, seconds: float) -> None:
        """Wait for what is being counted, at most `seconds`."""
        if self._tasks:
            await asyncio.wait([*self._tasks], timeout=seconds)

    # -- what steps report, what children are ------------------------------------------------------

    async def spend(self, run: Run, unit: str, amount: float, tool: str) -> tuple[str, ...]:
        """Count `amount` of `unit`; return the soft limits that are over, raise for a hard one.

        It was spent, so that it counts in any case.
        """
        who = run.principal
        wanted = [
            (name, limit, Take(
                self._key(name, limit, (who.tenant, who.subject), tool, run), limit.limit, amount,
                limit.window, hard=False,
            ))
            for name, limit in self._all(who.tenant)
            if limit.of == unit and (limit.obj is None or object_matches(tool, limit.obj))
        ]  # fmt: skip
        if not wanted:
            return ()
        taken = await self._asked(self._forced, [take for *_, take in wanted])
        named = [(name, limit) for name, limit, _ in wanted]
        over = self._judged(taken, named)
        for name in over:
            if dict(named)[name].mode == "hard":
                raise LimitExceeded(name, f"limit `{name}` of {unit} is used up")
        return over

    async def child(self, parent: Run) -> tuple[Held, tuple[str, ...]]:
        """Count one more child run below `parent`'s root; raise `LimitExceeded`."""
        depth, root = 1, parent
        while root.parent is not None:
            depth, root = depth + 1, root.parent
        who = parent.principal
        held: list[tuple[str, Limit, Take]] = []
        for name, limit in self._all(who.tenant):
            if limit.of == "depth" and depth > limit.limit:
                raise LimitExceeded(name, f"limit `{name}`: a run is {depth} runs deep")
            if limit.of == "children":
                key = self._key(name, limit, (who.tenant, who.subject), "", root)
                held.append((name, limit, Take(key, limit.limit, 1.0, None, hard=True)))
        if not held:
            return (), ()
        taken = await self._asked(self.counters.take, [take for *_, take in held])
        return (), self._judged(taken, [(name, limit) for name, limit, _ in held])

    # -- shared ------------------------------------------------------------------------------------

    def _all(self, tenant: str) -> list[tuple[str, Limit]]:
        limits = self.limits
        try:
            return [] if limits is None else limits.of(tenant)
        except ConfigError as exc:
            raise PolicyUnavailable(exc.message) from None

    def _about(self, tenant: str, kind: str, obj: str) -> list[tuple[str, Limit]]:
        """Return the limits about a step; they are looked through once for each set in force."""
        limits = self.limits
        if limits is not self._known:
            self._known, self._found = limits, {}
        about = (tenant, kind, obj)
        found = self._found.get(about)
        if found is None:
            found = [(name, one) for name, one in self._all(tenant) if one.about(kind, obj)]
            if len(self._found) >= KEPT:
                self._found = {}
            if len(obj) <= LONGEST:
                self._found[about] = found
        return found

    def _key(self, name: str, limit: Limit, who: tuple[str, str], obj: str, run: Run | None) -> str:
        """Return what a limit is counted under; `who` is tenant and subject."""
        tenant, subject = who
        while run is not None and run.parent is not None:
            run = run.parent
        told = f"{len(name)}:{name}{len(tenant)}:{tenant}"
        # parts of another window, sums of another unit would be taken for this one's
        counted = f"{limit.of} {limit.window}"
        told += f"{len(counted)}:{counted}"
        if limit.per:
            root = "" if run is None else run.id
            own = {"subject": subject, "tool": obj, "stage": obj, "run": root}
            parts = [f"{one}={own[one]}" for one in sorted(limit.per)]
            told += "".join([f"{len(part)}:{part}" for part in parts])
            if run is not None and "run" in limit.per:
                self._of_runs.setdefault(run, set()).add(told)
        return told

    def _judged(self, taken: object, named: list[tuple[str, Limit]]) -> tuple[str, ...]:
        """Return the names of limits that are over; raise for the hard one that was full."""
        if type(taken) is not Taken:
            raise LimitsUnavailable("the limits' state gave no answer")
        if taken.full is None and taken.over == ():
            return ()
        places = (*taken.over, *([] if taken.full is None else [taken.full]))
        if any(type(one) is not int or not 0 <= one < len(named) for one in places):
            raise LimitsUnavailable("the limits' state gave no answer")
        if taken.full is not None:
            name, limit = named[taken.full]
            after = taken.retry_after
            if after is None and limit.of == "concurrent":
                after = AGAIN
            raise LimitExceeded(
                name, f"limit `{name}` is used up: {limit.limit:g} {limit.of}", retry_after=after
            )
        return tuple(named[one][0] for one in taken.over)

    async def _asked(self, ask: Callable[..., Any], *values: Any) -> Any:
        try:
            if not self.counters.waits:
                return ask(*values)
            return await self.calls.answer(TIMEOUT, lambda: ask(*values))
        except LimitsUnavailable:
            raise
        except Exception as exc:  # a client's text may hold an address or a password
            raise LimitsUnavailable(
                f"the limits cannot be counted ({type(exc).__name__})"
            ) from None


def amount_from(value: object) -> float:
    """Return a number that may be spent; raise `ConfigError` for every other value."""
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:  # type: ignore[arg-type,operator]
        raise ConfigError("`spend` takes a number that is not negative")
    return float(value)  # type: ignore[arg-type]


def _below(limit: float) -> float:
    """Return what a sum has to be at most, so that it is below `limit`: then there is some left."""
    return math.nextafter(limit, -math.inf)
