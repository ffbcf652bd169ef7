"""`policy explain | who-can | what-can`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.policy.style import columns, effect, paint
from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit.known_tenant import require_tenant
from stageflow_guard.policy.engine.exceptions import told

if TYPE_CHECKING:
    from stageflow_guard.policy.analysis.explain import Explanation
    from stageflow_guard.policy.analysis.who_can import Right


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
    hints = [*_asked(policies, args), *_hints(policies, args)]
    if args.json:
        print_json({**_explained(found), "hints": hints})
    else:
        _print(found, args.path, hints)
    return HOLDS


def _arguments(text: str | None) -> dict[str, Any] | None:
    try:
        found = None if text is None else json.loads(text)
    except ValueError:
        found = text
    if found is not None and not isinstance(found, dict):
        raise ConfigError("`--arguments` takes a JSON object, such as '{\"amount\": 5}'")
    return found


def _hints(policies: PolicySet, args: argparse.Namespace) -> list[str]:
    """Return what is likely a slip in who asks."""
    from stageflow_guard.policy.analysis.explain import subject_hint
    from stageflow_guard.policy.analysis.question_slips import role_slips

    hint = subject_hint(policies, args.tenant, args.sub)
    return [*([hint] if hint else []), *role_slips(policies, args.tenant, tuple(args.role))]


def _asked(policies: PolicySet, args: argparse.Namespace) -> list[str]:
    """Return what is likely a slip in what is asked for."""
    from stageflow_guard.policy.analysis.question_slips import question_slips

    named = {"kind": args.kind, "obj": args.obj, "act": args.act, "own": args.own}
    return list(question_slips(policies, **named))


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


def _print(found: Explanation, base: str, hints: list[str]) -> None:
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
    for hint in hints:  # a slip in a name explains all of the rest
        print(f"  hint     {hint}")
    for where, text in found.rules:
        print(f"  rule     {base}/{where}  {text}")
    for control in found.controls:
        print(f"  counts   {base}/{control}")
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
    for hint in _asked(policies, args):  # a list for machines has no place for it
        print(f"  hint     {hint}", file=sys.stderr if args.json else sys.stdout)
    return HOLDS


def what_can(args: argparse.Namespace) -> int:
    """List what a subject may."""
    from stageflow_guard.policy.analysis.who_can import what_can as find

    policies = _known(args)
    found = find(policies, args.tenant, args.sub, tuple(args.role))
    if args.json:
        print_json([
            {**asdict(one), "ends": None if one.ends is None else told(one.ends)} for one in found
        ])  # fmt: skip
    else:
        rows = [
            (
                one.kind, one.act, one.obj,
                f"{args.path}/{one.where}{_temporary(one)}"
                + "".join(f"  except {obj} ({args.path}/{where})" for obj, where in one.except_for),
            )
            for one in found
        ]  # fmt: skip
        stopped = _suspended(policies, args)
        print("\n".join(columns(rows)) or ("nothing: " + stopped if stopped else "nothing"))
        for hint in _hints(policies, args):
            print(f"  hint     {hint}")
    return HOLDS


def _temporary(right: Right) -> str:
    """Say of a right that no line of the tenant gives what it is, and when it ends."""
    if right.ends is None:
        return ""
    what = "emergency access" if right.reason == "break_glass" else "a trial"
    return f"  {what} until {told(right.ends)}"


def _suspended(policies: PolicySet, args: argparse.Namespace) -> str | None:
    now = policies.clock.now()
    found = [who for who in (args.sub, args.tenant) if now < policies.suspended.get(who, 0.0)]
    return f"`{found[0]}` is suspended, which overrides every rule" if found else None


def _known(args: argparse.Namespace) -> PolicySet:
    policies = PolicySet.load(args.path)
    require_tenant(policies, args.tenant)
    return policies
