"""`completion bash | zsh | fish`: a script that completes verbs and flags, made from the parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from stageflow_guard.cli import HOLDS

SHELLS = ("bash", "zsh", "fish")

_BASH = """\
# bash completion of stageflow-guard; source it, or put it where bash-completion looks
_stageflow_guard() {{
  local at="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${{COMP_WORDS[i]}}"
    case "$at $word" in
      {nodes}) at="$at $word" ;;
    esac
  done
  case "$at" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _stageflow_guard stageflow-guard
"""
_ZSH = """\
#compdef stageflow-guard
# zsh completion of stageflow-guard; put it as _stageflow-guard into a folder of $fpath
_stageflow_guard() {{
  local at="" word words_here="" i
  for ((i = 2; i < CURRENT; i++)); do
    word="${{words[i]}}"
    case "$at $word" in
      {nodes}) at="$at $word" ;;
    esac
  done
  case "$at" in
{cases}
  esac
  compadd -- ${{=words_here}}
  _files
}}
if [ "$funcstack[1]" = "_stageflow-guard" ]; then _stageflow_guard; else compdef _stageflow_guard stageflow-guard; fi
"""


def arguments(verbs: Any) -> None:
    """Add the verb."""
    about = "print a script that completes verbs and flags in a shell"
    one = verbs.add_parser("completion", help=about, description=about)
    one.add_argument("shell", choices=SHELLS, help="the shell that reads the script")


def run(args: argparse.Namespace) -> int:
    """Print the script for one shell."""
    print(script(args.shell), end="")
    return HOLDS


def script(shell: str) -> str:
    """Return the script; every word in it is a verb, a choice or a flag of our own parser."""
    from stageflow_guard.cli import parser

    nodes = list(_nodes(parser()))
    if shell == "fish":
        return "".join(_fish(nodes))
    variable = "words" if shell == "bash" else "words_here"
    cases = "\n".join(f'    "{at}") {variable}="{" ".join(words)}" ;;' for at, words, _ in nodes)
    known = "|".join(f'"{at}"' for at, _, _ in nodes if at)
    return (_BASH if shell == "bash" else _ZSH).format(nodes=known, cases=cases)


def _nodes(
    parser: argparse.ArgumentParser, at: str = ""
) -> Iterator[tuple[str, list[str], list[argparse.Action]]]:
    """Yield each verb's place (` policy test`), its words, and its arguments."""
    words: list[str] = []
    below: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below += action.choices.items()
            words += action.choices
        elif not action.option_strings:
            words += map(str, action.choices or ())
        else:
            words += [one for one in action.option_strings if one.startswith("--")]
    yield at, words, parser._actions
    for name, child in below:
        yield from _nodes(child, f"{at} {name}")


def _fish(nodes: list[tuple[str, list[str], list[argparse.Action]]]) -> Iterator[str]:
    yield "# fish completion of stageflow-guard; put it into ~/.config/fish/completions\n"
    for at, words, _ in nodes:
        inside = at.split()
        below = [one.split()[len(inside)] for one, _, _ in nodes if _is_below(one, at)]
        parts = [f"__fish_seen_subcommand_from {name}" for name in inside]
        if below:
            parts.append(f"not __fish_seen_subcommand_from {' '.join(below)}")
        when = f" -n '{'; and '.join(parts)}'" if parts else ""
        for word in words:
            shown = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            yield f"complete -c stageflow-guard{when} {shown}\n"


def _is_below(one: str, at: str) -> bool:
    return one.startswith(f"{at} ") and len(one.split()) == len(at.split()) + 1
