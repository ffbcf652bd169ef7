"""Reading one claim: where it is, what it may hold, and what a refusal says of it. Pure.

A refusal names the claim, the shape that was found, the shape that is wanted and the setting that
decides. It never holds the value.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.issuer import EVERY
from stageflow_guard.errors import NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow_guard.auth.issuer import ClaimPath, IssuerPolicy

MAX_NAME = 512
MAX_NAMES = 512
ABSENT = object()
_LATEST = 1 << 40  # seconds; what is later is no date
_LARGEST = 1 << 63  # a number that is a name has at most 64 bits: beyond, JSON readers differ


def missing_claim(name: str, hint: str = "") -> NotAuthenticated:
    """Return the refusal of a token without a claim that it needs."""
    more = f" ({hint})" if hint else ""
    return NotAuthenticated("missing_claim", f"token lacks the claim `{name}`{more}")


def bad_claim(name: str, value: Any, wanted: str, setting: str = "") -> NotAuthenticated:
    """Return the refusal of a claim of another shape than `wanted`; the value is left out."""
    where = f" (`{setting}`)" if setting else ""
    return NotAuthenticated(
        "bad_claim", f"token claim `{name}` is {shape_of(value)}; wanted: {wanted}{where}"
    )


def shape_of(value: Any) -> str:
    """Return what kind of JSON value this is, and how large; nothing of what it holds."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str() if not value:
            return "empty text"
        case str():
            return f"text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"an object of {len(value)}"
    return "no JSON value"


def label(path: ClaimPath) -> str:
    """Return a claim's path as messages show it."""
    return path if isinstance(path, str) else "/".join(path)


def value_at(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    """Return the claim at `path`, or `ABSENT`."""
    if isinstance(path, str):
        return claims.get(path, ABSENT)
    value: Any = claims
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return ABSENT
        value = value[step]
    return value


def only_at(claims: Mapping[str, Any], path: ClaimPath, policy: IssuerPolicy) -> Any:
    """Return the claim at `path`, where `*` is the only entry of a list or the only key of a map.

    Raises `NotAuthenticated` where there are several: which one speaks is not for a guess.
    """
    if isinstance(path, str):
        return _as_text(claims.get(path, ABSENT), path, policy)
    value: Any = claims
    for i, step in enumerate(path):
        if step == EVERY and isinstance(value, list | dict):
            if len(value) != 1:
                raise bad_claim(label(path[:i]), value, "exactly one entry", label(path))
            # a key is the value only at the end of a path; before, the way leads through it
            last = i == len(path) - 1
            value = next(iter(value if last or isinstance(value, list) else value.values()))
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ABSENT
    return _as_text(value, label(path), policy)


def entries_at(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    """Return the claim at `path`; a last step `*` is every entry of a list, every key of a map."""
    if isinstance(path, str) or path[-1] != EVERY:
        return value_at(claims, path)
    found = value_at(claims, path[:-1])
    return list(found) if isinstance(found, list | dict) else found


def text_claim(
    claims: Mapping[str, Any],
    path: ClaimPath,
    policy: IssuerPolicy | None,
    *,
    setting: str = "",
    where: str = "",
) -> str | None:
    """Return the text at `path`, None where the claim is absent; refuse every other shape."""
    value = claims.get(path, ABSENT) if isinstance(path, str) else value_at(claims, path)
    if value is ABSENT:
        return None
    if policy is not None and policy.numeric_claims:
        value = _as_text(value, label(path), policy)
    if type(value) is not str or not value or len(value) > MAX_NAME:
        raise bad_claim(where or label(path), value, f"text of 1 to {MAX_NAME} characters", setting)
    return value


def client_claim(claims: Mapping[str, Any], policy: IssuerPolicy) -> str | None:
    """Return the first of the policy's `client_id_claims` that the token carries."""
    for name in policy.client_id_claims:
        found = text_claim(claims, name, policy, setting="client_id_claims")
        if found is not None:
            return found
    return None


def _as_text(value: Any, where: str, policy: IssuerPolicy) -> Any:
    """Return a whole number as text where `numeric_claims` names the claim."""
    if type(value) is int and where in policy.numeric_claims and 0 <= value < _LARGEST:
        return str(value)
    return value


def moment(claims: Mapping[str, Any], name: str, policy: IssuerPolicy) -> float | None:
    """Return a NumericDate (RFC 7519 §2) in seconds; None where it is absent.

    A fraction only where `numeric_dates` allows it: most providers send none.
    """
    value = claims.get(name, ABSENT)
    if value is ABSENT:
        return None
    if type(value) is int and 0 <= value < _LATEST:  # a bool is an int to Python
        return value
    fraction = policy.numeric_dates == "fraction"
    if fraction and type(value) is float and math.isfinite(value) and 0 <= value < _LATEST:
        return value
    wanted = "seconds since the epoch" if fraction else "whole seconds since the epoch"
    raise bad_claim(name, value, wanted, "numeric_dates")


def names(value: Any, where: str, setting: str) -> list[str]:
    """Return a list of names; refuse every other shape."""
    wanted = f"a list of at most {MAX_NAMES} texts of 1 to {MAX_NAME} characters"
    if not isinstance(value, list) or len(value) > MAX_NAMES:
        raise bad_claim(where, value, wanted, setting)
    if not all(type(v) is str and 0 < len(v) <= MAX_NAME for v in value):
        raise bad_claim(where, value, wanted, setting)
    return value
