"""Reading policy files strictly: what a reviewer sees is what decides, or it is a problem."""

from __future__ import annotations

import difflib
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.errors import ConfigError

CAP = 32 * 2**20
WIDEST = 8192  # characters of one line
MOST = 100  # problems of one file; a file of a million bad lines needs no million sentences
LONGEST = 512  # of one name: a longer one is a mistake, or an attack on memory


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line, or a file, is not in force."""

    file: str
    line: int
    reason: str
    column: int = 1

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
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"policy file `{name}` is writable by others; run `chmod go-w`")
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
        raise ConfigError(f"policy folder `{path}` is not a folder")
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"policy folder `{path}` is writable by others; run `chmod go-w {path}`")


def legal_tenant(name: str) -> bool:
    """Say whether a folder's name can be a tenant: nothing that means something elsewhere."""
    return (
        0 < len(name) <= 128
        and all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
        and name[0].isalnum()
        and name.lower() not in {"none", "null", "true", "false"}
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
                raise Malformed(
                    f"character U+{ord(char):04X} is not allowed", line=number, column=column
                )
        if unicodedata.normalize("NFC", line) != line:
            raise Malformed("not in normal form C", line=number)
    return found


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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...`, or what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(word[:80], names, 1)
    return f"; did you mean `{close[0]}`?" if close else f"; there are {', '.join(names[:20])}"


def quoted(value: str) -> str:
    """Return a name from a file for a message: cut, and nothing that a terminal would obey."""
    if not value.isprintable():
        value = ascii(value)[1:-1]
    return value if len(value) <= 60 else value[:57] + "..."
