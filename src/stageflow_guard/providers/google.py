"""Google: Gemini models and speech, by Google's own client (extra `google`)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from stageflow_guard.base.http import async_client
from stageflow_guard.errors import ConfigError
from stageflow_guard.providers.replies import (
    ModelReply,
    Prompt,
    ProviderFailed,
    ToolCall,
    Transcript,
    asked,
    key_from,
    messages_of,
)

RATE = re.compile(r"rate=(\d+)")
ROLES = {"assistant": "model", "system": "user"}


@asynccontextmanager
async def _client(key_variable: str, base_url: str | None, seconds: float) -> AsyncIterator[Any]:
    try:
        from google import genai
        from google.genai import types
    except ModuleNotFoundError:
        raise ConfigError("Google needs an extra: install `stageflow-guard[google]`") from None
    key = key_from(key_variable)
    # always the same transport: Google's client takes aiohttp where some other package brought it
    async with async_client(seconds) as transport:
        options = types.HttpOptions(
            base_url=base_url, timeout=int(seconds * 1000), httpx_async_client=transport
        )
        client = genai.Client(api_key=key, vertexai=False, http_options=options)
        try:
            yield client.aio
        finally:
            await client.aio.aclose()
            client.close()


def _contents(prompt: Prompt) -> list[dict[str, Any]]:
    return [
        {
            "role": ROLES.get(str(m["role"]), "user"),
            "parts": [{"text": str(m.get("content") or "")}],
        }
        for m in messages_of(prompt)
    ]


class GoogleModel:
    """A Gemini model. Raises `ProviderFailed`, `ConfigError` without extra or key."""

    def __init__(
        self, model: str, *, key_variable: str = "GEMINI_API_KEY", base_url: str | None = None,
        timeout: float = 30.0,
    ) -> None:  # fmt: skip
        self.model = model
        self._where = (key_variable, base_url, timeout)

    async def complete(self, prompt: Prompt) -> ModelReply:
        """Answer text, or messages with `role` and `content`."""
        async with asked("google", "model", self.model), _client(*self._where) as client:
            answer = await client.models.generate_content(
                model=self.model, contents=_contents(prompt)
            )
            parts = _parts(answer)
            usage = answer.usage_metadata
            return ModelReply(
                "".join(part.text for part in parts if part.text),
                tuple(
                    ToolCall(c.name or "", dict(c.args or {}), c.id or "")
                    for part in parts
                    if (c := part.function_call) is not None
                ),
                (usage.prompt_token_count or 0) if usage else 0,
                (usage.candidates_token_count or 0) if usage else 0,
            )

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """Answer piece by piece. Send each through the guard's port: it holds back what it must."""
        async with asked("google", "model", self.model), _client(*self._where) as client:
            pieces = await client.models.generate_content_stream(
                model=self.model, contents=_contents(prompt)
            )
            async for piece in pieces:
                text = "".join(part.text for part in _parts(piece) if part.text)
                if text:
                    yield text


class GoogleSpeech:
    """Speech by Gemini models, in and out. Raises as `GoogleModel`."""

    def __init__(
        self, *, hearing: str = "gemini-2.5-flash", speaking: str = "gemini-2.5-flash-preview-tts",
        voice: str = "Kore", key_variable: str = "GEMINI_API_KEY", base_url: str | None = None,
        timeout: float = 60.0,
    ) -> None:  # fmt: skip
        self.hearing, self.speaking, self.voice = hearing, speaking, voice
        self._where = (key_variable, base_url, timeout)

    async def transcribe(self, audio: bytes, *, mime: str = "audio/wav") -> Transcript:
        """Return what was said."""
        async with asked("google", "speech", self.hearing), _client(*self._where) as client:
            from google.genai import types

            spoken = types.Part.from_bytes(data=audio, mime_type=mime)
            answer = await client.models.generate_content(
                model=self.hearing, contents=["Transcribe this recording word by word.", spoken]
            )
            return Transcript("".join(part.text for part in _parts(answer) if part.text))

    async def synthesize(self, text: str) -> bytes:
        """Return a WAV file of what the model speaks."""
        from stageflow_guard.hosts.stageflow.stages.audio import wav_bytes

        config = {
            "response_modalities": ["AUDIO"],
            "speech_config": {
                "voice_config": {"prebuilt_voice_config": {"voice_name": self.voice}}
            },
        }
        async with asked("google", "speech", self.speaking), _client(*self._where) as client:
            answer = await client.models.generate_content(
                model=self.speaking, contents=text, config=config
            )
            for part in _parts(answer):
                blob = part.inline_data
                if blob is not None and blob.data:
                    rate = RATE.search(blob.mime_type or "")
                    return wav_bytes(blob.data, rate=int(rate.group(1)) if rate else 24_000)
            raise ProviderFailed("google", "NoAudio")


def _parts(answer: Any) -> list[Any]:
    for candidate in answer.candidates or ():
        if candidate.content is not None:
            return list(candidate.content.parts or ())
    return []
