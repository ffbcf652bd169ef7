"""What each code and each reason of a refusal asks for: one table for verbs, pages and reports."""

from __future__ import annotations

import re
from typing import NamedTuple

from stageflow_guard.policy.analysis.beyond_rules import BEYOND_RULES

_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


class Remedy(NamedTuple):
    """What to do about a refusal with one of `codes`, for one of `reasons` (or any, when empty)."""

    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    text: str


# no reasons but actions, of which one reason has another remedy
BYTES = "bytes"
SETTLE = "approve"
REMEDIES: tuple[Remedy, ...] = (
    Remedy(
        ("not_authenticated",),
        ("missing",),
        'bind a token: `async with guard.session(token)` or `data={"auth_token": token}`',
    ),
    Remedy(
        ("not_authenticated",),
        ("malformed", "too_large", "header_refused"),
        "the credential is not an acceptable JWT; look at the sender",
    ),
    Remedy(
        ("not_authenticated",),
        ("ambiguous_credential",),
        "the request has two `Authorization` headers: send one",
    ),
    Remedy(
        ("not_authenticated",),
        ("unsupported_scheme",),
        "the `Authorization` header has another scheme than `Bearer`",
    ),
    Remedy(
        ("not_authenticated",),
        ("unknown_issuer", "wrong_audience", "wrong_type", "wrong_algorithm"),
        "compare the token with `[[auth.issuers]]`",
    ),
    Remedy(
        ("not_authenticated",),
        ("unknown_key", "keys_unavailable"),
        "the provider rotated, or its key URL cannot be reached",
    ),
    Remedy(("not_authenticated",), ("bad_signature",), "forged, or keys of another environment"),
    Remedy(
        ("not_authenticated",),
        ("expired", "not_yet_valid", "lifetime"),
        "get a fresh token; compare the clocks",
    ),
    Remedy(
        ("not_authenticated",),
        (
            "missing_claim",
            "bad_claim",
            "foreign_tenant",
            "foreign_subject",
            "overage",
            "bound_token",
            "claim_refused",
        ),
        "the provider's token shape does not fit the issuer's settings",
    ),
    Remedy(("not_authenticated",), ("revoked",), "the token, session or subject was denied"),
    Remedy(
        ("not_authenticated",),
        ("denylist_unavailable",),
        "the shared denylist cannot be read; every token is refused meanwhile",
    ),
    Remedy(
        ("not_authenticated",),
        ("inactive", "unconfirmed"),
        "the provider's introspection says no, or has to be asked again",
    ),
    Remedy(
        ("not_authenticated",),
        ("identity_changed",),
        "a renewed or exchanged token speaks for another subject, or a token store holds another subject's tokens; log in again, give each subject a store",
    ),
    Remedy(
        ("not_authenticated",),
        ("bad_redirect", "bad_state", "not_authorized"),
        "the answer to an authorization request is not ours, or is a no; begin again",
    ),
    Remedy(
        ("not_authenticated",),
        ("not_exchanged", "scope_widened"),
        "the provider will not exchange the token, or answered with more than was asked",
    ),
    Remedy(
        ("not_authenticated",),
        ("credential_conflict",),
        "session and `data` carry different tokens: pass one",
    ),
    Remedy(
        ("not_authenticated",),
        ("identity_conflict",),
        "leave `user_id` and `org_id` out; they come from the token",
    ),
    Remedy(
        ("not_authenticated",),
        ("outside_run",),
        "run the pipeline that `guard.mount` returned, or open `guard.run` around the call",
    ),
    Remedy(
        ("not_authenticated",),
        ("not_established",),
        "`guard.decide` takes a principal that this guard's authenticator made: `await guard.authenticate(token)`, or `current_principal()` inside a run",
    ),
    Remedy(
        ("not_authenticated",),
        ("not_awaited",),
        "a step called `guard.authorize(…)` and dropped it: write `await guard.authorize(…)`",
    ),
    Remedy(
        ("not_authenticated",),
        ("unsupported_context",),
        "not the token: an id (session, run) is neither a UUID nor a short name without personal data, a pipeline's name is no name, or what was passed is no `PipelineContext`",
    ),
    Remedy(
        ("not_authenticated",),
        ("run_closed", "permit_spent"),
        "something used a run after its end: a leaked task",
    ),
    Remedy(
        ("not_authenticated",),
        ("authenticator_error",),
        "the authenticator crashed; see its own logs",
    ),
    Remedy(
        ("access_denied",), ("no_matching_rule",), "give the subject a role, or the role a p line"
    ),
    Remedy(("access_denied",), ("explicit_deny",), BEYOND_RULES["explicit_deny"]),
    Remedy(("access_denied",), ("foreign_owner",), BEYOND_RULES["foreign_owner"]),
    Remedy(
        ("access_denied",),
        (SETTLE,),
        "the request is another tenant's: somebody of that tenant has to settle it",
    ),
    Remedy(
        ("access_denied",),
        ("unknown_tenant", "tenant_policy_invalid"),
        "the tenant's folder is missing or malformed: `config check` lists problems",
    ),
    Remedy(
        ("access_denied",),
        ("actor_denied",),
        "the caller may, but somebody in the token's `act` chain may not: give `agent:NAME` or `svc:NAME` a role",
    ),
    Remedy(("access_denied",), ("suspended",), BEYOND_RULES["suspended"]),
    Remedy(
        ("access_denied",),
        ("scope_ceiling",),
        "the policies permit it, but no scope of the token reaches that far: `[auth.scope_map]`",
    ),
    Remedy(
        ("access_denied",),
        ("bytes",),
        "the stage would meet or put out bytes: give the role a line `stage, <pipeline>/<stage>, bytes, allow`",
    ),
    Remedy(
        ("access_denied",),
        ("self_approval",),
        "who asked, or an agent that acted for them, cannot settle it: somebody else must",
    ),
    Remedy(
        ("access_denied",),
        ("nothing_to_approve",),
        "the ref names no permit of a request that is open; a refusal cannot be approved away",
    ),
    Remedy(
        ("access_denied",),
        ("not_approved",),
        "the answer is not a grant of that decision by somebody else of the tenant, or it is too old",
    ),
    Remedy(
        ("access_denied",),
        ("argument_out_of_bounds", "unreadable_arguments"),
        "the message names argument and bound; look at `catalogue.yaml` and the tenant's `tools.yaml`",
    ),
    Remedy(
        ("access_denied",),
        ("input_schema",),
        "the tool's own input schema does not take these arguments",
    ),
    Remedy(
        ("access_denied",),
        ("definition_changed",),
        "look at the tool's definition, then `policy tools accept`",
    ),
    Remedy(
        ("access_denied",),
        ("flow",),
        "a rule of `flow.yaml` refuses it after, or before, something else: [limits](../how-to/limits.md)",
    ),
    Remedy(
        ("access_denied",),
        ("approval_denied",),
        "somebody denied this very call; it may be asked for again once the request has ended",
    ),
    Remedy(
        ("access_denied",),
        (
            "approval_granted",
            "approval_used",
            "approval_expired",
            "approval_answered",
            "approval_unknown",
        ),
        "the answer came too late, or twice from one person",
    ),
    Remedy(
        ("access_denied",),
        ("policy_changed",),
        "the policies changed since the request: the call has to be made again",
    ),
    Remedy(
        ("access_denied",), ("malformed_request",), "the subject is no `user:`, `svc:`, `agent:`"
    ),
    Remedy(
        ("approval_required",),
        (),
        "somebody else has to approve this very call: [approvals](../how-to/approvals.md)",
    ),
    Remedy(
        ("limit_exceeded",),
        (),
        "a hard limit is used up; `.retry_after` says when there is room: [limits](../how-to/limits.md)",
    ),
    Remedy(
        ("content_blocked",),
        (),
        'the input holds what `on_finding = "block"`, a `block` rule or the operator `block` refuses',
    ),
    Remedy(
        ("content_blocked",),
        ("pin_changed",),
        "a tool of a remote MCP server is not what was pinned: read its definition, then pin it anew",
    ),
    Remedy(
        ("content_blocked",),
        ("bytes_refused",),
        'bytes where no policy line can be about them: an event, `guard.redact` without `stage=`, or `binary = "refuse"`',
    ),
    Remedy(
        ("policy_unavailable", "inspector_unavailable"),
        (),
        "a collaborator failed or was given too much; retry, then look at its logs",
    ),
    Remedy(
        ("inspector_unavailable",),
        ("forged_placeholders",),
        "a text held placeholders that its scope did not make (of another conversation, or made up): they stay as they are; over 64 the step is refused",
    ),
    Remedy(
        ("inspector_unavailable",),
        ("foreign_keyring",),
        "the vault holds entries that another subject keyring sealed, or that were changed: name the one keyring of all guards of the vault in `audit.keyring`; nothing is deleted",
    ),
    Remedy(
        ("audit_unavailable",),
        (),
        "disk full, device slow, or the log is poisoned: no further write is taken until a restart",
    ),
    Remedy(
        ("token_unavailable",),
        (),
        "the token endpoint or the token store cannot be used now; retry, then look at the provider",
    ),
    Remedy(
        ("approvals_unavailable",),
        (),
        "the store of approvals is away, or holds what this guard did not write: look at the store; put no old copy of it back",
    ),
    Remedy(
        ("limits_unavailable",),
        (),
        "the state of limits is away; what is limited does not run meanwhile",
    ),
    Remedy(
        ("keyring_unavailable",),
        (),
        "the folder of subject keys cannot be read or written; mend the disk, then retry",
    ),
    Remedy(("reauth_required",), (), "the session is over; the user signs in again"),
    Remedy(("bypassed",), (), "an interceptor answered for a stage; remove it"),
    Remedy(
        ("config_error",),
        (),
        "at start-up: the text names the file and the key; nothing was half-written",
    ),
    Remedy(
        ("sink_unavailable",),
        (),
        "a sink did not take a batch; the log goes on, `audit lag` says why; it is tried again",
    ),
    Remedy(
        ("forked",),
        (),
        "a sink holds another log under this origin: [give the new log its own](../how-to/central-log.md)",
    ),
    Remedy(
        ("verification_failed",),
        (),
        "a log, proof or checkpoint does not hold; keep the directory as it is, compare it with your last checkpoint",
    ),
)


def remedy(code: str | None, reason: str | None, action: str | None = None) -> str | None:
    """Return what to do about a refusal as its record names it; None where nothing is known."""
    if action == BYTES and code == "access_denied" and reason == "no_matching_rule":
        reason = BYTES
    if action == SETTLE and reason == "foreign_owner":
        reason = SETTLE
    found = next(
        (one.text for one in REMEDIES if reason in one.reasons),
        next((one.text for one in REMEDIES if code in one.codes and not one.reasons), None),
    )
    return None if found is None else _LINK.sub(r"\1", found)
