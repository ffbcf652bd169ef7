"""Speech in and out: real WAV bytes, so that what carries audio carries audio in tests, too."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
from collections.abc import AsyncIterator, Mapping, Sequence

from stageflow_guard.providers.replies import Transcript
from stageflow_guard.testing.doubles.faults import Faults, Scheduled

RATE = 16_000  # Hz, mono, 16 bit
PER_CHARACTER = 0.02  # seconds of tone
LOUD = 8_000


class TextToSpeech(Scheduled):
    """Speaks text as one tone per character: mono WAV, 16 kHz, 16 bit. Equal text, equal bytes."""

    def __init__(self, *, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.spoken: list[str] = []

    async def synthesize(self, text: str) -> bytes:
        """Return a whole WAV file."""
        await self.begin()
        self.spoken.append(text)
        return wav_of(text)

    async def stream(self, text: str, *, size: int = 4_096) -> AsyncIterator[bytes]:
        """Return the same file in pieces of at most `size` bytes."""
        audio = await self.synthesize(text)
        for start in range(0, len(audio), size):
            yield audio[start : start + size]


class SpeechToText(Scheduled):
    """Hears what `TextToSpeech` spoke, or what a test says that a recording holds.

    `heard` maps the SHA-256 of audio to its text; a recording that is in neither gives the texts of
    `script` in order. Audio that is no WAV file raises `ValueError`.
    """

    def __init__(
        self,
        script: Sequence[str] = (),
        *,
        heard: Mapping[str, str] | None = None,
        confidence: float = 0.95,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults)
        self._script = iter(script)
        self._heard = dict(heard or {})
        self.confidence = confidence

    def knows(self, text: str) -> bytes:
        """Return audio of `text` that this double will hear as `text`."""
        audio = wav_of(text)
        self._heard[hashlib.sha256(audio).hexdigest()] = text
        return audio

    async def transcribe(self, audio: bytes) -> Transcript:
        """Return what was said."""
        await self.begin()
        seconds = seconds_of(audio)
        text = self._heard.get(hashlib.sha256(audio).hexdigest())
        if text is None:
            text = next(self._script, "")
        return Transcript(text, self.confidence, seconds, "en")


def wav_of(text: str) -> bytes:
    """Return a WAV file with one short tone for each character of `text`."""
    frames = bytearray()
    per_character = int(RATE * PER_CHARACTER)
    for character in text or " ":
        pitch = 200 + ord(character) % 64 * 20
        frames += b"".join(
            struct.pack("<h", int(LOUD * math.sin(2 * math.pi * pitch * n / RATE)))
            for n in range(per_character)
        )
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(frames))
    return made.getvalue()


def seconds_of(audio: bytes) -> float:
    """Return how long a WAV file lasts; raises `ValueError` for anything else."""
    try:
        with wave.open(io.BytesIO(audio), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise ValueError("not a WAV file") from error
