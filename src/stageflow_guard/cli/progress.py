"""A progress bar for a person at a terminal; nothing for a pipe."""

from __future__ import annotations

import sys

from stageflow_guard.cli.terminal import own


class Progress:
    """A bar on standard error that knows its total; silent without a terminal."""

    WIDTH = 30

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self._shown = sys.stderr.isatty()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        if self._shown:
            full = self.WIDTH * self.done // self.total
            bar = "█" * full + "░" * (self.WIDTH - full)
            print(
                own("\r") + f"{bar} {self.done}/{self.total} runs",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def close(self) -> None:
        """Leave the line as it was."""
        if self._shown:
            print(own("\r\x1b[K"), end="", file=sys.stderr, flush=True)
