"""Pages of HTML that stand alone: one file, nothing fetched, no script; every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

# wide: tables. narrow (a telephone): each row is a card, each cell led by its column's name
STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--page:#fff;--tint:#f6f8fa;
--good:#116329;--bad:#a40e26;--note:#fff8c5;--link:#0550ae}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#3d444d;--page:#0d1117;
--tint:#161b22;--good:#56d364;--bad:#ff9492;--note:#3a2f00;--link:#79c0ff}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--page)}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}footer{padding:2rem 1rem;color:var(--soft)}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.2rem 0 .5rem}
p,li,dd{overflow-wrap:anywhere}a{color:var(--link)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.8rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--soft)}dd{margin:0}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
caption{text-align:left;color:var(--soft);padding-bottom:.35rem;overflow-wrap:anywhere}
th,td{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;color:var(--soft)}thead th{overflow-wrap:normal}
tbody th{color:inherit;font-weight:400}
.permit td.state,.allowed td.state{color:var(--good)}.deny td.state,.refused td.state{color:var(--bad)}
code,.ref{font-family:ui-monospace,monospace;font-size:.87em;overflow-wrap:anywhere}
.ref{overflow-wrap:break-word}.time{white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums}
.note{background:var(--note);padding:.6rem .9rem;border-radius:6px}
.good{color:var(--good)}.bad{color:var(--bad)}
@media (max-width:48rem){
table,caption,tbody,tr,th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
tr{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:.3rem .7rem;background:var(--tint)}
tbody th,tbody td,tbody td.number{border:0;padding:.1rem 0;text-align:left;display:grid;
grid-template-columns:minmax(6rem,30%) 1fr;gap:.6rem}
tbody th::before,tbody td::before{content:attr(data-label);color:var(--soft);font-family:system-ui,sans-serif}
dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{nav{display:none}body{font-size:11px}}
"""


_PIECE = re.compile(r"(?<=[_/@])(?=\w)|(?<=:)(?=[^\W\d])")  # never within a time


KINDS = {"ref": "ref", "time": "time", "last": "time"}  # a column's name -> its class


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `caption` says what it shows; the first cell of a row is its header.

    `states` names each row's class (permit, deny, allowed, refused); `state` is the column that
    it colours. `numbers` are columns to be aligned as numbers.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    states: Sequence[str] = ()
    state: str = ""
    numbers: Sequence[str] = ()

    def html(self) -> str:
        """Return the table; where there is no row, a sentence says so."""
        if not self.rows:
            return f"<p>{escape(self.caption)} None.</p>"
        # roles are said once more: laying rows out as cards takes a table's own away
        head = "".join(
            f'<th scope="col" role="columnheader"{self._class(name)}>{escape(name)}</th>'
            for name in self.head
        )
        return (
            f'<table role="table"><caption>{escape(self.caption)}</caption>'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
            f'<tbody role="rowgroup">{"".join(self._row(n) for n in range(len(self.rows)))}</tbody>'
            "</table>"
        )

    def _row(self, number: int) -> str:
        cells = []
        for place, (name, text) in enumerate(zip(self.head, self.rows[number], strict=True)):
            tag, role = (("th", 'scope="row" role="rowheader"') if place == 0 else
                         ("td", 'role="cell"'))  # fmt: skip
            label = f'data-label="{escape(name)}"'
            # a grid lays out one element, so the text is one
            text_html = f"<span>{_breakable(text)}</span>"
            cells.append(f"<{tag} {role} {label}{self._class(name)}>{text_html}</{tag}>")
        state = self.states[number] if self.states else ""
        return f'<tr role="row" class="{escape(state)}">{"".join(cells)}</tr>'

    def _class(self, name: str) -> str:
        if name == self.state:
            return ' class="state"'
        if name in self.numbers:
            return ' class="number"'
        return f' class="{kind}"' if (kind := KINDS.get(name)) else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: an id for links, a heading, paragraphs or lists as HTML, tables."""

    name: str
    heading: str
    body: str

    def html(self) -> str:
        """Return the section with its heading."""
        return (
            f'<section aria-labelledby="{self.name}"><h2 id="{self.name}">'
            f"{escape(self.heading)}</h2>{self.body}</section>"
        )


def _breakable(text: str) -> str:
    """Return text, escaped, that may break behind a separator before it breaks within a word."""
    return "<wbr>".join(escape(piece) for piece in _PIECE.split(text))


def page(title: str, lead: Iterable[str], sections: Sequence[Section], foot: str) -> str:
    """Return the whole page; `lead` are paragraphs of text below the title."""
    links = "".join(f'<li><a href="#{s.name}">{escape(s.heading)}</a></li>' for s in sections)
    return "\n".join([
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in lead),
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>',
        "<main>", *(s.html() for s in sections), "</main>",
        f"<footer><p>{escape(foot)}</p></footer></body></html>", "",
    ])  # fmt: skip


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values as a description list."""
    inside = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in pairs)
    return f"<dl>{inside}</dl>"
