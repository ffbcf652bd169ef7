"""What an inspector can do beside inspecting, found once: to check a protocol is slow."""

from __future__ import annotations

from dataclasses import dataclass

from stageflow_guard.ports import (
    BackgroundInspector,
    GuardrailInspector,
    Inspector,
    StreamingInspector,
    SubjectScopes,
)


@dataclass(frozen=True, slots=True)
class Powers:
    """The inspector under each protocol that it fulfils, else None."""

    background: BackgroundInspector | None
    subjects: SubjectScopes | None
    guardrails: GuardrailInspector | None
    streaming: StreamingInspector | None

    @classmethod
    def of(cls, inspector: Inspector) -> Powers:
        """Return what `inspector` can do."""
        return cls(
            background=inspector if isinstance(inspector, BackgroundInspector) else None,
            subjects=inspector if isinstance(inspector, SubjectScopes) else None,
            guardrails=inspector if isinstance(inspector, GuardrailInspector) else None,
            streaming=inspector if isinstance(inspector, StreamingInspector) else None,
        )
