"""The vocabulary: frozen values, no behaviour beyond what keeps them honest."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NoReturn

_EMPTY: MappingProxyType[str, Any] = MappingProxyType({})


def _no_claims() -> MappingProxyType[str, Any]:
    return _EMPTY


class Effect(StrEnum):
    """PERMIT or DENY; nothing between."""

    PERMIT = "permit"
    DENY = "deny"


NO_TENANT = "_none"  # the tenant of scopes that are never restored; no policy file has that name


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Principal:
    """Who is calling, as an authenticator established it. Only an authenticator makes one.

    `expires_at` is seconds since the epoch (RFC 7519 NumericDate).
    """

    subject: str
    tenant: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    session_id: str | None = None
    token_id: str | None = None
    client_id: str | None = None
    issuer: str = ""
    key_id: str | None = None
    issued_at: int = 0
    expires_at: int = 0
    actors: tuple[str, ...] = ()
    host_user_id: str | None = None
    host_org_id: str | None = None
    claims: MappingProxyType[str, Any] = field(default_factory=_no_claims, repr=False)

    def __reduce__(self) -> NoReturn:
        """Refuse pickling: an identity is established, never transported."""
        raise TypeError("a `Principal` cannot be pickled; authenticate where it is needed")

    def __getstate__(self) -> NoReturn:
        """Refuse copying protocols that go through state."""
        raise TypeError("a `Principal` cannot be pickled; authenticate where it is needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One question to the policy decision point (policy model: sub, ten, own, kind, obj, act)."""

    sub: str
    ten: str
    own: str
    kind: str
    obj: str
    act: str
    roles: tuple[str, ...] = ()
    # what decisions are looked up by; None when a part is not exactly a string: a subclass could
    # bring its own equality
    key: tuple[Any, ...] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Settle once whether this is a question at all."""
        parts = (self.sub, self.ten, self.own, self.kind, self.obj, self.act)
        exact = all(type(part) is str for part in parts) and (
            type(self.roles) is tuple and all(type(role) is str for role in self.roles)
        )
        object.__setattr__(self, "key", (*parts, self.roles) if exact else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer: effect, a stable reason, the rules as `file:line`, the revision in force."""

    effect: Effect
    reason: str
    rules: tuple[str, ...] = ()
    revision: str = ""
    ref: str | None = None
    dry_run: str | None = None  # what the policies on trial would have decided, where they differ

    @property
    def permitted(self) -> bool:
        """Say whether the effect is PERMIT."""
        return self.effect is Effect.PERMIT


@dataclass(frozen=True, slots=True, order=True)
class EntitySpan:
    """A half-open range `[start, end)` of code points in the inspected text."""

    start: int
    end: int
    entity: str
    score: float


BYTES = "BYTES:"  # what begins so says of bytes that they passed unread: length and digest


@dataclass(frozen=True, slots=True)
class Finding:
    """What may be recorded of personal data: that, never what."""

    entity: str
    count: int
    direction: str = "input"

    @property
    def personal(self) -> bool:
        """Say whether something was found, not only passed by."""
        return not self.entity.startswith(BYTES)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A redacted value of the same shape as what went in, and what was found."""

    value: Any
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)  # no slots: unset fields cost nothing, see `of`
class AuditRecord:
    """One entry of the log. Unset fields are left out of the canonical bytes.

    `v, id, wall_ns, mono_ns, boot, node` are filled by the log when they are unset.
    """

    kind: str
    run: str | None = None
    parent_run: str | None = None
    pipeline: str | None = None
    stage: str | None = None
    stage_kind: str | None = None
    host: str | None = None
    call: str | None = None
    attempt: int | None = None
    session: str | None = None
    tenant: str | None = None
    actor: dict[str, Any] | None = None
    on_behalf: list[str] | None = None
    action: str | None = None
    resource: str | None = None
    owner: str | None = None
    params_fp: str | None = None
    decision: str | None = None
    reason: str | None = None
    rules: list[str] | None = None
    obligations: list[str] | None = None
    evaluation: str | None = None
    policy: dict[str, str] | None = None
    findings: list[dict[str, Any]] | None = None
    approver: str | None = None
    trace: str | None = None
    step: str | None = None
    outcome: str | None = None
    decision_index: int | None = None
    latency_us: int | None = None
    error: str | None = None
    note: dict[str, Any] | None = None
    v: int | None = None
    id: str | None = None
    wall_ns: int | None = None
    mono_ns: int | None = None
    boot: str | None = None
    node: str | None = None

    @classmethod
    def of(cls, fields: dict[str, Any]) -> AuditRecord:
        """Return a record that owns `fields`; the flow's way, two or more times per stage call.

        The caller passes known field names only and keeps no reference.
        """
        record = object.__new__(cls)
        record.__dict__.update(fields)
        return record


class RecordTemplate:
    """What many records have in common, so that it is merged and encoded once for all of them.

    Frozen by convention: nobody changes `fields` after the first record was made from it.
    """

    __slots__ = ("fields", "layouts")

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = {name: value for name, value in fields.items() if value is not None}
        self.layouts: dict[tuple[str, ...], Any] = {}  # an encoder's own notes

    def record(self, own: dict[str, Any]) -> TemplatedRecord:
        """Return a record of this shape; `own` are the set fields that only this one has."""
        record = object.__new__(TemplatedRecord)
        _set_template(record, self)
        _set_own(record, own)
        return record


class TemplatedRecord(AuditRecord):
    """An `AuditRecord` whose fields are looked up, not copied: its own first, then its shape's."""

    __slots__ = ("own", "template")

    own: dict[str, Any]
    template: RecordTemplate

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as the plain record that it is."""
        return AuditRecord.of, ({**self.template.fields, **self.own},)


def _looked_up(name: str) -> property:
    def look(self: TemplatedRecord) -> Any:
        return self.own.get(name, self.template.fields.get(name))

    return property(look)


for _field in fields(AuditRecord):
    setattr(TemplatedRecord, _field.name, _looked_up(_field.name))

# the slots' own setters: a frozen dataclass refuses ordinary assignment
_set_template = TemplatedRecord.__dict__["template"].__set__
_set_own = TemplatedRecord.__dict__["own"].__set__
