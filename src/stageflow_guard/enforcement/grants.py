"""Requests for approval and their grants: what each is bound to, and how each ends, once.

A request is bound to tenant, requester, chain of actors, kind, object, owner, the keyed digest of
the arguments and the policy revision: a call that differs in one of them is another request. Its
life:

1. `ask` keeps it, open; asked again, the same call finds the same request
2. `claim` takes one person's answer; the first that decides is final
3. `confirm` says that the answer is on record; before, it counts for nothing
4. `use` uses a grant up; it is used before the call is on record, so that no fault gives it twice

Every row is under a MAC of the guard's key with its version. A row of an older version, put back
under a grant that was used, is found out by the log: see `used_on_record`.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.clock import NeverBackClock
from stageflow_guard.enforcement.rowstores.rows import Row
from stageflow_guard.errors import ApprovalsUnavailable

if TYPE_CHECKING:
    from stageflow_guard.enforcement.rowstores.rows import RowStore

MAC = 32
TRIES = 300  # of one change, while others change the same request
PREFIX = "apr-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person said, when (seconds since the epoch), and in which record."""

    by: str
    identities: tuple[str, ...]
    granted: bool
    at: float
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingApproval:
    """One request as it stands. `arguments` is their redacted text, `digest` keyed.

    `state` is `open`, `granted`, `denied`, `used` or `expired`.
    """

    id: str
    ref: str
    tenant: str
    subject: str
    identities: tuple[str, ...]
    kind: str
    obj: str
    owner: str
    run: str | None
    digest: str
    revision: str
    arguments: str
    asked: float
    expires: float
    needed: int
    answers: tuple[Answer, ...] = ()
    used: float | None = None
    logs: tuple[tuple[str, int], ...] = ()  # how long the logs beside its own were when it was made

    def state(self, now: float) -> str:
        """Return how it stands at `now`."""
        if self.used is not None:
            return "used"
        if any(not one.granted for one in self.answers):
            return "denied"
        if now >= self.expires:
            return "expired"
        return "granted" if len(self.answers) >= self.needed else "open"

    @property
    def confirmed(self) -> bool:
        """Say whether every answer is on record."""
        return all(one.ref is not None for one in self.answers)


class NotOpenError(Exception):
    """The request was decided, used up, or has expired: the word says which."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Grants:
    """The requests of a guard in their store. Synchronous; may be called from any thread."""

    def __init__(self, store: RowStore, key: bytes, clock: NeverBackClock | None = None) -> None:
        self._store = store
        self._key = hmac.digest(key, b"stageflow-guard approvals", "sha256")
        arguments_key = hmac.digest(key, b"stageflow-guard arguments", "sha256")
        self._arguments = hmac.new(arguments_key, digestmod="sha256")
        self._clock = clock or NeverBackClock()
        self.made: set[str] = set()  # requests of this process
        self.used: set[str] = set()  # grants that it used up

    def __repr__(self) -> str:
        """Show no key."""
        return f"<Grants in {type(self._store).__name__}>"

    def now(self) -> float:
        """Return seconds since the epoch; a clock that is set back revives nothing."""
        return self._clock.now()

    def digest(self, tenant: str, tool: str, canonical: bytes) -> str:
        """Return the keyed digest of a call's arguments: one way, and another key's is another."""
        keyed = self._arguments.copy()  # the key is read once
        keyed.update(b"".join([_sized(tenant.encode()), _sized(tool.encode()), _sized(canonical)]))
        return keyed.hexdigest()

    def lookup(self, *bound: str) -> str:
        """Return what finds the request of a call that is bound to all of this."""
        told = b"".join(_sized(part.encode("utf-8", "surrogatepass")) for part in bound)
        return hmac.digest(self._key, told, sha256).hex()

    # -- 1. ask ------------------------------------------------------------------------------------

    def find(self, lookup: str) -> PendingApproval | None:
        """Return the live request of a call; one that is over is put away under its id."""
        row = self._store.find(lookup)
        if row is None:
            return None
        found = self._opened(row)
        over = found.state(self.now()) in ("used", "expired") or (
            found.state(self.now()) == "denied" and self.now() >= found.expires
        )
        if not over:
            return found
        self._store.supersede(self._sealed(found, row.version + 1, f"{lookup}:{found.id}"))
        return None

    def ask(self, request: PendingApproval, lookup: str) -> PendingApproval:
        """Keep a new request; return it, or the one that another task kept for the same call."""
        if self._store.insert(self._sealed(request, 1, lookup)):
            self.made.add(request.id)
            return request
        found = self.find(lookup)
        if found is None:
            raise ApprovalsUnavailable("the request could not be kept")
        return found

    def get(self, request_id: str) -> PendingApproval | None:
        """Return a request by its id."""
        row = self._store.get(request_id)
        return None if row is None else self._opened(row)

    def opened(self, tenant: str) -> list[PendingApproval]:
        """Return what waits for an answer in a tenant."""
        now = self.now()
        found = [self._opened(row) for row in self._store.opened(tenant)]
        return [one for one in found if one.tenant == tenant and one.state(now) == "open"]

    # -- 2 to 4. claim, confirm, use ---------------------------------------------------------------

    def claim(self, request_id: str, answer: Answer) -> PendingApproval:
        """Take one person's answer; raise `NotOpenError` when it comes too late or twice."""

        def change(found: PendingApproval) -> PendingApproval:
            state = found.state(self.now())
            if state != "open":
                raise NotOpenError(state)
            known = {name for one in found.answers for name in one.identities}
            if not known.isdisjoint(answer.identities):
                raise NotOpenError("answered")
            return replace(found, answers=(*found.answers, answer))

        return self._changed(request_id, change)

    def confirm(self, request_id: str, by: str, ref: str) -> PendingApproval:
        """Say in which record the answer of `by` stands: from now on it counts."""

        def change(found: PendingApproval) -> PendingApproval:
            answers = tuple(replace(a, ref=ref) if a.by == by else a for a in found.answers)
            return replace(found, answers=answers)

        return self._changed(request_id, change)

    def use(self, request_id: str) -> bool:
        """Use a grant up; False when it is none, or none any more."""

        def change(found: PendingApproval) -> PendingApproval:
            if found.state(self.now()) != "granted" or not found.confirmed:
                raise NotOpenError(found.state(self.now()))
            if before:
                raise ApprovalsUnavailable("the store shows a grant that was used as an unused one")
            return replace(found, used=self.now())

        before = request_id in self.used  # asked before the row is read
        try:
            self._changed(request_id, change)
        except NotOpenError:
            return False
        self.used.add(request_id)
        return True

    def _changed(self, request_id: str, change: Any) -> PendingApproval:
        for _ in range(TRIES):
            row = self._store.get(request_id)
            if row is None:
                raise NotOpenError("unknown")
            made: PendingApproval = change(self._opened(row))
            if self._store.supersede(self._sealed(made, row.version + 1, row.lookup)) is True:
                return made
        raise ApprovalsUnavailable("too many answer the same request at once")

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    # -- rows --------------------------------------------------------------------------------------

    def _sealed(self, request: PendingApproval, version: int, lookup: str) -> Row:
        body = json.dumps(asdict(request), separators=(",", ":"), sort_keys=True).encode()
        is_open = request.state(self.now()) == "open"
        mac = self._mac(request.id, request.tenant, lookup, version, body)
        return Row(request.id, request.tenant, lookup, version, is_open, mac + body)

    def _opened(self, row: object) -> PendingApproval:
        """Return what a row says; raise `ApprovalsUnavailable` for one that is not ours."""
        if type(row) is not Row:
            raise ApprovalsUnavailable("the store of approvals gave no row")
        mac, body = row.sealed[:MAC], row.sealed[MAC:]
        own = self._mac(row.id, row.tenant, row.lookup, row.version, body)
        if not hmac.compare_digest(mac, own):
            raise ApprovalsUnavailable("a request in the store was not written by this guard")
        said = json.loads(body)
        said["identities"] = tuple(said["identities"])
        said["logs"] = tuple((name, length) for name, length in said.get("logs", ()))
        said["answers"] = tuple(
            Answer(**{**one, "identities": tuple(one["identities"])}) for one in said["answers"]
        )
        found = PendingApproval(**said)
        if found.id != row.id or found.tenant != row.tenant:
            raise ApprovalsUnavailable("a request in the store is another's")
        return found

    def _mac(self, row_id: str, tenant: str, lookup: str, version: int, body: bytes) -> bytes:
        parts = (row_id.encode(), tenant.encode(), lookup.encode(), str(version).encode(), body)
        return hmac.digest(self._key, b"".join(map(_sized, parts)), "sha256")


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part


def new_id() -> str:
    """Return the id of a new request."""
    return PREFIX + secrets.token_hex(12)
