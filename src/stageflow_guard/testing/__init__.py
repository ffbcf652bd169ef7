"""For tests: an identity provider with real keys. No production setting leads here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.testing.idp import IdentityProvider

_WHERE = {"IdentityProvider": "idp"}

__all__ = ["IdentityProvider"]

__getattr__ = lazy(__name__, _WHERE)
