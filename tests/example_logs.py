"""`make logs`: play every example, rewrite examples/logs, and print what changed."""

from __future__ import annotations

import asyncio
import difflib
import sys
import tempfile
from pathlib import Path

from stageflow_guard.cli.examples import names, play
from stageflow_guard.cli.quiet import quiet

LOGS = Path(__file__).parents[1] / "examples" / "logs"


def main() -> None:
    """Rewrite each log; a name on the command line takes that one alone."""
    for name in sys.argv[1:] or names():
        with tempfile.TemporaryDirectory() as folder, quiet():
            scene = asyncio.run(play(name, Path(folder) / "scene"))
            new = list(scene.log())
        path = LOGS / f"{name}.jsonl"
        old = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        sys.stdout.writelines(difflib.unified_diff(old, new, f"{name} before", f"{name} now", n=0))
        path.write_text("".join(new), encoding="utf-8")


if __name__ == "__main__":
    main()
