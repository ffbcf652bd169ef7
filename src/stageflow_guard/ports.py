"""The Protocols that the flow needs. Each is satisfied by one room, or by a user's own object.

Every answer is checked before it is used (`enforcement.answers`). An optional power is a Protocol
of its own: an object has it or has it not when the guard is built. Where it is missing the guard
refuses what needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stageflow_guard.model import (
        AccessRequest,
        AuditRecord,
        Decision,
        Finding,
        Principal,
    )

# -- who is calling -----------------------------------------------------------------------------


class Authenticator(Protocol):
    """Turns a credential into a principal, or raises `NotAuthenticated`."""

    async def authenticate(self, credential: str) -> Principal:
        """Return who holds `credential`; raise `NotAuthenticated` for every other outcome."""
        ...

    def recheck(self, principal: Principal) -> None:
        """Raise `NotAuthenticated` when the principal has expired or was revoked since.

        The reasons `expired` and `unconfirmed` may be mended by `authenticate`; no other is.
        """
        ...


T = TypeVar("T")


@runtime_checkable
class Revoker(Protocol):
    """An authenticator that keeps a denylist."""

    def deny(
        self, issuer: str, *, token_id: str | None = None, session_id: str | None = None,
        subject: str | None = None, issued_before: float | None = None,
    ) -> None:  # fmt: skip
        """Refuse a token, a session or a subject from now on; raise `TokenUnavailable` else."""
        ...


@runtime_checkable
class ClockSource(Protocol):
    """A collaborator whose wall clock the others follow."""

    @property
    def clock(self) -> Any:
        """Its clock."""
        ...


@runtime_checkable
class TokenSource(Protocol):
    """Hands out access tokens of one caller, refreshed when due; `TokenManager` is one."""

    async def access_token(self) -> str:
        """Return a token that is valid now; raise `ReauthRequired` or `TokenUnavailable`."""
        ...


@runtime_checkable
class RenewableTokenSource(TokenSource, Protocol):
    """A token source that can be told that a token it gave is over."""

    async def renew(self, token: str) -> str:
        """Return another token than `token`; raise `ReauthRequired` or `TokenUnavailable`."""
        ...


@runtime_checkable
class DrainableTokenSource(TokenSource, Protocol):
    """A token source with a rotation under way that has to reach its store."""

    async def drain(self) -> None:
        """Return once nothing is under way."""
        ...


# -- may they ---------------------------------------------------------------------------------


class DecisionPoint(Protocol):
    """Answers access requests. Pure and synchronous: microseconds, no I/O."""

    @property
    def revision(self) -> str:
        """The sha256 of the files in force."""
        ...

    def decide(self, request: AccessRequest) -> Decision:
        """Return PERMIT or DENY; deny by default."""
        ...


class Guardrails(Protocol):
    """What policy says of finds in text; `policy.engine.guardrails.Guardrails` is one."""

    def verdict(
        self, tenant: str, *, entity: str, score: float, text: str, direction: str, stage: str = ""
    ) -> Any:
        """Return what is to happen: `.action` is `pass`, `redact` or `block`."""
        ...

    def blocks_at(self, tenant: str, stage: str, *, entity: str, direction: str) -> bool:
        """Say whether a rule about this stage blocks `entity` there."""
        ...

    def scores(self) -> dict[str, float]:
        """Return the lowest score that is asked for, by entity; `*` is every entity."""
        ...


@runtime_checkable
class GuardrailSource(Protocol):
    """A decision point with guardrails in force; a reload swaps them."""

    @property
    def guardrails(self) -> Any:
        """The `Guardrails` in force, or None."""
        ...


@runtime_checkable
class ControlSource(Protocol):
    """A decision point that says more of a tool's call than "may they": bounds, approvals."""

    def controls(self, request: AccessRequest, actors: tuple[str, ...] = ()) -> Any:
        """Return the `ToolControls` in force for this call, or None where nothing counts."""
        ...


@runtime_checkable
class FlowSource(Protocol):
    """A decision point with rules about what follows on what."""

    @property
    def flow(self) -> Any:
        """The `Flow` in force."""
        ...


@runtime_checkable
class RightsSource(Protocol):
    """A decision point that can tell what nobody may, whatever roles they have."""

    def nobody_may(
        self, questions: Sequence[tuple[str, str, str]]
    ) -> Sequence[tuple[str, str, str]]:
        """Return those of the questions (kind, object, act) that no line of any tenant permits."""
        ...


@runtime_checkable
class LimitSource(Protocol):
    """A decision point with limits in force."""

    @property
    def limits(self) -> Any:
        """The `Limits` in force."""
        ...


@runtime_checkable
class PinSource(Protocol):
    """A decision point that says which definitions of tools are accepted."""

    @property
    def tool_pins(self) -> Mapping[str, str] | None:
        """SHA-256 by tool; None where policy keeps none."""
        ...


@runtime_checkable
class ProblemSource(Protocol):
    """A collaborator that names what it left out: files whose tenants deny, unfit keys."""

    @property
    def problems(self) -> Sequence[object]:
        """File, line and reason of each."""
        ...


# -- what may they see ----------------------------------------------------------------------------


class Scope(Protocol):
    """The pseudonym space of one (tenant, session or run)."""

    def restore(self, value: Any) -> Any:
        """Return `value` with the pseudonyms minted in this scope replaced by the originals."""
        ...


@runtime_checkable
class ForgeryCounter(Protocol):
    """A scope that counts the placeholders it was given and never made."""

    @property
    def forged(self) -> int:
        """How many so far."""
        ...


class Inspector(Protocol):
    """Finds and replaces personal data in any nested value, off the event loop."""

    def scope(self, tenant: str, key: str) -> Scope:
        """Return the pseudonym scope of (tenant, key), making it when it is new."""
        ...

    async def redact(
        self, value: Any, *, scope: Scope, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy of `value`, of its shape, and what was found."""
        ...


@runtime_checkable
class SubjectScopes(Protocol):
    """An inspector that keeps pseudonyms under the key of the person they belong to."""

    def scope_for(self, tenant: str, key: str, subject: str) -> Scope:
        """Return the pseudonym scope of (tenant, key), kept for `subject`."""
        ...


@runtime_checkable
class BackgroundInspector(Protocol):
    """An inspector whose scopes may come from a slow store: it reads and restores off the loop."""

    async def open_scope(self, tenant: str, key: str, subject: str) -> Scope:
        """Return what `SubjectScopes.scope_for` returns, without holding up the loop."""
        ...

    async def in_background(self, work: Callable[[], T], *, tenant: str) -> T:
        """Return what `work` returns; it is about a scope of `tenant` whose `slow` is true."""
        ...


@runtime_checkable
class GuardrailInspector(Protocol):
    """An inspector that applies guardrails while it inspects."""

    rules: Callable[[], Any]

    def blocked_at(
        self, tenant: str, stage: str, findings: Sequence[Finding]
    ) -> tuple[Finding, ...]:
        """Return those findings that the guardrails block at `stage`."""
        ...


class TextStream(Protocol):
    """Text in, in chunks; out comes what may be released."""

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change, often nothing."""
        ...

    async def finish(self) -> str:
        """Return the rest."""
        ...


@runtime_checkable
class StreamingInspector(Protocol):
    """An inspector that inspects text while it is said, and restores it again."""

    def stream(self, scope: Scope, direction: str = "output") -> Any:
        """Return a `TextStream` with `found()`, what was replaced since the last call."""
        ...

    async def restore(self, value: Any, *, scope: Scope) -> Any:
        """Return `value` with the pseudonyms of `scope` replaced by the originals."""
        ...

    def restore_stream(self, scope: Scope) -> TextStream:
        """Return a stream that restores the pseudonyms of `scope`."""
        ...


@runtime_checkable
class WorkerInspector(Protocol):
    """An inspector with a process of its own, which MUST NOT outlive the guard."""

    def stop_worker(self) -> None:
        """End the process; the next long text starts another."""
        ...


# -- what happened ----------------------------------------------------------------------------


class Fingerprinter(Protocol):
    """Turns a value into something that can be searched for and not read."""

    async def fingerprint(self, tenant: str, subject: str, field: str, value: Any) -> str:
        """Return the fingerprint of one scalar under the subject's key."""
        ...


class AuditLog(Protocol):
    """Append-only, ordered, durable."""

    @property
    def origin(self) -> str:
        """The log's name, the first half of every `ref`."""
        ...

    async def append(self, record: AuditRecord) -> int:
        """Return the record's index once it is durable; raise `AuditUnavailable` otherwise."""
        ...

    def enqueue(self, record: AuditRecord) -> int:
        """Take the record in order and return its index; durable with the next `append`."""
        ...


@runtime_checkable
class TimedLog(AuditLog, Protocol):
    """A log that raises by itself after `append_timeout` seconds.

    An `append` that is cancelled after it took the record MUST tell its index: `index` on the
    `CancelledError`. For a log that is no `TimedLog` the enforcement point sets a timer for each
    record, and finishes an append whose caller is cancelled.
    """

    append_timeout: float


@runtime_checkable
class ClosableLog(Protocol):
    """A log that has something to close."""

    async def close(self) -> None:
        """Write what is pending and let go."""
        ...


@runtime_checkable
class HealthSource(Protocol):
    """A collaborator that tells its state."""

    def health(self) -> Mapping[str, Any]:
        """Return state without secrets."""
        ...
