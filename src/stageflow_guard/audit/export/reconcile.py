"""A sink against the log, and a sink's chain by itself: what it holds must be the signed tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.read.signed_head import PRUNE, signed_head
from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, parse, parse_vkey
from stageflow_guard.audit.tlog.consistency import grew_out_of, require_prefix, rolled_back
from stageflow_guard.audit.tlog.key_rotation import (
    KIND,
    Rotation,
    chain,
    open_with_any,
    read_rotation,
)
from stageflow_guard.audit.tlog.tiles import TileReader
from stageflow_guard.audit.tlog.tree import EMPTY, Frontier, leaf_hash
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from stageflow_guard.audit.export.sink import Readable

SHOWN = 20  # examples of each difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A log and a sink, compared. `missing`, `changed` and `foreign` hold the first few indices.

    `others` are ids of other logs of this origin that the sink holds, and nobody knows: a fork.
    `ahead` is the sentence of a rollback where the sink holds records behind the log's end.
    """

    origin: str
    log: int
    sink: int
    behind: int
    duplicates: int
    missing: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    foreign: tuple[int, ...] = ()
    others: tuple[str, ...] = ()
    ahead: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether the sink is a true copy, perhaps not yet complete."""
        return not (self.missing or self.changed or self.foreign or self.others)


def reconcile(
    log: str | Path,
    sink: Readable,
    *,
    dead: frozenset[int] = frozenset(),
    shipped: int = 0,
    known: Collection[str] = (),
) -> Difference:
    """Compare every record of the log with the sink's; `dead` are known dead letters.

    Records above the sink's last one are `behind`, and those below `shipped`, which were there
    once, are missing. What the sink kept of what the log pruned is not compared. `known` are ids
    of other logs that may be there.
    """
    folder = Path(log)
    minimum = read_minimum(folder)  # `iter_entries` sees to it that the log attests that
    head, _ = signed_head(folder)
    name = name_at(sink, folder, head)
    there = _merged(sink.stored(head.origin, name))
    others = [one for one in sink.logs(head.origin) if one and one not in (name, *known)]
    count, duplicates = 0, 0
    missing: list[int] = []
    changed: list[int] = []
    foreign: list[int] = []
    gap: list[int] = []
    held = next(there, None)
    for index, entry in iter_entries(folder):
        if index >= head.size:
            break
        while held is not None and held[0] < index:
            if held[0] >= minimum:
                foreign.append(held[0])
            held = next(there, None)
        if held is None or held[0] > index:
            if index not in dead:
                gap.append(index)
            continue
        missing += gap
        gap = []
        count, duplicates = count + 1, duplicates + held[2]
        if held[1] != entry:
            changed.append(index)
        held = next(there, None)
    behind_end: list[int] = []
    while held is not None:
        behind_end.append(held[0])
        held = next(there, None)
    # what a writer signed meanwhile, and a sink got, is neither foreign nor compared
    now, seen = signed_head(folder)[0].size, max(behind_end, default=-1) + 1
    foreign += [index for index in behind_end if index >= now]
    missing += [index for index in gap if index < shipped]
    gap = [index for index in gap if index >= shipped]
    return Difference(
        origin=head.origin, log=head.size, sink=count, behind=len(gap), duplicates=duplicates,
        missing=tuple(missing[:SHOWN]), changed=tuple(changed[:SHOWN]),
        foreign=tuple(foreign[:SHOWN]), others=tuple(others),
        ahead=rolled_back("the sink", seen, now).message if seen > now else None,
    )  # fmt: skip


def name_at(sink: Readable, folder: Path, head: Checkpoint) -> str:
    """Return what the sink calls the log in `folder`: its id, or else that of a copy which it
    grew out of, as an earlier release shipped it.
    """
    own = log_id(folder, head)
    there = sink.logs(head.origin)
    for one in there if own not in there else []:
        note = sink.head(head.origin, one)
        if note is not None and grew_out_of(folder, parse(note)[0], head):
            return one
    return own


def _merged(flow: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes, int]]:
    """Yield (index, entry, repeats), equal neighbours once; unequal ones are a change."""
    held: tuple[int, bytes, int] | None = None
    for index, entry in flow:
        if held is not None and index == held[0]:
            same = held[1] if entry == held[1] else b""
            held = (index, same, held[2] + 1)
            continue
        if held is not None:
            yield held
        held = (index, entry, 0)
    if held is not None:
        yield held


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkReport:
    """What a sink's copy of one origin amounts to; `beyond` records wait for their checkpoint.

    `minimum` is the first record that is there: above 0 where the log was pruned before.
    """

    origin: str
    size: int
    root: str
    beyond: int
    duplicates: int
    minimum: int = 0
    log: str = ""


def verify_sink(
    sink: Readable,
    origin: str,
    *,
    vkey: str,
    checkpoint: bytes | None = None,
    log: Path | None = None,
    of: str | None = None,
) -> SinkReport:
    """Rebuild one log's tree from what a sink holds: the log with the id `of`, else the only one.

    No log directory is needed, but for a sink that came after a pruning: what was pruned is bound
    by hashes that only `log` has. They are believed as far as the signed root has them, and only
    when a record in the sink says what was pruned. `checkpoint` is an older signed note that was
    kept elsewhere. Raises `VerificationError` that names the index of a gap, a change, or a
    contradiction, and says *fork* where several logs of the origin are there and `of` is not given.
    """
    of = _only_log(sink, origin) if of is None else of
    notes = list(sink.heads(origin, of))
    if not notes:
        raise VerificationError(
            f"the sink keeps no checkpoint of `{origin}`; compare it with the log (reconcile)"
        )
    heads = {parse(one)[0]: one for one in notes}
    head = max(heads, key=lambda one: one.size)
    older = parse(checkpoint)[0] if checkpoint is not None else None
    if parse_vkey(vkey)[0] != origin or head.origin != origin:
        raise VerificationError("the key is of another origin", path="vkey")
    if older is not None and older.size > head.size:
        raise rolled_back("the given checkpoint", older.size, head.size, place="the sink")
    held = _Held(sink, origin, of, TileReader(log, head.size) if log is not None else None)
    sizes = {one.size for one in heads if one.size >= held.start()}
    roots = held.roots(sizes | ({older.size} if older is not None else set()))
    for one in sorted(heads, key=lambda one: one.size):
        if one.size not in roots or roots[one.size] == one.root:
            continue
        if any(other.size == one.size and other != one for other in heads):
            raise VerificationError(
                f"fork: the sink keeps two checkpoints of {one.size} records of `{origin}` that "
                "contradict each other",
                index=max(0, one.size - 1),
            )
        if one == head and len(heads) == 1:
            raise VerificationError(f"the sink's records of `{origin}` are not the signed tree")
        raise VerificationError(
            f"fork: the sink's records of `{origin}` are not those of its checkpoint of {one.size}"
            " records, not the signed tree",
            index=max(0, one.size - 1),
        )
    if older is not None and 0 < older.size < held.minimum:
        raise VerificationError(
            f"the checkpoint of {older.size} records is from before what the sink holds; give one "
            f"of {held.minimum} or more",
            index=older.size,
        )
    if older is not None and roots[older.size] != older.root:
        raise VerificationError(
            f"forked: the first {older.size} records of `{origin}` are not those of the checkpoint",
            index=max(0, older.size - 1),
        )
    keys = chain(held.rotations, held.rotations[-1].new) if held.rotations else [vkey]
    if vkey not in keys:
        raise VerificationError("the sink's chain does not lead to the given key", path="vkey")
    for signed in (heads[head], checkpoint):
        if signed is not None:
            open_with_any(signed, keys)
    return SinkReport(
        origin=origin, size=head.size, root=head.root.hex(), beyond=held.size - head.size,
        duplicates=held.duplicates, minimum=held.minimum, log=of,
    )  # fmt: skip


def require_local(folder: Path, report: SinkReport) -> None:
    """Raise `VerificationError` unless the log in `folder` begins with what a sink holds of it.

    The sink was read before, so a log that grew since is no shorter one.
    """
    seen = Checkpoint(report.origin, report.size, bytes.fromhex(report.root))
    require_prefix(folder, seen, signed_head(folder)[0], by="the sink")


def _only_log(sink: Readable, origin: str) -> str:
    there = sink.logs(origin)
    if len(there) > 1:
        raise VerificationError(
            f"fork: the sink holds {len(there)} logs of `{origin}`: {', '.join(there)}"
        )
    return there[0] if there else ""


class _Held:
    """One pass over what a sink holds of one log."""

    def __init__(self, sink: Readable, origin: str, log: str, tiles: TileReader | None) -> None:
        self._sink = sink
        self._origin = origin
        self._log = log
        self._tiles = tiles  # of the log, for what was pruned before this sink came
        self._pruned: set[object] = {0}
        self.minimum = 0
        self.rotations: list[Rotation] = []
        self.duplicates = 0
        self.size = 0

    def start(self) -> int:
        """Return the first index that the sink holds."""
        first = next(iter(self._sink.stored(self._origin, self._log)), None)
        return first[0] if first is not None else 0

    def roots(self, sizes: set[int]) -> dict[int, bytes]:
        """Return the root at each of `sizes`; raise for a gap before the largest."""
        tree = Frontier()
        found = {0: EMPTY}
        for index, entry, repeats in _merged(self._sink.stored(self._origin, self._log)):
            self.duplicates += repeats
            if tree.size == 0 and index and self._tiles is not None and index <= self._tiles.size:
                tree = Frontier.after(index, self._tiles.peaks(index))
                self.minimum = index
                found[index] = tree.root()
            if index != tree.size:
                raise self._missing(tree.size)
            if not entry:
                raise VerificationError(f"record {index} is there twice, and differs", index=index)
            tree.add(leaf_hash(entry))
            if tree.size in sizes:
                found[tree.size] = tree.root()
            self._take(index, entry)
        self.size = tree.size
        if tree.size < max(sizes):
            raise self._missing(tree.size)
        if self.minimum not in self._pruned:
            raise self._missing(0)
        return found

    def _take(self, index: int, entry: bytes) -> None:
        try:
            record = decode_any(entry)
        except (ValueError, RecursionError):
            raise VerificationError(f"record {index} is not canonical", index=index) from None
        if record.get("kind") == KIND:
            self.rotations.append(read_rotation(index, record, self._origin))
        elif record.get("kind") == PRUNE and isinstance(note := record.get("note"), dict):
            self._pruned.add(note.get("below"))

    def _missing(self, index: int) -> VerificationError:
        return VerificationError(
            f"record {index} of `{self._origin}` is missing in the sink", index=index
        )
