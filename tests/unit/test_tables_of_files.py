"""CSV of any dialect: the delimiter is found or given, a row that does not parse is an error."""

from __future__ import annotations

import io
import time

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest import tables
from stageflow_guard.redaction.atrest.dialects import dialect_of
from stageflow_guard.redaction.atrest.evaluate import Line, breakdown
from stageflow_guard.redaction.atrest.files import redact_stream

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
    assert dialect_of("a;b;c\n1;2;3\n4;5;6\n".replace(";", sign))[0].delimiter == sign


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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('id, password\n1, "hunter26,9"\n', ('1, "', '"\n')),
        ("id,password\n1,'hunter26,9'\n", ("1,'", "'\n")),
        ("id;password\n1;'hunter26;9'\n", ("1;'", "'\n")),
        ("id\tpassword\n1\t 'hunter26\t9'\n", ("1\t '", "'\n")),
        ("id,password\n1,'hunter26''s,9'\n", ("1,'", "'\n")),
        ('id,password\n1,"hunter26\n9"\n', ('1,"', '"\n')),
        ('id, password\n1, "hunter26""s, 9"\r\n', ('1, "', '"\r\n')),
    ],
)
def test_a_cell_ends_where_its_quote_closes(text, kept):
    """Behind a blank or in single quotes, too: nothing of the value is left, and no column is new."""
    out = through(text)
    before, _, _ = out.partition("⟦")
    _, _, behind = out.rpartition("⟧")
    assert before.endswith(kept[0]) and behind == kept[1]
    assert "hunter" not in out and "9" not in behind and out.count("⟦") == 1


@pytest.mark.parametrize(
    "text",
    [
        "id,password\n1,hunter26\\,95\n", 'id,password\n1,"hunter26\\",95"\n',
        "id,password\n" + "1,x\n" * 300 + "2,'hunter26,95'\n",
        'id,password\n1,"hunter26" x\n', "id,password\n1,'hunter26' x,'y,z'\n2,'a,b'\n",
        'id,password\n1,"hunter26\n', 'id,password\n"1" ,"hunter26"\n',
    ],
)  # fmt: skip
def test_where_a_cell_ends_is_no_guess(text):
    """Signs of another dialect in a row that is too long, and quotes that do not fit: an error."""
    with pytest.raises(ConfigError, match=r"`-`:\d+: ") as raised:
        through(text)
    assert "hunter" not in str(raised.value)


def test_a_sign_too_many_in_a_row_shows_nothing_of_a_named_cell():
    """Which of the cells is the named one is unknown: any that may be it goes."""
    out = through("id,password,note\n1,hunter26,95x,text\n2,abc7xyz,fine\n")
    assert "hunter26" not in out and "95x" not in out and ",text\n" in out
    assert [line.count(",") for line in out.splitlines()] == [2, 3, 2]


def test_a_row_of_very_many_cells_is_read_in_bounded_time():
    """Under a head of two names, too: a cell is not asked about once per cell of its row."""
    begun = time.process_time()
    out = through("id,note\n" + "x," * 20_000 + "y\n")
    assert out.count(",") == 20_001 and time.process_time() - begun < 30


HEADED = "id;ssn;note\n1;536904399;a\n2;536909999;b\n"


@pytest.mark.parametrize(
    "above",
    [
        "sep=;\n", '"sep=;"\r\n', "Customer export, 2026\n", '"Export 2026"\n', "# export\n",
        "Customer export;;\n;;\n", "\n", "Report;Springfield;2026\n", "Export, of, all, that, is\n\n",
        "from;2026-01-01\nuntil;2026-11-28\n\n", "\ufeff", "\ufeffsep=;\n", "password list\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_what_stands_over_the_head_hides_no_name(above, sign):
    """A title, a comment, the line of a spreadsheet: columns have their names, all else its place."""
    above, table = above.replace(";", sign), HEADED.replace(";", sign)
    out = through(above + table)
    assert out.startswith(above + table.partition("\n")[0])
    assert "5369" not in out and out.count("⟦US_SSN_") == 2
    assert out.count(sign) == (above + table).count(sign)


def test_a_second_table_below_a_blank_line_has_names_of_its_own():
    """A sheet that was saved with two tables in it is read under both heads."""
    out = through("id,name_of_item\n1,chair\n\nitem,ssn\nx,536904399\n")
    assert "536904399" not in out and "1,chair" in out


@pytest.mark.parametrize("head", [",ssn\n0,", "ssn,2025\n", ",,ssn\nx,,"])
def test_a_head_with_a_gap_or_a_number_is_one(head):
    """An index has no name, and a year is one."""
    assert "536904399" not in through(head + "536904399\n")


def test_a_column_of_keys_is_no_head():
    """`key,value` rows stay what they are."""
    text = "key,value\npassword,x1\nusername,y1\nphone,z1\n"
    assert through(text).count("⟦") == 0


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\f", "\v", "\x1c", "\x1e"])
def test_a_row_ends_at_line_ends_alone(sign):
    """What else may look like an end of line is part of a cell."""
    out = through(f"id,note,phone\n1,a{sign}b,20 45 11 22\n")
    assert out.startswith(f"id,note,phone\n1,a{sign}b,⟦PHONE_NUMBER_1·") and "20 45" not in out


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay(end):
    """Those of old files, too; the last one may be missing."""
    out = through(f"id,ssn{end}1,536904399{end}2,536909999")
    assert out.count(end) == 2 and len(out.split(end)) == 3 and "5369" not in out


def test_a_cell_of_several_lines_at_the_end_of_the_sample_changes_nothing(monkeypatch):
    """The dialect is that of the whole rows, wherever the sample is cut."""
    text = "n;ssn;ok\n" + "7;536904399;x\n" * 198 + '9;536909999;"two\nlines"\n'
    assert through(text).endswith('⟧;"two\nlines"\n')
    monkeypatch.setattr(tables, "SAMPLE", 400)
    text = "n;ssn;ok\n" + '9;536909999;"' + "two, or\n" * 200 + '"\n' + "7;536904399;x\n" * 9
    assert "5369" not in through(text)


def test_a_byte_order_mark_is_no_part_of_the_first_cell():
    """A quoted head behind it keeps its cells, and its name counts."""
    out = through('\ufeff"ssn","no,te"\n536904399,x\n')
    assert out.startswith('\ufeff"ssn","no,te"\n⟦US_SSN_1·')


def test_what_is_not_found_is_written_as_it_was():
    """Blanks, quotes that nothing needs, empty rows and a missing end: no sign of them changes."""
    text = 'a , "b",c\r\n\r\n "x" ,y'[:-6] + '"x",y, z \n,,\n  \n"",\'q\',5" pipe\nlast'
    assert through(text) == text


def test_a_long_row_is_read_in_bounded_time():
    """A cell of many chunks is not read once per chunk from its beginning."""
    begun = time.process_time()
    out = through('a,b\n1,"' + "x y\n" * 1_500_000 + '"\n', delimiter=",")
    assert len(out) > 6_000_000 and time.process_time() - begun < 60


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
