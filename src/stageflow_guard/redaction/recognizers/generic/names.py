"""Names that a text announces: "my name is", a title, a field, a greeting, a sign-off. Pure.

What is not announced needs a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic.announced import SIGN
from stageflow_guard.redaction.recognizers.generic.asked import asked, behind_little_words
from stageflow_guard.redaction.recognizers.generic.name_roles import (
    ANNOUNCING,
    FIELDS,
    LINE_HEADS,
    ROLES,
)
from stageflow_guard.redaction.recognizers.generic.name_words import (
    BRANDS,
    BUSINESS,
    PARTICLES,
    STOP,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import (
    UNSPACED,
    Index,
    Match,
    lowered,
    register,
    unspaced,
    vocabulary,
)

_PARTICLE = r"(?=[a-z'’])(?:de la|de los|van der|van den|van de|von der|von und zu|de|da|do|das|dos|di|du|des|van|von|vom|zu|zum|der|den|del|della|degli|la|le|el|al|in 't|in ’t|op den|op de|aan de|bin|ibn|ben|abu|ter|ten|te|af|av|y|'t|’t|d'|st\.)"
_CAPITAL = r"[^\W\d_a-zß-ÿ](?:[^\W\d_]|(?<=\w)['’-](?=[^\W\d_]))*"
_WORD = rf"(?:{_CAPITAL}|[dDlL]['’]{_CAPITAL}|['’]t(?=[ ]))"
_INITIAL = r"(?:[^\W\d_a-zß-ÿ]\.){1,4}"
_FULL = rf"(?:(?:{_PARTICLE}[ ]){{0,2}}(?:{_INITIAL}|{_WORD})(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:{_INITIAL}|{_WORD})){{0,3}})"
_NAME = re.compile(rf"{_FULL}(?![\w(\[]|\.\w)")
# after "my name is" case tells nothing
_ANY_CASE = re.compile(
    r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ ](?:[^\W\d_]\.|[^\W\d_]+(?:['’-][^\W\d_]+)*)){0,2}"
)
_TOUCHING = re.compile(f"[{UNSPACED}]")
# names in scripts without spaces or without capitals: where they end
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff々]"
_SCRIPTS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"{_HAN}{{1,4}}[ 　]?{_HAN}{{1,4}}(?=[\u3040-\u30ff])|[\u30a1-\u30fa\u30fcー]{{2,10}}(?:[ 　・.][\u30a1-\u30fa\u30fcー]{{2,10}})?"),
    re.compile(rf"{_HAN}{{1,3}}[ 　]{_HAN}{{1,3}}(?!{_HAN})|{_HAN}{{2,4}}(?!{_HAN})|{_HAN}{{2,3}}"),
    re.compile(r"[\uac00-\ud7a3]{3}(?![\uac00-\ud7a3])|[\uac00-\ud7a3]{2,4}?(?=입니다|이고|이에요|예요|이라고|라고|이야|님|은|는|이며)|[\uac00-\ud7a3]{2,4}(?![\uac00-\ud7a3])|[\uac00-\ud7a3]{3}"),
    re.compile(r"[\u0900-\u097f]{2,}(?: [\u0900-\u097f]{2,}){0,2}?(?= ?(?:है|ह|हूँ|हूं|और|आर)(?![\u0900-\u097f])|[^\u0900-\u097f ]|$)"),
    re.compile(r"[\u0600-\u06ff]{2,}(?: (?!و|من|هو|في)[\u0600-\u06ff]{2,}){0,2}"),
    re.compile(r"[\u0e00-\u0e7f]{2,}?(?: [\u0e00-\u0e7f]{2,}?)?(?=ครับ|ครบ|ค่ะ|คะ|[^\u0e00-\u0e7f ]|$| )"),
    re.compile(r"[\u0590-\u05ff]{2,}(?: [\u0590-\u05ff]{2,}){0,2}"),
    # Georgian and Ethiopic know no capitals
    re.compile(r"[\u10d0-\u10ff]{2,}(?: (?!და |ვარ|მინდა|ვცხოვრობ)[\u10d0-\u10ff]{3,})?"),
    re.compile(r"[\u1200-\u137f]{2,}(?: (?!ነው|ነኝ|እና|ይባላል)[\u1200-\u137f]{2,}){0,2}"),
    # Bengali to Malayalam, without the word for "is"
    re.compile(r"[\u0980-\u0d7f]{2,}(?: (?!છે|হয়|হয)[\u0980-\u0d7f]{2,}){0,2}"),
)  # fmt: skip


def _phrases(attribute: str) -> list[str]:
    return [p for c in COUNTRIES for p in getattr(c, attribute).split("|") if p]


# a phrase that says that a name follows; any other may be followed by anything
_FIRST_PERSON = re.compile(r"^(?!the |name|maiden|full|surname|last|first)")
_SURE_SAID = re.compile(
    r"name|nombre|nom\b|nome|naam|heiß|heiss|heet|appelle|llamo|chiamo|chamo|nazywam|heter|hedder|adım|ismim|jmenuj|numesc|зовут|имя|imię|λένε|სახელი|მქვია|ան[ոn]ւն|ስሜ|ስም|नाम|叫|名|이름|اسم|שמ|ชื่อ|שלי|called|prénom|姓"
)
_SAID = Index({"said": _phrases("said")})
_FIELD = Index(FIELDS)
_SIGN = re.compile(SIGN, re.IGNORECASE)
# what is asked for: `and the last name? Caller: Kowalczyk`
_NAMED = (
    "name",
    "nom",
    "nombre",
    "nome",
    "naam",
    "apellido",
    "apellidos",
    "cognome",
    "sobrenome",
    "apelido",
    "nazwisko",
)
# on a line of its own, who sent it and to whom
_SENT_BY = frozenset({"to", "from"}) | LINE_HEADS
# behind these a surname is enough
_IN_WHOSE_NAME = frozenset(
    {
        "op naam van",
        "a nome di",
        "a nome",
        "in the name of",
        "auf den namen",
        "au nom de",
        "a nombre de",
        "em nome de",
    }
)
# who is named between commas
_APPOSED = frozenset({
    "tenant", "landlord", "lessor", "lessee", "licensor", "licensee", "policyholder", "titular", "mieter", "vermieter", "mieterin", "locataire", "bailleur", "inquilino", "inquilina", "arrendatario",
    "arrendador", "huurder", "verhuurder", "conduttore", "locatore", "locatário", "senhorio", "testator", "executor", "plaintiff", "defendant", "petitioner", "respondent", "claimant", "insured",
})  # fmt: skip
_NOBODYS = frozenset(["god", "allah", "jesus", "christ", "gott", "dieu", "dios", "dio", "deus", "love", "freedom", "liberty", "science", "progress", "justice", "peace", "democracy", "humanity", "truth", "law"])  # fmt: skip
_AFTER_SAID = re.compile(r"[ ]?[:：]?[ \n]{0,2}(?:-[ ])?")
# who speaks: a greeting before "this is", a reason for the call behind the name
_GREETINGS = (
    "hi", "hello", "hey", "hallo", "hola", "yes",
    "bonjour", "buongiorno", "bonsoir", "salve", "ciao",
)  # fmt: skip
_CALLING = re.compile(
    r"[ ,]+(?:from|de|du|del|della|dello|dal|von|van|vom|da|calling|speaking|here|with|again|my|your)(?!\w)"
)
_CONTEXT = re.compile(
    r"[,.!?]?(?:\s*$|\n)|,|[.!?]|[ ](?:and|from|here|calling|speaking|with|at|y|de|et|und|aus|vom|von|e|en|van|i|z|och|från|ve|from)(?![^\W_])"
)
_TITLES: dict[str, list[str]] = {}  # by their first word in lower case
for _title in sorted(set(_phrases("titles")), key=lambda t: (-len(t), t)):
    if not _TOUCHING.search(_title):
        _TITLES.setdefault(re.split(r"[ .-]", _title.lower())[0], []).append(_title)
_TITLE_HEADS = (
    frozenset(re.split(r"[ .]", t)[0] for group in _TITLES.values() for t in group) - PARTICLES
)
register(_TITLES)
_AFTER_TITLE = re.compile(r"(?:\.[ ]?|[ ])(?=[^\W_]|['’])")
# an address begins so: Herrn⏎Ansgar Theobald
_BELOW_TITLE = re.compile(r"[ \r]{0,2}\n(?=[^\W\d_a-z])")
_DOTTED = frozenset(
    {
        "M",
        "D",
        "Fr",
        "Me",
        "Ir",
        "Ing",
        "Lic",
        "Pr",
        "Hr",
        "d",
        "pan",
        "seu",
        "Hon",
        "Col",
        "Lt",
        "Mr",
        "f",
        "Sn",
        "Dl",
        "Eng",
        "Enf",
        "Pac",
        "enf",
        "pac",
    }
)
_BOTH = frozenset({"Mr", "Hr", "pan", "seu"})  # with a dot or without
# whose name it is where a person is not meant
_THINGS = frozenset(["file", "host", "class", "domain", "table", "column", "package", "module", "project", "company", "product", "event", "job", "task", "stage", "node", "pod", "service", "server", "image", "container", "bucket", "queue", "topic", "branch", "tag", "brand", "model", "device", "method", "function", "variable", "field", "key", "path", "folder", "group", "role", "city", "state", "street", "country", "region", "zone", "cluster", "namespace", "app", "application", "program", "process", "thread", "user", "display", "code", "short", "long", "common", "generic", "medication", "drug", "test", "type", "sheet", "schema", "index", "database", "db", "repo", "repository", "team", "tool", "plugin", "library", "font", "theme", "color", "pet", "school", "bank", "hotel", "store", "shop", "game", "song", "album", "track", "book", "movie", "film", "place", "location", "business", "organisation", "organization", "legal", "trade", "step", "workflow", "action", "metric", "alert", "rule", "policy", "config", "setting", "option", "param", "parameter", "arg", "argument", "attribute", "property", "tenant", "the", "its", "a"])  # fmt: skip
# who has a name in a key of several words
_PERSONAL = frozenset(
    [
        "kin",
        "customer",
        "client",
        "patient",
        "employee",
        "contact",
        "person",
        "owner",
        "holder",
        "guest",
        "member",
        "sender",
        "recipient",
        "receiver",
        "author",
        "student",
        "teacher",
        "buyer",
        "seller",
        "payer",
        "payee",
        "driver",
        "passenger",
        "applicant",
        "beneficiary",
        "cardholder",
        "traveller",
        "traveler",
        "insured",
        "tenant",
        "landlord",
        "parent",
        "mother",
        "father",
        "spouse",
        "child",
        "emergency",
        "manager",
        "supervisor",
        "agent",
        "doctor",
        "physician",
        "nurse",
        "candidate",
        "subscriber",
        "voter",
        "signer",
        "signatory",
        "donor",
        "debtor",
        "creditor",
        "shipper",
        "consignee",
        "requester",
        "requestor",
        "reporter",
        "assignee",
        "approver",
        "caller",
        "lead",
        "participant",
        "attendee",
        "resident",
        "citizen",
        "worker",
        "staff",
        "billing",
        "shipping",
        "legal",
        "real",
        "user",
        "profile",
        "to",
        "from",
        "your",
        "my",
        "his",
        "her",
        "their",
        "preferred",
        "nick",
        "birth",
        "married",
        "former",
        "previous",
        "new",
        "old",
        "current",
        "primary",
        "secondary",
        "account",
        "record",
        "data",
        "form",
        "reply",
        "cc",
        "attn",
        "crm",
        "hr",
        "end",
        "victim",
        "witness",
        "suspect",
        "defendant",
        "plaintiff",
        "relative",
        "guardian",
        "referrer",
        "host",
        "speaker",
        "visitor",
        "leaser",
        "kunde",
        "kunden",
        "cliente",
        "client",
    ]
)
_LAST_WORD = re.compile(r"([A-Za-z]+)[ _.-]?$")


def _of_a_thing(text: str, at: int, field: str) -> bool:
    """Say whether the name is that of a thing: `QuotaName`, `table name`."""
    word = _LAST_WORD.search(text, max(0, at - 16), at)
    if word is None:
        return False
    last = re.split(r"(?<=[a-z])(?=[A-Z])", word[1])[-1].lower()
    glued = text[at - 1 : at].isalpha() or text[at - 1 : at] in ("_", "-", ".")
    if field == "name" and glued:
        return last not in _PERSONAL
    return last in _THINGS or word[1].lower() in _THINGS


def recognize(text: str) -> Iterator[Hit]:
    """Yield announced names; a field's value counts from two words on, a title's from one."""
    yield from _said(text)
    yield from _titled(text)
    yield from _fields(text)


# Isolde Fairweather <isolde.f@…>
_MAILED = re.compile(r"[\"']?[ ]<(?=[^\s<>@\x1e]{1,64}@[^\s<>@\x1e]{1,253}>)")
_BEFORE_MAIL = re.compile(rf"(?:^|(?<=[\s\"'(,;:|>])){_FULL}$")


def mailed(text: str) -> Iterator[Hit]:
    """Yield the name of two words or more that stands before an address in angle brackets.

    The address has to be seen, so this reads what the rest of prose is not shown.
    """
    if "@" not in text or " <" not in text:
        return
    for sign in _MAILED.finditer(text):
        low = max(0, sign.start() - 60, text.rfind("\n", 0, sign.start()) + 1)
        before = _BEFORE_MAIL.search(text, low, sign.start())
        name = None if before is None else _trimmed(text, before.start(), sign.start())
        if name is not None and name[1] == sign.start() and " " in text[slice(*name)]:
            yield Hit(*name, "PERSON", 0.4, "name, mail", "label address")


def _said(text: str) -> Iterator[Hit]:
    for match in _SAID.find(text):
        phrase = lowered(text)[match.start : match.end]
        if text[match.start - 1 : match.start] == "_":
            continue  # a part of a variable's name
        gap = _AFTER_SAID.match(text, match.end)
        at = gap.end() if gap is not None else match.end
        touching = _TOUCHING.match(text[match.end - 1 : match.end]) is not None
        if at == match.end and not touching:
            continue
        sure = _SURE_SAID.search(phrase) is not None
        name = _in_script(text, at) if touching or _scripted(text) else None
        if name is None:
            name = capitalised(text, at) if sure or "\n" not in text[match.end : at] else None
            if name is not None and not sure and not _alone(text, match.start, name, phrase):
                continue
        if name is None and sure and _FIRST_PERSON.search(phrase):
            name = _of_any_case(text, at)
        if name is not None:
            yield Hit(*name, "PERSON", 0.5, "name, said", "label said")


def _alone(text: str, start: int, name: tuple[int, int], phrase: str) -> bool:
    """Say whether a name really follows "I am": what comes behind it ends a clause."""
    words = text[name[0] : name[1]].split(" ")
    if words[0].lower() in STOP or any(w.lower() in BUSINESS for w in words):
        return False
    if phrase in ("this is", "it's", "it is", "met", "c'est", "habla", "parla"):
        before = text[max(0, start - 12) : start].strip(" ,.!\n").lower()
        greeted = before in ("", '"', "«", "»", "“") or before.endswith(_GREETINGS)
        calling = _CALLING.match(text, name[1]) is not None
        # two words need one sign that somebody speaks; a single word needs both
        speaks = (greeted or calling) if len(words) >= 2 else (greeted and calling)
        if not speaks:
            return False
    return _CONTEXT.match(text, name[1]) is not None


def capitalised(text: str, at: int) -> tuple[int, int] | None:
    """Return the range of the capitalised name at `at`, without what is no part of it; None where none is."""
    match = _NAME.match(text, at)
    if match is None:
        return None
    return _trimmed(text, match.start(), match.end())


def _of_any_case(text: str, at: int) -> tuple[int, int] | None:
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
    return at, end + len(" ".join(kept))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Take off what is no part of a name: a possessive, little words, a word of business."""
    lead = _DUTCH.match(text, start, end)
    if lead is not None:
        rest = _trimmed(text, lead.end(), end)
        return None if rest is None else (start, rest[1])
    words = text[start:end].split(" ")
    while words and (words[-1].lower() in STOP or words[-1].lower() in PARTICLES):
        words.pop()
    for place, word in enumerate(words):
        if place and (word.lower() in STOP or word.strip(".") in _TITLE_HEADS):
            words = words[:place]
            break
    if not words or words[0].lower() in STOP or words[0] in _ARTICLES:
        return None
    if any(word.lower().strip(".") in BUSINESS for word in words):
        return None
    found = " ".join(words)
    if found[-2:] in ("'s", "’s"):
        found = found[:-2]
    if not any(c.isupper() for c in found) or not any(
        len(word) > 1 and word[-1] != "." for word in found.split(" ")
    ):
        return None
    return start, start + len(found)


_DUTCH = re.compile(r"(?:in|op) (?:['’]t|den?|het) (?=[^\W\d_a-z])")  # in 't Veld
_ARTICLES = frozenset({"der", "den", "des", "das", "le", "la", "el"})  # alone before a noun


_GENITIVE = re.compile(r"([\u10d0-\u10ff]+ის) $")
_GEORGIAN_PERSONS = frozenset(
    [
        "მომხმარებლის",
        "კლიენტის",
        "პაციენტის",
        "თანამშრომლის",
        "მამის",
        "დედის",
        "მფლობელის",
        "პირის",
        "სტუდენტის",
        "მოსწავლის",
        "მეუღლის",
        "ბავშვის",
    ]
)
_CASELESS = re.compile(r"[\u10d0-\u10ff\u1200-\u137f]")


@lru_cache(maxsize=16)
def _scripted(text: str) -> bool:
    """Say whether `text` holds a script in which no capital begins a name."""
    return unspaced(text) or (not text.isascii() and _CASELESS.search(text) is not None)


def _of_a_georgian_thing(text: str, at: int) -> bool:
    """Say whether the name is that of a file, of a product: a genitive that is no person's."""
    owner = _GENITIVE.search(text, max(0, at - 32), at)
    return owner is not None and owner[1] not in _GEORGIAN_PERSONS


def _in_script(text: str, at: int) -> tuple[int, int] | None:
    while text[at : at + 1] and text[at] in " は是が:：为為":
        at += 1
    for pattern in _SCRIPTS:
        match = pattern.match(text, at)
        if match is not None and match.end() > at:
            return at, at + len(match[0].rstrip())
    return None


def _titled(text: str) -> Iterator[Hit]:
    for head in vocabulary(text) & _TITLES.keys():
        for title in _TITLES[head]:
            needle = f"{title}." if title in _DOTTED and title not in _BOTH else title
            at = text.find(needle)
            while at >= 0:
                hit = _behind_title(text, at, title)
                if hit is not None:
                    yield hit
                at = text.find(needle, at + 1)


_INITIALS = re.compile(r"(?:[A-Z][ ]){1,2}(?=[^\W\d_a-z][^\W\d_A-Z])")


def _initials(text: str, at: int) -> int:
    """Return how many characters of initials without a dot stand at `at`: `Dr A Shah`."""
    match = _INITIALS.match(text, at)
    return 0 if match is None else len(match[0])


def _behind_title(text: str, at: int, title: str) -> Hit | None:
    before = text[at - 1 : at] if at else ""
    gap = _AFTER_TITLE.match(text, at + len(title))
    below = None
    if gap is None and before in ("", "\n") and len(title) > 3:
        gap = below = _BELOW_TITLE.match(text, at + len(title))
    if gap is None or before.isalnum() or before in ("_", ".", "-"):
        return None
    name = capitalised(text, gap.end() + _initials(text, gap.end()))
    if name is None:
        return None
    name = (gap.end(), name[1])
    if below is not None and (
        " " not in text[slice(*name)] or text[name[1] : name[1] + 1] not in ("", "\n", "\r")
    ):
        return None
    words = text[name[0] : name[1]].split(" ")
    if len(words) == 1 and words[0] in BRANDS:
        return None
    if title[0].islower() and words[0].isupper() and len(words[0]) > 3:
        return None
    return Hit(*name, "PERSON", 0.5, "name, title", "label title")


def _unsigned(text: str, match: Match, word: str) -> int:
    """Return where a name may begin behind a word without a sign; -1 where none follows."""
    told = _asked_for(text, match.end) if word.endswith(_NAMED) else 0
    at = match.end + ("." in word and text[match.end : match.end + 1] == ".")
    if not told and text[at : at + 2] == ", " and word in _APPOSED:
        told = at + 2
    if told:
        return behind_little_words(text, told)
    touching = _TOUCHING.match(text[match.end - 1 : match.end])
    role = word in ANNOUNCING or (word in ROLES and (text[match.start].isupper() or word == "name"))
    return at + 1 if text[at : at + 1] in (" ", "は", "是") and (touching or role) else -1


def _fields(text: str) -> Iterator[Hit]:
    for match in _FIELD.find(text):
        sign = _SIGN.match(text, match.end)
        word = lowered(text)[match.start : match.end]
        at = _unsigned(text, match, word) if sign is None else sign.end()
        if at < 0:
            continue
        if (
            match.kind == "PERSON" and (sign is not None or word not in ANNOUNCING)
            and _of_a_thing(text, match.start, word)
        ):  # fmt: skip
            continue
        if word[0] > "\u10cf" and _of_a_georgian_thing(text, match.start):
            continue
        if word in _SENT_BY and text[match.start - 1 : match.start] not in ("", "\n", '"'):
            continue
        quoted = text[at - 1 : at] in ("'", '"', "`")
        part = match.kind == "PERSON_PART"
        name = _in_script(text, at) if _scripted(text) else None
        named = sign is not None and " " in word and word.endswith(("name", "holder", "owner"))
        caseless = name is not None
        name = name or capitalised(text, at) or (_plain_part(text, at) if part and quoted else None)
        if name is None:
            continue
        # one word is enough, too, where the surname stands first: `Patient: Krause, Bettina`
        turned = sign is not None and _turned(text, name) != name
        alone = word in _IN_WHOSE_NAME and text[slice(*name)].lower() not in _NOBODYS
        least = 1 if part or named or caseless or turned or alone else 2
        least = 1 if word in _BOTH_NAMES and _GIVEN_BELOW.match(text, name[1]) else least
        words = text[name[0] : name[1]].split(" ")
        if len(words) < least or (len(words) == 1 and words[0].lower() in BUSINESS):
            continue
        bare = sign is not None and sign[0].strip()[-1:] == "="
        query = match.start > 0 and text[match.start - 1] in "?&"
        if (
            word == "name" and sign is not None and "=" in sign[0] and not query
            and not (quoted and _beside_a_person(text, match.start, name[1]))
        ):  # fmt: skip
            continue  # an attribute of anything
        if bare and all(w.isupper() for w in words):
            continue  # a constant
        if (
            all(w.isupper() and len(w) > 1 for w in words)
            and least == 2
            and word in ("from", "to", "name")
        ):
            continue
        yield from _people(text, name, word if sign is not None else "", least)


_OF = re.compile(
    r"(?<![^\W\d_])(?:of|for|der|des|de|du|della|del|do|da|van)(?![^\W\d_])", re.IGNORECASE
)


def _asked_for(text: str, at: int) -> int:
    """Return where the answer begins to a question for a person's name; 0 where none is."""
    told = asked(text, at)
    question, sign, _ = text[at:told].replace("？", "?").partition("?")
    return told if sign and _OF.search(question) is None else 0


# a surname above its given name: `Name: Yilmaz⏎Vorname: Emre`
_BOTH_NAMES = frozenset({"name", "nom", "naam", "nombre", "nome", "namn", "navn"})
_GIVEN_BELOW = re.compile(
    r"[ ]?[\n,;|][ ]?(?:vorname|first[ ]?name|given names?|forename|prénoms?|voornaam|voornamen|förnamn|fornavn|imię)s?[ ]?[:=]",
    re.IGNORECASE,
)


# what else only people have: `name = "…", email = "…"`
_OF_PEOPLE = re.compile(
    r"(?<![\w-])(?:e[-_]?mail|phone|telephone|mobile|ssn|dob|birth_?day|birth_?date|date_of_birth|age)[\"']?\s{0,3}[=:](?!=)",
    re.IGNORECASE,
)
_BESIDE = 100  # characters


def _beside_a_person(text: str, start: int, end: int) -> bool:
    """Say whether another field of a person stands beside `[start, end)`, in the same block."""
    before = text[max(0, start - _BESIDE) : start].rpartition("\n\n")[2]
    behind = text[end : end + _BESIDE].partition("\n\n")[0]
    return _OF_PEOPLE.search(before) is not None or _OF_PEOPLE.search(behind) is not None


def _people(text: str, name: tuple[int, int], field: str, least: int) -> Iterator[Hit]:
    """Yield a name behind `field` and its sign, whole, and whoever follows in a list."""
    if field and field not in _LISTED:
        name = _turned(text, name)
    yield Hit(*name, "PERSON", 0.45 if least == 1 else 0.4, "name, field", "label field")
    if field in _LISTED:
        yield from _others(text, name[1])


# several people stand behind these
_LISTED = frozenset({"to", "cc", "bcc", "attn", "attention", "attendees", "participants", "from", "signed by", "prepared by", "present", "absent", "in attendance", "apologies", "teilnehmer", "teilnehmende", "anwesend", "entschuldigt", "présents", "excusés", "absents", "asistentes", "participantes", "partecipanti", "presenti", "assenti", "deelnemers", "aanwezig", "afwezig", "presentes", "ausentes", "uczestnicy", "obecni", "deltagare", "närvarande"})  # fmt: skip
_COMMA = re.compile(r"[,;][ ](?=[^\W\d_])")
# what a form has behind a name: a day of birth, a number, a sex
_OF_A_FORM = r"(?:(?i:geb|geboren|n[ée]+e?|nat[oa]|nacid[oa]|fecha|born|dob|d\.o\.b|mrn|id|age|sex|tel|phone|chart|hosp|nhs)(?!\w))"
_GIVEN = re.compile(
    rf",[ ]?(?:[^\W\d_a-z][\w'’-]{{1,24}}(?:[ ][^\W\d_a-z][\w'’.-]{{0,24}})?|[A-Z](?:\.(?:[ ]?[A-Z]\.){{0,3}}|(?=[ ]{{2}}|$|\n)))(?=[ ]*(?:$|[\n|;()\"])|[ ]{{2}}|[ ]?[,/][ ](?:\*?[0-9]|{_OF_A_FORM})|[ ]{_OF_A_FORM})"
)


def _turned(text: str, name: tuple[int, int]) -> tuple[int, int]:
    """Return the name with the given name behind its comma: `Patient: van der Berg, Hendrik`."""
    given = _GIVEN.match(text, name[1])
    capitals = sum(w[0].isupper() for w in text[slice(*name)].split(" "))
    if given is None or capitals != 1 or given[0][2:].split(" ")[0].lower() in STOP:
        return name
    return name[0], given.end()


_LIST_TITLE = re.compile(
    r"(?:Cllr|Mr|Mrs|Ms|Dr|Prof|Herr|Frau|M|Mme|Mlle|Sr|Sra|Sig|Sig\.ra|Dña|Don|dhr|mevr|mw|Rev|clerk|geom)\.?[ ](?=[^\W\d_a-z])"
)


def _others(text: str, at: int) -> Iterator[Hit]:
    """Yield the names of two words or more that follow in a list of people."""
    while (comma := _COMMA.match(text, at)) is not None:
        title = _LIST_TITLE.match(text, comma.end())
        name = capitalised(text, title.end() if title is not None else comma.end())
        if name is None or (title is None and " " not in text[slice(*name)]):
            return
        yield Hit(*name, "PERSON", 0.4, "name, field", "label field")
        at = name[1]


_QUOTED_PART = re.compile(r"[^\W\d_][^\W\d_ .'’-]*(?:[ .'’-]+[^\W\d_]+){0,4}(?=[\"'`])")


def _plain_part(text: str, at: int) -> tuple[int, int] | None:
    match = _QUOTED_PART.match(text, at)
    return None if match is None or match[0].lower() in STOP else match.span()
