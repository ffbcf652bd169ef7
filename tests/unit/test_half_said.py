"""Values of which a part is said in words, turned round, or written over lines: a reader still reads them."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def covered(text, value):
    """Say whether each letter and digit of `value` in `text` is covered."""
    at = text.index(value)
    found = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return all(i in found for i in range(at, at + len(value)) if text[i].isalnum())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My SSN is five36-nine0-four3ninenine.", "five36-nine0-four3ninenine"), ("Pay by card 4ONE1one 1111 ONEone11 111one now", "4ONE1one 1111 ONEone11 111one"), ("call me at 20two-5Five5-0143", "20two-5Five5-0143"),
        ("The IBAN is DE8nine 3704 0044 zero532 0130 00", "DE8nine 3704 0044 zero532 0130 00"), ("the server at 20three.0.1one3.4two is down", "20three.0.1one3.4two"), ("meine SSN: acht36-neun0-4399", "acht36-neun0-4399"),
        ("My SSN is (five)36-9(zero)-4(three)9(nine).", "(five)36-9(zero)-4(three)9(nine)"), ("card 4 one one 1 one 1 one 1 one one 11 one one 1 one", "4 one one 1 one 1 one 1 one one 11 one one 1 one"),
        ("Card: 41-one-one- -one-1-one-one- 1-one-one-1 -one-one-one-one thanks", "41-one-one- -one-1-one-one- 1-one-one-1 -one-one-one-one"),
    ],
)  # fmt: skip
def test_a_digit_that_is_a_word_hides_no_number(text, value):
    """However words touch the digits: glued, in capitals, in brackets, one by one."""
    assert covered(text, value)


@pytest.mark.parametrize(
    "text", ["covid19one and stage2two", "phase1one of 3three", "take one 2 of 3 then four 5", "model X1one2", "abc123one456", "sixpack of 7up", "page 1 of two, 3 of four and 5 of six"]
)  # fmt: skip
def test_words_beside_a_few_digits_stay(text):
    """What is too short for a number, or stands in a name, is none."""
    assert not REDACTOR.find(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("My SSN (read it right to left) is 9934-09-635", "9934-09-635"), ("the IBAN reversed: IBAN 00031023504400407398ED", "00031023504400407398ED"), ("My phone back to front: 3410-555-202", "3410-555-202"),
        ("IP in reverse: 24.311.0.302.", "24.311.0.302"), ("My number from the end is 2310-555 )514( 1+", "2310-555 )514( 1+"), ("Send to moc.elpmaxe@ecalevol.ada, flipped", "moc.elpmaxe@ecalevol.ada"),
    ],
)  # fmt: skip
def test_what_a_text_says_is_turned_is_read_so(text, value):
    """A phrase says so as well as a word, and a word in capitals before it is none of it."""
    assert covered(text, value)


@pytest.mark.parametrize(
    "text", ["reverse the order of steps 12-34-56", "read the list from the end: 10, 20, 30", "flip a coin 1000 times, back to front", "reverse proxy 10.0.0.1 on port 8080"]
)  # fmt: skip
def test_numbers_beside_such_words_stay(text):
    """Only what has a check, a form or a label when it is turned is a value."""
    assert not REDACTOR.find(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the value is 536-\n90-\n4399 as of today", "536-\n90-\n4399"), ("reach me at 202-\r\n555-\r\n0143 today", "202-\r\n555-\r\n0143"), ("the host 203.\n0.\n113.\n42 is down", "203.\n0.\n113.\n42"), ("call (415)\n555\n0132 now", "(415)\n555\n0132"),
        ("The value is 536\n90\n4399 as of today.", "536\n90\n4399"), ("mail ada.\nlovelace@\nexample.\ncom please", "ada.\nlovelace@\nexample.\ncom"), ("contact ada_b\n@acme-corp\n.org for it", "ada_b\n@acme-corp\n.org"),
    ],
)  # fmt: skip
def test_a_value_over_several_lines_is_one(text, value):
    """Its signs stand at the ends of lines, or a sentence begins before it and goes on behind it."""
    assert covered(text, value)


@pytest.mark.parametrize(
    "text", ["536\n90\n4399\n", "scores:\n202\n555\n9143\n", "1.\n2.\n3.\n4.\n", "10.\n20.\n30.\n40.\n", "total 120-\n33-\n4\n", "See John.\nThe 3 others stay."]
)  # fmt: skip
def test_columns_and_lists_of_numbers_stay(text):
    """A number on each line is a column."""
    assert not REDACTOR.find(text)


def test_the_end_of_a_sentence_is_no_part_of_an_address():
    """It stands on the line above it."""
    text = "Nothing else for today.\nrosa@acme.example is ours."
    assert [text[s.start : s.end] for s in REDACTOR.find(text)] == ["rosa@acme.example"]
