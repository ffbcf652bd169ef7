"""`PolicySet`: an immutable snapshot of everything in force."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.base.sharded_map import ShardedMap
from stageflow_guard.model import AccessRequest, Decision, Effect
from stageflow_guard.policy.engine.catalogue import Catalogue
from stageflow_guard.policy.engine.delegation import FORMS
from stageflow_guard.policy.engine.exceptions import FOREVER, Share, TemporaryGrant
from stageflow_guard.policy.engine.flow import NO_FLOW, Flow
from stageflow_guard.policy.engine.guardrails import Guardrails
from stageflow_guard.policy.engine.index import TenantIndex
from stageflow_guard.policy.engine.limits import Limits
from stageflow_guard.policy.engine.loader import Loaded, load
from stageflow_guard.policy.engine.rules import (
    Problem,
    Rule,
    Template,
    TenantFile,
    legal_subject,
    relative,
)
from stageflow_guard.policy.engine.source import PolicyFiles, PolicyFolder, PolicySource
from stageflow_guard.policy.engine.tool_rules import ToolControls, ToolRules, tool_of

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.casbin import Reference

NO_TENANTS: Mapping[str, TenantFile] = MappingProxyType({})
CACHE = 65_536
REFERENCES = 64  # tenants whose lines stand by under pycasbin
OFF_INDEX = Rule("role:", "", "", "", allow=True, where="pycasbin:0")
LONGEST = 2048  # characters of one request; more is not a name, and is not kept either
KEPT = 512  # characters of a request whose decision is kept: a flood of names stays bounded


class PolicySet:
    """Answers requests from compiled rules; deny by default, deny overrides, tenants exact.

    Build it with `load`. `problems` says which files are not in force and why; `stale` which
    tenants go on with their last good file, and since when (seconds since the epoch).
    """

    def __init__(
        self,
        tenants: Mapping[str, TenantFile] = NO_TENANTS,
        *,
        problems: tuple[Problem, ...] = (),
        broken: frozenset[str] = frozenset(),
        stale: Mapping[str, float] | None = None,
        suspended: Mapping[str, float] | None = None,
        shares: tuple[Share, ...] = (),
        grants: tuple[TemporaryGrant, ...] = (),
        tree: FileTree | None = None,
        catalogue: Catalogue | None = None,
        guardrails: Guardrails | None = None,
        templates: Mapping[str, Template | None] | None = None,
        tools: ToolRules | None = None,
        limits: Limits | None = None,
        flow: Flow = NO_FLOW,
        index: ShardedMap[TenantIndex] | None = None,
        previous: PolicySet | None = None,
        now: Callable[[], float] | None = None,
    ) -> None:
        if index is None:
            index = ShardedMap.of({name: TenantIndex(lines) for name, lines in tenants.items()})
        self._index = index
        self._broken = broken
        self.stale: Mapping[str, float] = MappingProxyType(dict(stale or {}))
        self._suspended = dict(suspended or {})
        self.shares = shares
        self.grants = grants
        self.tree = tree if tree is not None else FileTree.of({})  # the files in force
        self.catalogue = catalogue if catalogue is not None else Catalogue()
        self.guardrails = guardrails if guardrails is not None else Guardrails()
        self.templates = MappingProxyType(dict(templates or {}))
        self.tools = tools if tools is not None else ToolRules()
        self.limits = limits if limits is not None else Limits()
        self.flow = flow
        self._controls: dict[tuple[str, str, frozenset[str]], ToolControls | None] = {}
        # the clock goes on over a reload: an expired right stays expired
        self.clock = NeverBackClock(Clock(wall=now) if now is not None else None)
        if previous is not None and now is None:
            self.clock = previous.clock
        self.problems = problems
        self.revision = self.tree.revision
        self.indexed = True  # else pycasbin decides, see `decided_by_casbin`
        self._references: dict[str, Reference] = {}
        self._lock = threading.Lock()
        # lives and dies with the snapshot: there is no invalidation to get wrong
        self._cache: dict[Any, tuple[Decision, float]] = {}
        self.cache_hits = self.cache_misses = 0
        self._timed = bool(self._suspended or shares or grants)
        self._corrections = self.clock.corrections
        self._found: Loaded | None = None  # what the next load may keep

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        previous: PolicySet | None = None,
        changed: Collection[str] | None = None,
    ) -> PolicySet:
        """Read a policy folder. `ConfigError` for folder or model; a bad tenant file only denies.

        The model must be the shipped one, byte for byte: a weaker matcher never starts. With
        `previous`, tenants whose files are the same are not compiled again, and a tenant whose file
        has gone bad keeps its last good one. `changed` promises which tenants' files alone may have
        changed since `previous` was loaded from there, `""` for their number; None promises
        nothing, and everything is read. Either way the result is the same.
        """
        return cls._made(PolicyFolder(Path(path)), previous, changed)

    @classmethod
    def of_files(cls, files: Mapping[str, bytes]) -> PolicySet:
        """Return the set that files make, by their names below a policy folder; see `load`."""
        return cls._made(PolicyFiles(files), None, None)

    @classmethod
    def _made(
        cls, source: PolicySource, previous: PolicySet | None, changed: Collection[str] | None
    ) -> PolicySet:
        if previous is None:  # else it was asked before, and what was imported stays imported
            from stageflow_guard.policy.engine.casbin import require_one_distribution

            require_one_distribution()
        found = load(source, None if previous is None else previous._found, changed=changed)
        made = cls(
            index=found.tenants, problems=tuple(found.problems), broken=frozenset(found.broken),
            stale=found.stale, suspended=found.suspended, shares=tuple(found.shares),
            grants=tuple(found.grants), tree=found.tree, catalogue=found.catalogue,
            guardrails=found.guardrails, templates=found.templates, tools=found.tools,
            limits=found.limits, flow=found.flow, previous=previous,
        )  # fmt: skip
        made._found = found
        return made

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants in force."""
        return tuple(self._index)

    def touched_since(self, old: PolicySet) -> Collection[str]:
        """Return the tenants that may differ from `old`: few after a load that read few."""
        mine, theirs = self._found, old._found
        follows = mine is not None and theirs is not None and mine.before is theirs.mark
        if mine is not None and follows and mine.again is not None:
            return mine.again
        every = (old, self)
        return {
            name
            for one in every
            for held in (one._index, one.guardrails.tenants, one.tools.tenants, one.limits.tenants)
            for name in held
        }

    @property
    def broken(self) -> frozenset[str]:
        """The tenants that deny because their file is bad and no good one is known."""
        return self._broken

    @property
    def suspended(self) -> Mapping[str, float]:
        """Until when each subject or tenant is suspended."""
        return MappingProxyType(self._suspended)

    def files(self) -> Mapping[str, bytes]:
        """Return the files in force, by name."""
        return self.tree

    @property
    def tool_pins(self) -> Mapping[str, str] | None:
        """The accepted definitions of tools (SHA-256 by name), or None where none are kept."""
        return self.tools.pins

    def tenant(self, name: str) -> TenantFile:
        """Return a tenant's parsed lines."""
        return self._index[name].file

    def template(self, name: str) -> Template | None:
        """Return a shared role's parsed lines, or None where there are none in force."""
        return self.templates.get(name)

    def index(self, name: str) -> TenantIndex:
        """Return a tenant's compiled lines."""
        return self._index[name]

    def knows(self, name: str) -> bool:
        """Say whether this tenant has lines in force here."""
        return name in self._index

    def decide(self, request: AccessRequest) -> Decision:
        """Return the decision; never raises for a request of strings."""
        key = request.key
        if key is None:
            return self._deny("malformed_request")
        if self._timed:
            self._now()
            if self.clock.corrections != self._corrections:  # what was kept rests on a wrong time
                self._corrections, self._cache = self.clock.corrections, {}
        known = self._cache.get(key)
        if known is not None and (known[1] == FOREVER or self._now() < known[1]):
            self.cache_hits += 1
            return known[0]
        self.cache_misses += 1
        if max(len(key[0]), len(key[4]), sum(map(len, key[:6]))) > LONGEST:
            return self._deny("malformed_request")
        decision, until = self._evaluate(request, self._now)
        if sum(map(len, key[:6])) + sum(map(len, key[6])) <= KEPT:
            if len(self._cache) >= CACHE:
                self._cache = {}
            self._cache[key] = (decision, until)
        return decision

    def controls(self, request: AccessRequest, actors: tuple[str, ...] = ()) -> ToolControls | None:
        """Return what counts for this call of a tool beside `decide`, or None where nothing does.

        The bounds of every role count that the subject, its claims or an actor of the chain holds.
        """
        tool = tool_of(request.kind, request.obj, request.act)
        if tool is None:
            return None
        index = self._index.get(request.ten)
        roles = frozenset[str]()
        if index is not None:
            roles = index.roles(request)
            for form, actor in ((form, actor) for form in FORMS for actor in actors):
                roles |= index.roles(replace(request, sub=form + actor, roles=()))
        key = (request.ten, tool, roles)
        if key not in self._controls:
            if len(self._controls) >= CACHE:
                self._controls = {}
            self._controls[key] = self.tools.controls(*key)
        return self._controls[key]

    def decide_at(self, request: AccessRequest, when: float) -> Decision:
        """Return the decision as of `when` (seconds since the epoch); nothing is kept."""
        if request.key is None or max(map(len, request.key[:6])) > LONGEST:
            return self._deny("malformed_request")
        return self._evaluate(request, lambda: when)[0]

    def with_tenant(self, tenant: TenantFile) -> PolicySet:
        """Return the same set with one tenant's lines replaced: for what-if questions only.

        Its revision is that of the original files, so its decisions are never to be recorded.
        """
        twin = self._imagined()
        twin._index = self._index.but((), {tenant.name: TenantIndex(tenant)})
        return twin

    def with_tools(self, tools: ToolRules) -> PolicySet:
        """Return the same set with other rules about tools: for what-if questions only."""
        twin = self._imagined()
        twin.tools = tools
        return twin

    def with_limits(self, limits: Limits) -> PolicySet:
        """Return the same set with other limits: for what-if questions only."""
        twin = self._imagined()
        twin.limits = limits
        return twin

    def with_flow(self, flow: Flow) -> PolicySet:
        """Return the same set with other rules of flow.yaml: for what-if questions only."""
        twin = self._imagined()
        twin.flow = flow
        return twin

    def decided_by_casbin(self) -> PolicySet:
        """Return the same set decided by pycasbin itself: slow, and right when the index is not."""
        twin = self._twin()
        twin.indexed = False
        return twin

    def _imagined(self) -> PolicySet:
        """Return a copy to be changed: it is no set that was loaded."""
        twin = self._twin()
        twin._found = None
        return twin

    def _twin(self) -> PolicySet:
        """Return a copy that shares what never changes, and keeps decisions of its own."""
        twin = copy(self)
        twin._cache = {}
        twin._controls = {}
        twin._references = {}
        twin._lock = threading.Lock()
        return twin

    def agrees(self, request: AccessRequest) -> bool:
        """Say whether index and pycasbin answer a request of one tenant's the same."""
        if request.ten not in self._index or request.key is None:
            return True
        at_home = replace(request, own=request.ten)  # shares are resolved before either is asked
        index = self._index[request.ten]
        allow, deny = index.matching(at_home) if legal_subject(at_home.sub) else ([], [])
        return (bool(allow) and not deny) == self._reference(request.ten).permits(at_home)

    def _reference(self, tenant: str) -> Reference:
        with self._lock:
            if tenant not in self._references:
                from stageflow_guard.policy.engine.casbin import Reference

                if len(self._references) >= REFERENCES:
                    self._references.clear()
                self._references[tenant] = Reference(self._index[tenant].file)
            return self._references[tenant]

    def _matching(self, request: AccessRequest) -> tuple[list[Rule], list[Rule]]:
        """Return (allowing, denying) rules; after an alarm, only what pycasbin agrees with."""
        allow, deny = self._index[request.ten].matching(request)
        if self.indexed:
            return allow, deny
        at_home = replace(request, own=request.ten)
        if self._reference(request.ten).permits(at_home):
            return allow or [OFF_INDEX], []
        return [], deny

    def _now(self) -> float:
        """Return the wall clock; setting it back revives no expired right at once."""
        return self.clock.now()

    def _evaluate(
        self, request: AccessRequest, clock: Callable[[], float]
    ) -> tuple[Decision, float]:
        """Return the decision and until when it holds (seconds since the epoch)."""
        ends = FOREVER
        if not legal_subject(request.sub):
            return self._deny("malformed_request"), ends
        if relative(request.obj):
            return self._deny("malformed_request"), ends
        if self._suspended:
            now = clock()
            for who in (request.sub, request.ten):
                until = self._suspended.get(who)
                if until is not None and now < until:
                    return self._deny("suspended"), until
        if request.ten not in self._index:
            known = request.ten in self._broken
            return self._deny("tenant_policy_invalid" if known else "unknown_tenant"), ends
        resting: list[str] = []
        if request.own != request.ten:
            share = self._share(request, clock)
            if share is None:
                return self._deny("foreign_owner"), ends
            ends = share.expires
            resting.append(share.where)
        allow, deny = self._matching(request)
        if deny:
            return self._deny("explicit_deny", tuple(sorted({r.where for r in deny}))), ends
        reason = "permitted"
        rules = sorted({r.where for r in allow})
        if not allow:
            if not self.grants:
                return self._deny("no_matching_rule"), ends
            grant, until = self._grant(request, clock)
            ends = min(ends, until)
            if grant is None:
                return self._deny("no_matching_rule"), ends
            reason, rules = grant.reason, [grant.where]
        return Decision(
            effect=Effect.PERMIT, reason=reason, rules=(*rules, *resting), revision=self.revision
        ), ends

    def _share(self, r: AccessRequest, clock: Callable[[], float]) -> Share | None:
        """Return the live share that lasts longest for another tenant's resource."""
        now = clock() if self.shares else 0.0
        live = [
            s
            for s in self.shares
            if now < s.expires and s.covers(r.own, r.ten, r.kind, r.obj, r.act)
        ]
        return max(live, key=lambda s: s.expires) if live else None

    def _grant(
        self, r: AccessRequest, clock: Callable[[], float]
    ) -> tuple[TemporaryGrant | None, float]:
        """Return the live grant that covers `r`, and until when that answer holds."""
        now = clock()
        if r.own != r.ten:  # a share is enough reach; nothing temporary on top of it
            return None, FOREVER
        until = FOREVER
        for grant in self.grants:
            if grant.tenant != r.ten or not grant.covers(r.sub, r.kind, r.obj, r.act):
                continue
            if grant.starts <= now < grant.expires:
                return grant, grant.expires
            if now < grant.starts:
                until = min(until, grant.starts)
        return None, until

    def text_of(self, where: str) -> str:
        """Return the line that `file:line` names, as it reads in the files in force."""
        file, _, number = where.rpartition(":")
        content = self.tree.get(file)
        if content is None or not number.isdecimal():
            return ""
        lines = content.decode("utf-8", "replace").split("\n")
        return lines[int(number) - 1] if 0 < int(number) <= len(lines) else ""

    def _deny(self, reason: str, rules: tuple[str, ...] = ()) -> Decision:
        return Decision(effect=Effect.DENY, reason=reason, rules=rules, revision=self.revision)
