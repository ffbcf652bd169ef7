"""A stream's output is the whole text's redaction, however it is cut."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.text.stream import AHEAD, STEP

REDACTOR = Redactor()
VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "pii"
PIECES = [
    "my SSN is 536-90-4399", "card 4111 1111 1111 1111", "ada@example.com", "ada dot l at example dot com",
    "five three six nine zero four three nine nine", "call (312) 856-8890 x12", "5 3 6 - 9 0 - 4 3 9 9", "token: aB3$xyz9Q",
    "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----", "lives at 12 Main Street\n Apt. 3\n Springfield, IL 62704",
    "The committee met and agreed on the plan.", "nothing here", "\n\n", "SSN: NTM2LTkwLTQzOTk= ", "%35%33%36-90-4399",
    "IBAN DE89 3704 0044 0532 0130 00", "203.0.113.42", "My name is Ada Lovelace.", "x" * 300, "1 2 3 4 5 6 7", "é🔥\u200b",
    "https://www.ada.se/", "⟦PERSON_1·aaaaaaaa⟧", "born on 12 May 1987", "password:\n  a: Zx9kLmq2\n  b:\n    - q7Rk9w\nnext: 1",
    '{"password": {"a": "hunter2x", "b": ["Zx9kLmq2", {"c": "q1w2e3r4"}]}}', "api_key: |\n  Zx9kLmq2Wb4LpV\n  q7RkT2mZ9xWb4L\nnext: 1", "\nharborToken,Zx9kLmq2Wb4LpV12,",
    "curl -X POST https://b.example \\\n -d x \\\n  --user 'ada:Zx9k~Lmq2'", "harbor_key: 4f1c9b07e2d85a6340bf1c9e72d8a563", "route 2a02:8109:9c40::/44", "ჩემი სახელია თამარ ლომიძე,",
    "the password for the vpn: hunter22x", "date of birth of the patient: 12/03/1988", "\nuser,password\nbob,hunter22x\neve,Sommer22x\n",
    "my passport has the number X4RTBPFW4", "<fullName>Ada Byron</fullName>", "INSERT INTO t (name, password) VALUES ('Ada Byron', 'hunter22x'), ('Eve', 'Zx9kLmq2')",
    "\n| Name | DOB |\n|---|---|\n| Ada Byron | 1988-03-12 |\n", "Name der Patientin: Helga Brandt",
]  # fmt: skip
PLACEHOLDER = re.compile("⟦[^⟧]*⟧")


def streamed(text: str, cuts: list[int]) -> tuple[str, str, int]:
    scope = Vault().scope("t", "s")
    whole = REDACTOR.redact_in(text, scope, "output")[0]
    stream, out, held, at = REDACTOR.stream(scope), [], 0, 0
    for cut in [*sorted(cuts), len(text)]:
        out.append(stream.feed(text[at:cut]))
        held, at = max(held, stream.held), cut
    return "".join(out) + stream.finish(), whole, held


@given(st.data())
@settings(deadline=None)
def test_every_chunking_equals_the_whole(data):
    """Pieces of every kind, in any order, cut anywhere."""
    pieces = data.draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30))
    text = data.draw(st.sampled_from([" ", "\n", ". "])).join(pieces)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=40))
    got, whole, _ = streamed(text, cuts)
    assert got == whole


@given(st.text(max_size=900), st.lists(st.integers(0, 900), max_size=20))
@settings(deadline=None)
def test_any_unicode_text_streamed_equals_the_whole(text, cuts):
    """Any Unicode, lone surrogates included."""
    got, whole, _ = streamed(text, [c for c in cuts if c <= len(text)])
    assert got == whole


def test_character_by_character_holds_little():
    """Ordinary prose is released as it comes: what is held is bounded, not the text's length."""
    text = "The committee met and agreed on the plan for the coming season in detail. " * 60
    got, whole, held = streamed(text, list(range(len(text))))
    assert got == whole
    assert held <= AHEAD + STEP + 40


def test_no_value_leaves_in_pieces():
    """A value cut at every place is replaced whole and never shown."""
    text = "x " * 300 + "my SSN is 536-90-4399 and " + "y " * 300
    for cut in range(605, 635):
        got, whole, _ = streamed(text, [cut])
        assert got == whole
        shown = PLACEHOLDER.sub("", got)  # its nonce may hold the same digits
        assert "536" not in shown and "4399" not in shown


def _labelled(seed: int, rounds: int) -> None:
    lines = [
        json.loads(line)["text"]
        for file in sorted(VECTORS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").split("\n") if line
    ]  # fmt: skip
    rng = random.Random(seed)
    for _ in range(rounds):
        text = rng.choice([" ", "\n", "\n\n"]).join(
            rng.choice(lines) for _ in range(rng.randint(1, 40))
        )
        cuts, at, most = [], 0, rng.choice([7, 40, 400])
        while at < len(text):
            at += rng.randint(1, most)
            cuts.append(min(at, len(text)))
        got, whole, _ = streamed(text, cuts)
        assert got == whole


@pytest.mark.parametrize(
    "far", ["The patient was seen.", "MRN and DOB on file.", "Her nurse said so."]
)
def test_a_word_out_of_a_streams_reach_does_not_decide_about_a_name(far):
    """What a word says of names ends before a stream lets go of them."""
    note = "Consent and lab in the chart: Kathrine Filemonsen DDS, attending Irena Bila, exam. "
    for text in (
        note + "nothing here at all " * 60 + far,
        far + " nothing here at all" * 60 + note,
    ):
        got, whole, _ = streamed(text, list(range(0, len(text), 7)))
        assert got == whole


@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
def test_labelled_texts_streamed():
    """Real lines, joined and cut at random (seeded)."""
    _labelled(5, 12)


@pytest.mark.soak
@pytest.mark.skipif(not VECTORS.exists(), reason="labelled texts are not on this machine")
def test_labelled_texts_streamed_at_length():
    """The same, many times."""
    _labelled(6, 400)
