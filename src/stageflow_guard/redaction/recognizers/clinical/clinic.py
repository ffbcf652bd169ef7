"""Notes of a clinic: their people, dates, places and numbers, which no label of a form announces. Pure.

Kinship ("his wife Maria") and houses of care count anywhere; all else only in a zone: where two
different words of a clinic stand near each other. A log, a table of a database or a letter about
something else has none. In a zone each capitalised name, number and short date is looked at once,
with the word before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.clinical import kin, known_by
from stageflow_guard.redaction.recognizers.clinical.beside import (
    LONE,
    beside,
    followed,
    identified,
    told,
)
from stageflow_guard.redaction.recognizers.clinical.clinic_words import (
    ABBREVIATIONS,
    AMOUNT,
    BORN,
    BY,
    CODES,
    COMPANIES,
    DATED,
    DEGREES,
    ENDINGS,
    FORENAMES,
    HOUSE,
    HOUSE_WORDS,
    IN,
    KIN,
    KIN_TOLD,
    KIN_WORDS,
    LOOSELY,
    MARKS,
    NEVER_CALLED,
    NO_NAME,
    NUMBERED,
    RATIO_OF,
    RATIOS,
    ROLES,
    SERVICES,
    SIGNS,
    STEMS,
    STREETS,
    SURE,
    TO,
)
from stageflow_guard.redaction.recognizers.generic.dates import DATE, plausible
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary

PAIR, REACH = 120, 150  # a stream sees 320 characters ahead
AFTER, SEEN = 300, 470  # it has 512 behind, the words that make a zone among them
SURE_REACH = 200  # how far before two words a sure one may stand: a stream keeps 512 behind
_MARKS = MARKS | SURE
# of letters and other signs: no one word in a gate
_SIGNED = Heads(("y/o", "y.o", "hba1c", *(word for word in SURE if not word.isalpha())))
register(KIN_TOLD | HOUSE_WORDS | SURE)
# parts of a field are no words of a note: `MERCY^MR`
_WORD = re.compile(r"(?<![\w^-])[a-z][\w./-]*+(?!\^)")

_ONE = r"(?:(?:[A-Z]\.[ ]?){1,2}|(?:[^\W\d_a-z]['’](?=[^\W\d_a-z]))?(?=[^\W\d_a-z][^\W\d_]*[^\W\d_A-Z]))[^\W\d_a-z][^\W\d_]*(?:['’-][^\W\d_]+)*"
_SMALL = r"(?:(?:de|da|di|van|von|der|den|del|la|le|bin|al|el|dos|du)[ ]){0,2}"
_NAME = rf"{_ONE}(?:[ ]{_SMALL}{_ONE}){{0,2}}"
_NAMES = re.compile(rf"(?<![\w'’-]){_ONE}(?:[ ]{_SMALL}{_ONE}){{0,3}}")
_BIG = r"(?:[A-Z]['’])?[^\W\d_a-z]{2,}(?:['’-][^\W\d_a-z]+)*"  # of capitals only
_CAPITALS = re.compile(
    rf"(?<![\w-]){_BIG}(?:,[ ]?{_BIG}(?:[ ](?:{_BIG}|[A-Z](?![\w])))?|,[ ][A-Z](?=[ ](?:MD|DO|NP|PA|RN)(?!\w))|(?:[ ]{_BIG}){{1,2}}|(?<=[^\W\d_a-z]{{4}})(?:[ ]{_BIG})?[ ](?=[^\W\d_a-z][^\W\d_A-Z]){_ONE})(?![\w])"
)
_FIRST_BEHIND = re.compile(
    rf",[ ](?P<first>{_ONE}(?:[ ][A-Z]\.?)?)(?=[ ]?[,(|-]?[ ]?(?:(?i:chart|mrn|mr#|dob|acct|med rec)(?!\w)|{DATE}))"
)
_LAST = re.compile(rf"(?<![\w'’-]){_ONE}$")
_TELLS = re.compile(
    r"(?i)[ ]{0,4}(?:[|(/]|[0-9]|dob|mrn|rx[ ]?#|acct|age(?!\w)|sex(?!\w)|[mf](?!\w)|id(?!\w))"
)
_DAY_OF = re.compile(r"[ ][0-9]")
_WHERE = (" in ", " from ", " at ", " near ", " to ")
_TALK = frozenset(
    {"message", "note", "email", "voicemail", "fax", "report", "received", "rec'd", "taken", "rx", "call", "called", "heard", "consult", "referral", "letter", "order", "orders"}
)  # fmt: skip
_LONG_NAME = 40
_OVER = 60  # how far a name may go on where a zone ends
_VERB = re.compile(
    r"[ ](?:states|reports|denies|seen|tolerat|declin|returns|presents|complains|is[ ]an?[ ][0-9]|c/o|was[ ](?:seen|admit|pronounc|brought|found|born|transfer|discharg|started|given|intubat)|has[ ]had|needs|receiv|takes|died|expired|underwent)"
)
_KIN_HEADS = Heads(KIN_WORDS)
_KIN_WORD = re.compile(rf"(?i:{KIN})(?![\w-])")
_KIN_NAME = re.compile(
    rf"(?:[ ](?i:is|named|called))?(?:[ ]|,[ ]|:[ ]|[ ]?\()(?P<name>{_NAME})(?:[ ](?:and|&)[ ](?P<other>{_NAME}))?"
)
_BEFORE_KIN = re.compile(
    rf"(?<!\w)(?P<name>{_NAME})(?:,[ ]|,?[ ]\()(?:the[ ]|his[ ]|her[ ]|my[ ]|pt's[ ])?$"
)
_BACK = 60
_HOUSES = re.compile(
    rf"(?<![\w'])(?:(?:St\.?|Saint|Mt\.?)[ ])?(?:[^\W\d_a-z][^\W\d_A-Z][\w'’-]{{0,60}}[ ](?:(?:of|and|the)[ ]){{0,2}}){{1,5}}(?:{HOUSE})(?![\w])"
)
_HOUSE_BEGINS = tuple({house.split(" ")[0] for house in HOUSE.split("|")})
_LEADS = frozenset({"The", "Our", "This", "A", "My", "Your", "Any"})
_DATES = re.compile(rf"(?<![\w/.-]){DATE}(?![\w/-])", re.IGNORECASE)
_SHORT = re.compile(r"(?<![\w/.-])(?:1[0-2]|0?[1-9])/(?:3[01]|[12][0-9]|0?[1-9])(?![\w/-])")
_MONTHS = re.compile(r"(?<![\w/.-])(?:1[0-2]|0[1-9])/(?:19|20)[0-9]{2}(?![\w/-])")
_VALUE = re.compile(
    r"(?<![\w.,/$€£+-])[A-Za-z]{0,4}(?:-[A-Za-z]{0,2})?[0-9][A-Za-z0-9-]{2,20}(?![\w/]|[.,][0-9])"
)
_EXTENSION = re.compile(r"(?<![\w.-])x([0-9]{4,5})(?![\w.,/-])")
# a device's identifier (GS1): what it is, then its lot, days and serial number
_UDI = re.compile(r"\(01\)[0-9]{14}(?:\([0-9]{2,3}\)[A-Za-z0-9-]{1,20}){1,5}")
_SCALES, _FRACTIONS = (
    frozenset({"5", "6", "10"}),
    frozenset({"1/2", "1/3", "2/3", "1/4", "3/4", "1/8"}),
)
# a number of a record in groups, a space or slash among them, letters in front or none
# found by their first digit
_AFTER_GROUPS = (
    r"(?![\w/-]|[.,:][0-9]|[ ](?:m[lgm]|mcg|units?|k?g|hrs?|h|%|y\.?/?o|y(?:ea)?rs?|[A-Z])(?!\w))"
)
_IN_GROUPS = re.compile(
    r"[0-9](?<![0-9.,$€£+].)(?:"
    rf"[0-9]{{0,5}}(?:-[0-9]{{2,6}}){{0,2}}(?:[ ][0-9]{{2,6}}){{1,4}}{_AFTER_GROUPS}"
    rf"|(?<=[A-Z][ ].)[0-9]{{4,7}}{_AFTER_GROUPS}|(?<=[A-Z]/.)[0-9]{{1,7}}(?:/[0-9]{{2,8}}){{1,2}}{_AFTER_GROUPS})"
)
_FRONT = re.compile(r"(?<![\w.,/$€£+-])(?:[A-Z]{1,4}[ /-]?[A-Z]{0,3}|[0-9]{1,4}-)$")
_SIGNS_BEFORE = frozenset("_/-")
_FIRST_GROUP = re.compile(r"[^0-9]")
_MOST_FRONT = 10  # characters before the first digit, and one more
_LEAD = re.compile(r"([A-Z]{1,4})[ /-]?")
_SPACED_DAY = re.compile(
    r"[0-9]{1,2}[ /][0-9]{1,2}[ /](?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:19|20)[0-9]{2}[ /][0-9]{2}[ /][0-9]{2}"
)
_OF_A_YEAR = re.compile(r"[A-Z]{1,2}[0-9]{2}-[0-9]{4,7}")  # a specimen's or a study's number
_LABELS = NUMBERED.keys() | LOOSELY.keys() | SIGNS
_PATIENT = frozenset({"pt", "pts"})  # `pt, CMS-2728 signed`: the number is another thing's
_LOT = re.compile(r"(?=[A-Z0-9-]{0,18}[A-Z])(?=(?:[A-Z-]*[0-9]){2})[A-Z0-9-]{5,20}")
_LOCAL = re.compile(r"[2-9][0-9]{2}-[0-9]{4}")  # a phone number without its area
_LEAST, _LEAST_LOOSE = 4, 6  # digits
_OLD = re.compile(r"(?<![\w.,/-])(?:9[0-9]|1[01][0-9])(?=[ ]?(?:[MF](?![\w])|y\.?/?o))")
_WEB = re.compile(r"https?://[^\s<>\"'`]{4,300}")


def recognize(text: str) -> Iterator[Hit]:
    """Yield relatives by kinship and houses of care; what else a note of a clinic says of people."""
    lower = lowered(text)
    heard = vocabulary(text)
    if not heard.isdisjoint(KIN_TOLD):
        yield from _relatives(text, lower)
    yield from kin.recognize(text, heard)
    yield from known_by.recognize(text, heard)
    if not heard.isdisjoint(HOUSE_WORDS):
        for match in _HOUSES.finditer(text) if present(text, _HOUSE_BEGINS) else ():
            words = match[0].split(" ")
            if words[0] not in _LEADS or len(words) > 3:
                yield Hit(*match.span(), "ORGANIZATION", 0.42, "house of care", "label clinic")
    ages = known_by.aged(text)
    sure = [*ages, *_SIGNED.places(lower), *positions(lower, SURE & heard)]
    for start, end in _zones(lower, ages, sorted(sure)) if sure else ():
        yield from _people(text, start, end)
        yield from _dates(text, start, end)
        yield from _numbers(text, start, end)


def _zones(lower: str, ages: list[int], sure: list[int]) -> list[tuple[int, int]]:
    """Return the stretches around two different words of a clinic near each other, in order.

    One of them, or a word or an age (`71M`) a little before, is a sure one. Nothing farther off
    counts: a stream would not have it in sight. `sure` is where those may stand, in order.
    """
    zones: list[tuple[int, int]] = []
    last_at, last = -4 * PAIR, ""
    sure_at = -4 * SURE_REACH
    for at, found in _marked(lower, sure):
        end, word = at + len(found), found.rstrip(".")
        if ages and (place := bisect_right(ages, at)):
            sure_at = max(sure_at, ages[place - 1])
        if word in SURE:
            sure_at = at
        if word.rstrip("s") != last and at - last_at <= PAIR and last_at - sure_at <= SURE_REACH:
            stop = max(end + REACH, min(end + AFTER, min(sure_at, last_at) + SEEN))
            low, high = max(0, last_at - REACH), min(len(lower), stop)
            if zones and low <= zones[-1][1]:
                zones[-1] = (zones[-1][0], high)
            else:
                zones.append((low, high))
        last_at, last = at, word.rstrip("s")
    return zones


def _marked(lower: str, sure: list[int]) -> Iterator[tuple[int, str]]:
    """Yield where words of a clinic stand, and as what they are written: as far from one of `sure` as a zone sees."""
    known: dict[str, bool] = {}
    for low, high in _around(lower, sure):
        for match in _WORD.finditer(lower, low, high):
            word = match[0]
            if word not in known:
                known[word] = _is_mark(word.rstrip("."))
            if known[word]:
                yield match.start(), word


def _around(lower: str, sure: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches between spaces in which two words may make a zone, in order; none overlap."""
    low = high = 0
    for at in sure:
        if at + SURE_REACH + PAIR <= high:
            continue
        begin = lower.rfind(" ", 0, max(0, at - PAIR)) + 1
        if begin > high:
            if high:
                yield low, high
            low = begin
        high = lower.find(" ", at + SURE_REACH + PAIR + 1)
        if high < 0:
            high = len(lower)
            break
    if high:
        yield low, high


def _is_mark(word: str) -> bool:
    """Say whether a word is one of a clinic."""
    return (
        word in _MARKS or word[:5] in STEMS or word.endswith(ENDINGS)
        or ("/" in word and not _MARKS.isdisjoint(word.split("/")))
    )  # fmt: skip


def _before(text: str, at: int) -> tuple[str, str, str]:
    """Return the word before `at`, the one before that, both small, and what lies between."""
    piece = text[max(0, at - 40) : at]
    bare = piece.rstrip(" (:,#-.")
    words = bare.replace("\n", " ").split(" ")
    word = words[-1].lower().strip("([;:,.")
    return word, words[-2].lower().strip("([;:,.") if len(words) > 1 else "", piece[len(bare) :]


def _person(start: int, words: list[str], rule: str) -> Hit:
    return Hit(start, start + len(" ".join(words)), "PERSON", 0.4, f"name, {rule}", "label clinic")


def _relatives(text: str, lower: str) -> Iterator[Hit]:
    for at in _KIN_HEADS.places(lower):
        if at and (text[at - 1].isalnum() or text[at - 1] in "-_"):
            continue
        word = _KIN_WORD.match(text, at)
        if word is None:
            continue
        low = max(0, at - _BACK)
        behind, ahead = _KIN_NAME.match(text, word.end()), _BEFORE_KIN.search(text[low:at])
        if ahead is not None and text[low : low + ahead.start()].endswith(_WHERE):
            ahead = None  # "in Accra, daughter nearby"
        for match, base in ((behind, 0), (ahead, low)):
            for group in () if match is None else match.re.groupindex:
                found = (match and match[group]) or ""
                words = _cut(found)
                if match is not None and found in FORENAMES and not _DAY_OF.match(
                    text, base + match.end(group)
                ):  # fmt: skip
                    words = [found]
                if match is not None and words and words[0].lower() not in ROLES:
                    yield _person(base + match.start(group), words, "kinship")


def _cut(found: str) -> list[str]:
    """Return the words of a name without what follows it; nothing where it is none."""
    words = found.split(" ")
    while words and words[-1].rstrip(".") in NO_NAME:
        words.pop()
    if not words or words[-1].rstrip(".") in COMPANIES:
        return []
    if len(words) == 1 and words[0].rstrip(".") in NO_NAME:
        return []
    if words[0].rstrip(".") in NO_NAME and not (words[0] in FORENAMES or words[0][1:] == "."):
        return []
    if words[-1].endswith("."):
        return []
    return words if len("".join(words)) > 1 else []


def _people(text: str, start: int, end: int) -> Iterator[Hit]:
    told_at = -1  # where the last name ended that something announced
    for match in _NAMES.finditer(text, start, min(len(text), end + _OVER)):
        if match.start() >= end:
            break
        at, words, lead = _stripped(match.start(), match[0].split(" "))
        if not words:
            continue
        stop = at + len(" ".join(words))
        before, earlier, between = (lead, "", " ") if lead else _before(text, at)
        around = beside(text, stop)
        joined = told_at >= 0 and text[told_at:at] in (" and ", " & ", "/", ", ")
        if DEGREES.match(text, stop) or (
            (not before or "." in between or ":" in between or "\n" in text[max(0, at - 2) : at]) and _VERB.match(text, stop)
        ):  # fmt: skip
            rule = "degree or verb"
        elif _is_place(before, earlier, between):
            yield Hit(at, stop, "LOCATION", 0.38, "place in a note", "label clinic")
            continue
        elif "\n" not in between and (
            (before in ROLES) or joined or (before in BY and len(words) > 1) or (earlier in ROLES and before in ("is", "was", "of", "by"))
        ):  # fmt: skip
            rule = "role"
        elif identified(around, len(words)) or (
            len(words) > 1 and (followed(text, stop) or (between == ": " and (before in SERVICES or (before.isdigit() and earlier in SERVICES))))
        ):  # fmt: skip
            rule = "what stands beside it"
        else:
            continue
        told_at = stop
        yield _person(at, words, rule)
        yield from told(around)
    yield from _in_capitals(text, start, end)
    for match in _ROLE_LOUD.finditer(text, start, min(len(text), end + _OVER)):
        if match.start() < end and match["who"] not in ABBREVIATIONS:
            yield Hit(*match.span("who"), "PERSON", 0.4, "name, role", "label clinic")
    for match in _FIRST_BEHIND.finditer(text, start, min(len(text), end + _OVER)):
        last = _LAST.search(text[max(0, match.start() - _LONG_NAME) : match.start()])
        if match.start() < end and last is not None and NO_NAME.isdisjoint(
            (last[0].rstrip("."), match["first"].rstrip("."))
        ):  # fmt: skip
            yield Hit(
                match.start() - len(last[0]),
                match.end(),
                "PERSON",
                0.42,
                "name, header",
                "label clinic",
            )


def _stripped(at: int, words: list[str]) -> tuple[int, list[str], str]:
    """Return a name without the words before it that are none, where it begins, and the last of them."""
    lead = ""
    while words and (words[0].rstrip(".") in NO_NAME or words[0].lower().rstrip(".") in ROLES):
        if (words[0] in FORENAMES or words[0][1:] == ".") and len(words) > 1:
            break
        lead = words[0].lower().rstrip(".")
        at += len(words[0]) + 1
        words = words[1:]
    return at, _cut(" ".join(words)) if words else [], lead


def _in_capitals(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _CAPITALS.finditer(text, start, min(len(text), end + _OVER)):
        if match.start() >= end:
            break
        words = match[0].replace(",", "").split(" ")
        stop = match.end()
        while len(words) > 2 and words[-1] in ABBREVIATIONS:
            stop -= len(words.pop()) + 1
        if not ABBREVIATIONS.isdisjoint(words):
            continue
        before, _, between = _before(text, match.start())
        around = beside(text, stop)
        last_first = "," in match[0]
        if (
            (before in ROLES and "\n" not in between) or identified(around, len(words), dated=last_first)
            or _VERB.match(text, stop) or (last_first and _TELLS.match(text, stop))
        ):  # fmt: skip
            yield Hit(match.start(), stop, "PERSON", 0.42, "name, header", "label clinic")
            yield from told(around, header=last_first)


# who it is behind a role in capitals: `ATT: BLYTHE`
_ROLE_LOUD = re.compile(
    r"(?<![\w])(?:ATT|ATTG|ATTENDING|PCP|ORD|ORDERING|REF|REFERRING|SURGEON|RESIDENT|PROVIDER|RN|NURSE|DR)[:.]?[ ]{1,2}(?P<who>[^\W\d_a-z]{3,24}(?:['’-][^\W\d_a-z]{2,24})?)(?![\w'’-]|[ ]?[:=])"
)


def _is_place(before: str, earlier: str, between: str) -> bool:
    if between == ", ":
        return before in STREETS
    return between == " " and (
        (before == "from" and earlier not in _TALK)
        or (before == "in" and earlier in IN)
        or (before == "to" and earlier in TO)
        or (before == "of" and earlier in {"resident", "native", "mayor", "citizen"})
    )  # fmt: skip


def _dates(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _DATES.finditer(text, start, end):
        if not plausible(match[0]):
            continue
        before, _, between = _before(text, match.start())
        if ("\n" not in between and before in BORN) or _is_a_birth(text, match):
            yield Hit(
                *match.span(), "DATE_OF_BIRTH", 0.45, "date of birth in a note", "label clinic"
            )
        yield Hit(*match.span(), "DATE_TIME", 0.4, "date in a note", "label clinic")
    for match in _MONTHS.finditer(text, start, end):
        if not _before(text, match.start())[0].startswith("exp"):  # of a medicine or a card
            yield Hit(*match.span(), "DATE_TIME", 0.38, "month in a note", "label clinic")
    for match in _SHORT.finditer(text, start, end):
        before, earlier, between = _before(text, match.start())
        alone = (between.endswith("- ") and text[match.end() : match.end() + 1] in ("\n", "")) or (
            earlier == "at" and len(before) == 4 and before.isdigit()
        )  # fmt: skip
        if (
            before in DATED
            or (before == "date" and earlier)
            or alone
            or _no_ratio(text, match, before)
        ):
            yield Hit(*match.span(), "DATE_TIME", 0.38, "date in a note", "label clinic")
    for match in _OLD.finditer(text, start, end):
        yield Hit(*match.span(), "AGE", 0.4, "age over 89", "label clinic")


# a person's name, or an age and a sex, and a sign: `Tran Bich Ngoc, 9-30-1987`, `Marisol Echeverria 53 F, 11/30/1970`
_WHOSE_DAY = re.compile(
    r"(?:(?P<name>[^\W\d_a-zß-ÿ][\w'’-]+(?:,?[ ][^\W\d_a-zß-ÿ][\w'’-]+){1,3})[ ]?(?:[,/|;][ ]?|\()|(?<![\w.])[0-9]{1,3}[ ]?(?:y/?o[ ]?)?[MF][ ]?[,/|;(][ ]?)$"
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_BEFORE_A_DAY = 60
_GROWN = 2010  # almost everybody in a note was born until this year
_LATER = 2  # years between a birth and what is noted


def _is_a_birth(text: str, day: re.Match[str]) -> bool:
    """Say whether a day right behind a name is that person's birth: long before what else is dated, or before anybody's note."""
    year = _YEAR.search(day[0])
    if year is None:
        return False
    whose = _WHOSE_DAY.search(text, max(0, day.start() - _BEFORE_A_DAY), day.start())
    if whose is None or (whose["name"] and not _is_named(whose["name"])):
        return False
    others = [int(y) for y in _YEAR.findall(text[max(0, day.start() - SEEN) : day.start() + SEEN])]
    return int(year[0]) <= _GROWN or max(others) - int(year[0]) > _LATER


def _is_named(name: str) -> bool:
    """Say whether capitalised words are a person's: neither of the last two is a note's own."""
    return all(word.strip(",") not in NO_NAME and len(word) > 1 for word in name.split(" ")[-2:])


def _no_ratio(text: str, match: re.Match[str], before: str) -> bool:
    """Say whether two small numbers are a day: no usual scale, nothing measured by halves or nodes."""
    return (
        before[:1].isalpha() and before not in RATIOS and match[0].rpartition("/")[2] not in _SCALES
        and match[0] not in _FRACTIONS and RATIO_OF.match(text, match.end()) is None
    )  # fmt: skip


def _numbers(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _VALUE.finditer(text, start, end):
        found = _numbered(text, match)
        if found is not None:
            yield found
    for match in _IN_GROUPS.finditer(text, start, end):
        grouped = _grouped(text, match)
        if grouped is not None:
            yield grouped
    for match in _UDI.finditer(text, start, end) if "(01)" in text else ():
        yield Hit(*match.span(), "DEVICE_ID", 0.5, "device identifier", "label clinic")
    for match in _EXTENSION.finditer(text, start, end):
        yield Hit(*match.span(1), "PHONE_NUMBER", 0.45, "pager in a note", "label clinic")
    for match in _WEB.finditer(text, start, end) if "://" in text else ():
        size = len(match[0].rstrip(".,;:!?)"))
        yield Hit(match.start(), match.start() + size, "URL", 0.4, "link in a note", "label clinic")


def _grouped(text: str, match: re.Match[str]) -> Hit | None:
    """Return what the word before a number in groups makes of it, letters in front and all."""
    at = match.start()
    front = _FRONT.search(text[max(0, at - _MOST_FRONT) : at])
    first = len(_FIRST_GROUP.split(match[0], maxsplit=1)[0])
    if front is not None:
        at -= len(front[0])
        if front[0][-1] == " " and first < 2:
            return None
    elif not 2 <= first <= 4 or text[at - 1 : at].isalnum() or text[at - 1 : at] in _SIGNS_BEFORE:
        return None
    lead = _LEAD.match(text, at)
    if lead is not None and lead[1].lower() in _LABELS:
        at = lead.end()  # the label itself
    elif lead is not None and (lead[1] in ABBREVIATIONS or lead[1].lower() in _MARKS):
        return None  # `BP 128 74`
    value = text[at : match.end()]
    before, earlier, between = _before(text, at)
    signed = before in SIGNS or "#" in between
    word = earlier if before in SIGNS else before
    digits = sum(c.isdigit() for c in value)
    kind = NUMBERED.get(word) or NUMBERED.get(before)
    if kind is None and (signed or (digits >= _LEAST_LOOSE and word not in _PATIENT)):
        kind = LOOSELY.get(word)
    if (
        kind in (None, "PHONE_NUMBER") or value.isalnum() or "\n" in between or digits < (5 if value[0].isalpha() else 6)
        or (value[0] == "0" and not signed)  # as a phone begins
        or (_SPACED_DAY.fullmatch(value) and plausible(value)) or _DATES.match(text, at) or AMOUNT.match(text, match.end())
    ):  # fmt: skip
        return None
    # surer than that some of the groups are those of a phone
    return Hit(at, match.end(), kind, 0.72, "number in groups in a note", "label clinic")


def _numbered(text: str, match: re.Match[str]) -> Hit | None:
    """Return what the word before a number makes of it; a record's number also has its form."""
    value = match[0]
    before, earlier, between = _before(text, match.start())
    signed = before in SIGNS or "#" in between
    word = earlier if before in SIGNS else before
    kind = NUMBERED.get(word) or NUMBERED.get(before)
    digits = sum(c.isdigit() for c in value)
    drawn = signed or (len(value) > _LEAST_LOOSE and any(map(str.isalpha, value)))
    if kind is None and digits >= (_LEAST if drawn else _LEAST_LOOSE):
        kind = LOOSELY.get(word) if word not in _PATIENT or "," not in between else None
    if kind is None and word == "lot" and _LOT.fullmatch(value):
        return Hit(*match.span(), "DEVICE_ID", 0.45, "lot in a note", "label clinic")
    if kind == "PHONE_NUMBER":
        if not 3 <= digits <= 7:
            return None
        return Hit(*match.span(), kind, 0.45, "pager in a note", "label clinic")
    if AMOUNT.match(text, match.end()) or before in CODES or value[:3] == "NCT":
        return None
    if kind is not None and digits >= _LEAST and "\n" not in between:
        day = _DATES.match(text, match.start())
        if day is not None and plausible(day[0]):
            return None
        # a label that nobody calls, or a word for "number", tells more than groups do
        bare = value.replace("-", "").isdigit()
        own = bare or kind == "MEDICAL_RECORD_NUMBER"
        sure = own and digits >= _LEAST_LOOSE and (signed or word in NEVER_CALLED)
        score = 0.8 if sure else 0.47
        return Hit(*match.span(), kind, score, "number in a note", "label clinic")
    if _LOCAL.fullmatch(value) and between == " " and _after_name(text, match.start()):
        return Hit(*match.span(), "PHONE_NUMBER", 0.42, "phone beside a name", "label clinic")
    if LONE.fullmatch(value) is None:
        return None
    score = 0.46 if value.count("-") == 2 else 0.36  # a grouping that no phone has
    if _OF_A_YEAR.fullmatch(value):
        score = 0.66  # `S24-10377`: no digit is disguised as a letter here, for a phone number
    return Hit(*match.span(), "MEDICAL_RECORD_NUMBER", score, "number in a note", "label clinic")


def _after_name(text: str, at: int) -> bool:
    """Say whether the word before `at` has a capital and is none of a note's own."""
    word = text[max(0, at - 40) : at].rstrip(" ").rpartition(" ")[2]
    return word.istitle() and word not in NO_NAME
