"""Noticing that policy files changed, without reading them: names, sizes, inodes and times.

What is trusted: a file is what it was when its device, inode, size, mode and both times (to the
nanosecond) are, and when it was old enough to be looked at: within one tick of a file system's
clock a file can change and keep them all, so one that changed less than `TICK` before a look counts
as changed since that look. A time alone is not enough: a file can be put in place with an older
one, while its change time is nobody's to set. What is left (a clock that was set back, a network
file system that keeps attributes, a mapped page) is for `ContentCheck`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.loader import PLATFORM, TENANT
from stageflow_guard.policy.engine.loader import TOP as FILES
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.source import PolicyFolder
from stageflow_guard.policy.engine.text import pinned

TOP = {"roles", "platform", "tenants", *FILES}  # all that a loader reads
TICK = 2_000_000_000  # nanoseconds: FAT keeps times in steps of two seconds, all others in finer
LISTED = ""  # the unit of `tenants/` itself: which tenants there are
SHARED = "/"  # the unit of all other files that are no tenant's
Marks = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """How a policy folder stood, by tenant; equal when nothing was touched in between.

    `young` are the units of which something had changed less than `TICK` before.
    """

    base: str = ""
    units: Mapping[str, Marks] = field(default_factory=dict)
    young: frozenset[str] = field(default=frozenset(), compare=False)
    mark: object = field(default_factory=object, compare=False)  # stands for this look
    like: object = field(default=None, compare=False)  # the mark of an earlier one,
    touched: frozenset[str] = field(default=frozenset(), compare=False)  # and what differs from it

    def changed_since(self, earlier: Signature) -> frozenset[str] | None:
        """Return the tenants whose files may differ, `""` for their number; None: all may."""
        if not self.base or self.base != earlier.base:
            return None
        old, new = earlier.units, self.units
        touched = self.touched
        if self.like is not earlier.mark:
            touched = frozenset(n for n in old.keys() | new.keys() if old.get(n) != new.get(n))
        if any(name not in old or name not in new for name in touched):
            touched |= {LISTED}
        return (touched | earlier.young) - {SHARED}  # which are read at every load


NEVER = Signature()


class Looked(NamedTuple):
    """How the policies' folder stood at one look, and that of those on trial."""

    policies: Signature = NEVER
    shadow: Signature = NEVER


def signature(
    folder: str | Path, like: Signature = NEVER, *, now: Callable[[], int] = time.time_ns
) -> Signature:
    """Return how the folder stands; an empty one where it cannot be read.

    Links that lead there are resolved: turning one to another folder is a change. What stands as in
    `like` is shared with it, and what does not is noted: `changed_since(like)` costs nothing more.
    """
    try:
        base = str(pinned(Path(folder)))
    except ConfigError:
        return Signature()
    limit = now() - TICK
    units: dict[str, Marks] = {}
    young: set[str] = set()
    touched: set[str] = set()
    for unit, places in _units(base):
        marks, latest = _marks(base, places)
        known = like.units.get(unit)
        if known == marks:
            marks = known  # at once, so that the other ends young and the collector has no work
        else:
            touched.add(unit)
        units[unit] = marks
        if latest > limit:
            young.add(unit)
    touched |= like.units.keys() - units.keys()
    return Signature(base, units, frozenset(young), like=like.mark, touched=frozenset(touched))


def _units(base: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """Yield what a loader reads: at the top, in `tenants/` each by itself."""
    top = [entry for entry in _entries(base) if entry.name in TOP]
    yield LISTED, [entry for entry in top if entry.name == "tenants"]
    yield SHARED, [entry for entry in top if entry.name != "tenants"]
    for entry in _entries(f"{base}/tenants"):
        yield entry.name, [entry]


def _marks(base: str, todo: list[os.DirEntry[str]]) -> tuple[Marks, int]:
    """Return the marks of files, of folders and all below them; and the latest change."""
    marks: list[str | int] = []
    latest = 0
    while todo:
        one = todo.pop()
        try:
            s = one.stat(follow_symlinks=False)
            folder = one.is_dir(follow_symlinks=False)
        except OSError:
            continue
        marks += (
            one.path, s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino, s.st_mode, s.st_dev,
        )  # fmt: skip
        latest = max(latest, s.st_mtime_ns, s.st_ctime_ns)
        if folder and one.path != f"{base}/tenants":
            todo += _entries(one.path)
    return tuple(marks), latest


def _entries(place: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, without files in the making and what was removed."""
    try:
        with os.scandir(place) as found:
            kept = [one for one in found if not one.name.startswith(".")]
    except OSError:
        return []
    return sorted(kept, key=lambda one: one.name)


class ContentCheck:
    """Compares files with what was loaded, a few at each look: for what marks do not show.

    Within `seconds` every file comes to be read, however often there are changes in between.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = ""

    def differing(self, folder: Path, policies: PolicySet, elapsed: float) -> str | None:
        """Return a unit, of those whose turn it is, that is not as it was loaded; None for none.

        A file that is not in force for a problem of it is left out: each reload reads it.
        """
        try:
            source = PolicyFolder(folder)
        except ConfigError:
            return None  # the signature shows it
        names = [SHARED, *policies.tenants]
        count = min(len(names), int(len(names) * elapsed / self._seconds) + 1)
        start = next((at for at, name in enumerate(names) if name > self._last), 0)
        wrong = {one.file for one in policies.problems if one.code == "not_in_force"}
        for name in [*names[start:], *names[:start]][:count]:
            self._last = name
            if _differs(source, policies.files(), name, wrong):
                return name
        return None


def _differs(
    source: PolicyFolder, files: Mapping[str, bytes], unit: str, wrong: Collection[str]
) -> bool:
    try:
        return any(
            files.get(name) != (source.read(name) if source.has(name) else None)
            for name in _read_by_a_load(source, unit)
            if name not in wrong
        )
    except ConfigError:
        return True


def _read_by_a_load(source: PolicyFolder, unit: str) -> list[str]:
    if unit == SHARED:
        roles = source.entries("roles") if source.has("roles") else []
        names = [*FILES, *(f"platform/{one}" for one in PLATFORM)]
        names += [f"roles/{one}" for one in roles if one.endswith(".csv")]
    else:
        names = [f"tenants/{unit}/{one}" for one in TENANT]
    return [name for name in names if not name.endswith("_test.yaml")]  # tables are not in force
