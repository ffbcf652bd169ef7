"""The lines of a tenant and of a shared role: what each may say, checked before casbin sees it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from stageflow_guard.policy.engine.catalogue import ACTS, Catalogue
from stageflow_guard.policy.engine.column_count import Fits, miscounted
from stageflow_guard.policy.engine.text import (
    LONGEST,
    MOST,
    Malformed,
    PolicyLine,
    Problem,
    did_you_mean,
    legal_tenant,
    quoted,
    refuse_comment_behind,
    rows_of,
)

__all__ = ["ACTS", "MODEL", "SUBJECTS", "Link", "Problem", "Rule", "Template", "TenantFile"]

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
NO_COMMENT = ("//", "--", "/*", "<!--", "REM ", "%")  # how comments begin elsewhere
SUBJECTS = ("user:", "svc:", "agent:")
MEMBERS = (*SUBJECTS, "claim:", "role:")
CHAIN = 9  # pycasbin cuts longer role chains in silence, and loses a deny at their end
NO_CATALOGUE = Catalogue()


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
class Template:
    """A shared role: lines without a tenant, which a tenant imports."""

    name: str
    rules: tuple[Rule, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class TenantFile:
    """A tenant's lines, all of them well-formed, imported ones included."""

    name: str
    rules: tuple[Rule, ...]
    links: tuple[Link, ...]
    imports: tuple[str, ...] = ()


def parse_tenant(
    name: str,
    content: bytes,
    file: str,
    catalogue: Catalogue = NO_CATALOGUE,
    templates: Mapping[str, Template | None] | None = None,
) -> tuple[TenantFile | None, list[Problem]]:
    """Return the tenant's lines, or None and every problem: one bad line, and nothing counts.

    `templates` are the shared roles by name; None stands for one whose own file is broken.
    """
    reader = _Reader(file, catalogue, name)
    imports: list[str] = []
    known = templates or {}

    def take(row: PolicyLine) -> bool:
        if row.fields[0] != "import":
            return False
        if len(row.fields) != 3:
            raise miscounted(
                row.fields, ("import", "role", "tenant"), (_is_role, lambda one: one == name)
            )
        _, role, tenant = row.fields
        reader.role(role, 1)
        reader.tenant(tenant, 2)
        short = role.removeprefix("role:")
        if short not in known:
            raise Malformed(
                f"there is no `roles/{quoted(short)}.csv`{did_you_mean(short, known)}", field=1
            )
        template = known[short]
        if template is None:
            raise Malformed(f"`roles/{quoted(short)}.csv` has problems of its own", field=1)
        if short in imports:
            raise Malformed(f"`{quoted(role)}` is imported twice", field=1)
        imports.append(short)
        reader.rules += template.rules
        reader.links += template.links
        return True

    reader.run(content, take)
    if not reader.problems and not reader.rules:
        reader.problems.append(Problem(file, 1, "no rules"))
    reader.problems += _chain_problems(reader.links, file)
    if reader.problems:
        return None, reader.problems
    return TenantFile(name, tuple(reader.rules), tuple(reader.links), tuple(imports)), []


def parse_template(
    name: str, content: bytes, file: str, catalogue: Catalogue = NO_CATALOGUE
) -> tuple[Template | None, list[Problem]]:
    """Return a shared role's lines: `p, role:NAME, kind, obj, act, eft` and `g, member, role`."""
    reader = _Reader(file, catalogue, None)
    reader.run(content, lambda row: False)
    for rule in reader.rules:
        if rule.role != f"role:{name}":
            line = int(rule.where.rpartition(":")[2])
            reader.problems.append(
                Problem(file, line, f"`{quoted(rule.role)}` in the file of `role:{name}`")
            )
    if not reader.problems and not reader.rules:
        reader.problems.append(Problem(file, 1, "no rules"))
    if reader.problems:
        return None, reader.problems
    return Template(name, tuple(reader.rules), tuple(reader.links)), []


class _Reader:
    """Collects the lines of one file, and every problem of it."""

    def __init__(self, file: str, catalogue: Catalogue, tenant: str | None) -> None:
        self.file = file
        self.rules: list[Rule] = []
        self.links: list[Link] = []
        self.problems: list[Problem] = []
        self._acts = catalogue.acts()
        self._roles = None if catalogue.roles is None else frozenset(catalogue.roles)
        self._tools = catalogue.tools
        self._tenant = tenant

    def run(self, content: bytes, special: object) -> None:
        """Read every line; `special` takes the types that only this kind of file has."""
        try:
            for row in rows_of(content):
                try:
                    refuse_comment_behind(row)
                    if not special(row):  # type: ignore[operator]
                        self._line(row)
                except Malformed as exc:
                    self.problems.append(row.problem(self.file, exc))
                    if len(self.problems) == MOST:
                        return
        except Malformed as exc:
            self.problems.append(Problem(self.file, exc.line, exc.reason, exc.column))

    def _line(self, row: PolicyLine) -> None:
        if row.fields[0] == "p":
            self.rules.append(self._rule(row))
        elif row.fields[0] == "g":
            self.links.append(self._link(row))
        else:
            if ";" in row.fields[0]:
                raise Malformed("columns are separated by commas, not by semicolons")
            if row.fields[0].startswith(NO_COMMENT):
                raise Malformed("a comment begins with `#`")
            kinds = ["p", "g"] + (["import"] if self._tenant is not None else [])
            raise Malformed(
                f"line type `{quoted(row.fields[0])}` is unknown; there are {', '.join(kinds)}"
            )

    def _rule(self, row: PolicyLine) -> Rule:
        fields = list(row.fields)
        if len(fields) != (7 if self._tenant is not None else 6):
            raise self._miscounted_rule(row)
        shift = 0
        if self._tenant is not None:
            self.tenant(fields.pop(2), 2)
            shift = 1
        _, role, kind, obj, act, eft = fields
        self.role(role, 1)
        if kind not in self._acts:
            raise Malformed(
                f"kind `{quoted(kind)}` is unknown{did_you_mean(kind, self._acts)}", field=2 + shift
            )
        require_object(obj, 3 + shift)
        if kind == "tool" and self._tools is not None and not self._tool_known(obj):
            raise Malformed(
                f"tool `{quoted(obj)}` is unknown{did_you_mean(obj, self._tools)}", field=3 + shift
            )
        if act not in self._acts[kind]:
            raise Malformed(
                f"act `{quoted(act)}` is unknown for `{kind}`{did_you_mean(act, self._acts[kind])}",
                field=4 + shift,
            )
        if eft not in ("allow", "deny"):
            raise Malformed(
                f"effect `{quoted(eft)}` is neither allow nor deny"
                f"{did_you_mean(eft, ('allow', 'deny'))}", field=5 + shift,
            )  # fmt: skip
        return Rule(role, kind, obj, act, eft == "allow", f"{self.file}:{row.number}")

    def _miscounted_rule(self, row: PolicyLine) -> Malformed:
        acts = {act for several in self._acts.values() for act in several}
        columns: list[tuple[str, Fits]] = [
            ("role", _is_role),
            ("tenant", lambda one: one == self._tenant),
            ("kind", lambda one: one in self._acts),
            ("object", lambda one: one not in acts and one not in self._acts),
            ("act", lambda one: one in acts),
            ("effect", lambda one: one in ("allow", "deny")),
        ]
        if self._tenant is None:
            del columns[1]
        names, fits = zip(*columns, strict=True)
        return miscounted(row.fields, ("p", *names), fits)

    def _tool_known(self, obj: str) -> bool:
        tools = self._tools or {}
        if obj == "*":
            return True
        # a tool's name is the first segment: `mail/send` is an operation of the tool `mail`
        return obj.partition("/")[0] in tools

    def _link(self, row: PolicyLine) -> Link:
        columns: list[tuple[str, Fits]] = [
            ("member", lambda one: one.startswith(MEMBERS)),
            ("role", _is_role),
            ("tenant", lambda one: one == self._tenant),
        ]
        if self._tenant is None:
            del columns[2]
        if len(row.fields) != len(columns) + 1:
            names, fits = zip(*columns, strict=True)
            raise miscounted(row.fields, ("g", *names), fits)
        member, role = row.fields[1:3]
        self.role(role, 2)
        if self._tenant is not None:
            self.tenant(row.fields[3], 3)
        if not member.startswith(MEMBERS) or member.partition(":")[2] == "":
            raise Malformed(
                f"`{quoted(member)}` is no subject; it begins with {', '.join(MEMBERS)}", field=1
            )
        if member.startswith("role:"):
            self.role(member, 1)
        require_plain(member, 1)
        return Link(member, role, f"{self.file}:{row.number}")

    def role(self, role: str, field: int) -> None:
        """Refuse what is not `role:` and a known name."""
        if not role.startswith("role:") or len(role) == 5:
            raise Malformed(f"`{quoted(role)}` is no role; it begins with `role:`", field=field)
        require_plain(role, field)
        if self._roles is not None and role[5:] not in self._roles:
            raise Malformed(
                f"role `{quoted(role[5:])}` is not in the catalogue"
                f"{did_you_mean(role[5:], self._roles)}",
                field=field,
            )

    def tenant(self, given: str, field: int) -> None:
        """Refuse every tenant but the folder's."""
        if given != self._tenant:
            move = (
                f", or move the line to `tenants/{given}/policy.csv`" if legal_tenant(given) else ""
            )
            raise Malformed(
                f"tenant `{quoted(given)}` in the folder of `{self._tenant}`: write "
                f"`{self._tenant}`{move}",
                field=field,
            )


def legal_role(name: str) -> bool:
    """Say whether a line could import a shared role of this name, without `role:`."""
    return (
        0 < len(name) <= LONGEST
        and name.isprintable()
        and not any(c in ' ,"#*' for c in name)
        and unicodedata.normalize("NFC", name) == name
    )


def _is_role(value: str) -> bool:
    return value.startswith("role:")


def require_plain(value: str, field: int = 0) -> None:
    """Refuse what no name may hold: quotes, comments, patterns, a length without reason."""
    if len(value) > LONGEST:
        raise Malformed(f"a name is longer than {LONGEST} characters", field=field)
    if any(c in ' "#*' for c in value):
        raise Malformed(f"`{quoted(value)}` holds a character that no name may hold", field=field)


def require_object(obj: str, field: int = 0) -> None:
    """Refuse every object but a literal, `a/b/*` and `*`."""
    if obj == "*":
        return
    body = obj.removesuffix("/*")
    if not body or any(s in ("", ".", "..") for s in body.split("/")):
        raise Malformed(f"object `{quoted(obj)}` has an empty or relative segment", field=field)
    require_plain(body, field)


_PLAIN_SUBJECT = re.compile(r"(?:user|svc|agent):[!$-)+\-./0-9:;<=>?@A-Z\[\\\]^_`a-z{|}~%&']+")


def legal_subject(sub: object) -> bool:
    """Say whether a request may be made in this name: a subject that a policy line could hold.

    Never a role or a claim; nothing that a line would lose: white space, controls, a comma.
    """
    if type(sub) is not str:
        return False
    if _PLAIN_SUBJECT.fullmatch(sub) is not None:
        return True
    kind, _, name = sub.partition(":")
    if f"{kind}:" not in SUBJECTS or not name or sub.isascii():
        return False
    return (
        sub.isprintable()
        and not any(c in ' ,"#*' for c in sub)
        and unicodedata.normalize("NFC", sub) == sub
    )


def relative(obj: str) -> bool:
    """Say whether a segment is `.` or `..`."""
    return "." in obj and any(segment in (".", "..") for segment in obj.split("/"))


def object_matches(obj: str, pattern: str) -> bool:
    """Match a literal, `a/b/*` on a segment boundary, or `*`; never what holds `.` or `..`.

    A later component may resolve a relative segment, and then it is another object.
    """
    if relative(obj):
        return False
    if pattern in ("*", obj):
        return True
    return pattern.endswith("/*") and obj.startswith(pattern[:-1]) and len(obj) >= len(pattern)


def covers(wide: str, narrow: str) -> bool:
    """Say whether every object that matches `narrow` matches `wide`."""
    if wide in ("*", narrow):
        return True
    return wide.endswith("/*") and narrow != "*" and narrow.startswith(wide[:-1])


def transitive_roles(member: str, up: Mapping[str, set[str]]) -> set[str]:
    """Return every role that `member` has, through others too."""
    found: set[str] = set()
    todo = [member]
    while todo:
        for role in up.get(todo.pop(), ()):
            if role not in found:
                found.add(role)
                todo.append(role)
    return found


def direct_roles(links: tuple[Link, ...] | list[Link]) -> dict[str, set[str]]:
    """Return the roles that each member has directly."""
    up: dict[str, set[str]] = {}
    for link in links:
        up.setdefault(link.member, set()).add(link.role)
    return up


def _chain_problems(links: list[Link], file: str) -> list[Problem]:
    up = direct_roles(links)
    deep: dict[str, bool] = {}

    def too_deep(role: str) -> bool:
        if role not in deep:
            frontier, depth = {role}, 0
            while frontier and depth < CHAIN:
                frontier = {above for one in frontier for above in up.get(one, ())}
                depth += 1
            deep[role] = bool(frontier)
        return deep[role]

    for link in links:
        if too_deep(link.role):
            place, _, number = link.where.rpartition(":")
            return [Problem(place, int(number), f"a role chain of over {CHAIN} links, or a circle")]
    return []
