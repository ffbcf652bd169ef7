"""`examples list|run|copy`: the shipped pipelines, each in a scene of its own."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import shipped
from stageflow_guard.cli.quiet import quiet
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.testing.scene import Scene

TRACKS = {
    "core": "core mechanics",
    "tools": "tools and workers",
    "voice": "voice and real time",
    "governance": "governance",
    "conversation": "conversation",
}


def arguments(verbs: Any) -> None:
    """Add the verb."""
    verb = verbs.add_parser("examples", help="list, run or copy the shipped pipelines")
    verb.add_argument("action", choices=["list", "run", "copy"], help="what to do")
    verb.add_argument("name", nargs="?", help="which; `run` without a name runs all of them")
    verb.add_argument("--to", metavar="DIR", default=".", help="where `copy` writes")
    verb.add_argument("--log", action="store_true", help="print the audit log, too")


def names() -> list[str]:
    """Return the pipelines' names, by track and then as they are numbered."""
    folder = shipped("examples") / "pipelines"
    found = [path.stem for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    order = list(TRACKS)
    return sorted(found, key=lambda name: (order.index(name.partition("_")[0]), name))


def load(name: str) -> Any:
    """Return the module of one pipeline; raises `ConfigError` for a name that is none."""
    if name not in names():
        raise ConfigError(f"`{name}` is no example; `stageflow-guard examples list` has them")
    folder = str(shipped("examples") / "pipelines")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)


def summary_of(name: str) -> str:
    """Return the first line of a pipeline's own docstring."""
    return (load(name).__doc__ or "").strip().partition("\n")[0]


async def play(name: str, folder: Path) -> Scene:
    """Play one pipeline's scenario in `folder`; return the scene, closed."""
    from stageflow_guard.testing.scene import Scene

    module = load(name)
    scene = Scene(folder, shipped("examples") / "policies", **getattr(module, "SCENE", {}))
    async with scene:
        await module.scenario(scene)
    return scene


def run(args: argparse.Namespace) -> int:
    """Exit 0 when all went as each example says; 1 when a run failed or a log does not verify."""
    if args.action == "list":
        for name in names():
            print(f"{name:34} {summary_of(name)}")
        return 0
    if args.action == "copy":
        return _copy(args.name, Path(args.to))
    chosen = [args.name] if args.name else names()
    return max(_show(name, log=args.log) for name in chosen)


def _show(name: str, *, log: bool) -> int:
    from stageflow_guard.audit import verify

    with tempfile.TemporaryDirectory() as folder, quiet():
        scene = asyncio.run(play(name, Path(folder) / "scene"))
        verify(scene.folder / "audit")
        print(f"\n{name}: {summary_of(name)}")
        for row in scene.rows:
            print(one_line(f"  {row.outcome:10} {row.case:38} {row.caller:16} {row.detail}"))
        if log:
            print("".join(scene.log()), end="")
    return int(any(row.outcome == "failed" for row in scene.rows))


def _copy(name: str | None, to: Path) -> int:
    if name is None:
        raise ConfigError("`examples copy` takes a name")
    load(name)
    source = shipped("examples") / "pipelines" / f"{name}.py"
    target = to / source.name
    if target.exists():
        raise ConfigError(f"`{target}` is there already")
    to.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    print(f"wrote {target}")
    return 0
