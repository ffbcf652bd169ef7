"""`policy lint | test | fmt | schema`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.cli.numbers import counted
from stageflow_guard.cli.policy.style import columns, paint
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit.known_tenant import require_tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stageflow_guard.policy.analysis.cases import Failure, Outcome
    from stageflow_guard.policy.analysis.lint import LintFinding
    from stageflow_guard.policy.analysis.mutate import Mutation

LEVELS = {"error": "red", "warning": "yellow", "note": "blue"}


def lint(args: argparse.Namespace) -> int:
    """Print every finding as `file:line:column`, which editors open."""
    from stageflow_guard.policy.analysis.lint import holds
    from stageflow_guard.policy.analysis.lint import lint as find
    from stageflow_guard.policy.analysis.lint_consequences import with_consequence

    try:
        policies = PolicySet.load(args.path)
    except ConfigError as error:
        raise with_consequence(error) from None
    found = find(policies, args.path)
    if args.sarif:
        from stageflow_guard import __version__
        from stageflow_guard.policy.analysis.sarif import sarif

        content = json.dumps(sarif(found, args.path, version=__version__), indent=2)
        Path(args.sarif).write_text(content + "\n", encoding="utf-8")
    if args.json:
        print_json({"holds": holds(found), "findings": [asdict(one) for one in found]})
    else:
        for one in found:
            _print_finding(args.path, one)
        if not found:
            print("nothing to mend")
    return HOLDS if holds(found) else DOES_NOT_HOLD


def _print_finding(base: str, one: LintFinding) -> None:
    level = paint(one.level, LEVELS[one.level])
    where, said = one_line(f"{base}/{one.where}"), one_line(one.message)
    print(f"{where}: {level}: {said} [{one.code}]")


def test(args: argparse.Namespace) -> int:
    """Run the decision tables; one line per tenant, one per failure."""
    from stageflow_guard.policy.analysis.cases import load_tables, run_tables
    from stageflow_guard.policy.analysis.mutate import mutate

    policies = PolicySet.load(args.path)
    tables = load_tables(policies, args.path)
    if args.tenant is not None:
        require_tenant(policies, args.tenant)
        tables = [table for table in tables if table.tenant in (args.tenant, "platform")]
    outcomes = run_tables(policies, tables)
    mutation = mutate(policies, tables, tenant=args.tenant) if args.mutate else None
    problems = [str(p) for p in policies.problems]
    broken = sorted(policies.broken) if args.tenant is None else []
    if args.junit:
        from stageflow_guard.policy.analysis.junit import junit

        Path(args.junit).write_bytes(junit(outcomes, policies.problems))
    rules = {r.where for t in policies.tenants for r in policies.tenant(t).rules}
    if args.tenant is not None:
        rules = {r.where for r in policies.tenant(args.tenant).rules}
    reached = frozenset[str]().union(*(one.reached for one in outcomes))
    coverage = 100.0 * len(rules & reached) / len(rules) if rules else 100.0
    if args.json:
        print_json(_test_report(problems, outcomes, coverage, mutation, broken))
    else:
        _print_tests(args, problems, outcomes, coverage, mutation, broken=broken)
    failed = bool(problems or broken) or any(one.failures for one in outcomes)
    failed = failed or coverage < (args.coverage or 0.0)
    return DOES_NOT_HOLD if failed or (mutation and mutation.survivors) else HOLDS


def _test_report(
    problems: list[str],
    outcomes: list[Outcome],
    coverage: float,
    mutation: Mutation | None,
    broken: list[str],
) -> dict[str, Any]:
    tenants = [
        {
            "tenant": one.tenant, "cases": one.cases, "rules": one.rules,
            "failures": [asdict(f) for f in one.failures], "unreached": list(one.unreached),
        }
        for one in outcomes
    ]  # fmt: skip
    report: dict[str, Any] = {
        "problems": problems, "tenants": tenants, "coverage": round(coverage / 100, 4),
        "not_loaded": broken,
    }  # fmt: skip
    if mutation is not None:
        report["mutation"] = {
            "score": round(mutation.score, 4),
            "mutants": len(mutation.rules),
            "survivors": [asdict(one) for one in mutation.survivors],
            "untested_links": [asdict(one) for one in mutation.links if not one.caught],
        }
    return report


def _print_tests(
    args: argparse.Namespace,
    problems: list[str],
    outcomes: list[Outcome],
    coverage: float,
    mutation: Mutation | None,
    *,
    broken: list[str],
) -> None:
    for problem in problems:
        print(f"{paint('problem ', 'red')} {one_line(f'{args.path}/{problem}')}")
    rows = []
    for one in outcomes:
        for where, message in _grouped(one.failures):
            print(f"{paint('failed  ', 'red')} {one_line(f'{where}: {message}')}")
        for rule in () if args.all else one.unreached:
            print(f"{paint('untested', 'yellow')} {one_line(f'{args.path}/{rule}')}")
        passed = one.cases - len(one.failures)
        ok = "ok" if not one.failures else "FAILED"
        rows.append(
            (
                one.tenant,
                f"{passed}/{counted(one.cases, 'case')}",
                f"{counted(len(one.unreached), 'rule')} untested",
                ok,
            )
        )
    rows += [(name, "not loaded", "its file has errors", "FAILED") for name in broken]
    for line in columns(rows):
        print(paint(line, "red") if line.endswith("FAILED") else line)
    uncounted = f"; of {len(broken)} not loaded, none is counted" if broken else ""
    print(f"coverage {coverage:.1f} % of rules{' in force' if broken else ''}{uncounted}")
    if mutation is None:
        return
    for mutant in mutation.survivors:
        said = one_line(f"{args.path}/{mutant.where}: {mutant.change}: {mutant.text}")
        print(f"{paint('survived', 'red')} {said}")
    for mutant in mutation.links if not args.all else ():
        if not mutant.caught:
            said = one_line(f"{args.path}/{mutant.where}: {mutant.text}")
            print(f"{paint('unproved', 'yellow')} {said}")
    caught = sum(one.caught for one in mutation.rules)
    print(f"mutation score {mutation.score:.3f} ({caught} of {len(mutation.rules)} mutants caught)")


def _grouped(failures: Iterable[Failure]) -> Iterator[tuple[str, str]]:
    """Yield (place, message); one message for many cases stands once, with the first place."""
    found: dict[str, list[str]] = {}
    for one in failures:
        found.setdefault(one.message, []).append(one.where)
    for message, places in found.items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"{places[0]}{more}", message


def fmt(args: argparse.Namespace) -> int:
    """Put every CSV file into canonical form, or say which are not."""
    from stageflow_guard.policy.edit.fmt import format_folder

    changed = format_folder(args.path, write=not args.check)
    # what `fmt` would still change is read by nobody as it is now
    unread = changed if args.check else []
    errors = [one for one in _errors(args.path) if one.where.rsplit(":", 2)[0] not in unread]
    if args.json:
        found = [asdict(one) for one in errors]
        print_json({"changed": changed, "written": not args.check, "errors": found})
    else:
        for name in changed:
            what = "not canonical" if args.check else "formatted"
            print(one_line(f"{args.path}/{name}:1:1: {what}"))
        for one in errors:
            _print_finding(args.path, one)
        if not changed and not errors:
            print("nothing to change")
        elif errors:
            print("not in force as it stands; `policy lint` says what else there is to mend")
    return DOES_NOT_HOLD if errors or (args.check and changed) else HOLDS


def _errors(path: str) -> list[LintFinding]:
    """Return the errors of the CSV files: none of them is in force as it stands."""
    from stageflow_guard.policy.analysis.lint import of_problem

    found = [of_problem(one) for one in PolicySet.load(path).problems if one.file.endswith(".csv")]
    return [one for one in found if one.level == "error"]


def schema(args: argparse.Namespace) -> int:
    """Print one schema, or write them all for an editor."""
    from stageflow_guard.schemas import schemas, text_of

    found = schemas()
    if args.out:
        folder = Path(args.out)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in found.items():
            (folder / f"{name}.schema.json").write_text(text_of(content), encoding="utf-8")
            print(folder / f"{name}.schema.json")
    elif args.name:
        print(text_of(found[args.name]), end="")
    else:
        for name, content in found.items():
            print(f"{name:<12} {content['title']}")
    return HOLDS
