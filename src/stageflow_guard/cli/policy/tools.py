"""`policy tools accept`: say that somebody looked at the definitions of an application's tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.base.durable import write_durably
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.targets import attribute, load
from stageflow_guard.enforcement.definitions import protected_definitions
from stageflow_guard.hosts import tool_definitions
from stageflow_guard.policy.engine.catalogue import PinFile, validated
from stageflow_guard.policy.engine.tool_rules import PINS

if TYPE_CHECKING:
    import argparse


def tools(args: argparse.Namespace) -> int:
    """Pin the definitions of a registry, an executor or protected callables; others stay pinned as they are."""
    found = protected_definitions(attribute(args.target)) or tool_definitions(load(args.target))
    file = Path(args.path) / PINS
    old = dict(validated(PinFile, file.read_bytes(), PINS).accepted) if file.exists() else {}
    new = {**old, **found}
    lines = ["# written by `stageflow-guard policy tools accept`", "accepted:"]
    lines += [f"  {name}: {digest}" for name, digest in sorted(new.items())]
    write_durably(file, ("\n".join(lines) + "\n").encode())
    changed = {
        name: "new" if name not in old else "changed" if old[name] != digest else "same"
        for name, digest in sorted(found.items())
    }
    if args.json:
        print_json(changed)
    for name, how in () if args.json else changed.items():
        print(f"{how:<8} {name} {found[name]}")
    return HOLDS
