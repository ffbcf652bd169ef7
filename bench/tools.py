"""What a guarded tool call costs over the bare one, and what each decision about it costs.

Run: python bench/tools.py [--json]. CPU time, cached identity and policy, 200 bytes of arguments,
the log in memory; the best of several rounds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from stageflow_guard import Guard
from stageflow_guard.audit.log.memory import UnsafeMemoryLog
from stageflow_guard.enforcement.admission import ToolCall
from stageflow_guard.enforcement.controls import canonical
from stageflow_guard.enforcement.counters.counter import MemoryCounters
from stageflow_guard.enforcement.grants import Grants
from stageflow_guard.enforcement.limiting import Limiter
from stageflow_guard.enforcement.rowstores.rows import MemoryRows
from stageflow_guard.enforcement.sequence import Sequence
from stageflow_guard.model import AccessRequest, Decision, Effect, Principal
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.argument_schema import plain_copy
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

CALLS, ROUNDS = 500, 20
LINES = "g, user:ada, role:clerk, acme\np, role:clerk, acme, tool, *, call, allow\n"
BOUNDED = (
    "tools: {plain: {}, refund: {arguments: {amount: {maximum: 100}, note: {maxLength: 300}}}}\n"
)
FLOW = """flow:
  often: {at_most: 10000, of: {kind: tool, act: call, obj: refund}, within: subject, window: 60}
  never: {never: {kind: tool, act: call, obj: export}, after: {kind: data, act: read}, within: run}
  first: {only: {kind: tool, act: call, obj: payout}, after: {kind: tool, act: call, obj: sign}}
"""
LIMITED = "limits: {many: {of: calls, limit: 1000000000, window: 3600, per: [subject]}}\n"
PROSE = {"amount": 50, "note": "the parcel came late and one of the cups was broken " * 3}
ARGUMENTS = {
    "amount": 50, "note": "late", "orders": [{"order": n, "lines": n + 1} for n in range(4711, 4717)]
}  # fmt: skip


class Callers:
    """One caller, known beforehand."""

    who = Principal(subject="user:ada", tenant="acme", key_id="k1")

    async def authenticate(self, credential: str) -> Principal:
        """Return the caller."""
        return self.who

    def recheck(self, principal: Principal) -> None:
        """Find the caller as before."""


class Memory:
    """A log in a list."""

    origin = "memory"

    def __init__(self) -> None:
        self.records: list[object] = []

    def enqueue(self, record: object) -> int:
        """Keep a record."""
        self.records.append(record)
        return len(self.records) - 1

    async def append(self, record: object) -> int:
        """Keep a record."""
        return self.enqueue(record)


def policies(folder: Path, *, limited: bool = False, flow: bool = False) -> PolicySet:
    """Return policies in which Ada may call every tool, and one of them is bounded."""
    (folder / "tenants/acme").mkdir(parents=True, exist_ok=True)
    model = Path(__file__).parents[1] / "policies/model.conf"
    (folder / "model.conf").write_bytes(model.read_bytes())
    (folder / "catalogue.yaml").write_text(BOUNDED)
    (folder / "tenants/acme/policy.csv").write_text(LINES)
    (folder / "limits.yaml").write_text(LIMITED if limited else "limits: {}\n")
    if flow:
        (folder / "flow.yaml").write_text(FLOW)
    return PolicySet.load(folder)


def micro(work: object, calls: int = CALLS) -> float:
    """Return the CPU microseconds of one call, the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time_ns()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time_ns() - begun) / calls / 1000)
    return best


def answer_of(work: Any) -> Any:
    """Return what a coroutine gives that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value


async def call_cost(found: PolicySet, obj: str, arguments: dict = ARGUMENTS) -> float:
    """Return the CPU microseconds of one guarded call over the bare one."""
    log = Memory()
    inspector = OffLoopInspector(Redactor(preset="balanced", ner=None), Vault())
    guard = Guard(authenticator=Callers(), decisions=found, inspector=inspector, log=log)

    async def bare(amount: int, note: str, orders: object = None) -> str:
        return "done"

    guarded = guard.protect(kind="tool", obj=obj)(bare)

    async def cost(function: object) -> float:
        best = float("inf")
        for _ in range(ROUNDS):
            log.records.clear()
            begun = time.process_time_ns()
            for _ in range(CALLS):
                await function(**arguments)
            best = min(best, (time.process_time_ns() - begun) / CALLS / 1000)
        return best

    async with guard, guard.session("token"), guard.run("support"):
        return await cost(guarded) - await cost(bare)


def calls(scratch: Path) -> dict[str, float]:
    """Return what guarded calls cost over bare ones."""
    free = policies(scratch / "free")
    limited = policies(scratch / "limited", limited=True)
    return {
        "call, no bound": asyncio.run(call_cost(free, "plain")),
        "call, prose": asyncio.run(call_cost(free, "plain", PROSE)),
        "call, bounds": asyncio.run(call_cost(free, "refund")),
        "call, bounds and a limit": asyncio.run(call_cost(limited, "refund")),
    }


def decisions(scratch: Path) -> dict[str, float]:
    """Return what each decision about a call costs."""
    limited = policies(scratch / "limits", limited=True)
    controls = limited.tools.controls("acme", "refund", frozenset())
    ruled: Any = SimpleNamespace(
        decisions=policies(scratch / "flow", flow=True), log=UnsafeMemoryLog()
    )
    sequence = Sequence(ruled)
    asyncio.run(sequence.open())
    limiter = Limiter(SimpleNamespace(decisions=limited), MemoryCounters())  # type: ignore[arg-type]
    request = AccessRequest(
        sub="user:ada", ten="acme", own="acme", kind="tool", obj="refund", act="call"
    )
    permit = Decision(effect=Effect.PERMIT, reason="rule")
    call = ToolCall(request, Callers.who, None, permit, ARGUMENTS)

    def follow() -> None:
        sequence.require(call)
        sequence.follow(call)

    grants = Grants(MemoryRows(), b"k" * 32)
    return {
        "decision about arguments": micro(lambda: controls.fault(plain_copy(ARGUMENTS))),
        "digest of arguments": micro(lambda: grants.digest("acme", "refund", canonical(ARGUMENTS))),
        "decision about a limit": micro(lambda: answer_of(limiter.take(call))),
        "decision about history": micro(follow, 100),
    }


def main() -> None:
    """Measure, and print one line for each figure."""
    with tempfile.TemporaryDirectory() as scratch:
        figures = calls(Path(scratch)) | decisions(Path(scratch))
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<28} {value:8.1f} us")


if __name__ == "__main__":
    main()
