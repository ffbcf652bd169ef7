"""Ways round a mounted OpenAI agent that people report: none of them runs a body unguarded."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from agents import (
    Agent,
    RunConfig,
    Runner,
    SQLiteSession,
    TracingProcessor,
    WebSearchTool,
    set_trace_processors,
    set_tracing_disabled,
)
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseTextDeltaEvent,
)
from openai.types.responses.response_text_delta_event import Logprob

from stageflow_guard.errors import AccessDenied, Bypassed, ConfigError, NotAuthenticated
from stageflow_guard.testing.conformance import Body, Environment
from stageflow_guard.testing.conformance.environment import ADA, BOB, MAIL

_path = Path(__file__).parents[1] / "conformance" / "hosts" / "openai_agents_driver.py"
_spec = importlib.util.spec_from_file_location("openai_agents_driver", _path)
kit = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(kit)


async def test_an_agent_as_a_tool_runs_under_the_gate_and_its_denial_is_the_outer_runs():
    """A sub-agent is a child run of the same caller; the host's text for the model hides nothing."""
    env, inner = Environment(), Body("inner")
    child = env.guard.mount(kit.agent_of(kit.Scripted(["inner"]), [inner]))
    tool = child.as_tool("ask", "ask the other agent")

    class Asks(kit.Scripted):
        async def get_response(self, system_instructions, input, *rest, **how):
            answer = await super().get_response(system_instructions, input, *rest, **how)
            for one in answer.output:
                if one.type == "function_call":
                    one.arguments = json.dumps({"input": "hello"})
            return answer

    outer = env.guard.mount(Agent(name="outer", model=Asks(["ask"]), tools=[tool]))
    async with env.guard.session(ADA):
        await outer.run("hi")
        assert inner.started == 1
        env.rules.denied.add("inner")
        with pytest.raises(AccessDenied):
            await outer.run("hi")
    assert inner.started == 1


async def test_pieces_of_arguments_and_the_tokens_of_a_stream_are_held_back():
    """Arguments come in pieces, each harmless by itself; log probabilities hold the tokens."""
    env, given = Environment(), []
    arguments = json.dumps({"text": f"to {MAIL}"})

    class Streams(kit.Scripted):
        async def stream_response(self, system_instructions, input, *rest, **how):
            output = [kit.said(f"ask {MAIL}")]
            if isinstance(input, str) or not kit.returns(input):
                output = [kit.asked("note", f"to {MAIL}", 1)]
                for at in range(0, len(arguments), 5):
                    yield ResponseFunctionCallArgumentsDeltaEvent(
                        delta=arguments[at : at + 5], item_id="c", output_index=0,
                        sequence_number=at, type="response.function_call_arguments.delta",
                    )  # fmt: skip
            else:
                for piece in ("ask ada.lo", "velace@example", ".com"):
                    yield ResponseTextDeltaEvent(
                        content_index=0, delta=piece, item_id="m", output_index=0,
                        logprobs=[Logprob(token=piece, logprob=-0.1, top_logprobs=[])],
                        sequence_number=0, type="response.output_text.delta",
                    )  # fmt: skip
            yield ResponseCompletedEvent(
                sequence_number=1, type="response.completed",
                response=Response(
                    id="r", created_at=0, model="scripted", object="response", output=output,
                    parallel_tool_calls=False, tool_choice="auto", tools=[],
                ),
            )  # fmt: skip

    async def note(_context, told):
        given.append(told)
        return "noted"

    tool = kit.tool_of("note", None)
    tool.on_invoke_tool = note
    agent = env.guard.mount(Agent(name="kit", model=Streams(["note"]), tools=[tool]))
    async with env.guard.session(ADA), agent.run_streamed("hi") as result:
        heard = [repr(event.data if hasattr(event, "data") else event.item.raw_item)
                 async for event in result.stream_events()
                 if hasattr(event, "data") or hasattr(event, "item")]  # fmt: skip
    assert len(given) == 1
    whole = f"{given}{heard}"
    assert MAIL not in whole
    assert "ada.lo" not in whole and "velace" not in whole
    assert "ask " in whole


def test_run_sync_is_guarded():
    """Code without a loop has the same gate."""
    env = Environment()
    agent = env.guard.mount(kit.agent_of(kit.Scripted([]), []))
    with env.guard.session(ADA):
        assert agent.run_sync("hi").final_output == "done"
    with pytest.raises(NotAuthenticated):
        agent.run_sync("hi")
    agent._portal.stop()


class AsksWith(kit.Scripted):
    """Calls one tool with an `input`, then says what it gave."""

    async def get_response(self, system_instructions, input, *rest, **how):
        answer = await super().get_response(system_instructions, input, *rest, **how)
        for one in answer.output:
            if one.type == "function_call":
                one.arguments = json.dumps({"input": f"write to {MAIL}"})
        return answer


@pytest.mark.parametrize("configured", [False, True], ids=["plain", "own run_config"])
async def test_the_agent_inside_of_the_hosts_own_as_tool_is_guarded(configured):
    """`Agent.as_tool`: the inner agent's model and tools are steps, and its denial is the run's."""
    env, body = Environment(), Body("inner")
    model = kit.Scripted(["inner"])
    inner = kit.agent_of("named" if configured else model, [body])
    config = {"run_config": RunConfig(model=model)} if configured else {}
    asked = inner.as_tool("ask", "ask", max_turns=5, **config)
    bare = asked.on_invoke_tool
    outer = env.guard.mount(Agent(name="outer", model=AsksWith(["ask"]), tools=[asked]))
    async with env.guard.session(ADA):
        answer = await outer.run("hi")
        assert body.started == 1 and MAIL not in str(body.seen)
        assert kit.returns(answer.to_input_list()) == ["done"]
        env.rules.denied.add("inner")
        with pytest.raises(AccessDenied, match="inner"):
            await outer.run("hi")
    assert body.started == 1
    assert asked.on_invoke_tool is bare and asked._agent_instance is inner  # the given one is whole


async def test_agents_that_are_tools_of_each_other_are_cloned_once():
    """A circle through tools and handoffs has an end, and every agent of it is a guarded clone."""
    from stageflow_guard.hosts.openai_agents.clones import AgentClone, Clones

    first, second = Agent(name="first"), Agent(name="second")
    first.tools = [second.as_tool("second", "s")]
    second.tools, second.handoffs = [first.as_tool("first", "f")], [first]
    clones = Clones(Environment().guard.mount(Agent(name="kit"))._seam)
    made = clones.of(first)
    (to_second,) = made.tools
    assert isinstance(to_second._agent_instance, AgentClone)
    (back,) = to_second._agent_instance.tools
    assert back._agent_instance is made


@pytest.mark.parametrize(
    "option",
    [{"session": SQLiteSession("s")}, {"conversation_id": "c"}],
    ids=["session", "conversation_id"],
)
def test_an_agent_as_a_tool_with_a_history_of_its_own_is_refused(option):
    """What the option names was written by no run that a gate has seen."""
    bare = Agent(name="inner").as_tool("inner", "inner", **option)
    with pytest.raises(ConfigError, match=r"guard.mount\(agent\).as_tool"):
        Environment().guard.mount(Agent(name="outer", tools=[bare]))


async def test_a_hosted_tool_needs_a_line_of_its_own():
    """A tool that runs at the provider is asked about before the request leaves."""
    env = Environment()
    env.rules.denied.add("web_search")
    model = kit.Scripted([])
    agent = env.guard.mount(Agent(name="kit", model=model, tools=[WebSearchTool()]))
    async with env.guard.session(ADA):
        with pytest.raises(AccessDenied, match="provider/web_search"):
            await agent.run("hi")


async def test_a_session_belongs_to_its_caller(tmp_path):
    """The key of a conversation holds tenant and caller; what is kept holds no raw text."""
    env, path = Environment(), tmp_path / "sessions.db"
    made = {}

    def session(key):
        return made.setdefault(key, SQLiteSession(key, path))

    agent = env.guard.mount(kit.agent_of(kit.Scripted([]), []))
    for token in (ADA, BOB):
        async with env.guard.session(token):
            await agent.run(f"write to {MAIL}", session=session, session_id="thread-1")
    assert len(made) == 2
    for one in made.values():
        items = await one.get_items()
        assert len(items) == 2
        assert MAIL not in json.dumps(items)
        one.close()


@pytest.mark.parametrize(
    "how",
    [
        {"conversation_id": "c"},
        {"previous_response_id": "r"},
        {"auto_previous_response_id": True},
        {"session": SQLiteSession("s")},
    ],
    ids=lambda how: next(iter(how)),
)
async def test_a_history_that_no_gate_has_seen_is_refused(how):
    """Histories at the provider, and sessions under a key of anybody's, are another caller's."""
    env = Environment()
    agent = env.guard.mount(kit.agent_of(kit.Scripted([]), []))
    async with env.guard.session(ADA):
        with pytest.raises(ConfigError):
            await agent.run("hi", **how)


async def test_a_model_of_the_run_configuration_is_guarded_and_traces_hold_no_content():
    """`RunConfig(model=…)` is wrapped, and cannot turn content in traces on."""
    from stageflow_guard.hosts.openai_agents.clones import Clones
    from stageflow_guard.hosts.openai_agents.model import GuardedModel

    env = Environment()
    mounted = env.guard.mount(Agent(name="kit"))
    given = RunConfig(model=kit.Scripted([]), trace_include_sensitive_data=True)
    config = Clones(mounted._seam).config(given)
    assert isinstance(config.model, GuardedModel)
    assert config.trace_include_sensitive_data is False


async def test_a_tool_that_comes_in_behind_the_guard_is_refused():
    """A tool that was put into the clone later is no guarded one: the model is not asked."""
    from stageflow_guard.hosts.openai_agents.clones import Clones

    env, body = Environment(), Body("late")
    seam = env.guard.mount(Agent(name="kit"))._seam
    async with env.guard.session(ADA):
        with pytest.raises(Bypassed, match="late"):
            async with seam.gate(pipeline="kit"):
                clone = Clones(seam).of(Agent(name="kit", model=kit.Scripted(["late"])))
                clone.tools.append(kit.tool_of("late", lambda: body))
                await Runner.run(clone, "hi")
    assert body.started == 0


async def test_the_agent_itself_runs_without_the_guard_and_so_is_not_handed_out():
    """Mounting changes nothing of the agent that was given; what is mounted holds no way to it."""
    body = Body("one")
    agent = kit.agent_of(kit.Scripted(["one"]), [body])
    mounted = Environment().guard.mount(agent)
    assert "on_invoke_tool" not in repr(mounted)
    await Runner.run(agent, "hi")
    assert body.started == 1


class Remembers(TracingProcessor):
    """Keeps what a tracer would export."""

    def __init__(self):
        self.kept = []

    def on_trace_end(self, trace):
        self.kept.append(json.dumps(trace.export(), default=repr))

    def on_span_end(self, span):
        self.kept.append(json.dumps(span.export(), default=repr))

    def on_trace_start(self, trace): ...
    def on_span_start(self, span): ...
    def shutdown(self): ...
    def force_flush(self): ...


async def test_spans_hold_no_content_whatever_the_run_configuration_says():
    """Model, tool, handoff and agent-as-a-tool: neither text, nor pseudonyms, nor the token."""
    env, spans = Environment(), Remembers()
    body = Body("note", lambda text: f"noted {MAIL} {text}")
    inner = kit.agent_of(kit.Scripted(["note"]), [body]).as_tool("ask", "ask")
    outer = env.guard.mount(Agent(name="outer", model=AsksWith(["ask"]), tools=[inner]))
    config = RunConfig(trace_include_sensitive_data=True)
    set_trace_processors([spans])
    set_tracing_disabled(False)
    try:
        async with env.guard.session(ADA):
            await outer.run(f"write to {MAIL}, please", run_config=config)
    finally:
        set_tracing_disabled(True)
        set_trace_processors([])
    assert body.started == 1
    whole = "".join(spans.kept)
    assert '"note"' in whole and '"ask"' in whole  # the spans of both tools are there
    for secret in (MAIL, ADA, "please", "noted", "EMAIL_ADDRESS"):
        assert secret not in whole


async def test_a_stored_run_state_holds_pseudonyms_and_no_token():
    """A run that pauses for the host's approval is written down: arguments, history, context."""
    env, body = Environment(), Body("one")
    agent = kit.agent_of(kit.Scripted(["one"]), [body])
    agent.tools[0].needs_approval = True

    class Own:
        mail = MAIL

    async with env.guard.session(ADA):
        mounted = env.guard.mount(agent)
        paused = await mounted.run(f"write to {MAIL}", context=Own())
        assert len(paused.interruptions) == 1
        stored = paused.to_state().to_string()
        assert MAIL not in stored and ADA not in stored and "EMAIL_ADDRESS" in stored
        with pytest.raises(ConfigError, match="no proof of who began it"):
            await mounted.run(paused.to_state())
        circle = {}
        circle["self"] = [circle]
        for held in ({"auth_token": "x"}, {"a": [{"note": f"Bearer eyJ{ADA}"}]}, circle):
            with pytest.raises(ConfigError, match="stored run state"):
                await mounted.run("hi", context=held)
        with pytest.raises(Bypassed, match="stored run state"):
            await mounted.run("hi", context={"who": [MAIL]})
        assert (await mounted.run("hi", context={"order": 7})).interruptions
    assert body.started == 0


async def test_agents_of_a_circle_of_handoffs_are_guarded_each():
    """First hands off to second, second to first: the tools of both are steps of the one run."""
    env, one, two = Environment(), Body("one"), Body("two")
    first = Agent(name="first", tools=[kit.tool_of("one", lambda: one)])
    second = Agent(
        name="second", model=kit.HandsOff(["two", "transfer_to_first"], 1), handoffs=[first],
        tools=[kit.tool_of("two", lambda: two)],
    )  # fmt: skip
    first.handoffs = [second]

    class Turns(kit.Scripted):
        async def get_response(self, system_instructions, input, *rest, **how):
            done = 0 if isinstance(input, str) else len(kit.returns(input))
            self.names = ["transfer_to_second"] * 3 if done < 3 else []
            if done >= 3:
                self.names = ["", "", "", "one"]
            return await super().get_response(system_instructions, input, *rest, **how)

    first.model = Turns([])
    env.rules.denied.add("one")
    async with env.guard.session(ADA):
        with pytest.raises(AccessDenied, match="`one`"):
            await env.guard.mount(first).run("hi")
    assert (one.started, two.started) == (0, 1)
    steps = [str(r.resource) for r in env.log.kinds("decision")]
    assert {"tool:transfer_to_second", "tool:two", "tool:transfer_to_first"} <= set(steps)
