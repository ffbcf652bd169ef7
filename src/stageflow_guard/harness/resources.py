"""Readings of this process: CPU, memory, open files. A reading that fails is left out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any


def _memory() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _peak() -> int:
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _files() -> int:
    return len(os.listdir("/proc/self/fd"))


_READINGS: dict[str, Callable[[], Any]] = {
    "cpu_s": lambda: round(time.process_time(), 3),
    "rss_bytes": _memory,
    "peak_rss_bytes": _peak,
    "open_files": _files,
}


def readings() -> dict[str, Any]:
    """Return what can be read here: seconds of CPU, bytes of memory, open files."""
    found = {}
    for name, read in _READINGS.items():
        try:
            found[name] = read()
        except Exception:  # noqa: S112 - another platform, a sandbox: a reading is never worth a run
            continue
    return found
