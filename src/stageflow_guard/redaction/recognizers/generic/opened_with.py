"""Codes of doors, safes, lockers and alarms that no label names: `the gate opens with 4821`, `locker 12, 4-0-7`. Pure.

What opens is named, and a number stands in the same sentence: what is done with it says that it opens
(`opens with`, `marca`, `tourne`), or it is parted as only a lock's numbers are. A second one follows
the first with what it opens: `the shed 3107`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.opened_things import (
    DOORS,
    ENTERS,
    LOCKED,
    OTHERS,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_LOCKED = frozenset(LOCKED)
_HEADS = Heads(dict.fromkeys((*LOCKED, *DOORS)))
_THING = re.compile(
    rf"{any_of(dict.fromkeys((*LOCKED, *DOORS)))}(?P<code>s?[ -]?(?:code|codes|pin|kode|kombination|combinatie|combination|combo))?(?![^\W_])"
)
_BEFORE = r"(?<![\w.,:/#*+-])"
_NO_MORE = r"(?![\w/%€$£°-]|[.,:]\w|[ ](?:€|eur|euros?|kg|km|cm|mm|min|uhr|uur|h|am|pm|days|tage|stück|pieces|pcs|times|mal|fois|veces|volte|keer|vezes|units|unités|unidades|unità|seconds|sekunden|secondes|segundos|secondi|seconden|people|personen|(?:en|in|auf|op|em)[ ](?:stock|lager|voorraad|estoque)|[0-9]))"
_DIALLED = re.compile(
    rf"{_BEFORE}(?:[0-9](?:-[0-9]){{2,7}}|[0-9](?:[ ][0-9]){{2,7}}|[0-9]{{2}}(?:-[0-9]{{2}}){{1,3}}|[0-9]{{2}}(?:[ ][0-9]{{2}}){{2}}|[0-9]{{3,8}}[#*]|[#*][0-9]{{3,8}}[#*]?){_NO_MORE}",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"{_BEFORE}(?:[0-9]{{3,8}}|[0-9]{{1,5}}[A-F][0-9]{{0,5}}|[A-F][0-9]{{3,6}}[A-Z]?){_NO_MORE}",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:0[1-9]|[12][0-9]|3[01])[ -](?:0[1-9]|1[0-2])(?:[ -][0-9]{2})?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_ONES = re.compile(r"[0-9](?:[ -][0-9]){3,7}")
# the number of the thing itself, then a sign, a bracket or the lock: `Spind 23, `, `locker 12 (padlock: `
_ITS_NUMBER = re.compile(
    r"(?:[ ](?:n[ro]?[.°º]?|no\.|nr\.|number|nummer|numéro|número|numero))?[ ](?P<number>[0-9]{1,3})(?![0-9])[ ]?"
)
_SIGN = re.compile(r"(?:[:=(–—→]|->|=>|-[ ]|,[ ])[ ]?$")
_NUMBER_IS = re.compile(
    r"(?<![^\W_])(?:number|numbers|digits|nummer|zahl|zahlen|ziffern|numéro|chiffres|número|números|cifras|numero|numeri|cifre|cijfers|dígitos|code|codes|código|codice|pin|combo|combi|combination|kombination|combinaison|combinación|combinazione|combinatie|combinação)(?![^\W_])[^\n.!?;]{0,24}?(?:[ ](?:is|was|are|were|ist|war|sind|est|était|sont|es|era|son|è|sono|zijn|é|são|eram)[ ]|[:=–—(→][ ]?|,[ ])$"
)
_WITH = re.compile(
    r"(?:^|[ ,])(?:with|mit|avec|con|met|com|op|auf|sur|su|is|ist|est|es|è|é)?[ ]?[:(–-]?[ ]?$"
)
_CODES = re.compile(r"(?:code|codes|pin|código|codice|kode|digicode)(?![^\W_])")
_STOPS = re.compile(r"[!;\n]|[.](?=\s|$)|\?(?![ ]*[—–-]?[ ]*[0-9#*])")
_REACH, _BACK, _WORDS, _LEAD = 90, 60, 5, 20


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such codes; a number of a room, an order or a day is none."""
    lower = lowered(text)
    ended, seen = -1, -1  # where the last code ended, and the last thing
    for at in _HEADS.places(lower):
        thing = None if lower[at - 1 : at].isalnum() else _THING.match(lower, at)
        if thing is None or at < seen:
            continue
        seen = end = thing.end()
        if text[at].isupper() and text[at:end].isupper():
            continue  # a heading, or a constant of a program
        stop = _STOPS.search(lower, end, min(len(lower), end + _REACH))
        high = min(len(lower), end + _REACH) if stop is None else stop.start()
        span = _behind(lower, end, high, locked=thing[0] in _LOCKED, coded=thing["code"] is not None) or _second(
            lower, at, end, high, ended
        ) or _ahead(lower, at, end)  # fmt: skip
        if span is not None:
            ended = span[1]
            yield Hit(*span, "SECRET", 0.45, "opens something", "label code")


def _behind(
    lower: str, end: int, high: int, *, locked: bool, coded: bool
) -> tuple[int, int] | None:
    """Return the code that a sentence tells behind what it opens."""
    number = _ITS_NUMBER.match(lower, end, high)
    numbered = number is not None and locked
    low = number.end() if number is not None and locked else end
    dialled = _DIALLED.search(lower, low, high)
    plain = _PLAIN.search(lower, low, high)
    first = min(filter(None, (dialled, plain)), key=lambda match: match.start(), default=None)
    if first is None:
        return None
    between = lower[end : first.start()]
    if OTHERS.search(between) is not None:
        return None
    done = ENTERS.search(between) is not None
    told = _NUMBER_IS.search(between) is not None
    if first is dialled:
        ones = first[0][-1] in "#*" or _ONES.fullmatch(first[0]) is not None
        if _DAY.fullmatch(first[0]) is not None and not (done or told):
            return None
        sure = locked or ones or done or told
        return first.span() if sure else None
    if _YEAR.fullmatch(first[0]) is not None and not done:
        return None
    if done or (told and len(first[0]) > _SHORT):
        return first.span()
    near = between.count(" ") <= _WORDS + 2
    if coded and between.count(" ") <= 1 and len(first[0]) > _SHORT and between.strip() in _TIES:
        return first.span()
    if locked and near and (
        _SIGN.search(between) is not None or (numbered and _THING.search(between) is not None)
        or (not between.strip() and len(first[0]) == _SHORT + 1)
    ):  # fmt: skip
        return first.span()
    return None


_SHORT = 3
_TIES = frozenset(["", ":", "=", "is", "->", "→", "-", "–"])


def _second(lower: str, at: int, end: int, high: int, ended: int) -> tuple[int, int] | None:
    """Return the code of one more thing, right behind another that was told."""
    code = _PLAIN.search(lower, end, high)
    if code is None or code.end() - code.start() <= _SHORT:
        return None
    between = lower[end : code.start()]
    if "," in between or between.count(" ") > _WORDS or OTHERS.search(between) is not None:
        return None
    low = max(0, at - _BACK)
    told = ended >= 0 and at - ended <= _BACK and "\n" not in lower[ended:at]
    if told or (
        _CODES.search(lower, low, at) is not None and re.search(r"[0-9],? [^\n.!?]{0,12}$", lower[low:at])
    ):  # fmt: skip
        return code.span() if _WITH.search(between) is not None else None
    return None


def _ahead(lower: str, at: int, end: int) -> tuple[int, int] | None:
    """Return the code that somebody enters before what it opens is named: `key in 4821B on the pad`."""
    low = max(0, at - _BACK)
    low = max(low, lower.rfind("\n", low, at) + 1)
    for code in (*_DIALLED.finditer(lower, low, at), *_PLAIN.finditer(lower, low, at)):
        before, between = lower[low : code.start()], lower[code.end() : at]
        if (
            OTHERS.search(between)
            or OTHERS.search(before[-_LEAD:])
            or between.count(" ") > _WORDS + 1
        ):
            continue
        if _STOPS.search(between) is None and _ENTERED.search(before) is not None:
            return code.span()
    return None


_ENTERED = re.compile(
    r"(?<![^\W_])(?:type|enter|key in|punch in|press|dial|tap in|put in|tippe?|tippst|gib|gibst|drücke?|drückst|wähle?|tapes?|tapez|composez?|composes|fais|faites|saisis|saisissez|marca|marcas|marque|teclea|pulsa|mete|introduce|digita|digite|premi|componi|inserisci|toets|typ|druk|voer|tik|carrega|insere|aperta)(?:[ ](?:in|the|die|den|le|la|el|il|de|o|a|code|código|codice))?[ ](?:code[ ]|código[ ]|codice[ ])?$"
)
