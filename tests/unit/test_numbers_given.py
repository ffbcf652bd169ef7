"""Numbers that people and files give: what no verb can use is refused by name, nothing is read."""

from __future__ import annotations

import argparse

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.cli import main, parser
from stageflow_guard.cli.numbers import length, whole
from stageflow_guard.cli.places import leaves
from stageflow_guard.errors import ConfigError
from stageflow_guard.settings import Settings

WRONG = ["9" * 5000, "9" * 20, "-1", "nan", "inf", "1e400", "\u0663", "", " 1", "1_0", "0x1", "1e"]


@pytest.mark.parametrize("text", WRONG)
def test_a_number_that_is_none_is_refused(text):
    """Too long, negative, not finite, other scripts' digits: for counts and for lengths of time."""
    with pytest.raises(argparse.ArgumentTypeError):
        whole(text)
    if text not in ("9" * 5000, " 1", "1_0"):
        with pytest.raises(argparse.ArgumentTypeError):
            length(text)


def test_numbers_that_are_numbers_are_taken():
    """Up to eighteen digits; times with fractions."""
    assert [whole(one) for one in ("0", "7", "9" * 18)] == [0, 7, 10**18 - 1]
    assert [length(one) for one in ("0.2", "10", "1e3")] == [0.2, 10.0, 1000.0]


def test_every_number_of_the_command_line_is_checked():
    """No option takes `int` or `float` as they are: both take what no verb can use."""
    for verb in leaves(parser()):
        for action in verb._actions:
            assert action.type not in (int, float), f"{verb.prog} {action.dest}"


@pytest.mark.parametrize(
    "asked",
    [["query", "--limit"], ["query", "--db", "x", "--limit"], ["tail", "-n"], ["prune", "--below"],
     ["gaps", "--silence"], ["verify", "--min"], ["bundle", "--out", "b", "--index"], ["prove"]],
)  # fmt: skip
async def test_a_verb_asked_with_such_a_number_is_a_usage_error(
    tmp_path, monkeypatch, asked, capsys
):
    """Exit 2 that names the option: `gaps --silence nan` would find no gap."""
    monkeypatch.chdir(tmp_path)
    log = await Log.open(tmp_path / "audit", origin="e.x/a", key_file=tmp_path / "k")
    await log.close()
    for text in ("9" * 20, "-1", "nan"):
        try:
            ended = main(["audit", *asked, text])
        except SystemExit as left:
            ended = left.code
        assert ended == 2
        assert "error: argument" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000, "nan", "-1", '"x'])
def test_a_settings_file_with_such_a_value_is_a_settings_error(tmp_path, value):
    """Digits without end, tables within tables, no number: `ConfigError`, whatever `tomllib` raises."""
    (tmp_path / "guard.toml").write_text(
        f"[audit]\npath = 'a'\norigin = 'o'\nheartbeat = {value}\n"
    )
    with pytest.raises(ConfigError):
        Settings.load(tmp_path / "guard.toml")
