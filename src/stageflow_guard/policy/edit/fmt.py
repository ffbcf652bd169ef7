"""Canonical form of policy lines: `, ` between fields, nothing around them, a newline at the end.

A line never moves: records and reviews name lines by number. Decision tables that do so are renamed
to the lines' texts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.base.durable import write_durably
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.text import Malformed, lines_of, read, require_folder, rows_of

PLATFORM = ("shares.csv", "breakglass.csv", "trials.csv", "suspended.csv")


def formatted(content: bytes, name: str) -> bytes:
    """Return a CSV file in canonical form; raise `ConfigError` for what hides something.

    A byte order mark, Windows line ends and a missing last newline are mended; every other
    character stays refused.
    """
    mended = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if mended and not mended.endswith(b"\n"):
        mended += b"\n"
    try:
        lines = [_line(line) for line in lines_of(mended)]
        done = "\n".join(lines).encode()
        before = [row.fields for row in rows_of(mended)]
    except Malformed as exc:
        raise ConfigError(f"{name}:{exc.line}:{exc.column}: {exc.reason}") from None
    if [row.fields for row in rows_of(done)] != before:
        raise ConfigError(f"`{name}` would mean something else; it was left alone")
    return done


def _line(line: str) -> str:
    bare = line.strip(" ")
    if not bare or bare[0] == "#":
        return bare
    return ", ".join(field.strip(" ") for field in line.split(","))


def csv_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every CSV file of a policy folder with its name there."""
    require_folder(folder)
    patterns = ("tenants/*/policy.csv", "roles/*.csv", *(f"platform/{one}" for one in PLATFORM))
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            yield path, str(path.relative_to(folder))


def format_folder(folder: str | Path, *, write: bool) -> list[str]:
    """Return the names of files that are not in canonical form; put them there with `write`.

    All are read before the first is written. Raises `ConfigError` for what cannot be formatted.
    """
    base = Path(folder)
    changed = []
    for path, name in csv_files(base):
        content = read(path, name)
        done = formatted(content, str(base / name))
        if done != content:
            changed.append((path, name, done))
    changed += [(base / name, name, done) for name, done in _tables(base).items()]
    if write:
        for path, _, done in changed:
            replace_file(path, done)
    return [name for _, name, _ in changed]


def _tables(base: Path) -> dict[str, bytes]:
    """Return the decision tables that name lines by number, renamed."""
    from stageflow_guard.policy.edit.tables import renamed
    from stageflow_guard.policy.engine.policyset import PolicySet

    try:
        return renamed(PolicySet.load(base), base)
    except ConfigError:  # what cannot be loaded has no lines to name
        return {}


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put `content` in the place of a file at once: a watching guard never reads half of it."""
    kept = mode if mode is not None else (path.stat().st_mode & 0o777 if path.exists() else 0o644)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        write_durably(path, content, mode=kept & ~0o022, beside=beside)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
