"""Who is known by a record's number, an age or letters of a profession, in a line too short for a note."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def people(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "PERSON"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("no show: Dominic Faro chart F-00812", "Dominic Faro"), ("Please pull chart #11902 Wanda Kreps for tomorrow", "Wanda Kreps"), ("Whitcomb, Dale R (10442987) moved", "Whitcomb, Dale R"), ("Reschedule for Kiara Boone (pt # 20418)", "Kiara Boone"), ("NGUYEN, LINH MRN 4471120", "NGUYEN, LINH"),
     ("Bed 3 Haruki Mori 59 yo M", "Haruki Mori"), ("Roscoe Tillman, 58-year-old man", "Roscoe Tillman"), ("Amara Osei, DO is out", "Amara Osei"), ("seen by Gwendolyn Pratt, FNP-BC", "Gwendolyn Pratt"), ("Seen by Sunita Rao, MD, today", "Sunita Rao"), ("Norma Jean Tagg, RHIA, direct line", "Norma Jean Tagg"),
     ("audit signed, Pauline Eccles, CPA", "Pauline Eccles"), ("Dr A Shah will see you", "A Shah"), ("Name: DELACRUZ,MARISOL T   Age/Sex: 34/F", "DELACRUZ,MARISOL T"), ("Same cell as before. - Beth Underwood", "Beth Underwood")],
)  # fmt: skip
def test_what_stands_beside_a_name_tells_who_it_is(text, name):
    """The name is covered whole."""
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    ["She lives in Silver Spring, MD.", "Ocean City, MD 21842", "Total Revenue 12M", "see Chart 12 of the Annual Report", "Member States (27)", "Windows Server 2019 DC", "to do, MS Teams", "Patient Portal: MRN required", "Version 3.2 yo", "Salt Lake City, UT", "the Acme Group, PA", "Case Study (1234567)"],
)  # fmt: skip
def test_places_products_and_headings_are_nobody(text):
    """A state's letters, an amount, a heading beside a number."""
    assert people(text) == []
