"""The catalogue: every code, its name and severity. A code has a page under `docs/reference/lint`.

Codes are never reused. 1xx: dependencies · 2xx: governance · 3xx: policy · 9xx: the lint itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stageflow_guard.lint.model import Diagnostic, Fix, Location

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Severity

PAGES = "https://stageflow-guard.readthedocs.io/en/latest/reference/lint/"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault: `summary` is a whole sentence."""

    code: str
    name: str
    severity: Severity
    summary: str

    @property
    def page(self) -> str:
        """Return the address of its page."""
        return f"{PAGES}{self.code}.html"


def _all(*codes: Code) -> dict[str, Code]:
    return {one.code: one for one in codes}


CODES = _all(
    Code("SG101", "undeclared-dependency", "error",
         "A stage reads the output of a stage that it does not depend on."),
    Code("SG102", "undeclared-optional-dependency", "error",
         "A stage reads, with a default, the output of a stage that it does not depend on: "
         "the default is all that it ever gets."),
    Code("SG103", "unknown-stage", "error",
         "A stage reads the output of a stage that does not exist."),
    Code("SG104", "missing-dependency", "error", "A declared dependency does not exist."),
    Code("SG105", "circular-dependency", "error", "Stages wait for each other."),
    Code("SG106", "unused-dependency", "warning",
         "A stage waits for an output that it never reads, beside others that it reads."),
    Code("SG107", "unknown-key", "error", "A stage reads a key that the other stage never writes."),
    Code("SG108", "undeclared-key", "error",
         "A stage reads a key that only stages write which it does not depend on."),
    Code("SG109", "requires-conditional", "error",
         "A stage requires the output of a stage that may be skipped."),
    Code("SG110", "own-output", "error", "A stage depends on itself, or reads its own output."),
    Code("SG111", "later-output", "error",
         "A stage reads the output of a stage that waits for it."),
    Code("SG201", "beside-guard", "error",
         "An AGENT, WORK or tool-calling stage runs beside the GUARD instead of behind it."),
    Code("SG202", "skippable-guard", "error", "A GUARD can be skipped."),
    Code("SG203", "publishes-before-inspection", "error",
         "A stage sends out what a GUARD has not judged yet."),
    Code("SG204", "guard-without-refusal", "error",
         "A GUARD answers a refusal in a way that the host takes for a pass."),
    Code("SG205", "retry-publishes-draft", "error",
         "A GUARD's retry target hands its draft on before the GUARD has judged it."),
    Code("SG206", "unmounted-child", "error", "A stage runs a pipeline that is not mounted."),
    Code("SG207", "raw-port", "error",
         "A stage holds ports of its own, which nothing inspects."),
    Code("SG208", "dropped-await", "error",
         "A coroutine of the guard, or of what it guards, is never awaited: nothing was decided, "
         "or nothing ran."),
    Code("SG209", "blocking-call", "error",
         "An async stage calls something that blocks the event loop."),
    Code("SG301", "nobody-may-run", "error", "No policy line lets anybody run a stage."),
    Code("SG302", "nobody-may-call", "error",
         "No policy line lets anybody call a tool, or do what the code asks for."),
    Code("SG303", "rule-without-stage", "warning",
         "A policy line names a stage that does not exist."),
    Code("SG304", "rule-without-tool", "warning",
         "A policy line names a tool that does not exist."),
    Code("SG901", "not-seen", "note",
         "The lint could not follow this; what it does is not checked."),
)  # fmt: skip


def diagnostic(
    code: str,
    at: Location,
    message: str,
    *,
    step: str = "",
    remedy: str = "",
    fix: Fix | None = None,
) -> Diagnostic:
    """Return a diagnostic of a code of the catalogue, with the catalogue's severity."""
    return Diagnostic(code, CODES[code].severity, at, message, step, remedy, fix)
