"""`approvals list|show|approve|deny`: what waits for somebody, answered with one's own token.

The token comes from standard input, so that it stands in no shell history and no process list.
Everything is asked of a guard that this `guard.toml` builds, under the same rules as in a program.
A log has one writer: beside an application that runs, both take a shard each (`shard = "auto"`).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.cli.issuer import read_token

if TYPE_CHECKING:
    import argparse

    from stageflow_guard.enforcement.grants import PendingApproval
    from stageflow_guard.settings import Settings


def arguments(verbs: Any) -> None:
    """Add `approvals` and its verbs."""
    about = "list and answer what waits for an approval; the approver's token is read from stdin"
    top = verbs.add_parser("approvals", help=about, description=about)
    acts = top.add_subparsers(dest="action", required=True)
    for name, told in (
        ("list", "list what waits in the tenant of the token"),
        ("show", "show one request"),
        ("approve", "grant one request"),
        ("deny", "deny one request, for good"),
    ):
        one = acts.add_parser(name, help=told, description=told)
        if name != "list":
            one.add_argument("ref", metavar="REQUEST", help="its id (apr-...), or a record's ref")
        one.add_argument("--config", default="guard.toml")
        one.add_argument("--json", action="store_true", help="for machines")


def run(args: argparse.Namespace) -> int:
    """Run one verb; exit 0 when it was done, 1 for a request that is not there or a refusal."""
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)  # before anybody is asked for a token
    return asyncio.run(_run(args, settings, read_token()))


async def _run(args: argparse.Namespace, settings: Settings, token: str) -> int:
    from stageflow_guard.guard import Guard

    guard = Guard.from_settings(settings)
    guard._controls.sequence.elsewhere = True  # the application keeps the history, if there is one
    async with guard, guard.session(token):
        if args.action in ("approve", "deny"):
            answer = guard.approve if args.action == "approve" else guard.deny
            ref = await answer(args.ref)
            if args.json:
                print_json({"request": args.ref, "answer": ref})
            else:
                print(f"{'approved' if args.action == 'approve' else 'denied'}: {ref}")
            return HOLDS
        waiting = await guard.pending_approvals()
        if args.action == "show":
            waiting = [one for one in waiting if args.ref in (one.id, one.ref)]
        if args.json:
            print_json([_said(one) for one in waiting])
        for one in waiting if not args.json else ():
            print(_line(one) if args.action == "list" else _page(one))
        if not waiting and not args.json:
            print("nothing waits for an approval" if args.action == "list" else "no such request")
        return DOES_NOT_HOLD if args.action == "show" and not waiting else HOLDS


def _said(one: PendingApproval) -> dict[str, Any]:
    return {
        "id": one.id, "ref": one.ref, "by": one.subject, "tool": one.obj, "owner": one.owner,
        "arguments": one.arguments, "digest": one.digest, "run": one.run,
        "asked": _moment(one.asked), "expires": _moment(one.expires), "needed": one.needed,
        "granted_by": [answer.by for answer in one.answers if answer.granted],
    }  # fmt: skip


def _line(one: PendingApproval) -> str:
    count = f"{len(one.answers)}/{one.needed}"
    return f"{one.id}  {_moment(one.asked)}  {one.subject}  {one.obj}  {count}  {one.arguments}"


def _page(one: PendingApproval) -> str:
    return "\n".join(f"{name:<11} {value}" for name, value in _said(one).items())


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
