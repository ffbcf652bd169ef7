"""Names behind a word for a person and a sign: `Patient: …`, `"full_name": "…"`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.announced import SIGN, SUFFIXED
from stageflow_guard.redaction.recognizers.generic.asked import asked, behind_little_words
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.card_names import embossed
from stageflow_guard.redaction.recognizers.people.forms import (
    TOUCHING,
    capitalised,
    ends_at_a_field,
    in_script,
    scripted,
)
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.honorifics import CHINESE_SURNAMES
from stageflow_guard.redaction.recognizers.people.printed_forms import value_of
from stageflow_guard.redaction.recognizers.people.roles import (
    ANNOUNCING,
    BY_NAME,
    FIELDS,
    LINE_HEADS,
    NAMED_BY_GIVEN,
    PEOPLE,
    ROLES,
)
from stageflow_guard.redaction.recognizers.people.somebody import is_person
from stageflow_guard.redaction.recognizers.people.words import (
    BUSINESS,
    STOP,
)
from stageflow_guard.redaction.recognizers.phrases import (
    Index,
    Match,
    lowered,
)

_FIELD = Index(FIELDS)
_PERSONS = PEOPLE | BY_NAME | NAMED_BY_GIVEN
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
    "nombre completo",
    "nome completo",
    "nom complet",
)
# on a line of its own, who sent it and to whom
_SENT_BY = frozenset({"to", "from"}) | LINE_HEADS
_QUOTED_BEFORE = re.compile(r"(?:^|\n)[ ]?(?:>[ ]?){1,4}$")  # a quoted mail's line


def _begins_a_line(text: str, at: int) -> bool:
    """Say whether a line, a string or the line of a quoted mail begins at `at`."""
    if text[at - 1 : at] in ("", "\n", '"'):
        return True
    return text[at - 1] in " >" and _QUOTED_BEFORE.search(text, max(0, at - 12), at) is not None


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

# whose name it is where a person is not meant
_THINGS = frozenset(["file", "host", "class", "domain", "table", "column", "package", "module", "project", "company", "product", "event", "job", "task", "stage", "node", "pod", "service", "server", "image", "container", "bucket", "queue", "topic", "branch", "tag", "brand", "model", "device", "method", "function", "variable", "field", "key", "path", "folder", "group", "role", "city", "state", "street", "country", "region", "zone", "cluster", "namespace", "app", "application", "program", "process", "thread", "user", "display", "code", "short", "long", "common", "generic", "medication", "drug", "test", "type", "sheet", "schema", "index", "database", "db", "repo", "repository", "team", "tool", "plugin", "library", "font", "theme", "color", "pet", "school", "bank", "hotel", "store", "shop", "game", "song", "album", "track", "book", "movie", "film", "place", "location", "business", "organisation", "organization", "legal", "trade", "step", "workflow", "action", "metric", "alert", "rule", "policy", "config", "setting", "option", "param", "parameter", "arg", "argument", "attribute", "property", "tenant", "the", "its", "a"])  # fmt: skip
# who has a name in a key of several words
_PERSONAL = frozenset(["kin", "customer", "client", "patient", "employee", "contact", "person", "owner", "holder", "guest", "member", "sender", "recipient", "receiver", "author", "student", "teacher", "buyer", "seller", "payer", "payee", "driver", "passenger", "applicant", "beneficiary", "cardholder", "traveller", "traveler", "insured", "tenant", "landlord", "parent", "mother", "father", "spouse", "child", "emergency", "manager", "supervisor", "agent", "doctor", "physician", "nurse", "candidate", "subscriber", "voter", "signer", "signatory", "donor", "debtor", "creditor", "shipper", "consignee", "requester", "requestor", "reporter", "assignee", "approver", "caller", "lead", "participant", "attendee", "actor", "operator", "principal", "approver", "editor", "creator", "uploader", "inspector", "resident", "citizen", "worker", "staff", "billing", "shipping", "legal", "real", "user", "profile", "to", "from", "your", "my", "his", "her", "their", "preferred", "nick", "birth", "married", "former", "previous", "new", "old", "current", "primary", "secondary", "account", "record", "data", "form", "reply", "cc", "attn", "crm", "hr", "end", "victim", "witness", "suspect", "defendant", "plaintiff", "relative", "guardian", "referrer", "host", "speaker", "visitor", "leaser", "kunde", "kunden", "cliente", "client"])  # fmt: skip
_LAST_WORD = re.compile(r"([A-Za-z]+)[ _.-]?$")
_JOINTS, _CAMEL = frozenset(" _.-"), re.compile(r"(?<=[a-z])(?=[A-Z])")


def _of_a_thing(text: str, at: int, field: str) -> bool:
    """Say whether the name is that of a thing: `QuotaName`, `table name`."""
    near = text[max(0, at - 3) : at].removesuffix("\n")
    if not near[-1:].isalpha() and (near[-1:] not in _JOINTS or not near[-2:-1].isalpha()):
        return False
    word = _LAST_WORD.search(text, max(0, at - 16), at)
    if word is None:
        return False
    last = _CAMEL.split(word[1])[-1].lower()
    glued = text[at - 1 : at].isalpha() or text[at - 1 : at] in ("_", "-", ".")
    if field == "name" and glued:
        return last not in _PERSONAL
    if last == "user" and glued and " " in field.replace("_", " "):
        return False  # `USER_FULL_NAME`
    return last in _THINGS or word[1].lower() in _THINGS


_GENITIVE = re.compile(r"([\u10d0-\u10ff]+ის) $")
_GEORGIAN_PERSONS = frozenset(["მომხმარებლის", "კლიენტის", "პაციენტის", "თანამშრომლის", "მამის", "დედის", "მფლობელის", "პირის", "სტუდენტის", "მოსწავლის", "მეუღლის", "ბავშვის"])  # fmt: skip


def _of_a_georgian_thing(text: str, at: int) -> bool:
    """Say whether the name is that of a file, of a product: a genitive that is no person's."""
    owner = _GENITIVE.search(text, max(0, at - 32), at)
    return owner is not None and owner[1] not in _GEORGIAN_PERSONS


def _unsigned(text: str, match: Match, word: str) -> int:
    """Return where a name may begin behind a word without a sign; -1 where none follows."""
    told = _asked_for(text, match.end) if word.endswith(_NAMED) else 0
    at = match.end + ("." in word and text[match.end : match.end + 1] == ".")
    if not told and text[at : at + 2] == ", " and word in _APPOSED:
        told = at + 2
    if told:
        return behind_little_words(text, told)
    touching = TOUCHING.match(text[match.end - 1 : match.end])
    if touching and _CHINESE.match(text, match.end) is not None:
        return match.end
    role = word in ANNOUNCING or (word in ROLES and (text[match.start].isupper() or word == "name"))
    role = role or (word in _PERSONS and _given_behind(text, at))
    return at + 1 if text[at : at + 1] in (" ", "は", "是") and (touching or role) else -1


# a surname that many people have, one letter or two, and a border
_CHINESE = re.compile(rf"[{CHINESE_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=[，,。.;；、（(:：\s]|$)")


def _given_behind(text: str, at: int) -> bool:
    """Say whether a given name with a capital stands behind a space at `at`."""
    word = _CAPITAL_WORD.match(text, at)
    return word is not None and word[1].lower() in GIVEN_NAMES


_CAPITAL_WORD = re.compile(r"[ ]([^\W\d_a-zß-ÿ][^\W\d_]{2,}(?:-[^\W\d_]+)?)(?![^\W_])")


# a part of a form, an option, a setting: `name="surname"⏎⏎…`, `--name "…"`, `user.name "…"`
_PART = re.compile(r"[\"'](?:\r?\n[\w-]{1,30}:[^\n]{0,80})?\r?\n\r?\n(?=\S)")
_PART_NAME = re.compile(r"form-data;[ ]?name=[\"'][\w.\[\]-]*$")
_SET_TO = re.compile(r"[ ][\"'](?=[^\W\d_a-z])")


def _sign_of_its_own(text: str, match: Match) -> re.Match[str] | None:
    before = text[match.start - 1 : match.start]
    if before in ("-", "_", "."):
        return _SET_TO.match(text, match.end)
    if before in ("'", '"', "_", "[") and _PART_NAME.search(
        text, max(0, match.start - 44), match.start
    ):
        return _PART.match(text, match.end)
    return None


# the two halves of a name in a query: `first=Ngozi&last=Adeyemi`
_HALVES = re.compile(
    r"(?<![^?&\s\"'])(?:first|given|fname)(?:_?name)?=([^\W\d_][^&\s=\"']{1,40})&(?:last|family|sur|lname)(?:_?name)?=([^\W\d_][^&\s=\"']{1,40})"
)


_HALF_HEADS = Heads(("first=", "first_", "firstname=", "given", "fname="))


def _halves(text: str) -> Iterator[Hit]:
    for at in _HALF_HEADS.places(lowered(text)) if "&" in text else ():
        halves = _HALVES.match(text, at)
        if halves is not None:
            yield Hit(*halves.span(1), "PERSON", 0.45, "name, field", "label field")
            yield Hit(*halves.span(2), "PERSON", 0.45, "name, field", "label field")


def fields(text: str) -> Iterator[Hit]:  # noqa: PLR0912 - what each field needs, in order
    """Yield names in a field: of two words, of one where the field is a person's for sure."""
    yield from _halves(text)
    for match in _FIELD.find(text):
        word = lowered(text)[match.start : match.end]
        if word in _SENT_BY and not _begins_a_line(text, match.start):
            continue
        sign = _SIGN.match(text, match.end) or _sign_of_its_own(text, match)
        if sign is None and match.kind == "PERSON_PART" and text[match.end : match.end + 1] == "_":
            sign = SUFFIXED.match(text, match.end)
        at = _unsigned(text, match, word) if sign is None else _behind(text, sign.end())
        if sign is None and (match.kind == "PERSON_PART" or word in _BOTH_NAMES):
            box = value_of(text, match.start, match.end)
            if box is not None:
                yield Hit(*box, "PERSON", 0.45, "name, printed form", "label field")
                continue
        if at < 0:
            continue
        card = embossed(text, (match.start, word), at) if sign is not None else None
        if card is not None:
            yield Hit(*card, "PERSON", 0.45, "name, card", "label field")
            continue
        if _of_no_person(text, match, word, signed=sign is not None):
            continue
        quoted = text[at - 1 : at] in ("'", '"', "`")
        part = match.kind == "PERSON_PART"
        name = in_script(text, at) if scripted(text) else None
        several = " " in word or "_" in word or "-" in word
        named = sign is not None and several and word.endswith(("name", "holder", "owner"))
        caseless = name is not None
        name = name or capitalised(text, at) or (_plain_part(text, at) if part and quoted else None)
        name = name or (_small_name(text, at) if named else _led(text, at) if part else None)
        if name is None:
            continue
        least = (
            1 if part or named or caseless else _least(text, word, name, signed=sign is not None)
        )
        words = text[name[0] : name[1]].split(" ")
        if word in BY_NAME and words[0].lower() not in GIVEN_NAMES and words[0][1:] != ".":
            continue
        if len(words) < least or (len(words) == 1 and words[0].lower() in BUSINESS):
            continue
        bare = sign is not None and sign[0].strip()[-1:] == "="
        query = (match.start > 0 and text[match.start - 1] in "?&") or text[
            name[1] : name[1] + 1
        ] == "&"
        if (
            word == "name" and sign is not None and "=" in sign[0] and not query
            and not (quoted and _beside_a_person(text, match.start, name[1]))
            and not (not quoted and words[0].lower() in GIVEN_NAMES and is_person(" ".join(words)))
        ):  # fmt: skip
            continue  # an attribute of anything
        capitals = all(w.isupper() for w in words)
        if capitals and (bare or _is_a_constant(word, words, least)):
            continue
        yield from _people(text, name, word if sign is not None else "", least)


def _least(text: str, word: str, name: tuple[int, int], *, signed: bool) -> int:
    """Return how many words a name behind the field `word` needs."""
    said = text[slice(*name)].lower()
    if signed and (_turned(text, name) != name or ends_at_a_field(text, name[1])):
        return 1  # the surname stands first: `Patient: Krause, Bettina`
    if word in _IN_WHOSE_NAME and said not in _NOBODYS:
        return 1
    if not signed and word in _PERSONS and said in GIVEN_NAMES:
        return 1
    return 1 if word in _BOTH_NAMES and _GIVEN_BELOW.match(text, name[1]) else 2


def _is_a_constant(word: str, words: list[str], least: int) -> bool:
    """Say whether words in capitals behind what anything has are a constant."""
    return least > 1 and word in ("from", "to", "name") and all(len(w) > 1 for w in words)


def _of_no_person(text: str, match: Match, word: str, *, signed: bool) -> bool:
    """Say whether a field is that of a thing: `table name`, `QuotaName`."""
    if match.kind == "PERSON" and (signed or word not in ANNOUNCING) and (
        _of_a_thing(text, match.start, word)
    ):  # fmt: skip
        return True
    return word[0] > "\u10cf" and _of_a_georgian_thing(text, match.start)


# a surname of two words, alone in its field: `Cognome: Lo Presti`
_LED = re.compile(
    r"(?:Lo|La|Li|Le|Di|De|Del|Della|Dello|Dal|Dalla|Da|El|Al)[ ][^\W\d_a-zß-ÿ][^\W\d_A-Z]+(?:-[^\W\d_]+)?(?![^\W_])"
)


def _led(text: str, at: int) -> tuple[int, int] | None:
    match = _LED.match(text, at)
    return None if match is None else match.span()


_TAGS = re.compile(
    r"(?:</?[A-Za-z][^<>\n]{0,60}>[ ]?){1,3}"
)  # `Contact: <strong>Kai Zschoche</strong>`


def _behind(text: str, at: int) -> int:
    """Return where a value begins behind a sign: tags may stand before it."""
    tags = _TAGS.match(text, at) if text[at : at + 1] == "<" else None
    return at if tags is None else tags.end()


# behind a key that says "name" of a person a name may be in small letters: `full_name=lena kruse`
_SMALL_NAME = re.compile(
    r"[a-zà-ÿ]{2,20}(?:[ '’-][a-zà-ÿ]{1,20}){1,3}(?=[\"'`,;&<)\]|]|[ ]?(?:\n|$))"
)


def _small_name(text: str, at: int) -> tuple[int, int] | None:
    match = _SMALL_NAME.match(text, at)
    words = [] if match is None else match[0].split(" ")
    if match is None or any(w in STOP or w in BUSINESS or w in _SAYS_NONE for w in words):
        return None
    return match.span()


# what stands where no name is given
_SAYS_NONE = frozenset(["see", "below", "above", "same", "as", "per", "unknown", "not", "none", "pending", "redacted", "withheld", "tbd", "is", "of", "the", "siehe", "unten", "oben", "voir", "ver", "vedi", "zie", "string", "text", "value", "required", "optional"])  # fmt: skip


_OF = re.compile(
    r"(?<![^\W\d_])(?:of|for|der|des|de|du|della|del|do|da|van)(?![^\W\d_])", re.IGNORECASE
)


def _asked_for(text: str, at: int) -> int:
    """Return where the answer begins to a question for a person's name; 0 where none is."""
    if text.find("?", at, at + _QUESTION) < 0 and text.find("？", at, at + _QUESTION) < 0:
        return 0
    told = asked(text, at)
    question, sign, _ = text[at:told].replace("？", "?").partition("?")
    return told if sign and _OF.search(question) is None else 0


_QUESTION = 100  # characters from a label to the sign of its question, and more


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
_LISTED = frozenset({"attending", "passengers", "guests", "tenants", "names", "speakers", "children", "to", "cc", "bcc", "attn", "attention", "attendees", "participants", "from", "signed by", "prepared by", "present", "absent", "in attendance", "apologies", "teilnehmer", "teilnehmende", "anwesend", "entschuldigt", "présents", "excusés", "absents", "asistentes", "participantes", "partecipanti", "presenti", "assenti", "deelnemers", "aanwezig", "afwezig", "presentes", "ausentes", "uczestnicy", "obecni", "deltagare", "närvarande"})  # fmt: skip
_COMMA = re.compile(
    r"(?:[ ]\([^()\n]{1,16}\))?(?:[,;][ ](?:(?:and|und|et|y|e|en)[ ])?|[ ](?:and|und|et|y|e|en|&)[ ](?=[^\W\d_a-z]))(?=[^\W\d_])"
)
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
