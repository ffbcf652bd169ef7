"""Is this a log, of this format, and all of it? Asked before anything in the directory changes."""

from __future__ import annotations

import os
from pathlib import Path

from stageflow_guard.audit.log.wal import read_wal, scan
from stageflow_guard.audit.tlog.checkpoint import parse, parse_size
from stageflow_guard.audit.tlog.storage import KNOWN, read
from stageflow_guard.audit.tlog.tree import WIDTH, tile_path
from stageflow_guard.base.durable import is_locked, sync_dir
from stageflow_guard.errors import ConfigError, VerificationError

FORMAT = b"stageflow-guard log 2\n"  # 1: frames of the write-ahead file are not authenticated
READABLE = {b"stageflow-guard log 1\n": 1, FORMAT: 2}
_PREFIX = b"stageflow-guard log "


def identify(folder: Path) -> None:
    """Raise `ConfigError` for a directory that is foreign, newer than this release, or half a copy.

    An empty directory is fine: it is a log to be.
    """
    names = {p.name for p in folder.iterdir()}
    stray = sorted(n for n in names if n.removesuffix(".new") not in KNOWN)
    if stray:
        raise ConfigError(f"`{folder}` is not a log directory: it holds `{stray[0]}`")
    if "format" in names:
        read_format(folder)
    for there, absent in (
        ("checkpoint", "vkey"),
        ("tile", "checkpoint"),
        ("minimum", "checkpoint"),
        ("checkpoint", "wal"),
    ):
        if there in names and absent not in names:
            raise ConfigError(
                f"`{folder}` is half a log: it has `{there}` and no `{absent}`; copy all of it"
            )


def read_format(folder: Path) -> int:
    """Return the log's format; raise `ConfigError` unless this release reads it.

    A log without the file is taken for the newest: the checkpoint is signed, and older formats
    promise less.
    """
    content = read(folder, "format")
    if content is None:
        return READABLE[FORMAT]
    if content in READABLE:
        return READABLE[content]
    if content.startswith(_PREFIX) and content[len(_PREFIX) : -1].isdigit():
        raise ConfigError(
            f"`{folder}` was written by a newer release (format "
            f"{content[len(_PREFIX) : -1][:9].decode()}); this one reads formats 1 and 2"
        )
    raise ConfigError(f"`{folder}` is not a log of this package: its `format` is unknown")


def survey(folder: Path, size: int, minimum: int) -> list[Path]:
    """Return what a crash left: replacements (`*.new`), outgrown partial tiles, pruned ones.

    Raises `VerificationError` for a tile that is missing. Lists names only, so that opening stays
    fast; contents are `verify`'s.
    """
    left = list(folder.glob("*.new"))
    expected = set(names_of(size, minimum))
    pruned = set(names_of(minimum)) - expected
    for base, _, names in os.walk(folder / "tile"):
        inside = os.path.relpath(base, folder)
        for name in names:
            path = f"{inside}/{name}"
            if path in expected:
                expected.discard(path)
            elif name.endswith(".new") or inside.endswith(".p") or path in pruned:
                left.append(Path(base) / name)
    if expected:
        name = min(expected)
        raise VerificationError(f"`{name}` is missing", path=name)
    return left


def discard(left: list[Path]) -> None:
    """Unlink what `survey` found left over; names durable when this returns."""
    for one in left:
        one.unlink(missing_ok=True)  # a replacement may have been put in place meanwhile
    for place in {one.parent for one in left}:
        sync_dir(place)


def names_of(size: int, minimum: int = 0) -> list[str]:
    """Return the path of every bundle and tile of a tree of `size`, pruned below `minimum`."""
    found = []
    for level in ["entries", *range(8)]:
        unit = 1 if level == "entries" else int(WIDTH ** int(level))
        count = size // unit
        if count == 0:
            break
        first = minimum // WIDTH if unit == 1 else 0  # what is above level 0 stays
        found += [tile_path(level, n, WIDTH) for n in range(first, count // WIDTH)]
        if count % WIDTH:
            found.append(tile_path(level, count // WIDTH, count % WIDTH))
    return found


def read_minimum(folder: Path) -> int:
    """Return the index below which records were pruned; 0 for a whole log."""
    content = read(folder, "minimum")
    if content is None:
        return 0
    minimum = parse_size(content[:-1].decode("latin-1")) if content.endswith(b"\n") else None
    if minimum is None or minimum % WIDTH:
        raise VerificationError("`minimum` is malformed", path="minimum")
    return minimum


def has_lost_checkpoint(folder: Path) -> bool:
    """Say whether records lie here that no checkpoint speaks for.

    A log has a checkpoint before its first record; what a crash left of an opening has no record.
    """
    if _is_there(folder, "checkpoint"):
        return False
    # looked at again behind the records: an opening may just have written both
    return _has_records(folder) and not _is_there(folder, "checkpoint")


def _is_there(folder: Path, name: str) -> bool:
    return (folder / name).exists()


def _has_records(folder: Path) -> bool:
    if _is_there(folder, "tile"):
        return True
    try:
        blocks = scan(read_wal(folder) or b"")[0]
        return any(not one.anchor or parse(one.payload)[0].size for one in blocks)
    except VerificationError:  # damaged: whatever it held, it is no opening
        return True


def being_written(folder: Path) -> bool:
    """Say whether a writer holds the log now."""
    return is_locked(folder / "lock")
