"""What a name looks like, by script, and what beside it is no part of it. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.honorifics import KOREAN_TWO
from stageflow_guard.redaction.recognizers.people.words import (
    BUSINESS,
    NEXT_FIELDS,
    PARTICLES,
    STOP,
)
from stageflow_guard.redaction.recognizers.phrases import (
    UNSPACED,
    register,
    unspaced,
)

_PARTICLE = r"(?=[a-z'’])(?:de la|de los|van der|van den|van de|von der|von und zu|de|da|do|das|dos|di|du|des|van|von|vom|zu|zum|der|den|del|della|degli|la|le|el|al|in 't|in ’t|op den|op de|aan de|bin|ibn|ben|abu|ter|ten|te|af|av|y|'t|’t|d'|st\.)"
_CAPITAL = r"[^\W\d_a-zß-ÿ](?:[^\W\d_]|(?<=\w)['’-](?=[^\W\d_]))*"
_WORD = rf"(?:(?:Md|Mohd|Mhd|Sk)\.(?=[ ][^\W\d_a-z])|(?:al|el|ad|ar|as|an|bin|ibn|bint|ben|abd|abu)-{_CAPITAL}|Ste?\.(?=[ ][^\W\d_a-z])|{_CAPITAL}|(?:[dDlL]|[dD]ell|[dD]all|[aA]ll|[nN]ell|[dD]egl)['’]{_CAPITAL}|['’]t(?=[ ])|['’]s-{_CAPITAL})"
_INITIAL = r"(?:[^\W\d_a-zß-ÿ]\.){1,4}"
FULL = rf"(?:(?:{_PARTICLE}[ ]){{0,2}}(?:{_INITIAL}|{_WORD})(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:{_INITIAL}|{_WORD})){{0,3}})"
_NAME = re.compile(rf"{FULL}(?![\w(\[$]|\.\w)")
# after "my name is" case tells nothing
_ANY_CASE = re.compile(
    r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ ](?:[^\W\d_]\.|[^\W\d_]+(?:['’-][^\W\d_]+)*)){0,2}"
)
TOUCHING = re.compile(f"[{UNSPACED}]")
# names in scripts without spaces or without capitals: where they end
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff々]"
_ARABIC = r"[\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06ee\u06ef\u06fa-\u06ff]"  # letters, no comma
_KOREAN_ENDS = (
    "입니다|이고|이에요|예요|이라고|라고|이야|님|은(?![\uac00-\ud7a3])|는(?![\uac00-\ud7a3])|이며"
)
_SCRIPTS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"{_HAN}{{1,4}}[ 　]?{_HAN}{{1,4}}(?=[\u3040-\u30ff])|[\u30a1-\u30fa\u30fcー]{{2,10}}(?:[ 　・.][\u30a1-\u30fa\u30fcー]{{2,10}}){{0,3}}"),
    re.compile(rf"{_HAN}{{2,6}}[·・•.]{_HAN}{{2,8}}"),
    re.compile(rf"{_HAN}{{1,3}}[ 　]{_HAN}{{1,3}}(?!{_HAN})|{_HAN}{{2,4}}(?!{_HAN})|{_HAN}{{2,3}}"),
    re.compile(rf"(?:{KOREAN_TWO})[\uac00-\ud7a3]{{1,2}}?(?={_KOREAN_ENDS}|[^\uac00-\ud7a3]|$)|[\uac00-\ud7a3]{{3}}(?![\uac00-\ud7a3])|[\uac00-\ud7a3]{{2,4}}?(?={_KOREAN_ENDS})|"
               r"[\uac00-\ud7a3]{2,4}(?![\uac00-\ud7a3])|[\uac00-\ud7a3]{3}"),
    re.compile(r"[\u0900-\u097f]{2,}(?: [\u0900-\u097f]{2,}){0,2}?(?= ?(?:है|ह|हूँ|हूं|और|आर)(?![\u0900-\u097f])|[^\u0900-\u097f ]|$)"),
    re.compile(rf"{_ARABIC}{{2,}}(?: (?:(?:بن|بنت|ابن|أبو|ابو|آل|عبد) )?(?!و|من|هو|في){_ARABIC}{{2,}}){{0,2}}"),
    re.compile(r"[\u0e00-\u0e7f]{2,}?(?: [\u0e00-\u0e7f]{2,}?)?(?=ครับ|ครบ|ค่ะ|คะ|[^\u0e00-\u0e7f ]|$| )"),
    re.compile(r"[\u0590-\u05ff]{2,}(?:[ -][\u0590-\u05ff]{2,}){0,2}"),
    # Georgian and Ethiopic know no capitals
    re.compile(r"[\u10d0-\u10ff]{2,}(?: (?!და |ვარ|მინდა|ვცხოვრობ)[\u10d0-\u10ff]{3,})?"),
    re.compile(r"[\u1200-\u137f]{2,}(?: (?!ነው|ነኝ|እና|ይባላል)[\u1200-\u137f]{2,}){0,2}"),
    # Bengali to Malayalam, without the word for "is"
    re.compile(r"[\u0980-\u0d7f]{2,}(?: (?!છે|হয়|হয)[\u0980-\u0d7f]{2,}){0,2}"),
)  # fmt: skip


def phrases(attribute: str) -> list[str]:
    """Return what the countries' files give as `attribute`, in all languages."""
    return [p for c in COUNTRIES for p in getattr(c, attribute).split("|") if p]


TITLES: dict[str, list[str]] = {}  # by their first word in lower case
for _title in sorted(set(phrases("titles")), key=lambda t: (-len(t), t)):
    if not TOUCHING.search(_title):
        TITLES.setdefault(re.split(r"[ .-]", _title.lower())[0], []).append(_title)
_TITLE_HEADS = (
    frozenset(re.split(r"[ .]", t)[0] for group in TITLES.values() for t in group) - PARTICLES
)
register(TITLES)


def capitalised(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of the capitalised name at `at`, without what is no part of it; None where none is."""
    match = _NAME.match(text, at)
    if match is None:
        return None
    return trimmed(text, match.start(), match.end())


def of_any_case(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of the name at `at`, capitals or not; None where a common word stands there."""
    match = _ANY_CASE.match(text, at)
    if match is None:
        return None
    words, end = match[0].split(" "), at
    kept = []
    for word in words:
        if word.lower() in STOP:
            break
        kept.append(word)
    if not kept or len(kept[0]) < 2 or kept[0].lower() in BUSINESS:
        return None
    if kept[0] in _ARTICLES and kept[-1].islower():
        return None  # `me llamo la atención`
    return at, end + len(" ".join(kept))


_ARTICLES = frozenset(["la", "el", "los", "las", "le", "les", "il", "lo", "gli", "the", "der", "die", "das", "een", "het", "um", "uma", "un", "una", "une"])  # fmt: skip


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Take off what is no part of a name: a possessive, little words, a word of business."""
    words = text[start:end].split(" ")
    if (
        _CUTS.isdisjoint([word.lower().strip(".") for word in words])
        and words[0][:1].isupper()
        and words[-1][-2:-1] not in ("'", "’")
        and (len(words[-1]) > 1 and words[-1][-1] != ".")
    ):
        return start, end  # no word that decides anything
    lead = _DUTCH.match(text, start, end)
    if lead is not None:
        rest = trimmed(text, lead.end(), end)
        return None if rest is None else (start, rest[1])
    while words and (words[-1].lower() in STOP or words[-1].lower() in PARTICLES) and not (
        _is_surname(words, len(words) - 1)
    ):  # fmt: skip
        words.pop()
    for place, word in enumerate(words):
        initial = word[1:] == "." and place < len(words) - 1
        lone = len(word) == 1 and word.isupper() and words[place - 1] in PARTICLES  # de la O
        surname = _is_surname(words, place) or _begins_surname(words, place)
        if place and not (initial or lone or surname) and (
            word.lower() in STOP
            or word.strip(".") in _TITLE_HEADS
            or (word.lower().strip(".") in NEXT_FIELDS and _has_a_value(text, start, words, place))
        ):  # fmt: skip
            words = words[:place]
            break
    while len(words) > 1 and words[-1] in PARTICLES:  # what the cut left
        words.pop()
    if not words or words[0] in _ARTICLES:
        return None
    if words[0].lower() in STOP and not (words[0] == "Ma" and len(words) > 1):  # Mª Dolores
        return None
    if any(
        word.lower().strip(".") in BUSINESS and not _is_surname(words, place)
        for place, word in enumerate(words)
    ):
        return None
    found = " ".join(words)
    if found[-2:] in ("'s", "’s"):
        found = found[:-2]
    if not any(c.isupper() for c in found) or not any(
        len(word) > 1 and word[-1] != "." for word in found.split(" ")
    ):
        return None
    return start, start + len(found)


_ARTICLES = frozenset({"der", "den", "des", "das", "le", "la", "el"})  # alone before a noun
# words that may be none of a name, or decide about it
_CUTS = (
    STOP | PARTICLES | BUSINESS | NEXT_FIELDS | {word.lower() for word in _TITLE_HEADS} | _ARTICLES
)


def _has_a_value(text: str, start: int, words: list[str], place: int) -> bool:
    """Say whether a value follows the name of a field that stands behind a name."""
    return _VALUE_NEXT.match(text, start + len(" ".join(words[: place + 1]))) is not None


_VALUE_NEXT = re.compile(
    r"[ ]{0,3}(?:[:#=№+(0-9\x1e]|n[.°ºo]{1,2}[ ]|(?i:no|nr|num|number)\.?[ :]|[A-Z]{1,3}[0-9]|\S{1,40}@)"
)


def ends_at_a_field(text: str, end: int) -> bool:
    """Say whether the name of the next field, and its value, stand behind a name that ends at `end`."""
    word = _WORD_NEXT.match(text, end)
    return word is not None and word[1].lower() in _FIELDS_OF_PEOPLE and (
        _FOUND_NEXT.match(text, word.end()) is not None
    )  # fmt: skip


# fields of things, too; and a value that was found before, or has many digits
_OF_THINGS_TOO = frozenset(["id", "employee", "account", "konto", "kontonummer", "address", "adresse", "anschrift", "dirección", "indirizzo", "adres", "endereço", "adress", "адрес", "адреса", "διεύθυνση"])  # fmt: skip
_FIELDS_OF_PEOPLE = NEXT_FIELDS - _OF_THINGS_TOO
_FOUND_NEXT = re.compile(
    r"[ ]{0,2}(?:n[.°ºo]{1,2}|№|(?i:no|nr|num|number)\.?)?[ ]?[:#]?[ ]{0,2}(?:\x1e|[+(]?(?:[0-9][ ()./-]{0,2}){6})"
)


_WORD_NEXT = re.compile(r"[ ]{1,3}([^\W\d_][\w-]{1,18})")


def _is_surname(words: list[str], place: int) -> bool:
    """Say whether the last word is a surname that is a word, too, behind a given name: `Sidonie March`."""
    return 0 < place == len(words) - 1 and words[place].lower() in _SURNAMES_TOO and (
        words[place - 1].lower() in GIVEN_NAMES
    )  # fmt: skip


def _begins_surname(words: list[str], place: int) -> bool:
    """Say whether a surname of two words begins here: `Lo Presti`."""
    return 0 < place < len(words) - 1 and words[place] in _LEADS


_LEADS = frozenset({"Lo", "La", "Li", "Le", "Lu", "Di", "De", "Del", "Della", "Dello", "Dal", "Dalla", "Da", "El", "Al", "Van", "Von", "Te"})  # fmt: skip
# words that are surnames behind a given name
_SURNAMES_TOO = frozenset(["march", "may", "june", "day", "sales", "monday", "friday", "summer", "summers", "winter", "young", "long", "short", "little", "good", "best", "black", "white", "brown", "green", "gray", "grey", "king", "price", "page", "case", "rich", "new", "old", "small", "strong", "sharp", "wise", "early", "love", "joy", "may", "rose", "hope", "west", "north", "east", "south", "sommer", "winter", "lang", "kurz", "klein", "groß", "gross", "jung", "alt", "neu", "schwarz", "weiß", "weiss", "roth", "braun", "grün", "blau", "gut", "könig", "petit", "grand", "blanc", "noir", "brun", "bon", "leblanc", "legrand", "bueno", "blanco", "rubio", "alegre", "bianchi", "rossi", "neri", "grande", "piccolo", "bruno", "klein", "groot", "lang", "jong", "wit", "zwart", "branco", "pinto"])  # fmt: skip
_DUTCH = re.compile(r"(?:in|op) (?:['’]t|den?|het) (?=[^\W\d_a-z])")  # in 't Veld

_CASELESS = re.compile(r"[\u10d0-\u10ff\u1200-\u137f]")


@lru_cache(maxsize=16)
def scripted(text: str) -> bool:
    """Say whether `text` holds a script in which no capital begins a name."""
    return unspaced(text) or (not text.isascii() and _CASELESS.search(text) is not None)


def in_script(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of the name at `at` in a script without capitals; None where none is."""
    while text[at : at + 1] and text[at] in " は是が:：为為":
        at += 1
    for pattern in _SCRIPTS:
        match = pattern.match(text, at)
        if match is not None and match.end() > at:
            return at, at + len(match[0].rstrip())
    return None
