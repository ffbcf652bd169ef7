"""Numbers of cases in English: a court's, the police's, an insurer's: `Crime ref 01/489632/24`, `Our file AZ 2024/18-442`. Pure.

Other languages name them in the files of their countries. A ticket of a help desk, an order and a
version have numbers, too: only a word of courts, police, insurers and lawyers says that it is a case,
and a bare one only before a form that has letters or a year and a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_NO = r"(?:[ _-]?(?:number|numbers|num|no|nr|ref|reference|id)(?![a-z])\.?|[ ]?#)"
# what says it by itself, and what needs a word for a number or a form of its own
_SURE = (
    r"crime (?:ref(?:erence)?|number|no)(?![a-z])\.?|cad (?:ref(?:erence)?|number|no)(?![a-z])\.?|(?:incident|accident|police|crash|theft|arrest|offen[cs]e|fnol)[ -](?:report|rept|rpt)(?:"
    + _NO
    + r")?|(?:docket|warrant|citation|summons|petition|complaint|indictment|judgment|probate|garnishment|tribunal|ombudsman|arbitration|mediation|inquest|booking|custody|inmate|parole|bail)"
    + _NO
    + r"|garnishment|(?:wage|injury|insurance|compensation|workers'? comp(?:ensation)?|wc|damage|accident|theft|small) claim(?:"
    + _NO
    + r")?|(?:charge|cause|suit|lawsuit|court|lpa|claim|claims|a-file|uscis|pir)"
    + _NO
    + r"|(?:our|your|their|my|court|police|solicitor'?s?|client|claims?) (?:file|ref(?:erence)?)(?:"
    + _NO
    + r")?"
)
_BARE = rf"(?:case|claim|charge|matter|booking|pir|auth|authorization|incident|file|index|receipt|loss|appeal|investigation|proceeding)(?:{_NO})?"
_LABEL = re.compile(rf"(?:(?P<sure>{_SURE})|{_BARE})(?![^\W_])")
_HEADS = Heads((
    "crime", "cad ", "incident", "accident", "police", "crash", "theft", "arrest", "offence", "offense", "fnol", "docket", "warrant", "citation", "summons", "petition", "complaint", "indictment", "judgment", "probate", "garnishment", "tribunal", "ombudsman", "arbitration", "mediation", "inquest", "booking", "custody", "inmate", "parole", "bail", "wage claim", "injury claim", "insurance claim", "compensation claim", "workers", "wc claim", "damage claim", "small claim", "charge", "cause", "matter", "index", "suit", "lawsuit", "court", "lpa ", "claim", "case", "file", "investigation", "proceeding", "appeal", "loss", "a-file", "uscis", "receipt", "pir", "our file", "our ref", "your file", "your ref", "their file", "their ref", "my file", "my ref", "solicitor", "client file", "client ref", "auth",
))  # fmt: skip
_SIGN = re.compile(r"[\"'`\])]{0,2}[ ]?(?:(?:is|was)[ ])?[:=#-]{0,2}[ ]{0,2}[\"'`#]?")
_DAY = r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9])|(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])|[0-9]{1,2}-[A-Z]{3}-(?:19|20)?[0-9]{2}(?![0-9]))"
_END = r"(?![\w@]|[./:-][A-Za-z0-9])"
# letters and digits in groups, three digits at least; or many digits
_VALUE = re.compile(
    rf"{_DAY}(?:(?=[A-Za-z ./:-]{{0,12}}(?:[0-9][A-Z ./:-]{{0,6}}){{3}})(?:[A-Z]{{1,5}}[ ])?[A-Z0-9]{{1,12}}(?:[./:-][A-Za-z0-9]{{1,12}}){{1,5}}|[A-Z]{{1,5}}[0-9]{{4,12}}[A-Z]?|[0-9]{{5,14}}[A-Z]?){_END}"
)
# a form that little else has: letters, then a year or a count in groups, or the other way round
_FORM = re.compile(
    rf"{_DAY}(?:[A-Z]{{1,5}}[ -]?(?:[0-9]{{2}}|(?:19|20)[0-9]{{2}})[-/][0-9]{{3,8}}(?:-[0-9A-Z]{{1,3}})?|[A-Z]{{2,5}}-[0-9]{{2,4}}-[0-9]{{3,8}}|[A-Z]{{1,5}}[0-9]{{2}}(?:[0-9]{{2}})?-[0-9]{{4,8}}|[0-9]{{4,8}}/(?:19|20)[0-9]{{2}}|[A-Z]{{1,3}}[0-9]{{6,12}}(?:-[0-9])?|[0-9]{{2,4}}-[A-Z]{{1,5}}-[0-9]{{3,8}}|[0-9]{{2}}-[0-9]{{4}}-[0-9]{{2}}[A-Z]|[A-Z]{{2,5}}-[0-9]{{6,10}}|[A-Z]{{3}}[A-Z]{{2}}[0-9]{{5}}){_END}"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers right behind their label."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        label = _LABEL.match(lower, at)
        if label is None:
            continue
        sign = _SIGN.match(text, label.end())
        start = label.end() if sign is None else sign.end()
        value = (_VALUE if label["sure"] is not None else _FORM).match(text, start)
        if value is not None and (start > label.end() or lower[start - 1] == "#"):
            # a note of a clinic knows better what a bare word's number is
            score = 0.5 if label["sure"] is not None else 0.45
            yield Hit(*value.span(), "CASE_NUMBER", score, "case", "label case")
