"""Short labels of hospitals and insurers right before a number that is grouped as a phone's. Pure.

`Acc# 415-555-0132`: such words are too short to announce anything else, but what touches a number
says more about it than how its digits are grouped.
"""

from __future__ import annotations

import re

_NO = r"\.?[ ]?(?:number|num|no\.?|id|#)"
_LABEL = re.compile(
    rf"(?<!\w)(?:(?P<record>(?:m\.?r|ur|urn|m\.r\.n|chart|accession|acc|encounter|enc|specimen|fin|har|csn)\.?(?:{_NO})?|(?:record|rx|auth|authorization|referral|requisition|req|study|emr|ehr){_NO})"
    rf"|(?:mem|mbr|pol|grp|group|sub|ins|cert|certificate|plan|coverage|payer|rxgrp|rxid){_NO}|rxgrp|rxid)[:= (\[]{{1,3}}$",
    re.IGNORECASE,
)
_SIGNS = ":= ([."
_ENDS = (
    "number", "num", "no", "id", "#", "mr", "m.r", "m.r.n", "ur", "urn", "chart", "accession", "acc", "encounter", "enc", "specimen",
    "fin", "har", "csn", "rxgrp",
)  # fmt: skip
_REACH = 24  # characters of the longest of them with its sign


def entity_of(text: str, start: int) -> str:
    """Return the type that a label which ends at `start` gives; nothing where none does."""
    before = text[max(0, start - _REACH) : start]
    if not before.rstrip(_SIGNS).lower().endswith(_ENDS):
        return ""
    label = _LABEL.search(before)
    if label is None:
        return ""
    return "MEMBER_ID" if label["record"] is None else "MEDICAL_RECORD_NUMBER"
