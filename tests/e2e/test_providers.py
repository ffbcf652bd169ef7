"""Providers, their own clients underneath, against servers that speak their documented protocols."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import LLMPorts

from stageflow_guard import ConfigError
from stageflow_guard.hosts.stageflow.stages.audio import pcm_of_wav
from stageflow_guard.providers import (
    GoogleModel,
    GoogleSpeech,
    GroqModel,
    GroqSpeechToText,
    ModelReply,
    ProviderFailed,
    ToolCall,
)
from stageflow_guard.testing.doubles.speech import wav_of

KEY = "gsk-secret-0123456789"
ANSWER = "Write to ada@example.com, please."


class Stub(BaseHTTPRequestHandler):
    """Groq's and Google's endpoints, as their references describe them."""

    def log_message(self, *args):
        return None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.server.status != 200:
            self.send(self.server.status, {"error": {"message": f"key {KEY} and prompt"}})
        elif self.path.endswith("/chat/completions"):
            self.chat(json.loads(body))
        elif self.path.endswith("/audio/transcriptions"):
            self.send(200, {"text": "hello there", "duration": 1.5, "language": "en"})
        elif ":streamGenerateContent" in self.path:
            pieces = [self.gemini({"text": piece}) for piece in ("Write to ada@exam", "ple.com.")]
            self.events(pieces, end=False)
        elif ":generateContent" in self.path:
            self.send(200, self.gemini(self.part(json.loads(body))))
        else:
            self.send(404, {})

    def chat(self, asked):
        if asked.get("stream"):
            pieces = [{"content": ANSWER[:16]}, {"content": ANSWER[16:]}, {}]
            self.events([self.chunk(one) for one in pieces], end=True)
            return
        message = {"role": "assistant", "content": ANSWER}
        if asked.get("tools"):
            call = {"name": "refund", "arguments": '{"order": 7}'}
            message = {"role": "assistant", "content": None,
                       "tool_calls": [{"id": "c1", "type": "function", "function": call}]}  # fmt: skip
        self.send(200, {
            "id": "x", "object": "chat.completion", "created": 1, "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
        })  # fmt: skip

    def chunk(self, delta):
        return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}  # fmt: skip

    def part(self, asked):
        config = asked.get("generationConfig", {})
        if config.get("responseModalities") == ["AUDIO"]:
            pcm = base64.b64encode(b"\x01\x00" * 100).decode()
            return {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": pcm}}
        return {"text": "hello there" if "inlineData" in json.dumps(asked) else ANSWER}

    def gemini(self, part):
        return {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}],
                "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5}}  # fmt: skip

    def send(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self, items, *, end):
        body = "".join(f"data: {json.dumps(one)}\n\n" for one in items)
        body += "data: [DONE]\n\n" if end else ""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def stub(monkeypatch):
    """A server on this machine; `status` makes it fail."""
    monkeypatch.setenv("KEY_OF_TEST", KEY)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    server.seen, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def groq(stub, **more):
    return GroqModel("llama", key_variable="KEY_OF_TEST", base_url=stub.url, **more)


def google(stub):
    return GoogleModel("gemini", key_variable="KEY_OF_TEST", base_url=stub.url)


async def test_groq_answers_streams_calls_tools_and_hears(stub):
    """By its own client: answer, usage, pieces that join to it, a tool call, a transcript."""
    assert await groq(stub).complete("hello") == ModelReply(ANSWER, (), 3, 5)
    assert "".join([p async for p in groq(stub).stream("hello")]) == ANSWER
    tools = [{"type": "function", "function": {"name": "refund", "parameters": {}}}]
    reply = await groq(stub, tools=tools).complete([{"role": "user", "content": "refund"}])
    assert reply.tool_calls == (ToolCall("refund", {"order": 7}, "c1"),)
    listener = GroqSpeechToText(key_variable="KEY_OF_TEST", base_url=stub.url)
    heard = await listener.transcribe(wav_of("x"))
    assert (heard.text, heard.seconds, heard.language) == ("hello there", 1.5, "en")
    paths = [path for path, _, _ in stub.seen]
    assert paths[0].endswith("/chat/completions")
    assert paths[-1].endswith("/audio/transcriptions")
    assert b"RIFF" in stub.seen[-1][2]
    assert all(h["Authorization"] == f"Bearer {KEY}" for _, h, _ in stub.seen)


async def test_google_answers_streams_hears_and_speaks(stub):
    """By its own client: answer, usage, pieces, a transcript, and a WAV file of what it speaks."""
    assert await google(stub).complete("hello") == ModelReply(ANSWER, (), 3, 5)
    assert "".join([p async for p in google(stub).stream("hello")]) == "Write to ada@example.com."
    speech = GoogleSpeech(key_variable="KEY_OF_TEST", base_url=stub.url)
    assert (await speech.transcribe(wav_of("x"))).text == "hello there"
    pcm, rate, channels = pcm_of_wav(await speech.synthesize("hello"))
    assert (len(pcm), rate, channels) == (200, 24_000, 1)
    assert all(h["x-goog-api-key"] == KEY for _, h, _ in stub.seen)


@pytest.mark.parametrize("make", [groq, google])
@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_a_failing_provider_says_its_status_and_nothing_else(stub, make, status):
    """Neither the provider's text nor the key is in the error, nor in what it came from."""
    stub.status = status
    with pytest.raises(ProviderFailed) as caught:
        await make(stub).complete("hello")
    assert caught.value.status == status
    assert KEY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    with pytest.raises(ProviderFailed):
        [p async for p in make(stub).stream("hello")]


@pytest.mark.parametrize("make", [groq, google])
async def test_a_missing_key_is_a_configuration_error_that_names_the_variable(
    stub, make, monkeypatch
):
    """Before anything is sent."""
    monkeypatch.delenv("KEY_OF_TEST")
    with pytest.raises(ConfigError, match="KEY_OF_TEST"):
        await make(stub).complete("hello")
    assert stub.seen == []


async def test_a_streaming_model_behind_the_guard_lets_no_address_out(world, stub):
    """An address that the provider cuts in two leaves as one pseudonym."""
    read = []

    async def to_the_browser(piece):
        read.append(piece)

    async def answer(ctx):
        async for piece in google(stub).stream(ctx.snapshot.input_text):
            await ctx.inputs.ports.send_token(piece)
        return StageOutput.ok(done=True)

    pipeline = Pipeline.from_stages(stage("answer", answer, StageKind.AGENT), name="support")
    async with world.guard as guard, guard.session("acme:ada"):
        await guard.mount(pipeline, name="support").run(
            input_text="who?", ports=LLMPorts(send_token=to_the_browser)
        )
    assert "".join(read).startswith("Write to ⟦EMAIL_ADDRESS_1·")
    assert "ada@example.com" not in "".join(read)
