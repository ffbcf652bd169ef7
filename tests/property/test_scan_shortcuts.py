"""What the scan passes over to save time holds nothing: with and without, the same is found."""

from __future__ import annotations

import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers import anchors, hidden, labels, phrases, shapes
from stageflow_guard.redaction.recognizers.anchors import Heads, positions
from stageflow_guard.redaction.recognizers.generic import numbers
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.recognizers.shapes import (
    at_fours,
    at_numbers,
    capitals,
    holds,
    holds_bits,
    holds_pairs,
    in_a_row,
    numbers_in,
)
from stageflow_guard.redaction.text import borders, changes, scan
from stageflow_guard.redaction.text.view import View

WORDS = (
    "tel", "Telefon", "telegram", "PHONE", "ssn", "SSNs", "Fax:", "mobile", "order", "card ", "é", "中", "电话", "name", "x12", " ext. 5",
    "\n", " #4 ", "(", ")", "+", "+1 ", "00", "-", ".", "/", " ", ", ", "_", "@", "--", " - ",
    "202-555-0143", "030 1234567", "(020) 7946 0958", "536-90-4399", "4111 1111 1111 1111", "10.2.3.4", "0049 30 123456",
)  # fmt: skip


def mixture(rng: random.Random) -> str:
    """Return digits, signs and words in any order."""
    parts = list[str]()
    for _ in range(rng.randint(2, 40)):
        digits = "".join(
            rng.choice("0123456789") for _ in range(rng.choice((1, 2, 2, 3, 3, 4, 5, 8)))
        )
        parts += [
            rng.choice((digits, digits, rng.choice(WORDS))),
            rng.choice(("", " ", "-", "(", ")")),
        ]
    return "".join(parts)


@pytest.mark.parametrize("seed", range(20))
def test_a_number_is_the_same_whether_its_label_is_looked_for_or_not(seed, monkeypatch):
    """Where no label can stand behind a number, a grouping that says nothing is passed over: rightly."""
    rng = random.Random(seed)
    texts = [mixture(rng) for _ in range(150)]
    quick = [list(numbers.recognize(text)) for text in texts]

    monkeypatch.setattr(labels.Ahead, "unsaid", lambda *_: False)

    assert quick == [list(numbers.recognize(text)) for text in texts]


@pytest.mark.parametrize("seed", range(10))
def test_what_is_unsaid_ahead_is_said_behind_no_place(seed):
    """`Ahead` may doubt, but where it is sure there is no letter, or no label, for any place in reach."""
    rng = random.Random(seed)
    for _ in range(200):
        text = mixture(rng)
        ahead = labels.Ahead(text)
        at = 0
        while at < len(text):
            if not text[at - 1 : at].isalpha():  # a number ends there
                reach = rng.randint(1, 100)
                within = text[at : at + reach]
                assert ahead.wordless(at, reach) == (not any(c.isalpha() for c in within))
                if ahead.unsaid(at, reach + labels.AFTER):
                    assert not {"phone", "ssn"} & {
                        labels.after(text, place)
                        for place in range(at, at + reach)
                        if not text[place - 1 : place].isalpha()
                    }
            at += rng.randint(1, 9)


@pytest.mark.parametrize("sign", ["(\n", "+ (\n", "00\n", "00(\n", "+\n"])
def test_a_sign_on_the_line_above_still_counts(sign, monkeypatch):
    """A bracket, a plus or 00 at the end of the line before a number is the number's own."""
    rng = random.Random(3)
    texts = [f"{sign}12/05/2023 1413707663é2"]
    for _ in range(300):
        groups = ["".join(rng.choices("0123456789", k=rng.randint(1, 4))) for _ in range(5)]
        texts.append(sign + rng.choice(" /-)").join(groups) + " é")
    quick = [list(numbers.recognize(text)) for text in texts]

    monkeypatch.setattr(labels.Ahead, "unsaid", lambda *_: False)

    assert quick == [list(numbers.recognize(text)) for text in texts]


def test_a_label_that_the_reach_cuts_is_a_label():
    """`after` reads 18 characters: of `telegram` it may see `tel`."""
    text = "123" + " " * 15 + "telegram"

    assert labels.after(text, 3) == "phone"
    assert labels.begins_label("telegram")
    assert not labels.Ahead(text).unsaid(0, 40)


@pytest.mark.parametrize("seed", range(10))
def test_a_parted_view_is_the_edited_one(seed):
    """A space before each place: the text and every original range as `edited` gives them."""
    rng = random.Random(seed)
    view = View("".join(rng.choice("a1中 é①") for _ in range(60)))
    for _ in range(2):  # as written, then one whose places were changed before
        places = sorted(rng.sample(range(1, len(view.text)), rng.randint(0, 20)))
        parted = view.parted(places, "borders")
        edited = view.edited([(p, p, " ") for p in places], "borders")
        assert (parted.text, parted.steps) == (edited.text, edited.steps)
        for start, end in itertools.combinations(range(len(parted.text) + 1), 2):
            assert parted.original(start, end) == edited.original(start, end)
        view = parted.normalised()


def test_borders_of_a_text_in_two_scripts():
    """A find between letters without spaces has its own place, whatever stands before it."""
    view = borders.bordered(View("电话13800138000谢谢"))

    assert view.text == "电话 13800138000 谢谢"
    assert view.original(3, 14) == (2, 13)


HEADS = ("a", "ab", "abc", "b c", "card ", "card #", "c.", "1b", "é")


@pytest.mark.parametrize("seed", range(10))
def test_heads_that_are_read_together_are_found_as_if_each_were_looked_for(seed, monkeypatch):
    """One pass for the heads of all: the places of each, behind no small letter, and no others."""
    rng = random.Random(seed)
    monkeypatch.setattr(anchors, "_HEADS", [])
    sets = [rng.sample(HEADS, rng.randint(1, 5)) for _ in range(4)]
    heads = [Heads(words) for words in sets]
    for _ in range(200):
        text = "".join(
            rng.choice(["a", "b", "c", " ", ".", "#", "1", "é", "card", "中"]) for _ in range(30)
        )
        for one, words in zip(heads, sets, strict=True):
            alone = [at for at in positions(text, words) if not ("a" <= text[at - 1 : at] <= "z")]
            assert list(one.places(text)) == alone
    monkeypatch.undo()
    anchors._reader.cache_clear()
    anchors._read.cache_clear()
    anchors._owned.cache_clear()


RUN = re.compile(r"[^\W\d_]+")
ASKED = frozenset(("a", "of", "card", "ß", "é", "né", "дата", "電", "कार", "ab"))


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*ASKED, " ", "_", "1", "—", "\u00a0", "\ud800"])).map("".join)
)
def test_each_run_of_letters_has_its_place(text):
    """The runs of any text that are looked for are found, each where it stands, in order."""
    folded = anchors.folded(text)
    stand = [(run[0], run.start()) for run in RUN.finditer(folded) if run[0] in ASKED]

    assert list(runs(folded).places(ASKED)) == stand
    assert runs(folded).among(ASKED) == {word for word, _ in stand}


SIGNS_AND_WORDS = ("12", "7", "a", "B", "é", " ", "00", "dot", "0101", "ff", ":", "\n")


@given(st.lists(st.sampled_from(SIGNS_AND_WORDS)).map("".join))
def test_a_gate_by_the_shape_of_a_text_is_never_shut_on_what_is_there(text):
    """What a pattern of the same kinds of signs finds, the gate lets through."""
    assert holds(text, (b"00 aaa",)) == bool(re.search(r"[0-9]{2} [a-z]{3}", text))
    assert holds(text, (b"A0",)) == bool(re.search(r"[A-Z][0-9]", text))
    assert holds_bits(text) == bool(re.search(r"[01]{8} ?[01]{8}", text))
    if re.search(r"[0-9A-Fa-f]{2}(?:[ :][0-9A-Fa-f]{2}){3}", text):
        assert holds_pairs(text)
    assert list(capitals(text)) == [m.start() for m in re.finditer(r"(?<=[a-z])[A-Z]", text)]
    row = re.compile(r"[0-9]+(?:[^0-9]{1,2}[0-9]+){2}")
    assert in_a_row(text, 3, 2) == bool(row.search(text))
    pattern = re.compile(r"[0-9](?<![0-9].)[0-9]*(?: [0-9]+)?")
    assert [m.span() for m in at_numbers(pattern, text)] == [
        m.span() for m in pattern.finditer(text)
    ]


@given(st.lists(st.sampled_from(("00ff", "12ab", " ", " ", "a", "é", "g", "0"))).map("".join))
def test_groups_of_four_are_found_as_by_a_search(text):
    """What the bytes of a text show of such groups is what its pattern finds."""
    pattern = re.compile(r"[0-9a-f]{4}(?: [0-9a-f]{4}){2,5} [0-9a-f]{2,4}")
    assert [m.span() for m in at_fours(pattern, text)] == [m.span() for m in pattern.finditer(text)]


HIDDEN_OR_NOT = (
    "card",
    "card",
    "is ",
    "born",
    "fooCard",
    "é",
    " ",
    ", ",
    "12",
    "7 ",
    "log in",
    "a@b",
)


@given(st.lists(st.tuples(st.sampled_from(HIDDEN_OR_NOT), st.booleans()), max_size=30))
def test_what_is_left_of_a_text_is_what_a_reading_would_find(parts):
    """Words, heads and numbers of a text with parts hidden: carried over, or read, they are the same."""
    source = "".join(part for part, _ in parts)
    text = "".join(hidden.BARRIER * len(part) if hide else part for part, hide in parts)
    lower = phrases.lowered(text)
    caches = (
        shapes._numbers_in,
        phrases.vocabulary,
        phrases._places,
        anchors._read,
        anchors._owned,
    )

    def reading():
        for cache in caches:
            cache.cache_clear()
        places = {word: at for word, at in phrases._places(text).items() if at}
        return numbers_in(text), places, anchors._owned(lower)

    hidden.remember("", "")
    alone, heard = reading(), phrases.vocabulary(text)
    hidden.remember(text, source)
    assert reading() == alone
    assert heard <= phrases.vocabulary(text)


DISGUISES = (
    "4111 **1111** 1111 1111", "536-90-<b>4399</b>", "jo at example dot com", "%61da@example.com", "4l11 1111 1111 1111", "５３６-90-4399",
    "`password`: `Tr0ub4dor&3x`", "pass\u200bword = Tr0ub4dor&3x", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "c\\u0061rd 4111111111111111", "**Bold** words",
)  # fmt: skip
PLAIN = (
    "The committee met and agreed to go on as before. ", "They wrote to ada@example.com and got 4111 1111 1111 1111 back. ",
    "password = Tr0ub4dor&3x and no more of it. ", "Her name is Ada Lovelace, her number 202-555-0143. ", "\n", "key: value\n",
)  # fmt: skip


def disguised(rng: random.Random) -> str:
    """Return a long text with a few disguises in it."""
    return "".join(
        rng.choice(DISGUISES) + " " if rng.random() < 0.08 else rng.choice(PLAIN)
        for _ in range(120)
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_long_text_is_read_again_only_where_its_view_differs(seed, monkeypatch):
    """What is found around the changes is what a second reading of the whole finds."""
    rng = random.Random(seed)
    texts = [disguised(rng) for _ in range(4)]
    redactor = Redactor()
    near = [redactor.find(text) for text in texts]

    monkeypatch.setattr(scan, "looks", lambda *_: None)

    assert near == [redactor.find(text) for text in texts]


@pytest.mark.parametrize("seed", range(10))
def test_where_nothing_is_looked_at_two_views_read_the_same(seed):
    """A place that no look names stands for the same original, and reads the same, in both views."""
    rng = random.Random(seed)
    for _ in range(20):
        given = View("".join(rng.choice("ab 12é") for _ in range(rng.randint(1, 3_000))))
        deep = given
        for step in ("one", "two"):
            edits, at = [], 0
            while at < len(deep.text) - 3 and len(edits) < 4:
                at += rng.randint(1, 900)
                edits.append((at, at + rng.randint(0, 3), rng.choice(["", "x", "a1", " "])))
                at += 4
            deep = deep.edited([e for e in edits if e[1] <= len(deep.text)], step)
        found = changes.looks(given, deep)
        looked = {i for one in found or () for i in range(one.low, one.high)}
        for at in range(len(deep.text)) if found is not None else ():
            if at not in looked:
                assert given.text[deep.start(at)] == deep.text[at]


@pytest.mark.parametrize("form", ["pass**word** = {}", "-----BEGIN PRI**VATE** KEY-----\n{}\n-----END PRIVATE KEY-----",
                                  "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRI**VATE** KEY-----"])  # fmt: skip
def test_a_secret_that_goes_on_behind_the_look_is_covered_whole(form):
    """What reaches the end of what is looked at is read in the whole text."""
    rng = random.Random(3)
    secret = "".join(rng.choices("abcdefghABCDEFGH0123456789", k=700))
    text = "Nothing of note. " * 200 + form.format(secret) + " Nothing of note." * 200
    start = text.index(secret)

    assert any(
        one.start <= start and one.end >= start + len(secret) for one in Redactor().find(text)
    )
