"""Recorded decisions under other policies: which would change, which grants no decision used.

Takes audit records as dictionaries; a record holds the question, so it can be asked again. Rights
that end are asked as of the time of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.analysis.outcome import AFTERWARDS
from stageflow_guard.policy.analysis.timeline import Timeline
from stageflow_guard.policy.engine.delegation import delegated
from stageflow_guard.policy.engine.rules import Rule

if TYPE_CHECKING:
    from stageflow_guard.model import Decision
    from stageflow_guard.policy.engine.policyset import PolicySet

Records = Iterable[tuple[int, Mapping[str, Any]]]
UNASKED = ("port",)  # what a stage lets out rests on the stage's own permit: no line is about it
OTHER_CAUSES = {"scope_ceiling"}  # denied by the token, not by a policy line


@dataclass(frozen=True, slots=True)
class Asked:
    """A recorded question: its record's index, the answer then, and when (seconds)."""

    index: int
    request: AccessRequest
    permitted: bool
    reason: str
    when: float
    actors: tuple[str, ...] = ()
    run: str | None = None
    approval: bool = False  # a grant was used up

    def under(self, policies: PolicySet) -> Decision:
        """Return what `policies` say of it, every hop of the chain of actors included."""

        then = _AsOf(policies, self.when)
        decision = then.decide(self.request)
        return delegated(then, self.request, self.actors, decision) if self.actors else decision


@dataclass(frozen=True, slots=True)
class _AsOf:
    """Policies as they decided at a time: a decision point for what is over."""

    policies: PolicySet
    when: float

    @property
    def revision(self) -> str:
        return self.policies.revision

    def decide(self, request: AccessRequest) -> Decision:
        return self.policies.decide_at(request, self.when)


@dataclass(frozen=True, slots=True)
class Changed:
    """A recorded decision that these policies would decide differently."""

    index: int
    request: AccessRequest
    was: str
    now: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """How many decisions were asked again, those that change, and records that hold no question."""

    asked: int
    changed: tuple[Changed, ...]
    skipped: int

    @property
    def denied(self) -> int:
        """Return how many permits would become denials."""
        return sum(one.was.startswith("permit") for one in self.changed)


@dataclass(frozen=True, slots=True)
class Unused:
    """An allowing rule that no recorded permit rested on."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Rules that could go as far as this log shows; `verified` says that replay agrees."""

    asked: int
    unused: tuple[Unused, ...]
    verified: bool
    since: float | None
    until: float | None


def questions(records: Records, timeline: Timeline | None = None) -> Iterator[Asked | None]:
    """Yield every recorded decision as a question; None for a decision that holds none.

    `timeline` sees every record before what it holds is asked.
    """
    for index, record in records:
        if timeline is not None:
            timeline.see(record)
        if record.get("kind") != "decision" or record.get("evaluation") != "ok":
            continue
        if record.get("error") not in (None, "access_denied") or (
            record.get("reason") in OTHER_CAUSES | AFTERWARDS
        ):
            continue
        kind, colon, obj = str(record.get("resource") or "").partition(":")
        actor = record.get("actor") or {}
        sub, ten, act = (
            part if type(part) is str else ""
            for part in (actor.get("subject"), record.get("tenant"), record.get("action"))
        )
        if kind in UNASKED or not (colon and sub and ten and act):
            yield None
            continue
        request = AccessRequest(
            sub=sub,
            ten=ten,
            own=str(record.get("owner") or ten),
            kind=kind,
            obj=obj,
            act=act,
            roles=tuple(actor.get("roles") or ()),
        )
        when = int(record.get("wall_ns") or 0) / 1e9
        permitted = record.get("decision") == "permit"
        actors = tuple(str(actor) for actor in record.get("on_behalf") or ())
        approved = "approval" in (record.get("note") or {})
        yield Asked(
            index, request, permitted, str(record.get("reason")), when, actors,
            record.get("run"), approved,
        )  # fmt: skip
        for more in ("reveal", "bytes") if permitted else ():
            if more in (record.get("obligations") or ()):
                yield Asked(index, replace(request, act=more), True, "permitted", when, actors)


def replay(policies: PolicySet, records: Records) -> Replay:
    """Ask every recorded decision again: the lines, then limits on calls and rules of flow.yaml
    about the records before it, then whether every call of its tool needs an approval.

    A record holds a digest of the arguments, so that bounds on them are not asked again.
    """
    asked = skipped = 0
    changed = []
    timeline = Timeline(policies)
    for one in questions(records, timeline):
        if one is None:
            skipped += 1
            continue
        asked += 1
        decision = one.under(policies)
        effect, reason, rules = decision.effect.value, decision.reason, decision.rules
        stopped = None
        if one.permitted and decision.permitted:
            stopped = timeline.refusal(one.request, one.when, one.run, approved=one.approval)
        if stopped is not None:
            effect, reason, rules = "deny", stopped[0], (stopped[1],)
        elif one.permitted and decision.permitted:
            timeline.permitted(one.index, one.request, one.when, one.run)
        if (effect == "permit") != one.permitted:
            was = f"{'permit' if one.permitted else 'deny'} ({one.reason})"
            changed.append(Changed(one.index, one.request, was, f"{effect} ({reason})", rules))
    return Replay(asked, tuple(changed), skipped)


def suggest(policies: PolicySet, records: Records) -> Suggestion:
    """Return allowing rules that no recorded permit rests on, and whether replay confirms it.

    A suggestion only: a log shows what was used while it ran, not what will be needed.
    """
    asked = [one for one in questions(records) if one is not None]
    used: set[str] = set()
    for one in asked:
        used.update(one.under(policies).rules)
    idle = {
        rule.where: rule
        for name in policies.tenants
        for rule in policies.tenant(name).rules
        if rule.allow and rule.where not in used
    }
    smaller = _without(policies, set(idle))
    verified = all(one.under(smaller).permitted == one.under(policies).permitted for one in asked)
    times = [one.when for one in asked]
    return Suggestion(
        len(asked),
        tuple(Unused(where, policies.text_of(where).strip()) for where in sorted(idle, key=_place)),
        verified, min(times, default=None), max(times, default=None),
    )  # fmt: skip


def _without(policies: PolicySet, gone: set[str]) -> PolicySet:
    for name in policies.tenants:
        tenant = policies.tenant(name)
        kept: tuple[Rule, ...] = tuple(r for r in tenant.rules if r.where not in gone)
        if len(kept) != len(tenant.rules):
            policies = policies.with_tenant(replace(tenant, rules=kept))
    return policies


def _place(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return file, int(line)
