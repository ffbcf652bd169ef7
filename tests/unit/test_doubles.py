"""Doubles are deterministic, follow their schedule, and no production setting leads to them."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from stageflow_guard import ConfigError, Settings
from stageflow_guard.cli import main
from stageflow_guard.testing.doubles import (
    AnalyticsDouble,
    Callers,
    EchoModel,
    Faults,
    MemoryDouble,
    RateLimited,
    ScriptedModel,
    SpeechToText,
    TextToSpeech,
    ToolCall,
    ToolDouble,
)


async def test_a_scripted_model_answers_in_order_and_by_rule():
    """The last answer repeats; a rule's word in the prompt comes first; prompts are kept."""
    model = ScriptedModel(["one", "two"], rules={"refund": ToolCall("refund", {"order": 7})})
    answers = [await model.complete(p) for p in ("a", "b", "c", "a Refund please")]
    assert [a.text for a in answers] == ["one", "two", "two", ""]
    assert answers[3].tool_calls == (ToolCall("refund", {"order": 7}, "call-4-1"),)
    assert model.seen == ["a", "b", "c", "a Refund please"]
    with pytest.raises(ValueError, match="needs an answer"):
        ScriptedModel([])


async def test_an_echo_takes_messages_and_streams_what_it_answers():
    """Pieces joined are the answer, by words and by size."""
    model = EchoModel()
    messages = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello  you"}]
    whole = (await model.complete(messages)).text
    assert whole == "You said: be kind\nhello  you"
    assert "".join([p async for p in model.stream(messages)]) == whole
    pieces = [p async for p in model.stream(messages, size=5)]
    assert "".join(pieces) == whole
    assert {len(p) for p in pieces[:-1]} == {5}


async def test_faults_follow_the_number_of_the_call():
    """Failures, own errors and rate limits come at their calls, every time the same."""
    faults = Faults(fail_on={2}, raising={3: TimeoutError("late")}, rate_limit=4, retry_after=2)
    tool = ToolDouble("t", faults=faults)
    seen = []
    for _ in range(5):
        try:
            seen.append(await tool(n=1))
        except (ConnectionError, TimeoutError, RateLimited) as error:
            seen.append(type(error).__name__)
    assert seen == ["ok", "ConnectionError", "TimeoutError", "ok", "RateLimited"]
    assert len(tool.seen) == 2


async def test_a_hanging_call_ends_only_by_its_callers_deadline():
    """A double that hangs waits for ever; the caller's timeout ends it."""
    tool = ToolDouble("t", faults=Faults(hang_on={1}))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await tool()
    assert await tool() == "ok"


async def test_speech_is_real_wav_and_is_heard_again():
    """What is spoken is a WAV file that the standard library reads, and equal text, equal bytes."""
    speaker, listener = TextToSpeech(), SpeechToText(["from the script"])
    audio = await speaker.synthesize("hello")
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16_000, 2)
        assert file.getnframes() == 5 * 320
    assert b"".join([piece async for piece in speaker.stream("hello")]) == audio
    assert listener.knows("hello") == audio
    heard = await listener.transcribe(audio)
    assert (heard.text, round(heard.seconds, 2)) == ("hello", 0.1)
    assert (await listener.transcribe(await speaker.synthesize("x"))).text == "from the script"
    with pytest.raises(ValueError, match="not a WAV file"):
        await listener.transcribe(b"RIFF")


async def test_tools_memory_and_analytics_keep_what_they_got():
    """A tool answers from its arguments; a memory keeps per key; analytics takes whole batches."""
    tool = ToolDouble("add", lambda a, b: a + b)
    assert (await tool(a=1, b=2), tool.seen) == (3, [{"a": 1, "b": 2}])
    memory = MemoryDouble()
    for n in range(3):
        await memory.add("k", n)
    assert (await memory.read("k", 2), await memory.erase("k"), await memory.read("k", 2)) == (
        [1, 2], 3, [],
    )  # fmt: skip
    sink = AnalyticsDouble(faults=Faults(fail_on={1}))
    with pytest.raises(ConnectionError):
        await sink.send([{"n": 1}])
    await sink.send([{"n": 1}, {"n": 2}])
    assert (sink.events, len(sink.batches)) == ([{"n": 1}, {"n": 2}], 1)


def test_callers_have_real_tokens():
    """Signed by real keys; a name without a tenant is an error of the test."""
    callers = Callers()
    assert len({callers("ada@acme"), callers.forged("ada@acme"), callers.expired("ada@acme")}) == 3
    with pytest.raises(ValueError, match="user@tenant"):
        callers("ada")


@pytest.mark.parametrize(
    "name",
    [
        "stageflow_guard.testing.doubles:EchoModel",
        "stageflow_guard.testing.doubles.model:EchoModel",
        "stageflow_guard.testing:IdentityProvider",
    ],
)
def test_settings_that_name_the_test_kit_are_refused(tmp_path, name):
    """`recognizers` is the one setting that names code, and it takes none of the test kit."""
    from stageflow_guard.redaction.engines.by_name import load

    with pytest.raises(ConfigError, match="a part of the test kit"):
        load(name)


def test_no_part_of_the_package_but_the_test_kit_and_its_verbs_imports_it():
    """By syntax tree: below `testing` nothing names it; of the command line only what sets up trials."""
    import ast

    root = Path(__file__).parents[2] / "src" / "stageflow_guard"
    found = set()
    for file in root.rglob("*.py"):
        place = file.relative_to(root).parts
        if place[0] in ("testing", "cli"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else (
                [one.name for one in node.names] if isinstance(node, ast.Import) else []
            )  # fmt: skip
            found |= {str(file) for one in names if one.startswith("stageflow_guard.testing")}
    assert found == set()


def test_a_guard_opened_from_settings_loads_nothing_of_the_test_kit(tmp_path):
    """A process that loads, opens and closes a guard has no module of `testing`."""
    assert main(["init", str(tmp_path)]) == 0
    code = (
        "import asyncio, sys\n"
        "from stageflow_guard import Guard\n"
        "async def main():\n"
        "    async with Guard.load('guard.toml'):\n"
        "        pass\n"
        "asyncio.run(main())\n"
        "print([n for n in sys.modules if n.startswith('stageflow_guard.testing')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr
    assert Settings.load(tmp_path / "guard.toml").redaction.recognizers == []
