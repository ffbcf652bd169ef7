"""Revisions of files, kept by their digest: each content once, and a list for each revision.

    <folder>/<revision>       the list of a `FileTree`, whose SHA-256 is its name
    <folder>/blobs/<sha256>   the content of a file, or the list of a group

So `sha256sum` tells whether anything was changed, and another revision costs what is new in it. The
list of a revision is written last: where it is, all of it is. Contents are shared between
revisions; one goes with the last revision that has it, in `remove`. Folders 0700, files 0600.
Whoever writes or removes holds the file `lock`.

Where `<revision>` is a folder with the files themselves, it was kept by an earlier layout, under
`flat_digest`; it is read and never written.
"""

from __future__ import annotations

import math
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from stageflow_guard.base.durable import (
    create_all_durably,
    create_durably,
    locked,
    make_dirs,
    sync_dir,
)
from stageflow_guard.base.file_tree import GROUP, TOP, FileTree, digest_of, listed, require_plain

LOCK = "lock"
PATIENCE = 30.0  # seconds that a writer waits for another one
REVISION = re.compile(r"[0-9a-f]{64}")


class ChangedSince(Exception):
    """A kept revision is not what it was: a file is missing, or other bytes stand in its place."""


class KeptFiles:
    """The store in one folder. Safe for several writers: what is there is never changed.

    A writer relies on what it finds only once the name of it is on disk: another one may have put
    it there a moment ago.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = folder / "blobs"
        self._whole: FileTree | None = None  # known to be kept: only what differs is looked at,
        self._stood = -1  # as long as nobody put anything into `blobs` or took it away since

    def keep(self, tree: FileTree) -> Path:
        """Keep a revision; return where its list is. Raises `OSError` when it cannot."""
        for folder in (self.folder, self._blobs):
            make_dirs(folder.absolute(), above=Path("/"))
        with locked(self.folder / LOCK, seconds=PATIENCE):
            return self._keep(tree)

    def _keep(self, tree: FileTree) -> Path:
        target = self.folder / tree.revision
        known = self._whole
        if (
            known is None
            or self._changed() != self._stood
            or not (self.folder / known.revision).is_file()
        ):  # it was cleared, or another worker keeps here, too
            known = None
            for folder in (self._blobs, self.folder):
                sync_dir(folder)
        there = frozenset[str]() if known is not None else frozenset(os.listdir(self._blobs))
        create_all_durably(
            (self._blobs / digest, content)
            for digest, content in _new(tree, known)
            if digest not in there and not (self._blobs / digest).exists()
        )
        if not target.exists():
            create_durably(target, tree.text)
        else:
            os.utime(target)  # it is needed again: see `remove`
            if known is not None:  # else it was synced above
                sync_dir(self.folder)
        self._whole, self._stood = tree, self._changed()
        return target

    def remove(self, revisions: Collection[str], *, before: float = math.inf) -> list[str]:
        """Remove revisions, and each content that no other one has; return those that went.

        One that was kept, or kept again, since `before` (seconds since the epoch) stays: somebody
        took it up after it was chosen. Raises `OSError`, and `ChangedSince` for a revision that
        stays and whose list is not what it was: what it needs is unknown then, and nothing is
        removed.
        """
        with locked(self.folder / LOCK, seconds=PATIENCE):
            there = self.revisions()
            going = [one for one in revisions if there.get(one, math.inf) < before]
            staying = there.keys() - set(going)
            needed = {digest for one in staying for digest in self._needed(one)}
            for one in going:
                place = self.folder / one
                if place.is_dir():
                    shutil.rmtree(place)
                else:
                    place.unlink(missing_ok=True)
            sync_dir(self.folder)  # a list without its contents would be damage
            for blob in self._blobs.iterdir() if self._blobs.is_dir() else ():
                if blob.name not in needed:
                    blob.unlink()
            return going

    def _needed(self, revision: str) -> Iterator[str]:
        place = self.folder / revision
        if place.is_dir():
            return
        try:
            text = place.read_bytes()
            if digest_of(text) != revision:
                raise ChangedSince(revision)
            for name, one in listed(text, whole=True).items():
                yield one
                if name.startswith(GROUP):
                    group = (self._blobs / one).read_bytes()
                    if digest_of(group) != one:
                        raise ChangedSince(revision)
                    yield from listed(group, whole=False).values()
        except (OSError, ValueError) as exc:
            raise ChangedSince(revision) from exc

    def _changed(self) -> int:
        """Return when `blobs` last got or lost a file; 0 where it is not there."""
        try:
            return self._blobs.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def revisions(self) -> dict[str, float]:
        """Return what is kept, and when that was by its file (seconds since the epoch).

        A copy of the store, or one that was put back, may have the time of the copy.
        """
        found: dict[str, float] = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if REVISION.fullmatch(path.name):
                # it may be removed since it was listed: readers hold no lock
                with suppress(FileNotFoundError):
                    found[path.name] = path.stat().st_mtime
        return found

    def changed(self) -> list[str]:
        """Return the revisions that are not what they were; each content is read once."""
        there = sorted(self.revisions())  # first: what is kept meanwhile is nobody's damage
        blobs = self._blobs.iterdir() if self._blobs.is_dir() else ()
        sound = {blob.name for blob in blobs if _is_sound(blob)}
        # one that was removed meanwhile is not changed
        return [one for one in there
                if not self._stands(one, sound) and (self.folder / one).exists()]  # fmt: skip

    def _stands(self, revision: str, sound: set[str]) -> bool:
        try:
            if (self.folder / revision).is_dir():
                return self.files(revision) is not None
            return sound.issuperset(self._needed(revision))
        except ChangedSince:
            return False

    def files(self, revision: str) -> dict[str, bytes] | None:
        """Return the files of a revision, or None where it is not kept.

        Raises `ChangedSince` unless every byte is what it was when the revision was kept.
        """
        place = self.folder / revision
        if REVISION.fullmatch(revision) is None or not place.exists():
            return None
        try:
            if place.is_dir():
                found = _in_folder(place)
                if flat_digest(found) != revision:
                    raise ChangedSince(revision)
                return found
            return dict(self._listed(place.read_bytes(), revision, whole=True))
        except (OSError, ValueError) as exc:
            raise ChangedSince(revision) from exc

    def _listed(self, text: bytes, digest: str, *, whole: bool) -> Iterator[tuple[str, bytes]]:
        if digest_of(text) != digest:
            raise ChangedSince(digest)
        for name, one in listed(text, whole=whole).items():
            content = (self._blobs / one).read_bytes()
            if whole and name.startswith(GROUP):
                yield from self._listed(content, one, whole=False)
            elif digest_of(content) != one:
                raise ChangedSince(digest)
            else:
                require_plain(name)
                yield name, content


def _is_sound(blob: Path) -> bool:
    try:
        return digest_of(blob.read_bytes()) == blob.name
    except OSError:
        return False


def _new(tree: FileTree, known: FileTree | None) -> Iterator[tuple[str, bytes]]:
    """Yield what `known` does not hold, each content by its digest."""
    for key, group in tree.groups.items():
        old = known.groups.get(key) if known is not None else None
        if old is group:
            continue
        held = old.digests if old is not None else {}
        for name, content in group.files.items():
            if held.get(name) != group.digests[name]:
                yield group.digests[name], content
        if key != TOP:
            yield group.digest, group.text.encode()


def _in_folder(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in place.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def flat_digest(files: Mapping[str, bytes]) -> str:
    """Return what the earlier layout calls a revision: one digest over all names and contents."""
    digest = sha256()
    for name in sorted(files):
        content = files[name]
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
