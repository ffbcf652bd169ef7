"""Elements of FHIR resources as JSON: names in parts, identifiers, what a reference shows. Pure.

`family` beside `given`, `value` in an `identifier`, `display` of a reference to a person: the
element says what its value is, and another element near it says that this is FHIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit

_NEAR = 200  # characters to the element that says what this one is: a stream sees as far
_SCORE = 0.6
_KEYS = ('"family"', '"given"', '"identifier"', '"reference"', '"display"', '"birthDate"', '"telecom"')  # fmt: skip
_PAIR = re.compile(
    r'"(family|text|display|reference|value|city)"\s{0,4}:\s{0,4}"([^"\\\n]{1,100})"'
)
_LIST = re.compile(
    r'"given"\s{0,4}:\s{0,4}(?:\[((?:\s{0,12},?\s{0,12}"[^"\\\n]{1,40}"){1,4})|("[^"\\\n]{1,40}"))'
)
_STRING = re.compile(r'"([^"]+)"')
_PEOPLE = "Patient|Practitioner|RelatedPerson|Person"
_POINTS = re.compile(rf"(?:^|/)({_PEOPLE})/(?=[^0-9]{{0,30}}[0-9])([A-Za-z0-9.-]{{3,64}})$")
_TO_PERSON = re.compile(rf'"reference"\s{{0,4}}:\s{{0,4}}"[^"]{{0,60}}\b(?:{_PEOPLE})/')
# an element that refers to a person, and what stands in it up to the value
_WHO = re.compile(
    r'"(?:subject|patient|beneficiary|subscriber|policyHolder|performer|author|practitioner|requester|recorder|asserter|generalPractitioner|individual|actor|attester|sender'
    r'|recipient|informant|collector|provider|careManager|responsible)"\s{0,4}:\s{0,4}[\[{\s]{1,20}[^{}\[\]]{0,120}$'
)
_NAMED = re.compile(r'"(name)"\s{0,4}:\s{0,4}[\[{]')
# what a resource of a person has beside a name
_OF_PERSON = re.compile(
    r'"(?:resourceType|telecom|birthDate|gender|relationship|family|patient|managingOrganization|qualification|address)"\s{0,4}:'
)
_IDENTIFIER = re.compile(r'"(identifier|class)"\s{0,4}:\s{0,4}[\[{]')
_SYSTEM = re.compile(r'"(?:system|type|assigner)"\s{0,4}:')
_COVERAGE = re.compile(r'"(?:subscriberId|beneficiary|payor|policyHolder|Coverage)"')
_NUMBER = re.compile(r"(?=[^0-9]{0,20}[0-9])[\w./ -]{4,40}")
_NAME = re.compile(r"[^\W\d_][\w'’. ,-]*")
_KINDS = (
    ("us-npi", "US_NPI"), ('"NPI"', "US_NPI"), ("us-ssn", "US_SSN"), ('"SS"', "US_SSN"), ('"DL"', "US_DRIVER_LICENSE"), ('"PPN"', "PASSPORT"),
    ('"MB"', "MEMBER_ID"), ('"SN"', "MEMBER_ID"), ('"MC"', "US_MBI"), ("us-mbi", "US_MBI"), ('"EI"', "EMPLOYEE_ID"),
)  # fmt: skip


def finds(text: str) -> Iterator[Hit]:
    """Yield the names, identifiers and towns of FHIR's elements."""
    if '"' not in text or not any(key in text for key in _KEYS):
        return
    for match in _PAIR.finditer(text):
        kind = _kind(text, match)
        if kind:
            start = match.end() - 1 - len(match[2].rpartition("/")[2] if match[1] == "reference" else match[2])  # fmt: skip
            yield _hit(start, match.end() - 1, kind)
    for match in _LIST.finditer(text):
        if '"family"' in text[max(0, match.start() - _NEAR) : match.start() + _NEAR]:
            for one in _STRING.finditer(text, *match.span(match.lastindex or 0)):
                yield _hit(*one.span(1), "PERSON")


def _hit(start: int, end: int, kind: str) -> Hit:
    return Hit(start, end, kind, _SCORE, "fhir", "position")


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - _NEAR) : match.end() + _NEAR]


def _kind(text: str, match: re.Match[str]) -> str:
    """Return what the value of an element is; nothing where that is no person's."""
    key, value = match[1], match[2]
    before = text[max(0, match.start() - _NEAR) : match.start()]
    if key == "reference":
        points = _POINTS.search(value)
        return "" if points is None else "EMPLOYEE_ID" if points[1] == "Practitioner" else "MEDICAL_RECORD_NUMBER"  # fmt: skip
    if key == "value":
        return _identifier(text, match, before) if _NUMBER.fullmatch(value) else ""
    if _NAME.fullmatch(value) is None:
        return ""
    if key == "city":
        return "LOCATION" if re.search(r'"(?:line|postalCode)"\s{0,4}:', _around(text, match)) else ""  # fmt: skip
    if key == "family":
        return "PERSON" if '"given"' in _around(text, match) else ""
    if key == "display":
        return "PERSON" if _refers(text, match, before) else ""
    named = _opened(_NAMED, before)[1] and _OF_PERSON.search(_around(text, match))
    return "PERSON" if named else ""


def _refers(text: str, match: re.Match[str], before: str) -> bool:
    """Say whether the object that holds `match` refers to a person."""
    own = before[max(before.rfind("{"), before.rfind("}")) + 1 :]
    behind = text[match.end() : match.end() + _NEAR].partition("}")[0]
    return (
        _TO_PERSON.search(own) is not None
        or _TO_PERSON.search(behind) is not None
        or _WHO.search(before) is not None
    )


def _identifier(text: str, match: re.Match[str], before: str) -> str:
    """Return what an identifier's `value` is, by its system or the code of its type."""
    element, inside = _opened(_IDENTIFIER, before)
    if not inside:
        return ""
    behind = text[match.end() : match.end() + _NEAR].partition("}")[0]
    if element == "class":
        return "MEMBER_ID" if _COVERAGE.search(_around(text, match)) else ""
    own = inside[max(inside.rfind("},{"), inside.rfind("}, {"), 0) :] + behind
    if not _SYSTEM.search(own):
        return ""
    return next((kind for sign, kind in _KINDS if sign in own), "MEDICAL_RECORD_NUMBER")


def _opened(pattern: re.Pattern[str], before: str) -> tuple[str, str]:
    """Return the last element that `pattern` begins and what stands in it; nothing where it is closed."""
    found = list(pattern.finditer(before))
    if not found:
        return "", ""
    inside = before[found[-1].end() - 1 :]
    depth = 0
    for char in inside:
        depth += (char in "[{") - (char in "]}")
        if depth <= 0:
            return "", ""
    return found[-1][1], inside
