"""`redact` and `models`: files, folders, standard input; exit codes; resuming and restoring."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from stageflow_guard.cli import main

MAIL, SSN = "ada@example.com", "536-90-4399"


@pytest.fixture
def folder(tmp_path):
    """A folder with one file of each kind."""
    base = tmp_path / "in"
    (base / "sub").mkdir(parents=True)
    (base / "a.md").write_text(f"# Hello\nwrite to {MAIL}\n", encoding="utf-8")
    (base / "sub" / "b.csv").write_text(
        f'name,ssn,note\nAda,536904399,"x, {MAIL}"\n', encoding="utf-8"
    )
    (base / "c.jsonl").write_text(
        json.dumps({"password": "hunter2", "n": [1, MAIL]}) + "\n\n", encoding="utf-8"
    )
    (base / "d.json").write_text(
        json.dumps({"first_name": "Ada", "x": {"y": SSN}}), encoding="utf-8"
    )
    (base / "clean.txt").write_text("nothing here\n", encoding="utf-8")
    return base


def test_check_is_a_gate(folder, capsys):
    """Exit 1 with places and no values; exit 0 on clean files; 2 on what cannot be read."""
    assert main(["redact", "--check", str(folder)]) == 1
    shown = capsys.readouterr()
    assert f"{folder}/a.md:2:10: EMAIL_ADDRESS" in shown.out
    assert MAIL not in shown.out + shown.err
    assert main(["redact", "--check", str(folder / "clean.txt")]) == 0
    (folder / "bad.txt").write_bytes(b"ok \xff\xfe")
    assert main(["redact", "--check", str(folder)]) == 2
    assert "not utf-8 at byte 3" in capsys.readouterr().err
    assert main(["redact", "--check", str(folder / "missing")]) == 2


def test_every_format_is_redacted_and_restored(folder, tmp_path, capsys):
    """Values are gone from every file, formats still parse, and the holder of the keys gets them back."""
    out, back, vault, keys = (str(tmp_path / n) for n in ("out", "back", "v.db", "keys"))
    assert (
        main(["redact", str(folder), "--out", out, "--vault", vault, "--keys", keys, "--json"]) == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert summary["files"] == 5
    assert summary["entities"]["EMAIL_ADDRESS"] == 3
    for file in (tmp_path / "out").rglob("*.*"):
        content = file.read_text(encoding="utf-8")
        for value in (MAIL, SSN, "536904399", "hunter2", '"Ada"'):
            assert value not in content
    rows = list(
        csv.reader(io.StringIO((tmp_path / "out" / "sub" / "b.csv").read_text(encoding="utf-8")))
    )
    assert len(rows) == 2 and rows[0] == ["name", "ssn", "note"] and len(rows[1]) == 3
    json.loads((tmp_path / "out" / "d.json").read_text(encoding="utf-8"))
    assert main(["redact", "--restore", out, "--out", back, "--vault", vault, "--keys", keys]) == 0
    assert (tmp_path / "back" / "a.md").read_bytes() == (folder / "a.md").read_bytes()
    assert SSN in (tmp_path / "back" / "d.json").read_text(encoding="utf-8")
    assert MAIL.encode() not in (tmp_path / "v.db").read_bytes()
    os.remove(tmp_path / "v.db")
    assert main(["redact", "--restore", out, "--out", back, "--vault", vault, "--keys", keys]) == 2


def test_parquet(tmp_path, capsys):
    """Columns by name and by value; numbers under a personal name become text."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = pa.table({"ssn": [536904399, 123456789], "note": [f"mail {MAIL}", "none"], "n": [1, 2]})
    pq.write_table(table, tmp_path / "t.parquet")
    assert main(["redact", str(tmp_path / "t.parquet"), "--out", str(tmp_path / "out")]) == 0
    fresh = pq.read_table(tmp_path / "out" / "t.parquet").to_pylist()
    assert fresh[0]["ssn"].startswith("⟦US_SSN_1·") and MAIL not in fresh[0]["note"]
    assert [r["n"] for r in fresh] == [1, 2]
    (tmp_path / "x.parquet").write_bytes(b"nope")
    assert main(["redact", str(tmp_path / "x.parquet"), "--out", str(tmp_path / "out")]) == 2


def test_resuming_reads_only_what_is_new(folder, tmp_path, capsys):
    """A second run reads what changed; the summary covers everything."""
    out = tmp_path / "out"
    assert main(["redact", str(folder), "--out", str(out), "--jobs", "1"]) == 0
    before = {
        p: p.stat().st_mtime_ns for p in out.rglob("*.*") if p.suffix != ".jsonl" or "c." in p.name
    }
    (folder / "clean.txt").write_text(f"now {MAIL}\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["redact", str(folder), "--out", str(out), "--jobs", "1"]) == 0
    changed = {p.name for p, t in before.items() if p.stat().st_mtime_ns != t}
    assert changed == {"clean.txt"}
    assert "EMAIL_ADDRESS 4" in capsys.readouterr().err


def command(*words, **options):
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from stageflow_guard.cli import main; sys.exit(main())",
            *words,
        ],
        capture_output=True,
        check=False,
        **options,
    )


def test_standard_input_streams(tmp_path):
    """Text in, redacted text out; `--check -` is a gate; other formats by name."""
    done = command("redact", input=f"write to {MAIL}\n".encode())
    assert done.returncode == 0
    assert done.stdout.decode().startswith("write to ⟦EMAIL_ADDRESS_1·")
    assert command("redact", "--check", "-", input=MAIL.encode()).returncode == 1
    done = command("redact", "--format", "jsonl", input=json.dumps({"email": MAIL}).encode())
    assert MAIL.encode() not in done.stdout and json.loads(done.stdout)
    done = command("redact", input=b"ok \xff")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_large_file_in_bounded_memory(tmp_path):
    """30 MB pass in under 200 MB: memory does not grow with the file."""
    big = tmp_path / "big.txt"
    line = "The committee met and agreed on the plan for the coming season in some detail.\n"
    with big.open("w", encoding="utf-8") as file:
        for i in range(40):
            file.write(line * 2_400 + f"{i} {MAIL}\n")
    code = (
        "import re,sys;from stageflow_guard.cli import main;code=main(sys.argv[1:]);"
        "print(int(re.search('VmHWM:\\s+(\\d+)',open('/proc/self/status').read())[1])//1024);sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "redact", str(big), "--out", str(tmp_path / "out"), "--jobs", "1"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 200
    content = (tmp_path / "out" / "big.txt").read_text(encoding="utf-8")
    assert MAIL not in content and content.count("⟦EMAIL_ADDRESS_1·") == 40


def test_explain_and_page_and_eval(tmp_path, capsys):
    """Which recognizer, score, reason and view; a page without network; rates and thresholds."""
    text = tmp_path / "t.txt"
    text.write_text("SSN: NTM2LTkwLTQzOTk= <script>alert(1)</script>\n", encoding="utf-8")
    assert main(["redact", "--explain", str(text), "--html", str(tmp_path / "p.html")]) == 0
    shown = capsys.readouterr().out
    assert "US_SSN" in shown and "label ssn" in shown and "base64" in shown
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "<mark" in page and "<script>alert" not in page and "default-src 'none'" in page
    assert (tmp_path / "p.html").stat().st_mode & 0o777 == 0o600
    labelled = tmp_path / "l.jsonl"
    labelled.write_text(
        "\n".join(json.dumps(x) for x in (
            {"text": f"mail {MAIL}", "spans": [[5, 20, "EMAIL"]]}, {"text": "nothing", "spans": []},
            {"text": "from 127.0.0.1", "spans": [[5, 14, "IP"]]},
        )), encoding="utf-8",
    )  # fmt: skip
    assert main(["redact", "eval", str(labelled), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["types"]["EMAIL_ADDRESS"]["recall"] == 1
    assert result["types"]["IP_ADDRESS"]["recall"] == 0
    assert result["suggested"]["IP_ADDRESS"]["threshold"] <= 0.3
    labelled.write_text("{}", encoding="utf-8")
    assert main(["redact", "eval", str(labelled)]) == 2


def test_wrong_use_is_said(folder, tmp_path, capsys):
    """Missing `--out`, the same place twice, half a vault, unknown models and encodings: exit 2."""
    for words in (
        ["redact", str(folder)], ["redact", str(folder), "--out", str(folder)], ["redact", "--vault", "x", "-"],
        ["redact", "--restore", "-"], ["redact", "--ner", "nope", str(folder / "a.md")],
        ["redact", "--encoding", "nope", str(folder / "a.md")], ["redact", "--entities", "NOPE", str(folder / "a.md")],
        ["models", "install", "nope"], ["models", "install"], ["redact", "eval"],
    ):  # fmt: skip
        assert main(words) == 2, words
        assert "Traceback" not in capsys.readouterr().err
    assert main(["models", "list"]) == 0


def test_csv_of_odd_shapes(tmp_path):
    """Rows longer or shorter than the header, quoted line breaks, twice one name."""
    source = tmp_path / "odd.csv"
    source.write_text(
        f'email,email\n{MAIL},b@example.com,{MAIL}\n"x\ny {MAIL}"\n\n', encoding="utf-8"
    )
    assert main(["redact", str(source), "--out", str(tmp_path / "out")]) == 0
    content = (tmp_path / "out" / "odd.csv").read_text(encoding="utf-8")
    assert "@example.com" not in content
    assert [len(r) for r in csv.reader(io.StringIO(content))] == [2, 3, 1, 0]
