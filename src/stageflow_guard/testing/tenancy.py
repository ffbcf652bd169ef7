"""Two tenants, one pipeline: canaries in everything that a caller brings, and no crossing.

`check_tenants` runs a guarded pipeline as two tenants, in turn and at once, with failures and
cancellations between, and looks for one tenant's canary in everything that the other one gets:
results, artifacts, events, errors with their causes, log lines, what a memory recalls, audit
records. It fails on any crossing, and says where nothing could be seen at all.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from stageflow_guard.enforcement.session import current_session

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard

LETTERS = "abcdefghjkmnpqrstuvwxyz"
DEEPEST = 12
Inputs = Callable[[str], dict[str, Any]]
Plant = Callable[[str], Awaitable[object]]
Recall = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One tenant's canary where another one could read it."""

    round: str
    surface: str
    owner: str
    reader: str

    def __str__(self) -> str:
        """Say who read whose canary, and where."""
        return f"{self.reader} read {self.owner}'s canary in {self.surface} ({self.round})"


@dataclass(slots=True)
class Isolation:
    """What was tried and what crossed.

    `seen` are the surfaces on which tenants saw their own canaries: where a surface shows no tenant
    anything, that nothing crossed there proves nothing.
    """

    runs: int = 0
    crossings: list[Crossing] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


class TenantsCross(AssertionError):
    """A canary crossed; the text lists every crossing, `.isolation` holds them."""

    def __init__(self, isolation: Isolation) -> None:
        lines = "\n".join(f"  {one}" for one in isolation.crossings)
        super().__init__(f"{len(isolation.crossings)} crossings between tenants:\n{lines}")
        self.isolation = isolation


async def check_tenants(
    guard: Guard,
    guarded: Any,
    credentials: Mapping[str, object],
    *,
    inputs: Inputs | None = None,
    plant: Plant | None = None,
    recall: Recall | None = None,
    records: Callable[[], list[dict[str, Any]]] | None = None,
    rounds: int = 3,
) -> Isolation:
    """Run `guarded` as two tenants; raise `TenantsCross` when one sees what the other brought.

    `credentials` maps two tenants' names to their tokens. `inputs(canary)` gives the keyword
    arguments of a run (default: `input_text` that holds the canary). `plant(canary)` puts a canary
    where your application remembers things, called inside the tenant's session; `recall()` returns
    what it remembers there. `records` returns the audit records. Runs that raise count: their
    errors are looked at like results.
    """
    if len(credentials) != 2:
        raise ValueError("`credentials` names two tenants")
    check = _Check(
        guard, guarded, dict(credentials), inputs=inputs or _text, plant=plant, recall=recall
    )
    one, other = credentials
    for n in range(rounds):
        await check.turn(one, other, f"in turn, {n}")
        await check.turn(other, one, f"in turn, {n}")
        await check.same_question(one, other, f"the same question, {n}")
        await check.cancelled(one, other, f"after a cancelled run, {n}")
        await check.at_once(f"at once, {n}")
    check.leftovers()
    if records is not None:
        check.records(records())
    if check.found.crossings:
        raise TenantsCross(check.found)
    return check.found


def _text(canary: str) -> dict[str, Any]:
    return {"input_text": f"please remember {canary}"}


class _Check:
    def __init__(
        self,
        guard: Guard,
        guarded: Any,
        credentials: dict[str, object],
        *,
        inputs: Inputs,
        plant: Plant | None,
        recall: Recall | None,
    ) -> None:
        self._guard, self._guarded, self._credentials = guard, guarded, credentials
        self._inputs, self._plant, self._recall = inputs, plant, recall
        self._canaries: dict[str, list[str]] = {name: [] for name in credentials}
        self._session = current_session()
        self.found = Isolation()

    def _canary(self, tenant: str) -> str:
        """Return a word that no detector takes for personal data and no text holds by accident."""
        word = "canary" + "".join(secrets.choice(LETTERS) for _ in range(14))
        self._canaries[tenant].append(word)
        return word

    async def turn(self, first: str, second: str, name: str) -> None:
        await self._run(first, name)
        await self._run(second, name)

    async def same_question(self, first: str, second: str, name: str) -> None:
        """Plant in both memories, then ask in the same words: a cache without a tenant answers."""
        word = self._canary_free()
        for tenant in (first, second):
            await self._run(tenant, name, text=word)

    @staticmethod
    def _canary_free() -> str:
        return "what is known of " + "".join(secrets.choice(LETTERS) for _ in range(8))

    async def cancelled(self, first: str, second: str, name: str) -> None:
        """Cancel one tenant's run on its way; the other one's begins at once."""
        task = asyncio.create_task(self._run(first, name))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self._run(second, name)

    async def at_once(self, name: str) -> None:
        """Run both tenants together, several times each."""
        tenants = [tenant for tenant in self._credentials for _ in range(4)]
        await asyncio.gather(*(self._run(tenant, name, logs=False) for tenant in tenants))

    async def _run(
        self, tenant: str, name: str, *, text: str | None = None, logs: bool = True
    ) -> None:
        canary = self._canary(tenant)
        self.found.runs += 1
        lines: list[str] = []
        async with self._guard.session(self._credentials[tenant]):
            if self._plant is not None:
                await self._plant(canary)
            with _captured(lines) if logs else nullcontext():
                try:
                    asked = {"input_text": text} if text is not None else self._inputs(canary)
                    result: object = await self._guarded.run(**asked)
                    self._look(tenant, name, "results", result)
                except Exception as error:
                    self._look(tenant, name, "errors", list(_chain(error)))
            if self._recall is not None:
                self._look(tenant, name, "memory", await self._recall())
        self._look(tenant, name, "log lines", lines)

    def leftovers(self) -> None:
        """Look for an identity that outlived its session."""
        if current_session() is not self._session:
            self.found.crossings.append(Crossing("afterwards", "the current session", "?", "?"))

    def records(self, records: list[dict[str, Any]]) -> None:
        """Look at audit records: none of a tenant's holds another's canary or parent."""
        owner = {r["run"]: r["tenant"] for r in records if r.get("run") and r.get("tenant")}
        for record in records:
            tenant = str(record.get("tenant"))
            if tenant in self._canaries:
                self._look(tenant, "afterwards", "audit records", record)
            parent = owner.get(record.get("parent_run"))
            if parent is not None and parent != tenant:
                self.found.crossings.append(
                    Crossing("afterwards", "a child run", str(parent), tenant)
                )

    def _look(self, reader: str, name: str, surface: str, value: object) -> None:
        told = "\n".join(_texts(value))
        for owner, words in self._canaries.items():
            if not any(word in told for word in words):
                continue
            if owner == reader:
                self.found.seen.add(surface)
            else:
                self.found.crossings.append(Crossing(name, surface, owner, reader))


def _texts(value: object, depth: int = 0, seen: set[int] | None = None) -> Iterator[str]:
    """Yield every text that is reachable from `value`."""
    known = set() if seen is None else seen
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | bytearray):
        yield bytes(value).decode("utf-8", "replace")
    elif value is None or isinstance(value, int | float) or depth > DEEPEST or id(value) in known:
        return
    else:
        known.add(id(value))
        for part in _parts(value):
            yield from _texts(part, depth + 1, known)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, one.name, None) for one in fields(value))
    else:
        yield from vars(value).values() if hasattr(value, "__dict__") else ()
        yield repr(value)


def _chain(error: BaseException) -> Iterator[object]:
    known: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in known:
            continue
        known.add(id(one))
        yield from (str(one), one.args, getattr(one, "__notes__", None))
        yield {k: v for k, v in vars(one).items() if not isinstance(v, BaseException)}
        todo += [one.__cause__, one.__context__, getattr(one, "original", None)]
        todo += list(getattr(one, "exceptions", ()))


@contextmanager
def _captured(lines: list[str]) -> Iterator[None]:
    """Collect what is logged; only where one tenant runs, else the owner of a line is unknown."""

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Collect(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
