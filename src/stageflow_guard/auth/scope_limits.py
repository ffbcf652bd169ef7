"""Scopes as a ceiling: what a token may be used for at most, whatever its holder's roles allow.

A role says what a subject may do; a scope says how much of that was handed to this token (RFC 6749
section 3.3). So a scope never grants: it only limits what the policies permit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stageflow_guard.model import Principal


class ScopeLimits:
    """Maps each scope to kinds and acts; `*` stands for all. An unlisted scope allows nothing."""

    def __init__(self, scopes: Mapping[str, tuple[Iterable[str], Iterable[str]]]) -> None:
        self._scopes = {
            scope: (frozenset(kinds), frozenset(acts)) for scope, (kinds, acts) in scopes.items()
        }
        for scope, (kinds, acts) in self._scopes.items():
            if not scope or not kinds or not acts:
                raise ConfigError(f"`auth.scope_map`: scope `{scope}` needs `kinds` and `acts`")

    def __call__(self, who: Principal, kind: str, act: str) -> bool:
        """Say whether some scope of the token reaches this far."""
        for scope in who.scopes:
            kinds, acts = self._scopes.get(scope, (frozenset(), frozenset()))
            if ("*" in kinds or kind in kinds) and ("*" in acts or act in acts):
                return True
        return False
