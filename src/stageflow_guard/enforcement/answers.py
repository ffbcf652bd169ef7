"""What a collaborator answers is data from outside: checked here, once, before it is used.

One function for each port. Each takes the answer and returns it, or raises the typed error of that
port. Exact types only: a subclass can bring methods of its own. An answer that could be awaited was
not awaited by its giver; it is closed, and it is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

from stageflow_guard.errors import (
    AuditUnavailable,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.model import Decision, Effect, Finding, Principal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.ports import Scope

DEPTH = 3  # levels of a redacted value whose shape is compared with what went in
_SCALARS = (bool, int, float, type(None))


def close_unawaited(answer: object) -> None:
    """Close a coroutine that is no answer, so that it does not warn at a random place."""
    close = getattr(type(answer), "close", None)
    if close is not None and hasattr(type(answer), "send"):
        close(answer)


def _wrong(error: GuardError, answer: object) -> NoReturn:
    close_unawaited(answer)
    raise error from None


def principal_from(answer: object) -> Principal:
    """Return a principal with a subject and a tenant; raise `NotAuthenticated` otherwise."""
    if type(answer) is Principal:
        names = (answer.subject, answer.tenant)
        sets = (answer.roles, answer.scopes)
        whole = (
            all(type(name) is str and name.strip() for name in names)
            and all(type(s) is frozenset and all(type(x) is str for x in s) for s in sets)
            and type(answer.actors) is tuple
            and all(type(actor) is str and actor for actor in answer.actors)
            and all(type(at) is int for at in (answer.issued_at, answer.expires_at))
        )
        if whole:
            return answer
    _wrong(NotAuthenticated("authenticator_error", "the authenticator named no caller"), answer)


def require_rechecked(answer: object) -> None:
    """Raise `NotAuthenticated` unless a recheck answered with nothing, as it MUST."""
    if answer is not None:  # a coroutine that is not awaited has checked nothing
        _wrong(NotAuthenticated("authenticator_error", "the caller was not rechecked"), answer)


def token_from(answer: object) -> str:
    """Return the token that a source handed out; raise `NotAuthenticated` otherwise."""
    if type(answer) is str and answer:
        return answer
    _wrong(NotAuthenticated("authenticator_error", "the token source gave no token"), answer)


def decision_from(answer: object) -> Decision:
    """Return a decision, PERMIT or DENY; raise `PolicyUnavailable` otherwise."""
    if (
        type(answer) is Decision
        and type(answer.effect) is Effect
        and type(answer.reason) is str
        and type(answer.rules) is tuple
        and type(answer.revision) is str
        and all(type(rule) is str for rule in answer.rules)
    ):
        return answer
    _wrong(PolicyUnavailable("the decision point gave no decision"), answer)


def revision_from(answer: object) -> str:
    """Return the revision in force; raise `PolicyUnavailable` otherwise."""
    if type(answer) is str and answer:
        return answer
    _wrong(PolicyUnavailable("the decision point names no revision"), answer)


def index_from(answer: object) -> int:
    """Return the index of a record; raise `AuditUnavailable` otherwise."""
    if type(answer) is int and answer >= 0:
        return answer
    _wrong(AuditUnavailable("the log took the record without an index"), answer)


def fingerprint_from(answer: object) -> str:
    """Return a fingerprint; raise `AuditUnavailable` otherwise."""
    if type(answer) is str and answer:
        return answer
    _wrong(AuditUnavailable("the input could not be fingerprinted"), answer)


def scope_from(answer: object) -> Scope:
    """Return a scope that can restore; raise `InspectorUnavailable` otherwise."""
    if answer is not None and not isinstance(answer, type):
        restore = getattr(type(answer), "restore", None)
        if callable(restore):
            return cast("Scope", answer)
    _wrong(InspectorUnavailable("the inspector gave no scope"), answer)


def findings_from(answer: object) -> tuple[Finding, ...]:
    """Return findings; raise `InspectorUnavailable` otherwise."""
    if type(answer) is tuple and all(_is_finding(one) for one in answer):
        return answer
    _wrong(InspectorUnavailable("the inspector's findings cannot be read"), answer)


def _is_finding(one: object) -> bool:
    return (
        type(one) is Finding
        and type(one.entity) is str
        and bool(one.entity)
        and type(one.count) is int
        and one.count >= 0
        and type(one.direction) is str
    )


def redaction_from(answer: object, given: object) -> tuple[Any, tuple[Finding, ...]]:
    """Return the redacted value and the findings; raise `InspectorUnavailable` otherwise.

    The value has the shape of what was `given`: text for text, a mapping as long for a mapping.
    """
    if type(answer) is not tuple or len(answer) != 2:
        _wrong(InspectorUnavailable("the inspector's answer cannot be read"), answer)
    value, found = answer
    return shaped_from(value, given), findings_from(found)


def gave_back(told: Any, value: Any) -> bool:
    """Say whether a restoring put an original into `told`; where it cannot be told, it did."""
    try:
        return bool(told != value)
    except Exception:  # a value that cannot be compared
        return True


def shaped_from(value: object, given: object) -> Any:
    """Return `value` when it has the shape of `given`; raise `InspectorUnavailable` otherwise."""
    if not _same_shape(value, given, DEPTH):
        _wrong(InspectorUnavailable("the inspector lost a part of the value"), value)
    return value


def _same_shape(value: object, given: object, depth: int) -> bool:
    if value is given:
        return True
    if isinstance(given, str):
        return type(value) is str
    kind = type(given)
    if kind is dict:
        before, after = cast("dict[Any, Any]", given), value
        if type(after) is not dict or len(after) != len(before):
            return False
        # a key that holds personal data is replaced, so keys are compared in order of place
        return depth <= 0 or _same_parts(after.values(), before.values(), depth - 1)
    if kind is list or kind is tuple:
        items = cast("list[Any]", given)
        if type(value) is not kind or len(cast("list[Any]", value)) != len(items):
            return False
        return depth <= 0 or _same_parts(cast("list[Any]", value), items, depth - 1)
    if kind in _SCALARS:  # a number that is a card's is replaced by text
        return type(value) is kind or (given is not None and type(value) is str)
    return value is not None and not hasattr(type(value), "__await__")


def _same_parts(values: Iterable[Any], given: Iterable[Any], depth: int) -> bool:
    for new, old in zip(values, given, strict=True):
        if new is old:
            continue
        if type(new) is type(old) is dict:
            same = len(new) == len(old) and (
                depth <= 0 or _same_parts(new.values(), old.values(), depth - 1)
            )
        else:
            same = _same_shape(new, old, depth)
        if not same:
            return False
    return True


def chunk_from(answer: object) -> str:
    """Return what a stream releases; raise `InspectorUnavailable` otherwise."""
    if type(answer) is str:
        return answer
    _wrong(InspectorUnavailable("the inspector's stream released no text"), answer)


def truth_from(answer: object) -> bool:
    """Return a plain yes or no of policy; raise `PolicyUnavailable` otherwise."""
    if type(answer) is bool:
        return answer
    _wrong(PolicyUnavailable("a policy question was not answered"), answer)
