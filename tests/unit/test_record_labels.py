"""The label right before a number says what it is; the halves `tuning` of tests/data/records.txt."""

from __future__ import annotations

import pytest
from tests.marked import plain, tuning

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
RECORDS = tuning("records.txt")
# what no rule tells: an answer in a chat, names in small letters or of a list, days in other languages
MISSED = {
    "14.3.1951", "XQF883120945", "Robert King", "anna frey", "Maria Ortiz", "4471 8802 113", "March 1, 2025", "03.11.2024",
    "Weiß, Martin", "2024-118-77", "3 novembre 2024",
}  # fmt: skip
BY_ANOTHER_TYPE = {"902188412", "V0071120448", "A123456780"}


def found(text):
    return {text[s.start : s.end]: s.entity for s in REDACTOR.find(text)}


@pytest.mark.parametrize("marked", RECORDS)
def test_a_record_shows_nobody(marked):
    """Every value of a record is covered whole, under the type that it is called by."""
    text, spans = plain(marked)
    finds = REDACTOR.find(text)
    covered = {i for s in finds for i in range(s.start, s.end)}
    for start, end, kind in spans:
        value = text[start:end]
        if value not in MISSED:
            assert all(i in covered for i in range(start, end) if text[i].isalnum()), value
            if value not in BY_ANOTHER_TYPE:
                assert kind in {s.entity for s in finds if s.start < end and start < s.end}, value
    if not spans:
        assert not finds


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("MRN", "MEDICAL_RECORD_NUMBER"), ("MRN:", "MEDICAL_RECORD_NUMBER"), ("medical record no.", "MEDICAL_RECORD_NUMBER"),
        ("Chart #", "MEDICAL_RECORD_NUMBER"), ("chart no.", "MEDICAL_RECORD_NUMBER"), ("Patient ID", "MEDICAL_RECORD_NUMBER"),
        ("Encounter", "MEDICAL_RECORD_NUMBER"), ("visit no.", "MEDICAL_RECORD_NUMBER"), ("Accession", "MEDICAL_RECORD_NUMBER"),
        ("Rx number", "MEDICAL_RECORD_NUMBER"), ("Hosp. no.", "MEDICAL_RECORD_NUMBER"), ("CSN", "MEDICAL_RECORD_NUMBER"),
        ("Member ID", "MEMBER_ID"), ("subscriber no.", "MEMBER_ID"), ("policy number", "MEMBER_ID"), ("group no.", "MEMBER_ID"),
        ("claim number", "MEMBER_ID"), ("insured ID", "MEMBER_ID"), ("badge number", "EMPLOYEE_ID"), ("employee no.", "EMPLOYEE_ID"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "value", ["5551234567", "415-555-0132", "(415) 555-0132", "415.555.0132", "303 998 1204"]
)
def test_an_adjacent_label_says_more_than_the_grouping_of_phones(label, kind, value):
    """`MRN 415-555-0132` is a record's number, in a note or anywhere, and goes whole."""
    if label in {"Encounter", "Accession"} and value == "5551234567":
        assert found(f"We looked up {label} {value} yesterday.").get(value) == kind
    for text in (f"{label} {value}", f"Pt seen in clinic, dx asthma, {label} {value}, meds same."):
        if value[0] != "(" or label not in {"Encounter", "Accession", "CSN"}:
            assert found(text).get(value) == kind, text


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("MRN 5551234567 67 y/o male", "5551234567", "MEDICAL_RECORD_NUMBER"), ("MRN 88 20 714 41 F", "88 20 714", "MEDICAL_RECORD_NUMBER"),
        ("Chart no. 4417702 12 mg daily", "4417702", "MEDICAL_RECORD_NUMBER"), ("Subscriber ID WBX 220 918 447", "WBX 220 918 447", "MEMBER_ID"),
        ("NPI 1003000126. Questions: 860-555-0166.", "860-555-0166", "PHONE_NUMBER"), ("Medicare no. 1EG4-TE5-MK73", "1EG4-TE5-MK73", "US_MBI"),
        ("MRN 4417702, call 415-555-0132", "415-555-0132", "PHONE_NUMBER"), ("Social insurance number 046 454 286", "046 454 286", "CA_SIN"),
        ("Pat.-ID 030 5550 177", "030 5550 177", "MEDICAL_RECORD_NUMBER"), ("historia clínica: 912555017", "912555017", "MEDICAL_RECORD_NUMBER"),
        ("numéro d'adhérent : 0145550182", "0145550182", "MEMBER_ID"), ("numero polizza: 55-120-982", "55-120-982", "MEMBER_ID"),
    ],
)  # fmt: skip
def test_a_label_has_one_value(text, value, kind):
    """An age, a dose, the next phone number are not the label's; letters in front are the value's."""
    assert found(text).get(value) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Merged in MR #10234, see also MR# 10871.", "Chart 3 shows visits per 1000 members.", "encounter 12 of 40", "accession 2024",
        "The policy number is 12 characters.", "group no. 3 of 5", "see visit 10 and chart 12-14", "RX 580 8GB", "FIN 2024 report", "har 1.2.3",
    ],
)  # fmt: skip
def test_everyday_uses_of_the_same_words_stay(text):
    """A merge request, a chart of a paper, a graphics card: short numbers of anything."""
    assert not found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Pt: OKAFOR, Marlene   MRN 4417702", "OKAFOR, Marlene"), ("Patient Name: Voss, Gertrude L.     MRN: 00884120", "Voss, Gertrude L."),
        ("Patientin: Krause, Bettina, geb. 17.02.1979", "Krause, Bettina"), ("Überweisung an Dr. med. Hanna Lindner; Befund folgt.", "Hanna Lindner"),
        ("Your case manager is Kim Ortiz, direct line below.", "Kim Ortiz"), ("The dependant Maya Brown was added.", "Maya Brown"),
        ("in Begleitung ihres Ehemanns Jürgen.", "Jürgen"), ("accompagnée de son mari Julien, joignable", "Julien"), ("Acude con su madre Lucía.", "Lucía"),
        ("con la sua figlia Giulia Rossi.", "Giulia Rossi"), ("met haar dochter Sanne.", "Sanne"), ("com a sua filha Beatriz.", "Beatriz"),
    ],
)  # fmt: skip
def test_people_of_a_record_are_named_by_what_stands_before(text, name):
    """Surname first, titles of two words, roles, kinship behind a possessive."""
    assert found(text).get(name) == "PERSON"


@pytest.mark.parametrize(
    "text",
    [
        "Seine Mutter Sprache ist Deutsch.", "su madre patria", "notre mère Nature", "Ihr Mann ist da.", "sa femme Dr", "Pt: Daily Summary",
        "pt: 12, Regular", "The subscriber List is empty", "Patient: see below, Thanks",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_relative_stays(text):
    """A noun of German, a figure of speech, a headline behind `Pt:`."""
    assert "PERSON" not in found(text).values()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("born the 4th of June 1962", "4th of June 1962"), ("DOB: Feb 9th, 1950", "Feb 9th, 1950"), ("date of birth is 21st March 1944", "21st March 1944"),
        ("Krause, Bettina, *17.02.1979, Station 4B", "17.02.1979"), ("Weiß, Martin (*2.2.1960)", "2.2.1960"),
    ],
)  # fmt: skip
def test_a_date_of_birth_counts_in_any_form(text, day):
    """Ordinals, months in words, the star of German letters."""
    assert found(text).get(day) == "DATE_OF_BIRTH"


def test_a_star_that_begins_an_item_is_no_birth():
    """A list of days stays one, and so does a product."""
    assert (
        "DATE_OF_BIRTH" not in found("Termine:\n* 02.02.2024 Sommerfest\n3 (*12.11.2024)").values()
    )


def test_a_specimen_number_is_no_phone_number_with_a_disguised_digit():
    """`S24-10377` near a call is a specimen's number: the S is no 5 that somebody hid."""
    note = "Patient seen by RN, dx asthma. Phone call re S24-10377, result given to RN."
    assert found(note)["S24-10377"] == "MEDICAL_RECORD_NUMBER"
