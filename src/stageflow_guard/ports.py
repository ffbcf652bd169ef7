"""The Protocols that the flow needs. Each is satisfied by one room, or by a user's own object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from stageflow_guard.model import (
        AccessRequest,
        AuditRecord,
        Decision,
        Finding,
        Principal,
    )


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


@runtime_checkable
class TokenSource(Protocol):
    """Hands out access tokens of one caller, refreshed when due; `TokenManager` is one."""

    async def access_token(self) -> str:
        """Return a token that is valid now; raise `ReauthRequired` or `TokenUnavailable`."""
        ...


class DecisionPoint(Protocol):
    """Answers access requests. Pure and synchronous: microseconds, no I/O."""

    @property
    def revision(self) -> str:
        """The sha256 of the files in force."""
        ...

    def decide(self, request: AccessRequest) -> Decision:
        """Return PERMIT or DENY; deny by default."""
        ...


class Scope(Protocol):
    """The pseudonym space of one (tenant, session or run)."""

    def restore(self, value: Any) -> Any:
        """Return `value` with the pseudonyms minted in this scope replaced by the originals."""
        ...


class Inspector(Protocol):
    """Finds and replaces personal data in any nested value, off the event loop."""

    def scope(self, tenant: str, key: str) -> Scope:
        """Return the pseudonym scope of (tenant, key), making it when it is new."""
        ...

    async def redact(
        self, value: Any, *, scope: Scope, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy of `value` and what was found."""
        ...


class Fingerprinter(Protocol):
    """Turns a value into something that can be searched for and not read."""

    async def fingerprint(self, tenant: str, subject: str, field: str, value: Any) -> str:
        """Return the fingerprint of one scalar under the subject's key."""
        ...


@runtime_checkable
class SubjectScopes(Protocol):
    """An inspector that keeps pseudonyms under the key of the person they belong to."""

    def scope_for(self, tenant: str, key: str, subject: str) -> Scope:
        """Return the pseudonym scope of (tenant, key), kept for `subject`."""
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
class Streaming(Protocol):
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


class AuditLog(Protocol):
    """Append-only, ordered, durable.

    A log with an attribute `append_timeout` (seconds) raises by itself after that time; for others
    the enforcement point sets a timer per record.
    """

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
