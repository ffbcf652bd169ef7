"""For tests: an identity provider with real keys. No production setting leads here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.testing.attacks import AttackToken, attack_tokens
    from stageflow_guard.testing.clock import FakeClock
    from stageflow_guard.testing.idp import IdentityProvider

_WHERE = {
    "AttackToken": "attacks",
    "FakeClock": "clock",
    "IdentityProvider": "idp",
    "attack_tokens": "attacks",
}

__all__ = ["AttackToken", "FakeClock", "IdentityProvider", "attack_tokens"]

__getattr__ = lazy(__name__, _WHERE)
