"""Who writes and who is written to, by the form of a letter or a chat: no word announces them. Pure.

A name on a line of its own above an address, a day of birth or a phone; the writer of each line of an
exported chat; a name below a closing in scripts without capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, places
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered, unspaced
from stageflow_guard.redaction.recognizers.shapes import holds, numbers_in

_WORD = r"(?:[^\W\d_a-z][\w'’-]{1,24}|[^\W\d_a-z]\.(?:[^\W\d_a-z]\.){0,2}|(?:de|da|do|dos|van|von|der|den|del|la|le|di|el|al|bin|ten|ter)(?=[ ]))"
_NAME = rf"[^\W\d_a-z][\w'’.-]{{1,24}}(?:[ ]{_WORD}){{1,3}}"
# JASMINE R. COLEMAN⏎311 Ponce De Leon Ave; Vinícius Rocha⏎Nascimento: 3/5/1990
_HEADED = re.compile(rf"(?:^|(?<=\n\n))(?P<who>{_NAME})[ ]?\r?\n(?=(?P<next>[^\n]{{4,90}}))")
_BORN_OR_CALLED = re.compile(
    r"(?i)^(?:born|d\.?o\.?b|date of birth|geb(?:oren|\.)|geburts|né|née|date de naissance|fecha de nac|nacid|nat[oa]|data di nascita|geboortedatum|nasc|data de nasc|tel|phone|mobile|mobil|cell|e-?mail|móvil|téléphone|telefon|telefoon|cellulare)(?![a-z]{4})"
)
_ADDRESS = re.compile(
    r"(?i)^(?:[0-9]{1,5}[a-z]?(?:[ ](?:bis|ter))?,?[ ][^\W\d_][^\n@:]{3,70}|[^\W\d_][^\n@:]{2,50}[ ,]{1,2}(?:n[º°.]?[ ]?)?[0-9]{1,4}[a-z]?(?:[ ,/-].{0,40})?)$"
)
_STREETS = re.compile(
    r"(?i)(?:street|st\b|avenue|ave\b|road|rd\b|lane|ln\b|drive|dr\b|way|court|close|terrace|boulevard|blvd|stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|rue|chemin|calle|c/|avda|via|viale|corso|piazza|rua|travessa|straat|laan|gracht|plein|kade|dijk|ul\.|gatan|vägen|caddesi|sokak)"
)
_FIRM = re.compile(
    r"(?i)\b(?:gmbh|ag|kg|ltd|llc|inc|corp|co|plc|s\.?r\.?l|s\.?p\.?a|s\.?a|sarl|sas|b\.?v|n\.?v|lda|ltda|group|hotel|restaurant|university|school|museum|church|bank|clinic|hospital|council|department|office|store|shop|street|road)\b"
)
# 14/05/2024, 18:09 - Rob: yes; [6/2/24, 7:14:22 PM] Coach Rick: dinner
_CHAT = re.compile(
    r"[\u200e\u200f]?\[?(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2},?[ ]{1,2}[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?(?:\][ ]|[ ]?-[ ])"
    r"(?P<who>[^\W\d_a-z][\w'’.-]{0,24}(?:[ ][^\W\d_a-z][\w'’.-]{0,24}){0,2}):[ ]"
)
_TIME = r"[0-9]{1,2}[:.h][0-9]{2}(?:[:.][0-9]{2})?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?"
_DAY = r"(?:(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|(?i:today|yesterday|heute|gestern|hier|oggi|ieri|hoy|ayer|vandaag|gisteren|hoje|ontem))(?:,?[ ]{1,2}|T|[ ](?i:at|um|à|alle|a las|om|às)[ ]))"
_WHO = r"(?P<who>[^\W\d_a-z][\w'’.-]{1,24}(?:[ ][^\W\d_a-z][\w'’.-]{0,24}){0,2})"
_WHO_TURNED = r"(?P<turned>[^\W\d_a-z][\w'’-]{1,24}(?:[ ][^\W\d_a-z][\w'’-]{1,24})?,[ ][^\W\d_a-z][\w'’-]{1,24})"
# [10:02] Ana Lima: yes; 2025-04-01 09:17 | Ana Lima | yes; 09:17 Ana Lima > yes
_STAMPED = re.compile(
    rf"[\[(]?{_DAY}?{_TIME}[\])]?(?:[ ]{{1,3}}|[ ]?[-–—|\x1e][ ])(?:{_WHO}(?::[ ]|[ ]?[|\x1e][ ]|[ ]?[>»][ ]|\r?\n(?![\[(]?[0-9]{{1,2}}[:.h][0-9]{{2}}))|{_WHO_TURNED}(?::[ ]|\r?\n))"
)
# Ana Lima [10:02 AM]⏎yes; Ana Lima, 18:02: yes; Ana Lima — 10:02
_STAMP_BEHIND = re.compile(
    rf"{_WHO}(?:[ ]{{1,3}}|,[ ]|[ ]?[-–—|•·\x1e][ ])[\[(]?{_DAY}?{_TIME}[\])]?(?:[ ]?(?::[ ]|[|\x1e][ ]|[>»][ ])|[ ]?:?\r?\n)"
)
# Ana joined the chat
_CAME = re.compile(
    rf"(?:\*{{1,3}}[ ]?|[-–—•>][ ])?(?:(?i:agent|operator|user|visitor|guest|mitarbeiter|agente|opérateur|operatore|medewerker)[ ])?{_WHO}[ ](?:has[ ]|have[ ]|hat[ ]|a[ ]|ha[ ]|se[ ]|si[ ]è[ ]|è[ ]|is[ ]|ist[ ])?(?:joined|left|entered|beigetreten|rejoint|quitté|unido|unió|entrato|entrata|entrou|saiu|den[ ]chat|toegetreden|verlassen)(?=[.!]?[ ]*(?:\n|$)|[ ](?:the|this|dem|den|le|la|il|el|de|het|o|a)[ ](?:\w+[ ])?(?:chat|call|channel|group|room|meeting|conversation|gruppe|kanal|anruf|groupe|salon|appel|grupo|canal|llamada|gruppo|canale|chiamata|groep|kanaal|gesprek|chamada))"
)
_LOGGED = frozenset(["error", "warn", "warning", "info", "debug", "trace", "fatal", "critical", "notice", "server", "client", "system", "worker", "process", "thread", "start", "started", "stop", "stopped", "end", "status", "state", "result", "request", "response", "event", "task", "job", "message", "note", "update", "subject", "re", "from", "to", "http", "https", "get", "post", "put", "delete", "root", "admin", "bot"])  # fmt: skip
_NO_WRITER, _NO_MEMBER = _LOGGED | BUSINESS, _LOGGED | BUSINESS | STOP
_NO_PERSON = BUSINESS | EVERYBODY
# 정유진 드림
_SIGNED_KO = re.compile(
    r"(?<![가-힣])(?P<who>[가-힣]{2,4})[ ](?:드림|올림|배상)(?=[ .]*\r?(?:\n|$))"
)
# 此致⏎敬礼⏎何静; مع التحية،⏎سارة الخطيب
_CLOSING = re.compile(
    r"(?:敬礼|敬上|敬具|以上|よろしくお願いいたします。|よろしくお願いします。|감사합니다\.?|드림|مع التحية|مع أطيب التحيات|وتفضلوا بقبول فائق الاحترام|धन्यवाद|सादर|בברכה|ขอแสดงความนับถือ)[,،、。!]?[ ]?\r?\n(?:[─━=*-]{3,40}\n)?"
    r"(?P<who>[\u4e00-\u9fff]{2,4}|[가-힣]{2,4}|[\u0621-\u064a]{2,}(?:[ ][\u0621-\u064a]{2,}){0,2}|[\u0900-\u0963]{2,}(?:[ ][\u0900-\u0963]{2,}){0,2}|[\u0590-\u05ea]{2,}(?:[ ][\u0590-\u05ea]{2,})?|[\u0e01-\u0e4e]{2,}(?:[ ][\u0e01-\u0e4e]{2,})?)(?=[ ]?\r?(?:\n|$))"
)


_TIMES = (b"0:00", b"0.00", b"0a00")  # in the shape of a text


def people(text: str) -> Iterator[Hit]:
    """Yield the names that such a form puts in their place."""
    if "\n" in text:
        for at in (0, *(at + 2 for at in places(text, "\n\n"))):
            match = _HEADED.match(text, at)
            if (
                match is not None
                and _is_person(match["who"])
                and _under_a_name(match["next"].strip())
            ):
                yield Hit(*match.span("who"), "PERSON", 0.42, "name, head of a letter", "position")
        if unspaced(text):
            for pattern in (_CLOSING, _SIGNED_KO):
                for match in pattern.finditer(text):
                    yield Hit(*match.span("who"), "PERSON", 0.42, "name, sign-off", "label said")
    if holds(text, _TIMES):
        times = (end for _, end in numbers_in(text) if _A_TIME.match(text, end) is not None)
        lines = _lines_of(text, times)
        for match in _at_lines(text, lines, _CHAT):
            if _NO_WRITER.isdisjoint(_words(match["who"])):
                yield Hit(*match.span("who"), "PERSON", 0.42, "name, chat", "position")
        yield from _named(_at_lines(text, lines, _STAMPED, _STAMP_BEHIND))
    comes = _COMES.places(lowered(text))
    if comes:
        yield from _named(_at_lines(text, _lines_of(text, comes), _CAME))


_COMES = Heads(("joined", "left", "entered", "beigetreten", "verlassen", "rejoint", "quitté", "unido", "unió", "entrat", "entrou", "saiu", "toegetreden", "den chat"))  # fmt: skip


_A_TIME = re.compile(r"[:.h][0-9]{2}")  # behind a number


def _lines_of(text: str, places: Iterable[int]) -> list[int]:
    """Return where the lines begin that hold one of `places`, in order."""
    return sorted({text.rfind("\n", 0, at) + 1 for at in places})


def _at_lines(
    text: str, lines: Iterable[int], *patterns: re.Pattern[str]
) -> Iterator[re.Match[str]]:
    """Yield the first match at the start of each of `lines`."""
    for at in lines:
        for pattern in patterns:
            match = pattern.match(text, at)
            if match is not None:
                yield match
                break


def _named(found: Iterable[re.Match[str]]) -> Iterator[Hit]:
    """Yield those of a chat who are somebody, by a given name; much else has a time beside it, too."""
    for match in found:
        turned = match.groupdict().get("turned")
        if turned:
            if turned.rpartition(" ")[2].lower() in GIVEN_NAMES:
                yield Hit(*match.span("turned"), "PERSON", 0.42, "name, chat", "position")
            continue
        words = _words(match["who"])
        given = words[0] in GIVEN_NAMES or words[0].partition("-")[0] in GIVEN_NAMES
        if given and _NO_MEMBER.isdisjoint(words) and _FIRM.search(match["who"]) is None:
            yield Hit(*match.span("who"), "PERSON", 0.42, "name, chat", "position")


def _words(name: str) -> list[str]:
    return [word.strip(".").lower() for word in name.split(" ")]


def _is_person(name: str) -> bool:
    words = _words(name)
    return (
        _NO_PERSON.isdisjoint(words) and not STOP.issuperset(words)
        and words[0] not in STOP and _FIRM.search(name) is None
    )  # fmt: skip


def _under_a_name(line: str) -> bool:
    """Say whether a line stands under a person's name: an address, a birth, a number to call."""
    if _BORN_OR_CALLED.match(line) is not None:
        return any(map(str.isdigit, line)) or "@" in line
    return _ADDRESS.match(line) is not None and _STREETS.search(line) is not None
