"""Decision tables in `policy_test.yaml`: a request, what must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.strictyaml import load_yaml

if TYPE_CHECKING:
    from stageflow_guard.policy.policyset import PolicySet

NEEDED = {"sub", "kind", "obj", "act", "expect"}
ALLOWED = NEEDED | {"own", "roles", "reason", "rule"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A case whose decision is not the expected one."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tenant's table says: cases that ran, those that failed, rules that none reached."""

    tenant: str
    cases: int
    failures: tuple[Failure, ...]
    unreached: tuple[str, ...]


def load_cases(file: Path, tenant: str) -> list[tuple[int, AccessRequest, dict[str, Any]]]:
    """Return (line, request, expectation); raise `ConfigError` with file and line."""
    try:
        content = load_yaml(file.read_bytes(), str(file))
    except OSError as exc:
        raise ConfigError(f"`{file}` cannot be read ({type(exc).__name__})") from None
    listed = content.get("cases")
    if not isinstance(listed, list) or not listed or set(content) != {"cases", "__line__"}:
        raise ConfigError(f"`{file}` needs one key, `cases`: a list that is not empty")
    found = []
    for case in listed:
        if not isinstance(case, dict):
            raise ConfigError(f"`{file}`: each case is a mapping")
        line = case.pop("__line__")
        for key in sorted(NEEDED - set(case)):
            raise ConfigError(f"{file}:{line}: a case misses `{key}`")
        for key in sorted(set(case) - ALLOWED):
            raise ConfigError(f"{file}:{line}: a case knows no `{key}`")
        if case["expect"] not in ("permit", "deny"):
            raise ConfigError(f"{file}:{line}: `expect` is `permit` or `deny`")
        roles = case.get("roles", [])
        request = AccessRequest(
            sub=str(case["sub"]), ten=tenant, own=str(case.get("own", tenant)),
            kind=str(case["kind"]), obj=str(case["obj"]), act=str(case["act"]),
            roles=tuple(str(role) for role in roles),
        )  # fmt: skip
        found.append((line, request, case))
    return found


def run_cases(policies: PolicySet, folder: str | Path) -> list[Outcome]:
    """Run every tenant's table. A tenant without one has all its rules unreached."""
    return [_tenant(policies, Path(folder), name) for name in policies.tenants]


def _tenant(policies: PolicySet, folder: Path, tenant: str) -> Outcome:
    file = folder / "tenants" / tenant / "policy_test.yaml"
    cases = load_cases(file, tenant) if file.exists() else []
    failures: list[Failure] = []
    reached: set[str] = set()
    for line, request, case in cases:
        decision = policies.decide(request)
        reached.update(decision.rules)
        wrong = [
            f"{name} is {got}, not {case[name]}"
            for name, got in (("expect", decision.effect.value), ("reason", decision.reason))
            if name in case and case[name] != got
        ]
        if "rule" in case and not any(r.endswith(f":{case['rule']}") for r in decision.rules):
            wrong.append(f"line {case['rule']} did not decide")
        if wrong:
            failures.append(Failure(f"{file}:{line}", "; ".join(wrong)))
    rules = {rule.where for rule in policies.tenant(tenant).rules}
    return Outcome(tenant, len(cases), tuple(failures), tuple(sorted(rules - reached)))
