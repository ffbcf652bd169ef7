"""Health: conditions and medicines that a label, a dose or a name's ending gives away; ages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.generic.dates import DATE
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_PHRASE = r"([^\W\d_][\w'’/-]{1,30}(?:[ ](?:(?:of|the|and|with|type|stage|due|to|in)[ ]){0,2}[\w'’/-]{1,30}){0,5})"
_LABELLED = re.compile(
    rf"(?:diagnos(?:is|es)|diagnosed with|dx|primary diagnosis|assessment|impression|chief complaint|medical condition|health condition|condition|past medical history|pmh|history of|hx of|treated for|suffers from|suffering from|complain(?:s|ing|ed) of|presents with|presenting with|admitted (?:for|with)|allergies|allergic to)(?:[\"']?\s?[:=]\s?[\"']?|[ ]){_PHRASE}",
    re.IGNORECASE,
)
_HEADS = Heads((
    "diagnos", "dx", "primary diag", "assessment", "impression", "chief complaint", "medical condition", "health condition", "condition",
    "past medical", "pmh", "history of", "hx of", "treated for", "suffers", "suffering", "complain", "presents with", "presenting with",
    "admitted ", "allerg",
))  # fmt: skip
_NEEDS_SIGN = re.compile(
    r"(?i)^(?:assessment|impression|condition|dx|diagnos(?:is|es)|allergies)[\"']?\s?[:=]"
)
_BARE_WORD = re.compile(r"(?i)^(?:assessment|impression|condition|dx|diagnos(?:is|es)|allergies)\b")
_STOP = re.compile(
    r"(?i)\s(?:and|with|but|who|which|that|on|since|for|was|is|at|by|from|the|a|an|to|of|in)$"
)
_ENDINGS = (
    "pril|olol|statin|sartan|azole|mycin|cillin|formin|prazole|dipine|azepam|oxetine|aline|tidine|thiazide|semide|parin|gliptin|gliflozin|caine|dronate|triptan|cycline|floxacin"
    "|profen|codone|morphone|barbital|setron|tropin|mab|nib|vir|pam|lukast|terol|sone|solone"
)
_ENDING_LIST = tuple(_ENDINGS.split("|"))
_DRUG = re.compile(
    rf"(?<![\w])([A-Za-z]{{3,20}}(?:{_ENDINGS}))(?:[ ]([0-9]{{1,4}}(?:\.[0-9]{{1,2}})?[ ]?(?:mg|mcg|g|ml|units|iu)))?(?![\w])",
    re.IGNORECASE,
)
_DOSED = re.compile(
    r"(?<![\w])([A-Z][a-z]{3,20})[ ]([0-9]{1,4}(?:\.[0-9]{1,2})?[ ]?(?:mg|mcg|units|IU))(?![\w])"
)
_CLINIC = ("patient", "mg", "dose", "daily", "prescri", "medication", "tablet", "diagnos", "clinic", "treat", "therapy", "doctor", "nurse", "symptom", "mrn")  # fmt: skip
_INSIDE = ("npatient", "tpatient", "overdose")  # the same inside of a word
_CLINIC_HEADS = Heads(_CLINIC)
# a digit is found fast, what is before it then
_AGE = re.compile(
    r"(?i)[0-9](?:(?<![\w.].)[0-9]{0,2}(?=[- ]?(?:year|yr|y)s?[- ]?(?:old|/o)\b|[- ]y/?o\b)|(?<=(?<!\w)aged .)[0-9]{0,2}(?!\w)|(?<=(?<!\w)turned .)[0-9]?(?=[.,;!?\n]|$| (?:last|this|in|on|today|years?|yesterday)\b)|(?<=\bage: .)[0-9]{0,2}(?!\w|[.,][0-9]|%))",
    re.DOTALL,
)
_YEARS = re.compile(r"[0-9][- ]?y")  # what an age is not without: a gate that misses nothing
_EVENT = re.compile(
    rf"(?:admi(?:tted|ssion)|discharged?|visit(?:ed)?|appointment|seen|examined|diagnosed|surgery|operated|procedure|injury|accident|onset|collected|follow-?up|filed|hearing|trial|sentenced|convicted|arrested|signed|executed|effective|dated|deceased|died|death|married|hired|enrolled|encounter|service)(?:[ ]date|[ ]day)?[ ]?(?:on|:|of|is|was|dated)?[ ]{{0,2}}({DATE})(?![0-9])",
    re.IGNORECASE,
)
_EVENTS = Heads((
    "admi", "discharge", "visit", "appointment", "seen", "examined", "diagnosed", "surgery", "operated", "procedure", "injury", "accident", "onset", "collected", "follow", "filed", "hearing",
    "trial", "sentenced", "convicted", "arrested", "signed", "executed", "effective", "dated", "deceased", "died", "death", "married", "hired",
    "enrolled", "encounter", "service",
))  # fmt: skip


_NEAR = 200  # a word of the clinic within this many characters: a stream sees as far


def health(text: str) -> Iterator[Hit]:
    """Yield conditions and medicines, near a word of the clinic."""
    lower = lowered(text)
    if _CLINIC_HEADS.places(lower) or present(lower, _INSIDE):
        yield from (h for h in _health(text, lower) if _clinical(lower, h))


def events(text: str) -> Iterator[Hit]:
    """Yield ages, and dates of events in a person's life."""
    lower = lowered(text)
    yield from _ages(text, lower)
    yield from _events(text, lower)


def _clinical(lower: str, hit: Hit) -> bool:
    return present(lower[max(0, hit.start - _NEAR) : hit.end + _NEAR], _CLINIC)


def _health(text: str, lower: str) -> Iterator[Hit]:
    reached = 0
    for at in _HEADS.places(lower):
        match = _LABELLED.match(text, at) if at >= reached else None
        if match is None or (at > 0 and text[at - 1].isalpha()):
            continue
        if _BARE_WORD.match(match[0]) and not _NEEDS_SIGN.match(match[0]):
            continue
        found = match[1]
        while (stop := _STOP.search(found)) is not None:
            found = found[: stop.start()]
        if len(found) > 3:
            reached = match.end(1)
            end = match.start(1) + len(found)
            yield Hit(match.start(1), end, "HEALTH_CONDITION", 0.4, "condition", "label condition")
    for match in _drugs(text, lower):
        dose = match[2] is not None
        yield Hit(
            *match.span(),
            "MEDICATION",
            0.5 if dose else 0.36,
            "medicine",
            "dose" if dose else "ending",
        )
    for match in _DOSED.finditer(text):
        yield Hit(*match.span(), "MEDICATION", 0.45, "medicine", "dose")


_LONGEST = 32  # letters of a medicine


def _drugs(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield medicines by how they end: each ending is looked for, and its word read from the start."""
    reached, begun = 0, -1
    for at in positions(lower, _ENDING_LIST):
        begin = at
        while begin > reached and at - begin < _LONGEST and text[begin - 1].isalpha():
            begin -= 1
        match = _DRUG.match(text, begin) if begin > begun else None
        begun = begin
        if match is not None:
            reached = match.end()
            yield match


def _ages(text: str, lower: str) -> Iterator[Hit]:
    if _YEARS.search(lower) or present(lower, ("aged ", "turned ", "age: ")):
        for match in _AGE.finditer(text):
            if 0 < int(match[0]) < 125:
                yield Hit(*match.span(), "AGE", 0.4, "age", "label age")


def _events(text: str, lower: str) -> Iterator[Hit]:
    for at in _EVENTS.places(lower):
        match = _EVENT.match(text, at)
        if match is not None and (at == 0 or not text[at - 1].isalpha()):
            yield Hit(*match.span(1), "DATE_TIME", 0.4, "date of an event", "label event")
