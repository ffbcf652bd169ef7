"""A folder or file that is not there: every verb names it, and says where it looked and what to do."""

from __future__ import annotations

import argparse
import io

import pytest

from stageflow_guard.cli import main, parser

EXAMPLES = {"day": "2026-11-28", "older_than": "30", "target": "app:x", "ref": "x#1", "until": "x"}
SAID = {
    "--config": "there is no file `nowhere` in `{}`; change to the application's folder, or name "
    "the file by its path; `stageflow-guard init` writes one",
    "--policies": "there is no policy folder `nowhere` in `{}`; name another, or the `guard.toml` "
    "that does with `--config`",
    "--audit": "there is no log `nowhere` in `{}`; name another, or the `guard.toml` that does "
    "with `--config`",
}
# they read `guard.toml` before the log, or the application before either
LATER = {("run", "--config"), ("lint", "--config"), ("lint", "--policies")}


def verbs(top, words=()):
    below = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield words, top
    for action in below:
        for name, child in action.choices.items():
            yield from verbs(child, (*words, name))


def needed(verb):
    """Return an argument for everything that the verb insists on."""
    for action in verb._actions:
        value = next(iter(action.choices or [EXAMPLES.get(action.dest, "1")]))
        if action.option_strings and action.required:
            yield from (action.option_strings[-1], value)
        elif not action.option_strings and action.nargs not in ("?", "*"):
            yield value


@pytest.mark.parametrize("flag", SAID)
def test_every_verb_says_what_is_missing_where_and_what_to_do(tmp_path, monkeypatch, capsys, flag):
    """The same sentence in all of them, exit 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    asked = 0
    for words, verb in verbs(parser()):
        own = flag in verb._option_string_actions and (words[0], flag) not in LATER
        settings_first = flag == "--audit" and not {"dir", "log"} & {a.dest for a in verb._actions}
        if not own or settings_first:
            continue
        asked += 1
        assert main([*words, *needed(verb), flag, "nowhere"]) == 2, words
        said = capsys.readouterr()
        assert said.err.strip() == f"config_error: {SAID[flag].format(tmp_path)}", words
        assert said.out == ""
    assert asked > 10
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_is_named_the_verb_says_so(tmp_path, monkeypatch, capsys):
    """In an empty folder; and where `guard.toml` names what is not there."""
    monkeypatch.chdir(tmp_path)
    for words, flag, what in (
        (["policy", "lint"], "--policies", "policy folder `policies`"),
        (["audit", "query"], "--audit", "log `audit`"),
    ):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert f"there is no {what} in `{tmp_path}`; nor a `guard.toml` that names one" in said
        assert f"`{flag}` names the folder" in said
    assert main(["init"]) == 0
    assert main(["audit", "query"]) == 2
    said = capsys.readouterr().err
    assert "`guard.toml` names it as `audit.path`; a guard makes it when it is first opened" in said
    assert main(["policy", "revisions"]) == 0  # none yet: no fault
    (tmp_path / "plain_app.py").write_text("NUMBER = 7\n")
    assert main(["lint", "plain_app", "--policies", "nowhere"]) == 2
    assert "there is no policy folder `nowhere`" in capsys.readouterr().err
