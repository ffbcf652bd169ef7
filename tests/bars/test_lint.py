"""What the lint costs."""

from __future__ import annotations

import importlib.util
import sys
import time

import pytest

from stageflow_guard.hosts import lint_graph
from stageflow_guard.lint import check

pytestmark = pytest.mark.bars

STAGE = """
class S{n}:
    def _more(self, inputs):
        return inputs.get_from("s{before}", "value", 0)

    async def execute(self, ctx):
        text = ctx.snapshot.input_text or ""
        if text.startswith("x"):
            return StageOutput.ok(value=1, text=text)
        return StageOutput.ok(value=self._more(ctx.inputs) + 1, text=text)
"""


def test_a_pipeline_of_a_hundred_stages_takes_a_second(tmp_path):
    """Read and judged, nothing kept from before: at most 1 s of CPU."""
    lines = [
        "from stageflow.api import Pipeline",
        "from stageflow.core import StageKind, StageOutput",
    ]
    lines += [STAGE.format(n=n, before=max(n - 1, 0)) for n in range(100)]
    lines.append("pipeline = (\n    Pipeline(name='p')")
    lines += [
        f'    .with_stage("s{n}", S{n}, StageKind.TRANSFORM'
        + (f', after="s{n - 1}")' if n else ")")
        for n in range(100)
    ]
    path = tmp_path / "hundred.py"
    path.write_text("\n".join([*lines, ")"]))
    spec = importlib.util.spec_from_file_location("hundred", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["hundred"] = module
    spec.loader.exec_module(module)
    start = time.process_time()
    report = check(lint_graph(module.pipeline, written="hundred:pipeline"))
    spent = time.process_time() - start
    assert [one.code for one in report.diagnostics] == ["SG110"]  # the first reads itself
    assert report.steps == 100
    assert spent <= 1, f"{spent:.2f} s"
