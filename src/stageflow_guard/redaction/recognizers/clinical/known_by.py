"""Names right beside what somebody is known by: a record's number, an age, letters of a profession. Pure.

A line of a front desk or a banner is too short to say that it is a clinic's. `Dominic Faro, chart
F-00812`, `Whitcomb, Dale (10442987)`, `Haruki Mori 59 yo M`, `Amara Osei, DO` say who it is anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, present
from stageflow_guard.redaction.recognizers.clinical.clinic_words import COMPANIES, NO_NAME
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered, register
from stageflow_guard.redaction.recognizers.shapes import holds

_ONE = r"(?:[^\W\d_a-z]\.[ ]?){0,2}[^\W\d_a-z][^\W\d_A-Z][\w'’-]{0,24}+"
_SMALL = r"(?:(?:de|da|di|van|von|der|den|del|la|le|bin|al|el|dos|du)[ ]){0,2}"
_LOUD = r"[^\W\d_a-z]{2,24}+(?:['’-][^\W\d_a-z]{2,24}+)?"
_NAME = rf"(?:{_ONE}(?:[ ]{_SMALL}(?:{_ONE}|[A-Z](?=[ ][^\W\d_a-z]))){{1,2}}|{_LOUD}(?:[ ]{_LOUD}){{1,2}})"
_TURNED = rf"(?:{_ONE}|{_LOUD})(?:[ ](?:{_ONE}|{_LOUD}))?,[ ]?(?:{_ONE}|{_LOUD})(?:[ ](?:[A-Z]\.?(?!\w)|{_ONE}))?"
_BACK = 70  # characters before a label that are looked at for a name
_ENDS = re.compile(
    rf"(?<![\w'’.-])(?P<who>{_TURNED}|{_NAME})(?:[ ]?[,|:;–-]?[ ]{{0,3}}\(?|,?[ ]\(?)$"
)
_BEGINS = re.compile(rf"[ ]?[,|:;–-]?[ ]{{1,3}}(?P<who>{_TURNED}|{_NAME})(?![\w])")
_LABELS = r"mitgliedsnummer|mitgliedsnr\.?|membership|lidnummer|lidnr\.?|socio|licence|licencia|tessera|medlemsnr\.?|passport|passeport|pasaporte|reisepass|paspoort|pan|aadhaar|ssn|dni|nif|nie|cpf|bsn|personnummer|pesel|curp|mrn|mr[ ]?#|med(?:ical)?[ ]rec(?:ord)?|chart|csn|fin|har|acct|pt|pat|patient|member|subscriber|enrollee|hosp(?:ital)?|nhs|medicare|medicaid|dob|d\.o\.b\.?"
# a label and its number; \x1e is what was found before, in a view of prose
_LABELLED = re.compile(
    rf"(?<![\w])(?:{_LABELS})(?:[ ]?(?:no|nr|n[º°.]{{1,2}}|number|num|id|nummer)\.?)?(?![^\W\d_])[ ]?[:#]{{0,2}}[ ]{{0,2}}(?P<number>\x1e{{1,40}}|(?=[A-Z]{{0,4}}[ -]?[0-9])[A-Z0-9][A-Z0-9/-]{{2,16}}(?:[ ][0-9]{{2,6}}){{0,2}}(?![\w/])|\()",
    re.IGNORECASE,
)
# what each label begins with
_HEADS = Heads(
    re.sub(r"(?:\[|\(|.\?).*", "", word.replace("\\.", ".")) for word in _LABELS.split("|")
)
# Whitcomb, Dale R (10442987)
_NUMBERED = re.compile(r"\(#?(?P<number>[0-9]{6,10})\)")
# Haruki Mori 59 yo M, Roscoe Tillman (58 y M)
_AGE = re.compile(
    r"(?<![\w.,$€£-])[0-9]{1,3}[ -]?(?:y\.?/?o\.?|yrs?|y|years?[- ]old)(?:[ ,]{0,2}(?:[mf]|male|female|man|woman|boy|girl))?(?!\w)",
    re.IGNORECASE,
)
# Karin Åström; född 1974, Lina Vogt, geb. 14.04
_BIRTH = re.compile(
    r"[,;(][ ]?(?:geb\.|geboren|born|née?|nat[oa]|nacid[oa]|nascid[oa]|född|født|ur\.|urodz|doğum)(?![^\W\d_])"
)
_BIRTHS = Heads(("geb", "born", "né", "nat", "nacid", "nascid", "född", "født", "ur.", "urodz", "doğum"))  # fmt: skip
_AGE_GATE = re.compile(r"[0-9][ -]?[yY]")
_SEXES = (b"00A",)  # in the shape of a text
_SEXED = re.compile(r"[MF](?<=[0-9]{2}.)(?<![.,$€£0-9-]...)(?![\w%/-])")

_CLEAR = r"M\.D\.|D\.O\.|RN|NP-C|FNP|FNP-C|FNP-BC|AGNP|AGACNP|PMHNP|WHNP|CRNP|ARNP|APRN|PA-C|LPN|LVN|CRNA|CNM|RDN|DPT|OTR/L|OTR|OTD|CCC-SLP|LCSW|LICSW|LMSW|MSW|LPC|LMHC|LMFT|BCBA|DDS|DMD|RDH|PharmD|R\.?Ph\.?|CPhT|Ph\.?D\.?|DNP|FACC|FACS|FAAP|FACP|FACOG|FRCP|FRCS|FRCA|FRCR|MRCP|MRCGP|MRCS|FRACP|MBBS|MBChB|CGC|MPH|RRT|RDMS|CWOCN|CHPN|CCRN|BSN|MSN|CNA|EMT-P|PsyD|DPM|AuD|RHIA|RHIT|CPC|RGN|CDCES|CPA|Esq\.?|J\.?D\.?|Ed\.?D\.?"
_STATES_TOO = r"MD|DO|PA|NP|MS|OD|DC|RT|PT|OT"  # letters of a state, or of much else
# Gwendolyn Pratt, FNP-BC; S. Rao, MD
_LETTERS = re.compile(
    rf"[ ](?:(?<=,[ ])(?:{_STATES_TOO})|(?P<clear>{_CLEAR}))(?![\w'’])(?![ ,]{{1,2}}[0-9]{{5}}(?![0-9/]))"
)
_NAMED = re.compile(rf"(?<![\w'’.-])(?P<who>{_NAME}|(?:[A-Z]\.[ ]?){{1,2}}{_ONE}),?$")
# such letters as they are written, by the small parts that a gate hears
_WRITTEN: dict[str, tuple[str, ...]] = {}
for _word in re.sub(r"[\\?]", "", f"{_CLEAR}|{_STATES_TOO}").split("|"):
    for _part in re.split(r"[-/.]", _word.lower()):
        if len(_part) > 1:
            _WRITTEN[_part] = (*_WRITTEN.get(_part, ()), f" {_word.rstrip('.')}")
for _part, _word in (
    ("phd", " PhD"),
    ("rph", " RPh"),
    ("jd", " JD"),
    ("edd", " EdD"),
    ("md", " MD"),
):
    _WRITTEN[_part] = (*_WRITTEN.get(_part, ()), _word)
register(_WRITTEN.keys())
_PLACED = re.compile(
    r"(?i)(?:^|[\s(])(?:in|at|from|near|of|to|for|city|town|location|address)[:, ]{1,2}$"
)
_PLACES = frozenset(["Spring", "City", "Park", "Falls", "Beach", "Heights", "Grove", "Burnie", "Hill", "Hills", "Lake", "Bend", "Rock", "Rapids", "Creek", "Ridge", "Valley", "Center", "Centre", "Church", "Field", "Village", "Town", "Forest", "Island", "Bay", "Harbor", "Point", "Mills", "Bluff", "Springs", "Bluffs", "River", "Worth", "Orleans", "York", "Haven", "County", "Plains", "Head", "Run", "Ferry"])  # fmt: skip
# words that begin a line of a form or a sentence
_NEVER = NO_NAME | COMPANIES | frozenset(
    ["Subscriber", "Enrollee", "Guarantor", "Legal", "Preferred", "Please", "Your", "Ins", "Caller", "Appt", "Reschedule", "Chart", "Pull", "Auth", "Card", "New", "Old", "Same", "Ref", "Status", "Type", "Notes", "Total", "Dr", "Mr", "Mrs", "Ms"]
)  # fmt: skip


def aged(text: str) -> list[int]:
    """Return where `71M` and its like stand: in a note, an age with a sex."""
    found = _SEXED.finditer(text) if holds(text, _SEXES) else ()
    return [match.start() - 2 for match in found]


def recognize(text: str, heard: frozenset[str]) -> Iterator[Hit]:
    """Yield such names, and the number in brackets behind one; `heard` is the vocabulary of `text`."""
    for at in _HEADS.places(lowered(text)):
        match = _LABELLED.match(text, at)
        if match is not None:
            yield from _before(text, match.start(), "name, known by a number")
            behind = _BEGINS.match(text, match.end())
            if behind is not None and match["number"] != "(":
                yield from _who(behind, 0, "name, known by a number")
    for match in _NUMBERED.finditer(text) if "(" in text else ():
        for hit in _before(text, match.start(), "name, known by a number"):
            if "," in text[hit.start : hit.end]:
                yield hit
                yield Hit(
                    *match.span("number"),
                    "MEDICAL_RECORD_NUMBER",
                    0.66,
                    "number beside a name",
                    "label clinic",
                )
    for match in _AGE.finditer(text) if numbered(text) and _AGE_GATE.search(text) else ():
        yield from _before(text, match.start(), "name, known by an age")
    for begin in _births(text):
        yield from _before(text, begin, "name, known by a birth")
    written = [word for part in _WRITTEN.keys() & heard for word in _WRITTEN[part]]
    for match in _LETTERS.finditer(text) if present(text, written) else ():
        low = max(0, match.start() - _BACK)
        named = _NAMED.search(text[low : match.start()])
        if named is None:
            continue
        if match["clear"] is None:
            lead = text[max(0, low + named.start() - 12) : low + named.start()]
            if named["who"].rpartition(" ")[2] in _PLACES or _PLACED.search(lead):
                continue
        yield from _who(named, low, "name, letters of a profession")


def _births(text: str) -> Iterator[int]:
    """Yield where a birth is told behind a sign."""
    for at in _BIRTHS.places(lowered(text)):
        begin = at - 2 if text[at - 1 : at] == " " else at - 1
        if begin >= 0 and _BIRTH.match(text, begin) is not None:
            yield begin


def _before(text: str, at: int, rule: str) -> Iterator[Hit]:
    """Yield the name that ends before `at`, with a sign between or none."""
    low = max(0, at - _BACK)
    before = text[low:at]
    ahead, _, last = before.rstrip(" ,|:;–-(").rpartition(" ")
    if last in _OF_SQL or not last[:1].isupper() or ("," not in last and not _goes_before(ahead)):
        return
    match = _ENDS.search(before, _last_names(before))
    if match is not None:
        yield from _who(match, low, rule)


_OF_SQL = frozenset({"TABLE", "VIEW", "INDEX", "FROM", "INTO", "JOIN", "UPDATE", "ON"})


def _last_names(before: str) -> int:
    """Return where the last words begin that may all be of a name, with the word before them."""
    end = len(before)
    for piece in reversed(before.split(" ")):
        begin = end - len(piece)
        for border in (
            () if piece.isalpha() else reversed(list(_BORDER.finditer(before, begin, end)))
        ):
            if _is_small(before[border.end() : end]):
                return border.end()
            end = border.start()
        if begin and _is_small(before[begin:end]):
            return begin
        end = begin - 1
    return 0


def _is_small(word: str) -> bool:
    """Say whether a word in small letters can be no part of a name."""
    return "a" <= word[:1] <= "z" and word not in _PARTICLES


_BORDER = re.compile(r"[^\w'’.-]")  # what is no sign of a name


def _goes_before(ahead: str) -> bool:
    """Say whether the last word of `ahead` may be a part of a name, too: of two words at least."""
    word = _BORDER.split(ahead.rstrip(", ").rpartition(" ")[2])[-1].strip("'")
    return bool(word) and (not word[0].islower() or word.lower() in _PARTICLES)


_PARTICLES = frozenset(re.findall(r"[a-z]+", _SMALL))


def _who(match: re.Match[str], low: int, rule: str) -> Iterator[Hit]:
    """Yield the name of a match in a text that begins at `low`, without the words before it that are none."""
    start, end = match.span("who")
    words = match["who"].split(" ")
    while words and words[0].strip(".,:") in _NEVER:
        start += len(words.pop(0)) + 1
    parts = [word.strip(".,") for word in words]
    if len(words) < 2 or not _NEVER.isdisjoint(parts):
        return
    yield Hit(low + start, low + end, "PERSON", 0.42, rule, "label clinic")
