"""The words of `outcome`: one list, which records, filters and pages go by."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from stageflow_guard.audit.records.outcome_words import FAILURES, OTHERS, OUTCOMES, STEPS
from stageflow_guard.enforcement.seam import ControlFlow
from stageflow_guard.errors import ConfigError

ROOT = Path(__file__).parents[2]
WRITERS = ("enforcement", "hosts", "audit", "policy/live", "redaction")
RECORDED = {"effect", "finish", "record_end", "_note", "_record", "ControlFlow"}


def written():
    """Return every outcome that the source puts on record as a literal."""
    found = set()
    for place in WRITERS:
        for file in (ROOT / "src/stageflow_guard" / place).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "outcome":
                    found |= _texts(node.value)
                elif isinstance(node, ast.Assign):
                    names = {one.id for to in node.targets for one in ast.walk(to)
                             if isinstance(one, ast.Name)}  # fmt: skip
                    if "outcome" in names:
                        found |= _texts(node.value)
                elif isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name in RECORDED:
                        found |= set().union(*(_texts(one) for one in node.args[:3]))
    return found - {""}


def _texts(node):
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    if isinstance(node, ast.Tuple):
        return set().union(*(_texts(one) for one in node.elts))
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_every_outcome_that_is_written_is_in_the_list():
    """So that a filter refuses no word that a record has."""
    found = written()
    assert {"refused", "withheld", "cancelled", "cancel", "dropped", "erased", "lost"} <= found
    assert found <= set(OUTCOMES), found - set(OUTCOMES)


def test_the_hosts_own_words_are_in_the_list():
    """Stageflow's statuses stand on record as the host says them."""
    from stageflow.core import StageStatus

    from stageflow_guard.hosts.stageflow.interceptors import OUTCOMES as RESULTS

    assert {one.value for one in StageStatus} | set(RESULTS) <= set(STEPS)


def test_an_approvals_words_are_not_those_of_steps():
    """A request that is taken back was stopped by nobody from outside."""
    from stageflow_guard.hosts.stageflow import approvals

    tree = ast.parse(Path(approvals.__file__).read_text())
    noted = [node for node in ast.walk(tree) if isinstance(node, ast.Call)
             and getattr(node.func, "attr", "") == "_note"]  # fmt: skip
    said = set().union(*(_texts(one) for call in noted for one in call.args))
    assert said == {"expired", "withdrawn"} <= set(OTHERS)


def test_no_word_has_two_meanings_and_failures_are_steps():
    """A filter chooses one thing."""
    assert not STEPS.keys() & OTHERS.keys()
    assert set(STEPS) > FAILURES


def test_the_page_explains_exactly_these():
    """docs/reference/audit-log.md has each word once, with this text."""
    page = (ROOT / "docs/reference/audit-log.md").read_text()
    part = page.partition("## Outcomes")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", part, re.MULTILINE)) == OUTCOMES


def test_an_adapter_can_put_no_other_word_on_record():
    """Its control flow is then a failure like any other."""
    with pytest.raises(ConfigError, match="one of ok, error"):
        ControlFlow("parked", "", ValueError)
