"""Offline verification: rebuild everything from the entries, trust nothing that is only claimed.

1. the log's own key line, strictly parsed
2. the checkpoint, signed by that key
3. every entry hashed, every tile compared, the root rebuilt; an older checkpoint's root on the way
4. every record canonical, every effect behind its decision, every key handover endorsed
5. what was given from outside: the key is the log's or one of its predecessors, the older
   checkpoint is signed by one of them, its cosignatures hold
6. nothing else in the directory

Needs neither a guard nor the host. A client that only reads tiles can be fooled by changing an
entry and its leaf hash; so the whole tree is rebuilt.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from stageflow_guard.audit.log.layout import FORMAT, READABLE, being_written, read_minimum
from stageflow_guard.audit.log.wal import entries_behind, read_wal, scan, torn
from stageflow_guard.audit.read.signed_head import require_attested_minimum
from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, open_note, parse, parse_vkey
from stageflow_guard.audit.tlog.consistency import rolled_back
from stageflow_guard.audit.tlog.cosign import cosigned_at
from stageflow_guard.audit.tlog.key_rotation import (
    KIND,
    Rotation,
    chain,
    open_with_any,
    read_rotation,
    require_known_signatures,
)
from stageflow_guard.audit.tlog.storage import KNOWN, bundles, read, tile
from stageflow_guard.audit.tlog.tiles import TileReader, root_of_rows, subtree_hash, widths
from stageflow_guard.audit.tlog.tree import WIDTH, tile_path, verify_consistency
from stageflow_guard.audit.verification.leftovers import Leftovers
from stageflow_guard.audit.verification.outcomes import Agreement, Tally
from stageflow_guard.errors import ConfigError, VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """What holds. `anchored` says what from outside vouches for it: none, vkey or checkpoint.

    `minimum` is the first index that was checked, above 0 after pruning; `keys` are the log's keys,
    oldest first; `denials_with_effect` are the indices of effects behind a denial.
    """

    origin: str
    size: int
    root: str
    anchored: str
    pending: int = 0
    minimum: int = 0
    denials_with_effect: tuple[int, ...] = ()
    agreement: Agreement = field(default_factory=Agreement)
    clock_back: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


def verify(
    path: str | Path,
    *,
    vkey: str | Path | None = None,
    checkpoint: bytes | str | Path | None = None,
    minimum: int | None = None,
    witnesses: tuple[str, ...] = (),
) -> VerificationReport:
    """Check a log directory; return a report, or raise `VerificationError` naming what fails.

    `vkey` is the key line (or a file that holds it) kept outside; `checkpoint` an older signed
    note (bytes, its text, or a file). Without either, the result says `anchored="none"`. `minimum`
    is the first index to check: given for a pruned log, else everything is. `witnesses` are
    verifier keys of cosigners, each of which must have cosigned `checkpoint`. Raises `ConfigError`
    for a `vkey` that is neither line nor file.
    """
    folder = Path(path)
    live = being_written(folder)
    own = _read(folder, "vkey").decode("utf-8", "replace")
    if own != own.strip() + "\n":
        raise VerificationError("the log's `vkey` is malformed", path="vkey")
    own = own.strip()
    parse_vkey(own)  # 1
    note = _read(folder, "checkpoint")
    head = open_note(note, own)  # 2
    given = _bytes(checkpoint) if checkpoint is not None else None
    older = parse(given)[0] if given is not None else None
    if older is not None and older.size > head.size:
        raise rolled_back("the given checkpoint", older.size, head.size)
    start = _start(folder, minimum, head)
    rebuilt = _Rebuild(folder, head, older, start)
    rebuilt.run()  # 3, 4
    keys = chain(rebuilt.rotations, own)
    require_known_signatures(note, keys)
    if vkey is not None and _text(vkey).strip("\n") not in keys:  # 5
        raise VerificationError("the log's `vkey` is not the given key", path="vkey")
    if given is not None:
        open_with_any(given, keys)
    cosigned = [cosigned_at(given, one)[0] for one in witnesses if given is not None]
    if witnesses and given is None:
        raise VerificationError("a witness vouches for a checkpoint; give the cosigned one")
    _check_strays(folder, rebuilt.expected, live, head.size)  # 6
    pending = _check_wal(folder, head, keys, live)
    anchored = "checkpoint" if older is not None else "vkey" if vkey is not None else "none"
    tally = rebuilt.tally
    return VerificationReport(
        origin=head.origin, size=head.size, root=head.root.hex(), anchored=anchored,
        pending=pending, minimum=start, denials_with_effect=tuple(tally.alarms),
        agreement=tally.result(), clock_back=tuple(tally.clock_back[:100]), keys=tuple(keys),
        witnesses=tuple(cosigned),
    )  # fmt: skip


def _start(folder: Path, minimum: int | None, head: Checkpoint) -> int:
    """Return where checking begins: 0, or what the caller accepts as pruned."""
    pruned = read_minimum(folder)
    if pruned:
        require_attested_minimum(folder, head, pruned)
    if minimum is None:
        if pruned:
            raise VerificationError(
                f"records below {pruned} were pruned, as the log says; `minimum={pruned}` "
                f"(--min {pruned}) accepts that",
                index=0,
            )
        return 0
    if not 0 <= minimum <= head.size:
        raise VerificationError(f"the log holds {head.size} records; `minimum` is not among them")
    if minimum < pruned:
        raise VerificationError(f"records below {pruned} were pruned", index=minimum)
    return minimum - minimum % WIDTH


class _Rebuild:
    """One pass over the entries, level by level; memory does not grow with the tree."""

    def __init__(
        self, folder: Path, head: Checkpoint, older: Checkpoint | None, start: int
    ) -> None:
        self._folder = folder
        self._head = head
        self._older = older
        self._start = start
        self._levels: list[list[bytes]] = [[]]
        self._size = start
        self.expected = {"checkpoint", "vkey"}
        self.tally = Tally(start)
        self.rotations: list[Rotation] = []

    def run(self) -> None:
        folder, head, older = self._folder, self._head, self._older
        if self._start:
            self._resume_at_minimum()
        for first, entries, name in bundles(folder, head.size, self._start):
            self.expected.add(name)
            leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
            self._compare(first, leaves, name)
            if older is not None and first <= older.size <= first + len(leaves):
                self._check_older_root(older, leaves[: older.size - first])
            self._records(first, entries)
            self._size = first + len(leaves)
            self._levels[0] = leaves
            if len(leaves) == WIDTH:
                self._close(0)
        for level, row in enumerate(self._levels):
            if row:
                self._check_tile(level, self._size // int(WIDTH ** (level + 1)), row)
        if root_of_rows(self._levels) != head.root:
            raise VerificationError(
                "the records are not the tree that is signed", path="checkpoint"
            )
        if older is not None and older.size == 0:
            self._check_older_root(older, [])
        elif older is not None and older.size < self._start:
            self._check_older_prefix(older)
        pruned = read_minimum(folder)  # attested; too small where pruning was cut short
        if pruned:
            self.expected.add("minimum")
        self._check_pruned_tiles(pruned)

    def _check_pruned_tiles(self, pruned: int) -> None:
        """Check the tiles above level 0 that cover what was not rebuilt."""
        for n in range(pruned // WIDTH, self._start // WIDTH):
            self.expected |= {tile_path("entries", n, WIDTH), tile_path(0, n, WIDTH)}
        reader = TileReader(self._folder, self._head.size)
        for level in range(1, 8):
            span = int(WIDTH ** (level + 1))
            for n in range(self._start // span):
                name = tile_path(level, n, WIDTH)
                row = tile(self._folder, level, n, WIDTH)
                hashes = [row[i : i + 32] for i in range(0, len(row), 32)]
                self.expected.add(name)
                if subtree_hash(hashes) != reader.range_hash(n * span, (n + 1) * span):
                    raise VerificationError(f"`{name}` is not the tree's", path=name)

    def _resume_at_minimum(self) -> None:
        """Begin in the middle: what lies before is bound by the root, through its tiles' heads."""
        reader = TileReader(self._folder, self._head.size)
        rows, unit = [], 1
        for width in widths(self._start):
            first = (self._start // unit) - width
            rows.append(
                [
                    reader.range_hash((first + i) * unit, (first + i + 1) * unit)
                    for i in range(width)
                ]
            )
            unit *= WIDTH
        self._levels = rows or [[]]

    def _compare(self, first: int, leaves: list[bytes], name: str) -> None:
        stored = tile(self._folder, 0, first // WIDTH, len(leaves))
        path = tile_path(0, first // WIDTH, len(leaves))
        if stored == b"".join(leaves):
            self.expected.add(path)
            return
        if len(stored) != len(leaves) * 32:
            raise VerificationError(f"`{path}` has a wrong length", path=path, index=first)
        for offset, leaf in enumerate(leaves):
            if stored[offset * 32 : offset * 32 + 32] != leaf:
                index = first + offset
                raise VerificationError(
                    f"record {index} does not match its hash", index=index, path=name
                )

    def _close(self, level: int) -> None:
        row = self._levels[level]
        n = self._size // int(WIDTH ** (level + 1)) - 1
        self._check_tile(level, n, row)
        self._levels[level] = []
        if level + 1 == len(self._levels):
            self._levels.append([])
        self._levels[level + 1].append(subtree_hash(row))
        if len(self._levels[level + 1]) == WIDTH:
            self._close(level + 1)

    def _check_tile(self, level: int, n: int, row: list[bytes]) -> None:
        name = tile_path(level, n, len(row))
        self.expected.add(name)
        if level and tile(self._folder, level, n, len(row)) != b"".join(row):
            raise VerificationError(f"`{name}` is not the tree's", path=name)

    def _check_older_root(self, older: Checkpoint, part: list[bytes]) -> None:
        """Compare the root of the first `older.size` entries with what was signed then."""
        rows = [part, *self._levels[1:]] if older.size else []
        if root_of_rows(rows) != older.root:
            raise self._forked(older)

    def _check_older_prefix(self, older: Checkpoint) -> None:
        """Compare with a checkpoint from before what is checked, through the tiles that stayed."""
        reader = TileReader(self._folder, self._head.size)
        try:
            proof = reader.consistency(older.size)
        except VerificationError:
            raise VerificationError(
                f"the checkpoint of {older.size} records is from before what was pruned; give one "
                f"of {self._start} or more",
                index=older.size,
            ) from None
        try:
            verify_consistency(older.size, older.root, reader.size, self._head.root, proof)
        except VerificationError:
            raise self._forked(older) from None

    @staticmethod
    def _forked(older: Checkpoint) -> VerificationError:
        return VerificationError(
            f"forked: the first {older.size} records are not those of the checkpoint",
            index=max(0, older.size - 1),
        )

    def _records(self, first: int, entries: list[bytes]) -> None:
        take = self.tally.take
        for index, entry in enumerate(entries, first):
            try:
                record = decode_any(entry)
            except (ValueError, RecursionError):
                raise VerificationError(f"record {index} is not canonical", index=index) from None
            take(index, record)
            if record.get("kind") == KIND:
                self.rotations.append(read_rotation(index, record, self._head.origin))


def _check_wal(folder: Path, head: Checkpoint, keys: list[str], live: bool) -> int:
    content = read_wal(folder)
    if content is None:
        return 0
    blocks, good = scan(content)
    if live:  # a writer may be in the middle of a frame, and ahead of the checkpoint that was read
        return sum(1 for _ in entries_behind(content, head.size))
    if torn(content, good):
        raise VerificationError("the write-ahead file ends in a torn frame", path="wal")
    if not blocks and READABLE.get(read(folder, "format") or FORMAT) == READABLE[FORMAT]:
        raise VerificationError("the write-ahead file has lost its beginning", path="wal")
    seen = [open_with_any(b.payload, keys, path="wal").size for b in blocks if b.anchor]
    pending = sum(1 for _ in entries_behind(content, head.size))
    held = head.size + pending
    if max(seen, default=0) > held:
        raise rolled_back("the write-ahead file", max(seen), held, path="wal")
    return pending


def _check_strays(folder: Path, expected: set[str], live: bool, size: int) -> None:
    leftovers = None if live else Leftovers(folder, size)
    left = set[str]()
    for path in sorted(_listed(folder, live)):
        name = path.relative_to(folder).as_posix()
        try:
            found = path.lstat()
        except FileNotFoundError:
            if live:
                continue  # the writer has put a wider one in its place since
            raise
        plain = stat.S_ISREG(found.st_mode)
        if name in expected or name == "wal":
            if not plain:
                raise VerificationError(f"`{name}` is not a plain file", path=name)
            continue
        if stat.S_ISDIR(found.st_mode):
            continue
        if name == "lock" and plain and found.st_size == 0:
            continue
        if name == "format" and read(folder, "format") in READABLE:
            continue
        if live and (name.startswith("tile/") or name.endswith(".new")):
            continue  # the writer is ahead of the checkpoint that was read
        if leftovers is not None and plain and leftovers.explain(name):
            left.add(name)
            continue
        raise VerificationError(f"`{name}` does not belong to the log", path=name)
    if not live and not {p.name for p in folder.iterdir()} <= KNOWN | left:
        raise VerificationError("the directory holds more than a log")


def _listed(folder: Path, live: bool) -> Iterator[Path]:
    """Yield all that lies under `folder`; a running writer may remove a directory meanwhile."""

    def refused(exc: OSError) -> None:
        if not (live and isinstance(exc, FileNotFoundError)):
            raise exc

    for base, folders, names in os.walk(folder, onerror=refused):
        yield from (Path(base, name) for name in (*folders, *names))


def _read(folder: Path, name: str) -> bytes:
    content = read(folder, name)
    if content is None:
        raise VerificationError(f"`{name}` is missing", path=name)
    return content


def _text(value: str | Path) -> str:
    if isinstance(value, Path):
        return value.read_text(encoding="utf-8")
    if "+" in value:
        return value
    try:
        return Path(value).read_text(encoding="utf-8")
    except (OSError, ValueError):  # it may be the text of a key file, a private one's perhaps
        raise ConfigError("the given `vkey` is neither a key line nor a file") from None


def _bytes(value: bytes | str | Path) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and "\n" in value:
        return value.encode()
    return Path(value).read_bytes()
