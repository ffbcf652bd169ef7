"""Which files lie below some paths: what is left out is said, what cannot be seen is an error."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.errors import ConfigError

JOURNAL = ".stageflow-guard-redact.jsonl"
SKIPPED = {".git", ".hg", ".svn", "__pycache__", ".venv", "node_modules"}
UNFINISHED = re.compile(r"\..+\.\d+\.part", re.DOTALL)  # what `files` writes before the rename


def sources(
    paths: list[Path],
    skipped: list[Path] | None = None,
    unread: list[tuple[Path, str]] | None = None,
) -> Iterator[tuple[Path, Path]]:
    """Yield (file, its name below the output folder); symbolic links are not followed.

    `skipped` collects links, pipes, sockets, folders of tools and unfinished output; a journal is
    not counted. `unread` collects folders and files that cannot be looked at, with the reason;
    without it they raise `ConfigError`.
    """
    passed = [] if skipped is None else skipped

    def failed(exc: OSError) -> None:
        if unread is None:
            raise ConfigError(f"`{exc.filename}`: {exc.strerror}")
        unread.append((Path(str(exc.filename)), str(exc.strerror)))

    for path in paths:
        try:
            folder_given, file_given = path.is_dir(), path.is_file()
        except OSError as exc:  # its parent cannot be entered
            failed(exc)
            continue
        if folder_given:
            for folder, names, files in os.walk(path, onerror=failed):
                passed += [
                    Path(folder) / n
                    for n in names
                    if n in SKIPPED or os.path.islink(os.path.join(folder, n))
                ]
                names[:] = sorted(n for n in names if n not in SKIPPED)
                for name in sorted(files):
                    one = Path(folder) / name
                    try:
                        regular = stat.S_ISREG(one.lstat().st_mode)
                    except OSError as exc:
                        failed(exc)
                        continue
                    if not regular or UNFINISHED.fullmatch(name):
                        passed.append(one)
                    elif name != JOURNAL:
                        yield one, one.relative_to(path)
        elif file_given:
            yield path, Path(path.name)
        else:
            raise ConfigError(f"`{path}` does not exist")
