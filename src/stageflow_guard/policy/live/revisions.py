"""Every revision that decided, kept: a rule can be shown as it was, and a change taken back.

How they lie there is `KeptFiles`'s: a change of one tenant costs that tenant's files.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from stageflow_guard.base.durable import move_durably
from stageflow_guard.base.file_tree import FileTree
from stageflow_guard.base.kept_files import ChangedSince, KeptFiles
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.edit.fmt import replace_file
from stageflow_guard.policy.engine.loader import SUSPENDED
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.text import require_folder

FRESH = 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept revision, and when (seconds since the epoch).

    `since` is the time of the first record that names it, None where no record that is there does.
    `kept` is what its file says, which is another time after a copy or a restore.
    """

    revision: str
    since: float | None
    kept: float

    @property
    def when(self) -> float:
        """What is on record, else what the file says."""
        return self.kept if self.since is None else self.since


def named_by(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the revisions that a log's records name, each with the time of the first of them.

    A decision and a change of policy name the revision in force, a change the one before it too.
    """
    found: dict[str, float] = {}
    for record in records:
        policy, note, wall = record.get("policy"), record.get("note"), record.get("wall_ns")
        seconds = wall / 10**9 if type(wall) is int else 0.0
        if isinstance(policy, Mapping):
            found.setdefault(str(policy.get("sha256")), seconds)
        if record.get("kind") == "policy_change" and isinstance(note, Mapping):
            found.setdefault(str(note.get("previous")), seconds)
    return found


class Revisions:
    """The store beside an audit log. Safe for several workers: what is there is never changed."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._kept = KeptFiles(self.folder)

    def keep(self, tree: FileTree) -> Path:
        """Keep the files of a revision; return where it is. Raises `OSError` when it cannot."""
        return self._kept.keep(tree)

    def kept(self, named: Mapping[str, float] = MappingProxyType({})) -> list[Kept]:
        """Return what is kept, newest first; `named` is what records say, see `named_by`."""
        files = self._kept.revisions()
        found = [Kept(name, named.get(name), kept) for name, kept in files.items()]
        return sorted(found, key=lambda one: one.when, reverse=True)

    def prunable(self, named: Mapping[str, float], *, keep: int, now: float) -> list[str]:
        """Return the revisions that nothing needs any more, the oldest first.

        One that a record names stays: the record is explained, replayed and bundled by it. So do
        the newest `keep`, and what was kept within `FRESH`: its record may be about to be written.
        """
        found = self.kept(named)
        return [
            one.revision
            for one in reversed(found[keep:])
            if one.revision not in named and one.kept < now - FRESH
        ]

    def remove(self, revisions: Collection[str], *, now: float) -> list[str]:
        """Remove what `prunable` returned at `now`, without what was taken up again since.

        Returns what went. Raises `ConfigError` where what stays is not what it was.
        """
        try:
            return self._kept.remove(revisions, before=now - FRESH)
        except ChangedSince as exc:
            raise ConfigError(
                f"the kept revision `{str(exc)[:12]}` was changed; nothing was removed"
            ) from None

    def find(self, prefix: str) -> str:
        """Return the one revision that begins so; raise `ConfigError` for none or several."""
        found = [one.revision for one in self.kept() if one.revision.startswith(prefix)]
        if len(found) != 1 or not prefix:
            said = "no" if not found else "more than one"
            raise ConfigError(
                f"{said} kept revision begins with `{prefix[:64]}`; `policy revisions` lists them"
            )
        return found[0]

    def load(self, revision: str) -> PolicySet:
        """Return a kept revision; raise `ConfigError` when its files are not what they were.

        One that an earlier layout kept has another revision as it is loaded now: the same files,
        under the digest of now.
        """
        return self._made(self._files(revision), revision)

    def _files(self, revision: str) -> dict[str, bytes]:
        try:
            files = self._kept.files(revision)
        except ChangedSince:
            raise ConfigError(
                f"the kept revision `{revision[:12]}` was changed; it is not used"
            ) from None
        if files is None:
            raise ConfigError(f"no revision `{revision[:12]}` is kept")
        return files

    def with_suspensions(self, revision: str, suspended: bytes | None) -> PolicySet:
        """Return a kept revision with these suspensions in place of its own."""
        files = self._files(revision)
        if suspended is not None:
            files[SUSPENDED] = suspended
        else:
            files.pop(SUSPENDED, None)
        return self._made(files, revision)

    @staticmethod
    def _made(files: Mapping[str, bytes], revision: str) -> PolicySet:
        policies = PolicySet.of_files(files)
        if policies.files() != files:  # read more strictly than when it was kept
            raise ConfigError(f"the kept revision `{revision[:12]}` does not load as it was")
        return policies

    def returning(self, revision: str, folder: Path) -> list[str]:
        """Return whom a rollback with its suspensions would let back in, sorted."""
        now = time.time()
        try:
            present = PolicySet.load(folder).suspended
        except ConfigError:
            return []
        then = self.load(revision).suspended
        return sorted(
            who for who, until in present.items() if until > now and then.get(who, 0.0) < until
        )

    def restore(self, revision: str, folder: Path, *, suspensions: bool = False) -> list[str]:
        """Put a revision's files back into a policy folder; return the names that changed.

        A file in force that the revision does not have is taken out. Tables and notes beside them
        stay, and so do the suspensions unless `suspensions` is true. What is in force now is kept
        first, so that this can be taken back; an edit that was never in force is copied into
        `removed/`. The result is loaded before this returns.
        """
        require_folder(folder)
        files = dict(self.load(revision).files())
        try:
            tree = PolicySet.load(folder).tree
            self.keep(tree)
            present: Mapping[str, bytes] = tree
        except ConfigError:  # nothing can be loaded: all the more reason to go back
            present = MappingProxyType({})
        if not suspensions:
            files.pop(SUSPENDED, None)
            if (suspended := _content(folder / SUSPENDED)) is not None:
                files[SUSPENDED] = suspended
        changed = [name for name in files if _content(folder / name) != files[name]]
        gone = [name for name in present if name not in files]
        self._save_edits(folder, changed, present)
        for name in changed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            replace_file(folder / name, files[name])
        for name in gone:
            (folder / name).unlink()
            if name.startswith("tenants/") and name.endswith("/policy.csv"):
                _retire((folder / name).parent, folder)
        if any(_content(folder / name) != content for name, content in files.items()):
            raise ConfigError(f"`{folder}` changed while it was restored; look at it before use")
        return sorted([*changed, *gone])

    @staticmethod
    def _save_edits(folder: Path, names: list[str], present: Mapping[str, bytes]) -> None:
        """Copy files that differ from what is in force: no revision holds them."""
        edited = {
            name: content
            for name in names
            if (content := _content(folder / name)) is not None and content != present.get(name)
        }
        target = folder / "removed" / f"rollback.{uuid4().hex[:8]}"
        for name, content in edited.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            replace_file(target / name, content)


def _retire(tenant: Path, folder: Path) -> None:
    """Move a tenant's folder out of force, nothing lost."""
    (folder / "removed").mkdir(exist_ok=True, mode=0o755)
    move_durably(tenant, folder / "removed" / f"{tenant.name}.{uuid4().hex[:8]}")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
