"""Strict reading of policy files. What a reviewer sees is what decides, or it is a problem."""

from __future__ import annotations

import difflib
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.errors import ConfigError

CAP = 8 * 2**20
MODEL = """\
[request_definition]
r = sub, ten, own, kind, obj, act
[policy_definition]
p = role, ten, kind, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = isSubject(r.sub) && r.ten == p.ten && r.own == r.ten && r.kind == p.kind && r.act == p.act \
&& objMatch(r.obj, p.obj) && g(r.sub, p.role, r.ten)
"""
ACTS: dict[str, tuple[str, ...]] = {
    "stage": ("run", "reveal"),
    "tool": ("call", "approve"),
    "data": ("read", "write", "delete", "export"),
    "memory": ("read", "write", "delete", "export"),
    "model": ("call",),
    "pipeline": ("spawn",),
    "audit": ("read",),
    "policy": ("read", "write", "approve"),
}
SUBJECTS = ("user:", "svc:", "agent:")
CHAIN = 9  # pycasbin cuts longer role chains in silence, and loses a deny at their end


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line, or a file, is not in force."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """Return `file:line: reason`."""
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A p line."""

    role: str
    kind: str
    obj: str
    act: str
    allow: bool
    where: str


@dataclass(frozen=True, slots=True)
class Link:
    """A g line: `member` has `role`."""

    member: str
    role: str
    where: str


@dataclass(frozen=True, slots=True)
class TenantFile:
    """A tenant's lines, all of them well-formed."""

    name: str
    rules: tuple[Rule, ...]
    links: tuple[Link, ...]


class Malformed(Exception):
    """A line that cannot be in force."""


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


def legal_tenant(name: str) -> bool:
    """Say whether a folder's name can be a tenant: nothing that means something elsewhere."""
    return (
        0 < len(name) <= 128
        and all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
        and name[0].isalnum()
        and name.lower() not in {"none", "null", "true", "false"}
    )


def lines_of(content: bytes) -> list[str]:
    """Return the lines of a policy file, split at newline only; raise `Malformed` for the rest.

    `str.splitlines` also splits at VT, FF, NEL and U+2028: the loader would see rules that a
    reviewer does not.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("1: not UTF-8") from None
    if content and not content.endswith(b"\n"):
        raise Malformed(f"{text.count(chr(10)) + 1}: the last line has no newline (cut short?)")
    found = text.split("\n")
    for number, line in enumerate(found, 1):
        for char in line:
            category = unicodedata.category(char)
            if category in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"} or (
                category == "Zs" and char != " "
            ):
                raise Malformed(f"{number}: character U+{ord(char):04X} is not allowed")
        if unicodedata.normalize("NFC", line) != line:
            raise Malformed(f"{number}: not in normal form C")
    return found


def parse_tenant(name: str, content: bytes, file: str) -> tuple[TenantFile | None, list[Problem]]:
    """Return the tenant's lines, or None and every problem: one bad line, and nothing counts."""
    problems: list[Problem] = []
    rules: list[Rule] = []
    links: list[Link] = []
    try:
        lines = lines_of(content)
    except Malformed as exc:
        at, _, reason = str(exc).partition(": ")
        return None, [Problem(file, int(at), reason)]
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [part.strip(" ") for part in line.split(",")]
        where = f"{file}:{number}"
        try:
            if parts[0] == "p":
                rules.append(_rule(parts, name, where))
            elif parts[0] == "g":
                links.append(_link(parts, name, where))
            else:
                raise Malformed(f"line type `{parts[0][:20]}` is unknown; there are p and g")
        except Malformed as exc:
            problems.append(Problem(file, number, str(exc)))
    if not problems and not rules:
        problems.append(Problem(file, 1, "no rules"))
    problems += _chain_problems(links, file)
    return (None, problems) if problems else (TenantFile(name, tuple(rules), tuple(links)), [])


def _rule(parts: list[str], tenant: str, where: str) -> Rule:
    if len(parts) != 7:
        raise Malformed(f"a p line has 7 columns, this one {len(parts)}")
    _, role, ten, kind, obj, act, eft = parts
    _require_role(role)
    _require_tenant(ten, tenant)
    if kind not in ACTS:
        raise Malformed(f"kind `{kind[:40]}` is unknown{_meant(kind, ACTS)}")
    if act not in ACTS[kind]:
        raise Malformed(f"act `{act[:40]}` is unknown for `{kind}`{_meant(act, ACTS[kind])}")
    if eft not in ("allow", "deny"):
        raise Malformed(f"effect `{eft[:40]}` is neither allow nor deny")
    _require_object(obj)
    return Rule(role, kind, obj, act, eft == "allow", where)


def _link(parts: list[str], tenant: str, where: str) -> Link:
    if len(parts) != 4:
        raise Malformed(f"a g line has 4 columns, this one {len(parts)}")
    _, member, role, ten = parts
    _require_role(role)
    _require_tenant(ten, tenant)
    prefixes = (*SUBJECTS, "claim:", "role:")
    if not member.startswith(prefixes) or member.partition(":")[2] == "":
        raise Malformed(f"`{member[:60]}` is no subject; it begins with {', '.join(prefixes)}")
    _require_plain(member)
    return Link(member, role, where)


def _require_role(role: str) -> None:
    if not role.startswith("role:") or len(role) == 5:
        raise Malformed(f"`{role[:60]}` is no role; it begins with `role:`")
    _require_plain(role)


def _require_tenant(given: str, tenant: str) -> None:
    if given != tenant:
        raise Malformed(f"tenant `{given[:60]}` in the folder of `{tenant}`")


def _require_plain(value: str) -> None:
    if any(c in ' "#*' for c in value) or value != value.strip():
        raise Malformed(f"`{value[:60]}` holds a character that no name may hold")


def _require_object(obj: str) -> None:
    if obj == "*":
        return
    body = obj.removesuffix("/*")
    segments = body.split("/")
    if not body or any(s in ("", ".", "..") for s in segments):
        raise Malformed(f"object `{obj[:60]}` has an empty or relative segment")
    _require_plain(body)


def _meant(word: str, known: dict[str, tuple[str, ...]] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else f"; there are {', '.join(known)}"


def _chain_problems(links: list[Link], file: str) -> list[Problem]:
    up: dict[str, set[str]] = {}
    for link in links:
        up.setdefault(link.member, set()).add(link.role)
    for link in links:
        frontier, depth = {link.member}, 0
        while frontier and depth <= CHAIN:
            frontier = {role for one in frontier for role in up.get(one, ())}
            depth += 1
        if frontier:
            number = int(link.where.rpartition(":")[2])
            return [Problem(file, number, f"a role chain of over {CHAIN} links, or a circle")]
    return []
