"""Redaction keeps the structure of what it is given: JSON stays JSON, tags stay in balance."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
VALUES = ("4111 1111 1111 1111", "536-90-4399", "415-555-0132", "ada.lovelace@example.com")
NUMBERS = {"ssn": 536904399, "card_number": 4111111111111111, "phone": 4155550132, "age": 41, "aadhaar": 234123412346, "amount": 12.5}  # fmt: skip
TAGS = ("<b>", "</b>", "<i>", "</i>", "<span class='x'>", "</span>", "<br>")


@given(
    st.dictionaries(st.sampled_from(sorted(NUMBERS)), st.booleans(), min_size=1),
    st.sampled_from([None, 2]),
    st.integers(0, 2),
)
@settings(deadline=None)
def test_json_with_numbers_under_telling_keys_stays_json(keys, indent, depth):
    """A number becomes a string where it is replaced; the others stay numbers; nested text too."""
    value = {key: NUMBERS[key] for key in keys} | {"last": 1}
    text = json.dumps(value, indent=indent)
    for _ in range(depth):
        text = json.dumps({"text": text})
    back = json.loads(REDACTOR.redact(text).value)
    for _ in range(depth):
        back = json.loads(back["text"])
    assert list(back) == list(value)
    for key in keys:
        if key == "amount" or (key == "age" and depth):
            assert back[key] == NUMBERS[key]
        else:
            assert isinstance(back[key], str)
            assert str(NUMBERS[key]) not in back[key]


def test_an_operator_that_gives_a_number_leaves_a_number():
    """Quotes are written for a placeholder, not for digits."""
    from stageflow_guard.redaction.vault.operators import masked

    redactor = Redactor(operators={"*": masked(char="7")})
    assert json.loads(redactor.redact('{"ssn": 536904399, "n": 1}').value)["n"] == 1
    assert '"7' not in redactor.redact('{"ssn": 536904399, "n": 1}').value


def unbalanced(page):
    """Return the tags of `page` that have no other half."""
    opened, lone = [], []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag != "br":
                opened.append(tag)

        def handle_endtag(self, tag):
            if opened and opened[-1] == tag:
                opened.pop()
            else:
                lone.append(tag)

    Tags().feed(page)
    return opened + lone


@given(
    st.sampled_from(VALUES),
    st.lists(st.tuples(st.sampled_from(["b", "i", "u"]), st.integers(0, 30), st.integers(0, 30)), max_size=2),
)  # fmt: skip
@settings(deadline=None)
def test_tags_around_and_inside_of_a_value_stay_in_balance(value, ranges):
    """A tag opened before a value and closed inside of it, or the reverse, keeps its other half."""
    text = f"the card, ssn, phone or mail {value} is here"
    marks = []
    if len(ranges) == 2 and not (
        ranges[0][1] <= ranges[1][1] and max(ranges[1][1:]) <= max(ranges[0][1:])
    ):
        ranges = ranges[:1]  # well-formed input only
    for name, a, b in ranges:
        low, high = sorted((a + 20, b + 20))
        if low < high:
            marks += [(high, 0, f"</{name}>"), (low, 1, f"<{name}>")]
    for at, _, tag in sorted(marks, reverse=True):
        text = text[:at] + tag + text[at:]
    if unbalanced(text):
        return
    out = REDACTOR.redact(text).value
    assert unbalanced(out) == [], (text, out)
    assert not any(piece in out for piece in ("4111", "4399", "0132", "lovelace"))


@pytest.mark.parametrize("tag", ["b", "span"])
def test_a_tag_closed_inside_of_a_value_is_closed_behind_a_part_of_it(tag):
    """Nothing of the value is left, and the tag is not either."""
    out = REDACTOR.redact(f"<p><{tag}>card 4111 1111</{tag}> 1111 1111</p>").value
    assert "1111" not in out
    assert out.count(f"</{tag}>") == 1
