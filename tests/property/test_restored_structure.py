"""A restored value changes no structure, however it was written where it was found."""

from __future__ import annotations

import json
import random
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
PIECES = [
    '"', "'", "\\", "\n", "\n  ", ": ", "role: admin", "- ", "#", " #", "&", "&amp;", "&#60;", "=", "/", "../", "?", "@",
    "%", "%26", "%2F", "+", "<", ">", "<b>", "</p>", "-->", "]]>", '", "role": "admin', "a", "x1", "admin", "{", "}", "[",
    "]", ",", "|", "&role=admin", "\\u0022", "\\n", "\u2028", "''", "\t", "  ", "\u00d6", ";", "javascript:", "`", "\x85",
]  # fmt: skip
PLACES = (
    "host", "url", "key", "json", "quoted", "", "printable ", "html text ", "html double ", "html single ", "html double link",
    "html double url", "html comment ", "html cdata ", "html unquoted ", "html equals ", "yaml ", 'yaml "', "yaml '", "yaml |", "yaml >",
    "yaml #",
)  # fmt: skip


def _tags(text):
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            links = [(k, _parts(v)) for k, v in attrs if k == "href"]
            seen.append((tag, [k for k, _ in attrs], links))

        def handle_endtag(self, tag):
            seen.append(tag)

    parser = Tags()
    parser.feed(text)
    parser.close()
    return seen


def _parts(url):
    told = urlsplit(url)
    query = [k for k, _ in parse_qsl(told.query, keep_blank_values=True)]
    return told.scheme, told.netloc.count("@"), told.path.count("/"), query, bool(told.fragment)


def _form(text):
    return [k for k, _ in parse_qsl(text, keep_blank_values=True)]


def _shape(value):
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else 0


CONTAINERS = (
    (lambda text: _shape(json.loads(text)), '{{"a": "{m}", "b": ["to {m}.", 1], "c": "{{\\"d\\": \\"{m}\\"}}"}}'),
    (lambda text: _shape(json.loads(text)), '"{m}"'),
    (_tags, '<p title="{m}" id=\'{m}\' class={m}>{m} & <b>{m}</b><!-- {m} --></p><i>x</i>'),
    (_tags, '<p><a href="https://x.example/{m}?q={m}&amp;r=1#{m}">{m}</a></p>'),
    (_tags, '<p><a href="mailto:{m}">{m}</a></p>'),
    (_parts, "https://x.example/u/{m}/x?name={m}&role=user#f"),
    (_parts, "https://ada:{m}@x.example/u?role=user#f"),
    (_form, "name={m}&role=user&x={m}"),
    (lambda text: _shape(yaml.safe_load(text)), "---\na: {m}\nb: \"{m}\"\nc: '{m}'\nd:\n  - {m}\n  - [{m}, 1]\ne: 1\n"),
    (lambda text: _shape(yaml.safe_load(text)), "a_b: x\nd:\n  e: |\n    {m}\n    x\n  f: |\n    x\n    {m}\n  g: >\n    {m}\nh: 1  # {m}\ni: 2\n"),
)  # fmt: skip


def _hostile(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        value = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 5)))
        scope = REDACTOR.scope()
        mark = scope.pseudonym("SECRET", value)
        for where in rng.sample(PLACES, 4):  # as if it had been found so, in a text of its author
            writing = rng.choice([value, "".join(rng.choice(PIECES) for _ in range(3))])
            depth = rng.choice(["", "s:"])
            assert mark == scope.pseudonym("SECRET", value, where=depth + where, writing=writing)
        for read, template in CONTAINERS:
            back = scope.restore(template.format(m=mark))
            assert read(back) == read(template.format(m="x")), (seed, value, template, back)


def test_restoring_never_changes_structure():
    """Hostile values and writings in every container: keys, items, tags, attributes, parts stay."""
    _hostile(range(500))


@pytest.mark.soak
def test_restoring_never_changes_structure_at_length():
    """The same, 10 000 times."""
    _hostile(range(10_000))
