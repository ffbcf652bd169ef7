"""Identifiers of letters and digits that an English label announces. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.asked import answer
from stageflow_guard.redaction.recognizers.generic.dates import DATE, plausible
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_NO = r"(?:[ _-]?(?:number|no|id)(?![A-Za-z])|[ ]?#)"
_LABELS: dict[str, str] = {
    "MEDICAL_RECORD_NUMBER": rf"mrn|medical[ _-]?record(?:[ _-]?(?:number|no)|[ ]?#)?|med\.?[ ]rec\.?(?:[ ](?:number|no)|[ ]?#)|mr[ ]no\b|(?:patient|pat|pt|chart|hospital|encounter|accession|specimen|visit|admission|rx|prescription|requisition|(?:health|unit|patient)[ ]record|x){_NO}"
    r"|hosp\.?(?:[ ](?:no|num)|[ ]?#)|(?:mr|enc|fin|har)[ ]?#(?=[: ]{0,2}[A-Z]{0,3}[0-9-]{6})|ch[ ]?#(?=[: ]{0,2}[A-Z]{0,3}[0-9-]{4})|(?-i:HAR|FIN|EMPI)(?=[ :]{1,2}[0-9]{6,12}(?![0-9.]))|chart(?=[ ]?:[ ]?[A-Z]{0,4}-?[0-9]{3,9}(?![\w%]))|csn|(?:encounter|accession|chart)(?=[ ]{1,2}(?:[0-9]{7}|[A-Z]{1,3}-?[0-9]{5}|[0-9]{4,8}-[0-9]{3}))",
    "MEMBER_ID": rf"(?:member|subscriber|policy|(?<!social )(?<!national )insurance|insured|health[ _-]?plan|plan[ ]member|beneficiary|medicare|medicaid|certificate[ ]holder){_NO}|hicn|policy(?=[ ](?-i:[A-Z]{1,4})[ /-]?[0-9]{4})|insurance[ _-]?policy|group[ _-]?(?:id|number|no)|claim(?:[ _-]?(?:number|no)|[ ]?#)",
    "GROUP": r"(?:group|grp)[ ]?(?=#)",
    # only where an insurer is spoken of a little before
    "INSURED": rf"(?:sub|pol|ben|mem|insured'?s|enrollee|mbr|insd?|ins|hic|identification|contract|certificate|cert|policyholder|card){_NO}|card[ ](?:shows|reads|says)|id(?:[ _-]?(?:number|no|num))?(?=[ ]?[#:.]|[ ](?=[A-Z0-9-]{{7}})(?=[A-Z-]{{0,4}}[0-9])|[ ][A-Z]{{3}}[0-9])",
    "US_DRIVER_LICENSE": r"driver'?s?[ _-]?licen[cs]e|driving[ _-]?licen[cs]e|(?:dl|licen[cs]e)(?:[ _-]?(?:number|no)|[ ]?#)|licen[cs]e(?=[ :#]{1,3}[A-Z]-?[0-9]{3}-[0-9]{3})|dl(?=[ :#]{1,3}[A-Z]{1,2}[0-9][0-9 -]{5})",
    "PASSPORT": r"passport|travel[ _-]?document",
    "EMPLOYEE_ID": rf"(?:empl?(?:oyee)?\.?|badge|staff|personnel|tech(?:nician)?){_NO}|badge(?=[ ][A-Z]?[0-9]{{4}})|employee(?=[ ][A-Z]{{1,2}}-?[0-9]{{4}})",
    "MEDICAL_LICENSE": r"(?:medical|nursing|professional|pharmacy|state|rn|md|np)[ ]licen[cs]e(?:[ ](?:number|no))?|(?:prescriber|provider)[ ]licen[cs]e",
    "STUDENT_ID": rf"student{_NO}",
    "LICENSE_PLATE": r"licen[cs]e[ _-]?(?:plate|tag)|tag(?=[ ](?-i:[A-Z]{2,3}[ -]?[0-9]{3,4}|[0-9][A-Z]{3}[0-9]{3})(?![\w]))|rego(?=[ ])|vrm(?![a-z])|plate[ _-]?(?:number|no)|registration[ _-]?plate|number[ _-]?plate",
    "VEHICLE_ID": r"vin(?![a-z])|(?:fin|fahrgestell(?:nummer|nr\.?)|telaio|chassi(?:s(?:nummer)?)?|bastidor|châssis)(?=[ ]?(?:n[.°º]{1,2}|nr\.?)?[ ]?[:.]?[ ]?(?-i:[A-HJ-NPR-Z0-9]{17})(?![A-Za-z0-9]))|vehicle[ _-]?identification(?:[ _-]?number)?",
    "CASE_NUMBER": r"docket[ _-]?(?:number|no)|case[ _-]?(?:number|no)|cause[ _-]?(?:number|no)",
    "BANK_ACCOUNT_NUMBER": r"account(?:[ _-]?(?:number|no)|[ ]?#(?=[: ]{0,2}[A-Z]{0,3}[0-9]{5}))|acct[ _-]?(?:number|no)?",
    "USERNAME": r"user[ _-]?name|login[ _-]?(?:name|id)|db[ _-]?user|create user|user(?= ?:=)|screen[ _-]?name|user[ _-]?id",
}  # fmt: skip
_OUT = {"BANK_ACCOUNT_NUMBER": "US_BANK_NUMBER", "GROUP": "MEMBER_ID", "INSURED": "MEMBER_ID"}
_INSURED = Heads((
    "insur", "policy", "member", "subscriber", "enrollee", "coverage", "health plan", "medicare", "medicaid", "eob", "copay", "co-pay", "deductible", "payer", "payor", "rxbin", "rxgrp", "rxpcn", "claim", "ins:", "ins card", "medi-cal", "hmo", "ppo", "elig", "sponsor", "insurer", "aetna", "bcbs",
    "blue cross", "blue shield", "cigna", "humana", "unitedhealth", "uhc", "anthem", "kaiser", "tricare", "molina", "centene", "cert #",
))  # fmt: skip
_INSURED_WITHIN = 100
_SCORES = {"USERNAME": 0.4, "CASE_NUMBER": 0.36, "MEDICAL_RECORD_NUMBER": 0.7}
_LABELLED = re.compile(
    "|".join(rf"(?P<{name}>(?<![A-Za-z])(?:{words}))" for name, words in _LABELS.items()),
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"[\"'\])]{0,2}\.?\s?(?:(?i:#|number|no\.?|num|id|code)(?![A-Za-z]))?[\"']?\s?(?:\([^)\n]{1,20}\)\s?)?(?:(?:is|was|as|of|are)(?:\s|[ ]?:\s?)|[:=#]{1,2}|-)?\s{0,2}[\"'#]?((?=[A-Za-z0-9_./-]{0,24}[0-9])[A-Za-z0-9](?:[A-Za-z0-9_./-]{0,24}[A-Za-z0-9])?)(?![\w@])"
)
# the same up to the value, which may begin with a bracket or letters
_BEFORE = re.compile(
    r"(?:[\"'\])]{0,2}\.?\s?(?:(?i:#|number|no\.?|num|id|code)(?![A-Za-z]))?[\"']?\s?(?:(?:is|was|as|of|are)(?:\s|[ ]?:\s?)|[:=#]{1,2}|-)?\s{0,2}[\"'#]?)?"
)
_HEADS = Heads((
    "mrn", "med", "patient", "chart", "hosp", "encounter", "accession", "specimen", "visit", "admission", "csn", "unit record", "hicn", "member", "subscriber", "policy", "insurance", "health", "beneficiary", "group", "driv", "dl", "licen", "passport",
    "travel", "emp", "claim", "insured", "plan member", "certificate", "rx", "prescription", "requisition", "badge", "staff", "personnel", "student", "plate", "tag ", "rego ", "vrm", "registration", "number", "vin", "fin", "fahrgestell", "telaio", "chassi", "bastidor", "châssis", "vehicle", "docket", "case", "cause", "account", "acct", "user",
    "login", "db", "screen", "x-no", "x no", "pt id", "pt_id", "pt-id", "pat_id", "pt no", "pt number", "mr no", "pat id", "pat no", "pat number", "tech id", "tech no", "har ", "har:", "fin ", "fin:", "empi", "technician", "nursing lic", "professional lic", "state lic", "rn lic", "md lic", "np lic", "pharmacy lic", "prescriber lic", "provider lic",
    "grp", "pt#", "pt #", "mr#", "mr #", "pat#", "pat #", "enc#", "enc #", "fin#", "fin #", "har#", "har #", "tech #", "tech#",
))  # fmt: skip
# of an insurer only
_INSURED_HEADS = Heads(("sub#", "sub no", "pol#", "pol #", "pol no", "ben no", "mem no", "mem #", "mem#", "mem id", "sub id", "sub #", "enrollee", "mbr", "ins id", "ins no", "ins #", "ins. id", "insd", "hic", "identification", "contract", "cert ", "cert#", "certificate", "policyholder", "card ", "id:", "id no", "id num", "id #", "id#", "id "))  # fmt: skip
# a record's number in groups; a year or a part of something longer is none
_GROUPED = re.compile(r"(?:[ ](?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{3,6}){1,3}(?![\w./:%-]|[ ][0-9])")
_IN_GROUPS = frozenset({"MEDICAL_RECORD_NUMBER", "MEMBER_ID", "INSURED", "EMPLOYEE_ID", "US_DRIVER_LICENSE", "PASSPORT"})  # fmt: skip
_OF_INSURERS = frozenset({"GROUP", "INSURED"})
# a number as a card, a band or a switchboard writes it: letters in front, groups, brackets
_WRITTEN = re.compile(
    r"(?:[A-Z]{1,4}[ /-]?)?(?:\([0-9]{2,5}\)[ ]?|\+?[0-9]{1,6}(?=[ ./-])[ ./-])(?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{2,8}(?:[ ./-][0-9]{2,8}){0,3}(?:[ -][0-9])?(?:[-/][A-Z]{1,2}(?!\w))?(?![\w/%-]|[.,:][0-9]|[ ][0-9])"
)
# what counts years, doses or a sex is the next value
_MEASURED = re.compile(
    r"(?i)[ -]?(?:y\.?/?o|y(?:ea)?rs?|y|m[lg]|mcg|units?|k?g|h|hrs?|%|[mf])(?!\w)"
)
_LAST_GROUP = re.compile(r"[ ][0-9]{1,3}$")
_LEAST, _MOST = 6, 15  # digits
# right behind its label: surer than any grouping that phones or tax numbers have
_ADJACENT = 0.8
_DAY = re.compile(rf"(?i){DATE}$")
_PHRASE = re.compile(
    r"(?i)^(?:19|20)[0-9]{2}$|^[0-9]{1,3}$|^v[0-9]{1,3}(?:[._-]|$)|^[0-9]+(?:st|nd|rd|th)$|^0x"
)


_PACKAGE = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)+")


def labelled(text: str) -> Iterator[Hit]:
    """Yield identifiers right behind their label; the value holds a digit."""
    reached = 0
    lower = lowered(text)
    places = _HEADS.places(lower)
    insurers = _INSURED.places(lower)
    if insurers:
        places = sorted({*places, *_INSURED_HEADS.places(lower)})
    for at in places:
        if at < reached:
            continue
        match = _LABELLED.match(text, at)
        if match is None:
            continue
        reached = match.end()
        name = match.lastgroup or ""
        if name in _OF_INSURERS and not _before(insurers, at):
            reached = at
            continue
        value = _VALUE.match(text, match.end()) or answer(_VALUE, text, match.end())
        if name in _IN_GROUPS:
            start, end = _in_groups(text, match.end(), value)
            if end:
                yield _hit(name, start, end, _ADJACENT)
                continue
        if value is None or len(value[1]) < 5 or _PHRASE.match(value[1]) or (
            _DAY.match(value[1]) and plausible(value[1])
        ):  # fmt: skip
            continue
        if name == "MEMBER_ID" and _PACKAGE.fullmatch(value[1]) is not None:
            continue  # `<groupId>org.slf4j</groupId>`
        if name == "USERNAME" and (not any(c.isalpha() for c in value[1]) or "/" in value[1]):
            continue
        end, score = value.end(1), _SCORES.get(name, 0.55)
        if name in _IN_GROUPS and value[1].isdigit():
            groups = _GROUPED.match(text, end)
            if groups is not None and len(value[1]) + len(groups[0].replace(" ", "")) <= 14 and (
                _MEASURED.match(text, groups.end()) is None
            ):  # fmt: skip
                end = groups.end()
            score = _ADJACENT if len(value[1]) >= _LEAST else score
        yield _hit(name, value.start(1), end, score)


def _before(places: Sequence[int], at: int) -> bool:
    """Say whether one of `places`, which are in order, is a little before `at`."""
    first = bisect_left(places, at - _INSURED_WITHIN)
    return first < len(places) and places[first] < at


def _hit(name: str, start: int, end: int, score: float) -> Hit:
    why = f"label {name.lower()}"
    return Hit(start, end, _OUT.get(name, name), score, "labelled identifier", why)


def _in_groups(text: str, at: int, value: re.Match[str] | None) -> tuple[int, int]:
    """Return where a number in groups stands behind a label that ends at `at`; its end is 0 for none."""
    sign = _BEFORE.match(text, at)
    start = sign.end() if sign is not None else at
    end = _written(text, start)
    if end or value is None:
        return start, end
    return value.start(1), _written(text, value.start(1))


def _written(text: str, at: int) -> int:
    """Return where a number in groups ends that begins at `at`; 0 where none does."""
    found = _WRITTEN.match(text, at)
    if found is None or _DAY.match(found[0]):
        return 0
    end = found.end()
    while _MEASURED.match(text, end):
        last = _LAST_GROUP.search(text, at, end)
        if last is None:
            return 0
        end = last.start()
    value = text[at:end]
    day = _DAY.match(value)
    digits = sum(map(str.isdigit, value))
    return end if _LEAST <= digits <= _MOST and day is None else 0
