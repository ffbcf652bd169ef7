"""A refusal as the host lets it through: a status as its code, `{"code", "ref"}` as its data.

Every other exception of a function is a crash to the host, which logs it with its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.shared.exceptions import MCPError

from stageflow_guard.hosts.asgi import body_of, status_of

if TYPE_CHECKING:
    from stageflow_guard.errors import GuardError


def as_mcp_error(error: GuardError) -> MCPError:
    """Return the error that a client sees; its text has code and ref."""
    ref = f" [ref {error.ref}]" if error.ref else ""
    return MCPError(status_of(error), f"{error.code}{ref}", body_of(error))
