"""Doubles of what a pipeline calls: deterministic, with faults by schedule. For tests alone.

No setting leads here: a `guard.toml` that names this package is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.providers.replies import ModelReply, ToolCall
    from stageflow_guard.testing.doubles.analytics import AnalyticsDouble
    from stageflow_guard.testing.doubles.faults import Faults, RateLimited
    from stageflow_guard.testing.doubles.identity import Callers
    from stageflow_guard.testing.doubles.memory import MemoryDouble
    from stageflow_guard.testing.doubles.model import EchoModel, ScriptedModel
    from stageflow_guard.testing.doubles.speech import SpeechToText, TextToSpeech
    from stageflow_guard.testing.doubles.tools import ToolDouble

_WHERE = {
    "AnalyticsDouble": "analytics",
    "Callers": "identity",
    "EchoModel": "model",
    "Faults": "faults",
    "MemoryDouble": "memory",
    "ModelReply": "model",
    "RateLimited": "faults",
    "ScriptedModel": "model",
    "SpeechToText": "speech",
    "TextToSpeech": "speech",
    "ToolCall": "model",
    "ToolDouble": "tools",
}

__all__ = [
    "AnalyticsDouble",
    "Callers",
    "EchoModel",
    "Faults",
    "MemoryDouble",
    "ModelReply",
    "RateLimited",
    "ScriptedModel",
    "SpeechToText",
    "TextToSpeech",
    "ToolCall",
    "ToolDouble",
]

__getattr__ = lazy(__name__, _WHERE)
