"""Models and speech services behind one small interface, which the test doubles share.

`complete(prompt)` and `stream(prompt)` of a model, `transcribe(audio)` and `synthesize(text)` of
speech. Each provider is behind its extra and is the provider's own client underneath.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.providers.google import GoogleModel, GoogleSpeech
    from stageflow_guard.providers.groq import GroqModel, GroqSpeechToText
    from stageflow_guard.providers.replies import ModelReply, ProviderFailed, ToolCall, Transcript

_WHERE = {
    **dict.fromkeys(("GoogleModel", "GoogleSpeech"), "google"),
    **dict.fromkeys(("GroqModel", "GroqSpeechToText"), "groq"),
    **dict.fromkeys(("ModelReply", "ProviderFailed", "ToolCall", "Transcript"), "replies"),
}

__all__ = [
    "GoogleModel",
    "GoogleSpeech",
    "GroqModel",
    "GroqSpeechToText",
    "ModelReply",
    "ProviderFailed",
    "ToolCall",
    "Transcript",
]

__getattr__ = lazy(__name__, _WHERE)
