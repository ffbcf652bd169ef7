"""A text with its finds, as one HTML file that works without a network. It shows the text: 0600."""

from __future__ import annotations

import html
import json

from stageflow_guard.redaction.text.scan import Found
from stageflow_guard.redaction.text.spans import resolve

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Finds</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>
body{font:15px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
mark{padding:0 .15em;border-radius:.2em;background:hsl(var(--h) 80% 85%);color:inherit;cursor:pointer}
mark.off{background:none}mark:focus-visible{outline:2px solid #000}
label{margin-right:1em;white-space:nowrap}#why{min-height:3em;border-top:1px solid #ccc;margin-top:1rem;padding-top:.5rem}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}mark{background:hsl(var(--h) 45% 30%)}}
</style>
<h1>Finds</h1>
<p><label>score from <input id="from" type="range" min="0" max="1" step="0.05" value="0"> <output id="at">0</output></label></p>
<p id="kinds"></p><pre id="text">%s</pre><div id="why" aria-live="polite">Choose a find to see why it was found.</div>
<script>
const kinds=%s,box=document.getElementById('kinds'),marks=[...document.querySelectorAll('mark')];
const off=new Set(),from=document.getElementById('from');
function draw(){document.getElementById('at').value=from.value;
 for(const m of marks)m.classList.toggle('off',off.has(m.dataset.kind)||+m.dataset.score<+from.value)}
for(const [k,n] of kinds){const l=document.createElement('label'),c=document.createElement('input');c.type='checkbox';c.checked=true;
 c.onchange=()=>{c.checked?off.delete(k):off.add(k);draw()};l.append(c,` ${k} (${n})`);box.append(l)}
for(const m of marks){m.tabIndex=0;m.onclick=m.onfocus=()=>{document.getElementById('why').textContent=m.title}}
from.oninput=draw;draw();
</script></html>
"""


def page(text: str, found: list[Found]) -> str:
    """Return the page: finds marked by type, filtered by type and score, each with its reason."""
    reasons: dict[str, list[Found]] = {}
    for one in found:
        reasons.setdefault(one.span.entity, []).append(one)
    parts: list[str] = []
    at = 0
    counts: dict[str, int] = {}
    for span in resolve(f.span for f in found):
        counts[span.entity] = counts.get(span.entity, 0) + 1
        why = "; ".join(
            f"{f.rule}{f' ({f.why})' if f.why else ''}, score {f.span.score:.2f}, seen in: {f.view}"
            for f in reasons.get(span.entity, ())
            if f.span.start < span.end and span.start < f.span.end
        )
        hue = sum(span.entity.encode()) * 47 % 360
        parts += [
            html.escape(text[at : span.start]),
            f'<mark style="--h:{hue}" data-kind="{html.escape(span.entity, quote=True)}" data-score="{span.score:.2f}" '
            f'title="{html.escape(f"{span.entity}: {why}", quote=True)}">'
            f"{html.escape(text[span.start : span.end])}</mark>",
        ]
        at = span.end
    body = "".join([*parts, html.escape(text[at:])])
    return (
        _PAGE.replace("%s", "\0", 2)
        .replace("\0", body, 1)
        .replace("\0", json.dumps(sorted(counts.items())).replace("<", "\\u003c"), 1)
    )
