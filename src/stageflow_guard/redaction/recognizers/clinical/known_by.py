"""Names right beside what somebody is known by: a record's number, an age, letters of a profession. Pure.

A line of a front desk or a banner is too short to say that it is a clinic's. `Dominic Faro, chart
F-00812`, `Whitcomb, Dale (10442987)`, `Haruki Mori 59 yo M`, `Amara Osei, DO` say who it is anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.clinical.clinic_words import COMPANIES, NO_NAME
from stageflow_guard.redaction.recognizers.hit import Hit

_ONE = r"(?:[^\W\d_a-z]\.[ ]?){0,2}[^\W\d_a-z][^\W\d_A-Z][\w'’-]{0,24}"
_SMALL = r"(?:(?:de|da|di|van|von|der|den|del|la|le|bin|al|el|dos|du)[ ]){0,2}"
_LOUD = r"[^\W\d_a-z]{2,24}(?:['’-][^\W\d_a-z]{2,24})?"
_NAME = rf"(?:{_ONE}(?:[ ]{_SMALL}(?:{_ONE}|[A-Z](?=[ ][^\W\d_a-z]))){{1,2}}|{_LOUD}(?:[ ]{_LOUD}){{1,2}})"
_TURNED = rf"(?:{_ONE}|{_LOUD})(?:[ ](?:{_ONE}|{_LOUD}))?,[ ]?(?:{_ONE}|{_LOUD})(?:[ ](?:[A-Z]\.?(?!\w)|{_ONE}))?"
_WHO = rf"(?<![\w'’.-])(?P<who>{_TURNED}|{_NAME})"
_LABEL = r"(?i:mrn|mr[ ]?#|med(?:ical)?[ ]rec(?:ord)?|chart|csn|fin|har|acct|pt|pat|patient|member|subscriber|enrollee|hosp(?:ital)?|nhs|medicare|medicaid)"
_NO = r"(?:[ ]?(?i:no|number|num|id)\.?)?[ ]?[:#]{0,2}[ ]{0,2}"
# \x1e: what was found before, in a view of prose
_RECORD = r"(?:\x1e|(?=[A-Z]{0,4}[ -]?[0-9])[A-Z0-9][A-Z0-9 -]{3,16}(?![\w/]))"
# Dominic Faro, chart F-00812; NGUYEN, LINH (MRN 4471120)
_BEFORE = re.compile(rf"{_WHO}[ ]?[,|:;–-]?[ ]{{0,3}}\(?{_LABEL}{_NO}(?={_RECORD}|\()")
_BORN = re.compile(rf"{_WHO}[ ]?[,|:;–-]?[ ]{{0,3}}\(?(?i:dob|d\.o\.b\.?)[ ]?[:]?[ ]?(?=[0-9\x1e])")
# chart #11902 Wanda Kreps
_BEHIND = re.compile(
    rf"(?<![\w]){_LABEL}{_NO}(?:\x1e{{1,40}}|[A-Z]{{0,4}}-?[0-9]{{4,10}}(?:-[0-9]{{1,4}})?)[ ]?[,|:;–-]?[ ]{{1,3}}(?P<who>{_TURNED}|{_NAME})(?![\w])"
)
# Whitcomb, Dale R (10442987)
_NUMBERED = re.compile(rf"(?<![\w'’.-])(?P<who>{_TURNED})[ ]\(#?(?P<number>[0-9]{{6,10}})\)")
# Haruki Mori 59 yo M, Roscoe Tillman (58 y M)
_AGED = re.compile(
    rf"{_WHO}(?:,?[ ]\(?|[ ]?\|[ ]?)[0-9]{{1,3}}[ -]?(?i:y\.?/?o\.?|yrs?|y|years?[- ]old)(?:[ ,]{{0,2}}(?:[MF]|(?i:male|female|man|woman|boy|girl)))?(?!\w)"
)
_SEXED = re.compile(r"(?<![\w.,$€£-])(?:[1-9][0-9]|1[01][0-9])[MF](?![\w%/-])")

_CLEAR = r"M\.D\.|D\.O\.|RN|NP-C|FNP|FNP-C|FNP-BC|AGNP|AGACNP|PMHNP|WHNP|CRNP|ARNP|APRN|PA-C|LPN|LVN|CRNA|CNM|RDN|DPT|OTR/L|OTR|OTD|CCC-SLP|LCSW|LICSW|LMSW|MSW|LPC|LMHC|LMFT|BCBA|DDS|DMD|RDH|PharmD|R\.?Ph\.?|CPhT|Ph\.?D\.?|DNP|FACC|FACS|FAAP|FACP|FACOG|FRCP|FRCS|FRCA|FRCR|MRCP|MRCGP|MRCS|FRACP|MBBS|MBChB|CGC|MPH|RRT|RDMS|CWOCN|CHPN|CCRN|BSN|MSN|CNA|EMT-P|PsyD|DPM|AuD|RHIA|RHIT|CPC|RGN|CDCES|CPA|Esq\.?|J\.?D\.?|Ed\.?D\.?"
_STATES_TOO = r"MD|DO|PA|NP|MS|OD|DC|RT|PT|OT"  # letters of a state, or of much else
# Gwendolyn Pratt, FNP-BC; S. Rao, MD
_LETTERS = re.compile(
    rf"(?<![\w'’.-])(?P<who>{_NAME}|(?:[A-Z]\.[ ]?){{1,2}}{_ONE})(?:,[ ](?:(?P<clear>{_CLEAR})|(?P<state>{_STATES_TOO}))|[ ](?P<bare>{_CLEAR}))(?![\w'’])(?![ ,]{{1,2}}[0-9]{{5}}(?![0-9/]))"
)
_PLACED = re.compile(
    r"(?i)(?:^|[\s(])(?:in|at|from|near|of|to|for|city|town|location|address)[:, ]{1,2}$"
)
_PLACES = frozenset(
    [
        "Spring",
        "City",
        "Park",
        "Falls",
        "Beach",
        "Heights",
        "Grove",
        "Burnie",
        "Hill",
        "Hills",
        "Lake",
        "Bend",
        "Rock",
        "Rapids",
        "Creek",
        "Ridge",
        "Valley",
        "Center",
        "Centre",
        "Church",
        "Field",
        "Village",
        "Town",
        "Forest",
        "Island",
        "Bay",
        "Harbor",
        "Point",
        "Mills",
        "Bluff",
        "Springs",
        "Bluffs",
        "River",
        "Worth",
        "Orleans",
        "York",
        "Haven",
        "Church",
        "County",
        "Plains",
        "Head",
        "Run",
        "Ferry",
    ]
)
# words that begin a line of a form or a sentence
_NEVER = NO_NAME | COMPANIES | frozenset(
    ["Subscriber", "Enrollee", "Guarantor", "Legal", "Preferred", "Please", "Your", "Ins", "Caller", "Appt", "Reschedule", "Chart", "Pull", "Auth", "Card", "New", "Old", "Same", "Ref", "Status", "Type", "Notes", "Total", "Call", "Dr", "Mr", "Mrs", "Ms"]
)  # fmt: skip
_WORDS = ("mrn", "mr#", "mr #", "chart", "csn", "fin", "har", "acct", "dob", "d.o.b", "pt", "pat", "patient", "member", "subscriber", "enrollee", "hosp", "nhs", "medic")  # fmt: skip


def aged(text: str) -> list[int]:
    """Return where `71M` and its like stand: in a note, an age with a sex."""
    return [match.start() for match in _SEXED.finditer(text)]


def recognize(text: str, lower: str) -> Iterator[Hit]:
    """Yield such names, and the number in brackets behind one."""
    if present(lower, _WORDS):
        for pattern in (_BEFORE, _BORN, _BEHIND):
            for match in pattern.finditer(text):
                yield from _who(match, "name, known by a number")
    if "(" in text and "," in text:
        for match in _NUMBERED.finditer(text):
            for hit in _who(match, "name, known by a number"):
                yield hit
                yield Hit(
                    *match.span("number"),
                    "MEDICAL_RECORD_NUMBER",
                    0.66,
                    "number beside a name",
                    "label clinic",
                )
    if present(lower, ("yo", "y/o", "y.o", "yr", " y ", "year", "y)", "y,")):
        for match in _AGED.finditer(text):
            yield from _who(match, "name, known by an age")
    for match in _LETTERS.finditer(text):
        if match["state"] is not None:
            last = match["who"].rpartition(" ")[2]
            lead = text[max(0, match.start() - 12) : match.start()]
            if last in _PLACES or _PLACED.search(lead):
                continue
        yield from _who(match, "name, letters of a profession")


def _who(match: re.Match[str], rule: str) -> Iterator[Hit]:
    """Yield the name of a match without the words before it that are none."""
    start, end = match.span("who")
    words = match["who"].split(" ")
    while words and words[0].strip(".,:") in _NEVER:
        start += len(words.pop(0)) + 1
    parts = [word.strip(".,") for word in words]
    if len(words) < 2 or not _NEVER.isdisjoint(parts):
        return
    yield Hit(start, end, "PERSON", 0.42, rule, "label clinic")
