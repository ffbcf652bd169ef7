"""The lint on labelled pipelines: every fault at its line, no complaint about sound ones."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from stageflow_guard.hosts import lint_graph
from stageflow_guard.lint import check

sys.path.insert(0, str(Path(__file__).parent))
from cases import Case, cases

sys.path.pop(0)

HERE = Path(__file__).parent
FAULTY = [one for file in sorted(HERE.glob("faulty*.txt")) for one in cases(file)]
SOUND = [one for file in sorted(HERE.glob("sound*.txt")) for one in cases(file)]


def found_in(case: Case, folder: Path) -> dict[tuple[int, str], str]:
    """Return what the lint says about a case: (line, code) to the whole line."""
    path = folder / f"case_{case.name}.py"
    path.write_text(case.text)
    name = f"lint_case_{case.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        target = module.pipeline if hasattr(module.pipeline, "stages") else module.pipeline()
        report = check(lint_graph(target, written=f"{name}:pipeline"))
    finally:
        del sys.modules[name]
    assert all(one.at.file == str(path) for one in report.diagnostics), report
    return {(one.at.line, one.code): str(one) for one in report.diagnostics}


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
def test_each_fault_is_found_at_its_line_and_nothing_else(case, tmp_path):
    """A labelled fault is one diagnostic of its code at its line; notes are allowed beside it."""
    found = {k: v for k, v in found_in(case, tmp_path).items() if k[1] != "SG901"}
    assert case.faults, "a faulty case has a mark"
    assert set(found) == case.faults, "\n".join(found.values())


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_a_sound_pipeline_gets_no_complaint(case, tmp_path):
    """Not even a note."""
    assert found_in(case, tmp_path) == {}


def test_the_set_is_large_enough():
    """At least 80 faulty pipelines of every code, and 40 sound ones."""
    assert len(FAULTY) >= 80
    assert len(SOUND) >= 40
