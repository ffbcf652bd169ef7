"""`--fix`: the fixed pipelines hold and run, a second run changes nothing, formatting is kept."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from stageflow_guard.hosts import lint_graph
from stageflow_guard.lint import check
from stageflow_guard.lint.fix import fixed

sys.path.insert(0, str(Path(__file__).parent))
from cases import Case, cases

sys.path.pop(0)

HERE = Path(__file__).parent
FAULTY = [one for file in sorted(HERE.glob("faulty*.txt")) for one in cases(file)]


def loaded(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found = module.pipeline
    return found if hasattr(found, "stages") else found()


def looked_at(name: str, path: Path):
    graph = lint_graph(loaded(name, path), written=f"{name}:pipeline")
    return graph, check(graph)


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
async def test_a_fix_mends_what_it_names_and_a_second_run_changes_nothing(case: Case, tmp_path):
    """Each diagnostic with a fix is gone afterwards, no other one comes, and the pipeline builds."""
    path = tmp_path / f"fix_{case.name}.py"
    path.write_text(case.text)
    graph, before = looked_at(f"fix_{case.name}", path)
    mended = {one.code for one in before.diagnostics if one.fix is not None}
    change = fixed(graph, before.diagnostics)
    if not mended:
        assert not change.texts
        return
    assert not change.left, change
    assert set(change.texts) == {str(path)}
    path.write_text(change.texts[str(path)])
    graph, after = looked_at(f"fixed_{case.name}", path)
    expected = {one.code for one in before.diagnostics if one.fix is None}
    assert {one.code for one in after.diagnostics} <= expected, [str(d) for d in after.diagnostics]
    assert not fixed(graph, after.diagnostics).texts
    if not expected - {"SG901"}:
        results = await loaded(f"run_{case.name}", path).run(input_text="hello there")
        assert set(results) == set(graph.nodes)


LAYOUTS = {
    "nothing there": (
        '.with_stage("b", b, StageKind.TRANSFORM)',
        '.with_stage("b", b, StageKind.TRANSFORM, dependencies=("a",))',
    ),
    "on lines": (
        '.with_stage(\n        "b",\n        b,\n        StageKind.TRANSFORM,\n    )',
        '.with_stage(\n        "b",\n        b,\n        StageKind.TRANSFORM,\n'
        '        dependencies=("a",),\n    )',
    ),
    "after": (
        '.with_stage("b", b, StageKind.TRANSFORM, after="x")',
        '.with_stage("b", b, StageKind.TRANSFORM, after=("x", "a"))',
    ),
    "a list": (
        '.with_stage("b", b, StageKind.TRANSFORM, dependencies=["x"])',
        '.with_stage("b", b, StageKind.TRANSFORM, dependencies=["x", "a"])',
    ),
    "a tuple with a comment": (
        '.with_stage("b", b, StageKind.TRANSFORM, dependencies=(\n        "x",  # why\n    ))',
        '.with_stage("b", b, StageKind.TRANSFORM, dependencies=(\n        "x",  # why\n'
        '        "a",\n    ))',
    ),
    "by position": (
        '.with_stage("b", b, StageKind.TRANSFORM, ("x",), conditional=False)',
        '.with_stage("b", b, StageKind.TRANSFORM, ("x", "a"), conditional=False)',
    ),
}
ALSO = ", x=ctx.inputs.get_from('x', 'k2')"
LAYOUT = """\
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
async def a(ctx):   # spaces and quotes stay
    return StageOutput.ok(k='v')
async def b(ctx):
    return StageOutput.ok(k=ctx.inputs.get_from('a', 'k'){also})
async def x(ctx):
    return StageOutput.ok(k2=1)
pipeline = (
    Pipeline(name="p").with_stage("a", a, StageKind.TRANSFORM).with_stage("x", x, StageKind.TRANSFORM)
    {declared}
)
"""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_a_declaration_is_kept(layout, tmp_path):
    """What is added looks as what stands there; nothing else in the file changes."""
    declared, wanted = LAYOUTS[layout]
    path = tmp_path / "layout.py"
    source = LAYOUT.replace("{also}", ALSO if '"x"' in declared else "")
    path.write_text(source.replace("{declared}", declared))
    graph, report = looked_at(f"layout_{abs(hash(layout))}", path)
    text = fixed(graph, report.diagnostics).texts[str(path)]
    assert text == source.replace("{declared}", wanted)


def test_a_computed_declaration_is_left_alone_and_named(tmp_path):
    """A loop over names is no place to write one stage's dependencies."""
    path = tmp_path / "computed.py"
    path.write_text(
        "from stageflow.api import Pipeline\n"
        "from stageflow.core import StageKind, StageOutput\n"
        "async def a(ctx):\n    return StageOutput.ok(k=ctx.inputs.get_from('s0', 'k'))\n"
        "pipeline = Pipeline(name='p')\n"
        "for n in ('s0', 's1'):\n"
        "    pipeline = pipeline.with_stage(n, a, StageKind.TRANSFORM)\n"
    )
    before = path.read_text()
    graph, report = looked_at("computed", path)
    change = fixed(graph, report.diagnostics)
    assert (dict(change.texts), change.left) == ({}, ("s1",))
    assert path.read_text() == before
