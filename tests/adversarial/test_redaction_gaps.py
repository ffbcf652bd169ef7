"""Ways around redaction by a name, a file's name or a number: each is closed or is said aloud."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.cli import main
from stageflow_guard.redaction import Redactor

MAIL = "ada.lovelace@example.com"
REDACTOR = Redactor()


def redact_in(value, scope):
    return REDACTOR.redact_in(value, scope, "input")[0]


@pytest.mark.parametrize(
    "value", ["hunter ⟦X_1·aaaaaaaa⟧", "⟦X_1·aaaaaaaa⟧", "⟦X_1·aaaaaaaa⟧ hunter"]
)
def test_a_strangers_placeholder_does_not_switch_off_a_telling_name(value):
    """What stands under `password` is replaced, whatever placeholder somebody wrote into it."""
    out = redact_in({"password": value}, REDACTOR.scope())["password"]
    assert "hunter" not in out
    assert "aaaaaaaa" not in out


def test_text_beside_an_own_placeholder_is_replaced_and_restored():
    """An own placeholder stays as it is; what is around it is replaced; both come back."""
    scope = REDACTOR.scope()
    own = redact_in(f"{MAIL}", scope)
    out = redact_in({"password": f"hunter {own}"}, scope)
    assert "hunter" not in out["password"]
    assert own in out["password"]
    assert redact_in(out, scope) == out
    assert scope.restore(out) == {"password": f"hunter {MAIL}"}


@pytest.mark.parametrize("shape", [list, tuple, set, frozenset, lambda v: [tuple(v)]])
def test_items_under_a_telling_name_are_replaced(shape):
    """A list under `password` holds passwords; numbers too."""
    out = redact_in({"password": shape(["hunter", 990017])}, REDACTOR.scope())
    assert "hunter" not in str(out)
    assert "990017" not in str(out)


def test_check_reads_files_that_only_end_like_unfinished_output(tmp_path, capsys):
    """A user's `.part` is read; what is skipped is counted."""
    (tmp_path / "mail.part").write_text(MAIL)
    (tmp_path / ".mail.txt.77.part").write_text("nothing")
    assert main(["redact", "--check", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert "mail.part:1:1: EMAIL_ADDRESS" in shown.out
    assert "1 file(s)" in shown.err
    assert "skipped: 1 " in shown.err
    main(["redact", "--check", "--json", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["skipped"] == 1


@pytest.mark.parametrize("name", ["n.json", "n.jsonl"])
def test_a_number_of_too_many_digits_is_a_typed_error(tmp_path, capsys, name):
    """JSON with an integer over the interpreter's limit is named as such, not a traceback."""
    (tmp_path / name).write_text("1" * 5000)
    assert main(["redact", str(tmp_path / name)]) == 2
    shown = capsys.readouterr()
    assert "a number is too long" in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("how", ["--check", "--explain"])
def test_a_files_name_sends_nothing_to_the_terminal(tmp_path, capsys, how):
    """Control characters of a name are shown, not sent."""
    path = tmp_path / "a\x1b[31m\nb.txt"
    path.write_text(MAIL)
    main(["redact", how, str(path)])
    out = capsys.readouterr().out
    assert "a\\x1b[31m\\nb.txt:1:1: EMAIL_ADDRESS" in out
    assert "\x1b" not in out


def test_bytes_at_rest_are_an_error_with_a_place(tmp_path, capsys):
    """A column of bytes cannot be read and no policy is there to let it pass: nothing is written."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"note": [MAIL, "b"], "scan": [None, b"x" + MAIL.encode()]})
    parquet.write_table(table, tmp_path / "t.parquet")
    code = main(["redact", str(tmp_path / "t.parquet"), "--out", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert code == 2
    assert "t.parquet`:2: bytes cannot be read" in shown.err + shown.out
    assert not list((tmp_path / "out").rglob("*.parquet*"))
