"""JSON and JSON lines of files: numbers as written, no key lost, marks and halves of pairs."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.files import redact_stream

REDACTOR = Redactor()
NUMBERS = '{"a": 1.10, "b": 1e400, "c": -0, "d": 0.1234567890123456789, "e": [1E+2, -1.0e-7, 12], "f": NaN}'


def through(content, kind="json", **how):
    out = io.StringIO()
    raw = content if isinstance(content, bytes) else content.encode()
    redact_stream(
        io.BytesIO(raw), out, REDACTOR, Vault().scope("t", "s"), kind=kind, name="f", **how
    )
    return out.getvalue()


def test_numbers_stay_as_they_are_written():
    """None is rounded, none becomes what is no JSON, none loses its sign or its zeros."""
    assert through(NUMBERS, "jsonl") == NUMBERS + "\n"
    shown = through(NUMBERS)
    assert "".join(shown.split()) == "".join(NUMBERS.split())


def test_a_number_that_is_found_is_text():
    """A placeholder is no number; the numbers around it stay."""
    out = through('{"ssn": 536904399, "n": [4111111111111111, 1.50]}', "jsonl")
    assert '{"ssn": "⟦US_SSN_1·' in out and '"n": ["⟦CREDIT_CARD_1·' in out and "1.50]}" in out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": "hunter26", "a": 1}', 1), ('{"x": [\n{"a": 1,\n"\\u0061": "hunter26"}]}', 3),
        ('{"a": {"b": 1}, "c": "a",\n "b": [{"d": 1}, {"d": 2}],\n "c": "hunter26"}', 3),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_an_error(text, line):
    """One of its values would be gone without a word; file and line are said, and no text."""
    with pytest.raises(ConfigError, match=f"`f`:{line}: an object has one key twice") as raised:
        through(text)
    assert "hunter" not in str(raised.value)
    with pytest.raises(ConfigError, match="`f`:2: an object has one key twice"):
        through("{}\n" + text.replace("\n", " "), "jsonl")


def test_one_key_in_two_objects_is_no_error():
    """Objects beside and inside of each other have keys of their own."""
    text = '[{"a": 1, "b": {"a": "x"}}, {"a": ["a", "a"]}]\n'
    assert through(text, "jsonl") == text


@pytest.mark.parametrize("kind", ["json", "jsonl"])
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-32", "latin-1"]
)
def test_a_mark_of_the_byte_order_is_no_fault(kind, encoding):
    """What programs write in front of JSON is read over, in each encoding that is named."""
    mark = "\ufeff" if encoding in ("utf-8", "utf-16-le") else ""
    raw = f'{mark}{{"password": "hunter26", "x": "é"}}\n'.encode(encoding)
    out = through(raw, kind, encoding=encoding)
    assert json.loads(out)["x"] == "é" and "hunter26" not in out


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_half_a_pair_of_surrogates_is_written_as_its_escape(kind, tmp_path):
    """Standard output and a file hold the same whole document, which any program reads."""
    text = '{"a": "\\ud800 x", "\\udc00": 1, "b": "\\ud83d\\ude00"}'
    out = through(text, kind)
    assert json.loads(out) == json.loads(text) and "\\ud800" in out and "😀" in out
    (tmp_path / "f").write_text(text)
    words = ["redact", "--format", kind]
    assert main([*words, str(tmp_path / "f"), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "f").read_text(encoding="utf-8") == out
    code = "import sys; from stageflow_guard.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "-"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == out


@pytest.mark.parametrize("kind", ["text", "csv", "json", "jsonl"])
@pytest.mark.parametrize(
    ("encoding", "raw"),
    [("utf-16", b"a,b\n1,2\n"), ("utf-32", b"a,b\n12"), ("utf-7", b'"+2AA-"'), ("utf-8", b'["\xff"]')],
)  # fmt: skip
def test_what_is_no_text_in_its_encoding_is_an_error_by_place(
    kind, encoding, raw, capsys, tmp_path
):
    """Also where the codec raises something of its own: file and place, exit 2, nothing written."""
    (tmp_path / "f").write_bytes(raw)
    words = ["redact", "--format", kind, "--encoding", encoding, str(tmp_path / "f")]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    assert f"`{tmp_path / 'f'}`" in capsys.readouterr().err
    assert not (tmp_path / "out" / "f").exists()
    assert main([*words, "--check"]) == 2
    assert "internal_error" not in capsys.readouterr().err


def test_an_error_in_a_stream_is_told_by_its_byte():
    """Wherever a read is cut."""
    for size in (3, 65_534, 65_535, 65_536, 131_071):
        with pytest.raises(ConfigError, match=f"not utf-8 at byte {size}$"):
            through(b"a" * (size - 3) + "é\n".encode() + b"\xff", "text")


def test_an_encoding_that_refuses_everything_is_unknown(capsys):
    """`undefined` is a name that Python has; it reads nothing."""
    assert main(["redact", "--encoding", "undefined", "-"]) == 2
    assert "is unknown" in capsys.readouterr().err
