"""From a casbin policy with domains to a policy folder, and what could not come over.

The source is a model of `rbac_with_domains` and its CSV. A domain becomes a tenant, a role a role,
a subject's own line a role of its own. What has no equal here is not guessed: an allow line that
could only become wider is left out, a deny line that could only become wider is taken over wider,
and both are listed. `sampled` then asks both sides the same questions.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.engine.casbin import ForeignPolicy
from stageflow_guard.policy.engine.catalogue import ACTS
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.rules import MODEL, require_object, require_plain
from stageflow_guard.policy.engine.text import Malformed, legal_tenant

_PARTS = {"r": "sub, dom, obj, act", "g": "_, _, _"}
_EFFECTS = {
    "some(where(p.eft==allow))": False,
    "some(where(p.eft==allow))&&!some(where(p.eft==deny))": True,
}
_OBJECT = re.compile(
    r"(r\.obj==p\.obj|(?:key[mM]atch[2-5]?|regexMatch|globMatch)\(r\.obj,p\.obj\))"
)
_EXACT = frozenset({"r.obj==p.obj"})
_PREFIX = frozenset({"keyMatch(r.obj,p.obj)", "keymatch(r.obj,p.obj)"})


@dataclass(frozen=True, slots=True)
class Left:
    """A line that did not come over as it is: `widened` for a deny that is wider now."""

    line: int
    text: str
    why: str
    widened: bool = False


@dataclass
class Imported:
    """The files of a policy folder, what was left, and the names that a question may use."""

    files: dict[str, str] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    lines: int = 0
    subjects: dict[str, set[str]] = field(default_factory=dict)  # by tenant, as the source has them
    objects: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many questions both sides were asked, and those that they answer differently."""

    asked: int
    differ: tuple[str, ...]


def imported(
    csv: str, model: str, *, kind: str = "data", acts: Mapping[str, str] | None = None
) -> Imported:
    """Return what a casbin policy becomes; `acts` maps its acts to those of `kind`.

    Raises `ConfigError` for a model that is not `rbac_with_domains` with equality, `keyMatch` or
    another known function on objects, and for an unknown kind.
    """
    if kind not in ACTS:
        raise ConfigError(f"kind `{kind[:40]}` is unknown; there are {', '.join(ACTS)}")
    match, denies, width = _model(model)
    rows = [
        (number, line, [f.strip() for f in line.split(",")])
        for number, line in enumerate(csv.removeprefix("\ufeff").replace("\r", "").split("\n"), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    done = Imported(lines=len(rows))
    roles = frozenset((f[2], f[3]) for _, _, f in rows if f[0] == "g" and len(f) == 4)
    source = _Source(match, denies, width, roles, kind, acts or {})
    lines: dict[str, dict[str, None]] = {}  # by tenant, in order, each once
    for number, text, fields in rows:
        try:
            for tenant, one in _line(fields, text, source, done):
                lines.setdefault(tenant, {})[one] = None
        except _Widened as exc:
            for tenant, one in exc.lines:
                lines.setdefault(tenant, {})[one] = None
            done.left.append(Left(number, text.strip(), str(exc), widened=True))
        except Malformed as exc:
            done.left.append(Left(number, text.strip(), exc.reason))
    done.files["model.conf"] = MODEL
    for tenant, made in lines.items():
        if any(line.startswith("p,") for line in made):
            done.files[f"tenants/{tenant}/policy.csv"] = "".join(f"{line}\n" for line in made)
    if len(done.files) == 1:
        raise ConfigError("no line could be imported; see the model and the kind")
    return done


class _Widened(Exception):
    """A deny that comes over wider than it was."""

    def __init__(self, why: str, lines: list[tuple[str, str]]) -> None:
        super().__init__(why)
        self.lines = lines


def _model(text: str) -> tuple[str, bool, int]:
    """Return (how objects match, whether a deny counts, fields of a p line).

    Raises `ConfigError` for another model.
    """
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", "[")):
            found[name.strip()] = value.strip()
    for name, wanted in _PARTS.items():
        if _tight(found.get(name, "")) != _tight(wanted):
            raise ConfigError(f"the model's `{name}` is no rbac_with_domains: expected `{wanted}`")
    if _tight(found.get("p", "")) not in ("sub,dom,obj,act", "sub,dom,obj,act,eft"):
        raise ConfigError("the model's `p` is no rbac_with_domains: expected `sub, dom, obj, act`")
    effect = _tight(found.get("e", ""))
    if effect not in _EFFECTS:
        raise ConfigError("the model's effect is neither allow-override nor deny-override")
    matcher = _tight(found.get("m", ""))
    objects = _OBJECT.findall(matcher)
    rest = {part for part in matcher.split("&&") if part not in objects}
    acts = {"r.act==p.act"} & rest
    if len(objects) != 1 or rest != {"g(r.sub,p.sub,r.dom)", "r.dom==p.dom", *acts} or not acts:
        raise ConfigError(
            "the matcher is not `g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && "
            "r.act == p.act`, or with one pattern function on objects"
        )
    width = 6 if "eft" in found["p"] else 5
    return objects[0], _EFFECTS[effect], width


def _tight(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class _Source:
    """What the model says, and what the caller said of it."""

    match: str
    denies: bool
    width: int
    roles: frozenset[tuple[str, str]]
    kind: str
    acts: Mapping[str, str]


def _line(fields: list[str], text: str, source: _Source, done: Imported) -> list[tuple[str, str]]:
    """Return (tenant, line) pairs; raise `Malformed` for what does not come over."""
    if '"' in text or "#" in text:
        raise Malformed("quotes and `#` inside a line have no meaning here")
    if fields[0] == "g" and len(fields) == 4:
        _, member, role, tenant = fields
        _require(tenant, member, role)
        if (member, tenant) in source.roles:
            return [(tenant, f"g, role:{member}, role:{role}, {tenant}")]
        done.subjects.setdefault(tenant, set()).add(member)
        return [(tenant, f"g, user:{member}, role:{role}, {tenant}")]
    if fields[0] != "p" or len(fields) != source.width:
        raise Malformed(f"neither a p line of {source.width} fields nor a g line of 4")
    _, sub, tenant, obj, act = fields[:5]
    eft = fields[5] if len(fields) == 6 else "allow"
    if eft not in ("allow", "deny") or (eft == "deny" and not source.denies):
        raise Malformed("an effect that the model does not count")
    _require(tenant, sub)
    kind, named = source.kind, source.acts.get(act, act)
    if named not in ACTS[kind]:
        raise Malformed(f"act `{act[:40]}` is none of `{kind}`: map it with --act {act[:20]}=...")
    pattern, wider = _object(obj, source.match)
    done.objects.setdefault(tenant, set()).add(obj)
    made: list[tuple[str, str]] = []
    role = f"role:{sub}"
    if (sub, tenant) not in source.roles:  # a subject's own line
        done.subjects.setdefault(tenant, set()).add(sub)
        role = f"role:of-{sub}"
        made.append((tenant, f"g, user:{sub}, {role}, {tenant}"))
    made.append((tenant, f"p, {role}, {tenant}, {kind}, {pattern}, {named}, {eft}"))
    if wider is None:
        return made
    if eft == "deny":
        raise _Widened(f"{wider}; the deny covers `{pattern}` now", made)
    raise Malformed(f"{wider}; only `{pattern}` would cover it, which permits more")


def _require(tenant: str, *names: str) -> None:
    if not legal_tenant(tenant):
        raise Malformed(f"domain `{tenant[:40]}` cannot be a tenant's name")
    for name in names:
        if not name:
            raise Malformed("a name is empty")
        require_plain(name)


def object_here(obj: str) -> str:
    """Return how an object of the source is called here: without a leading slash."""
    return obj.lstrip("/")


def _object(obj: str, match: str) -> tuple[str, str | None]:
    """Return (the pattern here, None or why it is wider than the source's)."""
    bare = object_here(obj)
    if match in _EXACT:
        require_object(bare)
        if bare.endswith("*"):
            raise Malformed("a `*` that the source takes as a letter")
        return bare, None
    if match in _PREFIX:
        star = bare.find("*")
        if star < 0:
            require_object(bare)
            return bare, None
        if bare[:star].endswith("/") or bare == "*":
            return f"{bare[:star]}*", None
        kept = bare[:star].rpartition("/")[0]
        return (f"{kept}/*" if kept else "*"), "keyMatch cuts inside a segment"
    segments = bare.strip("^$").split("/")
    plain = [s for s in segments if re.fullmatch(r"[\w.@-]+", s)]
    if len(plain) == len(segments):
        return "/".join(segments), None
    stop = next(i for i, s in enumerate(segments) if s not in plain)
    return "/".join([*segments[:stop], "*"]), f"`{match.partition('(')[0]}` has no equal here"


def sampled(
    source: ForeignPolicy, policies: PolicySet, done: Imported, *, kind: str,
    acts: Mapping[str, str] | None = None, questions: int = 4000, seed: int = 7,
) -> Sample:  # fmt: skip
    """Ask both sides the same questions, seeded; return where they differ.

    Subjects and objects are those of the lines, examples below each pattern, and strangers.
    """
    pick = random.Random(seed)  # noqa: S311 - a sample, no secret
    mapped = dict(acts or {})
    known = {act: act for act in ACTS[kind] if act not in mapped.values()} | mapped
    differ: list[str] = []
    tenants = sorted(done.objects)
    for _ in range(questions if tenants else 0):
        tenant = pick.choice(tenants)
        sub = pick.choice([*sorted(done.subjects.get(tenant, ())), "stranger"])
        obj = pick.choice([*_examples(done.objects[tenant]), "elsewhere/x"])
        act = pick.choice(sorted(known))
        here = policies.decide(
            AccessRequest(
                sub=f"user:{sub}", ten=tenant, own=tenant, kind=kind, obj=object_here(obj),
                act=known[act],
            )
        ).permitted  # fmt: skip
        there = source.permits(sub, tenant, obj, act)
        if here != there:
            said = f"{sub} {act} {obj} in {tenant}: {_word(there)} there, {_word(here)} here"
            if said not in differ:
                differ.append(said)
    return Sample(questions if tenants else 0, tuple(differ))


def _word(permits: bool) -> str:
    return "permit" if permits else "deny"


def _examples(objects: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for obj in objects:
        plain = obj.strip("^$").removesuffix("*").rstrip("/")
        plain = re.sub(r":\w+|\{\w+\}|\.[*+]|\[[^/]*\][+*]?|\\d\+?", "7", plain)
        if plain:
            found |= {plain, f"{plain}/below", f"{plain}/7/deeper"}
    return sorted(found)


def write(done: Imported, out: Path) -> None:
    """Write the folder; raise `ConfigError` when there is something already."""
    if out.exists() and any(out.iterdir()):
        raise ConfigError(f"`{out}` is not empty; name another with --out")
    for name, text in done.files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in [out, *out.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
