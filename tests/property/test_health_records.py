"""HL7 and FHIR in a stream are read as in the whole text: each place is where its segment says."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cut_stream import assert_equals_whole

from stageflow_guard.redaction import Redactor, Vault

REDACTOR = Redactor()
PROSE = "The interface team met and agreed on the plan for the season. "
NAMES = ["OKAFOR^MARLENE^T", "van der Berg^Anna Maria^^^Mrs", "Diaz^Elena", '""', ""]
IDS = ["10006579^^^MERCY^MR", "K4418", "7712094^4^M10~219-09-4417^^^USA^SS", ""]
PLACES = ["418 ALDER CT^^SALEM^OR^97301^USA", "Havnegade 14^2. tv^Aarhus", ""]
FREE = [
    "",
    "F",
    "2106-3",
    "A&B",
    "x^y",
    *("note of the nurse that goes on for a while " * n for n in (8, 30)),
]


@st.composite
def messages(draw):
    """Segments with fields of any content, their lines ended in any way."""
    segments = ["MSH|^~\\&|OE|WEST|LAB|WEST|20250214||ORM^O01|88213|P|2.3"]
    for _ in range(draw(st.integers(1, 5))):
        pick = lambda values: draw(st.sampled_from(values))  # noqa: E731 - short for the table below
        segments.append(
            draw(
                st.sampled_from(
                    [
                        f"PID|1|{pick(IDS)}|{pick(IDS)}||{pick(NAMES)}|{pick(FREE)}|19560312|F|{pick(FREE)}||{pick(PLACES)}||(503)555-0147||{pick(FREE)}|||400112",
                        f"NK1|1|{pick(NAMES)}|SPO|{pick(PLACES)}|{pick(FREE)}",
                        f"PV1|1|I|{pick(FREE)}||||004777^{pick(NAMES)}|{pick(FREE)}",
                        f"ORC|NW|{pick(IDS)}|{pick(IDS)}|||||||77120^{pick(NAMES)}|{pick(FREE)}",
                        f"NTE|1|L|{pick(FREE)}",
                        f"MRG|{pick(IDS)}|8812044|{pick(FREE)}|{pick(FREE)}|||FINCH^HAROLD",
                        f"OBX|1|TX|8251-1^Comment^LN||{pick(FREE)}||||||F|||||T9^ROWE^ANNIKA",
                    ]
                )
            )
        )
    first = draw(st.integers(0, 1))  # a segment alone has no line above it
    return draw(st.sampled_from(["\r", "\n", "\r\n", "\\r"])).join(segments[first:])


def check(text, seed, most):
    chance = random.Random(seed)
    cuts = sorted(chance.randrange(len(text)) for _ in range(most))
    assert_equals_whole(REDACTOR, text, cuts)


@given(
    messages(),
    st.sampled_from([1, 2, 5]),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(0, 999),
)
@settings(deadline=None, max_examples=25)
def test_a_message_streamed_equals_the_whole(message, times, words, cuts, seed):
    """Messages between prose, cut anywhere: a segment is held until it is whole."""
    text = f"{PROSE * words}\n\n" + (message + "\n\n") * times + PROSE * words
    check(text, seed, cuts)


@given(
    st.lists(st.sampled_from(NAMES[:3]), min_size=1, max_size=12),
    st.sampled_from([None, 2]),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(0, 999),
)
@settings(deadline=None, max_examples=20)
def test_a_bundle_streamed_equals_the_whole(names, indent, words, cuts, seed):
    """Resources in a row, compact or indented, cut anywhere."""
    entries = [
        {
            "resourceType": "Patient",
            "identifier": [{"system": "urn:oid:1.2.36.146", "value": f"88{n}20418"}],
            "name": [{"family": name.split("^")[0], "given": name.split("^")[1].split()}],
            "generalPractitioner": [{"reference": "Practitioner/p88120", "display": "Adam Gustafson"}],
        }
        for n, name in enumerate(names)
    ]  # fmt: skip
    text = f"{PROSE * words}\n{json.dumps(entries, indent=indent)}\n{PROSE * words}"
    check(text, seed, cuts)


LONG = "note of the nurse that goes on for a while "


@pytest.mark.parametrize(
    "text",
    [
        f"MRG|8812044|{LONG * 20}|||||FINCH^HAROLD\n{PROSE}",  # what makes it a segment comes last
        f"{PROSE * 40}\rPID|1||G440218|{LONG * 70}|OKAFOR^MARLENE||19560312|F|{PROSE * 9}\r{PROSE}",
        f"{PROSE * 40}\rPID|1||G440218|{LONG * 200}|OKAFOR^MARLENE||19560312|F\r{PROSE}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 97, 1000])
def test_a_long_segment_streamed_equals_the_whole(text, size):
    """A segment waits for its end; one that context is dropped in is read again from its start."""
    scope = Vault().scope("t", "s")
    whole = REDACTOR.redact_in(text, scope, "output")[0]
    stream = REDACTOR.stream(scope)
    out = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert out + stream.finish() == whole
