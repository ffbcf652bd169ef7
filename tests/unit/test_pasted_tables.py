"""Tables as people paste them, each with a column `password`: the value goes, the rest stays."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.text.named import Reading, context, settled

REDACTOR = Redactor()
P = "hunter22x"
LONG = "lorem " * 350

PASTED = {
    "psql, null in the last column": f" id | password | x\n----+---+---\n 1 | {P} | \n 2 | | 3\n",
    "no frame, first name empty": f" | Password | Name\n---|---|---\nbob | {P} | Ada\n",
    "a sign in a name": f"user,discount (%),password\nbob,5,{P}\n",
    "a currency, a year, a unit": f"user;2023;Preis €;Password [new]\nbob;1;2;{P}\n",
    "a question": f"| User | Password? |\n|---|---|\n| bob | {P} |\n",
    "a link": f"| [User](#u) | [Password](#p) |\n|---|---|\n| bob | {P} |\n",
    "said behind the name": f"| User | Password (initial, change at login!) |\n|---|---|\n| bob | {P} |\n",
    "two names": f"| User | Password/PIN |\n|---|---|\n| bob | {P} |\n",
    "a byte order mark": f"\ufeffuser,password\nbob,{P}\n",
    "forty columns": ",".join(f"column {n}" for n in range(40)) + ",password\n" + "x," * 40 + f"{P}\n",
    "an empty last name": f"Last Name\tPassword\t\nByron\t{P}\tx\n",
    "numbered": f"#,user,password\n1,bob,{P}\n",
    "a long row before": f"| User | Password | Note |\n|---|---|---|\n| a | b | {LONG}|\n| bob | {P} | x |\n",
    "rows apart": f"user,password\nbob,Sommer22y\n\neve,{P}\n",
    "a grid": f"+------+-----------+\n| User | Password  |\n+======+===========+\n| bob  | {P} |\n+------+-----------+\n",
    "a quoted reply": f"> | User | Password |\n> |---|---|\n> | bob | {P} |\n",
    "a comma in quotes": 'user,password\nbob,"hunter22x,Z9"\n',
    "a comma in no quotes": f"user,password,note\nbob,{P},hello, there\n",
    "an escaped sign": f"| User | Password |\n|---|---|\n| bob \\| eve | {P} |\n",
    "a short row": f"| User | Password | Note |\n|---|---|---|\n| bob | {P} |\n",
    "a second head": f"| A | B |\n|---|---|\n| 1 | 2 |\n| User | Password |\n|---|---|\n| bob | {P} |\n",
    "a function before": f"INSERT INTO p (id, at, password) VALUES (1, NOW(), '{P}')",
    "a cast": f"INSERT INTO p (id, at, password) VALUES (1, '2026-01-01'::date, '{P}'::text)",
    "a comment": f"INSERT INTO `my-db`.`users` (id, password) VALUES\n-- the first\n   (1, N'{P}');",
    "a long text before": f"INSERT INTO p (note, password) VALUES ('{LONG}', '{P}')",
    "wide styles": f'<table><tr><td style="{LONG[:900]}">User</td><td>Note</td><td>Password</td></tr><tr><td>bob</td><td>fine</td><td>{P}</td></tr></table>',
    "a cell over two columns": f"<table><tr><th>User</th><th>Note</th><th>Password</th></tr><tr><td colspan=2>bob</td><td>{P}</td></tr></table>",
    "a cell over two rows": f"<table><tr><th>User</th><th>Password</th></tr><tr><td rowspan=2>bob</td><td>x</td></tr><tr><td>{P}</td></tr></table>",
    "a table in a cell": f"<table><tr><th>User</th><th>Password</th></tr><tr><td><table><tr><td>x</td></tr></table></td><td>{P}</td></tr></table>",
    "a table in a layout": f"<table><tr><td><table><tr><th>User</th><th>Password</th></tr><tr><td>bob</td><td>{P}</td></tr></table></td></tr></table>",
    "marked up": "<table><tr><th>User</th><th>Password</th></tr><tr><td>bob</td><td><b>hunter</b>22x</td></tr></table>",
    "a pair": f"| Password | {P} |\n", "a pair of cells": f"<tr><th>Password</th><td>{P}</td></tr>",
    "a definition": f"<dl><dt>Password</dt><dd>{P}</dd></dl>",
}  # fmt: skip


@pytest.mark.parametrize("kind", PASTED)
def test_a_password_in_a_pasted_table_goes(kind):
    """However the table came to be written."""
    out = REDACTOR.redact(PASTED[kind]).value
    assert P not in out
    assert "22x" not in out


HARMLESS = [
    "| Property | Description |\n|---|---|\n| `name` | Display name |\n| `status` | Lifecycle status |\n",
    "from .models import Number, PhoneNumber, Password\n\nvalue = PhoneNumber(code=236, prefix='00', length=8)\n",
    "FamilyName: str | None\n    GivenName: str | None\n", "| password | string |\n| token | The API token of the client |\n",
    "words = (\n    r'hopt|password|suspend|test|time|'\n    r'rmf|rollup|run|sample|set|ship')\n",
    "name of the driver: Intel Graphics", "id,last_name\n1,\n",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_a_table_of_a_program_stays(text):
    """Parameters, imports, annotations, patterns, signatures."""
    assert REDACTOR.redact(text).value == text


def test_a_literal_goes_without_what_belongs_to_it():
    """The SQL stays SQL: prefix and quotes are no part of the find."""
    text = "INSERT INTO p (id, last_name, ssn) VALUES (1, N'Hopper', '536228145')"
    out = REDACTOR.redact(text).value
    assert "N'⟦PERSON" in out
    assert out.endswith("⟧')")


LATE = {
    "a row of 700": "INSERT INTO t (id, password, a) VALUES " + ",\n".join(f"({n}, 'Sommer{n}x', '{'word ' * 140}')" for n in range(30)),
    "html behind csv": "qty,surname\n1,Byron\n<table><tr><th>A, b</th><th>Password</th></tr>\n" + "".join(f"<tr><td>a, {n}</td><td>Sommer{n}x</td></tr>\n" for n in range(300)) + "</table>",
    "long rows": "| User | Password | Note |\n|---|---|---|\n" + "".join(f"| u{n} | Sommer{n}x | {'word ' * (500 if n % 5 == 0 else 3)}|\n" for n in range(60)),
    "rows apart": "user;password\n" + "\n".join(f"u{n};Sommer{n}x\n" for n in range(400)),
}  # fmt: skip


@pytest.mark.parametrize("kind", LATE)
def test_a_stream_reads_late_rows_below_their_head(kind):
    """By chunks of 7 characters, as the whole."""
    text, scope = LATE[kind], Vault().scope("t", "s")
    whole = REDACTOR.redact_in(text, scope, "output")[0]
    stream = REDACTOR.stream(scope)
    out = [stream.feed(text[at : at + 7]) for at in range(0, len(text), 7)]
    assert "".join(out) + stream.finish() == whole


HOSTILE = {
    "heads": "name,dob\n" * 11_000, "signs": ("|" * 399 + "\n") * 250, "quotes": ('name,dob\n"a"",""b,c\n') * 5_000,
    "inserts": "into t (ssn) values ('" * 4_500, "rows": "<tr><th>ssn</th>" * 6_000, "cells": "<td>" * 25_000,
    "tables": "<table><tr><td>" * 6_500, "colons": ": " * 50_000, "labels": "ssn of x: 12 " * 7_700, "long": "name,dob\n" + "a," * 50_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_reading_heads_is_linear(kind):
    """Twice the text reads at most thrice the characters again; no shape unfolds."""
    text = HOSTILE[kind]
    assert len(Reading(text).text) <= 4 * len(text)
    assert 0 <= context(text, len(text) // 2)[0] <= len(text) // 2
    assert settled(text, len(text) - 10) <= len(text)
