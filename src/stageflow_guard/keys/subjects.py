"""One secret per (tenant, subject). Destroying it makes everything under it unreadable.

A subject's file is either sealed under the `keyring` key, or a tombstone that carries the number
of the erased epoch. A subject who comes back gets the next epoch: a new secret, unrelated to the
old one (docs/decisions/0010-erasure.md).
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from stageflow_guard.base.durable import (
    locked,
    make_dirs,
    replace_and_wipe,
    sync_dir,
    write_durably,
)
from stageflow_guard.base.opening import read_plain, require_own
from stageflow_guard.errors import ConfigError, KeyringUnavailable
from stageflow_guard.keys.provider import SIZE, FileKeyProvider
from stageflow_guard.keys.sealing import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.keys.provider import KeyProvider, Purpose

HEAD = struct.Struct(">4sI")  # magic, epoch
LIVE, GONE = b"SGK1", b"SGX1"
KEPT = 10_000
CAP = 64 * 1024  # bytes of a subject's file
TICK = 10**9  # nanoseconds; two names given within a tick of the clock leave the same time
USED: tuple[Purpose, ...] = ("keyring", "fingerprint", "vault")


class SubjectKey(NamedTuple):
    """A key and the epoch it belongs to; epochs begin at 1 and grow with each erasure."""

    epoch: int
    key: bytes

    def __repr__(self) -> str:
        """Show the epoch only."""
        return f"<SubjectKey epoch {self.epoch}>"


class SubjectKeyring:
    """Keys per (tenant, subject, purpose), shared by fingerprints and vault.

    Safe to use from many threads and processes at once: an erasure in one is seen by the next call
    in every other. Raises `ConfigError` when `folder` or its keys are unusable.
    """

    def __init__(self, folder: str | Path, keys: KeyProvider) -> None:
        self._folder = Path(folder) / "subjects"
        self._keys = keys
        self._wrap = _derive(keys.key("keyring"), b"wrap")
        self._name = _derive(keys.key("keyring"), b"name")
        self._ring = _derive(keys.key("keyring"), b"ring")[:8]
        self._seen: dict[Path, tuple[tuple[int, int], int, bytes]] = {}
        self._on_disk: dict[Path, int] = {}  # folder -> its last change that is surely there
        try:
            make_dirs(self._folder.absolute(), above=Path("/"))
            require_own(self._folder.parent)
            require_own(self._folder)
        except OSError as exc:
            raise ConfigError(f"keyring `{folder}` cannot be used ({exc.strerror})") from None

    @property
    def ring(self) -> bytes:
        """What tells this keyring from every other one, and is no secret."""
        return self._ring

    def key(self, tenant: str, subject: str, purpose: Purpose) -> bytes:
        """Return 32 bytes, made and durable on first use; after `erase`, those of a new epoch.

        Raises `KeyringUnavailable` when the disk does not answer.
        """
        return self.current(tenant, subject, purpose).key

    def current(self, tenant: str, subject: str, purpose: Purpose) -> SubjectKey:
        """Return the key together with its epoch."""
        path = self._path(tenant, subject)
        try:
            epoch, secret = self._load(path) or self._create(path, tenant, subject)
        except OSError as exc:
            raise KeyringUnavailable(f"the subject keyring failed ({exc.strerror})") from None
        salt = self._keys.key(purpose)
        return SubjectKey(epoch, _derive(secret, b"sgk1\x00" + purpose.encode() + salt))

    def peek(self, tenant: str, subject: str, purpose: Purpose) -> SubjectKey | None:
        """Return the key when there is one; never makes one, so that a search leaves no trace."""
        try:
            found = self._load(self._path(tenant, subject))
        except OSError as exc:
            raise KeyringUnavailable(f"the subject keyring failed ({exc.strerror})") from None
        if found is None:
            return None
        salt = self._keys.key(purpose)
        return SubjectKey(found[0], _derive(found[1], b"sgk1\x00" + purpose.encode() + salt))

    def erase(self, tenant: str, subject: str) -> bool:
        """Destroy the subject's secret, for good; False when there was none.

        Durable when this returns. What other processes still hold in memory they drop at their
        next use. Copies of the folder made earlier (backups) are the operator's to destroy.
        """
        path = self._path(tenant, subject)
        try:
            with locked(self._folder.parent / "lock"):
                found = self._load(path)
                if found is None:
                    return False
                replace_and_wipe(path, self._tombstone(path, found[0]))
                self._seen.pop(path, None)
                return True
        except OSError as exc:
            raise KeyringUnavailable(f"the subject could not be erased ({exc.strerror})") from None

    def subjects(self) -> Iterator[tuple[str, str]]:
        """Yield the (tenant, subject) of every live secret: the way back from a fingerprint."""
        for path in sorted(self._folder.glob("*/*")):
            if path.suffix != ".new" and (content := _read(path)) and content[:4] == LIVE:
                tenant, subject = self._open(path, content)[2]
                yield tenant, subject

    # -- files -----------------------------------------------------------------------------------

    def _path(self, tenant: str, subject: str) -> Path:
        # two lengths make it one-to-one; without the key the name does not tell who it is
        text = f"{len(tenant)}:{tenant}{subject}".encode()
        name = hmac.digest(self._name, text, "sha256").hex()
        return self._folder / name[:2] / name[2:]

    def _load(self, path: Path) -> tuple[int, bytes] | None:
        """Return (epoch, secret) of a live subject; kept while the file stays the same one."""
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            return None
        mark = (stat.st_ino, stat.st_mtime_ns)
        seen = self._seen.get(path)
        if seen is not None and seen[0] == mark:
            return seen[1], seen[2]
        content = _read(path)
        if content is None or content[:4] == GONE:
            self._seen.pop(path, None)
            return None
        epoch, secret, _ = self._open(path, content)
        self._settle(path)
        if len(self._seen) >= KEPT:
            self._seen = {}
        self._seen[path] = (mark, epoch, secret)
        return epoch, secret

    def _settle(self, path: Path) -> None:
        """Put a subject's name on disk: another process may have given it a moment ago.

        What is made under a secret that a cut of power then takes could never be opened again.
        """
        for folder in (path.parent, self._folder):
            named = os.stat(folder).st_mtime_ns  # when a name was last given in it
            if self._on_disk.get(folder) != named:
                sync_dir(folder)
                if time.time_ns() - named > TICK:
                    self._on_disk[folder] = named

    def _open(self, path: Path, content: bytes) -> tuple[int, bytes, tuple[str, str]]:
        bad = ConfigError(f"keyring file `{path}` does not open; was the `keyring` key replaced?")
        try:
            magic, epoch = HEAD.unpack_from(content)
            if magic not in (LIVE, GONE):
                raise bad
            plain = unseal(self._wrap, content[HEAD.size :], bound_to=_bound(path, content))
            tenant, subject = json.loads(plain[SIZE:] or b'["", ""]')
        except (ValueError, struct.error):
            raise bad from None
        return epoch, plain[:SIZE], (tenant, subject)

    def _create(self, path: Path, tenant: str, subject: str) -> tuple[int, bytes]:
        with locked(self._folder.parent / "lock"):
            found = self._load(path)
            if found is not None:  # another process was first
                return found
            old = _read(path)
            epoch = (self._open(path, old)[0] if old is not None else 0) + 1
            secret = secrets.token_bytes(SIZE)
            head = HEAD.pack(LIVE, epoch)
            plain = secret + json.dumps([tenant, subject]).encode()
            make_dirs(path.parent, above=self._folder)
            write_durably(path, head + seal(self._wrap, plain, bound_to=_bound(path, head)))
            return epoch, secret

    def _tombstone(self, path: Path, epoch: int) -> bytes:
        head = HEAD.pack(GONE, epoch)
        return head + seal(self._wrap, b"", bound_to=_bound(path, head))

    def __repr__(self) -> str:
        """Show nothing."""
        return "<SubjectKeyring>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a subject keyring cannot be pickled")


def open_keyring(folder: str | Path, *, signing: str | Path | None = None) -> SubjectKeyring:
    """Return the keyring in `folder`; its key files are made only while it holds no subject."""
    fresh = not any(Path(folder).glob("subjects/*/*"))
    keys = FileKeyProvider(folder, signing=signing, create=fresh)
    if fresh:  # all of them before the first subject: from then on a missing one is a lost one
        for purpose in USED:
            keys.key(purpose)
    return SubjectKeyring(folder, keys)


def _derive(secret: bytes, label: bytes) -> bytes:
    return hmac.digest(secret, label, "sha256")


def _bound(path: Path, content: bytes) -> bytes:
    """Return what ties a sealed secret to its subject, its epoch and its being alive."""
    return content[: HEAD.size] + path.parent.name.encode() + path.name.encode()


def _read(path: Path) -> bytes | None:
    try:
        return read_plain(path, cap=CAP)
    except FileNotFoundError:
        return None
