"""`policy explain | who-can | what-can`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.policy.style import columns, effect, paint
from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit.known_tenant import require_tenant

if TYPE_CHECKING:
    from stageflow_guard.policy.analysis.explain import Explanation


def explain(args: argparse.Namespace) -> int:
    """Print effect, reason, rules and the nearest miss."""
    from stageflow_guard.policy.analysis.explain import explain as why

    policies = PolicySet.load(args.path)
    found = why(
        policies,
        AccessRequest(
            sub=args.sub, ten=args.tenant, own=args.own or args.tenant, kind=args.kind,
            obj=args.obj, act=args.act, roles=tuple(args.role),
        ),
        arguments=_arguments(args.arguments),
    )  # fmt: skip
    if args.json:
        print_json(_explained(found))
    else:
        _print(found, args.path, _hint(policies, args))
    return HOLDS


def _arguments(text: str | None) -> dict[str, Any] | None:
    try:
        found = None if text is None else json.loads(text)
    except ValueError:
        found = text
    if found is not None and not isinstance(found, dict):
        raise ConfigError("`--arguments` takes a JSON object, such as '{\"amount\": 5}'")
    return found


def _hint(policies: PolicySet, args: argparse.Namespace) -> list[str]:
    from stageflow_guard.policy.analysis.explain import subject_hint

    hint = subject_hint(policies, args.tenant, args.sub)
    return [f"  hint     {hint}"] if hint else []


def _explained(found: Explanation) -> dict[str, object]:
    asked, after = found.request, found.outcome
    return {
        "request": {
            "sub": asked.sub, "ten": asked.ten, "own": asked.own, "kind": asked.kind,
            "obj": asked.obj, "act": asked.act, "roles": list(asked.roles),
        },
        "effect": found.decision.effect.value if after is None else after.effect,
        "reason": found.decision.reason if after is None else after.reason,
        "after": None if after is None else asdict(after),
        "revision": found.decision.revision,
        "rules": [{"where": where, "text": text} for where, text in found.rules],
        "roles": [{"role": role, "through": list(path)} for role, path in found.roles],
        "nearest": [asdict(miss) for miss in found.misses],
        "note": found.note,
        "controls": list(found.controls),
    }  # fmt: skip


def _print(found: Explanation, base: str, hint: list[str]) -> None:
    after = found.outcome
    if after is None:
        print(f"{effect(found.decision.effect.value)}  {found.decision.reason}")
    else:
        print(f"{effect(after.effect)}  {after.reason}")
        for where in after.rules:
            if where not in dict(found.rules):
                print(f"  bound    {base}/{where}")
        if after.detail:
            print(f"  call     {after.detail}")
    for line in hint:  # a slip in the subject's name explains all of the rest
        print(line)
    for where, text in found.rules:
        print(f"  rule     {base}/{where}  {text}")
    for told in found.controls:
        print(f"  counts   {base}/{told}")
    for role, path in found.roles:
        print(f"  role     {role}  by {', '.join(f'{base}/{where}' for where in path)}")
    if not found.roles and not found.decision.permitted:
        print("  role     none")
    for i, miss in enumerate(found.misses):
        print(f"  {'nearest' if i == 0 else 'next':<8} {base}/{miss.where}  {miss.text}")
        print(paint(f"           but for {', '.join(miss.fields)}: {miss.hint}", "dim"))
    if found.note:
        print(f"  note     {found.note}")


def who_can(args: argparse.Namespace) -> int:
    """List every subject that may."""
    from stageflow_guard.policy.analysis.who_can import who_can as find

    policies = _known(args)
    found = find(policies, args.tenant, kind=args.kind, obj=args.obj, act=args.act, own=args.own)
    if args.json:
        print_json([asdict(one) for one in found])
    else:
        rows = [
            (one.member, one.reason, ", ".join(f"{args.path}/{r}" for r in one.rules))
            for one in found
        ]
        print("\n".join(columns(rows)) or "no subject may")
    return HOLDS


def what_can(args: argparse.Namespace) -> int:
    """List what a subject may."""
    from stageflow_guard.policy.analysis.who_can import what_can as find

    policies = _known(args)
    found = find(policies, args.tenant, args.sub, tuple(args.role))
    if args.json:
        print_json([asdict(one) for one in found])
    else:
        rows = [
            (
                one.kind, one.act, one.obj,
                f"{args.path}/{one.where}"
                + "".join(f"  except {obj} ({args.path}/{where})" for obj, where in one.except_for),
            )
            for one in found
        ]  # fmt: skip
        print("\n".join(columns(rows)) or "nothing")
        for line in _hint(policies, args):
            print(line)
    return HOLDS


def _known(args: argparse.Namespace) -> PolicySet:
    policies = PolicySet.load(args.path)
    require_tenant(policies, args.tenant)
    return policies
