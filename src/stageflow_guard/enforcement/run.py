"""The state of one guarded run: who, in which scope, under which permits."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from stageflow_guard.enforcement.records import common_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.errors import ContentBlocked, GuardError
    from stageflow_guard.model import Finding, Principal, RecordTemplate
    from stageflow_guard.ports import Scope


class Identity:
    """Who is calling, for a run and its children: one place, so that a renewal reaches them all.

    Stages can reach it through their ports, so the credential is no attribute of it.
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
    """The state of one guarded run."""

    __slots__ = (
        "blocked", "bytes", "closed", "common", "findings", "given", "id", "identity", "lender",
        "outlets", "own", "parent", "permits", "pipeline", "plain", "refusal", "said", "scope",
        "scope_key", "session_id", "spoken", "streams", "tasks",
    )  # fmt: skip

    def __init__(
        self,
        run_id: str,
        pipeline: str,
        identity: Identity,
        *,
        session_id: str | None,
        parent: Run | None,
        scope: Scope | None,
        lender: Session | None = None,
    ) -> None:
        self.id = run_id
        self.pipeline = pipeline
        self.identity = identity
        principal = identity.principal
        self.session_id = session_id
        self.parent = parent
        self.lender = lender  # the session whose credential this is: it ends with that one
        self.scope = scope
        self.scope_key = session_id or run_id
        self.findings: tuple[Finding, ...] = ()
        self.said: tuple[Finding, ...] = ()  # in outputs so far
        self.bytes: dict[str, tuple[Finding, ...]] = {}  # by the stage that said them; "" is input
        self.blocked: ContentBlocked | None = None  # the input: the first authorized stage refuses
        self.permits: dict[str, Permit] = {}
        self.refusal: GuardError | None = None
        self.closed = False
        self.plain = False  # nothing in the input that a stage could change for another
        self.given: dict[str, Any] = {}  # input that came through the ports, redacted
        self.streams = False  # there are ports through which a stage can speak before it ends
        self.outlets: list[Any] = []  # what lets something out, per stage call, until it is over
        self.tasks: set[asyncio.Task[Any]] = set()
        # what every record of this run says, once: what only this run has, and the caller's part
        self.own: dict[str, Any] = {"run": run_id}
        if parent is not None:
            self.own["parent_run"] = parent.id
        if session_id is not None:
            self.own["session"] = session_id
        self.common: dict[str, Any] = {**common_of(principal, pipeline), **self.own}
        self.spoken = principal

    @property
    def principal(self) -> Principal:
        """Who is calling, as of the latest renewal."""
        return self.identity.principal

    @property
    def over(self) -> bool:
        """Say whether it has ended, or a session or a run that it is part of: nothing runs then."""
        if self.closed or (self.lender is not None and self.lender.closed):
            return True
        return self.parent is not None and self.parent.over

    def hear(self, found: tuple[Finding, ...]) -> None:
        """Remember what outputs held: each entity once, however often it is said."""
        known = {one.entity for one in self.said}
        self.said += tuple(one for one in found if one.entity not in known)

    def carried(self) -> list[Finding]:
        """Return what a stage may meet: finds of the input and of outputs, parents' included."""
        met: dict[str, Finding] = {}
        run: Run | None = self
        while run is not None:
            for one in (*run.findings, *run.said):
                met.setdefault(one.entity, replace(one, direction="input"))
            run = run.parent
        return list(met.values())

    def blobs(self, upstream: Iterable[str]) -> tuple[Finding, ...]:
        """Return what bytes a stage can reach that reads the input and these stages' outputs."""
        return tuple(mark for name in ("", *upstream) for mark in self.bytes.get(name, ()))

    def speak(self) -> None:
        """Let records from now on name the key and the roles that count now."""
        self.spoken = self.identity.principal
        self.common |= common_of(self.spoken, self.pipeline)

    def refuse(self, error: GuardError) -> None:
        """Remember the first refusal, here and in every parent: a swallowed one still counts."""
        run: Run | None = self
        while run is not None:
            if run.refusal is None:
                run.refusal = error
            run = run.parent


class Permit:
    """A single-use right to run one stage of one run, once."""

    __slots__ = (
        "attempt", "effect", "executed", "index", "outcome", "reveal", "spent", "stage", "started",
    )  # fmt: skip

    def __init__(
        self, stage: str, attempt: int, index: int, *, reveal: bool, effect: RecordTemplate
    ) -> None:
        self.effect = effect  # of the record that will say how it ended
        self.stage = stage
        self.attempt = attempt
        self.index = index
        self.reveal = reveal
        self.spent = False
        self.executed = False
        self.outcome: str | None = None
        self.started = time.perf_counter_ns()
