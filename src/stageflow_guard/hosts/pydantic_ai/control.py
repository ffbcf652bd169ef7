"""What a tool or a model raises to say something to the host, rather than to fail."""

from __future__ import annotations

from pydantic_ai.exceptions import (
    ApprovalRequired,
    CallDeferred,
    ModelHTTPError,
    ModelRetry,
    ToolFailed,
)

from stageflow_guard.enforcement.seam import ControlFlow


def passes(error: BaseException) -> ControlFlow | None:
    """Return what the host understands, or None for a failure.

    The text of a retry goes to the model, so it is inspected. What a deferral carries is dropped.
    """
    kind = type(error)
    if issubclass(kind, ModelRetry | ToolFailed):
        said = error.message  # type: ignore[attr-defined]  # both have one
        return ControlFlow(
            "retry", said, ModelRetry if issubclass(kind, ModelRetry) else ToolFailed
        )
    if issubclass(kind, CallDeferred):
        return ControlFlow("paused", "", lambda _: CallDeferred())
    if issubclass(kind, ApprovalRequired):
        return ControlFlow("paused", "", lambda _: ApprovalRequired())
    if issubclass(kind, ModelHTTPError):  # fallbacks and retries of the host ask for its status
        status, model = error.status_code, error.model_name  # type: ignore[attr-defined]
        body = str(error.body)  # type: ignore[attr-defined]
        return ControlFlow("error", body, lambda text: ModelHTTPError(status, model, text))
    return None
