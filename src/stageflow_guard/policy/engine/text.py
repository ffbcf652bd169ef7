"""Reading policy files strictly: what a reviewer sees is what decides, or it is a problem."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.base.near_name import near_name
from stageflow_guard.base.tenant_name import legal_tenant
from stageflow_guard.errors import ConfigError

__all__ = [
    "COMMENT", "Malformed", "PolicyLine", "Problem", "did_you_mean", "legal_tenant", "lines_of",
    "pinned", "problem_of", "quoted", "read", "refuse_comment_behind", "require_folder", "rows_of",
]  # fmt: skip

CAP = 32 * 2**20
WIDEST = 8192  # characters of one line
MOST = 100  # problems of one file; a file of a million bad lines needs no million sentences
MENDED = "`stageflow-guard policy fmt` mends it"
LONGEST = 512  # of one name: a longer one is a mistake, or an attack on memory


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line, or a file, is not in force."""

    file: str
    line: int
    reason: str
    column: int = 1
    code: str = "not_in_force"  # or `unknown_tenant`, `unknown_subject`, `counts_as_written`

    def __str__(self) -> str:
        """Return `file:line:column: reason`, which editors open."""
        return f"{self.file}:{self.line}:{self.column}: {self.reason}"


class Malformed(Exception):
    """A line that cannot be in force; `field` counts from 0, `line` and `column` from 1."""

    def __init__(self, reason: str, *, field: int = 0, line: int = 0, column: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One line's fields and where each begins."""

    number: int
    fields: tuple[str, ...]
    columns: tuple[int, ...]

    def problem(self, file: str, error: Malformed) -> Problem:
        """Return the problem with the place of the field at fault."""
        at = self.columns[min(error.field, len(self.columns) - 1)]
        return Problem(file, self.number, error.reason, at)


def problem_of(file: str, error: ConfigError) -> Problem:
    """Return the problem that `file:line:column: reason` in an error's text stands for."""
    found = re.match(re.escape(file) + r":(\d+):(?:(\d+):)? ", error.message)
    if found is None:
        return Problem(file, 1, error.message)
    line, column = int(found[1]), int(found[2] or 1)
    return Problem(file, line, error.message[found.end() :], column)


def read(path: Path, name: str) -> bytes:
    """Return a policy file's bytes; raise `ConfigError` for what is not a plain, private file."""
    try:
        info = path.lstat()
    except OSError as exc:
        raise ConfigError(f"policy file `{name}` cannot be read ({exc.strerror})") from None
    if not stat.S_ISREG(info.st_mode):
        raise ConfigError(f"policy file `{name}` is not a plain file")
    if _writable_by_others(path, info.st_mode):
        base = path.parents[name.count("/")]
        raise ConfigError(f"policy file `{name}` is writable by others; run `chmod -R go-w {base}`")
    if info.st_size > CAP:
        raise ConfigError(f"policy file `{name}` is over {CAP} bytes")
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"policy file `{name}` cannot be read ({exc.strerror})") from None


def require_folder(path: Path) -> None:
    """Raise `ConfigError` unless `path` is a real folder that only its owner may write."""
    try:
        info = path.lstat()
    except OSError as exc:
        raise ConfigError(f"policy folder `{path}` cannot be read ({exc.strerror})") from None
    if not stat.S_ISDIR(info.st_mode):
        raise ConfigError(f"policy folder `{path}` is not a folder: name the one with `tenants/`")
    if _writable_by_others(path, info.st_mode):
        raise ConfigError(
            f"policy folder `{path}` is writable by others; run `chmod -R go-w {path}`"
        )


def _writable_by_others(path: Path, mode: int) -> bool:
    """Say whether others may write here.

    A group's right counts for nothing on a file system that is mounted read-only: `fsGroup` gives
    it to every file of a volume, and who writes there is outside of this container.
    """
    if mode & stat.S_IWOTH:
        return True
    return bool(mode & stat.S_IWGRP) and not _read_only(path)


def _read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def pinned(folder: Path) -> Path:
    """Return where a policy folder really is, links resolved once: one load reads one version.

    `current -> versions/7` and the `..data` link of a mounted ConfigMap are turned to another
    version at once, between two loads. Below what is returned no link is followed. Raises
    `ConfigError` for a folder that is not there, for a link that others may turn, and for a
    `..data` that leads out of its folder.
    """
    place = folder.absolute()
    for part in (*reversed(place.parents), place):
        if part.is_symlink():
            _require_own_link(part)
    try:
        real = place.resolve(strict=True)
        data = real / "..data"
        if data.is_symlink():
            _require_own_link(data)
            inner = data.resolve(strict=True)
            if inner.parent != real:
                raise ConfigError(f"`{data}` leads out of its folder; it is not followed")
            real = inner
    except (OSError, RuntimeError) as exc:  # a circle of links is a RuntimeError
        why = getattr(exc, "strerror", None) or "a circle of links"
        raise ConfigError(f"policy folder `{folder}` cannot be read ({why})") from None
    return real


def _require_own_link(link: Path) -> None:
    """Raise `ConfigError` for a link in a folder where others could put another one."""
    mode = link.parent.stat().st_mode
    sticky = bool(mode & stat.S_ISVTX)  # there only the owner of a name replaces it
    owner = link.lstat().st_uid
    if owner not in (0, os.geteuid()):
        raise ConfigError(f"`{link}` is another user's link; it is not followed")
    if _writable_by_others(link.parent, mode) and not sticky:
        raise ConfigError(
            f"`{link}` is a link in a folder that others may write; run `chmod go-w {link.parent}`"
        )


def lines_of(content: bytes) -> list[str]:
    """Return a file's lines, split at newline only; raise `Malformed` for what hides something.

    `str.splitlines` also splits at VT, FF, NEL and U+2028: the loader would see rules that a
    reviewer does not.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        before = content[: exc.start]
        at = exc.start - before.rfind(b"\n")
        raise Malformed("not UTF-8", line=before.count(b"\n") + 1, column=at) from None
    if content and not content.endswith(b"\n"):
        raise Malformed("the last line has no newline (cut short?)", line=text.count("\n") + 1)
    found = text.split("\n")
    for number, line in enumerate(found, 1):
        if len(line) > WIDEST:
            raise Malformed(f"a line is longer than {WIDEST} characters", line=number)
        if line.isascii() and line.isprintable():
            continue
        for column, char in enumerate(line, 1):
            category = unicodedata.category(char)
            if category in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"} or (
                category == "Zs" and char != " "
            ):
                raise Malformed(_refused(line, number, column), line=number, column=column)
        if unicodedata.normalize("NFC", line) != line:
            raise Malformed("not in normal form C", line=number)
    return found


def _refused(line: str, number: int, column: int) -> str:
    """Say what the character is that no line may hold, and what to do where that is known."""
    char = line[column - 1]
    if char == "\t":
        return "a tab (U+0009) is not allowed; columns are separated by commas"
    if char == "\r" and column == len(line):
        return f"the line ends as on Windows (U+000D); {MENDED}"
    if char == "\ufeff" and (number, column) == (1, 1):
        return f"the file begins with a byte order mark (U+FEFF); {MENDED}"
    name = unicodedata.name(char, "")
    return f"character U+{ord(char):04X}{f' ({name})' if name else ''} is not allowed"


def rows_of(content: bytes) -> Iterator[PolicyLine]:
    """Yield every line that says something; comments stand on lines of their own."""
    for number, line in enumerate(lines_of(content), 1):
        bare = line.strip(" ")
        if not bare or bare[0] == "#":
            continue
        fields: list[str] = []
        columns: list[int] = []
        at = 1
        for raw in line.split(","):
            field = raw.strip(" ")
            fields.append(field)
            columns.append(at + len(raw) - len(raw.lstrip(" ")))
            at += len(raw) + 1
        yield PolicyLine(number, tuple(fields), tuple(columns))


COMMENT = "a comment stands on a line of its own: put what follows `#` above this line"
_BEHIND = re.compile(r"(^| )#|#( |$)")


def refuse_comment_behind(row: PolicyLine) -> None:
    """Raise `Malformed` for a comment behind the fields of a line: it would be a part of one."""
    for place, field in enumerate(row.fields):
        if _BEHIND.search(field):
            raise Malformed(COMMENT, field=place)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...` for a slip, or what there is."""
    names = sorted(known)
    close = near_name(word, names)
    return f"; did you mean `{close}`?" if close else f"; there are {', '.join(names[:20])}"


def quoted(value: str) -> str:
    """Return a name from a file for a message: cut, and nothing that a terminal would obey."""
    if not value.isprintable():
        value = ascii(value)[1:-1]
    return value if len(value) <= 60 else value[:57] + "..."
