"""Every verb and argument, from the argument parser itself."""

from __future__ import annotations

import argparse

HEAD = """# Commands

Made from the command line's own parser. `stageflow-guard VERB --help` prints the same; `stageflow-guard completion bash` (or `zsh`, `fish`) prints what completes verbs and flags in a shell; `python -m stageflow_guard` works where no script is on the path.

Exit codes: 0 it holds, 1 it does not, 2 usage or configuration, 3 something cannot be reached, 130 interrupted.
"""


def text() -> str:
    """Return the page."""
    from stageflow_guard.cli import parser
    from stageflow_guard.cli.places import leaves

    top = parser()
    about = dict(_about(top))
    out = [HEAD]
    group = ""
    for verb in leaves(top):
        name = verb.prog.partition(" ")[2]
        if name.split()[0] != group:
            group = name.split()[0]
            out.append(f"## {group}\n")
            if group != name:
                out.append(f"{_sentence(about.get(group, ''))}\n")
        if group != name:
            out.append(f"### {name}\n")
        out.append(f"{_sentence(about.get(name, ''))}\n")
        out.append(f"`{_usage(verb)}`\n")
        rows = [_row(action) for action in verb._actions if action.dest != "help"]
        if rows:
            out += ["| argument | |", "| --- | --- |", *rows, ""]
    return "\n".join(out)


def _about(top: argparse.ArgumentParser, above: str = "") -> list[tuple[str, str]]:
    found = []
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action._choices_actions:
                name = f"{above} {one.dest}".strip()
                found.append((name, one.help or ""))
                found += _about(action.choices[one.dest], name)
    return found


def _sentence(said: str) -> str:
    said = said.replace("%%", "%")
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") or not said else ".")


def _usage(verb: argparse.ArgumentParser) -> str:
    needed = [a for a in verb._actions if a.option_strings and a.required]
    given = [f"{a.option_strings[0]} {_value(a)}".strip() for a in needed]
    places = [_place(a) for a in verb._actions if not a.option_strings]
    return " ".join([verb.prog, *given, *places])


def _place(action: argparse.Action) -> str:
    name = _value(action)
    return f"[{name}]" if action.nargs in ("?", "*") else name


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar is not None:
        return str(action.metavar)
    return action.dest.upper()


def _row(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings)
    name = f"{name} {_value(action)}".strip() if name else _value(action)
    said = (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))
    if action.choices:
        said += f" (one of {', '.join(map(str, action.choices))})"
    cells = (f"`{name}`", said.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*"))
    return f"| {cells[0]} | {cells[1]} |"
