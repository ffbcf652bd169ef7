"""Where policy files come from: a folder on disk, or the files of a revision that was kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.text import pinned, read, require_folder


class PolicySource(Protocol):
    """Files by their names below a policy folder, `/` between the parts."""

    def has(self, name: str) -> bool:
        """Say whether anything is there, a broken link included."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raise `ConfigError` for what is not a plain, private file."""
        ...

    def require_folder(self, name: str) -> None:
        """Raise `ConfigError` unless a real folder is there that only its owner may write."""
        ...

    def entries(self, name: str) -> list[str]:
        """Return what is in a folder, sorted; raise `ConfigError` where that cannot be told."""
        ...


class PolicyFolder:
    """A folder on disk: links that lead there are resolved once, none is followed below."""

    def __init__(self, folder: Path) -> None:
        self._base = pinned(folder)
        require_folder(self._base)

    def __str__(self) -> str:
        """Return where the folder is."""
        return str(self._base)

    def has(self, name: str) -> bool:
        """See `PolicySource`."""
        return os.path.lexists(self._base / name)

    def read(self, name: str) -> bytes:
        """See `PolicySource`."""
        return read(self._base / name, name)

    def require_folder(self, name: str) -> None:
        """See `PolicySource`."""
        require_folder(self._base / name)

    def entries(self, name: str) -> list[str]:
        """See `PolicySource`."""
        place = self._base / name
        try:
            return sorted(os.listdir(place))
        except OSError as exc:
            why = f"policy folder `{place}` cannot be read ({exc.strerror})"
            raise ConfigError(why) from None


class PolicyFiles:
    """The files of a revision, in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._folders: dict[str, set[str]] = {"": set()}
        for name in files:
            place, parts = "", name.split("/")
            for part in parts[:-1]:
                self._folders[place].add(part)
                place = f"{place}/{part}" if place else part
                self._folders.setdefault(place, set())
            self._folders[place].add(parts[-1])

    def __str__(self) -> str:
        """Return what messages call it."""
        return "kept revision"

    def has(self, name: str) -> bool:
        """See `PolicySource`."""
        return name in self._files or name in self._folders

    def read(self, name: str) -> bytes:
        """See `PolicySource`."""
        if name not in self._files:
            raise ConfigError(f"policy file `{name}` cannot be read (it is not kept)")
        return self._files[name]

    def require_folder(self, name: str) -> None:
        """See `PolicySource`."""
        if name not in self._folders:
            raise ConfigError(f"policy folder `{name}` cannot be read (it is not kept)")

    def entries(self, name: str) -> list[str]:
        """See `PolicySource`."""
        self.require_folder(name)
        return sorted(self._folders[name])
