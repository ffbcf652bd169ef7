"""Numbers of cases in English: a court's, the police's, an insurer's: `Crime ref 01/489632/24`, `Our file AZ 2024/18-442`. Pure.

Other languages name them in the files of their countries. A ticket of a help desk, an order, a file
and a version have numbers, too: only a word of courts, police, insurers and lawyers says that it is a
case, and a word of every day only before a form that little else has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_NO = r"(?:[ _-]?(?:number|numbers|num|no|nr|ref|reference|id)(?![a-z])\.?|[ ]?#)"
# what says it by itself
_SURE = (
    rf"(?:crime|cad)[ ](?:ref(?:erence)?|number|no)(?![a-z])\.?|(?:incident|accident|police|theft|arrest|offen[cs]e|fnol)[ -](?:report|rept|rpt)(?:{_NO})?"
    rf"|(?:docket|warrant|citation|summons|petition|indictment|probate|garnishment|tribunal|ombudsman|arbitration|inquest|custody|inmate|parole|bail|charge|cause|suit|lawsuit|court|lpa|claim|claims|a-file|uscis|pir){_NO}"
    rf"|garnishment|(?:wage|injury|insurance|compensation|workers'? comp(?:ensation)?|wc|accident|theft) claim(?:{_NO})?"
    rf"|(?:our|your|their|my) ref(?:erence)?(?:{_NO})?|(?:court|police|solicitor'?s?|claims?) (?:file|ref(?:erence)?)(?:{_NO})?|our file(?:{_NO})?"
)
# what is much else, too: only before a form, and `case` only where a sentence begins
_BARE = rf"(?:claim|booking|pir)(?:{_NO})?|(?P<begins>case)(?![ _-]?(?:number|no|#))|(?:case|charge|matter|file|index|receipt|loss|appeal|investigation|proceeding){_NO}"
_LABEL = re.compile(rf"(?:(?P<sure>{_SURE})|{_BARE})(?![^\W_])")
_HEADS = Heads((
    "crime", "cad ", "incident", "accident", "police", "theft", "arrest", "offence", "offense", "fnol", "docket", "warrant", "citation", "summons", "petition", "indictment", "probate", "garnishment", "tribunal", "ombudsman", "arbitration", "inquest", "booking", "custody", "inmate", "parole", "bail", "wage claim", "injury claim", "insurance claim", "compensation claim", "workers", "wc claim", "charge", "cause", "matter", "index", "suit", "lawsuit", "court", "lpa ", "claim", "case", "file", "investigation", "proceeding", "appeal", "loss", "a-file", "uscis", "receipt", "pir", "our file", "our ref", "your ref", "their ref", "my ref", "solicitor",
))  # fmt: skip
# the reference of a German court or prosecutor: `Az. 12 C 448/26`
_GERMAN = re.compile(
    r"(?:az|gz)(?:\.[ ]?:?|:)[ ]?(?:(?:beim|des|der)[ ][\w.-]{2,24}[ ]){0,2}(?P<value>(?-i:(?:[0-9]{1,4}[ ])?[A-Z][A-Za-z]{0,3}[ ][0-9]{1,6}/[0-9]{2,4}(?:[ ][A-Z]{1,3}(?![A-Za-z]))?|[0-9]{1,4}[ -][A-Z][A-Za-z]{0,3}[ -][0-9]{1,6}[/.-][0-9]{2,4}|[A-Z]{1,4}-?[0-9]{2,4}[/-][0-9]{3,8}))(?![\w/-])",
    re.IGNORECASE,
)
_GERMANS = Heads(("az.", "az:", "gz.", "gz:"))
_SIGN = re.compile(r"[\"'`\])]{0,2}[ ]?(?:(?:is|was)[ ])?[:=#-]{0,2}[ ]{0,2}[\"'`#]?")
# no day, no years, no time, and none of the names of standards, weaknesses and pictures
_NONE = r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9])|(?:19|20)[0-9]{2}(?:-[0-9]{1,2}){1,2}(?![0-9])|(?:19|20)[0-9]{2}/(?:19|20)?[0-9]{2}(?![0-9/])|[0-9]{1,2}-[A-Z]{3}-(?:19|20)?[0-9]{2}(?![0-9])|[0-9]{1,2}:[0-9]{2}|(?:CVE|RFC|ISO|IEC|DIN|UTF|SHA|IMG|ERR|PR|GH|JIRA)[- ])"
_END = r"(?![\w@.]*[./:-][A-Za-z0-9]|[\w@])"
_UNITS = r"(?![ ]?(?:[€$£%]|euros?|eur|usd|gbp|dollars?|pounds?|people|rows|lines|times|pages|km|kb|mb|gb)(?![a-z]))"
# letters and digits in groups, or five digits in groups; or many digits
_VALUE = re.compile(
    rf"{_NONE}(?:(?=[0-9 /:-]{{0,16}}[A-Z]|(?:[/:-]?[0-9]){{5}})(?=[A-Za-z ./:-]{{0,12}}(?:[0-9][A-Z ./:-]{{0,6}}){{3}})(?:[A-Z]{{1,5}}[ ])?[A-Z0-9]{{1,12}}(?:[/:-][A-Za-z0-9]{{1,12}}){{1,5}}|[A-Z]{{1,5}}[0-9]{{4,12}}[A-Z]?|[0-9]{{5,14}}[A-Z]?){_END}{_UNITS}"
)
# letters, then a year or a count in groups, or the other way round
_FORM = re.compile(
    rf"{_NONE}(?:[A-Z]{{1,5}}[ -]?(?:[0-9]{{2}}|(?:19|20)[0-9]{{2}})[-/][0-9]{{3,8}}(?:-[0-9A-Z]{{1,3}})?|[A-Z]{{2,5}}-[0-9]{{2,4}}-[0-9]{{3,8}}|[A-Z]{{1,5}}[0-9]{{2}}(?:[0-9]{{2}})?-[0-9]{{4,8}}|[0-9]{{5,8}}/(?:19|20)[0-9]{{2}}|[A-Z]{{1,3}}[0-9]{{6,12}}(?:-[0-9])?|[0-9]{{2,4}}-[A-Z]{{1,5}}-[0-9]{{3,8}}|[0-9]{{2}}-[0-9]{{4}}-[0-9]{{2}}[A-Z]|[A-Z]{{2,5}}-[0-9]{{6,10}}|[A-Z]{{5}}[0-9]{{5}}){_END}"
)
_BEGINNING = re.compile(r"(?:^|[\n(]|[.:!?][ ]|re:?[ ])$", re.IGNORECASE)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers right behind their label."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        label = _LABEL.match(lower, at)
        if label is None or (
            label["begins"] and _BEGINNING.search(text, max(0, at - 4), at) is None
        ):
            continue
        sign = _SIGN.match(text, label.end())
        start = label.end() if sign is None else sign.end()
        value = (_VALUE if label["sure"] is not None else _FORM).match(text, start)
        if label["begins"] and value is not None and text[value.end() : value.end() + 1] == ":":
            continue  # a branch of a program
        if value is not None and (start > label.end() or lower[start - 1] == "#"):
            # a note of a clinic knows better what a bare word's number is
            score = 0.5 if label["sure"] is not None else 0.45
            yield Hit(*value.span(), "CASE_NUMBER", score, "case", "label case")
    for at in _GERMANS.places(lower):
        found = _GERMAN.match(text, at)
        if found is not None:
            yield Hit(*found.span("value"), "CASE_NUMBER", 0.6, "case", "label case")
