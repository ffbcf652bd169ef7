"""Ways round a mounted pydantic-ai agent that people report: none runs a body unguarded."""

from __future__ import annotations

import pytest
from pydantic_ai import Agent, DeferredToolResults, ModelRetry, RunContext, WebSearchTool
from pydantic_ai.capabilities import AbstractCapability, NativeTool
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelResponse, TextPart, ThinkingPart, ToolCallPart
from pydantic_ai.models.function import DeltaToolCall, FunctionModel
from pydantic_ai.profiles import ModelProfile

from stageflow_guard.errors import AccessDenied, ConfigError, NotAuthenticated
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, EVE, MAIL


def last(messages):
    return messages[-1].parts[-1]


def says(*parts):
    return FunctionModel(lambda messages, info: ModelResponse(parts=list(parts)))


def calls(name, args):
    """A model that calls one tool, and then says what it gave."""

    def answer(messages, info):
        if last(messages).part_kind == "user-prompt":
            return ModelResponse(parts=[ToolCallPart(name, args)])
        return ModelResponse(parts=[TextPart(f"done: {last(messages).content}")])

    return FunctionModel(answer)


async def test_a_tool_at_the_provider_needs_a_line_of_its_own():
    """It runs where no wrapper is, so policy is asked before the request leaves."""
    env = Environment()
    env.rules.denied.add("web_search")
    asked = []

    def answer(messages, info):
        asked.append(info)
        return ModelResponse(parts=[TextPart("hi")])

    profile = ModelProfile(supported_native_tools=frozenset({WebSearchTool}))
    model = FunctionModel(answer, profile=profile)
    agent = env.guard.mount(Agent(model, name="kit", capabilities=[NativeTool(WebSearchTool())]))
    async with env.guard.session(ADA):
        with pytest.raises(AccessDenied, match="provider/web_search"):
            await agent.run("hi")
        assert asked == []
        assert [r.outcome for r in env.log.kinds("effect")] == ["not_run"]
        env.rules.denied.clear()
        await agent.run("hi")
    assert len(asked) == 1


async def test_a_denied_model_is_told_nothing():
    """A model request is a step: policy says who may cause it."""
    env = Environment()
    env.rules.denied.add("secret-model")
    asked = []
    model = FunctionModel(lambda m, i: asked.append(m), model_name="secret-model")
    async with env.guard.session(ADA):
        with pytest.raises(AccessDenied):
            await env.guard.mount(Agent(model, name="kit")).run(MAIL)
    assert asked == []


async def test_an_output_function_is_a_step():
    """A function that the model's answer calls is code that works, like a tool."""
    env, ran = Environment(), []

    async def book(ctx: RunContext[None], order: str) -> str:
        ran.append(order)
        return f"booked for {MAIL}"

    model = FunctionModel(
        lambda m, info: ModelResponse(
            parts=[ToolCallPart(info.output_tools[0].name, {"order": f"seven {MAIL}"})]
        )
    )
    agent = env.guard.mount(Agent(model, name="kit", output_type=book))
    async with env.guard.session(ADA):
        result = await agent.run("hi")
        assert MAIL not in f"{ran}{result.output}{result.all_messages_json().decode()}"
        assert len(ran) == 1
        env.rules.denied.add("book")
        with pytest.raises(AccessDenied):
            await agent.run("hi")
    assert len(ran) == 1


async def test_what_a_capability_injects_is_inspected_before_the_model_is_told():
    """Instructions and messages of others stand inside their hooks; the model stands behind."""
    env, told = Environment(), []

    class Injects(AbstractCapability):
        async def before_model_request(self, ctx, request_context):
            request_context.messages[-1].parts.append(
                type(request_context.messages[-1].parts[0])(f"and {MAIL}")
            )
            return request_context

    def answer(messages, info):
        told.append(f"{messages}{info.instructions}")
        return ModelResponse(parts=[TextPart("hi")])

    agent = Agent(FunctionModel(answer), name="kit", instructions=lambda: f"serve {MAIL}")
    async with env.guard.session(ADA):
        await env.guard.mount(agent).run("hi", capabilities=[Injects()])
    assert len(told) == 1
    assert MAIL not in told[0]


async def test_thinking_and_calls_of_a_stream_are_held_back():
    """A stream's tool arguments come in pieces, each harmless by itself."""
    env, given = Environment(), []

    async def speak(messages, info):
        if last(messages).part_kind == "user-prompt":
            for piece in ('{"note": "to ada.lov', "elace@exam", 'ple.com"}'):
                yield {0: DeltaToolCall(name="note" if "{" in piece else None, json_args=piece)}
        else:
            for piece in ("done for ada.lo", "velace@example", ".com"):
                yield piece

    agent = Agent(FunctionModel(stream_function=speak), name="kit")

    @agent.tool_plain
    def note(note: str) -> str:
        given.append(note)
        return note

    heard = []
    async with env.guard.session(ADA), env.guard.mount(agent).run_stream_events("hi") as events:
        async for event in events:
            heard.append(repr(event))
    assert len(given) == 1
    assert MAIL not in f"{given}{heard}"
    pieces = "".join(one for one in heard if "Delta" in one)
    assert "lovelace" not in pieces and "elace@exam" not in pieces


async def test_iter_is_guarded_and_its_nodes_hold_pseudonyms():
    """The run that is driven node by node has the gate, too."""
    env = Environment()
    agent = env.guard.mount(Agent(says(ThinkingPart(MAIL), TextPart(f"ask {MAIL}")), name="kit"))
    seen = []
    async with env.guard.session(ADA):
        async with agent.iter(MAIL) as run:
            async for node in run:
                seen.append(repr(node))
        seen.append(repr(run.result))
    assert MAIL not in str(seen)
    with pytest.raises(NotAuthenticated):
        async with agent.iter("hi") as run:
            pass


def test_run_sync_is_guarded():
    """Code without a loop has the same gate."""
    env = Environment()
    agent = env.guard.mount(Agent(says(TextPart(f"ask {MAIL}")), name="kit"))
    with env.guard.session(ADA):
        assert MAIL not in agent.run_sync(MAIL).output
    with pytest.raises(NotAuthenticated):
        agent.run_sync("hi")
    agent._portal.stop()


async def test_the_text_of_a_retry_is_inspected_on_its_way_to_the_model():
    """`ModelRetry` is no failure of the step's run; what it says goes to the model."""
    env, told = Environment(), []

    def answer(messages, info):
        told.append(repr(messages))
        if len(told) == 1:
            return ModelResponse(parts=[ToolCallPart("find", {"name": "x"})])
        return ModelResponse(parts=[TextPart("done")])

    agent = Agent(FunctionModel(answer), name="kit")

    @agent.tool_plain
    def find(name: str) -> str:
        raise ModelRetry(f"no {name}; try {MAIL}")

    async with env.guard.session(ADA):
        await env.guard.mount(agent).run("hi")
    assert len(told) == 2 and "try" in told[1]
    assert MAIL not in told[1]
    assert "retry" in [r.outcome for r in env.log.kinds("effect")]


async def test_what_a_provider_says_in_an_error_is_inspected_and_keeps_its_status():
    """Bodies of errors quote prompts."""

    def fail(messages, info):
        raise ModelHTTPError(429, "m", {"error": f"slow down, {MAIL}"})

    env = Environment()
    async with env.guard.session(ADA):
        with pytest.raises(ModelHTTPError) as told:
            await env.guard.mount(Agent(FunctionModel(fail), name="kit")).run("hi")
    assert told.value.status_code == 429
    assert MAIL not in f"{told.value}{told.value.body}"


@pytest.mark.parametrize(
    "how",
    [{"deferred_tool_results": DeferredToolResults()}, {"spec": {"instructions": "x"}}],
    ids=lambda how: next(iter(how)),
)
async def test_what_no_gate_has_seen_is_refused(how):
    """A way through the agent that the caller brings along is none."""
    env = Environment()
    async with env.guard.session(ADA):
        with pytest.raises(ConfigError, match="takes no"):
            await env.guard.mount(Agent(says(TextPart("hi")), name="kit")).run("hi", **how)


async def test_a_history_of_another_caller_holds_only_pseudonyms_of_that_caller():
    """Histories are redacted on their way in, whoever kept them."""
    env = Environment()
    agent = env.guard.mount(Agent(says(TextPart("hi")), name="kit"))
    raw = (await Agent(says(TextPart(f"ask {MAIL}"))).run(MAIL)).all_messages()
    async with env.guard.session(EVE):
        result = await agent.run("and now?", message_history=raw)
    assert MAIL not in result.all_messages_json().decode()
