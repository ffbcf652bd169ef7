"""What models and speech services answer, and how they fail: no text of an error, no key."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.harness.calls import external_call

Prompt = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model asks for."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """One answer: text, or tool calls, and how many tokens went in and out."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said: `confidence` from 0 to 1, `seconds` of audio; 0 where nothing is said."""

    text: str
    confidence: float = 0.0
    seconds: float = 0.0
    language: str = ""


class ProviderFailed(Exception):
    """A provider failed: `.provider`, `.error` its error's type, `.status` of HTTP or 0.

    No text of the provider's: it can hold the prompt, and the key.
    """

    def __init__(self, provider: str, error: str, status: int = 0) -> None:
        told = f" ({status})" if status else ""
        super().__init__(f"{provider} failed: {error}{told}")
        self.provider, self.error, self.status = provider, error, status


def key_from(variable: str) -> str:
    """Return the key that an environment variable holds; `ConfigError` names the variable."""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(f"set the environment variable `{variable}`")
    return key


@asynccontextmanager
async def asked(provider: str, kind: str, name: str) -> AsyncIterator[None]:
    """Count a call for the run log, and turn what a client raises into `ProviderFailed`."""
    async with external_call(kind, f"{provider}.{name}".replace("/", ".")[:64]):
        try:
            yield
        except (ProviderFailed, ConfigError):
            raise
        except Exception as error:
            status = getattr(error, "status_code", None) or getattr(error, "code", None)
            code = status if isinstance(status, int) else 0
            raise ProviderFailed(provider, type(error).__name__, code) from None


def messages_of(prompt: Prompt) -> list[dict[str, Any]]:
    """Return a prompt as chat messages."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    return [dict(message) for message in prompt]
