"""Whether a grant was used before: asked of the logs, which nobody can put back unseen.

The store of approvals can be put back to before a grant was used. Its use is a permit on record, in
this process's log or in a sibling shard's. So a request remembers how long each log was when it was
asked, under the store's MAC, and what came since is read before a grant counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.audit.read.lookup import OpenLog, siblings_of
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.errors import AuditUnavailable, GuardError, VerificationError

if TYPE_CHECKING:
    from pathlib import Path

    from stageflow_guard.enforcement.grants import PendingApproval

Lengths = tuple[tuple[str, int], ...]  # (a log's name, its records)


def lengths_beside(log: object) -> Lengths:
    """Return how long the sibling shards are now; raise `AuditUnavailable`."""
    if not isinstance(log, OpenLog):
        return ()
    try:
        heads = [signed_head(one)[0] for one in siblings_of(log)]
        return tuple((head.origin, head.size) for head in heads)
    except (GuardError, OSError, VerificationError):
        raise AuditUnavailable("the logs beside this one could not be read") from None


def used_on_record(log: object, request: PendingApproval, *, own: bool) -> bool:
    """Say whether a permit on record used this grant; raise `AuditUnavailable`.

    With `own` False the log of this process is left out: it knows what it used itself. A record of
    a sibling counts before it is signed, too: it can only refuse.
    """
    if not isinstance(log, OpenLog):
        return False
    where, _, index = request.ref.rpartition("#")
    since = dict(request.logs)
    if index.isdecimal():
        since[where] = int(index)
    try:
        folders = {signed_head(one)[0].origin: one for one in siblings_of(log)}
        if own:
            folders[log.origin] = log.folder
        return any(
            _uses(folder, request.id, since.get(origin, 0)) for origin, folder in folders.items()
        )
    except (GuardError, OSError, VerificationError):
        raise AuditUnavailable("the log could not be read back") from None


def _uses(folder: Path, approval: str, start: int) -> bool:
    return any(
        record.get("decision") == "permit"
        and (record.get("note") or {}).get("approval") == approval
        for _, record in iter_records(folder, start, written_ahead=True)
        if record.get("kind") == "decision"
    )
