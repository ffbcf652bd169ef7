"""Gates that are read from a text's shape: none is shut on what its own pattern matches."""

from __future__ import annotations

import random

import pytest

from stageflow_guard.redaction.recognizers.addresses import before_a_town, gates
from stageflow_guard.redaction.recognizers.addresses import patterns as addresses
from stageflow_guard.redaction.recognizers.generic import credential_pairs, network
from stageflow_guard.redaction.recognizers.people import letters, owners
from stageflow_guard.redaction.recognizers.shapes import holds
from stageflow_guard.redaction.text import borders, joints

# each pattern with the shapes that are asked for first, and what its matches are made of
GATES = (
    (gates.TOWN_CODE, gates._TOWN_BESIDE, ("CA", "NY", " ", ",", "94107", "x1")),
    (addresses.MILITARY_CODE, gates._MILITARY_BESIDE, ("AE", "AP", " ", "09012", "A")),
    (addresses.UK_INWARD, addresses.UK_BESIDE, (" ", "1", "2", "AB", "TX", "a")),
    (addresses.NL_CODE, gates._NL_BESIDE, ("1017", " ", "AZ", "Amsterdam", ",", "AM")),
    (addresses.BRAZIL_STATE, gates._STATE_BESIDE, ("-", "/", "–", " ", "SP", "RJ", "x")),
    (before_a_town._CODE, before_a_town._BESIDE, ("21149", "7000-123", "38-400", "417 28", "44100, ", "1017", "1017AZ", "AZ", " ", "  ", "Hamburg", "Évora", "Čakovice", "Übach", "Łódź")),
    (joints._LETTERED, joints._LETTERS_BESIDE, ("5n6n7n8n9n1n2", "n", "5n", "3", " ", "X")),
    (joints._GLUED, joints._GLUES_BESIDE, ("4556", "x", "xx", "X", "716", " ", "+49")),
    (joints._LINKED, joints._LINK_BESIDE, ("[079", "[+49", "[(0", " ", "](#)", "](x)", "204")),
    (network._IMEI_GROUPS, network._IMEI_BESIDE, ("86 208678 402569 0", "86-208678-402569-0", "86", "-", " ", "x", "1")),
    (credential_pairs._IN_FOURS, credential_pairs._FOURS_BESIDE, ("pass: ", "pass = ", "'qkzv tmwe lhra oydn'", '"qkzv tmwe lhra oydn"', "qkzv", " tmwe", " lhra", " oydn", "'", '"')),
    (owners._COMMA, owners._NUMBERED, (", ", "+4", "015", "(0", "x", "2")),
    (borders._PICTURES, borders._PICTURE_BESIDE, ("53", "🔸", "90", "→", "☎", "\ufe0f", "a")),
    (borders._PICTURE_AT, borders._PICTURE_BESIDE, ("ada", "✉", "📧", "x.de", "example.com", "7")),
    (letters._STAMPED, letters._TIMES, ("10:02", "10h02", "10.02", "[", "] ", " ", "Ana Lima", ": ok", "\n")),
    (letters._STAMP_BEHIND, letters._TIMES, ("Ana Lima", ", ", " [", "10:02", "9h05", "]", ": ok", "\n")),
    (before_a_town._CODE_BEHIND, before_a_town._BESIDE, ("13083-970", " ", "SP", "7")),
    (before_a_town._ZIP, before_a_town._ZIP_BESIDE, ("Ohio", "Utah", " ", ", ", "43004", "43004")),
)  # fmt: skip


@pytest.mark.parametrize("gate", range(len(GATES)))
def test_no_gate_is_shut_on_what_its_pattern_matches(gate):
    """Of 20 000 texts made of the pattern's own pieces, some match, and the gate lets each of those through."""
    pattern, shapes, pieces = GATES[gate]
    rng, matched = random.Random(gate), 0
    for _ in range(20_000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 9)))
        if pattern.search(text) is not None:
            matched += 1
            assert holds(text, shapes), text
    assert matched > 20  # pieces that never match show nothing
