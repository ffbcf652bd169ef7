"""Eight ways round a guard that people report, for any guard on any host.

Write a `Contender`: how your guard stands on a host, and how that host is made to take each way.
Nothing in it needs to be of this package. Then:

    report = await try_ways(MyContender())
    print(report)            # a line for each way
    assert report.holds      # no body ran unguarded, and no raw text left

Each way is tried twice. First the guard is to permit, and the way MUST lead to the body: a way that
leads nowhere shows nothing (`unreached`). Then the guard is to deny, to raise or to hang, and the
body MUST NOT run; or to redact, and raw text MUST NOT leave.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from stageflow_guard.testing.conformance.driver import NotOffered
from stageflow_guard.testing.conformance.environment import MAIL

DEADLINE = 20.0  # seconds for one try; a hanging guard is given `PATIENCE`
PATIENCE = 0.3
STRAGGLERS = 0.05  # what the host has left running may run the body later
ANSWER = "the-guarded-answer"
SPOKEN = f"write to {MAIL} today, please do"
LAST = "please do"  # the control of a stream hears it


@dataclass(frozen=True, slots=True)
class Way:
    """One way round a guard."""

    name: str
    method: str  # of `Contender`
    decision: str  # what the guard does when it is asked: `deny`, `redact`, `raise`, `hang`
    told: str  # what people report, in one sentence
    leads_to: str = "body"  # or `text`: what left, while the guard redacts


WAYS = (
    Way(
        "a sub-agent or handoff", "sub_agent", "deny",
        "the guard stands on the outer agent, and the inner one has its own way to the tool",
    ),
    Way(
        "streaming", "streaming", "redact",
        "tokens or progress leave before the guard has seen the whole answer", "text",
    ),
    Way(
        "a hosted tool", "hosted_tool", "deny",
        "the provider or the host runs the tool, where no hook is",
    ),
    Way(
        "the hook raises", "hook_raises", "raise",
        "the guard crashes, and the host goes on without it",
    ),
    Way(
        "the hook hangs", "hook_hangs", "hang",
        "the guard gives no answer, and the host does not wait for it",
    ),
    Way(
        "resume after approval", "resume", "deny",
        "a paused run goes on under the right of whoever began it, which is withdrawn by now",
    ),
    Way(
        "a second transport", "second_transport", "deny",
        "the same work is reached by another door of the host",
    ),
    Way(
        "configuration that shadows", "shadow", "deny",
        "an option given later puts something in front of the guard, or in the tool's place",
    ),
)  # fmt: skip


class Attempt:
    """One try at one way: what the guard is to decide, and what happened all the same."""

    def __init__(self, decision: str, later: str | None = None) -> None:
        self.decision = decision  # `permit`, `redact`, `deny`, `raise` or `hang`
        self._later = later or decision
        self.ran = 0
        self.heard: list[str] = []

    # -- for the host's side of a contender

    async def body(self, text: str = "") -> str:
        """Do the guarded work: whoever gets here was let through."""
        return self.body_sync(text)

    def body_sync(self, text: str = "") -> str:
        """Do the guarded work in sync code."""
        self.ran += 1
        return ANSWER

    def offered(self) -> None:
        """Say that a provider was offered its hosted tool, which it may run from now on."""
        self.ran += 1

    def hear(self, text: str) -> None:
        """Keep what left the host, piece by piece."""
        self.heard.append(text)

    def withdraw(self) -> None:
        """Withdraw the right between a pause and its resume."""
        self.decision = self._later

    # -- for guards that are made of a host's own hooks

    async def decide(self) -> None:
        """Answer as the try says: return, raise `PermissionError`, crash, or hang."""
        if self.decision == "hang":
            await asyncio.Event().wait()
        self._answer()

    def decide_sync(self) -> None:
        """Answer in sync code; a hang has an end there, long after the host's patience."""
        if self.decision == "hang":
            threading.Event().wait(PATIENCE * 2)
            raise RuntimeError("no answer came")
        self._answer()

    def _answer(self) -> None:
        if self.decision == "raise":
            raise RuntimeError("the guard crashed")
        if self.decision == "deny":
            raise PermissionError("denied")

    def redact(self, text: str) -> str:
        """Return the text without the address, unless the try is the control."""
        return text if self.decision == "permit" else text.replace(MAIL, "<redacted>")


class Contender:
    """One guard on one host. Subclass it; what stays as it is, is not offered by the host.

    Each method makes the host take one way to `attempt.body`, under the guard, as a caller whom the
    guard knows. It may raise what it likes. `closed` names ways that the guard refuses to
    everybody, each with the reason: there the body MUST run in neither try.
    """

    host: str = ""
    guard: str = ""
    closed: ClassVar[Mapping[str, str]] = {}

    async def sub_agent(self, attempt: Attempt) -> Any:
        """Let a nested agent, graph, server or application, reached from a guarded one, do it."""
        raise NotOffered("the host nests nothing")

    async def streaming(self, attempt: Attempt) -> Any:
        """Let the work speak `SPOKEN` in pieces of a few characters; `hear` what leaves."""
        raise NotOffered("nothing leaves the host before the work ends")

    async def hosted_tool(self, attempt: Attempt) -> Any:
        """Offer a tool that the provider runs; call `attempt.offered()` when a request has it."""
        raise NotOffered("the host knows no tools that others run")

    async def hook_raises(self, attempt: Attempt) -> Any:
        """Do the work while the guard crashes."""
        raise NotOffered("the host asks no guard")

    async def hook_hangs(self, attempt: Attempt) -> Any:
        """Do the work while the guard gives no answer; the caller gives up after `PATIENCE`."""
        raise NotOffered("the host asks no guard")

    async def resume(self, attempt: Attempt) -> Any:
        """Pause, call `attempt.withdraw()`, approve, and go on."""
        raise NotOffered("the host pauses nothing")

    async def second_transport(self, attempt: Attempt) -> Any:
        """Reach the same work by another door of the host."""
        raise NotOffered("the host has one door")

    async def shadow(self, attempt: Attempt) -> Any:
        """Put something of the host's in front of the guard, or in the place of the tool."""
        raise NotOffered("the host has no such option")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way: `held`, `closed`, `not offered`, `bypassed` or `unreached`, and why."""

    way: str
    status: str
    why: str = ""

    def __str__(self) -> str:
        """Return a line."""
        return f"{self.status:<12} {self.way}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class BypassReport:
    """What one contender showed."""

    host: str
    guard: str
    outcomes: tuple[Outcome, ...]

    @property
    def holds(self) -> bool:
        """Say whether no way led round the guard, and every way that is offered was reached."""
        return not any(one.status in ("bypassed", "unreached") for one in self.outcomes)

    @property
    def bypassed(self) -> tuple[str, ...]:
        """The ways that led round the guard."""
        return tuple(one.way for one in self.outcomes if one.status == "bypassed")

    def __str__(self) -> str:
        """Return a line for each way."""
        return "\n".join([f"{self.host}: {self.guard}", *map(str, self.outcomes)])


class _Quiet:
    """Keeps logging off while one or more contenders are tried: each try makes failures."""

    def __init__(self) -> None:
        self._inside, self._before = 0, logging.NOTSET

    def __enter__(self) -> None:
        if not self._inside:
            self._before = logging.root.manager.disable
            logging.disable(logging.CRITICAL)
        self._inside += 1

    def __exit__(self, *_: object) -> None:
        self._inside -= 1
        if not self._inside:
            logging.disable(self._before)


_quiet = _Quiet()


async def try_ways(contender: Contender) -> BypassReport:
    """Return which of the eight ways lead round the contender's guard."""
    with _quiet:
        outcomes = [await _outcome(contender, way) for way in WAYS]
    return BypassReport(contender.host, contender.guard, tuple(outcomes))


async def _outcome(contender: Contender, way: Way) -> Outcome:
    control = Attempt("permit")
    try:
        failed = await _try(contender, way, control)  # it has no stragglers to wait for
    except NotOffered as none:
        return Outcome(way.name, "not offered", str(none))
    closed = contender.closed.get(way.name)
    reached = control.ran if way.leads_to == "body" else LAST in "".join(control.heard)
    if reached == bool(closed):
        why = f"the control did not reach the body: {failed!r}"[:300]
        return Outcome(way.name, "unreached", f"it is open: {closed}" if closed else why)
    first = "permit" if way.method == "resume" else way.decision
    attempt = Attempt(first, way.decision)
    said = await _try(contender, way, attempt)
    await asyncio.sleep(STRAGGLERS)
    if way.leads_to == "body" and attempt.ran:
        return Outcome(way.name, "bypassed", "the body ran")
    if ANSWER in str(said):
        return Outcome(way.name, "bypassed", "an answer of the body was handed out")
    if MAIL in "".join(attempt.heard):
        return Outcome(way.name, "bypassed", "raw text left")
    return Outcome(way.name, "closed" if closed else "held", closed or "")


async def _try(contender: Contender, way: Way, attempt: Attempt) -> Any:
    """Take the way once; return the answer, or the error."""
    patience = PATIENCE if attempt.decision == "hang" else DEADLINE
    said: Any
    try:
        async with asyncio.timeout(patience):
            said = await getattr(contender, way.method)(attempt)
    except NotOffered:
        raise
    except Exception as error:  # a guard may refuse as it likes
        said = error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            raise
        said = error
    return said
