"""Every contender of the bypass suite: what each host's own hooks do, and what the guard does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

HERE = Path(__file__).parent
HOSTS = HERE.parent / "hosts"


def module_of(path):
    """A module by its path: it imports its host."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contenders():
    """Every contender, host by host; the guard's own comes last of each."""
    found = []
    for path in sorted(HERE.glob("*_ways.py")):
        module = module_of(path)
        kit = HOSTS / path.name.replace("_ways", "_driver")
        driver = module_of(kit) if kit.exists() else None
        for cls in module.CONTENDERS:
            cls.kit = driver
            found.append(cls())
    return tuple(found)
