"""What the lint says, and the pipeline as it sees it: plain values, of no host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
FUNCTION = "function"  # the kind of a node that is no step of a pipeline
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a source file: `line` and `column` count from 1; no file is `<unknown>`."""

    file: str = "<unknown>"
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return `file:line:column`, which editors open."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fix:
    """The dependencies that a step's declaration must have: what `--fix` writes."""

    step: str
    dependencies: tuple[str, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: `code` is stable and has a page; `remedy` is text to paste, or what to do."""

    code: str
    severity: Severity
    at: Location
    message: str
    step: str = ""
    remedy: str = ""
    fix: Fix | None = None

    def __str__(self) -> str:
        """Return `file:line:column: CODE message`, one line."""
        hint = f"; {self.remedy}" if self.remedy else ""
        return f"{self.at}: {self.code} {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, by place. A note of code SG901 says what could not be seen."""

    pipeline: str
    steps: int
    diagnostics: tuple[Diagnostic, ...]
    unit: str = "stage"

    @property
    def holds(self) -> bool:
        """Say whether nothing but notes was found. There is no level that can be turned off."""
        return all(one.severity == "note" for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Read:
    """One read of another step's output.

    `step` is None when the read searches all outputs; `key` is None for a whole output; `required`
    says that the read raises without the value, `defaulted` that it names what to take instead,
    `again` that it looks into an output which another read has got.
    """

    step: str | None
    key: str | None
    required: bool
    defaulted: bool
    at: Location
    text: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that a step's source does, and where: `what` is for the message."""

    kind: str
    what: str
    at: Location


@dataclass(frozen=True, slots=True)
class Ask:
    """A right that a step's source asks for by literal names."""

    kind: str
    obj: str
    act: str
    at: Location

    @property
    def question(self) -> tuple[str, str, str]:
        """Return what policy is asked."""
        return self.kind, self.obj, self.act


@dataclass(slots=True)
class Facts:
    """What the source of one step says. `blind` holds what the reader could not follow."""

    reads: list[Read] = field(default_factory=list)
    reads_all: bool = False
    produces: set[str] = field(default_factory=set)
    produces_open: bool = True
    sightings: list[Sighting] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    blind: list[Sighting] = field(default_factory=list)
    seen: bool = False

    def has(self, kind: str) -> list[Sighting]:
        """Return the sightings of one kind."""
        return [one for one in self.sightings if one.kind == kind]


@dataclass(frozen=True, slots=True)
class Node:
    """One step: its kind in lower case, what it waits for, and where each of that is written."""

    name: str
    kind: str
    dependencies: tuple[str, ...]
    conditional: bool
    facts: Facts
    at: Location
    dependency_at: Mapping[str, Location] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return what messages call it."""
        return f"{'function' if self.kind == FUNCTION else 'stage'} `{self.name}`"


@dataclass(frozen=True, slots=True)
class RetryTarget:
    """A step that a GUARD has run again when it refuses."""

    guard: str
    step: str
    at: Location


@dataclass(frozen=True, slots=True)
class Graph:
    """A pipeline as its host holds it, with what its source says."""

    name: str
    nodes: Mapping[str, Node]
    at: Location = field(default_factory=Location)
    retries: tuple[RetryTarget, ...] = ()
    objects: str = ""  # how policies name a step: `objects` + name
    unit: str = "stage"  # what its nodes are

    def above(self, name: str) -> set[str]:
        """Return every step that `name` waits for, directly or not; itself only in a circle."""
        found: set[str] = set()
        todo = list(self.nodes[name].dependencies)
        while todo:
            one = todo.pop()
            if one not in found and one in self.nodes:
                found.add(one)
                todo += self.nodes[one].dependencies
        return found
