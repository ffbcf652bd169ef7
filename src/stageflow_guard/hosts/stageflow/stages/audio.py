"""Audio: a chunk queue with back-pressure counters, encodings, and logging by digest."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import time
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass

BIAS, CLIP = 0x84, 32_635  # ITU-T G.711


@dataclass(slots=True)
class QueueCounters:
    """What a queue did: chunks and bytes through it, how often and how long producers waited."""

    chunks: int = 0
    bytes: int = 0
    waits: int = 0
    waited_s: float = 0.0
    deepest: int = 0


class AudioChunkQueue:
    """Chunks from one side to the other; a full queue makes its producer wait, nothing is dropped.

    `size` chunks at most. `async for chunk in queue` ends after `finish()`. `counters` hold what
    happened; register `depth` with `harness.gauge` to have it in the run log.
    """

    def __init__(self, size: int = 32) -> None:
        if size < 1:
            raise ValueError("`size` is at least 1")
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(size)
        self._finished = False
        self.counters = QueueCounters()

    @property
    def depth(self) -> int:
        """How many chunks wait."""
        return self._queue.qsize()

    async def put(self, chunk: bytes) -> None:
        """Hand a chunk over; wait while the queue is full."""
        if self._finished:
            raise RuntimeError("the queue is finished")
        if self._queue.full():
            self.counters.waits += 1
            start = time.perf_counter()
            await self._queue.put(chunk)
            self.counters.waited_s += time.perf_counter() - start
        else:
            self._queue.put_nowait(chunk)
        self.counters.chunks += 1
        self.counters.bytes += len(chunk)
        self.counters.deepest = max(self.counters.deepest, self._queue.qsize())

    async def finish(self) -> None:
        """Say that no chunk will come."""
        if not self._finished:
            self._finished = True
            await self._queue.put(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield chunks until the end."""
        while (chunk := await self._queue.get()) is not None:
            yield chunk


def shown(audio: bytes | bytearray | memoryview) -> str:
    """Return what may stand in a log about audio: its length and digest, never a byte of it."""
    data = bytes(audio)
    return f"<{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()[:16]}>"


def wav_bytes(pcm: bytes, *, rate: int = 16_000, channels: int = 1) -> bytes:
    """Return a WAV file of 16-bit little-endian PCM."""
    if len(pcm) % (2 * channels):
        raise ValueError("16-bit PCM has two bytes for each sample of each channel")
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return made.getvalue()


def pcm_of_wav(audio: bytes) -> tuple[bytes, int, int]:
    """Return 16-bit PCM, its rate in Hz and its channels; raises `ValueError` for other files."""
    try:
        with wave.open(io.BytesIO(audio), "rb") as file:
            if file.getsampwidth() != 2:
                raise ValueError("not 16-bit PCM")
            return file.readframes(file.getnframes()), file.getframerate(), file.getnchannels()
    except (wave.Error, EOFError) as error:
        raise ValueError("not a WAV file") from error


def mulaw_encode(pcm: bytes) -> bytes:
    """Return 8-bit μ-law (ITU-T G.711) of 16-bit little-endian PCM."""
    if len(pcm) % 2:
        raise ValueError("16-bit PCM has two bytes for each sample")
    samples = memoryview(pcm).cast("h") if _LITTLE else _swapped(pcm)
    return bytes(_ENCODE[sample] for sample in samples)


def mulaw_decode(audio: bytes) -> bytes:
    """Return 16-bit little-endian PCM of 8-bit μ-law (ITU-T G.711)."""
    return b"".join(_DECODE[byte] for byte in audio)


def base64_text(audio: bytes) -> str:
    """Return audio as RFC 4648 base64 text, as provider protocols carry it."""
    return base64.b64encode(audio).decode("ascii")


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), CLIP) + BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | (exponent << 4) | mantissa) & 0xFF


def _decoded(byte: int) -> int:
    value = ~byte & 0xFF
    magnitude = (((value & 0x0F) << 3) + BIAS) << ((value >> 4) & 0x07)
    return BIAS - magnitude if value & 0x80 else magnitude - BIAS


class _Encoding(dict[int, int]):
    """μ-law by sample, worked out when it is first asked for."""

    def __missing__(self, sample: int) -> int:
        self[sample] = found = _encoded(sample)
        return found


_ENCODE = _Encoding()
_DECODE = [_decoded(byte).to_bytes(2, "little", signed=True) for byte in range(256)]
_LITTLE = memoryview(b"\x01\x00").cast("h")[0] == 1


def _swapped(pcm: bytes) -> list[int]:
    return [int.from_bytes(pcm[at : at + 2], "little", signed=True) for at in range(0, len(pcm), 2)]
