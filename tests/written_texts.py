"""Seeded texts of every container, with values that are hard to write in it."""

from __future__ import annotations

import html
import json
import quopri
import random
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import yaml

KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\nQUJD\n-----END PRIVATE KEY-----"
LEAVES: list[Any] = [
    4111111111111111, 536904399, 4155550132, 19790817, 12.5, -4111111111111111, 203.0, 1e20, 0, 7,
    5555555555554444, 536904399.0, -536904399.5, True, None, "", "4111111111111111", "536904399",
    "ada@exam.com", "a\\nb", 'x"ssn 536904399"', 'p@ss"w0rd\\', "hunter2\\", KEY, "\u2028 ada@exam.com",
    "line1\npassword: Zx9kLmq2pw", "call 415-555-0132, ok", "https://a:b@h.example/?token=abcdef123456&x=1",
    "<b>ada@exam.com</b>", "<p>Patient: Marlene O&#39;Neill</p>", "user=ada&password=p%40ss9xQ&id=5",
    "a_b: 1\npassword: 'it''s9xQk'\n", "Marl\u00e8ne \u00d6zdemir", "12 Mill Lane\nSpringfield, IL 62701",
    "\U0001f600 ada@exam.com", "\ud83d ada@exam.com", "a/b ada@exam.com/", "<ada@exam.com>", "[1] ada@exam.com",
    "p@ss\tw0\\rd\x00\x1f9", '{"x', "Ada <b>Lovelace</b> <ada@exam.com>",
]  # fmt: skip
KEYS = [
    "id",
    "card",
    "ssn",
    "phone",
    "x",
    "password",
    "note",
    "values",
    "items",
    "token",
    "n",
    "phone_2",
    "home.phone",
    "dob",
    "pin",
    "account",
    "data",
    "cards",
    "numbers",
    "full_name",
    "address",
    "ada@exam.com",
    "args",
    "4111111111111111",
    'ke"y',
]
FIELDS = {
    "email": ["ada@exam.com", "ada+x@exam.com", "o'neill@exam.com"],
    "password": [
        "p@ss9xQ", "it's9xQk", 'p"w9xQ!z', "x&y=9xQk", "C:\\xQ9k!", "a#b9xQk", " 9xQk: z", "p<b>9xQ",
    ],
    "full_name": ["Marlene O'Neill", "Marl\u00e8ne \u00d6zdemir", "Ada Lovelace", "Smith & Sons, Ada"],
    "phone": ["+1 415-555-0132", "415 555 0132", "+14155550132"],
    "ssn": ["536-90-4399"],
    "address": ["12 Mill Lane, Springfield, IL 62701", "12 Mill Lane\nSpringfield, IL 62701"],
    "private_key": [KEY],
    "card": ["4111111111111111", "4111 1111 1111 1111"],
    "note": ["call 415-555-0132 or ada@exam.com", "nothing"],
}  # fmt: skip


def _tree(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.random()
    if depth > 2 or kind < 0.5:
        return rng.choice(LEAVES)
    if kind < 0.62:
        return [_tree(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if kind < 0.75:  # JSON within a string
        return json.dumps(_tree(rng, depth + 1), ensure_ascii=rng.random() < 0.5)
    return {rng.choice(KEYS): _tree(rng, depth + 1) for _ in range(rng.randint(1, 3))}


def json_document(seed: int) -> str:
    """An object, an array or a string, as any program may write it."""
    rng = random.Random(seed)
    value: Any = {rng.choice(KEYS): _tree(rng) for _ in range(rng.randint(1, 3))}
    if rng.random() < 0.2:
        value = [_tree(rng) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.05:
        value = rng.choice([leaf for leaf in LEAVES if isinstance(leaf, str)])
    mode = rng.choice(["plain", "two", "wide", "tab", "ascii"])
    return json.dumps(
        value,
        indent={"two": 2, "tab": "\t"}.get(mode),
        ensure_ascii=mode == "ascii",
        separators=(" , ", " :     ") if mode == "wide" else None,
    )


def _reference(way: int, text: str) -> str:
    if way == 0:
        return html.escape(text)
    if way == 1:
        return html.escape(text, quote=True).encode("ascii", "xmlcharrefreplace").decode()
    if way == 2:
        return "".join(c if c.isalnum() else f"&#{ord(c)};" for c in text)
    return html.escape(text, quote=True).replace("&#x27;", "&apos;")


def _page(rng: random.Random, fields: dict[str, str]) -> str:
    forms = ["<p>{k}: {v}</p>\n", '<input name="{k}" value="{v}">', "<td>{k}</td><td>{v}</td>"]
    way = rng.randint(0, 3)
    body = "".join(
        rng.choice(forms).format(k=key, v=_reference(way, value)) for key, value in fields.items()
    )
    address = quote(FIELDS["email"][0], safe="")
    end = rng.choice(["", f'<a href="mailto:{address}">m</a>', "<![CDATA[mail ada@exam.com]]>"])
    return rng.choice(["<!doctype html>", "<html>", '<?xml version="1.0"?>']) + body + end


def _yaml(rng: random.Random, fields: dict[str, str]) -> str:
    inner = {"a_b": 1, **fields}
    return yaml.safe_dump(
        rng.choice([inner, {"a": inner, "b_c": [inner, inner]}]),
        default_style=rng.choice([None, "'", '"', "|", ">"]),
        allow_unicode=rng.random() < 0.5,
        sort_keys=False,
        width=rng.choice([80, 4_000]),
    )


KINDS = ("form", "url", "html", "yaml", "fence", "printable", "jsonl", "prose", "quote")


def text_of(kind: str, seed: int) -> str:
    """A text of `kind`; what it holds is written in one way in it."""
    rng = random.Random(seed)
    fields = {k: rng.choice(FIELDS[k]) for k in rng.sample(list(FIELDS), rng.randint(1, 4))}
    encoded = urlencode(fields, quote_via=rng.choice([quote, quote_plus]))
    if kind == "form":
        return encoded
    if kind == "url":
        return f"see https://x.example/p/a?{encoded} and bye"
    if kind == "html":
        return _page(rng, fields)
    if kind == "yaml":
        return rng.choice(["---\n", ""]) + _yaml(rng, fields)
    if kind == "fence":
        return f"Here it is\n```yaml\n{_yaml(rng, fields)}```\nand mail ada@exam.com"
    if kind == "printable":
        body = "".join(f"{key}: {value}\n" for key, value in fields.items())
        encoded = quopri.encodestring(body.encode()).decode()
        return f"Content-Transfer-Encoding: quoted-printable\n\n{encoded}"
    if kind == "jsonl":
        rows = "".join(json.dumps(fields) + "\n" for _ in range(rng.randint(2, 8)))
        return rows + rng.choice(["", "not json, mail eve@exam.com\n"])
    if kind == "prose":
        told = " ".join(f'{key}: "{value}"' for key, value in fields.items())
        return f"Hello: {told} and ```json\n{json.dumps(fields)}\n``` done"
    said = rng.choice(["Hello ada@exam.com", "Call 415-555-0132"])
    end = rng.choice(['" he said ', '"', '" \n', '\\n"', " and no end "])
    return f'"{said}{end}' + "then 415-555-0133 " * rng.choice([0, 1, 90])
