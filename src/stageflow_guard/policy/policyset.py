"""`PolicySet`: an immutable snapshot of everything in force."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest, Decision, Effect
from stageflow_guard.policy.files import (
    MODEL,
    SUBJECTS,
    Malformed,
    Problem,
    TenantFile,
    legal_tenant,
    lines_of,
    parse_tenant,
    read,
)
from stageflow_guard.policy.index import TenantIndex

CACHE = 65_536


class PolicySet:
    """Answers requests from compiled rules; deny by default, deny overrides, tenants exact.

    Build it with `load`. `problems` says which files are not in force and why.
    """

    def __init__(
        self,
        tenants: Mapping[str, TenantFile],
        *,
        problems: tuple[Problem, ...] = (),
        broken: frozenset[str] = frozenset(),
        suspended: Mapping[str, float] | None = None,
        files: Mapping[str, bytes] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._tenants = dict(tenants)
        self._index = {name: TenantIndex(t) for name, t in tenants.items()}
        self._broken = broken
        self._suspended = dict(suspended or {})
        self._files = MappingProxyType(dict(files or {}))
        self._now = now
        self.problems = problems
        digest = sha256()
        for name in sorted(self._files):
            content = self._files[name]
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.revision = digest.hexdigest()
        # lives and dies with the snapshot: there is no invalidation to get wrong
        self._cache: dict[AccessRequest, Decision] = {}

    @classmethod
    def load(cls, path: str | Path) -> PolicySet:
        """Read a policy folder. `ConfigError` for folder or model; a bad tenant file only denies.

        The model must be the shipped one, byte for byte: a weaker matcher never starts.
        """
        from stageflow_guard.policy.casbin import require_one_distribution

        require_one_distribution()
        folder = Path(path)
        _require_folder(folder)
        model = read(folder / "model.conf", "model.conf")
        if model.decode("utf-8", "replace") != MODEL:
            raise ConfigError(
                "`model.conf` is not the shipped model; a different matcher could cross tenants"
            )
        files = {"model.conf": model}
        problems: list[Problem] = []
        tenants: dict[str, TenantFile] = {}
        broken: set[str] = set()
        suspended = _suspended(folder, files)
        _require_folder(folder / "tenants")
        entries = sorted((folder / "tenants").iterdir())
        folded: dict[str, int] = {}
        for entry in entries:
            folded[entry.name.casefold()] = folded.get(entry.name.casefold(), 0) + 1
        for entry in entries:
            name = entry.name
            file = f"tenants/{name}/policy.csv"
            try:
                if not legal_tenant(name):
                    raise ConfigError(f"`{name!r}` cannot be a tenant's name")
                if folded[name.casefold()] > 1:
                    raise ConfigError(f"`{name}` differs from another tenant only by case")
                _require_folder(entry)
                content = read(entry / "policy.csv", file)
            except ConfigError as exc:
                problems.append(Problem(file, 1, exc.message))
                broken.add(name)
                continue
            parsed, found = parse_tenant(name, content, file)
            problems += found
            if parsed is None:
                broken.add(name)
            else:
                tenants[name] = parsed
                files[file] = content
        if not entries:
            raise ConfigError(f"policy folder `{folder}` has no tenants: empty means no")
        return cls(
            tenants, problems=tuple(problems), broken=frozenset(broken),
            suspended=suspended, files=files,
        )  # fmt: skip

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants in force."""
        return tuple(sorted(self._tenants))

    def files(self) -> Mapping[str, bytes]:
        """Return the files in force, by name."""
        return self._files

    def tenant(self, name: str) -> TenantFile:
        """Return a tenant's parsed lines."""
        return self._tenants[name]

    def decide(self, request: AccessRequest) -> Decision:
        """Return the decision; never raises for a request of strings."""
        for value in (
            request.sub,
            request.ten,
            request.own,
            request.kind,
            request.obj,
            request.act,
        ):
            if type(value) is not str:  # a subclass could bring its own equality
                return self._deny("malformed_request")
        if type(request.roles) is not tuple or any(type(r) is not str for r in request.roles):
            return self._deny("malformed_request")
        if self._suspended and self._is_suspended(request):
            return self._deny("suspended")
        known = self._cache.get(request)
        if known is not None:
            return known
        decision = self._evaluate(request)
        if len(self._cache) >= CACHE:
            self._cache = {}
        self._cache[request] = decision
        return decision

    def _evaluate(self, request: AccessRequest) -> Decision:
        if not request.sub.startswith(SUBJECTS) or not request.sub.partition(":")[2]:
            return self._deny("malformed_request")
        index = self._index.get(request.ten)
        if index is None:
            known = request.ten in self._broken
            return self._deny("tenant_policy_invalid" if known else "unknown_tenant")
        if request.own != request.ten:
            return self._deny("foreign_owner")
        allow, deny = index.matching(request)
        if deny:
            return self._deny("explicit_deny", tuple(sorted(r.where for r in deny)))
        if not allow:
            return self._deny("no_matching_rule")
        rules = tuple(sorted(r.where for r in allow))
        return Decision(
            effect=Effect.PERMIT, reason="permitted", rules=rules, revision=self.revision
        )

    def nearest_miss(self, request: AccessRequest) -> str | None:
        """Return `file:line but for FIELD` of the rule that came closest, or None."""
        index = self._index.get(request.ten)
        return index.nearest(request) if index is not None else None

    def _deny(self, reason: str, rules: tuple[str, ...] = ()) -> Decision:
        return Decision(effect=Effect.DENY, reason=reason, rules=rules, revision=self.revision)

    def _is_suspended(self, request: AccessRequest) -> bool:
        now = self._now()
        return any(
            now < self._suspended.get(who, float("-inf")) for who in (request.sub, request.ten)
        )


def _require_folder(path: Path) -> None:
    try:
        info = path.lstat()
    except OSError as exc:
        raise ConfigError(f"policy folder `{path}` cannot be read ({exc.strerror})") from None
    if not stat.S_ISDIR(info.st_mode):
        raise ConfigError(f"policy folder `{path}` is not a folder")
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"policy folder `{path}` is writable by others; run `chmod go-w {path}`")


def _suspended(folder: Path, files: dict[str, bytes]) -> dict[str, float]:
    name = "platform/suspended.csv"
    path = folder / name
    if not path.exists():
        return {}
    content = read(path, name)
    found: dict[str, float] = {}
    try:
        for number, line in enumerate(lines_of(content), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            parts = [part.strip(" ") for part in line.split(",")]
            if len(parts) != 3 or not (parts[2] == "never" or parts[2].isdecimal()):
                raise Malformed(f"{number}: needs subject or tenant, reason, until")
            found[parts[0]] = float("inf") if parts[2] == "never" else float(parts[2])
    except Malformed as exc:
        # a suspension that cannot be read may not be lost: nothing starts
        raise ConfigError(f"{name}:{exc}") from None
    files[name] = content
    return found
