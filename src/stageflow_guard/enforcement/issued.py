"""Which errors the guard itself made, and copies of those that collaborators raised.

A collaborator's exception object is never changed and never raised again: two callers could share
it, and its text is its own. What leaves is a copy of the nearest error of the guard's own tree,
with the fields that are known, read without running any code of the original's class.
"""

from __future__ import annotations

import re
from typing import Any, cast
from uuid import uuid4
from weakref import WeakKeyDictionary, ref

from stageflow_guard import errors
from stageflow_guard.errors import GuardError
from stageflow_guard.model import Decision, Finding

_OWN: frozenset[type[GuardError]] = frozenset(
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, GuardError)
)
_WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
LONGEST = 1_000  # characters of a message
UNWRITTEN = "; no record of this refusal could be written"

# which run an error was issued in; "" when it was none
_ISSUED: WeakKeyDictionary[GuardError, tuple[str, ref[GuardError]]] = WeakKeyDictionary()


def issue(error: GuardError, run_id: str | None) -> GuardError:
    """Remember that this guard made `error`, which carries its `.ref`."""
    _ISSUED[error] = run_id or "", ref(error)
    return error


def mark_unrecorded(error: GuardError, run_id: str | None) -> None:
    """Say in the ref and in the message that no record of this refusal could be written."""
    error.ref = f"{errors.UNRECORDED}{run_id or uuid4()}"
    error.message += UNWRITTEN


def is_issued(error: BaseException, run_id: str | None) -> bool:
    """Say whether the guard made `error`, for this run or for a question outside runs."""
    if not issubclass(type(error), GuardError):
        return False
    known = _ISSUED.get(cast("GuardError", error))
    # an error of another's class can call itself equal to one
    return known is not None and known[1]() is error and known[0] in ("", run_id or "")


def copy_of(error: GuardError) -> GuardError:
    """Return a new error of the guard's own class, without the original's frames and causes."""
    own: type[GuardError] = next(cls for cls in type(error).__mro__ if cls in _OWN)
    held: dict[str, Any] = object.__getattribute__(error, "__dict__")
    message = held.get("message")
    text = (
        message[:LONGEST].removesuffix(UNWRITTEN)
        if type(message) is str
        else f"the guard refused ({own.code})"
    )
    copy = own.__new__(own, text)
    GuardError.__init__(copy, text)
    fields = copy.__dict__
    if issubclass(own, errors.AccessDenied):
        if type(held.get("decision")) is not Decision:  # a denial without a decision is none
            return errors.PolicyUnavailable("the decision failed")
        fields["decision"] = held["decision"]
        fields["act"] = _word(held.get("act"), "run")
    if issubclass(own, errors.AccessDenied | errors.ContentBlocked):
        fields["findings"] = _findings(held.get("findings"))
    if issubclass(own, errors.NotAuthenticated | errors.ContentBlocked | errors.Unavailable):
        fields["reason"] = _word(held.get("reason"), own.code)
    if issubclass(own, errors.ApprovalRequired):
        fields["approval"] = _word(held.get("approval"), "")
    if issubclass(own, errors.LimitExceeded):
        fields["limit"] = _word(held.get("limit"), "limit")
        after = held.get("retry_after")
        fields["retry_after"] = after if type(after) in (int, float) else None
    if issubclass(own, errors.TokenUnavailable) and type(held.get("retry_after")) in (int, float):
        fields["retry_after"] = held["retry_after"]
    if issubclass(own, errors.ConfigError):
        fields["details"] = {}
    if issubclass(own, errors.VerificationError):
        fields["index"], fields["path"] = held.get("index"), None
    return copy


def _word(value: object, otherwise: str) -> str:
    return value if type(value) is str and _WORD.fullmatch(value) else otherwise


def _findings(value: object) -> tuple[Finding, ...]:
    if type(value) is not tuple:
        return ()
    return tuple(one for one in value if type(one) is Finding)
