"""A guard over the smallest honest collaborators, each of which can be made to fail."""

from __future__ import annotations

import re
from typing import Any

from stageflow_guard import Guard
from stageflow_guard.errors import AuditUnavailable, NotAuthenticated
from stageflow_guard.model import (
    AccessRequest,
    AuditRecord,
    Decision,
    Effect,
    Finding,
    Principal,
)

MAIL = "ada.lovelace@example.com"
TEXT = f"please write to {MAIL} today"
ADA, BOB, EVE = "acme:ada", "acme:bob", "globex:eve"  # tokens: tenant and user


BODIES = ("one", "two", "three", "outer", "inner")  # what the rows call theirs


class KitTokens:
    """An authenticator that knows `tenant:user` strings, and nothing else."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()

    async def authenticate(self, credential: str) -> Principal:
        """Return the principal of a known form of token; `expired` has expired."""
        if credential == "expired":
            raise NotAuthenticated("expired")
        tenant, _, user = credential.partition(":")
        if not user:
            raise NotAuthenticated("malformed")
        return Principal(subject=f"user:{user}", tenant=tenant, key_id="k1")

    def recheck(self, principal: Principal) -> None:
        """Raise for a revoked principal."""
        if principal.subject in self.revoked:
            raise NotAuthenticated("revoked")


class KitRules:
    """A decision point that permits everything but `denied`, and originals nowhere."""

    revision = "r" * 64

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.broken = False

    def decide(self, request: AccessRequest) -> Decision:
        """Permit a step unless the last segment of its object is denied."""
        if self.broken:
            raise RuntimeError("the decision point is broken")
        name = _last_segment(request.obj)
        ok = request.act not in ("reveal", "bytes") and name not in self.denied
        return Decision(
            effect=Effect.PERMIT if ok else Effect.DENY,
            reason="permitted" if ok else "no_matching_rule",
            revision=self.revision,
        )


class KitLog:
    """A log in a list, in order."""

    origin = "kit"

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []
        self.down = False

    def enqueue(self, record: AuditRecord) -> int:
        """Keep the record; return its index."""
        if self.down:
            raise AuditUnavailable("the device is gone")
        self.records.append(record)
        return len(self.records) - 1

    async def append(self, record: AuditRecord) -> int:
        """Keep the record; return its index."""
        return self.enqueue(record)

    def kinds(self, *kinds: str) -> list[AuditRecord]:
        """Return the records of these kinds."""
        return [one for one in self.records if one.kind in kinds]

    def of_bodies(self, kind: str) -> list[AuditRecord]:
        """Return the records of the row's own steps: a host's model, or node, is another step."""
        return [one for one in self.kinds(kind) if self._name_of(one) in BODIES]

    def _name_of(self, record: AuditRecord) -> str:
        if record.kind == "effect" and record.decision_index is not None:  # it names its permit
            record = self.records[record.decision_index]
        return _last_segment(str(record.stage or record.resource or "").replace(":", "/"))


class KitInspector:
    """Replaces mail addresses, in any nested value; a scope has pseudonyms of its own."""

    def __init__(self) -> None:
        from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

        self._inner = OffLoopInspector(Redactor(ner=None), Vault())
        self.broken = False
        self.before: Any = None  # called before each inspection

    def scope(self, tenant: str, key: str) -> Any:
        """Return the scope of (tenant, key)."""
        return self._inner.scope(tenant, key)

    def scope_for(self, tenant: str, key: str, subject: str) -> Any:
        """Return the scope of (tenant, key), kept for `subject`."""
        return self._inner.scope_for(tenant, key, subject)

    async def redact(
        self, value: Any, *, scope: Any, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy and the findings."""
        if self.before is not None:
            self.before(direction)
        if self.broken:
            raise RuntimeError(f"broken at {MAIL}")
        return await self._inner.redact(value, scope=scope, direction=direction)

    def stream(self, scope: Any, direction: str = "output") -> Any:
        """Return a stream that redacts."""
        return self._inner.stream(scope, direction)

    async def restore(self, value: Any, *, scope: Any) -> Any:
        """Return the originals."""
        return await self._inner.restore(value, scope=scope)

    def restore_stream(self, scope: Any) -> Any:
        """Return a stream that restores."""
        return self._inner.restore_stream(scope)


class Environment:
    """One guard and its collaborators, in reach of a row."""

    def __init__(
        self, rules: KitRules | None = None, inspector: KitInspector | None = None
    ) -> None:
        self.tokens, self.rules, self.log = KitTokens(), rules or KitRules(), KitLog()
        self.inspector = inspector or KitInspector()
        self.guard = Guard(
            authenticator=self.tokens, decisions=self.rules, inspector=self.inspector,
            log=self.log,
        )  # fmt: skip

    @property
    def recorded(self) -> str:
        """Everything on record, as text."""
        return repr([{**vars(r), **_own(r)} for r in self.log.records])


def _last_segment(obj: str) -> str:
    """Return what a row calls a step: hosts put a subgraph's name before it, with a dot."""
    return obj.rpartition("/")[2].rpartition(".")[2]


def _own(record: AuditRecord) -> dict[str, Any]:
    own = getattr(record, "own", None)
    return {} if own is None else {**record.template.fields, **own}  # type: ignore[attr-defined]


def pseudonyms(text: object) -> list[str]:
    """Return the placeholders in the text of a value."""
    return re.findall(r"⟦[A-Z_]+_\d+·[a-z0-9]+⟧", str(text))
