"""For tests: an identity provider with real keys. No production setting leads here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.testing.attacks import AttackToken, attack_tokens
    from stageflow_guard.testing.clock import FakeClock
    from stageflow_guard.testing.idp import IdentityProvider
    from stageflow_guard.testing.tenancy import Isolation, TenantsCross, check_tenants
    from stageflow_guard.testing.workshop import trial_guard

_WHERE = {
    "AttackToken": "attacks",
    "FakeClock": "clock",
    "IdentityProvider": "idp",
    "Isolation": "tenancy",
    "TenantsCross": "tenancy",
    "attack_tokens": "attacks",
    "check_tenants": "tenancy",
    "trial_guard": "workshop",
}

__all__ = [
    "AttackToken",
    "FakeClock",
    "IdentityProvider",
    "Isolation",
    "TenantsCross",
    "attack_tokens",
    "check_tenants",
    "trial_guard",
]

__getattr__ = lazy(__name__, _WHERE)
