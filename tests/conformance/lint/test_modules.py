"""The lint on plain functions and tools: a module alone, and what no policy line lets anybody."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stageflow_guard import ConfigError, Guard
from stageflow_guard.cli import main
from stageflow_guard.enforcement import restore
from stageflow_guard.hosts import lint_graph
from stageflow_guard.hosts.stageflow import queues, stage_ports
from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.lint import check
from stageflow_guard.lint.policies import PolicyContext
from stageflow_guard.policy import PolicySet

APP = """
import time
from stageflow_guard.testing.conformance import Environment

guard = Environment().guard
TOOL = "refund"


@guard.protect(kind="tool", obj=TOOL)
async def refund(order, note=""):
    mail("ada")  #! SG208
    return order


@guard.protect(kind="tool", obj="mail")  # permitted by a line
async def mail(to):
    return to


@guard.protect(kind="tool", obj=lambda order: f"order/{order}")
async def by_its_arguments(order):
    return order


@guard.retriever("articles", obj=str, owner=lambda hit: "acme")
async def search(text):
    return [text]


async def route(text):
    async with guard.run("desk", input=text) as run:
        pause()
        await by_its_arguments(1)
        refund(1, run.input)  #! SG208
        return await refund(2, note=await search("x"))


def pause():
    time.sleep(1)  #! SG209


async def second_route():
    pause()


def script():
    pause()
    time.sleep(0)


class Desk:
    @staticmethod
    async def shown(name):
        if guard.may(kind="data", obj=name, act="read", owner="acme"):  #! SG208
            return name

    async def execute(self, ctx):
        ctx.inputs.ports.send_token("x")  #! SG208
        await self.helper("y")

    async def helper(self, to, ports=None):
        mail(to)  #! SG208
        await ports.send_token("x")


def build(guard):
    @guard.protect(kind="tool", obj="inner")
    async def inner(text):
        return text

    async def stage(ctx):
        inner("x")  #! SG208
        return await inner("y")

    return stage
"""


def loaded(path, text):
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[path.stem]
    return module


@pytest.fixture
def policy(tmp_path, monkeypatch):
    """A tenant in which an agent may call `mail`, and nobody anything else."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    for tenant in ("acme", "globex"):
        (tmp_path / f"policies/tenants/{tenant}/policy.csv").write_text(
            f"g, claim:agent, role:agent, {tenant}\n"
            f"p, role:agent, {tenant}, tool, mail, call, allow\n"
        )
    return PolicyContext(PolicySet.load("policies"), tmp_path / "policies")


def test_every_function_of_a_module_is_read(tmp_path):
    """Routes, methods, tools, nested functions: each fault once, at its line; sound ones none."""
    graph = lint_graph(loaded(tmp_path / "shop.py", APP))
    report = check(graph)
    marked = {
        (number, found.group(1))
        for number, line in enumerate(APP.splitlines(), 1)
        if (found := re.search(r"#! (SG\d+)$", line))
    }
    assert {(one.at.line, one.code) for one in report.diagnostics} == marked
    assert len(report.diagnostics) == len(marked)
    assert (report.pipeline, report.unit) == ("shop", "function")
    assert {"refund", "Desk.execute", "build"} < set(graph.nodes)


def test_a_tool_that_nobody_may_call_is_said_where_it_is_declared(tmp_path, policy):
    """Once for each, however often it is called; what a line permits, or arguments tell, is not."""
    report = check(lint_graph(loaded(tmp_path / "shop.py", APP)), policy)
    found = {one.remedy for one in report.diagnostics if one.code == "SG302"}
    assert found == {
        "add `p, role:ROLE, TENANT, tool, refund, call, allow`",
        "add `p, role:ROLE, TENANT, data, articles, read, allow`",
        "add `p, role:ROLE, TENANT, tool, inner, call, allow`",
    }
    assert sum(one.code == "SG302" for one in report.diagnostics) == 3
    assert not {one.code for one in report.diagnostics} & {"SG301", "SG303", "SG304"}


STAGES = """
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from shop import mail, refund


async def answer(ctx):
    return StageOutput.ok(done=await refund(7), sent=await mail("ada"))


pipeline = Pipeline.from_stages(stage("answer", answer, StageKind.WORK), name="support")
"""


def test_a_stage_that_calls_such_a_tool_is_told(tmp_path, policy, monkeypatch):
    """The policy lines for its stages are not enough: the tool has its own."""
    monkeypatch.setitem(sys.modules, "shop", loaded(tmp_path / "shop.py", APP))
    module = loaded(tmp_path / "desk.py", STAGES)
    found = [
        one.message
        for one in check(lint_graph(module.pipeline, written="desk:pipeline"), policy).diagnostics
    ]
    assert found == [
        "no policy line lets anybody run `support/answer`",
        "stage `answer` asks for tool `refund`, call: no policy line lets anybody",
    ]


def test_a_tool_by_the_option_is_judged_too(tmp_path, policy, monkeypatch):
    """`--tool NAME`, for tools that a registry holds: nobody may call it, or only others exist."""
    monkeypatch.setitem(sys.modules, "shop", loaded(tmp_path / "shop.py", APP))
    module = loaded(tmp_path / "desk.py", STAGES)
    graph = lint_graph(module.pipeline, written="desk:pipeline")
    policy = PolicyContext(policy.policies, policy.folder, ["mail", "parcel"])
    found = [one.message for one in check(graph, policy).diagnostics if "--tool" in one.message]
    assert found == ["tool `parcel` is named by --tool: no policy line lets anybody call it"]


def test_a_right_that_a_trial_gives_is_one(tmp_path, policy):
    """What a trial permits is not reported: the lint and the mount ask one function."""
    trials = policy.folder / "platform/trials.csv"
    today = datetime.now(UTC)
    begins, ends = (f"{today + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}" for n in (-1, 10))
    trials.write_text(f"trial, acme, tool, *, call, {begins}, {ends}\n")
    trials.chmod(0o644)
    context = PolicyContext(PolicySet.load(policy.folder), policy.folder)
    report = check(lint_graph(loaded(tmp_path / "shop.py", APP)), context)
    assert [one.remedy for one in report.diagnostics if one.code == "SG302"] == [
        "add `p, role:ROLE, TENANT, data, articles, read, allow`"
    ]


IMPORT = """
import asyncio
from stageflow_guard.testing.conformance import Environment

guard = Environment().guard
RIGHT = {"kind": "data", "obj": "ticket/1", "act": "read", "owner": "acme"}
later = guard.redact("kept: who imports this may await it")
by_name = {"a": guard.redact("kept, too")}
if not asyncio:
    guard.reload()  #! SG208
    asyncio.run(guard.reload())
try:
    print(guard.may(**RIGHT)) if not asyncio else None  #! SG208
except ValueError:
    pass


class Desk:
    pending = guard.redact("kept")
    asyncio or guard.reload()  #! SG208

    def refresh(self):
        guard.reload()  #! SG208
"""


def test_what_runs_on_import_is_read(tmp_path):
    """Statements of the module and of its classes; what is put under a name may be awaited later."""
    module = loaded(tmp_path / "imported.py", IMPORT)
    for kept in (module.later, module.by_name["a"], module.Desk.pending):
        kept.close()
    report = check(lint_graph(module))
    marked = {n for n, line in enumerate(IMPORT.splitlines(), 1) if line.endswith("#! SG208")}
    assert {one.at.line for one in report.diagnostics} == marked
    assert [one.message.partition(":")[0] for one in report.diagnostics] == [
        "function `<module>`", "function `<module>`", "function `<module>`",
        "function `Desk.refresh`",
    ]  # fmt: skip


ORDINARY = Path(__file__).with_name("ordinary_module.txt").read_text(encoding="utf-8")


def test_ordinary_code_has_no_fault(tmp_path):
    """Guards of other kinds by annotation, class or attribute; promises kept in every usual way."""
    report = check(lint_graph(loaded(tmp_path / "ordinary.py", ORDINARY)))
    assert [f"{one.at.line}: {one.message}" for one in report.diagnostics] == []
    assert report.steps > 40


SAID = """
from typing import Any, Protocol

from stageflow_guard import Guard


class Reloads(Protocol):
    async def reload(self) -> None: ...


async def by_name(guard: Any):
    guard.reload()  #! SG208


async def by_protocol(guard: Reloads):
    guard.reload()  #! SG208


async def by_object(guard: object):
    guard.reload()  #! SG208


async def by_annotation(g: Guard | None, token):
    g.session(token)  #! SG208


async def by_text(guard: "Guard"):
    guard.reload()  #! SG208


class Desk:
    def __init__(self, guard: Guard):
        self.guard = guard

    async def refresh(self):
        self.guard.reload()  #! SG208
"""


def test_a_guard_that_an_annotation_names_is_one(tmp_path):
    """Also where no object is there yet; one that names no class leaves it to the name."""
    report = check(lint_graph(loaded(tmp_path / "said.py", SAID)))
    marked = [n for n, line in enumerate(SAID.splitlines(), 1) if line.endswith("#! SG208")]
    assert [one.at.line for one in report.diagnostics] == marked


SLOTS = """
class Slotted:
    __slots__ = ("name",)

    async def shown(self):
        return self.name.upper()
"""


@pytest.mark.parametrize(("text", "functions"), [("", 0), ("# nothing\n", 0), (SLOTS, 1)])
def test_small_and_slotted_modules_are_read(tmp_path, text, functions):
    """An empty file has no fault, and a slot of a class has no value."""
    graph = lint_graph(loaded(tmp_path / "small.py", text))
    assert len(graph.nodes) == functions
    assert check(graph).holds


def test_a_module_without_source_is_no_sound_one():
    """`ConfigError`, never a verdict about what was not seen."""
    with pytest.raises(ConfigError, match="no Python source"):
        lint_graph(sys)


def test_the_lint_knows_every_coroutine_of_the_guard():
    """A method that `Guard` gains is a promise in the lint, too; so are ports, queues, streams."""
    public = {name: one for name, one in vars(Guard).items() if not name.startswith("_")}
    coroutines = {name for name, one in public.items() if inspect.iscoroutinefunction(one)}
    assert coroutines | {"authorize"} == words.GUARD_COROUTINES
    assert {"run", "session"} == words.GUARD_ENTERED <= set(public)
    assert set(public) >= words.GUARD_STREAMS | words.PROTECTORS
    ways = {*stage_ports.TOKENS, *stage_ports.CALLS, *stage_ports.AUDIO}
    assert ways == words.PORT_COROUTINES
    assert set(words.PORT_METHODS) == {*stage_ports.QUEUES, *stage_ports.BUSES}
    for cls, names in (
        (queues.GuardedQueue, words.PORT_METHODS["llm_chunk_queue"]),
        (restore._Stream, words.STREAM_COROUTINES),
        (queues.GuardedBus, words.PORT_METHODS["realtime_bus"]),
    ):
        assert all(inspect.iscoroutinefunction(getattr(cls, name)) for name in names)
