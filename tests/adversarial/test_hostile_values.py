"""Hostile values through the inspector: a typed error or a correct result, in time, loop alive."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import urllib.parse
import zlib

import pytest

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

MAIL = "ada@example.com"
MOST = 15.0  # seconds per value, on a shared machine; each takes 3 at most alone


def nested(levels, wrap):
    value = MAIL
    for _ in range(levels):
        value = wrap(value)
    return value


def shared(levels):
    value = [MAIL]
    for _ in range(levels):
        value = [value, value]
    return value


def cycle():
    value = {}
    value["self"] = [value]
    return value


def layered(*layers):
    text = MAIL
    for layer in layers:
        text = layer(text)
    return text


def b64(text):
    return base64.b64encode(text.encode()).decode()


def percent(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


def hexadecimal(text):
    return text.encode().hex()


def entities(text):
    return "".join(f"&#{ord(c)};" for c in text)


class Raises:
    """An object whose every question is an error that holds the text."""

    def __getattribute__(self, name):
        raise RuntimeError(MAIL)


class Mapped:
    """A mapping that lies about its items."""

    def keys(self):
        return [1]

    def items(self):
        raise ValueError(MAIL)


class Endless:
    """A mapping without an end."""

    def keys(self):
        return []

    def items(self):
        count = 0
        while True:
            yield f"k{count}", count
            count += 1


class Slow(str):
    """A string that answers for itself."""

    def __len__(self):
        raise RuntimeError(MAIL)

    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


HOSTILE = {
    "lone surrogates": lambda: "\ud800" * 1000 + MAIL, "surrogate in a key": lambda: {"\udfff" + MAIL: MAIL}, "NUL": lambda: "\0" * 1000 + MAIL + "\0",
    "non-characters": lambda: "\uffff\ufffe" * 500 + MAIL, "bidi": lambda: f"\u202e{MAIL}\u202c", "zero width": lambda: "\u200b".join(MAIL), "combining": lambda: MAIL + "\u0301" * 5000,
    "a line of 10 MB": lambda: "x" * 5_000_000 + " and so on " * 450_000 + MAIL, "over the cap": lambda: "a" * 20_000_001, "many lines": lambda: "\n" * 1_000_000 + MAIL,
    "10 000 lists deep": lambda: nested(10_000, lambda v: [v]), "10 000 dicts deep": lambda: nested(10_000, lambda v: {"a": v}), "10 000 tuples deep": lambda: nested(10_000, lambda v: (v,)),
    "64 deep": lambda: nested(64, lambda v: [v]), "63 deep": lambda: nested(63, lambda v: [v]), "a cycle": cycle, "a cycle of lists": lambda: (lambda v: v.append(v) or v)([]),
    "shared 2**18": lambda: shared(18), "shared 2**60": lambda: shared(60), "100 000 keys": lambda: {f"k{i}": i for i in range(100_000)}, "100 000 texts": lambda: [f"note {i} {MAIL}" for i in range(20_000)],
    "a million equal": lambda: [MAIL] * 1_000_000, "base64 of percent of base64": lambda: layered(b64, percent, b64), "base64 of base64 of hex": lambda: layered(hexadecimal, b64, b64),
    "entities of percent": lambda: layered(percent, entities), "percent thrice": lambda: layered(percent, percent, percent), "json in json in json": lambda: layered(json.dumps, json.dumps, json.dumps),
    "url quoted json": lambda: layered(json.dumps, urllib.parse.quote), "a bomb": lambda: b64(zlib.compress(b"0" * 10_000_000).decode("latin-1")), "huge base64": lambda: base64.b64encode(MAIL.encode() * 30_000).decode(),
    "latin-1 read as utf-8": lambda: MAIL.encode("utf-16").decode("latin-1"), "replacement characters": lambda: b"\xff\xfe ada".decode("utf-8", "replace") + MAIL, "a generator": lambda: (c for c in [MAIL]),
    "an endless mapping": Endless, "raises": Raises, "a lying mapping": Mapped, "a string that answers": lambda: Slow(MAIL), "a huge number": lambda: {"ssn": 10**5000}, "infinities": lambda: {"ssn": float("inf"), "pin": float("nan"), "mail": MAIL},
    "two keys become one": lambda: {"ada@example.com": 1, Slow("ada@example.com"): 2}, "None keys": lambda: {None: MAIL, True: MAIL, (1, MAIL): MAIL}, "a released view": lambda: (lambda v: v.release() or v)(memoryview(b"x")),
    "bytes of 50 MB": lambda: b"x" * 50_000_000, "100 000 blobs": lambda: [i.to_bytes(8, "big") for i in range(100_000)],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_values_end_in_time(name, monkeypatch):
    """Nothing of the text is left, or the refusal is typed and does not quote it."""
    for module in ("values.tree", "inspector.inspector"):  # a cap that a test reaches in seconds
        monkeypatch.setattr(f"stageflow_guard.redaction.{module}.MOST", 1_500_000)
    inspector = OffLoopInspector(Redactor(), Vault(), deadline=MOST)
    value = HOSTILE[name]()
    begun = time.perf_counter()
    try:
        out, _ = await inspector.redact(value, scope=inspector.scope("t", "s"), direction="input")
        left = repr(out)
    except InspectorUnavailable as refused:
        left = f"{refused!r} {refused.__cause__} {refused.__context__}"
    assert time.perf_counter() - begun < MOST + 60  # an end at all, however busy the machine
    assert MAIL not in left
    inspector.close()


@pytest.mark.bars
async def test_bytes_are_digested_off_the_loop():
    """50 MB of bytes do not hold the event loop."""
    inspector = OffLoopInspector(Redactor(), Vault())
    longest = 0.0

    async def tick():
        nonlocal longest
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    await inspector.redact(
        b"x" * 50_000_000, scope=inspector.scope("t", "s"), direction="input"
    )  # fmt: skip
    ticking.cancel()
    assert longest < 0.1
    inspector.close()
