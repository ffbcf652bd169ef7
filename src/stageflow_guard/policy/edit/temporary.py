"""Rights that end by themselves, and suspensions: the lines of `platform/`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.analysis.who_can import permits_some
from stageflow_guard.policy.edit.known_tenant import require_tenant
from stageflow_guard.policy.edit.lines import content_of, put, with_line, without_lines
from stageflow_guard.policy.edit.until import require_ahead
from stageflow_guard.policy.engine.exceptions import LONGEST_BREAKGLASS, told
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.suspensions import parse_suspended
from stageflow_guard.policy.engine.suspensions import without_lines as without_suspensions
from stageflow_guard.policy.engine.text import did_you_mean

SHARES, GLASS, SUSPENDED = (
    "platform/shares.csv", "platform/breakglass.csv", "platform/suspended.csv",
)  # fmt: skip
SHARES_HEADER = "# share, owner, grantee, kind, object, act, ends\n"
GLASS_HEADER = (
    "# breakglass, person, tenant, kinds, acts, ticket, approver, approver, starts, ends\n"
)


class Approver(Protocol):
    """A `Principal`, as far as an approval needs it."""

    @property
    def subject(self) -> str:
        """Who it is."""
        ...

    @property
    def tenant(self) -> str:
        """The tenant of the token."""
        ...

    @property
    def roles(self) -> frozenset[str]:
        """The roles that the token claims."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """A share as written, how many lines it replaced, and the grantee's line that it lacks."""

    line: str
    replaced: int = 0
    needed: str | None = None  # None where a line of the grantee permits something of it


APPROVED = "break-glass"  # what an approver needs `policy approve` for


def share(
    folder: str | Path, owner: str, grantee: str, *, kind: str, obj: str, act: str, until: str
) -> Shared:
    """Let `grantee` ask for a resource of `owner` until a time; return what was written.

    The grantee's own policy still decides. An earlier line about the same is replaced: of two the
    later end would count. Raises `ConfigError` for tenants that are not there and for a line that
    the loader would refuse.
    """
    base = Path(folder)
    policies = PolicySet.load(base)
    for name in (owner, grantee):
        require_tenant(policies, name)
    require_ahead(until)
    line = _one_line("share", owner, grantee, kind, obj, act, until)
    about = ("share", owner, grantee, kind, obj, act)
    text, replaced = without_lines(
        content_of(base, SHARES, SHARES_HEADER), lambda f: len(f) == 7 and f[:6] == about
    )
    after = put(base, {SHARES: with_line(text, line)})
    needed = None
    if not permits_some(after, grantee, kind, obj, act):
        needed = f"p, role:NAME, {grantee}, {kind}, {obj}, {act}, allow"
    return Shared(line, replaced, needed)


def unshare(folder: str | Path, owner: str, grantee: str, obj: str) -> int:
    """Take a share out; return how many lines went. Raises `ConfigError` where there is none.

    A line may name a tenant that is gone: what takes a right away asks for no tenant.
    """
    base = Path(folder)
    policies = PolicySet.load(base)
    text, count = without_lines(
        content_of(base, SHARES),
        lambda f: len(f) == 7 and (f[1], f[2], f[4]) == (owner, grantee, obj),
    )
    if not count:
        for name in (owner, grantee):
            require_tenant(policies, name, in_force=False)
        there = {one.obj for one in policies.shares if (one.owner, one.grantee) == (owner, grantee)}
        hint = did_you_mean(obj, there) if there else ""
        raise ConfigError(
            f"no line of `{SHARES}` shares `{obj[:60]}` of `{owner}` with `{grantee}`{hint}"
        )
    put(base, {SHARES: text})
    return count


def break_glass(
    folder: str | Path,
    person: str,
    *,
    tenant: str,
    kinds: Sequence[str],
    acts: Sequence[str],
    ticket: str,
    approvers: Sequence[Approver],
    seconds: int,
    now: float | None = None,
) -> str:
    """Give one person a right in one tenant for at most 4 hours; return the line.

    `approvers` are two principals that an authenticator established. Both need `policy approve` on
    `break-glass` in that tenant, by the policies in force; neither is the person. A ticket counts
    once: what was approved for it was that one right. Raises `ConfigError` for everything else.
    """
    base = Path(folder)
    policies = PolicySet.load(base)
    require_tenant(policies, tenant)
    names = [one.subject for one in approvers]
    if len(set(names)) != 2 or len(names) != 2 or person in names:
        raise ConfigError("break-glass needs two approvers, neither of them the person")
    if not 0 < seconds <= LONGEST_BREAKGLASS:
        raise ConfigError(f"break-glass lasts at most {LONGEST_BREAKGLASS // 3600} hours")
    for approver in approvers:
        decision = policies.decide(
            AccessRequest(
                sub=approver.subject, ten=approver.tenant, own=tenant, kind="policy", obj=APPROVED,
                act="approve", roles=tuple(sorted(approver.roles)),
            )
        )  # fmt: skip
        if not decision.permitted:
            raise ConfigError(
                f"`{approver.subject[:60]}` may not approve this in `{tenant}` "
                f"({decision.reason}): it needs `policy, {APPROVED}, approve`"
            )
    if any(one.ticket == ticket for one in policies.grants):
        raise ConfigError(f"the ticket `{ticket[:60]}` was used for a right already")
    starts = time.time() if now is None else now
    line = _one_line(
        "breakglass", person, tenant, "|".join(kinds), "|".join(acts), ticket, *names,
        told(starts), told(int(starts) + seconds),
    )  # fmt: skip
    put(base, {GLASS: with_line(content_of(base, GLASS, GLASS_HEADER), line)})
    return line


def resume(folder: str | Path, who: str) -> int:
    """Lift the suspension of a subject or tenant; return how many lines went.

    Raises `ConfigError` where no line names it.
    """
    base = Path(folder)
    found, _ = parse_suspended(content_of(base, SUSPENDED).encode(), SUSPENDED)
    mine = {one.line for one in found if one.who == who}
    if not mine:
        names = sorted({one.who for one in found})
        hint = did_you_mean(who, names) if names else ""
        raise ConfigError(f"`{who[:60]}` is not suspended{hint}")
    put(base, {SUSPENDED: without_suspensions(content_of(base, SUSPENDED), mine)})
    return len(mine)


def _one_line(*fields: str) -> str:
    if any(c in field for field in fields for c in ",\n\r") or not all(fields):
        raise ConfigError("no part of a line is empty or holds a comma")
    return ", ".join(fields)
