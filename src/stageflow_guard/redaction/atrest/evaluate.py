"""Rates on labelled texts: how much is covered, how much is flagged, and which threshold is best.

A line is JSON with `text` and `spans` ([start, end, type]). Types are compared after the names that
public sets use are brought to ours.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.text.spans import resolve

ALIASES = {
    "PHONE": "PHONE_NUMBER", "EMAIL": "EMAIL_ADDRESS", "IBAN": "IBAN_CODE", "SSN": "US_SSN",
    "SOCIAL_SECURITY_NUMBER": "US_SSN", "IP": "IP_ADDRESS", "DOMAIN_NAME": "URL",
    "PERSON_NAME": "PERSON", "ORGANIZATION_NAME": "ORGANIZATION", "GPE": "LOCATION",
    "API_KEY": "SECRET", "PASSWORD": "SECRET", "CRYPTO_ADDRESS": "CRYPTO",
    "BANK_ACCOUNT_NUMBER": "US_BANK_NUMBER", "PASSPORT_NUMBER": "PASSPORT",
}  # fmt: skip
# what has a shape that a pattern can know
STRUCTURED = frozenset(
    {"CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "URL"}
)
# a set that has one word for two of our types; "license" is a driver's and a physician's
LABELLED_AS = {
    "LOCATION": {"STREET_ADDRESS"},
    "STREET_ADDRESS": {"LOCATION"},
    "US_DRIVER_LICENSE": {"MEDICAL_LICENSE"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled text; `group` is what it belongs to, where the set says so.

    `promised` says of each span whether it counts: a set may hold what only a model can find.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]
    group: str = ""
    locale: str = ""
    kind: str = ""
    promised: tuple[bool, ...] = ()


@dataclass(slots=True)
class Rate:
    """Counts of one type: labelled finds hit and missed, finds without a label, characters."""

    hit: int = 0
    missed: int = 0
    extra: int = 0
    characters: int = 0
    covered: int = 0

    @property
    def precision(self) -> float:
        """Return hits among hits and extras."""
        return self.hit / (self.hit + self.extra) if self.hit + self.extra else 1.0

    @property
    def recall(self) -> float:
        """Return hits among labelled finds."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f2(self) -> float:
        """Return the mean that weighs recall four times."""
        p, r = self.precision, self.recall
        return 5 * p * r / (4 * p + r) if p + r else 0.0

    def add(self, other: Rate) -> None:
        """Add another's counts."""
        for name in ("hit", "missed", "extra", "characters", "covered"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Evaluation:
    """What one configuration does on one set."""

    by_type: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))
    groups: dict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    lines: int = 0
    clean: int = 0
    flagged: int = 0

    def total(self, types: Iterable[str] | None = None) -> Rate:
        """Return the sum over `types`, else over all."""
        out = Rate()
        for name, rate in self.by_type.items():
            if types is None or name in types:
                out.add(rate)
        return out


def read(path: Path) -> list[Line]:
    """Return the labelled lines of a file; raise `ConfigError` that names file and line."""
    out = []
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"`{path}` cannot be read as UTF-8") from None
    for number, raw in enumerate(content.split("\n"), 1):
        if not raw.strip():
            continue
        try:
            entry = json.loads(raw)
            spans = tuple(
                (int(a), int(b), ALIASES.get(str(t), str(t))) for a, b, t in entry["spans"]
            )
            out.append(
                Line(
                    str(entry["text"]), spans, str(entry.get("transform", "")),
                    str(entry.get("locale", "")), str(entry.get("kind", "")),
                    tuple(map(bool, entry.get("claimed", ()))),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            raise ConfigError(
                f"`{path}`:{number}: needs `text` and `spans` of [start, end, type]"
            ) from None
    return out


def evaluate(lines: Iterable[Line], redactor: Redactor) -> Evaluation:
    """Return the rates of `redactor` on `lines`."""
    out = Evaluation()
    for line in lines:
        _line(out, line, redactor.find(line.text))
    return out


def _line(out: Evaluation, line: Line, found: list[EntitySpan]) -> None:
    covered = bytearray(len(line.text))
    for span in found:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    out.lines += 1
    if not line.spans:
        out.clean += 1
        out.flagged += bool(found)
    used: set[EntitySpan] = set()
    for start, end, kind in line.spans:
        rate = out.by_type[kind]
        alike = {kind} | LABELLED_AS.get(kind, set())
        hits = [s for s in found if s.entity in alike and s.start < end and start < s.end]
        used.update(hits)
        rate.hit += bool(hits)
        rate.missed += not hits
        rate.characters += end - start
        seen = sum(covered[start:end])
        rate.covered += seen
        if line.group:
            cell = out.groups[line.group, kind]
            cell[0] += seen == end - start
            cell[1] += 1
    for span in found:
        if span not in used:
            out.by_type[span.entity].extra += 1


@dataclass(slots=True)
class Cell:
    """What is left of one locale, entity or kind: values shown in part, lines flagged."""

    values: int = 0
    leaked: int = 0
    harmless: int = 0
    flagged: int = 0

    @property
    def leak(self) -> float:
        """Return the share of values of which a letter or a digit is still shown."""
        return self.leaked / self.values if self.values else 0.0


BY = ("locale", "entity", "kind")


def breakdown(
    lines: Iterable[Line], find: Callable[[str], list[EntitySpan]], by: str
) -> dict[str, Cell]:
    """Return, per `by` (one of `BY`), how many promised values leak and harmless lines are flagged.

    Raises `ConfigError` for another `by`.
    """
    if by not in BY:
        raise ConfigError(f"`--by` takes {', '.join(BY)}, not `{by}`")
    out: dict[str, Cell] = defaultdict(Cell)
    for line in lines:
        found = find(line.text)
        covered = bytearray(len(line.text))
        for span in found:
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
        if not line.spans:
            cell = out["-" if by == "entity" else getattr(line, by) or "-"]
            cell.harmless += 1
            cell.flagged += bool(found)
        for place, (start, end, entity) in enumerate(line.spans):
            if line.promised and not line.promised[place]:
                continue
            cell = out[entity if by == "entity" else getattr(line, by) or "-"]
            cell.values += 1
            cell.leaked += any(line.text[i].isalnum() and not covered[i] for i in range(start, end))
    return dict(sorted(out.items()))


def suggest(lines: list[Line], make: Redactor) -> dict[str, tuple[float, float]]:
    """Return, per type, the threshold with the best F2 on `lines`, and that F2.

    `make` is a redactor at the lowest threshold; its scores are cut at each step of 0.05.
    """
    scored = [(line, [f.span for f in make.explain(line.text)]) for line in lines]
    out: dict[str, tuple[float, float]] = {}
    kinds = {k for line in lines for _, _, k in line.spans}
    best: dict[str, tuple[float, float]] = {}
    for step in range(4, 19):
        threshold = step / 20
        run = Evaluation()
        for line, spans in scored:
            _line(run, line, resolve(s for s in spans if s.score >= threshold))
        for kind in kinds:
            rate = run.by_type[kind]
            if kind not in best or rate.f2 > best[kind][1] + 1e-9:
                best[kind] = (threshold, rate.f2)
    for kind in sorted(kinds & make.entities()):
        out[kind] = best[kind]
    return out
