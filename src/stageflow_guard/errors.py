"""One tree of errors, with stable codes.

    GuardError                      .code .ref; never holds a token, a prompt, a claim's value
    ├── Refused                     the guard decided "no"; do not retry
    │   ├── NotAuthenticated        .reason
    │   ├── AccessDenied            .decision
    │   ├── ApprovalRequired        .approval: the request that waits for somebody
    │   ├── LimitExceeded           .limit .retry_after
    │   └── ContentBlocked          .findings
    ├── Unavailable                 the guard could not decide: also "no"; may retry
    │   ├── PolicyUnavailable
    │   ├── InspectorUnavailable
    │   ├── AuditUnavailable
    │   ├── TokenUnavailable
    │   ├── KeyringUnavailable
    │   ├── ApprovalsUnavailable
    │   ├── LimitsUnavailable
    │   └── ReauthRequired
    ├── Bypassed                    a stage result that did not come from its guarded runner
    ├── ConfigError(ValueError)     at start-up, names the key
    └── VerificationError           offline: log, proof or checkpoint does not hold

None of them is a `PermissionError`, an `OSError` or a `TimeoutError`: the host retries or
relabels those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow_guard.model import Decision, Finding


UNRECORDED = "unrecorded:"  # what a ref begins with that no record stands behind


class GuardError(Exception):
    """Root of everything the guard raises. `.code` is stable, `.ref` finds the record.

    Where no record could be written, `.ref` is `unrecorded:` and the run's id, or an id of its own.
    """

    code = "guard_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.ref: str | None = None

    def __str__(self) -> str:
        """Return `code: message [ref ...]`."""
        tail = f" [ref {self.ref}]" if self.ref else ""
        return f"{self.code}: {self.message}{tail}"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling: a decision or a finding must not travel by accident."""
        raise TypeError("guard errors cannot be pickled; pass `.code` and `.ref` instead")


class Refused(GuardError):
    """The guard decided "no"; the same call will be refused again."""

    code = "refused"
    # set where policy lets the caller of a denied tool go on: `on_denied: tell_model`
    tells_model = False


class NotAuthenticated(Refused):
    """Nobody, or nobody who can be believed, is calling. `.reason` is a stable word."""

    code = "not_authenticated"

    def __init__(self, reason: str, message: str | None = None) -> None:
        super().__init__(message or f"caller is not authenticated ({reason})")
        self.reason = reason


class AccessDenied(Refused):
    """The caller is known and may not. `.decision` says which rule, or which is missing.

    `.act` is what was asked for; `.findings` is what of the content made it be asked, if anything.
    """

    code = "access_denied"

    def __init__(
        self, decision: Decision, message: str | None = None, *, act: str = "run",
        findings: tuple[Finding, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(message or f"access denied ({decision.reason})")
        self.decision = decision
        self.act = act
        self.findings = findings


class ApprovalRequired(Refused):
    """The call waits for another person's approval. `.approval` names the request.

    `.ref` is the record of this refusal; `guard.approve` takes either. The same call, made again by
    the same caller, goes through once after it was granted.
    """

    code = "approval_required"

    def __init__(self, approval: str, message: str | None = None) -> None:
        super().__init__(message or "the call needs another person's approval")
        self.approval = approval


class LimitExceeded(Refused):
    """A hard limit is used up. `.limit` is its name, `.retry_after` seconds, None for a total."""

    code = "limit_exceeded"

    def __init__(
        self, limit: str, message: str | None = None, *, retry_after: float | None = None
    ) -> None:
        super().__init__(message or f"limit `{limit}` is used up")
        self.limit = limit
        self.retry_after = retry_after


class ContentBlocked(Refused):
    """Inspection found content that policy blocks. `.findings` holds types and counts only."""

    code = "content_blocked"

    def __init__(
        self, findings: tuple[Finding, ...], message: str | None = None, *,
        reason: str | None = None,
    ) -> None:  # fmt: skip
        kinds = ", ".join(sorted({f.entity for f in findings})) or "content"
        super().__init__(message or f"content blocked ({kinds})")
        self.findings = findings
        self.reason = reason or self.code


class Unavailable(GuardError):
    """The guard could not decide, so the answer is "no"; a later try may differ."""

    code = "unavailable"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason or self.code


class PolicyUnavailable(Unavailable):
    """The decision point failed or timed out."""

    code = "policy_unavailable"


class InspectorUnavailable(Unavailable):
    """The inspector failed, timed out, or was given more than its limits allow."""

    code = "inspector_unavailable"


class AuditUnavailable(Unavailable):
    """A record could not be made durable; nothing runs on an unrecorded decision."""

    code = "audit_unavailable"


class TokenUnavailable(Unavailable):
    """The token endpoint could not be asked, or its answer could not be used; try again later."""

    code = "token_unavailable"
    retry_after: float | None = None


class KeyringUnavailable(Unavailable):
    """A subject's key could not be read, made or destroyed; nothing is done without it."""

    code = "keyring_unavailable"


class ApprovalsUnavailable(Unavailable):
    """The store of approvals is away, late, or holds what this guard did not write."""

    code = "approvals_unavailable"


class LimitsUnavailable(Unavailable):
    """The state of limits is away, late, or makes no sense: what it limits does not run."""

    code = "limits_unavailable"


class ReauthRequired(Unavailable):
    """The session is over and only the user can begin a new one."""

    code = "reauth_required"


class Bypassed(GuardError):
    """A stage reported a result that its guarded runner never produced."""

    code = "bypassed"


class ConfigError(GuardError, ValueError):
    """Start-up only: a setting, key, policy or log is unusable. Names what and where."""

    code = "config_error"

    def __init__(self, message: str, *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = dict(details or {})


class VerificationError(GuardError):
    """Offline: a log, proof or checkpoint does not hold. Names the index or the file."""

    code = "verification_failed"

    def __init__(self, message: str, *, index: int | None = None, path: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.path = path
