"""The state of one guarded run: who, in which scope, under which permits."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from stageflow_guard.enforcement.records import common_of
from stageflow_guard.enforcement.tracing import of_run

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from stageflow_guard.base.traceparent import TraceContext
    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.errors import ContentBlocked, GuardError
    from stageflow_guard.model import Finding, Principal, RecordTemplate
    from stageflow_guard.ports import Scope


class Identity:
    """Who is calling, for a run and its children: one place, so that a renewal reaches them all.

    Steps can reach it through their ports, so the credential is no attribute of it.
    """

    __slots__ = ("__weakref__", "principal")

    def __init__(self, principal: Principal, credential: object) -> None:
        self.principal = principal
        _CREDENTIALS[self] = credential


_CREDENTIALS: WeakKeyDictionary[Identity, object] = WeakKeyDictionary()


def credential_of(identity: Identity) -> Any:
    """Return the token, or the source of tokens, that an identity was established from."""
    return _CREDENTIALS[identity]


class Run:
    """The state of one guarded run.

    `permits` holds the open permits by call id; `by_step` the latest one of each stage, for hosts
    whose results are compared with the stages that ran.
    """

    __slots__ = (
        "__weakref__",
        "binary", "blocked", "by_step", "calls", "closed", "common", "egress", "findings", "hooked",
        "host", "id", "identity", "immutable_input", "inspected", "output_findings", "outputs",
        "own", "parent", "permits", "pipeline", "pledges", "port_inputs", "recorded_principal",
        "refusal", "scope", "scope_key", "session", "session_id", "snapshot", "streams",
        "strict_children", "tasks", "telling", "trace",
    )  # fmt: skip

    def __init__(
        self,
        run_id: str,
        pipeline: str,
        identity: Identity,
        *,
        session_id: str | None,
        parent: Run | None,
        session: Session | None = None,
        host: str | None = None,
        inspected: bool = True,
    ) -> None:
        self.id = run_id
        self.pipeline = pipeline
        self.identity = identity
        principal = identity.principal
        self.session_id = session_id
        self.parent = parent
        self.session = session  # whose credential this is: the run ends with it
        self.host = host
        self.strict_children: bool = parent is not None and parent.strict_children
        self.inspected = inspected  # False only for interceptors, which see no data
        self.scope: Scope | None = None  # set before anything is inspected
        self.scope_key = session_id or run_id
        self.findings: tuple[Finding, ...] = ()
        self.output_findings: tuple[Finding, ...] = ()  # in outputs so far
        self.telling: set[str] = set()  # steps in whose outputs something was found
        self.binary: dict[str, tuple[Finding, ...]] = {}  # by the step that gave it; "" is input
        self.blocked: ContentBlocked | None = None  # the input: the first permitted step refuses
        self.permits: dict[str, Permit] = {}
        self.by_step: dict[str, Permit] = {}
        self.calls = count(1)
        self.refusal: GuardError | None = None
        self.closed = False
        self.outputs: dict[str, Any] = {}  # by stage: the guard's own, inspected, never handed out
        self.snapshot: Any = None  # makes a step's copy of the input out of the guard's own
        self.hooked = False  # code of the application sees what the host hands to a step
        self.immutable_input = False  # nothing in it that one stage could change for another
        self.port_inputs: dict[str, Any] = {}  # input that came through the ports, redacted
        self.streams = False  # there are ports through which a stage can speak before it ends
        self.egress: list[Any] = []  # what lets something out, per stage call, until it is over
        self.pledges: set[Any] = set()  # authorizations that were asked for and not yet awaited
        self.tasks: set[asyncio.Task[Any]] = set()
        # what every record of this run says, once: what only this run has, and the caller's part
        self.trace: TraceContext = of_run(None if parent is None else parent.trace)
        self.own: dict[str, Any] = {"run": run_id, "trace": self.trace.recorded}
        if parent is not None:
            self.own["parent_run"] = parent.id
        if session_id is not None:
            self.own["session"] = session_id
        self.common: dict[str, Any] = {**common_of(principal, pipeline), **self.own}
        self.recorded_principal = principal

    @property
    def principal(self) -> Principal:
        """Who is calling, as of the latest renewal."""
        return self.identity.principal

    @property
    def ended(self) -> bool:
        """Say whether it has ended, or a session or a run that it is part of: nothing runs then."""
        if self.closed or (self.session is not None and self.session.closed):
            return True
        return self.parent is not None and self.parent.ended

    def add_output_findings(self, found: tuple[Finding, ...]) -> None:
        """Remember what outputs held: each entity once, however often it is there."""
        known = {one.entity for one in self.output_findings}
        self.output_findings += tuple(one for one in found if one.entity not in known)

    def reachable_findings(self) -> list[Finding]:
        """Return what a step may meet: finds of the input and of outputs, parents' included."""
        met: dict[str, Finding] = {}
        run: Run | None = self
        while run is not None:
            for one in (*run.findings, *run.output_findings):
                met.setdefault(one.entity, replace(one, direction="input"))
            run = run.parent
        return list(met.values())

    def reachable_binary(self, upstream: Iterable[str]) -> tuple[Finding, ...]:
        """Return what bytes a step can reach that reads the input and these steps' outputs."""
        return tuple(mark for name in ("", *upstream) for mark in self.binary.get(name, ()))

    def refresh_record_fields(self) -> None:
        """Let records from now on name the key and the roles that count now."""
        self.recorded_principal = self.identity.principal
        self.common |= common_of(self.recorded_principal, self.pipeline)

    def refuse(self, error: GuardError) -> None:
        """Remember the first refusal, here and in every parent: a swallowed one still counts."""
        run: Run | None = self
        while run is not None:
            if run.refusal is None:
                run.refusal = error
            run = run.parent


class Permit:
    """A single-use right to run one step of one run, once."""

    __slots__ = (
        "attempt",
        "call",
        "effect",
        "executed",
        "held",
        "index",
        "met",
        "outcome",
        "restored",
        "reveal",
        "spent",
        "started",
        "step",
    )  # fmt: skip

    def __init__(
        self, step: Step, call: str, attempt: int, index: int, *, reveal: bool,
        effect: RecordTemplate,
    ) -> None:  # fmt: skip
        self.step = step
        self.call = call
        self.effect = effect  # of the record that will say how it ended
        self.attempt = attempt
        self.index = index  # of its decision
        self.reveal = reveal
        self.met: tuple[Finding, ...] = ()  # in what it is called with, beside the run's input
        self.restored = False  # an original went to the step
        self.spent = False
        self.executed = False
        self.outcome: str | None = None
        self.held: Any = ()  # of limits, until it ends
        self.started = time.perf_counter_ns()
