"""`redact --restore`: a file is restored whole, by its kind; no original changes its structure."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import Vault
from stageflow_guard.redaction.atrest import restoring
from stageflow_guard.redaction.atrest.restoring import restore_stream

HOSTILE = [
    'x", "role": "admin', 'p@ss"w0rd, 2026!', "12 Mill Lane\nSpringfield", 'a,b "c"\nd', "a;b\tc|d",
    "a: b\nc: d", "'q', 'r'", "\\", '"', "'", "</p><script>x</script>", "=1+1\r\n2", " lead", "trail ", "x\u2028y",
]  # fmt: skip


@pytest.fixture
def scope():
    """A conversation of its own."""
    return Vault().scope("t", "s")


def back(scope, text, kind, **how):
    out = io.StringIO()
    restore_stream(io.BytesIO(text.encode()), out.write, scope, kind=kind, name="f", **how)
    return out.getvalue()


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_document_over_lines_keeps_its_values(scope, kind, value):
    """An item that stands alone on its line is a string of the document, not a line of prose."""
    mark = scope.pseudonym("SECRET", value)
    given = {"a": [mark, {"b": f"x {mark}"}], mark: 1, "c": [[mark]]}
    for indent in (None, 2, 0, 12):
        text = json.dumps(given, ensure_ascii=False, indent=indent)
        fresh = json.loads(back(scope, text, kind))
        assert fresh == {"a": [value, {"b": f"x {value}"}], value: 1, "c": [[value]]}


@pytest.mark.parametrize("value", HOSTILE)
def test_a_string_alone_is_a_document(scope, value):
    """Top-level strings and lists, in a file and in lines, with or without escapes."""
    mark = scope.pseudonym("SECRET", value)
    for ascii_only in (True, False):
        text = json.dumps(mark, ensure_ascii=ascii_only)
        assert json.loads(back(scope, text, "json")) == value
        shown = back(scope, f"{text}\n\n[{text}]\n{{}}\n", "jsonl").split("\n")
        assert [json.loads(one) for one in shown if one] == [value, [value], {}]
        assert len(shown) == 5


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_keeps_rows_and_columns(scope, value, sign, end):
    """A value is one cell, its quotes doubled, whatever stood around its placeholder."""
    mark = scope.pseudonym("SECRET", value)
    rows = [
        "id,note,end",
        f"1,{mark},x",
        f'2,"{mark}",x',
        f'3,"a {mark}, ""b""",x',
        f"4,a {mark} b,x",
    ]
    text = end.join(rows).replace(",", sign) + end
    fresh = list(
        csv.reader(io.StringIO(back(scope, text, "csv"), newline=""), delimiter=sign, strict=True)
    )
    sep = f"{sign} " if sign != "," else ", "
    assert fresh[1:] == [
        ["1", value, "x"], ["2", value, "x"], ["3", f'a {value}{sep}"b"', "x"], ["4", f"a {value} b", "x"],
    ]  # fmt: skip


def test_single_quotes_that_may_be_some_are_not_guessed_at(scope):
    """A value that needs quotes, in signs that quote in one dialect and not in the other."""
    mark = scope.pseudonym("SECRET", "a,b 'c'")
    text = f"id,note\n1,'{mark}'\n"
    with pytest.raises(ConfigError, match="`f`:2: .*--quote") as raised:
        back(scope, text, "csv")
    assert "a,b" not in str(raised.value)
    assert back(scope, text, "csv", quote="'") == "id,note\n1,'a,b ''c'''\n"
    assert back(scope, text, "csv", quote='"') == "id,note\n1,\"'a,b 'c''\"\n"
    plain = scope.pseudonym("SECRET", "abc")
    assert back(scope, text.replace(mark, plain), "csv") == "id,note\n1,'abc'\n"


def test_a_text_is_what_its_beginning_says(scope):
    """YAML and HTML over lines, and JSON that begins in the middle of its first line."""
    mark = scope.pseudonym("PERSON", "a: b\nc: d")
    text = f"---\nname: {mark}\nlist:\n  - {mark}\nend: 1\n"
    assert yaml.safe_load(back(scope, text, "text")) == {
        "name": "a: b\nc: d", "list": ["a: b\nc: d"], "end": 1,
    }  # fmt: skip
    page = f"<html>\n<script>\nlet a = '{mark}'\n</script>\n<p>\n{mark}</p></html>\n"
    assert back(scope, page, "text").count("a: b") == 1
    mail = scope.pseudonym("EMAIL_ADDRESS", "ada@example.com")
    text = f'{{ "email": "{mail}",\n  "x": 1 }}\n'
    assert back(scope, text, "text") == text.replace(mail, "ada@example.com")
    assert back(scope, "\ufeff" + text, "text") == "\ufeff" + text.replace(mail, "ada@example.com")
    assert back(scope, "\ufeff" + text, "json") == "\ufeff" + text.replace(mail, "ada@example.com")


def test_a_log_is_restored_line_by_line(scope):
    """Lines that begin with a bracket or are JSON, among lines that are not."""
    mark = scope.pseudonym("PERSON", 'Ada "Countess" Lovelace')
    text = (
        f'[2026-11-28 10:00] login {mark}\n{{"user": "{mark}"}}\n[1] {mark}\nno {mark}\n'
        f'{{"user": "{mark}", "more…\n'
    )
    out = back(scope, text, "text").split("\n")
    assert out[0] == '[2026-11-28 10:00] login Ada "Countess" Lovelace'
    assert json.loads(out[1]) == {"user": 'Ada "Countess" Lovelace'}
    assert out[2] == '[1] Ada "Countess" Lovelace' and out[3] == 'no Ada "Countess" Lovelace'
    assert out[4] == '{"user": "Ada \\"Countess\\" Lovelace", "more…'


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("json", '{"a": 1,\n "b" "⟦X⟧"}', 2), ("json", '{"a": 1,\n"a": "⟦X⟧"}', 2), ("jsonl", '{}\n{"a": ⟦X⟧}\n', 2),
        ("text", '{"a": [\n "⟦X⟧",\n}\n', 2), ("text", '[\n1,\n"⟦X⟧",\n', 3), ("csv", 'a,b\n1,2\n"⟦X⟧"x,2\n', 3),
        ("csv", 'a,b\n1,"⟦X⟧\n', 2), ("text", '{"cards": [⟦X⟧]}\n', 1),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_by_file_and_line(scope, kind, text, line):
    """Nothing is put into what is no JSON or no table; the error shows none of it."""
    mark = scope.pseudonym("SECRET", "hunter26")
    with pytest.raises(ConfigError, match=f"`f`:{line}: ") as raised:
        back(scope, text.replace("⟦X⟧", mark), kind)
    assert mark not in str(raised.value) and "hunter" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "text"), [("json", '["%s"]'), ("text", '{"a": "%s"}'), ("jsonl", '["%s"]\n')]
)
def test_a_document_has_a_bound(scope, kind, text, monkeypatch):
    """What has to be read whole and is too long is an error that says what to do."""
    monkeypatch.setattr(restoring, "WHOLE", 1_000)
    with pytest.raises(ConfigError, match="over 1000 characters"):
        back(scope, text % ("x" * 70_000), kind)
    assert back(scope, "x\n" * 100_000, "text") == "x\n" * 100_000


def test_placeholders_of_others_stay_however_a_text_is_cut(scope):
    """A long text is restored as a stream: the same as the whole."""
    mark, other = (
        scope.pseudonym("PERSON", "Ada"),
        Vault().scope("t", "o").pseudonym("PERSON", "Bob"),
    )
    text = f"a {mark} b {other}\n" * 40_000
    assert back(scope, text, "text") == text.replace(mark, "Ada")


@pytest.fixture
def kept(tmp_path):
    """The words that name a vault."""
    return ["--vault", str(tmp_path / "v.db"), "--keys", str(tmp_path / "keys")]


def test_folders_come_back(tmp_path, kept, capsys):
    """What was redacted is restored by the verb: values, rows, columns, in each kind of file."""
    base, out, home = tmp_path / "in", tmp_path / "out", tmp_path / "back"
    base.mkdir()
    table = 'id, password\r\n1, "hunt,er26 ""c""\nd"\r\n2, x\r\n'
    (base / "a.csv").write_bytes(table.encode())
    (base / "b.csv").write_text("id;password\n1;'hunter26;9'\n2;'abc''s;x'\n")
    (base / "c.json").write_text('{"password": ["x, y", "hunter26"], "n": 1.10}')
    (base / "d.jsonl").write_text('{"password": "hunter26"}\n"mail ada@example.com"\n')
    (base / "e.log").write_text("[1.2.3] mail ada@example.com\n")
    assert main(["redact", str(base), "--out", str(out), "--jobs", "1", *kept]) == 0
    for file in out.glob("*.*"):
        assert "hunt" not in file.read_text() and "ada@" not in file.read_text()
    words = ["--restore", "--quote", "'", str(out), "--out", str(home), *kept]
    assert main(["redact", *words]) == 0
    for name in ("a.csv", "b.csv", "d.jsonl", "e.log"):
        assert (home / name).read_bytes() == (base / name).read_bytes(), name
    assert json.loads((home / "c.json").read_text()) == json.loads((base / "c.json").read_text())


def test_one_file_that_cannot_be_restored_leaves_the_others_done(tmp_path, kept, capsys):
    """Its error names it, nothing of it is written, and the verb says that it failed."""
    base, out, home = tmp_path / "in", tmp_path / "out", tmp_path / "back"
    base.mkdir()
    (base / "a.json").write_text('["ada@example.com"]')
    (base / "b.txt").write_text("ada@example.com\n")
    assert main(["redact", str(base), "--out", str(out), "--jobs", "1", *kept]) == 0
    (out / "a.json").write_text((out / "a.json").read_text()[:-3])
    capsys.readouterr()
    assert main(["redact", "--restore", str(out), "--out", str(home), *kept]) == 2
    assert f"`{out / 'a.json'}`:" in capsys.readouterr().err
    assert not (home / "a.json").exists() and (home / "b.txt").read_text() == "ada@example.com\n"
    assert main(["redact", "--restore", str(out), "--out", str(out), *kept]) == 2
    assert (
        main(["redact", "--restore", "--encoding", "utf-16", str(out), "--out", str(home), *kept])
        == 2
    )


def test_standard_input_is_restored_by_its_format(tmp_path, kept, monkeypatch, capsys):
    """`--restore --format csv -` keeps the rows; without a format it is a text."""

    def run(text, *words):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["redact", *words, *kept, "-"]) == 0
        return capsys.readouterr().out

    clean = run('id,password\n1,"a,b9xQk"\n2,"c\nd9xQk"\n', "--format", "csv")
    plain = clean.replace('"', "")
    assert plain.count("⟦") == 2
    rows = list(csv.reader(io.StringIO(run(plain, "--restore", "--format", "csv"))))
    assert rows == [["id", "password"], ["1", "a,b9xQk"], ["2", "c\nd9xQk"]]
    clean = run('{"password": "x\\ud800y9"}', "--format", "json")
    assert json.loads(run(clean, "--restore", "--format", "json")) == {"password": "x\ud800y9"}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"ok \xff")))
    assert main(["redact", "--restore", *kept, "-"]) == 2
    assert "not utf-8 at byte 3" in capsys.readouterr().err


def test_parquet_comes_back(tmp_path, kept):
    """Rows and columns of text, restored where they stand."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"note": ["mail ada@example.com", "none"]}), tmp_path / "t.parquet")
    words = [str(tmp_path / "t.parquet"), "--out", str(tmp_path / "out"), *kept]
    assert main(["redact", *words]) == 0
    out = tmp_path / "out" / "t.parquet"
    assert "ada@" not in str(pq.read_table(out).to_pylist())
    assert main(["redact", "--restore", str(out), "--out", str(tmp_path / "back"), *kept]) == 0
    fresh = pq.read_table(tmp_path / "back" / "t.parquet").to_pylist()
    assert [row["note"] for row in fresh] == ["mail ada@example.com", "none"]
