"""Values that a program puts together, a printer dresses, a caller says in one word: read as what they are."""

from __future__ import annotations

import base64

import pytest
from tests.unit.test_disguises import LABELS, SPELLED, VALUES

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.text.programs import programs
from stageflow_guard.redaction.text.view import View

REDACTOR = Redactor()


def half(s):
    return s[: len(s) // 2], s[len(s) // 2 :]


def of(form):
    """Return what fills the halves of a value into a form."""
    return lambda s: form % half(s)


def chunks(s, size, sign):
    return sign.join(s[i : i + size] for i in range(0, len(s), size))


def said(s, join, form=str):
    return join.join(form(SPELLED.get(c, c)) for c in s if c != " ")


MAIL, DIGITS, NO_MAIL = ("EMAIL_ADDRESS",), ("US_SSN", "CREDIT_CARD", "PHONE_NUMBER"), tuple(e for e in VALUES if e != "EMAIL_ADDRESS")  # fmt: skip
# what is written, and of which types
WRITTEN = {
    "template": (of("`${'%s'}${'%s'}`"), VALUES), "f-string": (of("f\"{'%s'}{'%s'}\""), VALUES), "sum, next line": (of('"%s"\n        + "%s"'), VALUES), "sum behind a line": (of('"%s" +\n            "%s"'), VALUES),
    "format": (of('"{}{}".format("%s", "%s")'), VALUES), "percent": (of('"%%s%%s" %% ("%s", "%s")'), VALUES), "sprintf": (of('sprintf("%%s%%s", "%s", "%s")'), VALUES),
    "go": (of('strings.Join([]string{"%s", "%s"}, "")'), VALUES), "python": (of('"".join(["%s", "%s"])'), VALUES), "script": (of('["%s", "%s"].join("")'), VALUES), "implode": (of("implode('', ['%s', '%s'])"), VALUES), "java": (of('String.join("", "%s", "%s")'), VALUES),
    "builder": (of('new StringBuilder().append("%s").append("%s")'), VALUES), "characters": (lambda s: " || ".join(f"CHR({ord(c)})" for c in s), VALUES), "codes": (lambda s: ",".join(str(ord(c)) for c in s), VALUES), "list of codes": (lambda s: str([ord(c) for c in s])[1:-1], VALUES),
    "each in brackets": (lambda s: "".join(f"[{c}]" for c in s), VALUES), "each in parentheses": (lambda s: "".join(f"({c})" for c in s), VALUES), "a list": (lambda s: str(list(s))[2:-2], VALUES), "commas": (lambda s: ", ".join(s), VALUES), "dashes": (lambda s: " - ".join(s), VALUES),
    "old percent": (lambda s: "".join(f"%u{ord(c):04X}" for c in s), VALUES), "long escape": (lambda s: "".join(f"\\U{ord(c):08x}" for c in s), VALUES), "style sheet": (lambda s: "".join(f"\\{ord(c):06x}" for c in s), VALUES), "terminal": (lambda s: s[:3] + "\\033[1m" + s[3:6] + "\\033[0m" + s[6:], VALUES), "mail header": (lambda s: "=?utf-8?B?" + base64.b64encode(s.encode()).decode() + "?=", VALUES),
    "two bytes each": (lambda s: base64.b64encode(s.encode("utf-16-le")).decode(), VALUES), "ascii85": (lambda s: base64.a85encode(s.encode(), adobe=True).decode(), DIGITS),
    "latex": (lambda s: s[:3] + "\\textbf{" + s[3:6] + "}" + s[6:], VALUES), "rtf": (lambda s: s[:3] + "{\\b " + s[3:6] + "}" + s[6:], VALUES), "bbcode": (lambda s: s[:3] + "[b]" + s[3:6] + "[/b]" + s[6:], VALUES),
    "one word": (lambda s: said(s.replace("-", "").replace("(", "").replace(")", ""), ""), DIGITS), "camel": (lambda s: said(s.replace("-", "").replace("(", "").replace(")", ""), "", str.title), DIGITS), "words in brackets": (lambda s: "".join(f"({SPELLED[c]})" if c.isdigit() else c for c in s), DIGITS), "words and dots": (lambda s: said(s, " "), ("IP_ADDRESS",)),
    "han": (lambda s: "".join("〇一二三四五六七八九"[int(c)] if c.isdigit() else c for c in s), DIGITS), "twos": (lambda s: chunks(s, 2, " "), VALUES), "threes": (lambda s: chunks(s, 3, " "), MAIL + DIGITS + ("IBAN_CODE",)), "cyrillic three": (lambda s: s.replace("3", "З"), DIGITS),
    "at sign": (lambda s: s.replace("@", " at sign ").replace(".", " period ").replace("_", " underscore "), MAIL), "wrapped": (lambda s: s.replace("@", " |@| ").replace(".", " |.| "), MAIL), "stars": (lambda s: s.replace("@", "*at*").replace(".", "*dot*"), MAIL), "capitals": (lambda s: s.replace("@", "AT").replace(".", "DOT"), MAIL),
    "space in a host": (lambda s: s.replace("@", "@x ", 1), MAIL), "tab in a host": (lambda s: s.replace("@", "@x\t", 1), MAIL), "quoted-printable at": (lambda s: s.replace("@", "=40"), MAIL),
    "word before": (lambda s: "my" + s, ("US_SSN", "PHONE_NUMBER", "CREDIT_CARD")), "amount": (lambda s: "$" + s + "$", DIGITS),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
def test_a_value_is_covered_however_it_is_put_together(way):
    """Behind its label, every digit of it, and of an address every letter."""
    write, entities = WRITTEN[way]
    left = []
    for entity in entities:
        for value in VALUES[entity]:
            shown = write(value)
            text = LABELS[entity].format(shown)
            at = text.index(shown)
            covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
            if any(i not in covered for i in range(at, at + len(shown)) if text[i].isdigit()):
                left.append(text)
    assert left == []


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ('strings.Join([]string{"ada", "x.example"}, "@")', "ada@x.example"), ('"@".join(["ada", "x.example"])', "ada@x.example"), ("['ada','x.example'].join('@')", "ada@x.example"),
        ('"%s@%s" % ("ada", "x.example")', "ada@x.example"), ("'ada' || CHR(64) || 'x.example'", "ada@x.example"), ('".".join(map(str, [203, 0, 113, 42]))', "203.0.113.42"),
        ("implode('@', array('ada', 'x.example'))", "ada@x.example"), ('CONCAT_WS("-", "536", "90", "4399")', "536-90-4399"), ("String.fromCharCode(53, 51, 54)", "536"),
    ],
)  # fmt: skip
def test_a_program_s_pieces_are_what_it_makes_of_them(code, value):
    """Joined by what its function puts between, filled into its form, characters by their number."""
    assert value in programs(View(code)).text


@pytest.mark.parametrize(
    "text",
    [
        'labels = ["415", "608", "2217"]', "ports = [8080, 9090, 1010, 2020]", "x = [1, 2, 3, 4, 5, 6, 7, 8, 9]", "flags 0, 0, 1, 0, 1, 1, 0, 0, 1", '{"a": {"b": "c"}, "d": ["e"]}',
        "\\frac{1}{2} + \\sqrt{1234567890}", 'print("%d rows in %s" % (12, "orders"))', "re.compile(r'\\d{3}-\\d{2}-\\d{4}')", "the matrix (1)(2)(3) is regular", "see items 1 - 2 - 3 - 4 - 5 - 6 - 7",
    ],
)  # fmt: skip
def test_code_and_lists_that_hold_no_value_stay(text):
    """A list that nothing joins is a list, and counting is no number."""
    assert REDACTOR.redact(text).value == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('card {"part1": "4280", "part2": "1109", "part3": "5871", "part4": "9973"} ok', '4280", "part2": "1109", "part3": "5871", "part4": "9973'), ("my phone part1=305 part2=388 part3=2253", "305 part2=388 part3=2253"),
        ('SSN: {"part1": "362", "part2": "34", "part3": "3638"} on file', '362", "part2": "34", "part3": "3638'), ("call my phone (312) 856 dash 8890 today", "(312) 856 dash 8890"), ("SSN 697 stroke 34 stroke 9834", "697 stroke 34 stroke 9834"),
    ],
)  # fmt: skip
def test_pieces_under_keys_and_named_signs_are_one_value(text, value):
    """Keys that number the pieces of one value, and names of signs between them; what holds them stays."""
    assert [text[s.start : s.end] for s in Redactor().find(text)] == [value]


@pytest.mark.parametrize("text", ["part1: 12, part2: 34, part3: 56 of the order", "line 4: part=3 group=4 block=5", "area=305 prefix=10 line=22"])  # fmt: skip
def test_numbered_parts_of_other_things_stay(text):
    """No label and no check says that they are one."""
    assert not Redactor().find(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Call my phone number 206-NOSPAM-959-5706 after lunch.", "206-NOSPAM-959-5706"), ("SSN: 697-NOSPAM34-9834 on file", "697-NOSPAM34-9834"), ("SSN 697 xyz 34 xyz 9834", "697 xyz 34 xyz 9834"), ("my card 4004 foo 9119 foo 7581 foo 2765", "4004 foo 9119 foo 7581 foo 2765"),
        ("SSN: -.... ----. --... / ...-- ....- / ----. ---.. ...-- ....- on file", "-.... ----. --... / ...-- ....- / ----. ---.. ...-- ....-"),
    ],
)  # fmt: skip
def test_a_word_for_machines_a_word_in_every_gap_and_morse_code_hide_nothing(text, value):
    """What a reader takes out or knows by heart, behind a label or with a check."""
    assert [text[s.start : s.end] for s in Redactor().find(text)] == [value]


@pytest.mark.parametrize("text", ["delete 4 files, 3 removed 5 deleted, 12 remove 3", "4 and 5 and 6 are numbers", "wait ... -- . . . - - or so", "12 or 34 or 56 of the SSNs", "- - - - - - - - -", "....... ----- ....."])  # fmt: skip
def test_counts_rules_and_lines_of_dashes_stay(text):
    """Numbers that a sentence lists, signs that draw a line."""
    assert not Redactor().find(text)
