"""`platform/suspended.csv`: `subject or tenant, reason, until`. Fails closed, line by line.

Every other platform file grants something, so a bad line of it grants nothing. This one takes
away: a line that names a subject or a tenant suspends it although its form is wrong, for good
where its end cannot be read. So does a file with Windows line ends, a byte order mark or a last
line without newline. What is wrong is a problem all the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.exceptions import FOREVER, moment
from stageflow_guard.policy.engine.named_subjects import NamedSubjects
from stageflow_guard.policy.engine.rules import SUBJECTS, legal_subject
from stageflow_guard.policy.engine.text import (
    MOST,
    Malformed,
    Problem,
    legal_tenant,
    lines_of,
    quoted,
)

FORM = "needs `subject or tenant, reason, until`"


@dataclass(frozen=True, slots=True)
class Suspension:
    """One name that a line suspends, until when (seconds since the epoch), and where it stands."""

    who: str
    until: float
    line: int


def parse_suspended(content: bytes, file: str) -> tuple[list[Suspension], list[Problem]]:
    """Return every name that a line suspends, and every problem; a problem lifts no suspension.

    Raises `ConfigError` for content that is not UTF-8: whom it names is unknown.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"`{file}` is not UTF-8") from None
    found: list[Suspension] = []
    problems: list[Problem] = []
    try:
        lines_of(content)
    except Malformed as exc:
        why = f"{exc.reason}; its lines count as they are written"
        problems.append(Problem(file, exc.line, why, exc.column, code="counts_as_written"))
    for number, line in enumerate(_lines(text), 1):
        if not line.strip() or _clean(line).startswith("#"):
            continue
        names, until, wrong = _read(line)
        found += [Suspension(name, until, number) for name in names]
        if wrong is not None and len(problems) < MOST:
            said = f"{wrong}; {', '.join(names[:3])} is suspended for good" if names else wrong
            problems.append(Problem(file, number, said, code="counts_as_written"))
    return found, problems


def without_lines(text: str, gone: Collection[int]) -> str:
    """Return a file's text without some lines, numbered as a `Suspension` is."""
    return "\n".join(one for number, one in enumerate(_lines(text), 1) if number not in gone)


def lines_of_name(found: Iterable[Suspension], who: str) -> list[Suspension]:
    """Return what lines say that name `who` and nobody else."""
    found = list(found)
    shared = {one.line for one in found if one.who != who}
    return [one for one in found if one.who == who and one.line not in shared]


def _lines(text: str) -> Iterator[str]:
    """Yield lines, whatever ends them: none of them may hide a name."""
    yield from text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _clean(field: str) -> str:
    """Return a field without what no name holds: white space, quotes, what is not seen."""
    kept = "".join(c for c in field if unicodedata.category(c) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", kept).strip().strip("\"'").strip()


def _read(line: str) -> tuple[list[str], float, str | None]:
    """Return (names, until, what is wrong). A well-formed line names one subject or tenant."""
    strict = [field.strip(" ") for field in line.split(",")]
    who = strict[0]
    if len(strict) == 3 and who == _clean(who) and (legal_subject(who) or legal_tenant(who)):
        try:
            return [who], FOREVER if strict[2] == "never" else moment(strict[2], 2), None
        except Malformed as exc:
            return [who], FOREVER, exc.reason
    # `suspend, user:bob, ...`, `User:bob`, `user:bob` alone, `user:bob; left`: each names a subject
    fields = [_clean(field) for field in line.replace(";", ",").replace("\t", ",").split(",")]
    names = [_folded(field) for field in fields if _folded(field).startswith(SUBJECTS)]
    who = fields[0]
    if not names and legal_tenant(who):  # a tenant, or a subject without its kind
        names = [who]
    why = FORM if names else f"{FORM}; `{quoted(who)}` is neither a subject nor a tenant"
    return names, FOREVER, why


def _folded(field: str) -> str:
    kind, colon, name = field.partition(":")
    return f"{kind.strip().lower()}{colon}{name.strip()}"


def resolved(
    found: Iterable[Suspension], file: str, known: NamedSubjects
) -> tuple[dict[str, float], list[Problem]]:
    """Return until when each name is suspended, and a problem for each that is unknown.

    A bare name that is no tenant is a subject without its kind: `bob` suspends `user:bob`,
    `svc:bob` and `agent:bob`. A subject whose roles come from its token alone is in no policy line,
    so of those that none names only a likely slip is a problem.
    """
    found = list(found)
    until: dict[str, float] = {}
    problems: list[Problem] = []
    known.know(name for one in found for name in _subjects(one.who, known))
    for one in found:
        names = [one.who]
        if not one.who.startswith(SUBJECTS) and not known.has_tenant(one.who):
            subjects = _subjects(one.who, known)
            names += subjects
            hint = known.hint(one.who, tuple(name for name in subjects if known.names(name)))
            why = f"no tenant `{quoted(one.who)}`: every subject of that name is suspended{hint}"
            problems.append(Problem(file, one.line, why, code="unknown_tenant"))
        elif one.who.startswith(SUBJECTS) and not known.names(one.who):
            close = known.closest(one.who)
            if close is not None:
                why = f"no policy line names `{quoted(one.who)}`; did you mean `{close}`?"
                problems.append(Problem(file, one.line, why, code="unknown_subject"))
        for name in names:
            until[name] = max(one.until, until.get(name, 0.0))
    return until, problems


def _subjects(who: str, known: NamedSubjects) -> list[str]:
    """Return the subjects that a suspension's name may stand for."""
    if who.startswith(SUBJECTS):
        return [who]
    return [] if known.has_tenant(who) else [kind + who for kind in SUBJECTS]
