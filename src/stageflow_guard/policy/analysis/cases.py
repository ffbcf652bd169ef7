"""Decision tables: a request, and what must come of it.

`tenants/<tenant>/policy_test.yaml` asks in that tenant's name; `platform/isolation_test.yaml` names
the tenant of every case (`ten`). `guardrails` cases ask what happens with a find.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.analysis.earlier import Earlier
from stageflow_guard.policy.analysis.lint_consequences import joined
from stageflow_guard.policy.analysis.outcome import outcome_of
from stageflow_guard.policy.engine.catalogue import validated
from stageflow_guard.policy.engine.exceptions import moment
from stageflow_guard.policy.engine.strictyaml import LINE, load_yaml
from stageflow_guard.policy.engine.text import Malformed, quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet

ISOLATION = "platform/isolation_test.yaml"
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Case(_Strict):
    """A request and what must come of it. A key that is absent is not compared."""

    sub: Text = Field(description="who asks: `user:ada`, `svc:billing`, `agent:triage`")
    kind: Text
    obj: Text
    act: Text
    expect: Literal["permit", "deny", "approval"] = Field(
        description="`approval`: permitted once somebody else has approved the call"
    )
    arguments: dict[str, Any] | None = Field(
        default=None, description="what a tool is called with, by name"
    )
    history: list[Earlier] = Field(
        default=[], description="what the same subject was permitted before"
    )
    ten: Text | None = Field(default=None, description="absent: the tenant of this folder")
    own: Text | None = Field(default=None, description="the resource's owner; absent: `ten`")
    roles: list[Text] = Field(default=[], description="roles that the token claims")
    reason: Text | None = Field(default=None, description="such as `explicit_deny`")
    rule: int | Text | None = Field(
        default=None,
        description="the line that decides, by its text: `p, role:a, acme, stage, *, run, allow`; "
        "older tables name it by number, or as `file:line`",
    )
    now: Text | None = Field(
        default=None, description="the time of asking, RFC 3339 in UTC, for rights that end"
    )


class GuardrailCase(_Strict):
    """A find and what must happen with it."""

    entity: Text
    expect: Literal["pass", "redact", "block"]
    score: Annotated[float, Field(ge=0, le=1)] = 1.0
    text: str = ""
    direction: Literal["input", "output"] = "input"
    stage: str = ""
    ten: Text | None = None


class CaseFile(_Strict):
    """`policy_test.yaml` and `isolation_test.yaml`."""

    cases: list[Case] = Field(default=[])
    guardrails: list[GuardrailCase] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Failure:
    """A case whose decision is not the expected one."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file's cases, each with its line."""

    file: str
    tenant: str
    cases: tuple[tuple[int, AccessRequest, Case], ...] = ()
    guardrails: tuple[tuple[int, GuardrailCase], ...] = ()

    def __len__(self) -> int:
        """Return how many cases there are."""
        return len(self.cases) + len(self.guardrails)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table says: cases that ran, those that failed, rules that none reached."""

    tenant: str
    cases: int
    failures: tuple[Failure, ...]
    unreached: tuple[str, ...]
    rules: int = 0
    reached: frozenset[str] = field(default=frozenset(), repr=False)
    file: str = ""
    names: tuple[str, ...] = ()  # of the cases, in order, for reports


def load_table(file: Path, tenant: str | None) -> Table:
    """Return a file's cases; raise `ConfigError` with file and line.

    `tenant` is None for the platform's own table, whose cases name theirs.
    """
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise ConfigError(f"`{file}` cannot be read ({exc.strerror})") from None
    name = str(file)
    found = validated(CaseFile, content, name)
    if not found.cases and not found.guardrails:
        raise ConfigError(f"`{file}` needs `cases` or `guardrails`: a list that is not empty")
    raw = load_yaml(content, name)
    cases = []
    for line, case in zip(_lines(raw, "cases"), found.cases, strict=True):
        ten = _tenant(case.ten, tenant, f"{name}:{line}")
        if case.now is not None:
            _moment(case.now, f"{name}:{line}")
        request = AccessRequest(
            sub=case.sub, ten=ten, own=case.own or ten, kind=case.kind, obj=case.obj, act=case.act,
            roles=tuple(case.roles),
        )  # fmt: skip
        cases.append((line, request, case))
    rails = []
    for line, rail in zip(_lines(raw, "guardrails"), found.guardrails, strict=True):
        ten = _tenant(rail.ten, tenant, f"{name}:{line}")
        rails.append((line, rail.model_copy(update={"ten": ten})))
    return Table(name, tenant or "platform", tuple(cases), tuple(rails))


def load_tables(policies: PolicySet, folder: str | Path) -> list[Table]:
    """Return every tenant's table, an empty one where there is no file, then the platform's.

    Raises `ConfigError` that names the file, and what follows from it: a table says nothing about
    what is in force, and none is run while one of them cannot be read.
    """
    base = Path(folder)
    tables = []
    try:
        for tenant in policies.tenants:
            file = base / "tenants" / tenant / "policy_test.yaml"
            tables.append(load_table(file, tenant) if file.exists() else Table(str(file), tenant))
        if (base / ISOLATION).exists():
            tables.append(load_table(base / ISOLATION, None))
    except ConfigError as error:
        raise ConfigError(
            joined(
                error.message,
                "until this is mended, no case of any table is run; no decision of a guard rests "
                "on it",
            )
        ) from None
    return tables


def run_cases(policies: PolicySet, folder: str | Path) -> list[Outcome]:
    """Run every table. A tenant without one has all the rules of its own file unreached.

    A line of a shared role counts as reached when any tenant's table reaches it.
    """
    return run_tables(policies, load_tables(policies, folder))


def run_tables(policies: PolicySet, tables: Iterable[Table]) -> list[Outcome]:
    """Run tables that were loaded before."""
    found = [run_table(policies, table) for table in tables]
    reached = frozenset[str]().union(*(one.reached for one in found))
    done = []
    for one in found:
        rules = set()
        if policies.knows(one.tenant):
            rules = {rule.where for rule in policies.tenant(one.tenant).rules}
        done.append(
            Outcome(
                one.tenant, one.cases, one.failures, tuple(sorted(rules - reached, key=_place)),
                len(rules), one.reached, one.file, one.names,
            )
        )  # fmt: skip
    return done


def run_table(policies: PolicySet, table: Table) -> Outcome:
    """Run one table; what it reached is in `reached`, what it did not is for the caller to say."""
    failures: list[Failure] = []
    reached: set[str] = set()
    for line, request, case in table.cases:
        decision = (
            policies.decide(request)
            if case.now is None
            else policies.decide_at(request, _moment(case.now, f"{table.file}:{line}"))
        )
        reached.update(decision.rules)
        found = outcome_of(policies, request, decision, case.arguments, case.history)
        wrong = [
            f"expected {name} {wanted}, got {got}".replace(" expect ", " ")
            for name, got, wanted in (
                ("expect", found.effect, case.expect),
                ("reason", found.reason, case.reason),
            )
            if wanted is not None and wanted != got
        ]
        told = (f"`{canonical(policies.text_of(one))}` ({one})" for one in found.rules)
        if wrong and found.rules and case.rule is None:
            wrong.append(f"decided by {', '.join(told)}")
        if case.rule is not None and not _decided(policies, case.rule, request.ten, found.rules):
            named = case.rule if isinstance(case.rule, str) else f"line {case.rule}"
            wrong.append(f"expected the rule `{named}`, got {', '.join(told) or 'no line'}")
            if not _is_there(policies, case.rule, request.ten):
                wrong.append("no file has that rule: put it back, or take the case out, too")
        if wrong and found.reason == "suspended":  # what else differs follows from it
            wrong = [_suspended(policies, request)]
        if wrong:
            failures.append(Failure(f"{table.file}:{line}", "; ".join(wrong)))
    for line, rail in table.guardrails:
        about = rail.model_dump(include={"entity", "score", "text", "direction", "stage"})
        verdict = policies.guardrails.verdict(str(rail.ten), **about)
        if verdict.action != rail.expect:
            message = f"expected {rail.expect}, got {verdict.action}"
            failures.append(Failure(f"{table.file}:{line}", message))
    return Outcome(
        table.tenant, len(table), tuple(failures), (), 0, frozenset(reached), table.file,
        tuple(f"{table.file}:{line}" for line, *_ in (*table.cases, *table.guardrails)),
    )  # fmt: skip


def canonical(line: str) -> str:
    """Return a policy line as `fmt` writes it."""
    return ", ".join(field.strip(" ") for field in line.split(","))


def _decided(policies: PolicySet, rule: int | str, tenant: str, rules: tuple[str, ...]) -> bool:
    if isinstance(rule, str) and "," in rule:
        return canonical(rule) in {canonical(policies.text_of(where)) for where in rules}
    wanted = f"tenants/{tenant}/policy.csv:{rule}" if isinstance(rule, int) else rule
    return wanted in rules


def _suspended(policies: PolicySet, request: AccessRequest) -> str:
    who = request.sub if request.sub in policies.suspended else request.ten
    return (
        f"`{quoted(who)}` is suspended, which overrides every rule; "
        f"`policy tenant resume {quoted(who)}` lifts it"
    )


def _is_there(policies: PolicySet, rule: int | str, tenant: str) -> bool:
    """Say whether a p line that a case names by its text stands in the tenant's files."""
    if not (isinstance(rule, str) and canonical(rule).startswith("p, ")):
        return True
    rules = policies.tenant(tenant).rules if policies.knows(tenant) else ()
    return canonical(rule) in {canonical(policies.text_of(one.where)) for one in rules}


def _place(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return file, int(line)


def _lines(raw: dict[Any, Any], key: str) -> list[int]:
    return [one[LINE] for one in raw.get(key, [])]


def _tenant(said: str | None, folder: str | None, where: str) -> str:
    if folder is None:
        if said is None:
            raise ConfigError(f"{where}: a case of the platform misses `ten`")
        return said
    if said not in (None, folder):
        raise ConfigError(f"{where}: `ten` is another tenant; that belongs into {ISOLATION}")
    return folder


def _moment(text: str, where: str) -> float:
    try:
        return moment(text)
    except Malformed as exc:
        raise ConfigError(f"{where}: `now`: {exc.reason}") from None
