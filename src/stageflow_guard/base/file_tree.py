"""Named files under one digest: a change of one file costs that file, whatever stands beside it.

The digest is the SHA-256 of a list, one line `<sha256>  <name>` for each file, sorted by name,
under a first line that says what it is. Files that stand two folders deep (`tenants/acme/...`) are
not in that list but in one of 256 groups, chosen by the first byte of the SHA-256 of those two
folders (`tenants/acme`); the list has a line `<sha256>  group <byte>` for each group that is not
empty, with the digest of the group's own list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

HEAD = "revision of stageflow-guard 1\n"
GROUP = "group "
_DIGEST = re.compile(r"[0-9a-f]{64}")


TOP = ""  # the key of the names that stand in the list itself


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hex."""
    return sha256(content).hexdigest()


class FileGroup:
    """Some of the files, with the digest of each, and their list with its own."""

    __slots__ = ("digest", "digests", "files", "text")

    def __init__(self, files: Mapping[str, bytes], digests: Mapping[str, str]) -> None:
        self.files = {name: files[name] for name in sorted(files)}
        self.digests = {name: digests[name] for name in self.files}
        self.text = "".join(f"{one}  {name}\n" for name, one in self.digests.items())
        self.digest = digest_of(self.text.encode())


class FileTree(Mapping[str, bytes]):
    """Files by name, immutable, with their digest as `revision`. Build it with `of` and `but`."""

    __slots__ = ("groups", "revision", "text")

    def __init__(self, groups: Mapping[str, FileGroup]) -> None:
        self.groups = groups
        lines = [HEAD, groups[TOP].text if TOP in groups else ""]
        lines += [f"{groups[key].digest}  {GROUP}{key}\n" for key in sorted(groups) if key != TOP]
        self.text = "".join(lines).encode()
        self.revision = digest_of(self.text)

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> FileTree:
        """Return the tree of these files.

        Raises `ValueError` for a name that would read as something else in a list.
        """
        return cls({}).but((), files)

    def but(self, without: Iterable[str], files: Mapping[str, bytes]) -> FileTree:
        """Return the tree without some names, and with some files: the rest is not looked at.

        It is the tree that `of` returns for the same files. Raises as `of` does.
        """
        gone = _grouped(set(without) - files.keys())
        come = _grouped(files)
        groups = dict(self.groups)
        for key in gone.keys() | come.keys():
            old = groups.pop(key, None)
            held = dict(old.files) if old is not None else {}
            digests = dict(old.digests) if old is not None else {}
            for name in gone.get(key, ()):
                held.pop(name, None)
            for name in come.get(key, ()):
                require_plain(name)
                if held.get(name) != files[name]:
                    held[name], digests[name] = files[name], digest_of(files[name])
            if held:
                groups[key] = FileGroup(held, digests)
        return FileTree(groups)

    def differing(self, other: FileTree) -> list[str]:
        """Return the names whose content is not the same in both, sorted."""
        found: set[str] = set()
        for key in {*self.groups, *other.groups}:
            mine, theirs = self.groups.get(key), other.groups.get(key)
            if mine is theirs:
                continue
            here, there = (one.digests if one is not None else {} for one in (mine, theirs))
            found |= {name for name in {*here, *there} if here.get(name) != there.get(name)}
        return sorted(found)

    def __getitem__(self, name: str) -> bytes:
        """Return a file's content."""
        key = _key(_folder(name))
        if key not in self.groups:
            raise KeyError(name)
        return self.groups[key].files[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names, group by group."""
        for group in self.groups.values():
            yield from group.files

    def __len__(self) -> int:
        """Return how many files there are."""
        return sum(len(group.files) for group in self.groups.values())


def listed(text: bytes, *, whole: bool) -> dict[str, str]:
    """Return the digests by name that a list holds, the `whole` one or a group's.

    Raises `ValueError` for what is no such list.
    """
    lines = text.decode().split("\n")
    if whole and f"{lines.pop(0)}\n" != HEAD:
        raise ValueError("not the list of a revision")
    if lines.pop() != "":
        raise ValueError("a list that was cut")
    found: dict[str, str] = {}
    for line in lines:
        digest, gap, name = line[:64], line[64:66], line[66:]
        if gap != "  " or name in found or _DIGEST.fullmatch(digest) is None:
            raise ValueError("not a list of files")
        found[name] = digest
    return found


def _folder(name: str) -> str:
    """Return the two folders in which a file stands, empty where it stands less deep."""
    first, _, rest = name.partition("/")
    second, deeper, _ = rest.partition("/")
    return f"{first}/{second}" if deeper else ""


def _key(folder: str) -> str:
    return digest_of(folder.encode())[:2] if folder else TOP


def _grouped(names: Iterable[str]) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(_folder(name), []).append(name)
    found: dict[str, list[str]] = {}
    for folder, held in folders.items():
        found.setdefault(_key(folder), []).extend(held)
    return found


def require_plain(name: str) -> None:
    """Raise `ValueError` for a name that a list cannot hold, or that leads out of its folder."""
    parts = name.split("/")
    if "\n" in name or name.startswith(GROUP) or any(part in ("", ".", "..") for part in parts):
        raise ValueError("a name that no list can hold")
