"""`platform/`: what reaches beyond a tenant's own lines, and always ends.

- `shares.csv`: `share, OWNER, GRANTEE, kind, obj, act, expires`. While it lives, a request of the
  grantee for the owner's resource is decided by the *grantee's* policy.
- `breakglass.csv`: `breakglass, person, tenant, kinds, acts, ticket, approver, approver, starts,
  expires`: at most 4 hours, two approvers who are neither the person nor each other. Several kinds
  or acts stand with `|` between them.
- `trials.csv`: `trial, tenant, kind, obj, act, starts, expires`: every subject that the tenant's
  tokens name, for at most 60 days: for adoption, with the strict policies in shadow.
- `suspended.csv`: `subject or tenant, reason, until` overrides everything; see `suspensions`.

Times are RFC 3339 in UTC (`2026-12-31T00:00:00Z`) or seconds since the epoch.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from stageflow_guard.policy.engine.column_count import miscounted
from stageflow_guard.policy.engine.rules import (
    SUBJECTS,
    object_matches,
    require_object,
    require_plain,
)
from stageflow_guard.policy.engine.text import (
    COMMENT,
    MOST,
    Malformed,
    PolicyLine,
    Problem,
    did_you_mean,
    legal_tenant,
    quoted,
    rows_of,
)

T = TypeVar("T")
FOREVER = float("inf")
LONGEST_BREAKGLASS = 4 * 3600
LONGEST_TRIAL = 60 * 86_400
SHARE = ("share", "owner", "grantee", "kind", "object", "act", "ends")
BREAKGLASS = (
    "breakglass", "person", "tenant", "kinds", "acts", "ticket", "approver", "approver", "starts",
    "ends",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
TRIAL = ("trial", "tenant", "kind", "object", "act", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Share:
    """A resource of `owner` that `grantee` may ask for until `expires`."""

    owner: str
    grantee: str
    kind: str
    obj: str
    act: str
    expires: float
    where: str

    def covers(self, owner: str, grantee: str, kind: str, obj: str, act: str) -> bool:
        """Say whether this share is about that request."""
        return (
            (self.owner, self.grantee, self.kind, self.act) == (owner, grantee, kind, act)
            and object_matches(obj, self.obj)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemporaryGrant:
    """A right for a time: break-glass for one person, or a trial for a whole tenant."""

    reason: str
    who: str | None
    tenant: str
    kinds: tuple[str, ...]
    obj: str
    acts: tuple[str, ...]
    starts: float
    expires: float
    where: str
    ticket: str = ""

    def covers(self, sub: str, kind: str, obj: str, act: str) -> bool:
        """Say whether this grant is about that request."""
        return (
            self.who in (None, sub)
            and kind in self.kinds
            and act in self.acts
            and object_matches(obj, self.obj)
        )


def parse_shares(
    content: bytes, file: str, acts: Mapping[str, tuple[str, ...]]
) -> tuple[list[Share], list[Problem]]:
    """Return the shares, or none of them and every problem."""

    def share(row: PolicyLine) -> Share:
        _require(row, SHARE)
        _, owner, grantee, kind, obj, act, expires = row.fields
        for field, tenant in ((1, owner), (2, grantee)):
            _tenant(tenant, field)
        if owner == grantee:
            raise Malformed("a tenant needs no share with itself", field=2)
        _kind_and_act(kind, act, acts, 3, 5)
        require_object(obj, 4)
        where = f"{file}:{row.number}"
        return Share(owner, grantee, kind, obj, act, moment(expires, 6), where)

    return _all(content, file, share)


def parse_breakglass(
    content: bytes, file: str, acts: Mapping[str, tuple[str, ...]]
) -> tuple[list[TemporaryGrant], list[Problem]]:
    """Return the break-glass grants, or none of them and every problem."""

    def grant(row: PolicyLine) -> TemporaryGrant:
        _require(row, BREAKGLASS)
        _, who, tenant, kinds, verbs, ticket, one, two, starts, expires = row.fields
        _tenant(tenant, 2)
        for field, person in ((1, who), (6, one), (7, two)):
            if not person.startswith(SUBJECTS) or not person.partition(":")[2]:
                raise Malformed(f"`{quoted(person)}` is no subject", field=field)
            require_plain(person, field)
        if len({who, one, two}) != 3:
            raise Malformed("break-glass needs two approvers, neither of them the person", field=6)
        if not ticket:
            raise Malformed("break-glass needs a ticket", field=5)
        listed = tuple(kinds.split("|"))
        wanted = tuple(verbs.split("|"))
        for kind in listed:
            if kind not in acts:
                raise Malformed(
                    f"kind `{quoted(kind)}` is unknown{did_you_mean(kind, acts)}", field=3
                )
        every = {act for kind in listed for act in acts[kind]}
        for act in wanted:
            if act not in every:
                raise Malformed(
                    f"act `{quoted(act)}` is unknown here{did_you_mean(act, every)}", field=4
                )
        begin, end = _span(starts, expires, 8, LONGEST_BREAKGLASS, "4 hours")
        where = f"{file}:{row.number}"
        return TemporaryGrant(
            "break_glass", who, tenant, listed, "*", wanted, begin, end, where, ticket
        )  # fmt: skip

    return _all(content, file, grant)


def parse_trials(
    content: bytes, file: str, acts: Mapping[str, tuple[str, ...]]
) -> tuple[list[TemporaryGrant], list[Problem]]:
    """Return the trials, or none of them and every problem."""

    def grant(row: PolicyLine) -> TemporaryGrant:
        _require(row, TRIAL)
        _, tenant, kind, obj, act, starts, expires = row.fields
        _tenant(tenant, 1)
        _kind_and_act(kind, act, acts, 2, 4)
        require_object(obj, 3)
        begin, end = _span(starts, expires, 5, LONGEST_TRIAL, "60 days")
        where = f"{file}:{row.number}"
        return TemporaryGrant("trial", None, tenant, (kind,), obj, (act,), begin, end, where)

    return _all(content, file, grant)


def moment(text: str, field: int = 0) -> float:
    """Return seconds since the epoch for RFC 3339 in UTC, or for plain seconds."""
    if text.isascii() and text.isdecimal() and len(text) <= 12:
        return float(text)
    try:
        if not text.endswith("Z"):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC).timestamp()
    except ValueError:
        if "#" in text:
            raise Malformed(COMMENT, field=field) from None
        why = no_day(text) or "write `2026-12-31T00:00:00Z` or seconds"
        raise Malformed(f"`{quoted(text)}` is no time; {why}", field=field) from None


def no_day(text: str) -> str | None:
    """Return why a date is no moment: in no calendar, or without its time of day; else None."""
    found = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])", text)
    if found is None or found[1] == "0000":
        return None
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        return f"there is no month {found[2]}"
    days = monthrange(year, month)[1]
    if 1 <= day <= days:
        return f"a day needs its time: `{text}T00:00:00Z`" if found.end() == len(text) else None
    return f"{MONTHS[month - 1]}{f' {year}' if month == 2 else ''} has {days} days"


def told(seconds: float) -> str:
    """Return a moment as a person reads it: RFC 3339 in UTC, or `never`."""
    if seconds == FOREVER:
        return "never"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _all(
    content: bytes, file: str, one: Callable[[PolicyLine], T]
) -> tuple[list[T], list[Problem]]:
    found: list[T] = []
    problems: list[Problem] = []
    try:
        for row in rows_of(content):
            try:
                found.append(one(row))
            except Malformed as exc:
                problems.append(row.problem(file, exc))
                if len(problems) == MOST:
                    break
    except Malformed as exc:
        problems.append(Problem(file, exc.line, exc.reason, exc.column))
    return ([] if problems else found), problems


def _require(row: PolicyLine, names: tuple[str, ...]) -> None:
    kind = names[0]
    if row.fields[0] != kind:
        raise Malformed(f"line type `{quoted(row.fields[0])}` is unknown; there is {kind}")
    if len(row.fields) != len(names):
        raise miscounted(row.fields, names)


def _tenant(name: str, field: int) -> None:
    if not legal_tenant(name):
        raise Malformed(f"`{quoted(name)}` cannot be a tenant's name", field=field)


def _kind_and_act(
    kind: str, act: str, acts: Mapping[str, tuple[str, ...]], at: int, act_at: int
) -> None:
    if kind not in acts:
        raise Malformed(f"kind `{quoted(kind)}` is unknown{did_you_mean(kind, acts)}", field=at)
    if act not in acts[kind]:
        raise Malformed(
            f"act `{quoted(act)}` is unknown{did_you_mean(act, acts[kind])}", field=act_at
        )


def _span(starts: str, expires: str, at: int, longest: int, said: str) -> tuple[float, float]:
    begin, end = moment(starts, at), moment(expires, at + 1)
    if not begin < end <= begin + longest:
        raise Malformed(f"it ends after it starts, and within {said}", field=at + 1)
    return begin, end
