"""What no line of the tenant's own can change in a decision, by its reason: one text for all.

`policy explain`, `audit why`, reports and the page of refusals say the same of a refusal because
they say this. A nearest miss is told of one reason alone: another line would not have helped
against the rest.
"""

from __future__ import annotations

BEYOND_RULES = {
    "foreign_owner": (
        "the resource is another tenant's: no line of the caller's tenant can allow it, only a "
        "live `share` line in `platform/shares.csv`"
    ),
    "suspended": "`platform/suspended.csv` overrides every rule",
    "explicit_deny": "a deny overrides every allow",
}


def line_would_help(reason: str | None) -> bool:
    """Say whether another line of the tenant's policy could have permitted it."""
    return reason == "no_matching_rule"
