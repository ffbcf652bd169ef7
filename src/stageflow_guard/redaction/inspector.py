"""The redactor off the event loop, with a deadline."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.tree import texts
from stageflow_guard.redaction.vault import Vault, VaultScope

if TYPE_CHECKING:
    from stageflow_guard.model import Finding


class OffLoopInspector:
    """An `Inspector` over a `Redactor` and a `Vault`. `deadline` is in seconds per value."""

    def __init__(self, redactor: Redactor, vault: Vault, *, deadline: float = 20.0) -> None:
        self._redactor = redactor
        self._vault = vault
        self._deadline = deadline
        # one thread: the work holds the interpreter anyway, and order stays simple
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inspect")

    def scope(self, tenant: str, key: str) -> VaultScope:
        """Return the pseudonym scope of (tenant, key)."""
        return self._vault.scope(tenant, key)

    async def redact(
        self, value: Any, *, scope: Any, direction: str
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return a redacted copy and what was found; raise `InspectorUnavailable` otherwise."""
        try:
            if not isinstance(scope, VaultScope):
                raise InspectorUnavailable("the scope is not one of this vault")
            if all(len(text) < 3 for text in texts(value)):
                return value, ()  # too short for any recognizer
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(self._deadline):
                return await loop.run_in_executor(
                    self._threads, self._redactor.redact_in, value, scope, direction
                )
        except GuardError:
            raise
        except TimeoutError:
            raise InspectorUnavailable("inspection took too long") from None
        except Exception:  # its text may hold the text
            raise InspectorUnavailable("inspection failed") from None
