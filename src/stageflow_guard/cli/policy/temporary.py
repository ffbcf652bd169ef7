"""`policy share add | remove | list`, `policy break-glass`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import re
import sys
import time
from typing import TYPE_CHECKING

from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.numbers import counted
from stageflow_guard.cli.policy.style import columns
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit import temporary
from stageflow_guard.policy.engine.exceptions import told

if TYPE_CHECKING:
    from stageflow_guard.model import Principal
    from stageflow_guard.settings import Settings

_SPAN = re.compile(r"([1-9]\d{0,4})(m|h)")


def share(args: argparse.Namespace) -> int:
    """Run one verb about shares."""
    if args.what == "list":
        return _list(args)
    if args.what == "remove":
        count = temporary.unshare(args.path, args.owner, args.grantee, args.obj)
        print_json({"removed": count}) if args.json else print(
            f"{counted(count, 'line')} taken out"
        )
        return HOLDS
    made = temporary.share(
        args.path, args.owner, args.grantee, kind=args.kind, obj=args.obj, act=args.act,
        until=args.until,
    )  # fmt: skip
    if args.json:
        print_json({"line": made.line, "replaced": made.replaced, "needed": made.needed})
        return HOLDS
    print(f"wrote {args.path}/{temporary.SHARES}: {made.line}")
    if made.replaced:
        print(f"replaced {counted(made.replaced, 'line')} about the same")
    if made.needed:
        print(
            f"note: no line of {args.grantee} permits it, so that the share has no effect yet: add "
            f"`{made.needed}` to {args.path}/tenants/{args.grantee}/policy.csv"
        )
    print(f"what {args.grantee}'s own lines permit on it counts until {args.until}")
    return HOLDS


def _list(args: argparse.Namespace) -> int:
    found = PolicySet.load(args.path).shares
    now = time.time()
    if args.json:
        print_json([
            {"owner": s.owner, "grantee": s.grantee, "kind": s.kind, "obj": s.obj, "act": s.act,
             "ends": told(s.expires), "live": now < s.expires, "where": s.where}
            for s in found
        ])  # fmt: skip
        return HOLDS
    rows = [
        (
            f"{s.owner} to {s.grantee}", s.kind, s.act, s.obj,
            ("until " if now < s.expires else "ended ") + told(s.expires),
        )
        for s in found
    ]  # fmt: skip
    print("\n".join(columns(rows)) or "no share")
    return HOLDS


def break_glass(args: argparse.Namespace) -> int:
    """Give one person a right for a few hours; the approvers' tokens come from standard input.

    A token proves who approves: no name is typed, and none stands on a command line.
    """
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    approvers = asyncio.run(_approvers(settings, _two_tokens()))
    line = temporary.break_glass(
        args.path, args.sub, tenant=args.tenant, kinds=args.kinds.split(","),
        acts=args.acts.split(","), ticket=args.ticket, approvers=approvers,
        seconds=_seconds(args.lasts),
    )  # fmt: skip
    if args.json:
        print_json({"line": line})
        return HOLDS
    print(f"wrote {args.path}/{temporary.GLASS}: {line}")
    print("each use is logged as a warning and stands on record as `break_glass`")
    return HOLDS


def _two_tokens() -> list[str]:
    """Return two tokens: a prompt each on a terminal, else one a line."""
    if sys.stdin.isatty():
        found = [getpass.getpass(f"token of approver {n}: ").strip() for n in (1, 2)]
    else:
        found = [line.strip() for line in sys.stdin.read(131_072).splitlines() if line.strip()]
    if len(found) != 2 or not all(found):
        raise ConfigError(
            f"expected the tokens of two approvers, one a line; got {len(found)}: "
            """printf '%s\\n%s\\n' "$TOKEN1" "$TOKEN2" | stageflow-guard policy break-glass ..."""
        )
    return found


async def _approvers(settings: Settings, tokens: list[str]) -> list[Principal]:
    """Return who holds each token; raise `ConfigError` for one that does not pass."""
    from stageflow_guard.auth.build_verifier import verifier_from

    verifier = verifier_from(settings.auth)
    found = []
    try:
        for number, token in enumerate(tokens, 1):
            try:
                found.append(await verifier.authenticate(token))
            except NotAuthenticated as exc:
                raise ConfigError(
                    f"the token of approver {number} is refused ({exc.reason}): {exc.message}"
                ) from None
    finally:
        verifier.close()
    return found


def _seconds(text: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ConfigError(f"`--for` is minutes or hours: expected `90m` or `2h`, got `{text[:20]}`")
    return int(found[1]) * (60 if found[2] == "m" else 3600)
