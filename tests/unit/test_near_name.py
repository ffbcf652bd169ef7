"""What "did you mean" may suggest: a slip of the hand, and nothing that only looks alike."""

from __future__ import annotations

import pytest

from stageflow_guard.base.near_name import is_slip, near_name

SLIPS = {
    "two letters swapped": ("agnet", "agent"),
    "a letter left out": ("agnt", "agent"),
    "a letter too many": ("acmee", "acme"),
    "a wrong letter": ("supervisar", "supervisor"),
    "two slips in a long name": ("supervsior2", "supervisor"),
    "capitals": ("Agent", "agent"),
    "another joint": ("read-file", "read_file"),
    "with its kind": ("user:bbo", "user:bob"),
    "without its kind": ("bob", "user:bob"),
}
OTHER_WORDS = {
    "a longer role": ("role:auditor", "role:supervisor"),
    "a role that ends alike": ("role:editor", "role:auditor"),
    "another short name": ("hr", "it"),
    "its beginning": ("role:super", "role:supervisor"),
    "a name with the same kind": ("user:anna", "user:hanne"),
    "another kind": ("svc:bob", "user:bob"),
    "nothing": ("", "a"),
    "a very long name": ("a" * 100, "a" * 99),
}


@pytest.mark.parametrize("what", SLIPS)
def test_a_slip_of_the_hand_is_a_slip(what):
    """What differs by few letters for its length is taken for the name."""
    word, name = SLIPS[what]
    assert is_slip(word, name)


@pytest.mark.parametrize("what", OTHER_WORDS)
def test_another_word_is_no_slip(what):
    """A word that shares letters with a name, or its kind alone, is not that name."""
    word, name = OTHER_WORDS[what]
    assert not is_slip(word, name)


def test_the_fewest_slips_win_and_then_the_order_of_names():
    """What is suggested does not depend on the order in which the names come."""
    known = ["supervisors", "supervisor", "reader", "leader"]
    assert near_name("superviso", known) == near_name("superviso", known[::-1]) == "supervisor"
    assert near_name("beader", known) == near_name("beader", known[::-1]) == "leader"
