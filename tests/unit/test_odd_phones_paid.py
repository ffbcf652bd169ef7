"""Numbers that money goes to, and mobiles of Argentina with their 15."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mi celu 11 15-4418-2207", "11 15-4418-2207"),
        ("telef 21.441.82.20", "21.441.82.20"),
        ("bizum al 644182207", "644182207"),
        ("Nequi 3004418220", "3004418220"),
        ("pix 11944182207", "11944182207"),
    ],
)
def test_such_numbers_are_telephones(text, value):
    """Behind their word, in any groups."""
    assert [text[s.start : s.end] for s in REDACTOR.find(text)] == [value]


def test_a_bracket_belongs_to_no_second_find():
    """The number's own form is found without it."""
    found = REDACTOR.find("fone (21) 99876-5432")
    assert all(s.end - s.start > 1 for s in found)
