"""Claims that look like a slip: which roles tokens carry is known to the identity provider alone.

So it is a note, and no warning: `lint` stands in pipelines, and a claim that looks odd may well be
the right one. Another case, a plural (`claim:agents` for `role:agent`) and another number
(`claim:team-1` beside `claim:team-2`) are ways to name things, and no slips.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from stageflow_guard.base.near_name import near_name
from stageflow_guard.policy.engine.rules import Link
from stageflow_guard.policy.engine.text import quoted

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.policyset import PolicySet


def doubtful_claims(policies: PolicySet) -> Iterator[tuple[Link, str]]:
    """Yield each line that gives a role by a claim that may be a slip, and what was likely meant.

    That is the name of the role itself, or a claim by which more tenants give this role.
    """
    every = [
        link
        for name in policies.tenants
        for link in policies.tenant(name).links
        if link.member.startswith("claim:") and not link.where.startswith("roles/")
    ]
    # by role: how many lines, which are of as many tenants but for doubles, have each claim
    given: dict[str, Counter[str]] = {}
    for link in every:
        given.setdefault(link.role, Counter())[link.member] += 1
    ranked = {role: claims.most_common() for role, claims in given.items()}
    meant: dict[tuple[str, str], str | None] = {}
    for link in every:
        key = (link.member, link.role)
        if key not in meant:
            count = given[link.role][link.member]
            more = takewhile(lambda one: one[1] > count, ranked[link.role])  # noqa: B023 - read at once
            meant[key] = _meant(link, {claim for claim, _ in more})
        likely = meant[key]
        if likely is not None:
            yield (
                link,
                f"`{quoted(link.member)}` is nearly `{quoted(likely)}`: which do tokens say?",
            )


def _meant(link: Link, more: set[str]) -> str | None:
    mine = _stem(link.member)
    known = {f"claim:{link.role.removeprefix('role:')}", *more}
    if any(_stem(one) == mine for one in known):
        return None
    return near_name(link.member, known)


def _stem(claim: str) -> str:
    plain = re.sub(r"[0-9]", "", claim).casefold().replace("-", "_")
    return plain.rstrip("_").removesuffix("s")
