"""`PolicySet`: an immutable snapshot of everything in force."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest, Decision, Effect
from stageflow_guard.policy.catalogue import Catalogue
from stageflow_guard.policy.files import SUBJECTS, Problem, Template, TenantFile, relative
from stageflow_guard.policy.guardrails import Guardrails
from stageflow_guard.policy.index import TenantIndex
from stageflow_guard.policy.loader import load_folder
from stageflow_guard.policy.platform import FOREVER, Grant, Share

CACHE = 65_536
LONGEST = 2048  # characters of one request; more is not a name, and is not kept either
KEPT = 512  # characters of a request whose decision is kept: a flood of names stays bounded


class PolicySet:
    """Answers requests from compiled rules; deny by default, deny overrides, tenants exact.

    Build it with `load`. `problems` says which files are not in force and why; `stale` which
    tenants go on with their last good file, and since when (seconds since the epoch).
    """

    def __init__(
        self,
        tenants: Mapping[str, TenantFile],
        *,
        problems: tuple[Problem, ...] = (),
        broken: frozenset[str] = frozenset(),
        stale: Mapping[str, float] | None = None,
        suspended: Mapping[str, float] | None = None,
        shares: tuple[Share, ...] = (),
        grants: tuple[Grant, ...] = (),
        files: Mapping[str, bytes] | None = None,
        catalogue: Catalogue | None = None,
        guardrails: Guardrails | None = None,
        templates: Mapping[str, Template | None] | None = None,
        previous: PolicySet | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._tenants = dict(tenants)
        self._index: dict[str, TenantIndex] = {
            name: previous._index[name]
            if previous is not None and previous._tenants.get(name) is tenant
            else TenantIndex(tenant)
            for name, tenant in tenants.items()
        }
        self._broken = broken
        self.stale: Mapping[str, float] = MappingProxyType(dict(stale or {}))
        self._suspended = dict(suspended or {})
        self.shares = shares
        self.grants = grants
        self._files = MappingProxyType(dict(files or {}))
        self.catalogue = catalogue if catalogue is not None else Catalogue()
        self.guardrails = guardrails if guardrails is not None else Guardrails()
        self.templates = MappingProxyType(dict(templates or {}))
        self._clock = now
        self._latest: float = float("-inf") if previous is None else previous._latest
        self.problems = problems
        digest = sha256()
        for name in sorted(self._files):
            content = self._files[name]
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.revision = digest.hexdigest()
        # lives and dies with the snapshot: there is no invalidation to get wrong
        self._cache: dict[Any, tuple[Decision, float]] = {}
        self.audit: Callable[[AccessRequest, Decision], None] | None = None

    @classmethod
    def load(cls, path: str | Path, *, previous: PolicySet | None = None) -> PolicySet:
        """Read a policy folder. `ConfigError` for folder or model; a bad tenant file only denies.

        The model must be the shipped one, byte for byte: a weaker matcher never starts. With
        `previous`, tenants whose files are the same are not compiled again, and a tenant whose file
        has gone bad keeps its last good one.
        """
        from stageflow_guard.policy.casbin import require_one_distribution

        require_one_distribution()
        found = load_folder(Path(path), previous)
        return cls(
            found.tenants, problems=tuple(found.problems), broken=frozenset(found.broken),
            stale=found.stale, suspended=found.suspended, shares=tuple(found.shares),
            grants=tuple(found.grants), files=found.files, catalogue=found.catalogue,
            guardrails=found.guardrails, templates=found.templates, previous=previous,
        )  # fmt: skip

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants in force."""
        return tuple(sorted(self._tenants))

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
        return self._files

    def tenant(self, name: str) -> TenantFile:
        """Return a tenant's parsed lines."""
        return self._tenants[name]

    def template(self, name: str) -> Template | None:
        """Return a shared role's parsed lines, or None where there are none in force."""
        return self.templates.get(name)

    def index(self, name: str) -> TenantIndex:
        """Return a tenant's compiled lines."""
        return self._index[name]

    def knows(self, name: str) -> bool:
        """Say whether this tenant has lines in force here."""
        return name in self._tenants

    def unchanged(
        self, name: str, content: bytes, templates: Mapping[str, Template | None]
    ) -> TenantFile | None:
        """Return the tenant's lines when neither its file nor a role that it imports changed."""
        known = self._tenants.get(name)
        if known is None or name in self.stale:
            return None
        if self._files.get(f"tenants/{name}/policy.csv") != content:
            return None
        same = all(self.templates.get(role) == templates.get(role) for role in known.imports)
        return known if same else None

    def decide(self, request: AccessRequest) -> Decision:
        """Return the decision; never raises for a request of strings."""
        key = request.key
        if key is None:
            return self._deny("malformed_request")
        known = self._cache.get(key)
        if known is not None and (known[1] == FOREVER or self._now() < known[1]):
            return known[0]
        if max(len(key[0]), len(key[4]), sum(map(len, key[:6]))) > LONGEST:
            return self._deny("malformed_request")
        decision, until = self._evaluate(request)
        if sum(map(len, key[:6])) + sum(map(len, key[6])) <= KEPT:
            if len(self._cache) >= CACHE:
                self._cache = {}
            self._cache[key] = (decision, until)
        if self.audit is not None:
            self.audit(request, decision)
        return decision

    def _now(self) -> float:
        """Return the wall clock, which never goes back here: an expired grant stays expired."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def _evaluate(self, request: AccessRequest) -> tuple[Decision, float]:
        """Return the decision and until when it holds (seconds since the epoch)."""
        ends = FOREVER
        if not request.sub.startswith(SUBJECTS) or not request.sub.partition(":")[2]:
            return self._deny("malformed_request"), ends
        if relative(request.obj):
            return self._deny("malformed_request"), ends
        if self._suspended:
            now = self._now()
            for who in (request.sub, request.ten):
                until = self._suspended.get(who)
                if until is not None and now < until:
                    return self._deny("suspended"), until
        index = self._index.get(request.ten)
        if index is None:
            known = request.ten in self._broken
            return self._deny("tenant_policy_invalid" if known else "unknown_tenant"), ends
        resting: list[str] = []
        if request.own != request.ten:
            share = self._share(request)
            if share is None:
                return self._deny("foreign_owner"), ends
            ends = share.expires
            resting.append(share.where)
        allow, deny = index.matching(request)
        if deny:
            return self._deny("explicit_deny", tuple(sorted({r.where for r in deny}))), ends
        reason = "permitted"
        rules = sorted({r.where for r in allow})
        if not allow:
            if not self.grants:
                return self._deny("no_matching_rule"), ends
            grant, until = self._grant(request)
            ends = min(ends, until)
            if grant is None:
                return self._deny("no_matching_rule"), ends
            reason, rules = grant.reason, [grant.where]
        return Decision(
            effect=Effect.PERMIT, reason=reason, rules=(*rules, *resting), revision=self.revision
        ), ends

    def _share(self, r: AccessRequest) -> Share | None:
        """Return the live share that lasts longest for another tenant's resource."""
        now = self._now() if self.shares else 0.0
        live = [
            s
            for s in self.shares
            if now < s.expires and s.covers(r.own, r.ten, r.kind, r.obj, r.act)
        ]
        return max(live, key=lambda s: s.expires) if live else None

    def _grant(self, r: AccessRequest) -> tuple[Grant | None, float]:
        """Return the live grant that covers `r`, and until when that answer holds."""
        now = self._now()
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

    def nearest_miss(self, request: AccessRequest) -> str | None:
        """Return `file:line but for FIELD` of the rule that came closest, or None."""
        index = self._index.get(request.ten)
        return index.nearest(request) if index is not None else None

    def _deny(self, reason: str, rules: tuple[str, ...] = ()) -> Decision:
        return Decision(effect=Effect.DENY, reason=reason, rules=rules, revision=self.revision)


def require_loaded(policies: PolicySet) -> None:
    """Raise `ConfigError` with the first problem, for verbs that need every file."""
    if policies.problems:
        raise ConfigError(str(policies.problems[0]))
