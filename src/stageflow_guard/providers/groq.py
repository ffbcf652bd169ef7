"""Groq: chat completions and transcription, by its own client (extra `groq`)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.providers.replies import (
    ModelReply,
    Prompt,
    ToolCall,
    Transcript,
    asked,
    key_from,
    messages_of,
)


def _client(key_variable: str, base_url: str | None, seconds: float) -> Any:
    try:
        import groq
    except ModuleNotFoundError:
        raise ConfigError("Groq needs an extra: install `stageflow-guard[groq]`") from None
    return groq.AsyncGroq(
        api_key=key_from(key_variable), base_url=base_url, timeout=seconds, max_retries=0
    )


class GroqModel:
    """A chat model. `tools` are definitions as the API takes them; a tool is never run here.

    The key is read from `key_variable` when a call is made, and kept in the client alone. Retries
    are the caller's: each is an attempt of its own on record. Raises `ProviderFailed`,
    `ConfigError` without extra or key.
    """

    def __init__(
        self, model: str, *, key_variable: str = "GROQ_API_KEY", base_url: str | None = None,
        timeout: float = 30.0, tools: Sequence[Mapping[str, Any]] = (),
    ) -> None:  # fmt: skip
        self.model = model
        self._where = (key_variable, base_url, timeout)
        self._tools = [dict(tool) for tool in tools]

    async def complete(self, prompt: Prompt) -> ModelReply:
        """Answer text, or messages with `role` and `content`."""
        more: dict[str, Any] = {"tools": self._tools} if self._tools else {}
        async with asked("groq", "model", self.model), _client(*self._where) as client:
            answer = await client.chat.completions.create(
                model=self.model, messages=messages_of(prompt), **more
            )
            message = answer.choices[0].message
            usage = answer.usage
            return ModelReply(
                message.content or "",
                tuple(
                    ToolCall(c.function.name, json.loads(c.function.arguments or "{}"), c.id)
                    for c in message.tool_calls or ()
                ),
                usage.prompt_tokens if usage else 0,
                usage.completion_tokens if usage else 0,
            )

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """Answer piece by piece. Send each through the guard's port: it holds back what it must."""
        async with asked("groq", "model", self.model), _client(*self._where) as client:
            pieces = await client.chat.completions.create(
                model=self.model, messages=messages_of(prompt), stream=True
            )
            async for piece in pieces:
                if piece.choices and piece.choices[0].delta.content:
                    yield piece.choices[0].delta.content


class GroqSpeechToText:
    """Transcription. Raises as `GroqModel`."""

    def __init__(
        self, model: str = "whisper-large-v3-turbo", *, key_variable: str = "GROQ_API_KEY",
        base_url: str | None = None, timeout: float = 60.0,
    ) -> None:  # fmt: skip
        self.model = model
        self._where = (key_variable, base_url, timeout)

    async def transcribe(self, audio: bytes, *, name: str = "audio.wav") -> Transcript:
        """Return what was said; `name` tells the format by its ending."""
        async with asked("groq", "speech", self.model), _client(*self._where) as client:
            answer = await client.audio.transcriptions.create(
                file=(name, audio), model=self.model, response_format="verbose_json"
            )
            return Transcript(
                answer.text,
                seconds=float(getattr(answer, "duration", 0) or 0),
                language=str(getattr(answer, "language", "") or ""),
            )
