"""HL7 version 2 and FHIR: a value is what its place says, and what is no person's stays."""

from __future__ import annotations

import json
import time

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.text.named import fhir, hl7

REDACTOR = Redactor()
ADMISSION = (
    "MSH|^~\\&|ADT1|MERCY|LABADT|MERCY|202411081215||ADT^A01|MSG00001|P|2.4\r"
    "PID|1|K4418|10006579^^^MERCY^MR~219-09-4417^^^USA^SS||OKAFOR^MARLENE^T||19560312|F||2106-3|418 ALDER CT^^SALEM^OR^97301^USA^H||(503)555-0147^PRN^PH|^WPN^PH^^1^503^5550182||S||400112|536904399|D5990702^OR\r"
    "NK1|1|OKAFOR^DANIEL|SPO|7 HARBOR RD^^DULUTH^MN|218-555-0166\r"
    "PV1|1|I|2000^2012^01||||004777^REYES^LUCIA^A^^DR|1245319599^BRANDT^HEIKO||SUR|||||||||V4410\r"
)
IN_ADMISSION = {
    "K4418": "MEDICAL_RECORD_NUMBER", "10006579": "MEDICAL_RECORD_NUMBER", "219-09-4417": "US_SSN", "OKAFOR^MARLENE^T": "PERSON",
    "19560312": "DATE_OF_BIRTH", "418 ALDER CT^^SALEM^OR^97301^USA": "STREET_ADDRESS", "(503)555-0147": "PHONE_NUMBER", "503^5550182": "PHONE_NUMBER",
    "400112": "MEDICAL_RECORD_NUMBER", "536904399": "US_SSN", "D5990702": "US_DRIVER_LICENSE", "OKAFOR^DANIEL": "PERSON",
    "7 HARBOR RD^^DULUTH^MN": "STREET_ADDRESS", "218-555-0166": "PHONE_NUMBER", "004777": "EMPLOYEE_ID", "REYES^LUCIA^A^^DR": "PERSON",
    "1245319599": "US_NPI", "BRANDT^HEIKO": "PERSON", "V4410": "MEDICAL_RECORD_NUMBER",
}  # fmt: skip


def found(text):
    return {text[s.start : s.end]: s.entity for s in REDACTOR.find(text)}


def test_each_place_of_a_segment_says_what_its_value_is():
    """Names, numbers, addresses and days go whole by their place; nothing else of the message does."""
    assert found(ADMISSION) == IN_ADMISSION


@pytest.mark.parametrize("form", ["\n", "\r\n", "inside", "json", "log", "mllp"])
def test_a_message_is_read_wherever_it_stands(form):
    """Lines end as they do; in a mail, a log line or a string of JSON the segments are the same."""
    text = ADMISSION.replace("\r", "\n")
    if form == "\r\n":
        text = ADMISSION.replace("\r", "\r\n")
    elif form == "inside":
        text = f"Please replay this one:\n\n{text}\nThanks, the queue is stuck behind it."
    elif form == "json":
        text = json.dumps({"raw": ADMISSION, "status": "error"})
    elif form == "log":
        text = "2024-11-08 12:15:03 INFO received " + text.partition("\n")[2].partition("\n")[0]
    elif form == "mllp":
        text = "\x0b" + ADMISSION + "\x1c\r"
    values = found(text)
    expected = [v for v in IN_ADMISSION if form != "log" or v in ADMISSION.split("\r")[1]]
    assert [v for v in expected if values.get(v) != IN_ADMISSION[v]] == []


SEGMENTS = {
    "IN1|1|PPO|BC001|BLUE CROSS|||800-555-0199|771902||||||||BRANDT^IVO|SEL|19710330|12 OAK ST^^PEORIA" + "|" * 17 + "W221904417": {"800-555-0199", "771902", "BRANDT^IVO", "19710330", "12 OAK ST^^PEORIA", "W221904417"},
    "GT1|1|5520|PETROV^NADIA||44 RIVER RD^^AUSTIN|(512)555-0135||19830412": {"5520", "PETROV^NADIA", "44 RIVER RD^^AUSTIN", "(512)555-0135", "19830412"},
    "MRG|8812044^^^EAST^MR||||||FINCH^HAROLD": {"8812044", "FINCH^HAROLD"},
    "ORC|NW|A4417209^OE|L20250214-118^LAB|||||||||77120^FELD^PIA^^^^MD||(616)555-0113": {"A4417209", "L20250214-118", "77120", "FELD^PIA^^^^MD", "(616)555-0113"},
    "OBR|1|A4417209^OE|L118^LAB|80053^CMP^CPT||||||||||||1003000126^AZIZ^OMAR" + "|" * 16 + "9&ITO&MEG^20250303": {"A4417209", "L118", "1003000126", "AZIZ^OMAR", "9", "ITO&MEG"},
    "OBX|1|NM|2345-7^Glucose^LN||182|mg/dL|70-99|H|||F|||||TECH9^ROWE^ANNIKA": {"TECH9", "ROWE^ANNIKA"},
    'PID|||G440218^^^L||cohen^ruth|""|19610905|F|""': {"G440218", "cohen^ruth", "19610905"},
    "PID|||G440218||DOE||19610905|F": {"G440218", "DOE", "19610905"},
}  # fmt: skip


@pytest.mark.parametrize("segment", SEGMENTS)
def test_segments_of_other_kinds_are_read_by_their_places(segment):
    """Insurance, guarantor, merge, orders, results: each has places of its own; `""` empties a field."""
    assert {segment[h.start : h.end] for h in hl7.finds(segment)} == SEGMENTS[segment]


@pytest.mark.parametrize(
    "text",
    [
        "MSH|^~\\&|ADT1|MERCY|LABADT|MERCY|202411081215||ACK^A01|MSG00002|P|2.4\rMSA|AA|MSG00001",
        "OBX|1|NM|2345-7^Glucose^LN||182|mg/dL|70-99|H|||F\nOBX|2|ST|630-4^Culture^LN||No growth||||||F",
        "PID|PPID|USER|COMMAND\n1234|1|root|nginx", "PID|1234|root|5012|nginx", "| PID | PV1 | OBR |\n|---|---|---|\n| 1 | 2 | 3 |",
        "order: PID|PV1|OBX|NTE", "RAPID|1||10006579||OKAFOR^MARLENE", "a grammar: PID | NK1 | '^' NUMBER",
        "Set PID-5 to family^given and leave PID-19 empty.", "DG1|1|I10|401.9^HYPERTENSION^I9||20240101|A",
        "PID|||||||||||||||||||", 'PID|1||""||""||""|U',
    ],
)  # fmt: skip
def test_what_holds_no_person_stays(text):
    """Acknowledgements, results, columns of a process list, a segment's grammar: nothing goes."""
    assert not list(hl7.finds(text))
    assert not REDACTOR.find(text)


def test_a_redacted_message_stays_as_it_is():
    """A placeholder is no name: a second reading changes nothing."""
    once = REDACTOR.redact(ADMISSION).value
    assert "OKAFOR" not in once
    assert once.count("|") == ADMISSION.count("|")
    assert not REDACTOR.find(once)


def test_a_segment_is_read_up_to_its_bound():
    """What a segment without an end costs is bounded, and its first fields are read all the same."""
    text = "PID|1||10006579^^^MERCY^MR||OKAFOR^MARLENE|||" + "x^y " * 5_000
    assert {text[h.start : h.end] for h in hl7.finds(text)} == {"10006579", "OKAFOR^MARLENE"}
    assert list(hl7.finds("PID|" * 20_000)) == []


RESOURCE = {
    "resourceType": "Patient",
    "identifier": [
        {"system": "urn:oid:1.2.36.146", "type": {"coding": [{"code": "MR"}]}, "value": "12345678"},
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "219094417"},
    ],
    "name": [{"use": "official", "family": "Halvorsen", "given": ["Petra", "Linn"]}, {"text": "Petra Halvorsen"}],
    "birthDate": "1974-12-25",
    "address": [{"line": ["534 Erewhon St"], "city": "Pleasantville", "postalCode": "3999"}],
    "generalPractitioner": [{"reference": "Practitioner/p88120", "display": "Adam Gustafson"}],
}  # fmt: skip
IN_RESOURCE = {
    "12345678": "MEDICAL_RECORD_NUMBER", "219094417": "US_SSN", "Halvorsen": "PERSON", "Petra": "PERSON", "Linn": "PERSON",
    "Petra Halvorsen": "PERSON", "1974-12-25": "DATE_OF_BIRTH", "534 Erewhon St": "STREET_ADDRESS", "Pleasantville": "LOCATION",
    "p88120": "EMPLOYEE_ID", "Adam Gustafson": "PERSON",
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_each_element_of_a_resource_says_what_its_value_is(indent):
    """Names in parts, identifiers by system, what a reference shows, the town of an address."""
    values = found(json.dumps(RESOURCE, indent=indent))
    assert {v: values.get(v) for v in IN_RESOURCE} == IN_RESOURCE


@pytest.mark.parametrize(
    "text",
    [
        '{"font": {"family": "Inter", "size": 12}}', '{"name": {"text": "Save"}, "action": "submit"}',
        '{"resourceType": "Observation", "code": {"coding": [{"code": "8867-4", "display": "Heart rate"}]}, "valueQuantity": {"value": 80}}',
        '{"identifier": {"value": "8812044"}}', '{"reference": "Organization/4412", "display": "Mercy"}',
        '{"identifier": [{"system": "urn:x"}], "options": [{"value": "option 12"}]}', '{"reference": "Patient/example"}',
        '{"given": ["a", "b"], "then": "c"}', '{"class": [{"type": "btn", "value": "btn-1234"}], "display": "Block"}',
    ],
)  # fmt: skip
def test_elements_that_name_nobody_stay(text):
    """Fonts, buttons, codes of a terminology, references to things: the same keys, no person."""
    assert not list(fhir.finds(text))


def test_many_heads_cost_no_more_than_one():
    """A segment ends where the next one begins, on its line or not: what is read is read once."""
    two = "PID|1||10006579^^^M||OKAFOR^ADA NK1|1|OKAFOR^DAN"
    assert {two[h.start : h.end] for h in hl7.finds(two)} == {
        "10006579", "OKAFOR^ADA", "OKAFOR^DAN",
    }  # fmt: skip
    begun = time.process_time()
    list(hl7.finds("PID|1||a^b " * 9_000))
    assert time.process_time() - begun < 2
