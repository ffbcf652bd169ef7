"""What stands right beside a name and says who it is: `SILVA, ANA | 26.01.1961 | 8807812`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.generic.dates import DATE
from stageflow_guard.redaction.recognizers.hit import Hit

# a record's number without its word
_RECORD = r"[A-Z]{1,3}-?[0-9]{5,10}|[A-Z]{1,2}[0-9]{2}-[0-9]{4,7}|[0-9]{3}-[0-9]{2}-[0-9]{3}"
LONE = re.compile(rf"{_RECORD}|[0-9]{{7,10}}")

_SIGN = r"(?:[ ]?[|/;\x1e][ ]{0,2}|[ ]-[ ]|,[ ]{1,2}|[ ]\()"  # \x1e: a border of cells in a view
_CELLS = frozenset({"|", "/", "-", "\x1e"})
_DAY = rf"(?:(?i:dob|d\.o\.b\.|born)[ :]{{1,2}})?(?P<date>(?i:{DATE}))(?![\w/-])"
# ten digits alone are a phone's, five are a town's
_NUMBER = rf"(?:(?:MRN|mrn|ID|HN)[ :#]{{0,3}}|(?P<hash>#))?(?P<number>{_RECORD}|[0-9]{{7,9}}|(?<=#)[0-9]{{4,6}})(?![\w/-]|[., ][0-9])"
_SEX = r"(?:[MF]|[Mm]ale|[Ff]emale)(?!\w)"
_YEARS = r"(?P<years>[0-9]{1,3})(?:[- ]?(?:years?|yrs?)[- ]old|[ ]?(?:y\.?/?o|yrs?|y)(?!\w))"
_PHONE = r"(?P<phone>\+?\(?[0-9]{2,5}\)?[ ./-][0-9][0-9 ./-]{4,12}[0-9])(?![\w/-])"
_AGED_SEX = r"(?P<sexed>[0-9]{1,3}[ ]?y?[ ]?[MF])(?![\w%/-])"
_BESIDE = re.compile(
    rf"(?P<apart>{_SIGN}|[ ](?=[0-9]{{2,3}}[MF](?!\w)|#[0-9]{{4,10}}(?!\w)|[0-9]{{1,4}}[./-][0-9]{{1,2}}[./-][0-9]{{2,4}}(?![\w/-])|[0-9]{{1,2}}[ -]?[A-Z][A-Za-z]{{2}}[ -]?[0-9]{{4}}(?!\w)))(?:{_AGED_SEX}|{_YEARS}(?:[ ]{_SEX})?|{_DAY}|{_NUMBER}|{_SEX}|{_PHONE})"
)
_AGED = re.compile(r",?[ ](?:is[ ])?an?[ ][0-9]{1,3}[- ]?(?:years?|yrs?|y\.?/?o)(?!\w)")
_FOLLOWS = re.compile(
    r",[ ](?:wt|ht|rm|room|bed|s/p|adm|admitted|post-?op|tel|phone|seen|here|presents|known|born|dob|DOB|MRN|mrn)(?![\w])"
)
_NEXT, _BEHIND_SPACE = frozenset("|/;\x1e,"), frozenset("|/;\x1e-(")  # what `_SIGN` begins with
_MOST, _LEAST_DIALLED = 5, 9


def beside(text: str, at: int) -> list[re.Match[str]]:
    """Return what stands beside a name that ends at `at`: numbers, days, an age, a sex, a phone."""
    out: list[re.Match[str]] = []
    near = text[at : at + 2]
    if near[:1] not in _NEXT and (
        near[:1] != " " or (near[1:] not in _BEHIND_SPACE and not near[1:].isdigit())
    ):
        return out
    while len(out) < _MOST and (match := _BESIDE.match(text, at)) is not None:
        out.append(match)
        at = match.end()
    return out


def identified(found: list[re.Match[str]], words: int, *, dated: bool = True) -> bool:
    """Say whether what stands beside a name of so many words is what a patient is known by.

    `dated`: a day is; not beside capitals alone, which may be a form.
    """
    for match in found:
        if match["number"] is not None or match["sexed"] is not None:
            return True
        if words > 1 and (match["years"] is not None or (dated and match["date"] is not None)):
            return True
    return False


def followed(text: str, at: int) -> bool:
    """Say whether an age, a weight or a bed goes on a sentence that a name begins."""
    return _AGED.match(text, at) is not None or _FOLLOWS.match(text, at) is not None


def told(found: list[re.Match[str]], *, header: bool = False) -> Iterator[Hit]:
    """Yield the number, the date of birth and the phone number beside a name.

    A day alone beside it is a signature's, but in a header: `SILVA, ANA | 26.01.1961`.
    """
    line = any(
        m["number"] is not None or (header and m["apart"].strip(" ") in _CELLS) for m in found
    )
    for match in found:
        for group, kind, score in (
            ("number", "MEDICAL_RECORD_NUMBER", 0.66), ("phone", "PHONE_NUMBER", 0.42), ("date", "DATE_OF_BIRTH", 0.45),
        ):  # fmt: skip
            value = match[group]
            if value is None or (group == "date" and not line):
                continue
            if group != "phone" or sum(map(str.isdigit, value)) >= _LEAST_DIALLED:
                yield Hit(*match.span(group), kind, score, f"{group} beside a name", "label clinic")
