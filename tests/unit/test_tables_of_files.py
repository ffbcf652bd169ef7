"""CSV of any dialect: the delimiter is found or given, a row that does not parse is an error."""

from __future__ import annotations

import io

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.evaluate import Line, breakdown
from stageflow_guard.redaction.atrest.files import delimiter_of, redact_stream

REDACTOR = Redactor()
LINES = [
    "Kunde;Telefon;Betrag\n",
    '"Groß, Jürgen";030/44172938;12,50\n',
    '"Özdemir; B.";0151 23456789;7,00\n',
]


def through(text, **how):
    out = io.StringIO()
    scope = Vault().scope("t", "s")
    redact_stream(io.BytesIO(text.encode()), out, REDACTOR, scope, kind="csv", **how)
    return out.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_lines(sign):
    """The sign that gives most rows the size of the first."""
    assert (
        delimiter_of([line.replace(";", sign) for line in ["a;b;c\n", "1;2;3\n", "4;5;6\n"]])
        == sign
    )


def test_a_table_with_semicolons_keeps_its_cells():
    """Decimal commas and quoted semicolons stay where they are; the phones are gone."""
    out = through("".join(LINES))
    assert [line.count(";") for line in out.splitlines()] == [2, 2, 3]
    assert "44172938" not in out
    assert "23456789" not in out
    assert "12,50" in out


def test_a_given_delimiter_wins():
    """`--delimiter` says what no line can."""
    assert through("phone\n415-555-0132;x\n", delimiter=";").splitlines()[1].endswith(";x")


@pytest.mark.parametrize("broken", ['a,b\n"1,2\n', 'a,b\n"1"x,2\n'])
def test_a_row_that_does_not_parse_is_an_error_with_its_line(broken):
    """Nothing is rewritten on a guess."""
    with pytest.raises(ConfigError, match=r"`-`:[23]:"):
        through(broken)


def test_a_wrong_delimiter_option_is_named(capsys):
    """One sign, no letter, no quote."""
    assert main(["redact", "--delimiter", "ab", "-"]) == 2
    assert "--delimiter" in capsys.readouterr().err


def test_the_breakdown_counts_leaks_and_flags():
    """By locale, entity and kind; a value that is not promised does not count."""
    lines = [
        Line("phone: 415-555-0132", ((7, 19, "PHONE_NUMBER"),), locale="en", kind="a"), Line("Zaphod came", ((0, 6, "PERSON"),), locale="en", kind="b", promised=(True,)),
        Line("Zaphod went", ((0, 6, "PERSON"),), locale="de", kind="b", promised=(False,)), Line("nothing", (), locale="de", kind="c"),
    ]  # fmt: skip
    by = {name: breakdown(lines, REDACTOR.find, name) for name in ("locale", "entity", "kind")}
    assert (by["locale"]["en"].values, by["locale"]["en"].leaked) == (2, 1)
    assert (by["entity"]["PERSON"].values, by["entity"]["PERSON"].leaked) == (1, 1)
    assert (by["kind"]["c"].harmless, by["kind"]["c"].flagged) == (1, 0)
    with pytest.raises(ConfigError, match="locale, entity, kind"):
        breakdown(lines, REDACTOR.find, "colour")


def test_eval_prints_it_beside_presidio(tmp_path, capsys):
    """`redact eval FILE --by … --against presidio`."""
    path = tmp_path / "lines.jsonl"
    path.write_text(
        '{"text": "Telefon: 20 45 11 22", "spans": [[9, 20, "PHONE_NUMBER"]], "locale": "de"}\n',
        encoding="utf-8",
    )
    assert main(["redact", "eval", str(path), "--by", "locale", "--against", "presidio"]) == 0
    out = capsys.readouterr().out
    assert "presidio leaked" in out
    assert "de" in out
    assert "us of CPU per KB" in out
