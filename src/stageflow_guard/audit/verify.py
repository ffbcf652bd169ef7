"""Offline verification: rebuild everything from the entries, trust nothing that is only claimed.

Needs neither a guard nor the host. A client that only reads tiles can be fooled by changing an
entry and its leaf hash; so the whole tree is rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stageflow_guard.audit.checkpoint import Checkpoint, open_note, parse_vkey
from stageflow_guard.audit.files import KNOWN, bundles, read_wal
from stageflow_guard.audit.record import decode
from stageflow_guard.audit.tree import WIDTH, Frontier, leaf_hash, root_of, tile_path
from stageflow_guard.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What holds. `anchored` says what from outside vouches for it: none, vkey or checkpoint."""

    origin: str
    size: int
    root: str
    anchored: str
    pending: int = 0
    denials_with_effect: tuple[int, ...] = ()


def verify(
    path: str | Path,
    *,
    vkey: str | Path | None = None,
    checkpoint: bytes | str | Path | None = None,
) -> Report:
    """Check a log directory; return a `Report` or raise `VerificationError` naming what fails.

    `vkey` is the key line (or a file that holds it) kept outside; `checkpoint` an older signed
    note (bytes, its text, or a file). Without either, the result says `anchored="none"`.
    """
    folder = Path(path)
    own = _read(folder, "vkey").decode("utf-8", "replace")
    key = _text(vkey) if vkey is not None else own
    if key.strip() != own.strip() or own != own.strip() + "\n":
        raise VerificationError("the log's `vkey` is not the given key", path="vkey")
    parse_vkey(key)
    head = open_note(_read(folder, "checkpoint"), key.strip())
    older = open_note(_bytes(checkpoint), key.strip()) if checkpoint is not None else None
    if older is not None and older.size > head.size:
        raise VerificationError(
            f"rolled back: the given checkpoint has {older.size} records, the log {head.size}",
            index=head.size,
        )
    alarms = _rebuild(folder, head, older)
    pending = _check_wal(folder, head.size)
    anchored = "checkpoint" if older is not None else "vkey" if vkey is not None else "none"
    return Report(
        origin=head.origin, size=head.size, root=head.root.hex(), anchored=anchored,
        pending=pending, denials_with_effect=tuple(alarms),
    )  # fmt: skip


def _rebuild(folder: Path, head: Checkpoint, older: Checkpoint | None) -> list[int]:
    tree = Frontier()
    levels: list[list[bytes]] = [[]]
    expected = {"checkpoint", "vkey"}
    denied: set[int] = set()
    decided: set[int] = set()
    alarms: list[int] = []

    def push(level: int, value: bytes) -> None:
        if level == len(levels):
            levels.append([])
        levels[level].append(value)
        row = levels[level]
        if len(row) == WIDTH:
            n = tree.size // int(WIDTH ** (level + 1)) - 1
            _check_tile(folder, level, n, row, expected)
            levels[level] = []
            push(level + 1, root_of(row))

    for first, entries, name in bundles(folder, head.size):
        expected.add(name)
        stored = _leaf_hashes(folder, first, len(entries))
        for offset, entry in enumerate(entries):
            index = first + offset
            leaf = leaf_hash(entry)
            if stored[offset] != leaf:
                raise VerificationError(
                    f"record {index} does not match its hash", index=index, path=name
                )
            tree.add(leaf)
            push(0, leaf)
            if older is not None and tree.size == older.size and tree.root() != older.root:
                raise VerificationError(
                    f"forked: the first {older.size} records are not those of the checkpoint",
                    index=index,
                )
            _check_record(entry, index, decided, denied, alarms)
    for level, row in enumerate(levels):
        if row:
            n = tree.size // int(WIDTH ** (level + 1))
            _check_tile(folder, level, n, row, expected)
    if tree.root() != head.root:
        raise VerificationError("the records are not the tree that is signed", path="checkpoint")
    if older is not None and older.size == 0 and older.root != Frontier().root():
        raise VerificationError("the given checkpoint is not of an empty tree")
    _check_strays(folder, expected)
    return alarms


def _leaf_hashes(folder: Path, first: int, width: int) -> list[bytes]:
    name = tile_path(0, first // WIDTH, width)
    content = _read(folder, name)
    if len(content) != width * 32:
        raise VerificationError(f"`{name}` has a wrong length", path=name, index=first)
    return [content[i : i + 32] for i in range(0, len(content), 32)]


def _check_tile(folder: Path, level: int, n: int, row: list[bytes], expected: set[str]) -> None:
    name = tile_path(level, n, len(row))
    expected.add(name)
    if _read(folder, name) != b"".join(row):
        raise VerificationError(f"`{name}` is not the tree's", path=name)


def _check_record(
    entry: bytes, index: int, decided: set[int], denied: set[int], alarms: list[int]
) -> None:
    try:
        record: dict[str, Any] = decode(entry)
    except (ValueError, RecursionError):
        raise VerificationError(f"record {index} is not canonical", index=index) from None
    if record.get("kind") == "decision":
        (denied if record.get("decision") == "deny" else decided).add(index)
    elif record.get("kind") == "effect":
        cause = record.get("decision_index")
        if cause in denied:
            alarms.append(index)
        elif cause not in decided:
            raise VerificationError(f"effect {index} has no decision before it", index=index)


def _check_wal(folder: Path, size: int) -> int:
    path = folder / "wal"
    if not path.exists():
        return 0
    content = path.read_bytes()
    frames, good = read_wal(content)
    if good != len(content):
        raise VerificationError("the write-ahead file ends in a torn frame", path="wal")
    end = max((first + len(entries) for first, entries in frames), default=size)
    return max(0, end - size)


def _check_strays(folder: Path, expected: set[str]) -> None:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise VerificationError(f"`{name}` is not a plain file", path=name)
        if path.is_dir() or name in expected or name == "wal":
            continue
        if name == "lock" and path.stat().st_size == 0:
            continue
        raise VerificationError(f"`{name}` does not belong to the log", path=name)
    if not {p.name for p in folder.iterdir()} <= KNOWN:
        raise VerificationError("the directory holds more than a log")


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise VerificationError(f"`{name}` is missing", path=name) from None


def _text(value: str | Path) -> str:
    if isinstance(value, Path) or "+" not in value:
        return Path(value).read_text(encoding="utf-8")
    return value


def _bytes(value: bytes | str | Path) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and "\n" in value:
        return value.encode()
    return Path(value).read_bytes()
