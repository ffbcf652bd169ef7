"""The line of the process's own log for each refusal: names and codes, never content."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest

from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import examples
from stageflow_guard.enforcement.recorder import _name, _resource

LINE = re.compile(
    r"refused code=(\S+) reason=(\S+) pipeline=(\S+) stage=(\S+) resource=(\S+) ref=(\S+)#(\d+)"
)


def played(name, folder, caplog):
    """Play an example; return (line's groups, the record that its ref names) of each refusal."""
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        asyncio.run(examples.play(name, folder))
    records = dict(iter_records(folder / "audit"))
    lines = [one.getMessage() for one in caplog.records if one.getMessage().startswith("refused")]
    found = [LINE.fullmatch(line) for line in lines]
    assert found and all(found), lines
    return [(one.groups(), records[int(one[7])]) for one in found]


@pytest.mark.parametrize(
    ("name", "resources"),
    [("tools_1_tool_agent", {"tool:refund", "-"}), ("tools_2_multi_tool", {"tool:directory"}),
     ("core_3_error_handling", {"tool:find_parcel"}),
     ("tools_3_approval_workflow", {"tool:large_refund", "-"})],
)  # fmt: skip
def test_a_refused_tool_is_named_with_its_reason(tmp_path, caplog, name, resources):
    """As its record names it; whoever reads the line knows which tool, and why, without the log."""
    seen = set()
    for (code, reason, _, _, resource, _, _), record in played(name, tmp_path / name, caplog):
        assert (code, reason) == (record["error"], record["reason"])
        assert resource == record.get("resource", "-")
        seen.add(resource)
    assert seen == resources


def test_a_direct_question_names_the_run_it_is_asked_in(tmp_path, caplog):
    """Of data only the kind: the name of an object may be a person's."""
    ((code, reason, pipeline, _, resource, _, _), record), = played(
        "conversation_2_contextual", tmp_path / "c", caplog
    )  # fmt: skip
    assert (code, reason) == ("access_denied", "no_matching_rule")
    assert pipeline == "contextual"
    assert record["resource"].startswith("memory:")
    assert resource == "memory"


@pytest.mark.parametrize(
    "name",
    [
        "536-90-4399",
        "id_536-90-4399",
        "case-20391",
        "maria keller",
        "a\nrefused code=forged",
        "\x1b[2J",
        "x" * 129,
        "",
        "é",
    ],
)
def test_a_made_up_name_is_not_in_the_line(name):
    """A model makes up tools' names; a line of a log takes none that is anybody's text."""
    assert _name(name) == "-"
    assert _resource(f"tool:{name}") == "tool:-"
    assert _resource(f"data:{name}") == "data"
    assert _resource(f"{name}:x") == "-"
    assert _resource("tool:crm/find_parcel.v2") == "tool:crm/find_parcel.v2"
