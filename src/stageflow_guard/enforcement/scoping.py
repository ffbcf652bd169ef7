"""Keys that belong to one caller, for whatever remembers something."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stageflow_guard.model import Principal


def scoped_key(principal: Principal, parts: Sequence[str]) -> str:
    """Return `TENANT:` and the SHA-256 of tenant, subject and `parts`, each behind its length."""
    digest = hashlib.sha256()
    for part in (principal.tenant, principal.subject, *parts):
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    return f"{principal.tenant}:{digest.hexdigest()}"
