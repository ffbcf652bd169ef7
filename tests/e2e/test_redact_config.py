"""`redact --config`: what `[redaction]` says about finds counts for files, or is refused by name."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest

from stageflow_guard.cli import main

MAIL, CARD = "ada@example.com", "4111 1111 1111 1111"
BADGE = """
from presidio_analyzer import Pattern, PatternRecognizer
badge = PatternRecognizer(
    supported_entity="BADGE", patterns=[Pattern("b", r"\\bBX-\\d{6}\\b", 0.6)], name="badge")
"""
PRESIDIO = r"""
recognizer_registry:
  recognizers:
    - name: "Crew"
      type: custom
      supported_entity: CREW
      supported_languages: [{language: en}]
      patterns: [{name: crew, regex: "\\bQX-\\d{4}\\b", score: 0.6}]
"""


@pytest.fixture
def configured(tmp_path, monkeypatch, capsys):
    """Return what writes a guard.toml with a `[redaction]` of its own and redacts a text with it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["init", "gov"]) == 0
    monkeypatch.delitem(sys.modules, "badge_of_test", raising=False)
    (tmp_path / "badge_of_test.py").write_text(BADGE)
    (tmp_path / "gov" / "presidio.yaml").write_text(PRESIDIO)
    (tmp_path / "gov" / "op.key").write_text("ab" * 32)
    (tmp_path / "gov" / "op.key").chmod(0o600)
    toml = tmp_path / "gov" / "guard.toml"
    given = toml.read_text()

    def run(lines, text, *words, name="a.txt"):
        toml.write_text(given.replace('on_finding = "redact"', lines))
        (tmp_path / name).write_text(text)
        capsys.readouterr()
        code = main(["redact", "--config", str(toml), *words, str(tmp_path / name)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


TEXT = f"item BX-123456, card {CARD}, crew QX-1234, {MAIL}, phone 020 7946 0018"


@pytest.mark.parametrize(
    ("lines", "gone", "left"),
    [
        ('recognizers = ["badge_of_test:badge"]', ["BX-123456", CARD, MAIL], ["QX-1234"]),
        ('presidio = { config = "presidio.yaml" }', ["QX-1234", MAIL], ["BX-123456"]),
        ('presidio = { config = "presidio.yaml", instead = true }', ["QX-1234"], [MAIL, CARD]),
        ("thresholds = { EMAIL_ADDRESS = 1.0 }", [CARD], [MAIL]),
        ("min_score = 1.0", [], [CARD]),
        ('operators = { CREDIT_CARD = "mask_last_4" }', [CARD, MAIL], ["**** 1111"]),
        ('operators = { CREDIT_CARD = "keep" }', [MAIL], [CARD]),
        ('operators = { "*" = "hash" }\noperator_key_file = "op.key"', [MAIL], ["<EMAIL_ADDRESS:"]),
        ('allow_patterns = [".*@example[.]com"]', [CARD], [MAIL]),
        ('allow = ["ada@example.com"]', [CARD], [MAIL]),
        ('entities = ["CREDIT_CARD"]', [CARD], [MAIL]),
    ],
)  # fmt: skip
def test_what_is_configured_counts_for_a_file(configured, lines, gone, left):
    """Each key of `[redaction]` that says what is found, or what it becomes, does so in a file."""
    code, out, err = configured(lines, TEXT)
    assert code == 0, err
    assert not [one for one in gone if one in out], out
    assert not [one for one in left if one not in out], out


def test_regions_of_phones_count_for_a_file(configured):
    """A national number without a label is one only where its region is named."""
    text = "ask 0151 23456789 about it"
    assert "23456789" in configured('phone_regions = ["US"]', text)[1]
    assert "23456789" not in configured('phone_regions = ["DE"]', text)[1]


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ('language = "xx"', "language `xx`"),
        ('presidio = { config = "none.yaml" }', "redaction.presidio.config"),
        ('recognizers = ["no_such_module_here:x"]', "`recognizers`"),
        ('operators = { CREDIT_CARD = "nope" }', "operator `nope`"),
        ('operators = { NOPE = "mask" }', "`NOPE`"),
        ('phone_regions = ["XX"]', "XX"),
        ('allow_patterns = ["("]', "`allow_patterns`"),
        ('on_finding = "block"', "`redaction.on_finding`"),
        ('[redaction.vault]\nkind = "postgres"\nurl_env = "NO_SUCH_VARIABLE"', "redaction.vault.url_env"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_by_its_name(configured, lines, named):
    """A setting that a file cannot be given is an error that names it; nothing is put out."""
    code, out, err = configured(lines, TEXT)
    assert (code, out) == (2, "") and named in err and MAIL not in err


@pytest.mark.parametrize("lines", ['operators = { "*" = "block" }', 'on_finding = "block"'])
def test_a_look_is_no_refusal(configured, lines):
    """`--check` says where the finds are and exits 1, whatever would become of them."""
    code, out, _ = configured(lines, TEXT, "--check")
    assert code == 1 and "a.txt:1:" in out and MAIL not in out


def test_the_operator_block_refuses_the_file(configured, tmp_path):
    """What `block` is about is never written; the other file is."""
    code, _, err = configured('operators = { CREDIT_CARD = "block" }', TEXT, "--out", "out")
    assert code == 2 and not (tmp_path / "out" / "a.txt").exists() and CARD not in err


def test_what_the_line_says_goes_before_the_file(configured):
    """`--preset` is not undone by a `min_score` in the file."""
    out = configured("min_score = 1.0", "phone: 020 7946 0018", "--preset", "strict")[1]
    assert "7946" not in out


def test_a_folder_over_processes_is_redacted_the_same(configured, tmp_path):
    """A worker process loads what is given by name, and writes with the operators."""
    (tmp_path / "in").mkdir()
    for i in range(2):
        (tmp_path / "in" / f"{i}.txt").write_text(TEXT)
    lines = 'recognizers = ["badge_of_test:badge"]\noperators = { CREDIT_CARD = "mask" }'
    code, _, err = configured(
        lines, "x", "--out", str(tmp_path / "out"), "--jobs", "2", str(tmp_path / "in")
    )
    assert code == 0, err
    for i in range(2):
        fresh = (tmp_path / "out" / f"{i}.txt").read_text()
        assert "BX-123456" not in fresh and "**** **** **** ****" in fresh


def test_another_recognizer_is_another_run(configured, tmp_path):
    """What was written before a configured file changed is not taken for done."""
    lines = 'presidio = { config = "presidio.yaml" }'
    words = ("--out", str(tmp_path / "out"), "--jobs", "1")
    assert configured(lines, "crew ZX-1234", *words)[0] == 0
    source = tmp_path / "a.txt"
    before = source.stat()
    yaml = tmp_path / "gov" / "presidio.yaml"
    yaml.write_text(yaml.read_text().replace("QX", "ZX"))

    assert configured(lines, "crew ZX-1234", *words, name="b.txt")[0] == 0
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    config = str(tmp_path / "gov" / "guard.toml")
    assert main(["redact", "--config", config, *words, str(source)]) == 0
    assert "ZX-1234" not in (tmp_path / "out" / "a.txt").read_text()


def test_the_vault_of_the_file_restores(configured, tmp_path, capsys):
    """`--restore --config` opens the vault that redacting with the same file wrote to."""
    lines = '[redaction.vault]\nkind = "sqlite"\npath = "v.db"'
    assert configured(lines, TEXT, "--out", "out")[0] == 0
    assert MAIL not in (tmp_path / "out" / "a.txt").read_text()
    config = str(tmp_path / "gov" / "guard.toml")
    assert main(["redact", "--restore", "--config", config, "out", "--out", "back"]) == 0
    assert (tmp_path / "back" / "a.txt").read_text() == TEXT


def test_rates_are_those_of_the_configuration(configured, tmp_path, capsys):
    """`redact eval --config` measures what the file describes, its recognizers and thresholds too."""
    configured('recognizers = ["badge_of_test:badge"]\nmin_score = 0.9', "x")
    labelled = tmp_path / "l.jsonl"
    labelled.write_text(json.dumps({"text": "id BX-123456", "spans": [[3, 12, "BADGE"]]}))
    words = ["redact", "--config", str(tmp_path / "gov" / "guard.toml"), "eval", str(labelled)]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["types"]["BADGE"]["recall"] == 0
    assert said["suggested"]["BADGE"] == {"threshold": 0.2, "f2": 1.0}
    assert main(words) == 0
    assert "at 0.9 0.00" in capsys.readouterr().out


def test_standard_input_is_configured_too(configured, monkeypatch, tmp_path, capsys):
    """A pipe is a file without a name."""
    configured('recognizers = ["badge_of_test:badge"]', "x")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"id BX-123456")))
    assert main(["redact", "--config", str(tmp_path / "gov" / "guard.toml"), "-"]) == 0
    assert "BX-123456" not in capsys.readouterr().out
