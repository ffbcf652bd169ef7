"""What a drill saw, for people, machines and release evidence."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One failure: at which call of which port, how the run ended, what started.

    `unguarded` are stages that started without a permit on record, `raw` are stages that saw the
    input's personal data, `code` is the refusal's ("" when the run was not refused).
    """

    port: str
    fault: str
    call: int
    code: str
    ref: str
    started: tuple[str, ...]
    unguarded: tuple[str, ...]
    raw: tuple[str, ...]
    ended: bool

    @property
    def holds(self) -> bool:
        """Say whether the guard held: a typed refusal with a ref, and no stage past it."""
        return self.ended and bool(self.code and self.ref) and not self.unguarded and not self.raw


@dataclass(frozen=True, slots=True)
class DrillReport:
    """Every row; `control` names the stages that ran when nothing failed."""

    pipeline: str
    control: tuple[str, ...]
    rows: Sequence[DrillRow]

    @property
    def holds(self) -> bool:
        """Say whether every row holds, and the control run did what it should."""
        return bool(self.control) and bool(self.rows) and all(row.holds for row in self.rows)

    def table(self) -> str:
        """Return one line for each port and fault, and a line that sums up."""
        groups: dict[tuple[str, str], list[DrillRow]] = {}
        for row in self.rows:
            groups.setdefault((row.port, row.fault), []).append(row)
        lines = [f"{'collaborator':30}{'fault':17}{'tried':>6}{'refused':>9}{'unguarded':>11}"]
        for (port, fault), rows in groups.items():
            refused = sum(bool(row.code and row.ref and row.ended) for row in rows)
            past = sum(len(row.unguarded) + len(row.raw) for row in rows)
            lines.append(f"{port:30}{fault:17}{len(rows):>6}{refused:>9}{past:>11}")
        for row in self.rows:
            if not row.holds:
                lines.append(f"does not hold: {row.port} {row.fault} at call {row.call}: {row}")
        unguarded = sum(len(row.unguarded) for row in self.rows)
        verdict = "held" if self.holds else "did not hold"
        lines.append(
            f"{verdict}: {len(self.rows)} failures of `{self.pipeline}`, "
            f"{len(self.control)} stages in the control run, {unguarded} stages ran unguarded"
        )
        return "\n".join(lines) + "\n"

    def as_json(self) -> str:
        """Return one JSON document with stable fields."""
        rows = [{**asdict(row), "holds": row.holds} for row in self.rows]
        content = {"version": 1, "pipeline": self.pipeline, "holds": self.holds,
                   "control": self.control, "rows": rows}  # fmt: skip
        return json.dumps(content, indent=2) + "\n"

    def as_html(self) -> str:
        """Return a page that stands alone: no script, no other file."""

        def cell(value: object, tag: str = "td") -> str:
            return f"<{tag}>{html.escape(str(value))}</{tag}>"

        head = ("collaborator", "fault", "call", "refused with", "ref", "stages started",
                "unguarded", "holds")  # fmt: skip
        body = "\n".join(
            "<tr>"
            + "".join(
                cell(one)
                for one in (
                    row.port, row.fault, row.call, row.code or "not refused", row.ref,
                    ", ".join(row.started) or "none", ", ".join(row.unguarded) or "none",
                    "yes" if row.holds else "NO",
                )
            )
            + "</tr>"
            for row in self.rows
        )  # fmt: skip
        verdict = "held" if self.holds else "did NOT hold"
        title = f"Drill of {html.escape(self.pipeline)}"
        heads = "".join(f'<th scope="col">{one}</th>' for one in head)
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>{STYLE}</style></head>\n<body><main>\n"
            f"<h1>{title}</h1>\n"
            f"<p>The guard <strong>{verdict}</strong>: {len(self.rows)} failures, "
            f"{sum(len(row.unguarded) for row in self.rows)} stages unguarded. The control run "
            f"started {html.escape(', '.join(self.control)) or 'nothing'}.</p>\n"
            f'<div class="wide" role="region" aria-label="Failures" tabindex="0"><table>\n'
            f"<caption>Each collaborator made to fail, one call at a time</caption>\n"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
            f"</main></body></html>\n"
        )


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;"
    "color:#111;background:#fff}table{border-collapse:collapse;font-size:.9rem}"
    "caption{text-align:left;padding:.5rem 0}th,td{border:1px solid #767676;padding:.3rem .6rem;"
    "text-align:left}.wide{overflow-x:auto}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#111}}"
)
