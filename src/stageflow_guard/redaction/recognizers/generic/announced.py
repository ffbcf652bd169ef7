"""What a phrase of any language announces: documents, fields of a form, dates of birth. Pure.

A document's name is followed by its value, with a sign or a little word between. A field is
followed by a sign. The value's shape decides; a check digit raises the score and never erases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.countries.pack import Document
from stageflow_guard.redaction.recognizers.generic.asked import answer
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE
from stageflow_guard.redaction.recognizers.generic.document_checks import (
    APART,
    DOUBTFUL,
    GIVEN,
    SURE,
    valid,
)
from stageflow_guard.redaction.recognizers.generic.documents_near import in_its_clause
from stageflow_guard.redaction.recognizers.generic.nationalities import BETWEEN
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.generic.usernames import is_personal
from stageflow_guard.redaction.recognizers.generic.whose import behind_whose
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.number_words import writings
from stageflow_guard.redaction.recognizers.phrases import Index, Match, long_words, numbered
from stageflow_guard.redaction.recognizers.shapes import numbers_in

DOCUMENTS: tuple[Document, ...] = tuple(d for c in COUNTRIES for d in c.documents)
# behind a document's name: a word for "number", what stands in brackets, "is", a sign
_FILL = re.compile(
    r"(?:\.[°ºo](?![^\W\d_]))?[\"'`\])}]{0,2}\.?[ _-]?(?:(?:no|nr|nro|n\.?[°ºo]|№|n(?=\.)|n[uú]m|number|numero|número|numéro|nummer|numer|id|code|card|#)(?![^\W\d_])\.?)?[\"'\])]{0,2}\s?(?:\([^)\n]{1,44}\)\s?)?"
    r"(?:(?:is|was|as|of|are|ist|war|lautet|est|es|è|e['’]|é|eh|er|är|jest|on|reads|nr\.?)(?:\s(?:(?:o|a|le|la|el|il)\s)?|[ ]?[:：]\s?)|[:=#：]{1,2}|[-–]|は|是|为|為|이|는|은|है)?\s{0,3}[\"'#]?",
    re.IGNORECASE,
)
# between a field's name and its value
SIGN = r"\*{0,2}(?:[ _]?[0-9]{1,2}|[ _-]?(?:enc|encrypted|value|str|raw|plain|text|old|new|current|full|home|work|primary|secondary))?(?:\\?[\"'`\])}]){0,2}(?:\s{0,2}|[ \t]{3,24}(?=[:=：]))(?:\([^)\n]{1,24}\)\s{0,2})?(?:\.{3,40}\s{0,2})?(?::=|=>|->|[:=：])\*{0,2}(?:[ \t]{6,32}|\s{0,5})\\?[\"'`]?"
_SIGN = re.compile(SIGN, re.IGNORECASE)
_SHORT = re.compile(r"[\"'`\])]{0,2}(?:\.?\s{0,2}[:=：]|\.)\s{0,3}[\"'`]?")


@lru_cache(maxsize=512)
def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{value})(?![A-Za-z0-9]|[-./][0-9])")


def _as_read(name: str) -> str:
    """Return a name as all that are read alike are kept: `sv-nr` and `sv nr` are one."""
    return " ".join(re.findall(r"[^ ./\-]+", name)) or name


BY_NAME: dict[str, list[Document]] = {}  # by each writing of each of its names, as it is read
_WRITINGS: dict[str, dict[str, None]] = {}  # in the order of the countries, whatever the process
for _country in COUNTRIES:
    for _one in _country.documents:
        _names = filter(None, _one.names.split("|"))
        for _name in dict.fromkeys(w for name in _names for w in writings(name, _country.language)):
            _known = BY_NAME.setdefault(_as_read(_name), [])
            if _one not in _known:
                _known.append(_one)
            _WRITINGS.setdefault(_as_read(_name), {})[_name] = None
_INDEX = Index(_WRITINGS)


def documents(text: str) -> Iterator[Hit]:
    """Yield identifiers right behind their names, in any language of `countries`."""
    for match in _INDEX.find(text):
        hit = (
            _document(text, match)
            or _before_its_name(text, match)
            or in_its_clause(text, match.start, match.end, BY_NAME[match.kind], BY_NAME)
        )
        if hit is not None and not heads_a_column(text, match.end, hit.start):
            yield hit


def _before_its_name(text: str, match: Match) -> Hit | None:
    """Return the value before its name in brackets: `784434529 (BSN)`."""
    told = _IS_MY.search(text, max(0, match.start - 24), match.start)
    if told is not None:
        return _told_before(text, told.start(), match)
    if text[match.start - 1 : match.start] != "(" or text[match.end : match.end + 1] != ")":
        return None
    low = max(0, match.start - _WIDEST)
    for document in BY_NAME[match.kind]:
        found = _ending(document.value).search(text[low : match.start - 1])
        if found is not None and any(c.isdigit() for c in found[1]):
            return Hit(
                low + found.start(1),
                low + found.end(1),
                document.entity,
                GIVEN,
                "document",
                "label document",
            )
    return None


# `533401372 is my passport number`, `184668475 is mijn BSN`
_IS_MY = re.compile(
    r"[ ](?:is|ist|est|es|è|e['’]|é)[ ](?:my|the|his|her|our|mein|meine|das|die|mon|ma|le|la|mi|el|il mio|la mia|mijn|het|o meu|a minha|meu|minha)[ ]$"
)


def _told_before(text: str, at: int, match: Match) -> Hit | None:
    low = max(0, at - _WIDEST)
    for document in BY_NAME[match.kind]:
        found = _ending(document.value).search(text[low:at])
        if found is not None and any(c.isdigit() for c in found[1]) and (
            valid(document, found[1]) is not False
        ):  # fmt: skip
            span = low + found.start(1), low + found.end(1)
            return Hit(*span, document.entity, GIVEN, "document", "label document")
    return None


@lru_cache(maxsize=512)
def _ending(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])({value})[ ]?$")


def _document(text: str, match: Match) -> Hit | None:
    fill = _FILL.match(text, match.end)
    at = fill.end() if fill is not None else match.end
    if at == match.end and text[at : at + 1].isalnum() and text[at - 1].isascii():
        return None
    best: Hit | None = None
    for document in BY_NAME[match.kind]:
        pattern = _pattern(document.value)
        value = pattern.match(text, at) or answer(pattern, text, match.end)
        if value is None:
            continue
        holds = valid(document, value[0])
        if not (holds or any(c.isdigit() for c in value[0])):
            continue
        score = GIVEN if holds is None else SURE if holds else DOUBTFUL
        if best is None or (score, value.end()) > (best.score, best.end):
            best = Hit(*value.span(), document.entity, score, "document", "label document")
    known = BY_NAME[match.kind]
    if best is not None:
        tail = _TAIL.match(text, best.end)
        return best if tail is None else best._replace(end=tail.end())
    return (
        _run_on(text, at, known)
        or _small(text, at, known)
        or _grouped(text, at, known)
        or _of_whom(text, match.end, known)
        or _of_a_person(text, match.end, known)
        or _of_a_country(text, match.end, known)
    )


@lru_cache(maxsize=512)
def _touching_a_word(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{value})(?<=[0-9])(?=[a-zà-ÿ]{{3,14}}(?![A-Za-z0-9]))")


def _run_on(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a number whose check holds and which a word touches: `NIF 285044583emitido em Braga`."""
    for document in documents:
        value = _touching_a_word(document.value).match(text, at)
        if value is not None and valid(document, value[0]):
            return Hit(*value.span(), document.entity, SURE, "document", "label document")
    return None


def _of_a_person(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a number behind a word that says whose it is: `NIF do cliente 201763575`."""
    for behind in behind_whose(text, at):
        hit = _behind_words(text, behind, documents)
        if hit is not None:
            return hit
    return None


def _of_a_country(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a number behind whose country's the document is: `pasaporte español PAB152949`."""
    country = BETWEEN.match(text, at)
    return None if country is None else _behind_words(text, country.end(), documents)


def _behind_words(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return the number that a sign parts from the words that end at `at`; none whose check fails."""
    fill = _FILL.match(text, at)
    start = fill.end() if fill is not None else at
    for document in documents if start > at else ():
        value = _pattern(document.value).match(text, start)
        if value is None or not any(c.isdigit() for c in value[0]):
            continue
        holds = valid(document, value[0])
        if holds is not False:
            score = SURE if holds else GIVEN
            return Hit(*value.span(), document.entity, score, "document", "label document")
    return None


# an insurer between a label and its number: `póliza Sanitas nº 87030530/9`
_WHOSE = re.compile(
    r"(?:[ ](?:de[ ]|der[ ]|van[ ])?[^\W\d_a-z][\w.&’'-]{1,15}){1,2}[ ]?[-–,:]?[ ]?(?i:n[°ºo.]{1,2}|nr|no|n[uú]m|num[ée]ro|n[uú]mero|nummer|#)(?![^\W\d_])\.?[ :]{0,2}"
)


def _of_whom(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a number behind whose it is and a word for "number", which then has to be there."""
    whose = _WHOSE.match(text, at)
    for document in documents if whose is not None else ():
        value = _pattern(document.value).match(text, whose.end()) if whose is not None else None
        if value is not None and any(c.isdigit() for c in value[0]):
            return Hit(*value.span(), document.entity, GIVEN, "document", "label document")
    return None


# what a number ends with that no pattern of it knows: a suffix of a relative, an edition, a check
_TAIL = re.compile(r"(?:[-/](?:[A-Z]{1,3}[0-9]{0,2}|[0-9]{1,2})){1,2}(?![\w/-])")

_WIDEST = 48  # characters of a value and of what follows it


def _small(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a value in small letters whose form is one in capitals: `gstin 27aapfu0939f1zv`.

    Four of its characters are digits, or its check holds: `rfc 822 mail` is none.
    """
    given = text[at : at + _WIDEST]
    capitals = given.upper()
    if capitals == given or len(capitals) != len(given):
        return None
    for document in documents:
        value = _pattern(document.value).match(capitals)
        written = given[: value.end()] if value is not None else ""
        if written.islower() and not _WORD_ALONE.search(written):
            holds = valid(document, written)
            if holds or sum(c.isdigit() for c in written) >= 4:
                score = GIVEN if holds is None else SURE if holds else DOUBTFUL
                return Hit(
                    at, at + len(written), document.entity, score, "document", "label document"
                )
    return None


_WORD_ALONE = re.compile(r"[ ][a-z]{2,}(?![a-z0-9])")  # `659317 van de`


# the same value with signs between any of its characters
_GROUPS = re.compile(
    r"(?=[A-Za-z]{0,4}[ -]?[0-9])[A-Za-z0-9]{1,18}(?:[ ./\-·]{1,2}[A-Za-z0-9]{1,18}){1,8}"
)
_GROUP = re.compile(r"[A-Za-z0-9]+")


def _grouped(text: str, at: int, documents: list[Document]) -> Hit | None:
    """Return a value in groups of any size, one whose check holds before any other."""
    found = _GROUPS.match(text, at)
    if found is None or ANY_DATE.match(text, at) is not None:
        return None
    best: Hit | None = None
    for end in reversed([m.end() for m in _GROUP.finditer(text, at, found.end())]):
        plain = APART.sub("", text[at:end])
        if sum(c.isdigit() for c in plain) < (3 if plain.isupper() else 5):
            break
        for document in documents:
            value = plain
            if not re.fullmatch(document.value, value):
                value = (
                    plain[2:] if plain[:2].isalpha() and plain[:2].isupper() else ""
                )  # a country's code before it
                if not re.fullmatch(document.value, value):
                    continue
            holds = valid(document, value)
            if holds:
                return Hit(at, end, document.entity, SURE, "document", "label document")
            if holds is None and best is None:
                best = Hit(at, end, document.entity, GIVEN, "document", "label document")
    return best


_BARE = tuple(d for d in DOCUMENTS if (d.bare or d.bare_valid) and "@" not in d.value)
_HANDLES = tuple((d, re.compile(d.value)) for d in DOCUMENTS if d.bare and "@" in d.value)
_UNNAMED = re.compile(
    r"(?<![A-Za-z0-9])(?<![0-9][.,])(?=[A-Za-z]{0,6}[ -]?[0-9])(?:"
    + "|".join(f"(?P<d{i}>{d.value})" for i, d in enumerate(_BARE))
    + r")(?![A-Za-z0-9]|@)"
)
_BEFORE = 66  # characters of a handle before its sign
_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ALPHA = frozenset(c for c in _ALNUM if c.isalpha())
_MOST_DIGITS, _LEAST_ALONE = 9, 17  # digits before a letter; of a document without any letter
_LEAST_BEHIND = 7  # digits behind a letter and a dash


def _starts(text: str) -> Iterator[int]:
    """Yield where a word begins in which letters and digits touch each other, in order."""
    size = len(text)
    for at, end in numbers_in(text):
        sign = text[at - 1] if at else ""
        if sign in _ALPHA:
            begin = at - 1
            while begin > 0 and at - begin < 7 and text[begin - 1] in _ALPHA:
                begin -= 1
            if at - begin <= 6 and text[begin - 1 : begin] not in _ALNUM:
                yield begin
            continue
        if sign in _APART and at > 1 and text[at - 2] in _ALPHA:
            begin = _behind_letters(text, at, end)
            if begin >= 0:
                yield begin
        if end - at <= _MOST_DIGITS:
            behind = text[end] if end < size else ""
            if behind in _ALPHA or (behind == "-" and text[end + 1 : end + 2] in _ALPHA):
                yield at
        elif end - at >= _LEAST_ALONE:
            yield at


_APART = frozenset(" -")


def _behind_letters(text: str, at: int, end: int) -> int:
    """Return where two capitals and a space begin before a number, or a letter and a dash before a long one; -1 for none."""
    if text[at - 1] == " ":
        whole = at > 2 and text[at - 3] in _ALPHA and text[at - 4 : at - 3] not in _ALNUM
        return at - 3 if whole and text[at - 2].isupper() else -1
    whole = text[at - 3 : at - 2] not in _ALNUM
    return at - 2 if whole and end - at >= _LEAST_BEHIND else -1


_HANDLE = re.compile(
    r"@(?:ok|ybl|ibl|axl|paytm|apl|upi|wa|axis|hdfc|icici|sbi|kotak|yes|pt|free|jup|fam|baro|idfc|airtel|post)"
)


def unnamed(text: str) -> Iterator[Hit]:
    """Yield documents whose form alone says what they are."""
    if "@" in text:
        yield from _handles(text)
    if not numbered(text):
        return
    reached = -1
    for start in _starts(text):
        match = _UNNAMED.match(text, start) if start >= reached else None
        if match is None:
            continue
        reached = match.end()
        document = _BARE[int((match.lastgroup or "d0")[1:])]
        score, why = document.bare, ""
        if document.check is not None and valid(document, match[0]):
            score, why = document.bare_valid or score, "checksum"
        if document.entity == "ES_NIF" and match[0][-1].islower():
            score = 0.3
        if document.entity == "UK_NINO" and " " not in match[0] and not match[0][:2].isupper():
            score = 0.3
        if score:
            yield Hit(*match.span(), document.entity, score, document.entity.lower(), why)


_LETTERED = tuple(
    (d, re.compile(rf"[A-Z]{{2}}(?<![A-Za-z0-9]..)(?=[A-Z]{{{d.letters - 2}}}(?![A-Za-z0-9]))"))
    for d in DOCUMENTS
    if d.letters
)
_LETTERED_INDEX = Index({"lettered": [n for d, _ in _LETTERED for n in d.names.split("|")]})


def lettered(text: str) -> Iterator[Hit]:
    """Yield documents that are letters alone: in capitals where the check holds, or behind their names."""
    for document, pattern in _LETTERED:
        for found in (
            one
            for at, word in long_words(text)
            if len(word) >= document.letters
            for one in pattern.finditer(text, at, at + len(word))
        ):
            match = _pattern(document.value).match(text, found.start())
            if match is not None and valid(document, match[0]):
                yield Hit(*match.span(), document.entity, SURE, document.entity.lower(), "checksum")
        for named in _LETTERED_INDEX.find(text):
            fill = _FILL.match(text, named.end)
            at = fill.end() if fill is not None else named.end
            value = _pattern(document.value).match(text, at) if at > named.end else None
            if value is None or not value[0].isalpha():
                continue
            if valid(document, value[0]) or value[0].isupper():
                yield Hit(*value.span(), document.entity, GIVEN, "document", "label document")


def _handles(text: str) -> Iterator[Hit]:
    for place in _HANDLE.finditer(text):
        begin = place.start()
        while begin > 0 and place.start() - begin < _BEFORE and _LOCAL.match(text[begin - 1]):
            begin -= 1
        for document, pattern in _HANDLES:
            match = pattern.match(text, begin)
            if match is not None and not _LOCAL.match(text[match.end() : match.end() + 1]):
                yield Hit(*match.span(), document.entity, document.bare, "handle")


_LOCAL = re.compile(r"[A-Za-z0-9._-]")
_DIGITS = r"[0-9](?:[ .\-/]?[0-9])"
_ID = re.compile(r"(?=[A-Za-z]{0,12}[ .-]?[0-9]|[A-Za-z0-9./-]{0,16}[0-9])[A-Za-z0-9](?:[A-Za-z0-9./\-]{2,28}[A-Za-z0-9])(?![A-Za-z0-9])")  # fmt: skip
_PHONE = re.compile(
    r"(?!(?:19|20)[0-9]{2}(?![0-9]))(?:\+|00)?[ ]?\(?[0-9](?:[ ().\-/]{0,2}[0-9]){3,16}(?![0-9A-Za-z.:])"
)
_SHAPES: dict[str, tuple[re.Pattern[str], float]] = {
    "PHONE_NUMBER": (_PHONE, 0.65),
    "CREDIT_CARD": (re.compile(rf"{_DIGITS}{{11,18}}(?![0-9])"), 0.7),
    "US_SSN": (re.compile(rf"{_DIGITS}{{8}}(?![0-9])"), 0.75),
    "US_BANK_NUMBER": (re.compile(rf"{_DIGITS}{{4,19}}(?![0-9A-Za-z])"), 0.6),
    "DATE_OF_BIRTH": (ANY_DATE, 0.75),
    "EMAIL_ADDRESS": (re.compile(r"(?!)"), 0.0),
    "IP_ADDRESS": (re.compile(r"(?!)"), 0.0),
    "IBAN_CODE": (re.compile(r"(?!)"), 0.0),
    "ZIP_CODE": (re.compile(r"(?!)"), 0.0),
    "USERNAME": (re.compile(r"(?!0x)(?=[\w.-]*[^\W\d_])[^\W_][\w.-]{1,38}[^\W_](?![\w@/(]|\.[\w/])"), 0.4),
    "UPI": (re.compile(r"[\w.-]{2,64}@[a-z]{2,20}(?![\w.])"), 0.6),
    "LICENSE_PLATE": (re.compile(r"(?=[^\n]{0,11}[0-9])(?=[^\n]{0,11}[^\W\d_])[A-ZÀ-Þ0-9\u0400-\u042f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{1,5}(?:[ ·・.-]{0,3}[A-ZÀ-Þ0-9\u0400-\u042f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{1,5}){1,3}(?![A-Za-z0-9])"), 0.5),
}  # fmt: skip
_PEOPLE = frozenset({"PERSON", "PERSON_PART", "STREET_ADDRESS", "SECRET"})
_FIELDS = Index(
    {
        entity: [
            w
            for c in COUNTRIES
            for p in c.fields.get(entity, "").split("|")
            for w in writings(p, c.language)
        ]
        for entity in sorted({e for c in COUNTRIES for e in c.fields} - _PEOPLE)
    }
)
# a short number right behind the word, at the end of a clause
_ALONE = re.compile(
    r"[ ](?=(?!(?:19|20)[0-9]{2}(?![0-9]))(?:[0-9]{2,4}[ -]?[0-9]{2,3}|[0-9]{2}(?:[ -][0-9]{1,2}){2})[ ]?(?:[.,;!?()]|\n|$|(?:au|an|in|im|at|ask|dem|per|para|for|für|before|bis|ab|after)[ ]))"
)
# a key goes on behind the words that it is known by: `geburtsdatum_kunde`, `phoneOfGuest`
SUFFIXED = re.compile(
    r"(?:(?:_|(?<=[a-z0-9])(?=[A-Z]))(?!(?i:count|type|kind|id|len|length|size|format|regex|pattern|valid|validator|validation|verified|check|checked|error|code|status|at|time|hash|limit|max|min|index|idx|version|class|title|hint|url|ref|total|sum|rate|mask|field|column|key|name)(?![a-z]))[A-Za-z0-9]{1,20}){1,2}(?:\\?[\"'`\])}]){0,2}\s{0,2}(?::=|=>|[:=])\s{0,5}\\?[\"'`]?"
)


# what parts a name and a value: without one in reach neither pattern is tried
_EQUALS, _FAR = re.compile(r"[:=：>]"), 120


def fields(text: str) -> Iterator[Hit]:
    """Yield what stands behind the name of a field and a sign, by the field's shape."""
    for match in _FIELDS.find(text):
        sign = _SHORT.match(text, match.end) if match.kind == "PHONE_NUMBER" else None
        if sign is None and _EQUALS.search(text, match.end, match.end + _FAR) is not None:
            sign = _SIGN.match(text, match.end) or SUFFIXED.match(text, match.end)
        if sign is None and match.kind == "PHONE_NUMBER":
            sign = _ALONE.match(text, match.end)
        if sign is None:
            continue
        if "=" in sign[0] and text[match.start : match.start + 3].lower() == "ext":
            continue  # an extension of something else
        shape, score = _SHAPES.get(match.kind, (_ID, 0.5))
        value = shape.match(text, sign.end())
        if value is None:
            continue
        label = text[match.start : match.end].lower()
        if match.kind == "USERNAME" and not is_personal(text, label, sign[0], *value.span()):
            continue
        if shape is _ID and (len(value[0]) < 6 or sum(c.isdigit() for c in value[0]) < 4):
            continue
        yield Hit(*value.span(), match.kind, score, "field", f"label {match.kind.lower()}")


FOUND: frozenset[str] = frozenset(
    {d.entity for d in DOCUMENTS}
    | {e for c in COUNTRIES for e in c.fields} - _PEOPLE - {"ZIP_CODE"}
)
Recognizer = Callable[[str], Iterator[Hit]]
