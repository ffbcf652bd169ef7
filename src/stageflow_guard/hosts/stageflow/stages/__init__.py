"""Small stages that many pipelines need, each governed.

Memory, escalation, tools, audio, analytics: ordinary Stageflow stages, which take the guard that
their pipeline is mounted with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.hosts.stageflow.stages.analytics import (
        AnalyticsExporter,
        AnalyticsStage,
        EventSink,
    )
    from stageflow_guard.hosts.stageflow.stages.audio import (
        AudioChunkQueue,
        mulaw_decode,
        mulaw_encode,
        shown,
        wav_bytes,
    )
    from stageflow_guard.hosts.stageflow.stages.escalation import (
        Case,
        EscalationStage,
        HumanQueue,
    )
    from stageflow_guard.hosts.stageflow.stages.memory import (
        MemoryFetchStage,
        MemoryStore,
        MemoryWriteStage,
        SqliteMemory,
        erase_memory,
    )
    from stageflow_guard.hosts.stageflow.stages.owned_memory import OwnedMemory
    from stageflow_guard.hosts.stageflow.stages.tools import (
        ToolAdapter,
        ToolFailed,
        ToolTimeout,
    )

_WHERE = {
    **dict.fromkeys(("AnalyticsExporter", "AnalyticsStage", "EventSink"), "analytics"),
    **dict.fromkeys(
        ("AudioChunkQueue", "mulaw_decode", "mulaw_encode", "shown", "wav_bytes"), "audio"
    ),
    **dict.fromkeys(("Case", "EscalationStage", "HumanQueue"), "escalation"),
    **dict.fromkeys(
        ("MemoryFetchStage", "MemoryStore", "MemoryWriteStage", "SqliteMemory", "erase_memory"),
        "memory",
    ),
    "OwnedMemory": "owned_memory",
    **dict.fromkeys(("ToolAdapter", "ToolFailed", "ToolTimeout"), "tools"),
}

__all__ = [
    "AnalyticsExporter",
    "AnalyticsStage",
    "AudioChunkQueue",
    "Case",
    "EscalationStage",
    "EventSink",
    "HumanQueue",
    "MemoryFetchStage",
    "MemoryStore",
    "MemoryWriteStage",
    "OwnedMemory",
    "SqliteMemory",
    "ToolAdapter",
    "ToolFailed",
    "ToolTimeout",
    "erase_memory",
    "mulaw_decode",
    "mulaw_encode",
    "shown",
    "wav_bytes",
]

__getattr__ = lazy(__name__, _WHERE)
